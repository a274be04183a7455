import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Durability } from './durable';
import { lockedError, LockFile } from './lock-file';
import { retryWhileLocked } from './lock-wait';
import type { LockWait } from './lock-wait';
import { nameInHead } from './reference-log';
import type { GitRepository } from './repository';
import { writeError } from './write-errors';

/**
 * The folders whose HEAD names a branch: the repository's own and those of its linked work trees.
 *
 * Format: https://git-scm.com/docs/gitrepository-layout
 */
export function headsOn({ commonFolder }: GitRepository, ref: string): string[] {
  const worktrees = path.join(commonFolder, 'worktrees');
  const folders = [commonFolder, ...namesIn(worktrees).map((name) => path.join(worktrees, name))];
  return folders.filter((folder) => headOf(folder) === ref);
}

/**
 * Lets every HEAD that names a branch name another one.
 *
 * @throws LockWaitTimeoutError when the lock of one stays taken.
 * @throws GitError when the file system refuses to write one; it stays as it was.
 */
export async function moveHeads(
  repository: GitRepository,
  from: string,
  to: string,
  wait: LockWait,
  durability: Durability,
): Promise<void> {
  for (const folder of headsOn(repository, from)) {
    const file = path.join(folder, 'HEAD');
    await retryWhileLocked(
      file,
      async () => {
        const lock = LockFile.take(file);
        if (!lock) throw lockedError(file);
        try {
          // Somebody may have switched to another one meanwhile.
          if (headOf(folder) === from) await lock.replace(`ref: ${to}\n`, durability);
        } finally {
          lock.release();
        }
      },
      wait,
    ).catch((error: unknown) => {
      throw writeError(`point ${file} at ${to}`, 'none', error);
    });
  }
}

function headOf(folder: string): string | undefined {
  try {
    return nameInHead(folder);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
