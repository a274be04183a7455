import { stockGit } from '../harness/contestant';
import { CHANGED } from '../harness/branches';
import { SHARDED } from '../harness/layout';
import { compare } from '../harness/result';
import { median } from '../harness/statistics';
import { against } from './against';
import { checkSameTrees, present } from './case';
import type { Case } from './case';

const MILLISECONDS = 1e3;

/** How many pairs of branches a run merges, and how many before them. */
const PAIRS = 5;
const WARM_UP = 5;

/** Two branches that have each changed some records are merged, in stores of different sizes. */
export const merge: Case = {
  name: 'merge',
  sizes: [10_000, 100_000],

  async run(arena, { gitmodel }, size) {
    const mergeTree = stockGit('git merge-tree');
    const store = await arena.branchedStore(size, SHARDED, PAIRS + WARM_UP);
    const task = { operation: 'merge', size, shards: SHARDED, count: PAIRS, warmUp: WARM_UP } as const;
    const answers = await arena.measurePairs(present(gitmodel, mergeTree), store, task);
    checkSameTrees(answers);
    const cost = (contestant: typeof gitmodel): number =>
      median((answers.get(contestant) ?? []).flatMap(({ seconds }) => seconds)) * MILLISECONDS;
    return against({ case: 'merge', size, ours: cost(gitmodel), unit: 'ms/merge' }, [
      {
        contestant: mergeTree,
        cost: () => cost(mergeTree),
        note: `${CHANGED} records changed on either side; we commit as well; the peer is a process for each merge`,
      },
    ]);
  },

  summarize(results) {
    const [smallest] = results;
    const largest = results.at(-1);
    if (!smallest || !largest || smallest === largest) return [];
    const growth = largest.ours / smallest.ours;
    const note = `theirs is ours at ${smallest.size} records: the cost has grown by a factor of ${growth.toPrecision(3)}`;
    return [compare({ ...largest, case: 'merge-growth', peer: 'ourselves', note }, smallest.ours)];
  },
};
