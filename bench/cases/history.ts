import { stockGit } from '../harness/contestant';
import { tracedOf } from '../harness/history';
import { SHARDED } from '../harness/layout';
import { median } from '../harness/statistics';
import { against } from './against';
import { present } from './case';
import type { Case } from './case';

const MILLISECONDS = 1e3;

/**
 * Of how many records the histories are measured; those of the others come before, so that a process that lives for long is
 * measured. No record is looked at twice.
 */
const MEASURED = 10;

/**
 * All versions of one record are listed, in a history of many commits: by a process that has done it for other records, and by one
 * that has just started.
 */
export const history: Case = {
  name: 'history',
  sizes: [10_000],

  async run(arena, { gitmodel }, size) {
    const peer = stockGit('git log -- path');
    const store = await arena.historicStore(size, SHARDED);
    const measure = async (warmUp: number, count: number): Promise<Map<typeof gitmodel, number>> => {
      const task = { operation: 'history', size, shards: SHARDED, warmUp, count } as const;
      const answers = await arena.measureReads(present(gitmodel, peer), store, task);
      return new Map(
        Array.from(answers, ([contestant, runs]) => [
          contestant,
          median(runs.flatMap(({ seconds }) => seconds)) * MILLISECONDS,
        ]),
      );
    };
    const measured = Math.min(MEASURED, tracedOf(size));
    const living = await measure(tracedOf(size) - measured, measured);
    const first = await measure(0, 1);
    const row = (name: string, costs: typeof living, note: string): ReturnType<typeof against> =>
      against({ case: name, size, ours: costs.get(gitmodel) ?? NaN, unit: 'ms/history' }, [
        { contestant: peer, cost: () => costs.get(peer) ?? NaN, note },
      ]);
    const note = 'one of 100 commits has changed the record; the peer is a process each time';
    return [
      ...row('history', living, note),
      ...row('history-first', first, `in a new process of ours; ${note}`),
    ];
  },
};
