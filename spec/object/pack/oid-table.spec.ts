import fc from 'fast-check';
import { hashObject, OID_BYTES } from '../../../lib/object/oid';
import { OIDS_PER_PAGE } from '../../../lib/object/pack/oid-pages';
import { OidTable } from '../../../lib/object/pack/oid-table';

/** The oid at a number, as it stands in the pages. */
function oidAt(table: OidTable, number: number): string | undefined {
  const start = (number % OIDS_PER_PAGE) * OID_BYTES;
  return table.pages[Math.floor(number / OIDS_PER_PAGE)]?.toString('hex', start, start + OID_BYTES);
}

describe('A table of oids', () => {
  // Few different bytes, so that many have the same place in it.
  const oids = fc
    .array(fc.constantFrom('00', '01', 'ff'), { minLength: OID_BYTES, maxLength: OID_BYTES })
    .map((bytes) => bytes.join(''));

  it('numbers each once, in the order in which they come', () => {
    fc.assert(
      fc.property(fc.array(oids, { maxLength: 300 }), oids, (all, other) => {
        const table = new OidTable();
        const numbers = new Map<string, number>();
        for (const oid of all) {
          expect(table.add(oid)).toBe(!numbers.has(oid));
          if (!numbers.has(oid)) numbers.set(oid, numbers.size);
        }
        expect(table.size).toBe(numbers.size);
        for (const oid of [...all, other]) expect(table.find(oid)).toBe(numbers.get(oid));
        for (const [oid, number] of numbers) expect(oidAt(table, number)).toBe(oid);
      }),
    );
  });

  it('holds more of them than one piece of memory', () => {
    const table = new OidTable();
    const count = OIDS_PER_PAGE * 2 + 3;
    const oid = (number: number): string => hashObject('blob', Buffer.from(String(number)));
    for (let number = 0; number < count; number++) table.add(oid(number));
    expect(table.pages).toHaveLength(3);
    for (let number = 0; number < count; number += 97) {
      expect(table.find(oid(number))).toBe(number);
      expect(oidAt(table, number)).toBe(oid(number));
      expect(table.add(oid(number))).toBe(false);
    }
    expect(table.find(oid(count))).toBeUndefined();
  });
});
