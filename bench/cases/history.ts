import { stockGit } from '../harness/contestant';
import { SHARDED } from '../harness/layout';
import { median } from '../harness/statistics';
import { against } from './against';
import { present } from './case';
import type { Case } from './case';

const MILLISECONDS = 1e3;

/** How many records the store has in which there are so many commits. */
const RECORDS = 10_000;

/**
 * All versions of one record are listed, in a history of many commits: by a process that has done it before, and for the first
 * time by a new one, whose start does not count.
 */
export const history: Case = {
  name: 'history',
  sizes: [10_000],

  async run(arena, { gitmodel }, commits) {
    const peer = stockGit('git log -- path');
    const store = await arena.historicStore(RECORDS, commits, SHARDED);
    const task = { operation: 'history', size: RECORDS, shards: SHARDED, count: commits } as const;
    const answers = await arena.measureReads(present(gitmodel, peer), store, task);
    const runs = (contestant: typeof gitmodel): readonly (readonly number[])[] =>
      (answers.get(contestant) ?? []).map(({ seconds }) => seconds);
    const theirs = (): number => median(runs(peer).flat()) * MILLISECONDS;
    const first = median(runs(gitmodel).map(([seconds]) => seconds ?? NaN)) * MILLISECONDS;
    const again = median(runs(gitmodel).flatMap(([, ...seconds]) => seconds)) * MILLISECONDS;
    const note = 'one of 100 commits has changed the record; the peer is a process each time';
    const facts = { size: commits, unit: 'ms/history' };
    return [
      ...against({ ...facts, case: 'history', ours: again }, [{ contestant: peer, cost: theirs, note }]),
      ...against({ ...facts, case: 'history-first', ours: first }, [
        { contestant: peer, cost: theirs, note: `in a new process of ours; ${note}` },
      ]),
    ];
  },
};
