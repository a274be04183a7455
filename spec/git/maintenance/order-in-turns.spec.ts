import fc from 'fast-check';
import { orderInTurns, orderOids } from '../../../lib/git/maintenance/order-in-turns';

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

  it('orders oids, equal ones by their position', async () => {
    const oid = (digit: string): string => digit.repeat(40);
    const oids = Buffer.from([oid('f'), oid('0'), oid('8'), oid('0')].join(''), 'hex');
    expect([...(await orderOids(oids))]).toEqual([1, 3, 2, 0]);
    expect([...(await orderOids(Buffer.alloc(0)))]).toEqual([]);
  });
});
