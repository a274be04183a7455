import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FORGOTTEN_MS, lockedError, LockFile, lockHolder } from '../../lib/git/lock-file';
import { encodeHolder } from '../../lib/git/lock-holder';
import { thisThread } from '../../lib/git/process';
import type { ThreadIdentity } from '../../lib/git/process';
import { projectWithLibrary } from '../support/compiled';
import { startWorker, withThreads } from '../support/worker-thread';
import { commitFiles, git, temporaryFolder, temporaryRepository } from '../support/temporary-repository';

let folder: string;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = path.join(folder, 'a/main');
});

const names = (): string[] => readdirSync(path.join(folder, 'a')).sort();
/** This thread; a long name of its machine would be cut short. */
const named = { ...thisThread(), host: expect.any(String) as string };
const take = (): LockFile => LockFile.take(file) as LockFile;

/** A lock that another process has left behind. */
function abandon(target: string, holder: Partial<ThreadIdentity> = {}): void {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  symlinkSync(encodeHolder({ ...thisThread(), pid: deadProcess(), ...holder }), target);
}

function deadProcess(): number {
  return Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
}

describe('A lock file', () => {
  it('keeps everybody else out until it is released, and says whose it is', () => {
    const lock = take();
    expect(LockFile.take(file)).toBeUndefined();
    expect(lockHolder(file)).toEqual(named);
    lock.release();
    expect(lockHolder(file)).toBeUndefined();
    take().release();
    expect(names()).toEqual([]);
  });

  it('is left alone when there was none a moment before', () => {
    const lock = take();
    // As when one holder gives it up and another one takes it between two looks.
    const look = jest.spyOn(fs, 'lstatSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    });
    expect(LockFile.take(file)).toBeUndefined();
    look.mockRestore();
    expect(lockHolder(file)).toEqual(named);
    expect(names()).toEqual(['main.lock']);
    lock.release();
  });

  it('puts what is new in the place of the file, all at once', async () => {
    const lock = take();
    await lock.replace('one', 'git');
    expect(readFileSync(file, 'utf8')).toBe('one');
    await lock.replace(Buffer.from('two'), 'fsync');
    lock.release();
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(names()).toEqual(['main']);
  });

  it('leaves the file as it is when it cannot be replaced', async () => {
    fs.mkdirSync(path.join(file, 'sub'), { recursive: true });
    const lock = take();
    await expect(lock.replace('one', 'git')).rejects.toThrow();
    lock.release();
    expect(names()).toEqual(['main']);
  });

  it('is respected by git, for which it is not a reference either', () => {
    const repository = temporaryRepository({ bare: true });
    const oid = commitFiles(repository, 'refs/heads/main');
    const locks = ['refs/heads/main', 'packed-refs'].map((name) =>
      LockFile.take(path.join(repository, name)),
    );
    expect(() => git(repository, 'update-ref', '-d', 'refs/heads/main')).toThrow(/main\.lock.*File exists/);
    expect(() => git(repository, 'pack-refs', '--all')).toThrow(/packed-refs\.lock.*File exists/);
    expect(git(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    expect(git(repository, 'fsck', '--strict')).toBe('');
    for (const lock of locks) lock?.release();
    git(repository, 'update-ref', '-d', 'refs/heads/main', oid);
  });

  it('is an ordinary file where there are no symbolic links', () => {
    // All systems that run the specs have them.
    const link = jest.spyOn(fs, 'symlinkSync').mockImplementation(() => {
      throw Object.assign(new Error('no'), { code: 'EPERM', syscall: 'symlink' });
    });
    try {
      const lock = take();
      expect(LockFile.take(file)).toBeUndefined();
      expect(lstatSync(`${file}.lock`).isFile()).toBe(true);
      expect(lockHolder(file)).toEqual(named);
      lock.release();
    } finally {
      link.mockRestore();
    }
  });
});

describe('A lock file that was left behind', () => {
  it('is taken over when its process has ended, or another one has its number', () => {
    abandon(`${file}.lock`);
    take().release();
    abandon(`${file}.lock`, { pid: process.ppid, start: '0123456789abcdef' });
    take().release();
    expect(names()).toEqual([]);
  });

  withThreads('is taken over when its worker thread was terminated, and not while that lives', async () => {
    const worker = await startWorker(
      `const { LockFile } = require(library + '/git/lock-file');
      parentPort.postMessage(LockFile.take(data) !== undefined);`,
      file,
    );
    expect(worker.message).toBe(true);
    expect(LockFile.take(file)).toBeUndefined();
    expect(lockHolder(file)).toMatchObject({ pid: process.pid, thread: expect.any(Number) as number });
    expect(lockedError(file).message).toMatch(/of the thread \d+ of the process \d+ on /);
    await worker.terminate();
    let lock: LockFile | undefined;
    // The system takes note of its end a moment later.
    while (!(lock = LockFile.take(file))) await sleep(1);
    expect(lockHolder(file)).toEqual(named);
    lock.release();
    expect(names()).toEqual([]);
  });

  it('is not when its process runs, or is one of another machine', () => {
    for (const holder of [
      { pid: process.ppid, start: null },
      { pid: deadProcess(), machine: '0123456789abcdef' },
    ]) {
      abandon(`${file}.lock`, holder);
      expect(LockFile.take(file)).toBeUndefined();
      expect(lockHolder(file)).toMatchObject({ pid: holder.pid });
      fs.rmSync(`${file}.lock`);
    }
  });

  it.each([
    ['git', ''],
    ['git, with what it was about to write', `${'1'.repeat(40)}\n`],
    ['something else', 'gitmodel:x'],
    ['git, large', 'x'.repeat(100_000)],
  ])('by %s is taken over when it is older than any that is in use', (_, content) => {
    fs.mkdirSync(path.dirname(file));
    writeFileSync(`${file}.lock`, content);
    expect(LockFile.take(file)).toBeUndefined();
    const almost = (Date.now() - FORGOTTEN_MS) / 1000 + 60;
    utimesSync(`${file}.lock`, almost, almost);
    expect(LockFile.take(file)).toBeUndefined();
    utimesSync(`${file}.lock`, almost - 120, almost - 120);
    take().release();
    expect(names()).toEqual([]);
  });

  it('is taken over also when whoever was about to do that has ended too', () => {
    abandon(`${file}.lock`);
    const guard = jest.spyOn(fs, 'unlinkSync').mockImplementation(() => {
      throw new Error('killed');
    });
    // Killed between taking the lock of the lock and removing it.
    expect(() => LockFile.take(file)).toThrow('killed');
    guard.mockRestore();
    const [left] = names().filter((name) => name.startsWith('.'));
    fs.rmSync(path.join(folder, 'a', String(left)));
    abandon(path.join(folder, 'a', String(left)));
    take().release();
    expect(names()).toEqual([]);
  });

  it('is taken over by one of many processes that want it at the same time', async () => {
    const project = projectWithLibrary();
    const rounds = 40;
    const program = `
      const { LockFile } = require('gitmodel/git/lock-file');
      const fs = require('node:fs');
      const [file, dead] = process.argv.slice(1);
      for (let round = 0; round < ${rounds}; round++) {
        const [target, counter] = [file + round, file + round + '.count'];
        for (let lock; ;) {
          lock = LockFile.take(target);
          if (!lock) continue;
          const count = Number(fs.readFileSync(counter, 'utf8'));
          for (const until = performance.now() + 0.3; performance.now() < until;);
          fs.writeFileSync(counter, String(count + 1));
          lock.release();
          break;
        }
      }`;
    for (let round = 0; round < rounds; round++) {
      abandon(`${file}${round}.lock`, { pid: 2 ** 22 + 1 });
      writeFileSync(`${file}${round}.count`, '0');
    }
    const processes = [0, 1, 2, 3].map(() =>
      spawn(process.execPath, ['-e', program, file], { cwd: project, stdio: 'inherit' }),
    );
    const statuses = await Promise.all(processes.map((each) => once(each, 'exit')));
    expect(statuses.map(([status]) => status as number)).toEqual([0, 0, 0, 0]);
    for (let round = 0; round < rounds; round++)
      expect(readFileSync(`${file}${round}.count`, 'utf8')).toBe('4');
    expect(names().filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});

it('A link that somebody else has put there is never followed', () => {
  fs.mkdirSync(path.dirname(file));
  writeFileSync(path.join(folder, 'target'), 'precious');
  symlinkSync(path.join(folder, 'target'), `${file}.lock`);
  expect(LockFile.take(file)).toBeUndefined();
  expect(readlinkSync(`${file}.lock`)).toBe(path.join(folder, 'target'));
  expect(readFileSync(path.join(folder, 'target'), 'utf8')).toBe('precious');
});
