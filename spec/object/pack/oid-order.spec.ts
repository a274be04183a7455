import fc from 'fast-check';
import { OID_BYTES } from '../../../lib/object/oid';
import { OidOrder } from '../../../lib/object/pack/oid-order';
import { inPages, OIDS_PER_PAGE } from '../../../lib/object/pack/oid-pages';

/** The numbers of oids in their order. */
function orderOf(oids: Buffer, size = oids.length / OID_BYTES): number[] {
  const order = new OidOrder(inPages(oids), size);
  for (let byte = 0; byte < 256; byte++) order.sort(byte);
  expect(order.endOf(-1)).toBe(0);
  expect(order.endOf(255)).toBe(size);
  return Array.from({ length: size }, (_, place) => order.at(place));
}

describe('The order of oids', () => {
  it('is that of their bytes, equal ones by their numbers', () => {
    // Few different bytes, so that many are alike for a while, and some are equal.
    const bytes = fc.array(fc.constantFrom(0, 1, 255), { minLength: OID_BYTES, maxLength: OID_BYTES });
    const alike = fc.array(fc.constantFrom(0, 255), { minLength: 2, maxLength: 2 }).map((two) => {
      return [...Array<number>(OID_BYTES - 2).fill(7), ...two];
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, alike), { maxLength: 200 }), (all) => {
        const oids = all.map((each) => Buffer.from(each));
        const expected = oids.map((_, number) => number);
        // Sorting is stable.
        expected.sort((a, b) => Buffer.compare(oids[a] as Buffer, oids[b] as Buffer));
        expect(orderOf(Buffer.concat(oids))).toEqual(expected);
      }),
    );
  });

  it('is of more oids than one piece of memory holds, and of none of those that there is only room for', () => {
    const count = OIDS_PER_PAGE * 2 + 5;
    const oids = Buffer.alloc((count + 3) * OID_BYTES);
    for (let number = 0; number < count; number++) oids.writeUInt32BE(count - number, number * OID_BYTES);
    const descending = Array.from({ length: count }, (_, place) => count - 1 - place);
    expect(orderOf(oids, count)).toEqual(descending);
  });
});
