import type { Job } from '../harness/contestant';
import { CHANGED } from '../harness/branches';
import { stockGit } from '../harness/contestant';
import { SHARDED } from '../harness/layout';
import { compare } from '../harness/result';
import type { Result } from '../harness/result';
import { median } from '../harness/statistics';
import { against } from './against';
import { checkSameTrees, present } from './case';
import type { Case } from './case';

const MILLISECONDS = 1e3;

/**
 * How many pairs of branches a run measures, and how many come before, so that a process that lives for long is measured: up to
 * some 60 V8 compiles what a merge takes. No pair is looked at twice.
 */
const PAIRS = 10;
const WARM_UP = 100;

const SIZES = [10_000, 100_000];

/** Two branches that have each changed some records are compared, in stores of different sizes. */
export const diff = caseOfPairs(
  'diff',
  'git diff-tree -r',
  `${CHANGED} records changed on either side; to records, where the peer lists paths; the peer is a process each time`,
);

/** Two branches that have each changed some records are merged, in stores of different sizes. */
export const merge = caseOfPairs(
  'merge',
  'git merge-tree',
  `${CHANGED} records changed on either side; we commit as well; the peer is a process for each merge`,
);

function caseOfPairs(operation: Job['operation'] & ('diff' | 'merge'), peerName: string, note: string): Case {
  const unit = `ms/${operation}`;
  return {
    name: operation,
    sizes: SIZES,

    async run(arena, { gitmodel }, size) {
      const peer = stockGit(peerName);
      const store = await arena.branchedStore(size, SHARDED, PAIRS + WARM_UP);
      const task = { operation, size, shards: SHARDED, count: PAIRS, warmUp: WARM_UP } as const;
      const answers = await arena.measurePairs(present(gitmodel, peer), store, task);
      checkSameTrees(answers);
      const cost = (contestant: typeof gitmodel): number =>
        median((answers.get(contestant) ?? []).flatMap(({ seconds }) => seconds)) * MILLISECONDS;
      return against({ case: operation, size, ours: cost(gitmodel), unit }, [
        { contestant: peer, cost: () => cost(peer), note },
      ]);
    },

    summarize: (results) => growthOf(`${operation}-growth`, results),
  };
}

/** How much more it costs in the largest store than in the smallest one. */
function growthOf(name: string, results: readonly Result[]): Result[] {
  const [smallest] = results;
  const largest = results.at(-1);
  if (!smallest || !largest || smallest === largest) return [];
  const growth = (largest.ours / smallest.ours).toPrecision(3);
  const note = `theirs is ours at ${smallest.size} records: the cost has grown by a factor of ${growth}`;
  return [compare({ ...largest, case: name, peer: 'ourselves', note }, smallest.ours)];
}
