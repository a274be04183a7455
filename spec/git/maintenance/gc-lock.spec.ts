import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { encodeHolder } from '../../../lib/git/lock-holder';
import { takeGcLock } from '../../../lib/git/maintenance/gc-lock';
import type { GcLock } from '../../../lib/git/maintenance/gc-lock';
import { thisThread } from '../../../lib/git/process';
import { projectWithLibrary } from '../../support/compiled';
import { errorOf } from '../../support/error-of';
import { git, temporaryFolder } from '../../support/temporary-repository';
import { looseRepository } from './repositories';

const ended = spawnSync(process.execPath, ['--version']).pid;

let folder: string;
const file = (): string => path.join(folder, 'gc.pid');
const lockFile = (): string => path.join(folder, 'gc.pid.lock');

beforeEach(() => {
  folder = temporaryFolder();
});

async function take(): Promise<GcLock> {
  const lock = await takeGcLock(folder);
  if (!('release' in lock)) throw new Error(`It is held by ${JSON.stringify(lock)}.`);
  return lock;
}

describe('The lock of "git gc"', () => {
  it('keeps git out while it is held, and no longer', async () => {
    folder = looseRepository(1);
    const lock = await take();
    expect(() => git(folder, 'gc', '--quiet')).toThrow(
      `gc is already running on machine '${hostname()}' pid ${process.pid}`,
    );
    lock.release();
    git(folder, 'gc', '--quiet');
    expect(existsSync(file())).toBe(false);
  });

  it('is written as git writes it', async () => {
    const lock = await take();
    expect(readFileSync(file(), 'utf8')).toBe(`${process.pid} ${hostname()}`);
    expect(readdirSync(folder)).toEqual(['gc.pid']);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is held by one at a time, also within a process', async () => {
    const lock = await take();
    expect(await takeGcLock(folder)).toEqual({ pid: process.pid, host: hostname() });
    expect(readdirSync(folder)).toEqual(['gc.pid']);
    lock.release();
    (await take()).release();
  });

  it.each([
    ['whose process has ended', () => `${ended} ${hostname()}`, 0],
    ['that is older than twelve hours', () => `${process.pid} ${hostname()}`, 12.1],
    ['of another machine that is older than twelve hours', () => '1 another.example', 12.1],
    ['that is damaged', () => 'what is this', 0],
    ['that is empty', () => '', 0],
  ])('is taken over from one %s', async (_, content, hours) => {
    writeFileSync(file(), content());
    const time = Date.now() / 1000 - hours * 3600;
    utimesSync(file(), time, time);
    (await take()).release();
  });

  it.each([
    ['running process', () => `${process.pid} ${hostname()}`, process.pid, hostname()],
    ['process of another machine', () => `${ended} another.example`, ended, 'another.example'],
  ])('is left to a %s', async (_, content, pid, host) => {
    writeFileSync(file(), content());
    expect(await takeGcLock(folder)).toEqual({ pid, host });
    expect(readFileSync(file(), 'utf8')).toBe(content());
    expect(existsSync(lockFile())).toBe(false);
  });

  it('waits for nobody who is just taking it', async () => {
    writeFileSync(lockFile(), '');
    expect(await takeGcLock(folder)).toEqual({ pid: null, host: null });
    expect(readdirSync(folder)).toEqual(['gc.pid.lock']);
  });

  it('is not hindered by one that was killed while it took it', async () => {
    symlinkSync(encodeHolder({ ...thisThread(), pid: ended, start: null }), lockFile());
    (await take()).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken by one of several that find it left behind', async () => {
    writeFileSync(file(), `${ended} ${hostname()}`);
    const results = await Promise.all(Array.from({ length: 8 }, () => takeGcLock(folder)));
    const locks = results.filter((result) => 'release' in result);
    expect(locks).toHaveLength(1);
    expect(results.filter((result) => 'pid' in result && result.pid === process.pid)).toHaveLength(7);
    locks.forEach((lock) => {
      lock.release();
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is left to whoever took it for forgotten in the meantime', async () => {
    const lock = await take();
    writeFileSync(file(), '1 another.example');
    lock.release();
    expect(readFileSync(file(), 'utf8')).toBe('1 another.example');
  });

  it.each([
    ['the folder is not there', () => path.join(folder, 'none')],
    ['a folder is in its place', () => folder],
  ])('is a typed error when %s, and nothing is left of it', async (what, where) => {
    if (what.startsWith('a folder')) mkdirSync(file());
    const before = readdirSync(folder);
    const error = await errorOf(() => takeGcLock(where()));
    expect(error).toMatchObject({
      code: 'OBJECT_WRITE_FAILED',
      message: expect.stringContaining('mend the cause') as string,
      details: { path: path.join(where(), 'gc.pid') },
      cause: { code: what.startsWith('a folder') ? 'EISDIR' : 'ENOENT' },
    });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('is a typed error when the disk is full, and nothing is left of it', () => {
    // A process that may not write a byte to files meets what a full disk does.
    const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
    const program = `
      const [library, folder] = process.argv.slice(1);
      const { takeGcLock } = require(library + '/git/maintenance/gc-lock');
      takeGcLock(folder).catch((error) => console.log(error.code, error.cause.code));`;
    const command = ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, '-e', program, library, folder];
    expect(spawnSync('sh', command, { encoding: 'utf8' })).toMatchObject({
      stdout: 'OBJECT_WRITE_FAILED EFBIG\n',
      stderr: '',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is given up when the process exits', async () => {
    const lock = await take();
    const listeners = process.listeners('exit');
    (listeners.at(-1) as (code: number) => void)(0);
    expect(existsSync(file())).toBe(false);
    lock.release();
  });
});
