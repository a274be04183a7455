import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { InvalidObjectError } from '../../../lib/errors';
import { PackSet } from '../../../lib/git/pack/pack-set';
import { byteHashObject, hashObject, toByteOid } from '../../../lib/object/oid';
import type { ObjectType } from '../../../lib/object/oid';
import { crc32 } from '../../../lib/object/pack/crc32';
import { encodeEntryHeader, encodePackHeader } from '../../../lib/object/pack/pack-entry-codec';
import { encodedIndex } from '../../object/pack/encoded-index';
import { errorOf } from '../../support/error-of';
import { openFilesIn, SEES_OPEN_FILES } from '../../support/open-files';
import {
  commitFiles,
  git,
  runGit,
  temporaryFolder,
  temporaryRepository,
} from '../../support/temporary-repository';
import { open } from '../opened';

const MISSING = '1'.repeat(40);
const THIRD = '2'.repeat(40);

/** Says that it makes 100,000 bytes of as many, ten times as much as it is worth to go on with. */
const LARGE_DELTA = Buffer.from('a08d06a08d06b0a08601', 'hex');

let folder: string;
let objects: string;
let packs: PackSet;

beforeEach(() => {
  folder = temporaryRepository();
  objects = path.join(folder, '.git/objects');
  packs = new PackSet(objects);
});

afterEach(() => {
  packs.close();
  expect(openFilesIn(objects)).toEqual([]);
});

function packFiles(extension: string): string[] {
  const all = readdirSync(path.join(objects, 'pack')).filter((file) => file.endsWith(extension));
  return all.map((file) => path.join(objects, 'pack', file));
}

/** Commits versions of files that have much in common, so that git makes deltas of them; returns the commit. */
function commitVersions(count: number): string {
  let text = randomBytes(700).toString('hex');
  let parent: string | undefined;
  for (let version = 0; version < count; version++) {
    text += `${randomBytes(8).toString('hex')}\n`;
    const files = {
      'a/text': text,
      [`b/${version}`]: `small ${version}`,
      empty: '',
    };
    parent = commitFiles(folder, 'refs/heads/main', { files, parents: parent ? [parent] : [] });
  }
  git(folder, 'tag', '--annotate', '--force', '--message=x', 'v1', 'main');
  return String(parent);
}

interface Stored {
  readonly oid: string;
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** All objects of a repository, as `git cat-file --batch` gives them. */
function allObjects(repository = folder): Stored[] {
  const args = ['cat-file', '--batch-all-objects', '--batch'];
  const output = runGit(repository, args);
  const found: Stored[] = [];
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at);
    const [oid = '', type, size] = output.toString('latin1', at, end).split(' ');
    const content = output.subarray(end + 1, end + 1 + Number(size));
    found.push({ oid, type: type as ObjectType, content });
    at = end + 2 + content.length;
  }
  return found;
}

function expectAll(stored: readonly Stored[], from = packs): void {
  for (const { oid, type, content } of stored) {
    const read = from.read(toByteOid(oid));
    expect(read).toMatchObject({ type });
    expect(read !== 'too large' && read?.content.equals(content)).toBe(true);
    expect(from.summarize(toByteOid(oid))).toEqual({ type, size: content.length });
  }
}

/** The longest chain of deltas in the only pack. */
function longestChain(): number {
  const lengths = git(folder, 'verify-pack', '-v', String(packFiles('.idx')[0])).matchAll(
    /^chain length = (\d+)/gm,
  );
  return Math.max(...Array.from(lengths, ([, length]) => Number(length)));
}

describe('Every object in packs', () => {
  it.each([
    ['after git gc', () => git(folder, 'gc', '--quiet')],
    [
      'by deltas that name their base',
      () => git(folder, '-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq'),
    ],
    ['without compression', () => git(folder, '-c', 'pack.compression=0', 'repack', '-adfFq', '--depth=2')],
    [
      'with a multi-pack index',
      () => git(folder, 'repack', '-adq') + git(folder, 'multi-pack-index', 'write'),
    ],
  ])('is the one that git reads: %s', (_, pack) => {
    commitVersions(12);
    pack();
    const stored = allObjects();
    expect(stored.length).toBeGreaterThan(50);
    expect(new Set(stored.map(({ type }) => type)).size).toBe(4);
    expectAll(stored);
    expectAll([...stored].reverse());
  });

  it('is read at the end of a long chain of deltas', () => {
    const contents = Array.from({ length: 60 }, (_, at) => Buffer.alloc(10 + at, 'a'));
    const entries = contents.map((content, at): Entry => {
      const base = contents[at - 1];
      if (!base) return { type: 'blob', content };
      // Copies all of its base, and adds an a.
      const delta = Buffer.from([base.length, content.length, 0x90, base.length, 1, 0x61]);
      return { delta, base: hashObject('blob', base), oid: hashObject('blob', content) };
    });
    writePack('pack-chain', entries);
    expect(longestChain()).toBe(59);
    expectAll(allObjects().reverse());
  });

  it('is found among several packs, and in those of alternates', () => {
    for (let pack = 0; pack < 4; pack++) {
      commitFiles(folder, `refs/heads/${pack}`, { files: { a: `content ${pack}`, b: 'the same' } });
      git(folder, 'repack', '-dq');
    }
    expect(packFiles('.pack')).toHaveLength(4);
    const stored = allObjects();
    expectAll(stored);
    const clone = path.join(temporaryFolder(), 'clone');
    git(folder, 'clone', '--quiet', '--shared', '--branch=0', folder, clone);
    const there = new PackSet(path.join(clone, '.git/objects'));
    expectAll(stored, there);
    there.close();
  });

  it('is not read on the spot when it is large, or a delta of what is large', () => {
    const large = randomBytes(200_000);
    const [one, two] = [large, Buffer.concat([large, Buffer.from('more')])];
    commitFiles(folder, 'refs/heads/main', { files: { one, two, small: 'small' } });
    git(folder, 'repack', '-adfq');
    expect(longestChain()).toBe(1);
    for (const content of [one, two]) {
      const oid = hashObject('blob', content);
      expect(packs.read(toByteOid(oid))).toBe('too large');
      expect(packs.summarize(toByteOid(oid))).toEqual({ type: 'blob', size: content.length });
    }
    expect(packs.read(byteHashObject('blob', Buffer.from('small')))).toMatchObject({ type: 'blob' });
  });
});

describe('An object that no pack has', () => {
  it('is not found', () => {
    expect(packs.read(toByteOid(MISSING))).toBeUndefined();
    commitVersions(2);
    git(folder, 'repack', '-adq');
    packs.refresh();
    for (const oid of [MISSING, '0'.repeat(40), 'f'.repeat(40)])
      expect(packs.read(toByteOid(oid))).toBeUndefined();
  });

  it('is found once there was another look, and packs that are gone are closed then', () => {
    const first = commitVersions(2);
    git(folder, 'repack', '-adq');
    expect(packs.read(toByteOid(first))).toMatchObject({ type: 'commit' });
    const [old] = packFiles('.pack');
    const second = commitVersions(2);
    git(folder, 'repack', '-adq');
    expect(packs.read(toByteOid(second))).toBeUndefined();
    if (SEES_OPEN_FILES) expect(openFilesIn(objects)).toContain(`${String(old)} (deleted)`);
    expect(packs.refresh()).toBe(true);
    expect(packs.refresh()).toBe(false);
    expect(openFilesIn(objects)).toEqual([]);
    for (const oid of [first, second]) expect(packs.read(toByteOid(oid))).toMatchObject({ type: 'commit' });
  });

  it('is nothing any more when all was closed', () => {
    const oid = commitVersions(1);
    git(folder, 'repack', '-adq');
    expect(packs.read(toByteOid(oid))).toBeDefined();
    packs.close();
    expect(packs.read(toByteOid(oid))).toBeUndefined();
  });
});

describe('Many packs', () => {
  it('are not all open at once, and all found', () => {
    const blobs: string[] = [];
    for (let pack = 0; pack < 70; pack++) {
      const content = Buffer.from(`content ${pack}`);
      blobs.push(writePack(`pack-${pack}`, [{ type: 'blob', content }])[0] as string);
    }
    for (const oid of [...blobs, ...blobs.reverse()])
      expect(packs.read(toByteOid(oid))).toMatchObject({ type: 'blob' });
    if (SEES_OPEN_FILES) expect(openFilesIn(objects)).toHaveLength(64);
    git(folder, 'fsck', '--strict');
  });

  it('may come, go, and become one, and all that is there is found', () => {
    const blobs: string[] = [];
    const expectFound = (): void => {
      for (const oid of blobs) expect(packs.read(toByteOid(oid))).toMatchObject({ type: 'blob' });
      expect(packs.read(toByteOid(MISSING))).toBeUndefined();
    };
    for (let round = 0; round < 3; round++) {
      for (let pack = 0; pack < 70; pack++) {
        const content = Buffer.from(`content ${round} ${pack}`);
        blobs.push(...writePack(`pack-${round}-${pack}`, [{ type: 'blob', content }]));
      }
      packs.refresh();
      expectFound();
      git(folder, 'multi-pack-index', 'write');
      git(folder, 'multi-pack-index', 'repack');
      git(folder, 'multi-pack-index', 'expire');
      expect(packFiles('.pack').length).toBeLessThan(3);
      expect(packs.refresh()).toBe(true);
      expectFound();
    }
  });

  it('may be others of the same name by now, which the second look tells', () => {
    const [one, two] = ['one', 'two'].map((text) => Buffer.from(text)) as [Buffer, Buffer];
    const read = (content: Buffer): unknown => packs.read(byteHashObject('blob', content));
    writePack('pack-a', [{ type: 'blob', content: one }]);
    expect(packs.read(toByteOid(MISSING))).toBeUndefined();
    writePack('pack-a', [
      { type: 'blob', content: two },
      { type: 'blob', content: one },
    ]);
    expect(() => read(one)).toThrow(InvalidObjectError);
    for (const content of [one, two]) expect(read(content)).toMatchObject({ type: 'blob', content });
  });

  it('may have the same object, of which one that is sound is enough', () => {
    const content = Buffer.from('in all of them');
    for (let pack = 0; pack < 5; pack++) writePack(`pack-${pack}`, [{ type: 'blob', content }]);
    const oid = byteHashObject('blob', content);
    expect(packs.read(oid)).toMatchObject({ type: 'blob' });
    for (const file of packFiles('.pack').slice(0, 4)) rmSync(file);
    packs.close();
    packs = new PackSet(objects);
    for (let time = 0; time < 2; time++) expect(packs.read(oid)).toMatchObject({ type: 'blob' });
    rmSync(packFiles('.pack')[0] as string);
    packs.close();
    packs = new PackSet(objects);
    for (let time = 0; time < 2; time++) expect(() => packs.read(oid)).toThrow(InvalidObjectError);
  });
});

/** An entry of a pack that is made by hand: an object, or a delta, of the base so far before or of this oid. */
type Entry =
  | { readonly type: ObjectType; readonly content: Buffer }
  | { readonly delta: Buffer; readonly base: number | string; readonly oid: string };

/** Writes a pack and its index, sound or not, and returns the oids. */
function writePack(name: string, entries: readonly Entry[]): string[] {
  const parts = [encodePackHeader(entries.length)];
  let offset = 12;
  const packed = entries.map((entry) => {
    const content = 'delta' in entry ? entry.delta : entry.content;
    const header = encodeEntryHeader('delta' in entry ? 'blob' : entry.type, content.length);
    const head = [header];
    if ('delta' in entry) {
      header[0] = ((header[0] as number) & 0x8f) | ((typeof entry.base === 'number' ? 6 : 7) << 4);
      head.push(typeof entry.base === 'number' ? Buffer.from([entry.base]) : Buffer.from(entry.base, 'hex'));
    }
    const bytes = Buffer.concat([...head, deflateSync(content)]);
    const oid = 'delta' in entry ? entry.oid : hashObject(entry.type, entry.content);
    const place = { oid, offset, crc32: crc32(bytes) };
    parts.push(bytes);
    offset += bytes.length;
    return place;
  });
  const checksum = sha1(Buffer.concat(parts));
  const index = encodedIndex(packed, checksum);
  writeFileSync(path.join(objects, 'pack', `${name}.pack`), Buffer.concat([...parts, checksum]));
  writeFileSync(path.join(objects, 'pack', `${name}.idx`), Buffer.concat([index, sha1(index)]));
  return packed.map(({ oid }) => oid);
}

function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest();
}

describe('A pack that is damaged', () => {
  const delta = Buffer.from([3, 4, 0x90, 3, 1, 0x64]);
  const oid = hashObject('blob', Buffer.from('abcd'));

  it.each<[string, Entry[], RegExp]>([
    ['has a delta of itself', [{ delta, base: 0, oid }], /not in the pack/],
    ['has a delta of itself by oid', [{ delta, base: oid, oid }], /not in the pack/],
    ['has a delta of what is before the pack', [{ delta, base: 100, oid }], /not in the pack/],
    ['has a delta of what is not there', [{ delta, base: MISSING, oid }], /not in the pack/],
    [
      'has deltas of each other',
      [
        { delta, base: MISSING, oid },
        { delta, base: oid, oid: MISSING },
      ],
      /in a circle/,
    ],
    [
      'has a delta of deltas of each other',
      [
        { delta, base: THIRD, oid },
        { delta, base: MISSING, oid: THIRD },
        { delta, base: THIRD, oid: MISSING },
      ],
      /in a circle/,
    ],
    [
      'has deltas of each other that make much',
      [
        { delta: LARGE_DELTA, base: MISSING, oid },
        { delta: LARGE_DELTA, base: oid, oid: MISSING },
      ],
      /in a circle/,
    ],
    ['has another object in its place', [{ delta, base: 1, oid }], /not in the pack|unknown type|damaged/],
  ])('is an error that names it: one that %s', async (_, entries, reason) => {
    writePack('pack-crafted', entries);
    const error = await errorOf(() => Promise.resolve(packs.read(toByteOid(oid))));
    expect(error).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid, path: path.join(objects, 'pack/pack-crafted.pack') },
    });
    expect(error.message).toMatch(reason);
  });

  it('is not handed to libgit2, which would never come back from deltas that go round in a circle', async () => {
    for (const each of [delta, LARGE_DELTA]) {
      writePack(`pack-${each.length}`, [
        { delta: each, base: MISSING, oid },
        { delta: each, base: oid, oid: MISSING },
      ]);
      const { objects: store } = await open(folder);
      const questions = [store.readBlob(oid), store.readType(oid), store.readTree(toByteOid(oid))];
      const errors = await Promise.all(questions.map((question) => errorOf(() => Promise.resolve(question))));
      expect(errors.map(({ message }) => message)).toEqual(
        Array(3).fill(expect.stringContaining('in a circle')),
      );
      await store.close();
      rmSync(path.join(objects, 'pack'), { recursive: true });
      mkdirSync(path.join(objects, 'pack'));
    }
  });

  it('is passed over when another one has the object sound', () => {
    writePack('pack-a', [{ delta, base: 0, oid }]);
    writePack('pack-b', [{ type: 'blob', content: Buffer.from('abcd') }]);
    writePack('pack-c', [{ delta, base: 0, oid }]);
    expect(packs.read(toByteOid(oid))).toMatchObject({ content: Buffer.from('abcd') });
  });

  it('gives what is sound in it, and errors for the rest, whatever bit of it is another', () => {
    commitVersions(5);
    git(folder, '-c', 'core.looseCompression=0', 'repack', '-adfq');
    const stored = allObjects();
    const [file = ''] = packFiles('.pack');
    const whole = readFileSync(file);
    chmodSync(file, 0o644);
    let refused = 0;
    for (let at = 12; at < whole.length - 20; at += 31) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      writeFileSync(file, changed);
      const fresh = new PackSet(objects);
      for (const { oid: each, content } of stored) {
        try {
          const read = fresh.read(toByteOid(each));
          if (read !== 'too large') expect(read?.content.equals(content)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_OBJECT', details: { oid: each, path: file } });
          refused++;
        }
      }
      fresh.close();
    }
    expect(refused).toBeGreaterThan(20);
  });

  it('is an error when it is cut short or gone, and left to others when its index is not one that can be read', () => {
    const commit = commitVersions(3);
    git(folder, 'repack', '-adq');
    const [pack = '', index = ''] = [...packFiles('.pack'), ...packFiles('.idx')];
    const [wholePack, wholeIndex] = [readFileSync(pack), readFileSync(index)];
    for (const file of [pack, index]) chmodSync(file, 0o644);
    const damaged = (): void => {
      packs.refresh();
      expect(() => packs.read(toByteOid(commit))).toThrow(InvalidObjectError);
      packs.close();
      packs = new PackSet(objects);
    };
    const unseen = (): void => {
      packs.refresh();
      expect(packs.read(toByteOid(commit))).toBeUndefined();
    };
    for (const length of [0, 11, 31, 40, wholePack.length - 1]) {
      writeFileSync(pack, wholePack.subarray(0, length));
      damaged();
    }
    writeFileSync(pack, wholePack);
    for (const length of [0, 7, 1031, 1040, wholeIndex.length - 600]) {
      writeFileSync(index, wholeIndex.subarray(0, length));
      unseen();
    }
    const swapped = Buffer.from(wholeIndex);
    swapped.swap32();
    writeFileSync(index, swapped);
    unseen();
    rmSync(index);
    git(folder, 'index-pack', '--index-version=1', '-o', index, pack);
    unseen();
    rmSync(index);
    writeFileSync(index, wholeIndex);
    rmSync(pack);
    damaged();
    writeFileSync(pack, wholePack);
    packs.refresh();
    expect(packs.read(toByteOid(commit))).toMatchObject({ type: 'commit' });
    copyFileSync(pack, pack.replace('pack-', 'pack-0-'));
    git(folder, 'fsck');
  });
});
