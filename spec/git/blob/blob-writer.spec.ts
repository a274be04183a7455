import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { BlobSource } from '../../../lib/object/blob-source';
import { runChild } from '../../support/child-process';
import { projectWithLibrary } from '../../support/compiled';
import { errorOf } from '../../support/error-of';
import { git, runGit, temporaryFolder } from '../../support/temporary-repository';
import { expectDamage, objectFile, open } from '../opened';
import type { Opened } from '../opened';

const MB = 1024 * 1024;
const LONG_AGO = new Date('2020-01-01');

let opened: Opened;
let folder: string;
let objectsFolder: string;

beforeEach(async () => {
  opened = await open();
  ({ folder } = opened);
  objectsFolder = path.join(folder, '.git/objects');
});

/** No test leaves a temporary file behind. */
afterEach(() => {
  expect(storedFiles().filter((file) => path.basename(file).startsWith('tmp_'))).toEqual([]);
});

function storedFiles(): string[] {
  const files = readdirSync(objectsFolder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => statSync(path.join(objectsFolder, file)).isFile());
}

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) {
    await nextTurn();
    yield content.subarray(at, at + size);
  }
}

function temporaryFile(content: Uint8Array): string {
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, content);
  return file;
}

/** Expects that git has a blob of this content, which it knows by this oid. */
function expectBlob(oid: string, content: Buffer): void {
  const theirs = runGit(folder, ['hash-object', '--stdin'], { input: content }).toString().trim();
  expect(oid).toBe(theirs);
  expect(runGit(folder, ['cat-file', 'blob', oid]).equals(content)).toBe(true);
}

const CONTENTS: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['a byte', Buffer.from([0])],
  ['4095 bytes', randomBytes(4095)],
  ['4096 bytes', randomBytes(4096)],
  ['4097 bytes', randomBytes(4097)],
  ['almost a megabyte', randomBytes(MB - 1)],
  ['a megabyte', randomBytes(MB)],
  ['just more than a megabyte', randomBytes(MB + 1)],
  ['two megabytes', randomBytes(2 * MB)],
  ['some megabytes at random', randomBytes(3 * MB + 12_345)],
  ['some megabytes of one text', Buffer.alloc(5 * MB, 'a text ')],
];

describe('a blob', () => {
  it.each(CONTENTS)(
    'is written from an async generator, a Node and a web stream, and a file: %s',
    async (_, content) => {
      const sources: BlobSource[] = [
        inPieces(content, 100_000),
        Readable.from(inPieces(content, 70_000), { objectMode: false }),
        Readable.toWeb(Readable.from(inPieces(content, MB))) as AsyncIterable<Uint8Array>,
        inPieces(content, content.length || 1),
        { file: temporaryFile(content) },
      ];
      for (const source of sources) {
        const written = await opened.objects.writeBlobFrom(source);
        expect(written.size).toBe(content.length);
        expectBlob(written.oid, content);
        expect(storedFiles()).toHaveLength(1);
        rmSync(objectFile(folder, written.oid));
      }
    },
  );

  it('is the same however it is cut into pieces', async () => {
    const content = randomBytes(3 * MB);
    const lengths = fc.array(fc.integer({ min: 0, max: MB }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lengths, async (pieces) => {
        const whole = Buffer.concat(
          pieces.map((length, at) => content.subarray(at * 1000, at * 1000 + length)),
        );
        // One buffer for all pieces, as programs do that read into the same one again and again.
        const shared = Buffer.alloc(MB);
        async function* source(): AsyncGenerator<Uint8Array> {
          for (const [at, length] of pieces.entries()) {
            await nextTurn();
            content.copy(shared, 0, at * 1000, at * 1000 + length);
            yield shared.subarray(0, length);
          }
        }
        const { oid, size } = await opened.objects.writeBlobFrom(source());
        expect(size).toBe(whole.length);
        expect(oid).toBe(runGit(folder, ['hash-object', '--stdin'], { input: whole }).toString().trim());
      }),
      { numRuns: 15 },
    );
  });

  it('may come in many small pieces', async () => {
    const content = randomBytes(MB + 100);
    // eslint-disable-next-line @typescript-eslint/require-await -- they are there already
    async function* small(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < content.length; at += 37) yield content.subarray(at, at + 37);
    }
    expectBlob((await opened.objects.writeBlobFrom(small())).oid, content);
  });

  it('may come as texts, which are stored as UTF-8, also when a character is cut in two', async () => {
    const text = 'Žofie 😀😀 näh\n';
    for (const size of [1, 2, 3, 100]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const { oid } = await opened.objects.writeBlobFrom(Readable.from(pieces));
      expectBlob(oid, Buffer.from(text));
    }
  });

  it('has the permissions that git gives', async () => {
    const { oid } = await opened.objects.writeBlobFrom(inPieces(randomBytes(2 * MB), MB));
    const theirs = runGit(folder, ['hash-object', '-w', '--stdin'], { input: 'theirs' }).toString().trim();
    const [ours, gits] = [oid, theirs].map((each) => statSync(objectFile(folder, each)).mode);
    expect(ours).toBe(gits);
  });

  it('lets several be written at once, also the same', async () => {
    const contents = [randomBytes(2 * MB), randomBytes(3 * MB), randomBytes(1000)];
    const all = [...contents, ...contents, ...contents];
    const written = await Promise.all(
      all.map((each) => opened.objects.writeBlobFrom(inPieces(each, 50_000))),
    );
    written.forEach(({ oid }, at) => {
      expectBlob(oid, all[at] as Buffer);
    });
    expect(storedFiles()).toHaveLength(3);
  });
});

describe('a blob that is there already', () => {
  const contents = [Buffer.from('small'), randomBytes(2 * MB)];

  it('is not written again, but marked as used just now', async () => {
    for (const content of contents) {
      const { oid } = await opened.objects.writeBlobFrom(inPieces(content, MB));
      const file = objectFile(folder, oid);
      utimesSync(file, LONG_AGO, LONG_AGO);
      const before = statSync(file);
      expect((await opened.objects.writeBlobFrom({ file: temporaryFile(content) })).oid).toBe(oid);
      const after = statSync(file);
      expect(after.ino).toBe(before.ino);
      expect(after.mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    }
  });

  it('is not written again when it is in a pack, which is marked instead', async () => {
    for (const content of contents) {
      const { oid } = await opened.objects.writeBlobFrom(inPieces(content, MB));
      git(folder, 'update-ref', `refs/tags/${oid}`, oid);
      git(folder, 'gc', '--quiet');
      const pack = path.join(objectsFolder, storedFiles().find((file) => file.endsWith('.pack')) as string);
      utimesSync(pack, LONG_AGO, LONG_AGO);
      await opened.objects.writeBlobFrom(inPieces(content, MB));
      expect(git(folder, 'count-objects')).toMatch(/^0 objects/);
      expect(statSync(pack).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    }
  });

  it('is not written again when an alternate has it', async () => {
    const borrower = await open(temporaryFolderWithClone());
    for (const content of contents) {
      const { oid } = await opened.objects.writeBlobFrom(inPieces(content, MB));
      utimesSync(objectFile(folder, oid), LONG_AGO, LONG_AGO);
      expect((await borrower.objects.writeBlobFrom(inPieces(content, MB))).oid).toBe(oid);
      expect(git(borrower.folder, 'count-objects')).toMatch(/^0 objects/);
      expect(statSync(objectFile(folder, oid)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    }
  });

  it('is written when libgit2 still knows a pack that is gone', async () => {
    for (const content of contents) {
      const { oid } = await opened.objects.writeBlobFrom(inPieces(content, MB));
      git(folder, 'update-ref', 'refs/tags/content', oid);
      git(folder, 'gc', '--quiet');
      await opened.objects.readType(oid);
      git(folder, 'update-ref', '-d', 'refs/tags/content');
      git(folder, 'gc', '--quiet', '--prune=now');
      expect(() => git(folder, 'cat-file', '-t', oid)).toThrow();
      await opened.objects.writeBlobFrom(inPieces(content, MB));
      expectBlob(oid, content);
    }
  });

  it('is written anew when its file is empty', async () => {
    for (const content of contents) {
      const { oid } = await opened.objects.writeBlobFrom(inPieces(content, MB));
      rmSync(objectFile(folder, oid));
      writeFileSync(objectFile(folder, oid), '');
      await opened.objects.writeBlobFrom(inPieces(content, MB));
      expectBlob(oid, content);
    }
  });

  function temporaryFolderWithClone(): string {
    const clone = path.join(temporaryFolder(), 'clone');
    git(folder, 'clone', '--quiet', '--shared', folder, clone);
    return clone;
  }
});

describe('a source that fails', () => {
  const reason = new Error('the line is down');

  /** How much a source brings before it fails: nothing, what is in memory still, and what is not. */
  const AMOUNTS = [0, 1000, 3 * MB];

  async function* failing(amount: number, fail: () => unknown): AsyncGenerator {
    yield* inPieces(randomBytes(amount), 100_000);
    yield await fail();
  }

  const throwing = (): never => {
    throw reason;
  };

  it.each<[string, (amount: number) => unknown, object]>([
    [
      'an async generator throws',
      (amount) => failing(amount, throwing),
      { code: 'OBJECT_WRITE_FAILED', cause: reason },
    ],
    [
      'what it throws is no error',
      (amount) =>
        failing(amount, () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- callers do such things
          throw 'no error';
        }),
      { code: 'OBJECT_WRITE_FAILED', cause: 'no error' },
    ],
    [
      'a Node stream fails',
      (amount) => Readable.from(failing(amount, throwing)),
      { code: 'OBJECT_WRITE_FAILED', cause: reason },
    ],
    [
      'a Node stream is destroyed with an error',
      (amount) => {
        const stream: Readable = Readable.from(failing(amount, () => stream.destroy(reason)));
        return stream;
      },
      { code: 'OBJECT_WRITE_FAILED', cause: reason },
    ],
    [
      'a Node stream is destroyed without an error',
      (amount) => {
        const stream: Readable = Readable.from(failing(amount, () => stream.destroy()));
        return stream;
      },
      { code: 'OBJECT_WRITE_FAILED', cause: { code: 'ERR_STREAM_PREMATURE_CLOSE' } },
    ],
    [
      'a web stream fails',
      (amount) => Readable.toWeb(Readable.from(failing(amount, throwing))),
      { code: 'OBJECT_WRITE_FAILED', cause: reason },
    ],
    ...Object.entries({
      'a number': 12,
      null: null,
      'an object': { a: 1 },
      'an array': [1, 2],
      'wider numbers': new Uint16Array(2),
      memory: new ArrayBuffer(2),
      'a symbol': Symbol('piece'),
    }).map(([name, piece]): [string, (amount: number) => unknown, object] => [
      `a piece is ${name}`,
      (amount) => failing(amount, () => piece),
      { code: 'INVALID_ARGUMENT' },
    ]),
    [
      'a Node stream brings objects',
      (amount) => Readable.from(failing(amount, () => ({ a: 1 }))),
      { code: 'INVALID_ARGUMENT' },
    ],
    [
      'a text ends in half a character',
      (amount) => failing(amount, () => 'x\ud83d'),
      { code: 'INVALID_ARGUMENT' },
    ],
    [
      'a text begins with half a character',
      (amount) => failing(amount, () => '\ude00x'),
      { code: 'INVALID_ARGUMENT' },
    ],
  ])('leaves nothing behind: %s', async (_, source, expected) => {
    for (const amount of AMOUNTS) {
      const error = await errorOf(() => opened.objects.writeBlobFrom(source(amount) as BlobSource));
      expect(error).toMatchObject(expected);
      expect(storedFiles()).toEqual([]);
    }
  });

  it('is closed when a piece of it is refused', async () => {
    for (const amount of AMOUNTS) {
      let closed = false;
      const source = async function* (): AsyncGenerator {
        try {
          yield* failing(amount, () => 12);
          throw new Error('Nothing more should be asked for.');
        } finally {
          closed = true;
        }
      };
      await errorOf(() => opened.objects.writeBlobFrom(source() as AsyncIterable<Uint8Array>));
      expect(closed).toBe(true);
      const stream = Readable.from(failing(amount, () => 12));
      await errorOf(() => opened.objects.writeBlobFrom(stream));
      expect(stream.destroyed).toBe(true);
    }
  });

  it('leaves no error that nobody catches, which would end the process', () => {
    const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
    const program = `
      const [library, repository] = process.argv.slice(1);
      const { ObjectStore } = require(library + '/git/object-store');
      const { openRepository } = require(library + '/git/repository');
      const { Readable, PassThrough } = require('node:stream');
      const { setTimeout: sleep } = require('node:timers/promises');
      const objects = await ObjectStore.open(await openRepository(repository));
      const piece = Buffer.alloc(700_000);
      const readable = (read, options) => new Readable({ objectMode: true, read, ...options });
      const sources = [
        readable(function () { this.destroy(new Error('at once')); }),
        readable(function () { this.push(piece); setTimeout(() => this.destroy(new Error('later')), 10); }),
        readable(function () { this.push(12); }, { destroy(error, callback) { callback(new Error('closing')); } }),
        readable(function () { this.push(12); this.destroy(new Error('while it is refused')); }),
        readable(function () {}).destroy(),
        readable(function () {}).on('error', () => {}).destroy(new Error('before')),
        Readable.toWeb(readable(function () { this.destroy(new Error('on the web')); })),
        (async function* () { try { yield 12; } finally { throw new Error('in the end'); } })(),
        (async function* () { yield piece; yield piece; yield piece; throw new Error('in a large one'); })(),
      ];
      for (const source of sources) {
        const failure = await objects.writeBlobFrom(source).catch((error) => error);
        console.log(failure.code);
      }
      await sleep(50);`;
    const { stdout, stderr, status } = runChild(program, { args: [library, folder] });
    const [FAILED, INVALID] = ['OBJECT_WRITE_FAILED', 'INVALID_ARGUMENT'];
    const codes = [FAILED, FAILED, INVALID, INVALID, FAILED, FAILED, FAILED, INVALID, FAILED];
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual(codes);
    expect(status).toBe(0);
  });

  it('is refused when somebody has read it before', async () => {
    const streams = [
      Readable.from([Buffer.from('content')]),
      Readable.toWeb(Readable.from([Buffer.from('content')])) as AsyncIterable<Uint8Array>,
    ];
    for (const stream of streams) {
      await opened.objects.writeBlobFrom(stream);
      const error = await errorOf(() => opened.objects.writeBlobFrom(stream));
      expect(error).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    }
    expect(storedFiles()).toHaveLength(1);
  });

  it('may have been read in part', async () => {
    const stream = Readable.from([Buffer.from('head'), Buffer.from('body')]);
    for await (const head of stream.iterator({ destroyOnReturn: false })) {
      expect(String(head)).toBe('head');
      break;
    }
    expectBlob((await opened.objects.writeBlobFrom(stream)).oid, Buffer.from('body'));
  });

  it.each([[undefined], [null], [12], ['a text'], [Buffer.from('bytes')], [{}], [{ file: 12 }], [['a']]])(
    'is none at all: %p',
    async (source) => {
      const error = await errorOf(() => opened.objects.writeBlobFrom(source as unknown as BlobSource));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'source' } });
    },
  );
});

/** Does something just before the next piece of a file is read. Returns what makes reading as it was. */
async function beforeFirstRead(act: () => void): Promise<() => void> {
  const handle = await openFile(__filename);
  const prototype = Object.getPrototypeOf(handle) as { read: (...args: unknown[]) => Promise<unknown> };
  await handle.close();
  const { read } = prototype;
  prototype.read = async function (...args) {
    prototype.read = read;
    act();
    return read.apply(this, args);
  };
  return () => {
    prototype.read = read;
  };
}

describe('a file that cannot be stored', () => {
  it.each<[string, (folder: string) => string, string | undefined]>([
    ['it is not there', (at) => path.join(at, 'missing'), 'ENOENT'],
    ['it is a folder', (at) => at, undefined],
    [
      'it is a named pipe, at which nobody writes',
      (at) => {
        runGit(at, ['-c', `alias.pipe=!mkfifo "${at}/pipe"`, 'pipe']);
        return path.join(at, 'pipe');
      },
      undefined,
    ],
    ['it is a device', () => '/dev/zero', undefined],
    ['its path is none', () => 'a\0b', 'ERR_INVALID_ARG_VALUE'],
  ])('is named in the error: %s', async (_, make, code) => {
    const file = make(temporaryFolder());
    const error = await errorOf(() => opened.objects.writeBlobFrom({ file }));
    expect(error).toMatchObject({ code: 'OBJECT_WRITE_FAILED', details: { path: file } });
    expect((error.cause as NodeJS.ErrnoException | undefined)?.code).toBe(code);
    expect(storedFiles()).toEqual([]);
  });

  it('is one that must not be read', async () => {
    const file = temporaryFile(Buffer.from('secret'));
    chmodSync(file, 0);
    // Nothing is forbidden to the superuser.
    if (process.getuid?.() === 0) return;
    expect(await errorOf(() => opened.objects.writeBlobFrom({ file }))).toMatchObject({
      code: 'OBJECT_WRITE_FAILED',
      cause: { code: 'EACCES' },
    });
  });

  it.each<[string, (file: string) => void]>([
    [
      'grows',
      (file) => {
        appendFileSync(file, randomBytes(5 * MB));
      },
    ],
    [
      'shrinks',
      (file) => {
        truncateSync(file, 100_000);
      },
    ],
    [
      'is emptied',
      (file) => {
        truncateSync(file, 0);
      },
    ],
  ])('is one that %s while it is read', async (_, change) => {
    for (const size of [200_000, 8 * MB]) {
      const file = temporaryFile(randomBytes(size));
      const restore = await beforeFirstRead(() => {
        change(file);
      });
      const error = await errorOf(() => opened.objects.writeBlobFrom({ file }));
      restore();
      expect(error).toMatchObject({ code: 'OBJECT_WRITE_FAILED', details: { path: file, size } });
      expect(error.message).toMatch(/changed while it was read/);
      expect(storedFiles()).toEqual([]);
    }
  });
});

describe('a folder for objects that cannot be written to', () => {
  const sizes = [1000, 3 * MB];

  it('is named in the error, and the source is closed', async () => {
    expectDamage(folder);
    rmSync(objectsFolder, { recursive: true });
    for (const size of sizes) {
      const stream = Readable.from(inPieces(randomBytes(size), 100_000));
      const error = await errorOf(() => opened.objects.writeBlobFrom(stream));
      expect(error).toMatchObject({ code: 'OBJECT_WRITE_FAILED', cause: { code: 'ENOENT' } });
      expect(stream.destroyed).toBe(true);
    }
    mkdirSync(objectsFolder);
  });

  it('may have a file where a folder should be', async () => {
    expectDamage(folder);
    for (const size of sizes) {
      const content = randomBytes(size);
      const oid = runGit(folder, ['hash-object', '--stdin'], { input: content }).toString().trim();
      const inTheWay = path.dirname(objectFile(folder, oid));
      writeFileSync(inTheWay, '');
      expect(await errorOf(() => opened.objects.writeBlobFrom(inPieces(content, MB)))).toMatchObject({
        code: 'OBJECT_WRITE_FAILED',
      });
      rmSync(inTheWay);
      await opened.objects.writeBlobFrom(inPieces(content, MB));
      expectBlob(oid, content);
    }
  });

  it('may have no room left, at any point', () => {
    // A process that may not write files of more than so many bytes meets what a full disk does: half a write.
    const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
    const program = `
      const [library, repository, file] = process.argv.slice(1);
      const { ObjectStore } = require(library + '/git/object-store');
      const { openRepository } = require(library + '/git/repository');
      const { Readable } = require('node:stream');
      const random = require('node:crypto').randomBytes;
      (async () => {
        const objects = await ObjectStore.open(await openRepository(repository));
        const sources = [[3e6], [2e6], [5e5]].map(([size]) => Readable.from([random(size / 2), random(size / 2)]));
        for (const source of [...sources, { file }]) {
          const failure = await objects.writeBlobFrom(source).catch((error) => error);
          console.log(failure.code, failure.cause?.code, source.destroyed);
        }
      })();`;
    const limited = `
      const { spawnSync } = require('node:child_process');
      const command = ['-c', 'ulimit -f 512; exec "$0" "$@"', process.execPath, '-e', ...process.argv.slice(1)];
      const { stdout, stderr } = spawnSync('sh', command, { encoding: 'utf8' });
      process.stdout.write(stdout + stderr);`;
    const file = temporaryFile(randomBytes(3 * MB));
    const { stdout } = runChild(limited, { args: [program, library, folder, file] });
    expect(stdout).toBe(
      `${'OBJECT_WRITE_FAILED EFBIG true\n'.repeat(3)}OBJECT_WRITE_FAILED EFBIG undefined\n`,
    );
    expect(storedFiles()).toEqual([]);
  });
});
