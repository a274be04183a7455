/**
 * A program of its own, which knows the records of `every-field` by nothing but their seeds: writes them, compares
 * what it reads with them, or saves them again. It prints what came of it as JSON.
 */
import { Workspace } from 'gitmodel';
import { EveryField, VERSIONS } from './every-field';

/** What the process is to do, as JSON in its first argument. */
export interface EveryFieldOrder {
  readonly do: 'write' | 'compare' | 'save again';
  readonly repository: string;
  readonly seeds: readonly number[];
}

/** What it prints, as JSON. */
export interface EveryFieldResult {
  /** What is read other than it was saved, a line each. */
  readonly differences: readonly string[];
  /** Whether there is anything to be committed in the end. */
  readonly hasChanges: boolean;
}

async function main(order: EveryFieldOrder): Promise<EveryFieldResult> {
  const ws = await Workspace.open(order.repository);
  const records = new EveryField(ws, order.seeds);
  const differences: string[] = [];
  if (order.do === 'write') await records.write();
  if (order.do === 'save again') await records.saveAgain();
  if (order.do === 'compare') {
    for (const version of VERSIONS) {
      differences.push(...(await records.differences(version, `HEAD~${VERSIONS.length - 1 - version}`)));
    }
  }
  const hasChanges = await ws.hasChanges();
  await ws.close();
  return { differences, hasChanges };
}

main(JSON.parse(process.argv[2] as string) as EveryFieldOrder).then(
  (result) => {
    console.log(JSON.stringify(result));
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
