import fc from 'fast-check';
import { EditedEntries, mostEdits } from '../../lib/object/edited-entries';
import { EncodedEntries } from '../../lib/object/encoded-entries';
import { FileMode } from '../../lib/object/file-mode';
import { NodeEntry } from '../../lib/object/node-entry';
import { hashObject, toByteOid } from '../../lib/object/oid';
import { encodeTree } from '../../lib/object/tree-codec';
import type { RawTreeEntry } from '../../lib/object/tree-codec';

const OID = toByteOid('1'.repeat(40));

/** How many edits a folder of a few entries may have. */
const MOST_EDITS = mostEdits(0);

/** Names of few letters, so that they are alike and often the beginnings of others; `/` is between `.` and `a`. */
const name = fc
  .string({ unit: fc.constantFrom('a', 'b', '.', '-', '0', '\xe9'), minLength: 1, maxLength: 3 })
  .filter((each) => each !== '.' && each !== '..');
const mode = fc.constantFrom(FileMode.BLOB, FileMode.TREE, 0o100755, 0o160000);
const oid = fc
  .integer({ min: 0, max: 255 })
  .map((n) => toByteOid(n.toString(16).padStart(2, '0').repeat(20)));
const stored = fc.tuple(mode, oid).map((parts) => NodeEntry.stored(...parts));
const unwritten = fc.integer().map((n) => blob(String(n)));
const changes = fc.array(
  fc.oneof(
    fc.tuple(fc.constant('set' as const), name, fc.oneof(stored, unwritten)),
    fc.tuple(fc.constant('remove' as const), name, fc.constant(undefined)),
    fc.tuple(fc.constant('encode' as const), fc.constant(''), fc.constant(undefined)),
  ),
  { maxLength: 40 },
);
const start = fc.uniqueArray(fc.tuple(name, stored), { selector: ([each]) => each, maxLength: 12 });

type Entries = Map<string, NodeEntry>;

function blob(text: string): NodeEntry {
  const content = Buffer.from(text);
  return NodeEntry.blob(content, toByteOid(hashObject('blob', content)), FileMode.BLOB);
}

function raw(entries: Entries): RawTreeEntry[] {
  return sorted(entries).map(([each, entry]) => ({ name: each, mode: entry.mode, oid: entry.byteOid }));
}

function sorted(entries: Entries): [string, NodeEntry][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function encoded(entries: Entries): EncodedEntries | undefined {
  return EncodedEntries.of(OID, encodeTree(raw(entries)));
}

/** What is to be seen of entries: their names, and what each stands for. */
function seen(entries: Iterable<[string, NodeEntry]>): unknown[] {
  return Array.from(entries, ([each, entry]) => [
    each,
    entry.mode,
    entry.oid,
    entry.content?.toString() ?? null,
  ]);
}

describe('Entries of a folder of which a few were edited', () => {
  it('are what a map is after the same edits, and encoded as all entries are together', () => {
    fc.assert(
      fc.property(start, changes, name, (before, steps, other) => {
        const map: Entries = new Map(before);
        const base = encoded(map);
        fc.pre(base !== undefined);
        let edited: EditedEntries = EditedEntries.of(base);
        for (const [kind, each, entry] of steps) {
          if (kind === 'encode') {
            expect(edited.encode()).toEqual(encodeTree(raw(map)));
            continue;
          }
          const next = edited.with(each, entry);
          // Only the order of the names makes it impossible here; then they stay as they are.
          if (!next) continue;
          edited = next;
          if (entry) map.set(each, entry);
          else map.delete(each);
          expect(edited.get(each)).toBe(entry);
        }
        expect(edited.size).toBe(map.size);
        expect(seen(edited.entries())).toEqual(seen(sorted(map)));
        expect(edited.get(other)?.oid).toBe(map.get(other)?.oid);
        expect(new Set(edited.listUnwritten())).toEqual(
          new Set([...map.values()].filter(({ isUnwritten }) => isUnwritten)),
        );
        expect(edited.settled().encode()).toEqual(encodeTree(raw(map)));
        expect(edited.encode()).toEqual(encodeTree(raw(map)));
        expect(seen(edited.entries())).toEqual(seen(sorted(map)));
      }),
      { numRuns: 500 },
    );
  });

  it('stay as they are when others are made of them', () => {
    const before = EditedEntries.of(encoded(new Map([['a', blob('1')]])) as EncodedEntries);
    const one = before.with('b', blob('2'));
    const both = one?.with('a', undefined)?.with('b', blob('3'));
    both?.encode();
    expect([before, one, both].map((each) => [...(each?.entries() ?? [])].map(([each]) => each))).toEqual([
      ['a'],
      ['a', 'b'],
      ['b'],
    ]);
    expect(one?.get('b')?.content?.toString()).toBe('2');
  });

  it('are listed as they are when they are encoded meanwhile', () => {
    const stored = EditedEntries.of(
      encoded(new Map(['b', 'c', 'd', 'e'].map((each) => [each, blob(each)]))) as EncodedEntries,
    );
    const edited = stored.with('a', blob('a')) as EditedEntries;
    const listed: string[] = [];
    for (const [each] of edited.entries()) {
      listed.push(each);
      edited.encode();
    }
    expect(listed).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('are refused where the order of the names is not that of the entries, and only there', () => {
    const folder = NodeEntry.stored(FileMode.TREE, OID);
    const file = NodeEntry.stored(FileMode.BLOB, OID);
    const editsOf = (first: [string, NodeEntry], second: [string, NodeEntry]): boolean[] => {
      const edited = EditedEntries.of(EncodedEntries.NONE).with(...first);
      const added = edited?.with(...second);
      const kept = edited && EditedEntries.of(edited.settled()).with(...second);
      return [added !== undefined, kept !== undefined];
    };
    const no = [false, false];
    const yes = [true, true];
    expect(editsOf(['a', folder], ['a.b', file])).toEqual(no);
    expect(editsOf(['a.b', file], ['a', folder])).toEqual(no);
    expect(editsOf(['a-b', folder], ['a', folder])).toEqual(no);
    expect(editsOf(['a', file], ['a.b', folder])).toEqual(yes);
    expect(editsOf(['a0', file], ['a', folder])).toEqual(yes);
    expect(editsOf(['a', folder], ['a0', file])).toEqual(yes);
  });

  it('are refused when they become so many that a tree of all entries does better', () => {
    let edited: EditedEntries | undefined = EditedEntries.of(EncodedEntries.NONE);
    for (let n = 0; n < MOST_EDITS; n++) edited = edited?.with(`file-${n}`, blob(String(n)));
    expect(edited?.size).toBe(MOST_EDITS);
    expect(edited?.with('file-0', blob('other'))?.size).toBe(MOST_EDITS);
    expect(edited?.with('one-more', blob('one more'))).toBeUndefined();
  });

  it('may be more in a larger folder, but not without end', () => {
    expect([0, 1000, 2000, 10_000, 1_000_000].map(mostEdits)).toEqual([32, 32, 62, 312, 512]);
  });

  it('are not edits any more once they are encoded', () => {
    let edited: EditedEntries | undefined = EditedEntries.of(EncodedEntries.NONE);
    for (let n = 0; n < 3 * MOST_EDITS; n++) {
      edited = edited?.with(`file-${n}`, blob(String(n)));
      if (n % MOST_EDITS === 0) edited?.encode();
    }
    expect(edited?.size).toBe(3 * MOST_EDITS);
    expect(edited?.listUnwritten()).toHaveLength(3 * MOST_EDITS);
  });
});
