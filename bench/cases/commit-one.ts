import { medianCost } from '../harness/arena';
import type { Contestant } from '../harness/contestant';
import { against } from './against';
import { present } from './case';
import type { Case } from './case';

const NAME = 'commit-one';
const MILLISECONDS = 1e3;
const COMMITS = 100;
const WARM_UP = 50;

/** Every put of git-documentdb waits for a queue that ticks ten times a second, so a few tell enough. */
const COMMITS_OF_GIT_DOCUMENTDB = 10;

/** Saving one new record and committing it, one after another, in a store that has many. */
export const commitOne: Case = {
  name: NAME,
  sizes: [1_000, 2_000, 10_000],

  async run(arena, { gitmodel, pygit2, gitDocumentDb }, size) {
    const count = (contestant: Contestant): number =>
      contestant === gitDocumentDb ? COMMITS_OF_GIT_DOCUMENTDB : COMMITS;
    const warmUp = (contestant: Contestant): number => (contestant === gitDocumentDb ? 0 : WARM_UP);
    const answers = await arena.measureCommits(present(gitmodel, pygit2, gitDocumentDb), size, count, warmUp);
    const cost = (contestant: Contestant): number =>
      medianCost(answers.get(contestant) ?? [], count(contestant)) * MILLISECONDS;
    return against({ case: NAME, size, ours: cost(gitmodel), unit: 'ms/commit' }, [
      { contestant: pygit2, cost: () => cost(pygit2), note: 'flat' },
      {
        contestant: gitDocumentDb,
        cost: () => cost(gitDocumentDb),
        note: `${COMMITS_OF_GIT_DOCUMENTDB} commits a run`,
      },
    ]);
  },
};
