import { medianCost } from '../harness/arena';
import { handWrittenCodec, modelCodec } from '../harness/contestant';
import type { Contestant } from '../harness/contestant';
import { against } from './against';
import type { Case } from './case';

const NAME = 'load-save';
const MICROSECONDS = 1e6;
const COUNT = 100_000;
const WARM_UP = 20_000;

/** Loading a record from bytes, validating it and making bytes of it again, without a store. */
export const loadSave: Case = {
  name: NAME,
  sizes: [1_000],

  async run(arena, _contestants, size) {
    const [ours, byHand] = [modelCodec(), handWrittenCodec()];
    const answers = await arena.measureWithoutStore([ours, byHand], {
      operation: 'load-save',
      size,
      count: COUNT,
      warmUp: WARM_UP,
    });
    const cost = (contestant: Contestant): number =>
      medianCost(answers.get(contestant) ?? [], COUNT) * MICROSECONDS;
    return against({ case: NAME, size, ours: cost(ours), unit: 'µs/record' }, [
      {
        contestant: byHand,
        cost: () => cost(byHand),
        note: `JSON.parse, one parse by zod, JSON.stringify; ours does ${perSecond(cost(ours))} records a second`,
      },
    ]);
  },
};

function perSecond(microseconds: number): string {
  return Math.round(MICROSECONDS / microseconds).toLocaleString('en-US');
}
