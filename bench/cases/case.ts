import type { Arena } from '../harness/arena';
import type { Contestant } from '../harness/contestant';
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
  /** Measures it at one size. */
  run(arena: Arena, contestants: Contestants, size: number): Promise<Result[]>;
  /** What is to be said about the results of several sizes. */
  summarize?(results: readonly Result[]): Result[];
}

/** Those who can take part. */
export function present(...contestants: readonly Contestant[]): Contestant[] {
  return contestants.filter(({ absent }) => absent === undefined);
}
