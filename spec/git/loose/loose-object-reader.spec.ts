import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { readLooseObject } from '../../../lib/git/loose/loose-object-reader';
import { hashObject, objectHeader } from '../../../lib/object/oid';
import { errorOf } from '../../support/error-of';
import { untyped, openOdb } from '../../support/nodegit-untyped';
import { commitFiles, git, runGit } from '../../support/temporary-repository';
import { expectDamage, objectFile, open } from '../opened';
import type { Opened } from '../opened';

let opened: Opened;
let objects: string;

beforeEach(async () => {
  opened = await open();
  objects = path.join(opened.folder, '.git/objects');
});

function storeWithGit(content: Uint8Array, ...options: string[]): string {
  const args = [...options, 'hash-object', '-w', '--stdin'];
  return runGit(opened.folder, args, { input: content }).toString().trim();
}

/** Puts bytes in the place of an object's file. */
function damage(oid: string, bytes: Uint8Array): string {
  expectDamage(opened.folder);
  const file = objectFile(opened.folder, oid);
  rmSync(file, { force: true });
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

describe('an object with a file of its own', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('Hello, wörld\n')],
    ['a hundred bytes', randomBytes(100)],
    ['more than is read on the spot', randomBytes(200_000)],
    ['a lot that compresses to a little', Buffer.alloc(3_000_000, 'abc')],
    ['about a page', randomBytes(4096 - 10)],
  ])('is read as git wrote it: %s', async (_, content) => {
    for (const level of [0, 1, 9]) {
      const oid = storeWithGit(content, '-c', `core.looseCompression=${level}`);
      const read = await readLooseObject(objects, oid);
      expect(read?.type).toBe('blob');
      expect(read?.content.equals(content)).toBe(true);
      rmSync(objectFile(opened.folder, oid));
    }
  });

  it('is read as libgit2 wrote it', async () => {
    const odb = await openOdb(opened.repository.handle);
    const oid = (await odb.write('content', 7, Number(untyped.Object.TYPE.BLOB))).tostrS();
    expect(await readLooseObject(objects, oid)).toEqual({ type: 'blob', content: Buffer.from('content') });
  });

  it('may be of any type', async () => {
    const tree = git(opened.folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
    const commit = git(opened.folder, 'commit-tree', tree, '-m', 'x');
    git(opened.folder, 'tag', '--annotate', '--message=x', 'v1', commit);
    const tag = git(opened.folder, 'rev-parse', 'v1');
    const types: unknown[] = [];
    for (const oid of [tree, commit, tag]) {
      const object = await readLooseObject(objects, oid);
      types.push(object?.type);
      expect(object?.content).toEqual(runGit(opened.folder, ['cat-file', String(object?.type), oid]));
    }
    expect(types).toEqual(['tree', 'commit', 'tag']);
  });
});

describe('an object without a file of its own', () => {
  it('is not read when nothing has its oid', async () => {
    expect(await readLooseObject(objects, '1'.repeat(40))).toBeUndefined();
  });

  it('is not read when it is in a pack', async () => {
    commitFiles(opened.folder, 'refs/heads/main', { files: { a: 'x' } });
    git(opened.folder, 'repack', '-adq');
    git(opened.folder, 'prune-packed', '-q');
    expect(await readLooseObject(objects, git(opened.folder, 'rev-parse', 'main'))).toBeUndefined();
  });
});

describe('the file of an object that is damaged', () => {
  const content = Buffer.from('The content of the object that is damaged.\n'.repeat(10));
  const oid = hashObject('blob', content);
  const stored = (header: string, data: Uint8Array): Buffer =>
    deflateSync(Buffer.concat([Buffer.from(header), data]));

  it.each<[string, Uint8Array, RegExp]>([
    ['empty', Buffer.alloc(0), /unexpected end of file/],
    ['garbage', Buffer.from('garbage'), /incorrect header check/],
    [
      'not compressed',
      Buffer.concat([objectHeader('blob', content.length), content]),
      /incorrect header check/,
    ],
    ['of zeros, as after a power failure', Buffer.alloc(100), /unknown compression method/],
    ['compressed nothing', stored('', Buffer.alloc(0)), /it has no valid header/],
    ['without a header', stored('', content), /it has no valid header/],
    ['of an unknown type', stored(`weird ${content.length}\0`, content), /it has no valid header/],
    [
      'shorter than its header says',
      stored(`blob ${content.length + 1}\0`, content),
      /does not have the size/,
    ],
    ['longer than its header says', stored('blob 3\0', content), /does not have the size/],
    ['that of another object', stored('blob 3\0', Buffer.from('abc')), /its content has another oid/],
    ['of another type', stored(`tree ${content.length}\0`, content), /its content has another oid/],
  ])('is reported, with its place: one that is %s', async (_, bytes, reason) => {
    const file = damage(oid, bytes);
    const error = await errorOf(() => readLooseObject(objects, oid));
    expect(error).toMatchObject({ code: 'INVALID_OBJECT', details: { oid, path: file } });
    expect(error.message).toMatch(reason);
    expect(error.message).toMatch(
      /^The object [0-9a-f]{40} is damaged: .* Run "git fsck", and fetch it anew from a clone\.$/,
    );
    expect(error.cause).toBeDefined();
    expect(() => git(opened.folder, 'fsck', '--strict')).toThrow();
  });

  it('is reported wherever it was cut short', async () => {
    storeWithGit(content);
    const whole = readFileSync(objectFile(opened.folder, oid));
    for (let length = 0; length < whole.length; length++) {
      damage(oid, whole.subarray(0, length));
      expect(await errorOf(() => readLooseObject(objects, oid))).toMatchObject({ code: 'INVALID_OBJECT' });
    }
  });

  it('is reported when it is large, too', async () => {
    const large = randomBytes(100_000);
    const largeOid = storeWithGit(large);
    const whole = readFileSync(objectFile(opened.folder, largeOid));
    damage(largeOid, whole.subarray(0, 50_000));
    expect(await errorOf(() => readLooseObject(objects, largeOid))).toMatchObject({ code: 'INVALID_OBJECT' });
  });

  it('is reported when a file stands where its folder should', async () => {
    expectDamage(opened.folder);
    writeFileSync(path.dirname(objectFile(opened.folder, oid)), '');
    const error = await errorOf(() => readLooseObject(objects, oid));
    expect(error).toMatchObject({ code: 'INVALID_OBJECT', cause: { code: 'ENOTDIR' } });
  });

  it('is reported when it is a folder', async () => {
    expectDamage(opened.folder);
    mkdirSync(objectFile(opened.folder, oid), { recursive: true });
    expect(await errorOf(() => readLooseObject(objects, oid))).toMatchObject({ code: 'INVALID_OBJECT' });
  });
});
