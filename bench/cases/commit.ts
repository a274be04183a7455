import { medianCost } from '../harness/arena';
import type { Contestant } from '../harness/contestant';
import { SHARDED } from '../harness/layout';
import { compare } from '../harness/result';
import type { Result } from '../harness/result';
import { against } from './against';
import { as, checkSameTrees, present } from './case';
import type { Case } from './case';

const MILLISECONDS = 1e3;

/**
 * How many commits a run measures of those who make one after another, and how many come before: enough that a process
 * that lives for long is measured, not one whose code is just being compiled. (Our first hundred take twice as long.)
 */
const COMMITS = 100;
const WARM_UP = 500;

/** How many commits there are, and how many at a time, where several are asked for at once. */
const MANY_COMMITS = 1_000;
const IN_FLIGHT = 64;

/** How many come before them for what a process costs that has run for a while. */
const LONG_WARM_UP = 3_000;

/** Every put of git-documentdb waits for a queue that ticks ten times a second, so a few tell enough. */
const COMMITS_OF_GIT_DOCUMENTDB = 10;

/** A record is saved and committed, one after another, in a store that has many. */
export const commitOne: Case = {
  name: 'commit-one',
  sizes: [10_000],

  async run(arena, { gitmodel, pygit2, gitDocumentDb }, size) {
    const count = (contestant: Contestant): number =>
      contestant === gitDocumentDb ? COMMITS_OF_GIT_DOCUMENTDB : COMMITS;
    const answers = await arena.measureCommits(present(gitmodel, pygit2, gitDocumentDb), (contestant) => ({
      size,
      shards: SHARDED,
      count: count(contestant),
      warmUp: contestant === gitDocumentDb ? 0 : WARM_UP,
    }));
    checkSameTrees(answers, [gitmodel, pygit2]);
    const cost = (contestant: Contestant): number =>
      medianCost(answers.get(contestant) ?? [], count(contestant)) * MILLISECONDS;
    return against({ case: 'commit-one', size, ours: cost(gitmodel), unit: 'ms/commit' }, [
      { contestant: pygit2, cost: () => cost(pygit2), note: 'sharded, the same trees' },
      {
        contestant: gitDocumentDb,
        cost: () => cost(gitDocumentDb),
        note: `in its own layout; ${COMMITS_OF_GIT_DOCUMENTDB} commits a run`,
      },
    ]);
  },
};

/**
 * Many commits that are asked for side by side, against the same one after another: as soon as a single commit costs what it
 * does later, and when V8 has compiled also what each group does only once.
 */
export const commitConcurrent: Case = {
  name: 'commit-concurrent',
  sizes: [10_000],

  async run(arena, { gitmodel }, size) {
    const serial = as('ourselves, serial', gitmodel);
    const count = Math.min(MANY_COMMITS, size);
    const measure = async (name: string, warmUp: number): Promise<Result[]> => {
      const answers = await arena.measureCommits([gitmodel, serial], (contestant) => ({
        size,
        shards: SHARDED,
        count,
        warmUp,
        inFlight: contestant === serial ? 1 : IN_FLIGHT,
      }));
      checkSameTrees(answers);
      const cost = (contestant: Contestant): number =>
        medianCost(answers.get(contestant) ?? [], count) * MILLISECONDS;
      const note = `${count} commits, ${IN_FLIGHT} in flight, after ${warmUp} others`;
      return against({ case: name, size, ours: cost(gitmodel), unit: 'ms/commit' }, [
        { contestant: serial, cost: () => cost(serial), note },
      ]);
    };
    return [
      ...(await measure('commit-concurrent', WARM_UP)),
      ...(await measure('commit-concurrent-later', LONG_WARM_UP)),
    ];
  },
};

/** Many commits, each of which is on disk when it is acknowledged. */
export const commitFsync: Case = {
  name: 'commit-fsync',
  sizes: [10_000],

  async run(arena, { gitmodel, pygit2 }, size) {
    const count = Math.min(MANY_COMMITS, size);
    const answers = await arena.measureCommits(present(gitmodel, pygit2), (contestant) => ({
      size,
      shards: SHARDED,
      count,
      warmUp: WARM_UP,
      inFlight: contestant === gitmodel ? IN_FLIGHT : 1,
      durability: 'fsync',
    }));
    checkSameTrees(answers);
    const cost = (contestant: Contestant): number =>
      medianCost(answers.get(contestant) ?? [], count) * MILLISECONDS;
    return against({ case: 'commit-fsync', size, ours: cost(gitmodel), unit: 'ms/commit' }, [
      {
        contestant: pygit2,
        cost: () => cost(pygit2),
        note: `${count} commits; ours ${IN_FLIGHT} in flight, the peer's one after another`,
      },
    ]);
  },
};

/** How much more a commit costs in a store of a hundred times as many records, and of a thousand times as many. */
export const commitGrowth: Case = {
  name: 'commit-growth',
  sizes: [100_000],
  longSizes: [1_000_000],

  async run(arena, { gitmodel }, size) {
    const small = as('ourselves', gitmodel);
    const smallSize = Math.max(1, Math.round(size / (size > 100_000 ? 1_000 : 100)));
    const answers = await arena.measureCommits([gitmodel, small], (contestant) => ({
      size: contestant === small ? smallSize : size,
      shards: SHARDED,
      count: COMMITS,
      warmUp: WARM_UP,
    }));
    const [ours, theirs] = [gitmodel, small].map(
      (contestant) => medianCost(answers.get(contestant) ?? [], COMMITS) * MILLISECONDS,
    ) as [number, number];
    const factor = (ours / theirs).toFixed(2);
    const note = `theirs is ours at ${smallSize} records: the cost has grown by a factor of ${factor}`;
    return [
      compare({ case: 'commit-growth', size, peer: small.name, ours, unit: 'ms/commit', note }, theirs),
    ];
  },
};
