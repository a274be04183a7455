import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { LockFile } from '../../lib/git/lock-file';
import { projectWithLibrary } from '../support/compiled';
import { errorOf } from '../support/error-of';
import { git } from '../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../support/workspaces';

let project: string;

beforeAll(() => {
  project = projectWithLibrary();
});

/** Runs code in a process of its own that has the lock of a file of the repository, and is killed with it. */
function dieWithLock(repository: string, file: string, code = ''): void {
  const program = `
    const { LockFile } = require('gitmodel/git/lock-file');
    const lock = LockFile.take(process.argv[1]);
    ${code}
    process.kill(process.pid, 'SIGKILL');`;
  const target = path.join(repository, '.git', file);
  const { signal } = spawnSync(process.execPath, ['-e', program, target], { cwd: project });
  expect(signal).toBe('SIGKILL');
}

const lockFiles = (repository: string): string[] =>
  readdirSync(path.join(repository, '.git'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.lock'),
  );

describe('What a killed process has left locked', () => {
  it.each([
    ['a branch', 'refs/heads/main', ''],
    [
      'a branch, with what it was about to write',
      'refs/heads/main',
      `require('node:fs').renameSync = () => process.kill(process.pid, 'SIGKILL'); lock.replace('x', 'git');`,
    ],
    ['packed-refs', 'packed-refs', ''],
    ['the configuration', 'config', ''],
    ['a tag', 'refs/tags/v1', ''],
    ['a lock', 'refs/locks/other/job', ''],
    ['HEAD', 'HEAD', ''],
  ])('holds up nobody who writes next: %s', async (_, file, code) => {
    const repository = emptyRepository();
    const ws = await openWorkspace(repository, { lockWaitTimeout: 0 });
    await ws.index.addBlob('a.txt', '1');
    await ws.commit({ message: 'One' });
    await ws.tags.create('v1');
    git(repository, 'pack-refs', '--all');
    dieWithLock(repository, file, code);
    expect(lockFiles(repository)).not.toEqual([]);

    await ws.index.addBlob('a.txt', '2');
    await ws.commit({ message: 'Two' });
    await ws.lock('job', () => undefined);
    await ws.branches.create('side');
    await ws.branches.setUpstream('side', 'main');
    await ws.branches.rename('main', 'trunk');
    await ws.branches.delete('side');
    await ws.tags.delete('v1');
    expect(lockFiles(repository)).toEqual([]);
    expectLog(repository, ['Two', 'One']);
  });

  it('is waited for while its process runs', async () => {
    const repository = emptyRepository();
    const ws = await openWorkspace(repository, { lockWaitTimeout: 20 });
    await ws.index.addBlob('a.txt', '1');

    const lock = LockFile.take(path.join(repository, '.git/refs/heads/main'));
    const error = await errorOf(() => ws.commit({ message: 'One' }));
    expect(error.code).toBe('LOCK_WAIT_TIMEOUT');
    expect(error.message).toContain(`process ${process.pid} on `);
    lock?.release();
    await ws.commit({ message: 'One' });
    expectLog(repository, ['One']);
  });
});
