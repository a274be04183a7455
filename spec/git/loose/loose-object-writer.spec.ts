import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { Blob, Repository } from 'nodegit';
import { LooseObjectWriter } from '../../../lib/git/loose/loose-object-writer';
import { encodeCommit } from '../../../lib/object/commit-codec';
import type { UnwrittenObject } from '../../../lib/object/node-entry';
import { EMPTY_TREE_OID, hashObject } from '../../../lib/object/oid';
import type { ObjectType } from '../../../lib/object/oid';
import { runChild } from '../../support/child-process';
import { projectWithLibrary } from '../../support/compiled';
import { errorOf } from '../../support/error-of';
import { git, runGit, temporaryRepository } from '../../support/temporary-repository';
import { expectDamage, objectFile, open } from '../opened';
import type { Opened } from '../opened';

let opened: Opened;
let folder: string;
let objects: string;
let writer: LooseObjectWriter;

beforeEach(async () => {
  opened = await open();
  ({ folder } = opened);
  objects = path.join(folder, '.git/objects');
  writer = new LooseObjectWriter(objects);
});

/** No test leaves a temporary file behind, unless it says so. */
afterEach(() => {
  expect(temporaryFiles()).toEqual([]);
});

function temporaryFiles(): string[] {
  const files = readdirSync(objects, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => path.basename(file).startsWith('tmp_'));
}

function object(type: ObjectType, content: Uint8Array | string): UnwrittenObject {
  const bytes = Buffer.from(content);
  return { type, oid: hashObject(type, bytes), content: bytes };
}

const blob = (content: Uint8Array | string): UnwrittenObject => object('blob', content);

const catFile = (type: string, oid: string): Buffer => runGit(folder, ['cat-file', type, oid]);

const LONG_AGO = new Date('2020-01-01');

describe('a written object', () => {
  let libgit2: Repository;

  beforeAll(async () => {
    libgit2 = await Repository.open(temporaryRepository({ bare: true }));
  });

  it.each([
    ['no byte', Buffer.alloc(0)],
    ['a byte', Buffer.from([0])],
    ['a text', Buffer.from('Hello, wörld\n')],
    ['almost 4 KiB', randomBytes(4096 - 11)],
    ['4 KiB with the header', randomBytes(4096 - 10)],
    ['just more than that', randomBytes(4096 - 9)],
    ['16 KiB', randomBytes(16 * 1024)],
    ['almost 128 KiB', Buffer.alloc(128 * 1024 - 13, 'text ')],
    ['128 KiB with the header', randomBytes(128 * 1024 - 12)],
    ['just more than that', randomBytes(128 * 1024 - 11)],
    ['a megabyte at random', randomBytes(1024 * 1024)],
    ['five megabytes of zeros', Buffer.alloc(5 * 1024 * 1024)],
  ])('is the one that libgit2 writes, and can be read at once: %s', async (_, content) => {
    const ours = blob(content);
    const theirs = (await Blob.createFromBuffer(libgit2, content, content.length)).tostrS();
    await writer.write([ours]);
    expect(ours.oid).toBe(theirs);
    const [mine, libgit2s] = [objectFile(folder, ours.oid), objectFile(libgit2.path(), theirs)].map((file) =>
      inflateSync(readFileSync(file)),
    ) as [Buffer, Buffer];
    expect(mine.equals(libgit2s)).toBe(true);
    const lookedUp = await Blob.lookup(opened.repository.handle, ours.oid);
    expect(lookedUp.rawsize()).toBe(content.length);
    expect(catFile('blob', ours.oid).equals(content)).toBe(true);
  });

  it('may be of any type', async () => {
    const tree = object('tree', '');
    const signature = { name: 'Ada', email: 'a@x', time: new Date(0), offset: 0 };
    const fields = {
      tree: EMPTY_TREE_OID,
      parents: [],
      author: signature,
      committer: signature,
      message: 'x',
    };
    const commit = object('commit', encodeCommit(fields));
    const tag = object('tag', `object ${commit.oid}\ntype commit\ntag v1\ntagger A <a@x> 0 +0000\n\nx\n`);
    await writer.write([tree, commit, tag]);
    for (const { type, oid, content } of [tree, commit, tag]) {
      expect(git(folder, 'cat-file', '-t', oid)).toBe(type);
      expect(catFile(type, oid)).toEqual(content);
    }
  });

  it('may be a folder with thousands of entries', async () => {
    const file = blob('x');
    const entry = (at: number): Buffer =>
      Buffer.concat([Buffer.from(`100644 ${String(at).padStart(5, '0')}\0`), Buffer.from(file.oid, 'hex')]);
    const tree = object('tree', Buffer.concat(Array.from({ length: 20_000 }, (_, at) => entry(at))));
    await writer.write([file, tree]);
    expect(git(folder, 'ls-tree', tree.oid).split('\n')).toHaveLength(20_000);
  });

  it('has the permissions that git gives', async () => {
    const ours = blob('ours');
    await writer.write([ours]);
    const theirs = runGit(folder, ['hash-object', '-w', '--stdin'], { input: 'theirs' }).toString().trim();
    const permissions = [ours.oid, theirs].map((oid) => statSync(objectFile(folder, oid)).mode);
    expect(permissions[0]).toBe(permissions[1]);
    const folders = [ours.oid, theirs].map((oid) => statSync(path.dirname(objectFile(folder, oid))).mode);
    expect(folders[0]).toBe(folders[1]);
  });

  it('is written again when git has cleared its temporary file away', async () => {
    const [one, two] = [blob('one'), blob('two')];
    let prunes = 0;
    const late: UnwrittenObject = {
      ...two,
      get content() {
        if (prunes++ === 0) git(folder, 'prune', '--expire=now');
        return two.content;
      },
    };
    await writer.write([one, late], 'fsync');
    expect(prunes).toBe(1);
    for (const { oid } of [one, two]) expect(git(folder, 'cat-file', '-t', oid)).toBe('blob');
  });
});

describe('an object that is there already', () => {
  it('is not written again, but marked as used just now', async () => {
    const given = blob('content');
    await writer.write([given]);
    const file = objectFile(folder, given.oid);
    utimesSync(file, LONG_AGO, LONG_AGO);
    const before = statSync(file);
    const start = Date.now();
    await writer.write([given]);
    const after = statSync(file);
    expect(after.ino).toBe(before.ino);
    expect(after.mtimeMs).toBeGreaterThan(start - 2000);
  });

  it('survives a git prune that takes the forgotten ones', async () => {
    const [used, forgotten] = [blob('used'), blob('forgotten')];
    await writer.write([used, forgotten]);
    for (const { oid } of [used, forgotten]) utimesSync(objectFile(folder, oid), LONG_AGO, LONG_AGO);
    await writer.write([used]);
    git(folder, 'prune', '--expire=1.hour.ago');
    expect(git(folder, 'cat-file', '-t', used.oid)).toBe('blob');
    expect(() => git(folder, 'cat-file', '-t', forgotten.oid)).toThrow();
  });

  it('is written anew when its file is empty', async () => {
    const given = blob('content');
    const file = objectFile(folder, given.oid);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    await writer.write([given]);
    expect(catFile('blob', given.oid)).toEqual(given.content);
  });
});

describe('the folders of objects', () => {
  it('are made again when git has taken the empty ones away', async () => {
    const [one, two] = sameFolder();
    await writer.write([one]);
    const file = objectFile(folder, one.oid);
    rmSync(file, { force: true });
    rmdirSync(path.dirname(file));
    await writer.write([one, two]);
    expect(catFile('blob', one.oid)).toEqual(one.content);
    expect(catFile('blob', two.oid)).toEqual(two.content);
  });

  it('may be taken away between two objects', async () => {
    const [one, two] = sameFolder();
    const late: UnwrittenObject = {
      ...two,
      get content() {
        rmSync(path.dirname(objectFile(folder, one.oid)), { recursive: true });
        return two.content;
      },
    };
    await writer.write([one, late]);
    expect(catFile('blob', two.oid)).toEqual(two.content);
  });

  it('may hold what a killed writer left behind', async () => {
    const given = blob('content');
    const names = [
      path.join(objects, 'tmp_obj_left'),
      path.join(path.dirname(objectFile(folder, given.oid)), 'tmp_obj_x'),
    ];
    for (const name of names) {
      mkdirSync(path.dirname(name), { recursive: true });
      writeFileSync(name, 'half an obj');
    }
    await writer.write([given]);
    expect(catFile('blob', given.oid)).toEqual(given.content);
    for (const name of names) rmSync(name);
  });
});

/** Two objects whose files are in one folder. */
function sameFolder(): [UnwrittenObject, UnwrittenObject] {
  const seen = new Map<string, UnwrittenObject>();
  for (let count = 0; ; count++) {
    const given = blob(`content ${count}`);
    const other = seen.get(given.oid.slice(0, 2));
    if (other) return [other, given];
    seen.set(given.oid.slice(0, 2), given);
  }
}

describe('an object that cannot be written', () => {
  it('is named in the error, with its place and the cause; those before it are in place', async () => {
    expectDamage(folder);
    const [before, failing, after] = [blob('before'), blob('failing'), blob('after')];
    const file = objectFile(folder, failing.oid);
    writeFileSync(path.dirname(file), 'a file in the way');
    const error = await errorOf(() => writer.write([before, failing, after]));
    expect(error).toMatchObject({
      code: 'OBJECT_WRITE_FAILED',
      details: { oid: failing.oid, path: file },
    });
    expect(error.message).toMatch(
      /^The blob [0-9a-f]{40} could not be written to ".*": E[A-Z]+: .*\. Nothing refers to it; mend the cause and try again\.$/,
    );
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/) as string });
    expect(git(folder, 'cat-file', '-t', before.oid)).toBe('blob');
    expect(() => git(folder, 'cat-file', '-t', after.oid)).toThrow();
  });

  it('is written when the cause is mended', async () => {
    const given = blob('content');
    const inTheWay = path.dirname(objectFile(folder, given.oid));
    writeFileSync(inTheWay, '');
    await errorOf(() => writer.write([given]));
    rmSync(inTheWay);
    await writer.write([given]);
    expect(catFile('blob', given.oid)).toEqual(given.content);
  });

  it('is an error when the repository has no folder for objects any more', async () => {
    expectDamage(folder);
    rmSync(objects, { recursive: true });
    const error = await errorOf(() => writer.write([blob('content')]));
    mkdirSync(objects, { recursive: true });
    expect(error).toMatchObject({ code: 'OBJECT_WRITE_FAILED', cause: { code: 'ENOENT' } });
  });

  it('leaves nothing of itself behind when there is no room for all of it', () => {
    // A process that may not write files of more than 8 KiB meets what a full disk does: half a write.
    const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
    const program = `
      const [library, objects] = process.argv.slice(1);
      const { LooseObjectWriter } = require(library + '/git/loose/loose-object-writer');
      const { hashObject } = require(library + '/object/oid');
      const blob = (content) => ({ type: 'blob', oid: hashObject('blob', content), content });
      const random = require('node:crypto').randomBytes;
      (async () => {
        for (const large of [blob(random(20_000)), blob(random(500_000))]) {
          const failure = await new LooseObjectWriter(objects).write([blob(Buffer.from('small')), large]).catch((error) => error);
          console.log(failure.code, failure.cause?.code, failure.details?.oid === large.oid);
        }
      })();`;
    const limited = `
      const { spawnSync } = require('node:child_process');
      const command = ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, '-e', ...process.argv.slice(1)];
      const { stdout, stderr } = spawnSync('sh', command, { encoding: 'utf8' });
      process.stdout.write(stdout + stderr);`;
    const { stdout } = runChild(limited, { args: [program, library, objects] });
    expect(stdout).toBe('OBJECT_WRITE_FAILED EFBIG true\n'.repeat(2));
    expect(git(folder, 'cat-file', 'blob', blob('small').oid)).toBe('small');
    expect(git(folder, 'count-objects')).toMatch(/^1 objects/);
  });
});

describe('many writers at once', () => {
  it('put every object in place once, also those that several of them write', async () => {
    const shared = Array.from({ length: 30 }, (_, at) => blob(`shared ${at}`));
    shared.push(blob(Buffer.alloc(300_000, 'large and shared')));
    const writers = Array.from({ length: 8 }, () => new LooseObjectWriter(objects));
    const own = writers.map((_, at) => Array.from({ length: 10 }, (_own, each) => blob(`${at} own ${each}`)));
    await Promise.all(writers.map((each, at) => each.write([...(own[at] ?? []), ...shared])));
    const input = [...shared, ...own.flat()].map(({ oid }) => `${oid}\n`).join('');
    const listed = runGit(folder, ['cat-file', '--batch-check'], { input }).toString().trim().split('\n');
    expect(listed).toHaveLength(31 + 80);
    expect(listed.filter((line) => !/ blob \d+$/.test(line))).toEqual([]);
  });

  it('may be one writer that is asked several times', async () => {
    const lists = Array.from({ length: 8 }, (_, at) => [blob(randomBytes(200_000)), blob(`small ${at}`)]);
    await Promise.all(lists.map((list) => writer.write(list)));
    for (const { oid, content } of lists.flat()) expect(catFile('blob', oid).equals(content)).toBe(true);
  });

  it('let timers and other work of the process run meanwhile', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await writer.write(Array.from({ length: 1500 }, (_, at) => blob(`content ${at}`)));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });
});
