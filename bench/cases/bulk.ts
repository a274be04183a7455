import { medianCost } from '../harness/arena';
import type { Arena } from '../harness/arena';
import { stockGit } from '../harness/contestant';
import { SHARDED } from '../harness/layout';
import type { Shards } from '../harness/layout';
import type { Result } from '../harness/result';
import { against } from './against';
import { checkSameTrees } from './case';
import type { Case, Contestants } from './case';

const MICROSECONDS = 1e6;

/** From plain objects to a new repository that has all of them in one commit: packed, synced. */
export const bulk: Case = {
  name: 'bulk',
  sizes: [100_000],
  run: (arena, contestants, size) => measure('bulk', SHARDED, arena, contestants, size),
};

/** The same with all records in one folder, which is the hard case for stock git. */
export const bulkFlat: Case = {
  name: 'bulk-flat',
  sizes: [20_000],
  run: (arena, contestants, size) => measure('bulk-flat', null, arena, contestants, size),
};

async function measure(
  name: string,
  shards: Shards,
  arena: Arena,
  { gitmodel }: Contestants,
  size: number,
): Promise<Result[]> {
  const fastImport = stockGit('git fast-import');
  const stream = await arena.importStream(size, shards);
  const answers = await arena.measureNewStores([gitmodel, fastImport], () => ({
    operation: 'bulk',
    size,
    shards,
    stream,
  }));
  checkSameTrees(answers);
  const [ours, theirs] = [gitmodel, fastImport].map(
    (contestant) => medianCost(answers.get(contestant) ?? [], size) * MICROSECONDS,
  ) as [number, number];
  return against({ case: name, size, ours, unit: 'µs/record' }, [
    {
      contestant: fastImport,
      cost: () => theirs,
      note: 'we start from objects; the peer from a file with the stream, from the start of its process to its end',
    },
  ]);
}
