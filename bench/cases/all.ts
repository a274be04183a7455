import { medianCost } from '../harness/arena';
import type { Contestant } from '../harness/contestant';
import { against } from './against';
import { present } from './case';
import type { Case } from './case';

const NAME = 'all';
const MICROSECONDS = 1e6;

/** Reading every record of a store, in a process that has read nothing before. */
export const all: Case = {
  name: NAME,
  sizes: [1_000, 10_000],

  async run(arena, { gitmodel, pygit2, gitDocumentDb }, size) {
    const answers = await arena.measureReads(present(gitmodel, pygit2, gitDocumentDb), {
      operation: 'all',
      size,
    });
    const cost = (contestant: Contestant): number =>
      medianCost(answers.get(contestant) ?? [], size) * MICROSECONDS;
    return against({ case: NAME, size, ours: cost(gitmodel), unit: 'µs/record' }, [
      {
        contestant: pygit2,
        cost: () => cost(pygit2),
        note: 'from a pack, which we write; the peer reads loose objects and parses only',
      },
      { contestant: gitDocumentDb, cost: () => cost(gitDocumentDb), note: 'the peer reads loose objects' },
    ]);
  },
};
