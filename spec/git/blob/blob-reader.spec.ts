import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { hashObject } from '../../../lib/object/oid';
import { runChild } from '../../support/child-process';
import { projectWithLibrary } from '../../support/compiled';
import { errorOf } from '../../support/error-of';
import { openFilesIn, SEES_OPEN_FILES } from '../../support/open-files';
import { commitFiles, git, runGit, temporaryFolder } from '../../support/temporary-repository';
import { expectDamage, objectFile, open } from '../opened';
import type { Opened } from '../opened';

const MB = 1024 * 1024;
const MISSING = '1'.repeat(40);

let opened: Opened;
let folder: string;
let objectsFolder: string;

beforeEach(async () => {
  opened = await open();
  ({ folder } = opened);
  objectsFolder = path.join(folder, '.git/objects');
});

function storeWithGit(content: Uint8Array, ...options: string[]): string {
  const args = [...options, 'hash-object', '-w', '--stdin'];
  return runGit(folder, args, { input: content }).toString().trim();
}

/** Stores blobs with git, fewer than 100 at a time, each in a file of its own, and refers to them. */
function storeForGood(...contents: Buffer[]): string[] {
  const oids = contents.map((content) => hashObject('blob', content));
  const files = Object.fromEntries(contents.map((content, at) => [String(at), content]));
  commitFiles(folder, `refs/heads/${oids.at(-1)}`, { files });
  return oids;
}

async function contentOf(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Expects that a newly opened store gives this content, its size, and closes all files. */
async function expectContent(oid: string, content: Buffer, at: string = folder): Promise<void> {
  const { objects } = await open(at);
  expect(await objects.blobSize(oid)).toBe(content.length);
  const read = await contentOf(await objects.openBlob(oid));
  expect(read.length).toBe(content.length);
  expect(read.equals(content)).toBe(true);
  await expectAllClosed();
}

async function expectAllClosed(): Promise<void> {
  for (let attempt = 0; attempt < 50 && openFilesIn(objectsFolder).length > 0; attempt++) await sleep(10);
  expect(openFilesIn(objectsFolder)).toEqual([]);
}

function expectPacked(): void {
  expect(git(folder, 'count-objects')).toMatch(/^0 objects/);
}

function packFiles(extension: string): string[] {
  const packs = path.join(objectsFolder, 'pack');
  return readdirSync(packs)
    .filter((file) => file.endsWith(extension))
    .map((file) => path.join(packs, file));
}

const CONTENTS: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['a byte', Buffer.from([7])],
  ['4095 bytes', randomBytes(4095)],
  ['4096 bytes', randomBytes(4096)],
  ['4097 bytes', randomBytes(4097)],
  ['what is just kept in memory', randomBytes(256 * 1024)],
  ['just more than that', randomBytes(256 * 1024 + 1)],
  ['almost a megabyte', randomBytes(MB - 1)],
  ['a megabyte', randomBytes(MB)],
  ['just more than a megabyte', randomBytes(MB + 1)],
  ['some megabytes at random', randomBytes(3 * MB + 12_345)],
  ['some megabytes of one text', Buffer.alloc(5 * MB, 'a text ')],
];

describe('a blob in a file of its own', () => {
  it.each(CONTENTS)('has the content and the size that git has stored: %s', async (_, content) => {
    for (const level of [0, 1, 9]) {
      const oid = storeWithGit(content, '-c', `core.looseCompression=${level}`);
      await expectContent(oid, content);
      rmSync(objectFile(folder, oid));
    }
  });

  it('comes back as it was written', async () => {
    const content = randomBytes(3 * MB);
    const { oid } = await opened.objects.writeBlobFrom(
      (async function* () {
        yield await Promise.resolve(content);
      })(),
    );
    await expectContent(oid, content);
  });

  it('may come from the cache; what is done to the pieces is nobody else’s', async () => {
    const content = Buffer.from('content');
    const oid = storeWithGit(content);
    for (let time = 0; time < 3; time++) {
      const read = await contentOf(await opened.objects.openBlob(oid));
      expect(read).toEqual(content);
      for await (const piece of (await opened.objects.openBlob(oid)) as AsyncIterable<Buffer>) piece.fill(0);
      expect(await opened.objects.blobSize(oid)).toBe(7);
    }
  });

  it('may be read several times at once', async () => {
    const content = randomBytes(2 * MB);
    const oid = storeWithGit(content);
    const streams = await Promise.all(Array.from({ length: 8 }, () => opened.objects.openBlob(oid)));
    for (const read of await Promise.all(streams.map(contentOf))) expect(read.equals(content)).toBe(true);
    await expectAllClosed();
  });
});

describe('a blob in a pack', () => {
  it('has its content and size after a git gc, of any size', async () => {
    const contents = CONTENTS.map(([, content]) => content);
    const oids = storeForGood(...contents);
    git(folder, 'gc', '--quiet');
    expectPacked();
    for (const [at, oid] of oids.entries()) await expectContent(oid, contents[at] as Buffer);
  });

  it('is found among several packs, by whatever its oid begins with', async () => {
    const contents: Buffer[] = [];
    const oids: string[] = [];
    for (let pack = 0; pack < 4; pack++) {
      const some = Array.from({ length: 80 }, (_, at) => Buffer.from(`pack ${pack}, blob ${at}`));
      some.push(randomBytes(400_000));
      contents.push(...some);
      oids.push(...storeForGood(...some));
      git(folder, 'repack', '-d', '-q');
    }
    expect(packFiles('.pack')).toHaveLength(4);
    expectPacked();
    const sizes = await Promise.all(oids.map((oid) => opened.objects.blobSize(oid)));
    expect(sizes).toEqual(contents.map(({ length }) => length));
    for (const [at, oid] of oids.entries()) {
      expect((await contentOf(await opened.objects.openBlob(oid))).equals(contents[at] as Buffer)).toBe(true);
    }
    git(folder, 'multi-pack-index', 'write');
    await expectContent(oids.at(-1) as string, contents.at(-1) as Buffer);
    git(folder, 'repack', '-adfq');
    await expectContent(oids.at(-1) as string, contents.at(-1) as Buffer);
  }, 60_000);

  it.each(['--index-version=2,0x40', '--index-version=1'])(
    'is found by an index made with %s',
    async (version) => {
      const contents = [
        randomBytes(300_000),
        randomBytes(400_000),
        randomBytes(500_000),
        Buffer.from('small'),
      ];
      const oids = storeForGood(...contents);
      git(folder, 'repack', '-adq');
      const [pack, index] = [packFiles('.pack')[0] as string, packFiles('.idx')[0] as string];
      chmodSync(index, 0o644);
      rmSync(index);
      for (const map of packFiles('.rev')) rmSync(map, { force: true });
      git(folder, 'index-pack', version, '-o', index, pack);
      expectPacked();
      for (const [at, oid] of oids.entries()) await expectContentWithPackOpen(oid, contents[at] as Buffer);
    },
  );

  it.each([
    ['to what comes before it in the pack', '--delta-base-offset'],
    ['by the oid of its base', undefined],
  ])('may be a delta, %s', async (_, option) => {
    const base = randomBytes(500_000);
    const versions = Array.from({ length: 6 }, (_each, at) => Buffer.concat([base, randomBytes(10 + at)]));
    const oids = storeForGood(...versions);
    const input = oids.map((oid) => `${oid} file\n`).join('');
    const args = ['pack-objects', '-q', ...(option ? [option] : []), '--window=10', 'objects/pack/pack'];
    runGit(path.join(folder, '.git'), args, { input });
    git(folder, 'prune-packed', '-q');
    for (const oid of oids) expect(existsSync(objectFile(folder, oid))).toBe(false);
    const depths = git(folder, 'verify-pack', '-v', packFiles('.idx')[0] as string);
    expect(depths).toMatch(/^chain length = \d/m);
    for (const [at, oid] of oids.entries()) await expectContentWithPackOpen(oid, versions[at] as Buffer);
  });

  it('has its size although its bases are large and many', async () => {
    const oids: string[] = [];
    let text = randomBytes(2000).toString('hex');
    for (let version = 0; version < 30; version++) {
      text += `line ${version}\n`;
      oids.push(commitFiles(folder, 'refs/heads/main', { files: { a: text }, parents: oids.slice(-1) }));
    }
    git(folder, 'repack', '-adfq', '--depth=50');
    for (const commit of oids) {
      const blob = git(folder, 'rev-parse', `${commit}:a`);
      expect(await opened.objects.blobSize(blob)).toBe(Number(git(folder, 'cat-file', '-s', blob)));
    }
  });

  it('may be in an alternate', async () => {
    const contents = [randomBytes(600_000), Buffer.from('small'), randomBytes(700_000)];
    const oids = storeForGood(...contents.slice(0, 2));
    git(folder, 'repack', '-adq');
    oids.push(...storeForGood(...contents.slice(2)));
    const clones = temporaryFolder();
    git(folder, 'clone', '--quiet', '--shared', folder, path.join(clones, 'a'));
    git(folder, 'clone', '--quiet', '--shared', path.join(clones, 'a'), path.join(clones, 'b'));
    for (const clone of ['a', 'b']) {
      for (const [at, oid] of oids.entries()) {
        await expectContent(oid, contents[at] as Buffer, path.join(clones, clone));
      }
    }
  });

  it('is read to its end when the pack is deleted meanwhile', async () => {
    const content = randomBytes(3 * MB);
    const [oid] = storeForGood(content) as [string];
    git(folder, 'repack', '-adq');
    const stream = await opened.objects.openBlob(oid);
    storeForGood(Buffer.from('another'));
    git(folder, 'repack', '-adfq');
    expect((await contentOf(stream)).equals(content)).toBe(true);
  });

  it('is found by every one of many reads while git packs anew all the time', () => {
    const content = randomBytes(400_000);
    const [oid] = storeForGood(content) as [string];
    const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
    const program = `
      const [library, repository, oid] = process.argv.slice(1);
      const { ObjectStore } = require(library + '/git/object-store');
      const { openRepository } = require(library + '/git/repository');
      const { execFile } = require('node:child_process');
      const objects = await ObjectStore.open(await openRepository(repository));
      let done = false;
      const git = (...args) => new Promise((resolve, reject) => {
        execFile('git', args, { cwd: repository }, (error, stdout) => error ? reject(error) : resolve(stdout.trim()));
      });
      const packing = (async () => {
        for (let time = 0; time < 12; time++) {
          const other = await git('hash-object', '-w', '--', '.git/HEAD');
          await git('update-ref', 'refs/tags/' + time, other);
          await git('-c', 'pack.window=' + time, '-c', 'pack.compression=' + (time % 10), 'repack', '-adfFq');
        }
        done = true;
      })();
      let reads = 0;
      while (!done) {
        let size = 0;
        for await (const piece of await objects.openBlob(oid)) size += piece.length;
        if (size !== 400000 || (await objects.blobSize(oid)) !== 400000) throw new Error('size ' + size);
        reads++;
      }
      await packing;
      console.log(reads > 12 ? 'all well' : reads);`;
    const { stdout, stderr } = runChild(program, { args: [library, folder, oid] });
    expect({ stdout, stderr }).toEqual({ stdout: 'all well\n', stderr: '' });
  });
});

/** libgit2, which reads what is a delta, keeps the pack open. */
async function expectContentWithPackOpen(oid: string, content: Buffer): Promise<void> {
  expect(await opened.objects.blobSize(oid)).toBe(content.length);
  expect((await contentOf(await opened.objects.openBlob(oid))).equals(content)).toBe(true);
}

describe('a stream that nobody wants any more', () => {
  it('closes its file when it is destroyed, at any point', async () => {
    const [oid] = storeForGood(randomBytes(3 * MB)) as [string];
    for (const command of [[], ['repack', '-adq']]) {
      if (command.length > 0) git(folder, ...command);
      for (const pieces of [0, 1, 5]) {
        const stream = await opened.objects.openBlob(oid);
        if (SEES_OPEN_FILES) expect(openFilesIn(objectsFolder)).toHaveLength(1);
        const iterator = stream[Symbol.asyncIterator]();
        for (let count = 0; count < pieces; count++) await iterator.next();
        stream.destroy();
        await once(stream, 'close');
        expect(openFilesIn(objectsFolder)).toEqual([]);
      }
      for await (const piece of await opened.objects.openBlob(oid)) {
        expect(piece).toBeInstanceOf(Uint8Array);
        break;
      }
      await expectAllClosed();
    }
  });

  it('hands on the error that it is destroyed with', async () => {
    const oid = storeWithGit(randomBytes(MB));
    const stream = await opened.objects.openBlob(oid);
    stream.destroy(new Error('not wanted'));
    expect(await once(stream, 'error')).toEqual([new Error('not wanted')]);
    await expectAllClosed();
  });
});

describe('a blob that is not there', () => {
  it('is an error when it is opened, as is what is no blob', async () => {
    const commit = commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    const tree = git(folder, 'rev-parse', 'main^{tree}');
    for (const command of [[], ['repack', '-adq']]) {
      if (command.length > 0) git(folder, ...command);
      const { objects } = await open(folder);
      for (const call of [(oid: string) => objects.openBlob(oid), (oid: string) => objects.blobSize(oid)]) {
        expect(await errorOf(() => call(MISSING))).toMatchObject({
          code: 'OBJECT_NOT_FOUND',
          details: { oid: MISSING },
        });
        for (const [oid, type] of [
          [commit, 'commit'],
          [tree, 'tree'],
        ] as const) {
          expect(await errorOf(() => call(oid))).toMatchObject({
            code: 'INVALID_OBJECT',
            message: `${oid} is a ${type}, not a blob.`,
            details: { oid, type, expected: 'blob' },
          });
        }
      }
    }
    expect(openFilesIn(objectsFolder).filter((file) => !file.includes('/pack/'))).toEqual([]);
  });
});

describe('a damaged blob', () => {
  const content = randomBytes(2 * MB);
  const oid = hashObject('blob', content);
  const stored = (header: string, data: Uint8Array): Buffer =>
    deflateSync(Buffer.concat([Buffer.from(header), data]), { level: 1 });
  const whole = stored(`blob ${content.length}\0`, content);

  function damage(bytes: Uint8Array): void {
    expectDamage(folder);
    const file = objectFile(folder, oid);
    rmSync(file, { force: true, recursive: true });
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }

  async function readAll(): Promise<Buffer> {
    return contentOf(await opened.objects.openBlob(oid));
  }

  /** Where the blob begins in the only pack. */
  function offsetInPack(): number {
    const listed = git(folder, 'verify-pack', '-v', packFiles('.idx')[0] as string);
    return Number(new RegExp(`^${oid} blob +\\d+ \\d+ (\\d+)`, 'm').exec(listed)?.[1]);
  }

  async function readError(): Promise<unknown> {
    const error = await errorOf(readAll);
    await expectAllClosed();
    return error;
  }

  it.each<[string, Uint8Array, RegExp]>([
    ['empty', Buffer.alloc(0), /unexpected end of file|no valid header/],
    ['garbage', randomBytes(100_000).fill('garbage', 0, 7), /incorrect header check/],
    ['of zeros', Buffer.alloc(100_000), /unknown compression method/],
    ['compressed nothing', stored('', Buffer.alloc(0)), /it has no valid header/],
    ['without a header', stored('', content), /it has no valid header/],
    ['of an unknown type', stored(`weird ${content.length}\0`, content), /it has no valid header/],
    ['shorter than its header says', stored(`blob ${content.length + 1}\0`, content), /not have the size/],
    ['longer than its header says', stored(`blob ${content.length - 1}\0`, content), /not have the size/],
    ['longer by far', stored('blob 300000\0', content), /not have the size/],
    ['another blob', stored(`blob ${content.length}\0`, Buffer.alloc(content.length)), /has another oid/],
    ['a small other blob', stored('blob 1\0', Buffer.from('x')), /has another oid/],
  ])('fails, and closes its file: one that is %s', async (_, bytes, reason) => {
    damage(bytes);
    expect(await readError()).toMatchObject({
      code: 'INVALID_OBJECT',
      message: expect.stringMatching(reason) as string,
      details: { oid, path: objectFile(folder, oid) },
    });
  });

  it('fails wherever its file breaks off, and wherever a byte of it is another', async () => {
    for (const at of [1, 10, 100, 65_535, 65_536, 65_537, MB, whole.length - 5, whole.length - 1]) {
      damage(whole.subarray(0, at));
      expect(await readError()).toMatchObject({ code: 'INVALID_OBJECT' });
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ 0xff;
      damage(changed);
      expect(await readError()).toMatchObject({ code: 'INVALID_OBJECT' });
    }
    damage(whole);
    expect((await contentOf(await opened.objects.openBlob(oid))).equals(content)).toBe(true);
  });

  it('fails when its file is a folder', async () => {
    expectDamage(folder);
    mkdirSync(objectFile(folder, oid), { recursive: true });
    expect(await readError()).toMatchObject({ code: 'INVALID_OBJECT', cause: { code: 'EISDIR' } });
    expect(await errorOf(() => opened.objects.blobSize(oid))).toMatchObject({ code: 'INVALID_OBJECT' });
  });

  it('fails when its size is asked for and its file does not tell', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('garbage'),
      whole.subarray(0, 3),
      stored('', content),
    ]) {
      damage(bytes);
      expect(await errorOf(() => opened.objects.blobSize(oid))).toMatchObject({ code: 'INVALID_OBJECT' });
      await expectAllClosed();
    }
  });

  it('fails in a pack, too', async () => {
    storeForGood(content);
    git(folder, 'repack', '-adq');
    const pack = packFiles('.pack')[0] as string;
    const sound = readFileSync(pack);
    chmodSync(pack, 0o644);
    expectDamage(folder);
    const begin = offsetInPack();
    for (const at of [begin, begin + 1, begin + 5, begin + 100_000, begin + MB, sound.length - 30]) {
      const changed = Buffer.from(sound);
      changed[at] = (changed[at] as number) ^ 0xff;
      writeFileSync(pack, changed);
      expect(await errorOf(readAll)).toMatchObject({
        code: 'INVALID_OBJECT',
      });
      writeFileSync(pack, sound.subarray(0, at));
      expect(await errorOf(readAll)).toMatchObject({
        code: 'INVALID_OBJECT',
      });
    }
  });

  it('is found past what is no pack, no index, or lacks the other', async () => {
    storeForGood(content);
    git(folder, 'repack', '-adq');
    expectDamage(folder);
    const [pack, index] = [packFiles('.pack')[0] as string, packFiles('.idx')[0] as string];
    const begin = offsetInPack();
    const at = (name: string): string => path.join(objectsFolder, 'pack', name);
    writeFileSync(at('pack-0.idx'), '');
    writeFileSync(at('pack-1.idx'), 'garbage');
    writeFileSync(at('pack-2.idx'), readFileSync(index).subarray(0, 1050));
    writeFileSync(at('pack-3.idx'), readFileSync(index));
    writeFileSync(at('pack-4.idx'), readFileSync(index));
    writeFileSync(at('pack-4.pack'), readFileSync(pack).fill(0xff, begin, begin + 40));
    mkdirSync(at('pack-5.idx'));
    const stream = await opened.objects.openBlob(oid);
    expect((await contentOf(stream)).equals(content)).toBe(true);
    expect(await opened.objects.blobSize(oid)).toBe(content.length);
    renameSync(pack, at('away'));
    expect(await errorOf(() => opened.objects.openBlob(oid))).toMatchObject({ code: 'INVALID_OBJECT' });
  });
});
