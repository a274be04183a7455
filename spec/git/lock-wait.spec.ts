import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Repository } from 'nodegit';
import { retryWhileLocked } from '../../lib/git/lock-wait';
import { errorOf } from '../support/error-of';
import { untyped } from '../support/nodegit-untyped';
import { commitFiles, git, temporaryRepository } from '../support/temporary-repository';

let folder: string;
let repository: Repository;
let lock: string;
let oid: string;
let calls: number;
let failures: number;

beforeEach(async () => {
  folder = temporaryRepository();
  oid = commitFiles(folder, 'refs/heads/main');
  repository = await Repository.open(folder);
  lock = path.join(folder, '.git/refs/heads/other.lock');
  [calls, failures] = [0, 0];
});

/** Makes a branch, by a call that fails while there is a lock file. */
async function makeBranch(): Promise<string> {
  calls++;
  try {
    await untyped.Reference.create(repository, 'refs/heads/other', oid, 0, 'log');
  } catch (error) {
    failures++;
    throw error;
  }
  return 'made';
}

const isMade = (): boolean => git(folder, 'branch', '--list', 'other') !== '';

describe('a call that needs a lock', () => {
  it('is made once when the lock is free', async () => {
    expect(await retryWhileLocked('other', makeBranch, { timeout: 0, interval: 1 })).toBe('made');
    expect(calls).toBe(1);
  });

  it('is made again until the lock is free', async () => {
    writeFileSync(lock, '');
    const made = retryWhileLocked('other', makeBranch, { timeout: 20_000, interval: 5 });
    while (failures < 3) await sleep(5);
    expect(isMade()).toBe(false);
    rmSync(lock);
    expect(await made).toBe('made');
    expect(isMade()).toBe(true);
  });

  it('fails when the lock stays, with what is locked and for how long', async () => {
    writeFileSync(lock, '');
    const error = await errorOf(() => retryWhileLocked('other', makeBranch, { timeout: 60, interval: 10 }));
    expect(error).toMatchObject({ code: 'LOCK_WAIT_TIMEOUT', details: { ref: 'other' } });
    expect(error.details.waited).toBeGreaterThanOrEqual(60);
    expect(error.message).toBe(
      `other has been locked by another process for ${String(error.details.waited)} ms ` +
        `(failed to lock file '${lock}' for writing). ` +
        'If no process is at work on the repository, delete the lock file.',
    );
    expect(error.cause).toMatchObject({ errno: -14 });
    expect(calls).toBeGreaterThan(2);
    expect(isMade()).toBe(false);
  });

  it('is made once, and fails, when there is no time to wait', async () => {
    writeFileSync(lock, '');
    const error = await errorOf(() => retryWhileLocked('other', makeBranch, { timeout: 0, interval: 1000 }));
    expect(error).toMatchObject({ code: 'LOCK_WAIT_TIMEOUT' });
    expect(calls).toBe(1);
  });

  it('is made a last time when the time is over, although the interval is longer', async () => {
    writeFileSync(lock, '');
    const made = retryWhileLocked('other', makeBranch, { timeout: 100, interval: 60_000 });
    while (failures < 1) await sleep(1);
    rmSync(lock);
    expect(await made).toBe('made');
    expect(calls).toBe(2);
  });

  it('is not made again when it fails for another reason', async () => {
    await makeBranch();
    const failure: unknown = await retryWhileLocked('other', makeBranch, {
      timeout: 1000,
      interval: 1,
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ errno: -4 });
    expect(calls).toBe(2);
  });
});
