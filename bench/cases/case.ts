import type { Arena } from '../harness/arena';
import type { Answer, Contestant } from '../harness/contestant';
import type { Result } from '../harness/result';

/** All who may be measured. */
export interface Contestants {
  readonly gitmodel: Contestant;
  readonly pygit2: Contestant;
  readonly gitDocumentDb: Contestant;
}

/** One thing that is measured, at several sizes. */
export interface Case {
  readonly name: string;
  /** How many records the stores have, unless the user says otherwise. */
  readonly sizes: readonly number[];
  /** What else is measured when the user has time. */
  readonly longSizes?: readonly number[];
  /** Measures it at one size. */
  run(arena: Arena, contestants: Contestants, size: number): Promise<Result[]>;
  /** What is to be said about the results of several sizes. */
  summarize?(results: readonly Result[]): Result[];
}

/** Those who can take part. */
export function present(...contestants: readonly Contestant[]): Contestant[] {
  return contestants.filter(({ absent }) => absent === undefined);
}

/** A contestant who takes part in another role too. */
export function as(name: string, contestant: Contestant): Contestant {
  return { ...contestant, name };
}

/**
 * It is no comparison unless all have written the same in each of their runs.
 *
 * @param counted Those who were to.
 */
export function checkSameTrees(
  answers: ReadonlyMap<Contestant, readonly Answer[]>,
  counted: readonly Contestant[] = [...answers.keys()],
): void {
  const runs = Math.max(...counted.map((contestant) => answers.get(contestant)?.length ?? 0));
  for (let run = 0; run < runs; run++) {
    const trees = counted
      .map((contestant) => answers.get(contestant)?.[run]?.tree)
      .filter((tree) => tree !== undefined);
    if (new Set(trees).size > 1)
      throw new Error(`The contestants wrote different trees: ${trees.join(', ')}.`);
  }
}
