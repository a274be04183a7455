import type { Answer } from '../harness/contestant';
import { SHARDED } from '../harness/layout';
import { compare } from '../harness/result';
import type { Result } from '../harness/result';
import { median } from '../harness/statistics';
import type { Case } from './case';

/** What a process may need at most, whatever the number of records, in megabytes. */
const LIMIT = 600;

/** The most memory that a process needs that writes, or reads, a great many records one by one. */
export const memory: Case = {
  name: 'memory',
  sizes: [1_000_000],

  async run(arena, { gitmodel }, size) {
    const written = await arena.measureNewStores([gitmodel], () => ({
      operation: 'bulk-streamed',
      size,
      shards: SHARDED,
    }));
    const store = await arena.importedStore(size, SHARDED);
    const read = await arena.measureReads([gitmodel], store, { operation: 'all', size, shards: SHARDED });
    return [
      result('memory-bulk', size, written.get(gitmodel) ?? []),
      result('memory-all', size, read.get(gitmodel) ?? []),
    ];
  },
};

/** There is no peer: theirs is what is allowed. */
function result(name: string, size: number, answers: readonly Answer[]): Result {
  const ours = median(answers.map(({ megabytes }) => megabytes ?? NaN));
  const note = 'the peak of the whole process; theirs is the limit, not that of a peer';
  return compare({ case: name, size, peer: `limit ${LIMIT} MB`, ours, unit: 'MB', note }, LIMIT);
}
