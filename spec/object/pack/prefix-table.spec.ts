import fc from 'fast-check';
import { PrefixTable } from '../../../lib/object/pack/prefix-table';

/** Mostly alike, and among them the least and the greatest, where the table begins and ends. */
const prefix = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0x80000000, 0xfffffffe, 0xffffffff),
);
const owner = fc.integer({ min: 0, max: 5 });

/** All that have a prefix, in the order in which they are told. */
function ownersOf(table: PrefixTable, each: number): number[] {
  const owners: number[] = [];
  for (let entry = table.find(each); entry !== 0; entry = table.before(entry))
    owners.push(table.ownerOf(entry));
  return owners;
}

describe('A table of the beginnings of oids', () => {
  it('tells all that have one, as often as they do, the last first', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(prefix, owner)), fc.array(prefix), (pairs, others) => {
        const table = new PrefixTable();
        const expected = new Map<number, number[]>();
        for (const [each, of] of pairs) {
          table.add(each, of);
          expected.set(each, [...(expected.get(each) ?? []), of]);
        }
        for (const each of [...expected.keys(), ...others]) {
          expect(ownersOf(table, each)).toEqual([...(expected.get(each) ?? [])].reverse());
        }
      }),
    );
  });

  it('grows with what it holds, and is empty when it was cleared', () => {
    const table = new PrefixTable();
    const prefixes = Array.from({ length: 10_000 }, (_, n) => (n * 0x9e3779b1) >>> 0);
    for (const [number, each] of prefixes.entries()) table.add(each, number);
    for (const [number, each] of prefixes.entries()) expect(ownersOf(table, each)).toEqual([number]);
    table.clear();
    for (const each of prefixes) expect(ownersOf(table, each)).toEqual([]);
    table.add(7, 1);
    expect(ownersOf(table, 7)).toEqual([1]);
  });
});
