import fc from 'fast-check';
import { InvalidObjectError } from '../../lib/errors';
import { FileMode } from '../../lib/object/file-mode';
import { hashObject, toByteOid } from '../../lib/object/oid';
import type { ByteOid } from '../../lib/object/oid';
import { decodeTree, encodeTree, findInTree } from '../../lib/object/tree-codec';
import type { RawTreeEntry } from '../../lib/object/tree-codec';
import { errorOf } from '../support/error-of';
import { expectCleanRepository, git, runGit, temporaryRepository } from '../support/temporary-repository';

const ANY_HEX = '0123456789abcdef0123456789abcdef01234567';
const ANY_OID = toByteOid(ANY_HEX);

function entry(name: string, mode: number = FileMode.BLOB, oid = ANY_HEX): RawTreeEntry {
  return { name, mode, oid: toByteOid(oid) };
}

const byName = (a: RawTreeEntry, b: RawTreeEntry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Entries by their names' bytes; those of folders are often the beginning of another's. */
const entries = fc
  .uniqueArray(
    fc.record({
      name: fc
        .array(fc.constantFrom(...Array.from('aab-.0!~ +,\x01\t\n"\\:\x7f\x80\xc3\xff')), {
          minLength: 1,
          maxLength: 4,
        })
        .map((bytes) => bytes.join('')),
      mode: fc.constantFrom(FileMode.TREE, FileMode.TREE, ...Object.values(FileMode)),
      oid: fc
        .uint8Array({ minLength: 20, maxLength: 20 })
        .map((bytes) => toByteOid(Buffer.from(bytes).toString('hex'))),
    }),
    { selector: ({ name }) => name, maxLength: 30 },
  )
  .map((list) => list.sort(byName));

const TYPES: Readonly<Record<number, string>> = { [FileMode.TREE]: 'tree', [FileMode.SUBMODULE]: 'commit' };

/** The oids of these trees when git makes them. */
function treesOfGit(repository: string, trees: readonly (readonly RawTreeEntry[])[]): string[] {
  const lines = trees.map((tree) => {
    const list = tree.map(({ name, mode, oid }) => {
      const hex = Buffer.from(oid, 'latin1').toString('hex');
      return `${mode.toString(8)} ${TYPES[mode] ?? 'blob'} ${hex}\t${name}\0`;
    });
    return `${list.join('')}\0`;
  });
  const args = ['mktree', '-z', '--missing', '--batch'];
  const input = Buffer.from(lines.join(''), 'latin1');
  return runGit(repository, args, { input }).toString().trim().split('\n');
}

describe('an encoded tree', () => {
  const repository = temporaryRepository({ bare: true });

  it('is the one that git makes of the same entries', () => {
    const trees = fc.sample(entries, 400);
    const theirs = treesOfGit(repository, trees);
    const ours = trees.map((tree) => hashObject('tree', encodeTree([...tree])));
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['a folder is followed by a name with a dash', [entry('a', FileMode.TREE), entry('a-b')]],
    ['a folder is followed by a name with a dot', [entry('a', FileMode.TREE), entry('a.b')]],
    ['a folder is followed by a name with a digit', [entry('a', FileMode.TREE), entry('a0')]],
    [
      'a folder stands among many such names',
      ['', '!', '-b', '.b', '0', 'b'].map((end) =>
        entry(`a${end}`, end === '' ? FileMode.TREE : FileMode.BLOB),
      ),
    ],
    [
      'folders are the beginnings of folders',
      ['', '-', '-.', '-.-', '.'].map((end) => entry(`a${end}`, FileMode.TREE)),
    ],
    ['a file is followed by a name with a dash', [entry('a'), entry('a-b')]],
    ['a submodule is followed by a name with a dash', [entry('a', FileMode.SUBMODULE), entry('a-b')]],
    ['a folder is followed by the lowest byte there is', [entry('a', FileMode.TREE), entry('a\x01')]],
    ['there are no entries', []],
  ])('has the order of git when %s', (_, tree) => {
    const sorted = [...tree].sort(byName);
    expect(hashObject('tree', encodeTree(sorted))).toBe(treesOfGit(repository, [tree])[0]);
  });

  it('is clean to fsck', () => {
    const file = runGit(repository, ['hash-object', '-w', '--stdin'], { input: 'x' }).toString().trim();
    const folder = encodeTree([entry('file', FileMode.BLOB, file)]);
    const tree = encodeTree([
      entry('a', FileMode.TREE, hashObject('tree', folder)),
      entry('a-b', FileMode.EXECUTABLE, file),
      entry('a.b', FileMode.SYMLINK, file),
      entry('a0', FileMode.BLOB, file),
      entry('\xff', FileMode.BLOB, file),
    ]);
    const strict = temporaryRepository({ bare: true });
    runGit(strict, ['hash-object', '-w', '--stdin'], { input: 'x' });
    for (const content of [folder, tree]) {
      runGit(strict, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input: content });
    }
    expectCleanRepository(strict);
  });
});

describe('a decoded tree', () => {
  it('has the entries that were encoded, in the order of git', () => {
    fc.assert(
      fc.property(entries, (tree) => {
        const raw = encodeTree([...tree]);
        const decoded = decodeTree(ANY_OID, raw);
        expect([...decoded].sort(byName)).toEqual(tree);
        expect(encodeTree([...decoded].sort(byName))).toEqual(raw);
      }),
    );
  });

  it('has what git ls-tree shows of a real one', () => {
    const repository = temporaryRepository();
    const oid = runGit(repository, ['hash-object', '-w', '--stdin'], { input: 'x' }).toString().trim();
    const list = ['100644 blob', '100755 blob', '120000 blob', '160000 commit'].map(
      (mode, at) => `${mode} ${mode.endsWith('blob') ? oid : ANY_HEX}\tna me-${at}ä\n`,
    );
    const tree = runGit(repository, ['mktree', '--missing'], { input: list.join('') })
      .toString()
      .trim();
    const shown = decodeTree(toByteOid(tree), runGit(repository, ['cat-file', 'tree', tree])).map(
      ({ name, mode }) => [mode.toString(8), Buffer.from(name, 'latin1').toString()],
    );
    const listed = git(repository, '-c', 'core.quotePath=false', 'ls-tree', tree).split('\n');
    expect(shown).toEqual(listed.map((line) => [line.split(' ')[0], line.split('\t')[1]]));
  });

  it('has folders whose mode begins with a zero, as some programs wrote them, and is written without it', () => {
    const raw = Buffer.concat([Buffer.from('040000 a\0'), Buffer.from(ANY_HEX, 'hex')]);
    expect(decodeTree(ANY_OID, raw)).toEqual([entry('a', FileMode.TREE)]);
    expect(encodeTree(decodeTree(ANY_OID, raw))).toEqual(raw.subarray(1));
  });

  it('keeps the modes that old versions of git wrote', () => {
    const raw = encodeTree([entry('a', 0o100664)]);
    expect(raw.toString('latin1')).toMatch(/^100664 a\0/);
    expect(decodeTree(ANY_OID, raw)).toEqual([entry('a', 0o100664)]);
  });
});

describe('bytes that are no tree', () => {
  const oid = Buffer.from(ANY_HEX, 'hex').toString('latin1');
  const sound = `100644 first\0${oid}`;

  it.each([
    ['nothing but a space', ' ', 0],
    ['no space', 'abc', 0],
    ['no mode', ` a\0${oid}`, 0],
    ['a mode that is not octal', `100648 a\0${oid}`, 0],
    ['a mode with a sign', `-10064 a\0${oid}`, 0],
    ['a mode that is too short', `4000 a\0${oid}`, 0],
    ['a mode that is too long', `0100644 a\0${oid}`, 0],
    ['a mode of any length', `${'7'.repeat(5000)} a\0${oid}`, 0],
    ['a mode that says of no kind', `00644 a\0${oid}`, 0],
    ['a mode of zeros', `000000 a\0${oid}`, 0],
    ['no name', `100644 \0${oid}`, 0],
    ['no end of the name', `100644 abc`, 0],
    ['no oid', '100644 a\0', 0],
    ['half an oid', `100644 a\0${oid.slice(10)}`, 0],
    ['an oid that lacks a byte', `100644 a\0${oid.slice(1)}`, 0],
    ['more after a sound entry', `${sound}x`, sound.length],
    ['a broken entry after a sound one', `${sound}100644 b\0${oid.slice(1)}`, sound.length],
    ['text', 'Once upon a time', 0],
    ['another object', 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor', 0],
  ])('are refused, with the place, for %s', async (_, raw, position) => {
    const error = await errorOf(() => decodeTree(ANY_OID, Buffer.from(raw, 'latin1')));
    expect(error).toMatchObject({ code: 'INVALID_OBJECT', details: { oid: ANY_HEX, position } });
    expect(error.message).toBe(`The tree ${ANY_HEX} is malformed at byte ${position}; run "git fsck" on it.`);
  });

  it('are refused wherever a tree was cut off, but between two entries', () => {
    fc.assert(
      fc.property(entries, (tree) => {
        const raw = encodeTree(tree);
        const whole = new Set([0]);
        for (const { name, mode } of decodeTree(ANY_OID, raw)) {
          whole.add(Math.max(...whole) + mode.toString(8).length + 1 + name.length + 1 + 20);
        }
        for (let end = 0; end <= raw.length; end++) {
          const decode = (): unknown => decodeTree(ANY_OID, raw.subarray(0, end));
          if (whole.has(end)) decode();
          else expect(decode).toThrow(InvalidObjectError);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never do anything else than to be refused', () => {
    const damaged = fc
      .tuple(
        entries,
        fc.array(fc.tuple(fc.nat(2000), fc.constantFrom(0, 32, 47, 48, 55, 255)), { maxLength: 5 }),
      )
      .map(([tree, changes]) => {
        const raw = encodeTree(tree);
        for (const [at, byte] of changes) if (raw.length > 0) raw[at % raw.length] = byte;
        return raw;
      });
    const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, noise), (raw) => {
        try {
          decodeTree(ANY_OID, raw);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidObjectError);
          refused++;
        }
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it.each(['\0', ' ', '1', 'a', '100644 ', `1 `])('are refused at once, however many: %j', (part) => {
    const raw = Buffer.alloc(4 * 1024 * 1024, part, 'latin1');
    expect(() => decodeTree(ANY_OID, raw)).toThrow(InvalidObjectError);
  });
});

describe('findInTree', () => {
  const someName = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', '1', '\u00ff', '-'),
    minLength: 1,
    maxLength: 4,
  });
  const someEntries = fc.uniqueArray(
    fc.record({
      name: someName,
      mode: fc.constantFrom(FileMode.BLOB, FileMode.TREE, FileMode.SUBMODULE),
      oid: fc
        .string({ unit: fc.constantFrom('\0', '4', ' ', 'a', '\u00ff'), minLength: 20, maxLength: 20 })
        .map((bytes) => bytes as ByteOid),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  );

  it('finds what decoding all of the tree finds', () => {
    fc.assert(
      fc.property(someEntries, someName, (entries, other) => {
        const raw = encodeTree([...entries]);
        for (const name of [other, ...entries.map((each) => each.name)]) {
          const expected = entries.find((each) => each.name === name);
          expect(findInTree(raw, Buffer.from(name, 'latin1'))).toEqual(expected);
        }
      }),
    );
  });

  it('finds nothing in what breaks off', () => {
    const raw = Buffer.from('100644 a\0too short', 'latin1');
    expect(findInTree(raw, Buffer.from('a'))).toBeUndefined();
    expect(findInTree(Buffer.from('no tree'), Buffer.from('a'))).toBeUndefined();
  });
});
