import fc from 'fast-check';
import { InvalidObjectError } from '../../lib/errors';
import { EncodedEntries } from '../../lib/object/encoded-entries';
import type { NodeEntry } from '../../lib/object/node-entry';
import { toByteOid } from '../../lib/object/oid';
import type { ByteOid } from '../../lib/object/oid';
import { decodeTree, encodeTree } from '../../lib/object/tree-codec';
import type { RawTreeEntry } from '../../lib/object/tree-codec';

const OID = toByteOid('1'.repeat(40));

/** Names of few letters, so that they are alike and often the beginnings of others. */
const name = fc
  .string({ unit: fc.constantFrom('a', 'b', '.', '-', '~', '\xe9', '\xff'), minLength: 1, maxLength: 5 })
  .filter((each) => each !== '.' && each !== '..');
const entry: fc.Arbitrary<RawTreeEntry> = fc.record({
  name,
  mode: fc.constantFrom(0o100644, 0o100755, 0o120000, 0o160000),
  oid: fc.constantFrom(
    toByteOid('00'.repeat(20)),
    toByteOid('01'.repeat(20)),
    toByteOid(`${'01'.repeat(19)}ff`),
    '40000 a\0'.padEnd(20, ' ') as ByteOid,
  ),
});
const entries = fc
  .uniqueArray(entry, { selector: (each) => each.name, maxLength: 30 })
  .map((each) => [...each].sort((a, b) => (a.name < b.name ? -1 : 1)));

function listOf(each: readonly RawTreeEntry[]): EncodedEntries {
  const list = EncodedEntries.of(OID, encodeTree([...each]));
  if (!list) throw new Error('They are not in order.');
  return list;
}

const rawEntry = (name: string, { mode, byteOid }: NodeEntry): RawTreeEntry => ({ name, mode, oid: byteOid });
const all = (list: EncodedEntries): RawTreeEntry[] => Array.from(list.entries(), (each) => rawEntry(...each));
const found = (list: EncodedEntries, name: string): RawTreeEntry | undefined => {
  const entry = list.get(name);
  return entry && rawEntry(name, entry);
};

describe('The entries of a tree, as they are stored', () => {
  it('are those that a map of the same has, in the order of the names', () => {
    fc.assert(
      fc.property(entries, fc.array(name), (present, asked) => {
        const list = listOf(present);
        expect(all(list)).toEqual(present);
        expect(list.size).toBe(present.length);
        const map = new Map(present.map((each) => [each.name, each]));
        for (const each of [...map.keys(), ...asked]) expect(found(list, each)).toEqual(map.get(each));
      }),
    );
  });

  it('differ from others in what two maps do not have in common', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const [before, after] = [one, other].map((each) => new Map(each.map((item) => [item.name, item])));
        const names = [...new Set([...one, ...other].map((each) => each.name))].sort((a, b) =>
          a < b ? -1 : 1,
        );
        const expected = names
          .map((each) => [each, before?.get(each), after?.get(each)] as const)
          .filter(([, a, b]) => JSON.stringify(a) !== JSON.stringify(b));
        const differences = listOf(one).differences(listOf(other));
        expect(
          differences.map(([each, a, b]) => [each, a && rawEntry(each, a), b && rawEntry(each, b)]),
        ).toEqual(expected);
      }),
    );
  });

  it('can be a folder beside files', () => {
    const present = [
      { name: 'a', mode: 0o100644, oid: toByteOid('01'.repeat(20)) },
      { name: 'b', mode: 0o40000, oid: toByteOid('02'.repeat(20)) },
    ];
    expect(all(listOf(present))).toEqual(present);
    expect(found(listOf(present), 'b')).toEqual(present[1]);
  });

  it('are not taken when they are in another order, as Git has a folder behind what goes on with less than a slash', () => {
    const oid = toByteOid('01'.repeat(20));
    const raw = encodeTree([
      { name: 'a', mode: 0o40000, oid },
      { name: 'a.b', mode: 0o100644, oid },
    ]);
    expect(decodeTree(OID, raw).map((each) => each.name)).toEqual(['a.b', 'a']);
    expect(EncodedEntries.of(OID, raw)).toBeUndefined();
  });

  it('are not taken when a name is there twice', () => {
    const file = { name: 'a', mode: 0o100644, oid: toByteOid('01'.repeat(20)) };
    expect(EncodedEntries.of(OID, encodeTree([file, file]))).toBeUndefined();
  });

  it('must be a tree', () => {
    expect(() => EncodedEntries.of(OID, Buffer.from('100644 a\0short'))).toThrow(InvalidObjectError);
  });
});
