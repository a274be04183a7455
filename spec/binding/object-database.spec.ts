import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { Blob, Commit, Oid, Repository, Tree } from 'nodegit';
import { runChild } from '../support/child-process';
import { openOdb, untyped } from '../support/nodegit-untyped';
import type { UntypedOdb } from '../support/nodegit-untyped';
import {
  commitFiles,
  expectCleanRepository,
  git,
  runGit,
  temporaryRepository,
} from '../support/temporary-repository';

const MISSING = '1'.repeat(40);
const ZERO = '0'.repeat(40);
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const BLOB = 3;

let folder: string;
let repository: Repository;
let odb: UntypedOdb;

beforeEach(async () => {
  folder = temporaryRepository();
  repository = await Repository.open(folder);
  odb = await openOdb(repository);
});

async function store(content: string | Uint8Array): Promise<string> {
  const bytes = Buffer.from(content);
  return (await Blob.createFromBuffer(repository, bytes, bytes.length)).tostrS();
}

function hash(content: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex');
}

function looseFile(oid: string): string {
  return path.join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2));
}

function packFile(): string {
  const packs = path.join(folder, '.git/objects/pack');
  return path.join(packs, readdirSync(packs).find((name) => name.endsWith('.pack')) ?? '');
}

/** Puts other bytes in the place of a loose object's. */
function damage(oid: string, bytes: Uint8Array): void {
  chmodSync(looseFile(oid), 0o644);
  writeFileSync(looseFile(oid), bytes);
}

async function read(oid: string): Promise<Buffer | null> {
  const object = await odb.read(oid);
  return object?.data().toBuffer(object.size()) ?? null;
}

describe('Reading an object', () => {
  test.each([
    ['text', Buffer.from('Grüße\n')],
    ['bytes that are no text', Buffer.from([0, 255, 254, 13, 10, 0])],
    ['nothing', Buffer.alloc(0)],
    ['a megabyte', Buffer.alloc(1024 * 1024, 'megabyte ')],
  ])('gives the stored bytes: %s', async (_, content) => {
    const stored = runGit(folder, ['hash-object', '-w', '--stdin'], { input: content }).toString().trim();

    expect((await Blob.lookup(repository, stored)).content().equals(content)).toBe(true);
    expect((await read(stored))?.equals(content)).toBe(true);
  });

  test('through the object database works for every kind, and tells the kind as a number', async () => {
    const commit = commitFiles(folder, 'refs/heads/main', { files: { file: 'content' } });
    git(folder, 'tag', '-a', '-m', 'A tag', 'v1', commit);

    const kinds = await Promise.all(
      ['main', 'main^{tree}', 'main:file', 'v1'].map(async (name) =>
        (await odb.read(git(folder, 'rev-parse', name)))?.type(),
      ),
    );
    expect(kinds).toEqual([1, 2, 3, 4]);
    expect((await read(commit))?.equals(runGit(folder, ['cat-file', 'commit', commit]))).toBe(true);
  });

  test('that is not there: odb.read resolves to null, Blob.lookup rejects', async () => {
    await expect(odb.read(MISSING)).resolves.toBeNull();
    await expect(Blob.lookup(repository, MISSING)).rejects.toMatchObject({ errno: -3 });
  });

  test('of another kind: Blob.lookup and its like reject as if it were not there', async () => {
    const commit = commitFiles(folder, 'refs/heads/main');

    for (const type of [Blob, Tree]) {
      await expect(type.lookup(repository, commit)).rejects.toMatchObject({
        errno: -3,
        message: 'the requested type does not match the type in the ODB',
      });
    }
  });

  const damages: [string, (whole: Buffer) => Uint8Array, number][] = [
    ['an empty file', () => Buffer.alloc(0), -1],
    ['a file of zeros', (whole) => Buffer.alloc(whole.length), -1],
    ['a file without its last byte', (whole) => whole.subarray(0, -1), -1],
    ['an object of other content', () => deflateSync('blob 5\0other'), -33],
  ];
  test.each(damages)(
    'that is damaged: odb.read resolves to null, Blob.lookup tells (%s)',
    async (_, bytes, errno) => {
      const oid = await store('content '.repeat(100));
      damage(oid, bytes(readFileSync(looseFile(oid))));

      await expect(odb.read(oid)).resolves.toBeNull();
      await expect(Blob.lookup(repository, oid)).rejects.toMatchObject({ errno });
    },
  );

  test('whose file breaks off inside never ends: libgit2 waits for more and keeps a core busy', async () => {
    // Anywhere but in the checksum of the last four bytes, and whatever the size.
    const oid = await store(
      Uint8Array.from({ length: 1000 }, (_, position) => (position * position * 31) % 251),
    );
    const whole = readFileSync(looseFile(oid));
    damage(oid, whole.subarray(0, whole.length / 2));

    // Only another thread is stuck, so the process can still say so, and end itself.
    const child = runChild(
      `const { writeSync } = require('node:fs');
       const repository = await nodegit.Repository.open(process.argv[1]);
       setTimeout(() => {
         writeSync(1, 'still reading');
         process.kill(process.pid, 'SIGKILL');
       }, 500);
       await nodegit.Blob.lookup(repository, process.argv[2]).catch(() => {});
       writeSync(1, 'read');`,
      { args: [folder, oid] },
    );
    expect(child).toMatchObject({ signal: 'SIGKILL', stdout: 'still reading' });
  });

  test('warns once in a process of a deprecated Buffer(), unless that is switched off for the first time', () => {
    const program = `
      const repository = await nodegit.Repository.open(process.argv[1]);
      const oid = await nodegit.Blob.createFromBuffer(repository, Buffer.from('content'), 7);
      const blob = await nodegit.Blob.lookup(repository, oid);
      const turn = () => new Promise(setImmediate);
      process.on('warning', ({ code }) => console.log(code));
      blob.content();
      await turn();
      console.log('content() has been called');
      process.noDeprecation = process.argv[2] === 'quiet';
      blob.rawcontent().toBuffer(7);
      process.noDeprecation = false;
      await turn();
      (await (await repository.odb()).read(oid)).data().toBuffer(7);
      await turn();
      console.log('the end');`;

    const said = (mode: string): string[] =>
      runChild(program, { args: [folder, mode] })
        .stdout.trim()
        .split('\n');
    // Node is silent where the caller lies below node_modules, as nodegit's own content() does.
    expect(said('loud')).toEqual(['content() has been called', 'DEP0005', 'the end']);
    expect(said('quiet')).toEqual(['content() has been called', 'the end']);
  });

  test('finds the empty tree although it is not stored', async () => {
    expect(existsSync(looseFile(EMPTY_TREE))).toBe(false);
    expect((await Tree.lookup(repository, EMPTY_TREE)).entryCount()).toBe(0);
    expect((await odb.read(EMPTY_TREE))?.size()).toBe(0);
  });
});

describe('Asking whether an object is there', () => {
  test('is synchronous with odb.existsExt, which answers 1 or 0', async () => {
    const oid = await store('content');

    expect(odb.existsExt(oid, 0)).toBe(1);
    expect(odb.existsExt(MISSING, 0)).toBe(0);
  });

  test('says yes to a damaged object', async () => {
    const oid = await store('content');
    damage(oid, Buffer.alloc(0));

    expect(odb.existsExt(oid, 0)).toBe(1);
  });
});

describe('Writing an object', () => {
  test.each([
    ['text', Buffer.from('Grüße\n')],
    ['bytes that are no text', Buffer.from([0, 255, 254, 13, 10, 0])],
    ['nothing', Buffer.alloc(0)],
  ])('with Blob.createFromBuffer stores the bytes as they are: %s', async (_, content) => {
    git(folder, 'config', 'core.autocrlf', 'true');
    const oid = await store(content);

    expect(runGit(folder, ['cat-file', 'blob', oid]).equals(content)).toBe(true);
    expect(statSync(looseFile(oid)).mode & 0o777).toBe(0o444);
    expectCleanRepository(folder);
  });

  test('with Blob.createFromBuffer believes the length that it is told', async () => {
    const oid = await Blob.createFromBuffer(repository, Buffer.from('abcdef'), 3);

    expect(git(folder, 'cat-file', 'blob', oid.tostrS())).toBe('abc');
  });

  test('with odb.write takes strings only, and stores them as UTF-8', async () => {
    const bytes = Buffer.from([0xe9, 0xff]);
    const oid = await odb.write(bytes.toString('latin1'), 4, BLOB);

    expect(runGit(folder, ['cat-file', 'blob', oid.tostrS()])).toEqual(Buffer.from('éÿ'));
    await expect(odb.write(bytes as unknown as string, 2, BLOB)).rejects.toThrow('Buffer data is required.');
  });

  test('that is there already marks it as recently used, so that gc keeps it: loose or packed', async () => {
    const loose = await store('loose');
    utimesSync(looseFile(loose), 1, 1);
    await store('loose');
    expect(statSync(looseFile(loose)).mtimeMs).toBeGreaterThan(1_000_000);

    commitFiles(folder, 'refs/heads/main', { files: { file: 'packed' } });
    git(folder, 'repack', '-adq');
    utimesSync(packFile(), 1, 1);
    const packed = await store('packed');
    expect(existsSync(looseFile(packed))).toBe(false);
    expect(statSync(packFile()).mtimeMs).toBeGreaterThan(1_000_000);
  });

  test('that is there already but damaged resolves, and leaves it damaged', async () => {
    const oid = await store('content');
    damage(oid, Buffer.alloc(0));

    await expect(store('content')).resolves.toBe(oid);
    expect(statSync(looseFile(oid)).size).toBe(0);
  });
});

describe('An object that others write while the repository is open', () => {
  async function expectVisible(oid: string): Promise<void> {
    expect(odb.existsExt(oid, 0)).toBe(1);
    expect((await Blob.lookup(repository, oid)).id().tostrS()).toBe(oid);
    await expect(odb.read(oid)).resolves.not.toBeNull();
    const tag = `refs/tags/${oid}`;
    await untyped.Reference.createMatching(repository, tag, oid, 1, ZERO, '');
    expect(git(folder, 'rev-parse', tag)).toBe(oid);
  }

  test('is seen at once: a loose file that is renamed into place', async () => {
    const oid = hash('by rename');
    await expect(odb.read(oid)).resolves.toBeNull();

    mkdirSync(path.dirname(looseFile(oid)), { recursive: true });
    const temporary = path.join(folder, '.git/objects/tmp_obj_spec');
    writeFileSync(temporary, deflateSync('blob 9\0by rename', { windowBits: 10, memLevel: 3 }));
    renameSync(temporary, looseFile(oid));
    await expectVisible(oid);
  });

  test('is seen at once: a pack', async () => {
    const oid = hash('in a pack');
    const elsewhere = temporaryRepository();
    runGit(elsewhere, ['hash-object', '-w', '--stdin'], { input: 'in a pack' });
    const pack = runGit(elsewhere, ['pack-objects', '--stdout', '-q'], { input: `${oid}\n` });
    await expect(odb.read(oid)).resolves.toBeNull();

    runGit(folder, ['index-pack', '--stdin'], { input: pack });
    expect(existsSync(looseFile(oid))).toBe(false);
    await expectVisible(oid);
  });

  test('in a pack is missed by odb.existsExt when it is told not to look again', () => {
    const NO_REFRESH = 1;
    expect(odb.existsExt(MISSING, 0)).toBe(0);
    const elsewhere = temporaryRepository();
    const oid = runGit(elsewhere, ['hash-object', '-w', '--stdin'], { input: 'x' }).toString().trim();
    const pack = runGit(elsewhere, ['pack-objects', '--stdout', '-q'], { input: `${oid}\n` });
    runGit(folder, ['index-pack', '--stdin'], { input: pack });

    expect(odb.existsExt(oid, NO_REFRESH)).toBe(0);
    expect(odb.existsExt(oid, 0)).toBe(1);
  });
});

describe('Garbage collection while the repository is open', () => {
  test('goes unnoticed: what was packed anew, from loose objects or from other packs, is read', async () => {
    const before = ['one', 'two'].map((content) =>
      commitFiles(folder, `refs/heads/${content}`, { files: { file: content } }),
    );
    for (const oid of before) await Commit.lookup(repository, oid);
    git(folder, 'repack', '-adq');
    git(folder, 'multi-pack-index', 'write');
    const blob = await Blob.lookup(repository, hash('one'));

    commitFiles(folder, 'refs/heads/three', { files: { file: 'three' } });
    git(folder, 'gc', '--quiet', '--prune=now');
    expect(readdirSync(path.join(folder, '.git/objects')).sort()).toEqual(['info', 'pack']);
    expect(blob.toString()).toBe('one');
    for (const content of ['one', 'two', 'three']) {
      expect((await Blob.lookup(repository, hash(content))).toString()).toBe(content);
      expect((await read(hash(content)))?.toString()).toBe(content);
    }
    expect(odb.existsExt(hash('two'), 0)).toBe(1);
  });

  test('that removes a commit: Commit.lookup still serves it from memory, all others know', async () => {
    const oid = commitFiles(folder, 'refs/heads/gone');
    await Commit.lookup(repository, oid);
    git(folder, 'update-ref', '-d', 'refs/heads/gone');
    git(folder, 'gc', '--quiet', '--prune=now');
    expect(existsSync(looseFile(oid))).toBe(false);

    expect((await Commit.lookup(repository, oid)).id().tostrS()).toBe(oid);
    await expect(odb.read(oid)).resolves.toBeNull();
    expect(odb.existsExt(oid, 0)).toBe(0);
    await expect(
      untyped.Reference.createMatching(repository, 'refs/heads/back', oid, 1, ZERO, ''),
    ).rejects.toMatchObject({ errno: -1 });
  });

  test('that removes a pack: whoever has read from it takes what was in it for there still', async () => {
    const oid = commitFiles(folder, 'refs/heads/gone', { files: { file: 'gone' } });
    git(folder, 'repack', '-adq');
    expect((await read(hash('gone')))?.toString()).toBe('gone');
    git(folder, 'update-ref', '-d', 'refs/heads/gone');
    git(folder, 'gc', '--quiet', '--prune=now');
    expect(() => git(folder, 'cat-file', '-t', oid)).toThrow();

    expect(odb.existsExt(hash('gone'), 0)).toBe(1);
    expect((await read(hash('gone')))?.toString()).toBe('gone');
  });

  test('that removes a blob: it is read from disk every time', async () => {
    const oid = await store('unreferenced');
    const held = await Blob.lookup(repository, oid);
    rmSync(looseFile(oid));

    await expect(Blob.lookup(repository, oid)).rejects.toMatchObject({ errno: -3 });
    expect(held.toString()).toBe('unreferenced');
  });
});

describe('An oid', () => {
  test('given as a string is cut after 40 digits, and may have capitals', async () => {
    const oid = await store('content');

    expect((await Blob.lookup(repository, `${oid}00`)).id().tostrS()).toBe(oid);
    expect((await Blob.lookup(repository, oid.toUpperCase())).id().tostrS()).toBe(oid);
  });

  test('made by Oid.fromString is filled up with zeros when it is short', () => {
    expect(Oid.fromString('abc').tostrS()).toBe('abc'.padEnd(40, '0'));
    expect(Oid.fromString('ABC').tostrS()).toBe('abc'.padEnd(40, '0'));
    expect(() => Oid.fromString('')).toThrow('too short');
    expect(() => Oid.fromString('1'.repeat(41))).toThrow('too long');
    expect(() => Oid.fromString('x'.repeat(40))).toThrow('contains invalid characters');
  });
});
