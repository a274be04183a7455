import fc from 'fast-check';
import { orderInTurns } from '../../../lib/git/maintenance/order-in-turns';

describe('Sorting in turns', () => {
  it('gives the order that sort() gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 500 })), async (values) => {
        const at = (item: number): number => values[item] as number;
        const compare = (a: number, b: number): number => at(a) - at(b) || a - b;
        const order = await orderInTurns(values.length, { share: (item) => at(item) / 501, compare });
        expect([...order]).toEqual(values.map((_, item) => item).sort(compare));
      }),
    );
  });
});
