import { medianCost } from '../harness/arena';
import type { Contestant } from '../harness/contestant';
import { compare } from '../harness/result';
import { against } from './against';
import { as, checkSameTrees, present } from './case';
import type { Case } from './case';

const NAME = 'save';
const MICROSECONDS = 1e6;
const WARM_UP = 500;

/** Staging new records, until all of them are in the object database as one tree. Nothing is committed. */
export const save: Case = {
  name: NAME,
  sizes: [1_000, 10_000],

  async run(arena, { gitmodel, pygit2 }, size) {
    const batch = as('pygit2-batch', pygit2);
    const answers = await arena.measureNewStores(present(gitmodel, pygit2, batch), (contestant) => ({
      operation: contestant === batch ? 'save-batch' : 'save',
      size,
      warmUp: WARM_UP,
    }));
    checkSameTrees(answers);
    const cost = (contestant: Contestant): number =>
      medianCost(answers.get(contestant) ?? [], size) * MICROSECONDS;
    return against({ case: NAME, size, ours: cost(gitmodel), unit: 'µs/record' }, [
      {
        contestant: pygit2,
        cost: () => cost(pygit2),
        note: 'the peer updates the trees at every record, as python-gitmodel does',
      },
      {
        contestant: batch,
        cost: () => cost(batch),
        note: 'the peer knows all records beforehand and writes the trees above them once',
      },
    ]);
  },

  /** Whether the cost of a record grows with the number of records. */
  summarize(results) {
    const costs = new Map(results.map(({ size, ours }) => [size, ours]));
    const sizes = [...costs.keys()].sort((a, b) => a - b);
    const [smallest, largest] = [sizes[0], sizes.at(-1)];
    if (smallest === undefined || largest === undefined || smallest === largest) return [];
    const facts = { case: 'save-growth', size: largest, peer: 'ourselves', unit: 'µs/record' };
    const note = `theirs is ours at ${smallest} records: the ratio is 1 when the cost is level`;
    return [compare({ ...facts, ours: costs.get(largest) ?? NaN, note }, costs.get(smallest) ?? NaN)];
  },
};
