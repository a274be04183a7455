import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Opened } from './opened';
import { expectDamage, objectFile, open } from './opened';
import { hashObject, toByteOid } from '../../lib/object/oid';
import { runChild } from '../support/child-process';
import { projectWithLibrary } from '../support/compiled';
import { errorOf } from '../support/error-of';
import { commitFiles, git, runGit, temporaryFolder } from '../support/temporary-repository';

const SMALL = Buffer.from('a small content');
const LARGE = randomBytes(300_000);

let opened: Opened;
let folder: string;

beforeEach(async () => {
  opened = await open();
  ({ folder } = opened);
});

afterEach(async () => {
  await opened.objects.close();
});

function storeLoose(content: Uint8Array): string {
  return runGit(folder, ['hash-object', '-w', '--stdin'], { input: content }).toString().trim();
}

function storePacked(...contents: Uint8Array[]): string[] {
  const files = Object.fromEntries(contents.map((content, at) => [`${at}`, content]));
  commitFiles(folder, 'refs/heads/main', { files });
  git(folder, 'repack', '-adq');
  return contents.map((content) => hashObject('blob', content));
}

/** What is answered without a promise; there may be one when others of the process are due to get their turn. */
async function onTheSpot<T>(read: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const answer = read();
    if (!(answer instanceof Promise)) return answer;
    if (attempt === 20) throw new Error('There is a promise each time.');
    await answer;
  }
}

function packFile(extension: string): string {
  const packs = path.join(folder, '.git/objects/pack');
  const file = path.join(packs, String(readdirSync(packs).find((name) => name.endsWith(extension))));
  chmodSync(file, 0o644);
  return file;
}

describe('A small object', () => {
  it('is read without a promise, be it in a pack or in a file of its own', async () => {
    const [packed = ''] = storePacked(SMALL);
    const loose = storeLoose(Buffer.from('another'));
    const tree = git(folder, 'rev-parse', 'main^{tree}');
    expect(await onTheSpot(() => opened.objects.readBlob(packed))).toEqual(SMALL);
    expect(await onTheSpot(() => opened.objects.readBlob(loose))).toEqual(Buffer.from('another'));
    expect(await onTheSpot(() => opened.objects.readTree(toByteOid(tree)))).toMatchObject({ oid: tree });
  });

  it('lets timers and other work of the process run, however many of them are read', async () => {
    const oids = storePacked(...Array.from({ length: 99 }, (_, at) => Buffer.from(`content ${at}`)));
    let ticked = false;
    setTimeout(() => (ticked = true), 0);
    const end = performance.now() + 5000;
    while (!ticked && performance.now() < end) {
      for (const oid of oids) await opened.objects.readObject(oid);
      await opened.objects.readBlob(oids[0] as string);
    }
    expect(ticked).toBe(true);
  });

  it('brings its errors by a promise', async () => {
    storePacked(SMALL);
    const tree = git(folder, 'rev-parse', 'main^{tree}');
    for (const read of [
      () => opened.objects.readBlob(tree),
      () => opened.objects.readBlob('1'.repeat(40)),
      () => opened.objects.readTree(toByteOid(hashObject('blob', SMALL))),
    ]) {
      const result = read();
      expect(result).toBeInstanceOf(Promise);
      await expect(result).rejects.toMatchObject({ code: expect.any(String) as string });
    }
  });
});

describe('A large object', () => {
  it('is read by another thread, be it in a pack or in a file of its own', async () => {
    const [packed = ''] = storePacked(LARGE);
    const loose = storeLoose(LARGE.subarray(1));
    const zeros = storeLoose(Buffer.alloc(1_000_000));
    for (const [oid, content] of [
      [packed, LARGE],
      [loose, LARGE.subarray(1)],
      [zeros, Buffer.alloc(1_000_000)],
    ] as const) {
      const read = opened.objects.readBlob(oid);
      expect(read).toBeInstanceOf(Promise);
      expect((await read).equals(content)).toBe(true);
      expect(await opened.objects.readType(oid)).toBe('blob');
    }
  });
});

describe('A damaged object', () => {
  it('is an error that names the pack, once nobody has it sound', async () => {
    const [oid = ''] = storePacked(SMALL);
    expectDamage(folder);
    const pack = packFile('.pack');
    const bytes = readFileSync(pack);
    const offset = /[0-9a-f]{40} blob +\d+ \d+ (\d+)/.exec(
      git(folder, 'verify-pack', '-v', packFile('.idx')),
    )?.[1];
    bytes.fill(0xff, Number(offset) + 4, Number(offset) + 8);
    writeFileSync(pack, bytes);
    expect(await errorOf(async () => opened.objects.readBlob(oid))).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid, path: pack },
    });
    const file = objectFile(folder, oid);
    mkdirSync(path.dirname(file), { recursive: true });
    rmSync(file, { force: true });
    const other = await open();
    runGit(other.folder, ['hash-object', '-w', '--stdin'], { input: SMALL });
    writeFileSync(file, readFileSync(objectFile(other.folder, oid)));
    expect(await opened.objects.readBlob(oid)).toEqual(SMALL);
  });

  it('is the same error when it is so large that libgit2 reads it', async () => {
    const [oid = ''] = storePacked(LARGE);
    expectDamage(folder);
    const pack = packFile('.pack');
    const bytes = readFileSync(pack);
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64);
    writeFileSync(pack, bytes);
    expect(await errorOf(async () => opened.objects.readBlob(oid))).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid, path: pack },
    });
  });

  it('is read from a pack when only its own file breaks off', async () => {
    const oid = storeLoose(SMALL);
    const copy = readFileSync(objectFile(folder, oid));
    storePacked(SMALL, Buffer.from('more'));
    const file = objectFile(folder, oid);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, copy.subarray(0, 10));
    // The last object is in a file, so that files are asked first.
    await opened.objects.readBlob(storeLoose(Buffer.from('another')));
    expect(await opened.objects.readBlob(oid)).toEqual(SMALL);
    rmSync(file);
  });

  it('is an error, and nothing hangs, when its file in an alternate breaks off', async () => {
    const oid = storeLoose(SMALL);
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    const clone = path.join(temporaryFolder(), 'clone');
    git(folder, 'clone', '--quiet', '--shared', folder, clone);
    expectDamage(folder);
    const file = objectFile(folder, oid);
    chmodSync(file, 0o644);
    truncateSync(file, 10);
    const { objects } = await open(clone);
    expectDamage(clone);
    expect(await errorOf(async () => objects.readBlob(oid))).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid, path: file },
    });
  });
});

describe('What only libgit2 can read', () => {
  it('is read by it: a pack with an index of version 1', async () => {
    const [oid = ''] = storePacked(SMALL);
    const [pack, index] = [packFile('.pack'), packFile('.idx')];
    rmSync(index);
    git(folder, 'index-pack', '--index-version=1', '-o', index, pack);
    expect(await opened.objects.readBlob(oid)).toEqual(SMALL);
    expect(await opened.objects.readType(oid)).toBe('blob');
  });
});

describe('While git packs anew all the time', () => {
  it('every one of many reads finds its object', () => {
    const contents = Array.from(
      { length: 60 },
      (_, at) => `content ${at}, ${'which is like others; '.repeat(20)}`,
    );
    const oids = storePacked(...contents.map((content) => Buffer.from(content)));
    const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
    const program = `
      const [library, repository, ...oids] = process.argv.slice(1);
      const { ObjectStore } = require(library + '/git/object-store');
      const { openRepository } = require(library + '/git/repository');
      const { execFile } = require('node:child_process');
      const objects = await ObjectStore.open(await openRepository(repository));
      let done = false;
      const git = (...args) => new Promise((resolve, reject) => {
        execFile('git', args, { cwd: repository }, (error, stdout) => error ? reject(error) : resolve(stdout.trim()));
      });
      const packing = (async () => {
        for (let time = 0; time < 6; time++) {
          const other = await git('hash-object', '-w', '--', '.git/logs/HEAD').catch(() => git('hash-object', '-w', '--', '.git/config'));
          await git('update-ref', 'refs/tags/' + time, other);
          if (time % 3 === 2) await git('gc', '--quiet', '--prune=now');
          else await git('-c', 'pack.window=' + time, '-c', 'pack.compression=' + (time % 10), 'repack', '-adfFq');
        }
        done = true;
      })();
      let rounds = 0;
      while (!done) {
        for (const oid of oids) {
          const { content } = await objects.readObject(oid);
          if (!content.toString().startsWith('content ' + oids.indexOf(oid) + ',')) throw new Error(oid);
          if ((await objects.readType(oid)) !== 'blob') throw new Error(oid);
        }
        rounds++;
        await new Promise(setImmediate);
      }
      await packing;
      await objects.close();
      console.log(rounds > 3 ? 'all well' : rounds);`;
    const { stdout, stderr } = runChild(program, { args: [library, folder, ...oids], timeout: 50_000 });
    expect({ stdout, stderr }).toEqual({ stdout: 'all well\n', stderr: '' });
  }, 60_000);
});
