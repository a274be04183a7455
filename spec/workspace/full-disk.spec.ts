import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import nodePath from 'node:path';
import * as durable from '../../lib/git/durable';
import { projectWithLibrary } from '../support/compiled';
import { errorOf } from '../support/error-of';
import { expectCleanRepository, git } from '../support/temporary-repository';
import { expectLog, openWorkspace } from '../support/workspaces';
import { openTwoCommits } from './two-commits';

const inGit = (path: string, name: string): string => nodePath.join(path, '.git', name);
const references = (path: string): string => git(path, 'for-each-ref', '--format=%(refname) %(objectname)');
const config = (path: string): string => fs.readFileSync(inGit(path, 'config'), 'utf8');

function expectNoLocks(path: string): void {
  const names = fs.readdirSync(nodePath.join(path, '.git'), { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.endsWith('.lock'))).toEqual([]);
}

/** Runs code while the disk has no room for what matches: a disk that is full just then cannot be provoked. */
async function withoutRoomFor<T>(content: RegExp, code: () => Promise<T>): Promise<T> {
  const original = fs.writeFileSync;
  const write = jest.spyOn(fs, 'writeFileSync').mockImplementation((file, data, options) => {
    if (typeof data === 'string' && content.test(data)) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        errno: -28,
        syscall: 'write',
      });
    }
    original(file, data, options);
  });
  try {
    return await code();
  } finally {
    write.mockRestore();
  }
}

const VALUE = /^[0-9a-f]{40}\n$/;

describe('A process that cannot write a byte', () => {
  // A process that may not write a byte to files meets what a full disk does.
  it.each([
    ['creates a branch', `ws.branches.create('new')`, 'logs/refs/heads/new'],
    ['deletes a branch that is packed', `ws.branches.delete('packed')`, 'packed-refs'],
    ['sets an upstream', `ws.branches.setUpstream('main', 'packed')`, 'config'],
  ])('gets an error when it %s that names the file, and all is as it was', async (_, call, file) => {
    const { path, ws } = await openTwoCommits();
    await ws.branches.create('packed');
    git(path, 'pack-refs', '--all');
    const before = [references(path), config(path)];
    const program = `
      const [library, folder] = process.argv.slice(1);
      const { Workspace, GitModelError } = require(library);
      (async () => {
        const ws = await Workspace.open(folder);
        const error = await ${call}.catch((error) => error);
        const { code, message, cause, details } = error;
        console.log(JSON.stringify({
          typed: error instanceof GitModelError, code, message, cause: cause?.code, file: details?.path,
        }));
      })();`;
    const library = nodePath.join(projectWithLibrary(), 'node_modules/gitmodel');
    const command = ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, '-e', program, library, path];
    const { stdout } = spawnSync('sh', command, { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({
      typed: true,
      code: 'GIT_ERROR',
      message: expect.stringMatching(/^Git could not .*EFBIG.*It stays as it was; mend the cause/) as string,
      cause: 'EFBIG',
      file: inGit(fs.realpathSync(path), file),
    });
    expect([references(path), config(path)]).toEqual(before);
    expectNoLocks(path);
    expectCleanRepository(path);
  });
});

describe('A disk that gets full', () => {
  it('when the branch moves is an error that names the file, and the commit can be made later', async () => {
    const { path, ws } = await openTwoCommits();
    await ws.index.addBlob('c.txt', 'c');
    const error = await withoutRoomFor(VALUE, () => errorOf(() => ws.commit({ message: 'Third' })));
    expect(error).toMatchObject({
      code: 'GIT_ERROR',
      cause: { code: 'ENOSPC' },
      details: { path: inGit(fs.realpathSync(path), 'refs/heads/main') },
    });
    expect(error.message).toMatch(
      /^Git could not move refs\/heads\/main to [0-9a-f]{40}: ENOSPC: .*refs\/heads\/main'\. It stays as it was; mend/,
    );
    expectLog(path, ['Second', 'First']);
    expectNoLocks(path);
    await ws.commit({ message: 'Third' });
    expectLog(path, ['Third', 'Second', 'First']);
  });

  it('when a lock is taken is an error of this library', async () => {
    const { path, ws } = await openTwoCommits();
    const error = await withoutRoomFor(VALUE, () => errorOf(() => ws.lock('job', () => undefined)));
    expect(error).toMatchObject({ code: 'GIT_ERROR', cause: { code: 'ENOSPC' } });
    expect(error.message).toMatch(/refs\/locks\/other\/job.*ENOSPC.*It stays as it was; mend/);
    expect(await ws.lock('job', () => 'taken')).toBe('taken');
    expectNoLocks(path);
  });

  it('when the lock file of a lock is made is no lock that cannot be used', async () => {
    const { ws } = await openTwoCommits();
    const link = jest.spyOn(fs, 'symlinkSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, symlink'), {
        code: 'ENOSPC',
        syscall: 'symlink',
      });
    });
    try {
      const error = await errorOf(() => ws.lock('job', () => undefined));
      expect(error).toMatchObject({ code: 'GIT_ERROR', cause: { code: 'ENOSPC' } });
    } finally {
      link.mockRestore();
    }
  });

  it('when HEAD follows a branch is an error, and the branch has both names', async () => {
    const { path, ws } = await openTwoCommits();
    const error = await withoutRoomFor(/^ref: /, () => errorOf(() => ws.branches.rename('main', 'trunk')));
    expect(error).toMatchObject({ code: 'GIT_ERROR', cause: { code: 'ENOSPC' } });
    expect(error.message).toMatch(/^Git could not point .*HEAD at refs\/heads\/trunk: ENOSPC/);
    expect(git(path, 'for-each-ref', '--format=%(refname:short)').split('\n')).toEqual(['main', 'trunk']);
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expectNoLocks(path);
  });
});

it('A disk that fails after a branch has moved is an error that says that it has', async () => {
  const { path } = await openTwoCommits();
  const ws = await openWorkspace(path, { durability: 'fsync' });
  await ws.index.addBlob('c.txt', 'c');
  // A disk that fails cannot be provoked. Only the last of the syncs does: that of the folders of the reference.
  const original = durable.syncAll;
  const sync = jest.spyOn(durable, 'syncAll').mockImplementation(async (names) => {
    const all = [...names];
    if (!all.some((name) => name.endsWith(nodePath.join('refs', 'heads')))) return original(all);
    throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
  });
  const error = await errorOf(() => ws.commit({ message: 'Third' }));
  sync.mockRestore();
  const oid = git(path, 'rev-parse', 'main');
  expect(error).toMatchObject({ code: 'GIT_ERROR', cause: { code: 'EIO' } });
  expect(error.message).toMatch(
    new RegExp(
      `^Git did move refs/heads/main to ${oid}, but it is not certain that this is on the disk: EIO`,
    ),
  );
  expectLog(path, ['Third', 'Second', 'First']);
  expectNoLocks(path);
});
