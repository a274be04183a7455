import { readFileSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { ObjectWriteError } from '../../errors';
import { FORGOTTEN_MS, LockFile, lockHolder } from '../lock-file';
import { isRunning } from '../process';

/** Who cleans up in a repository. */
export interface MaintenanceHolder {
  /** The number of the process; null when its lock file does not say. */
  readonly pid: number | null;
  /** The machine that it runs on; null when its lock file does not say. */
  readonly host: string | null;
}

/** The right to clean up in a repository; the file is gone when it is given up, or the process exits. */
export interface GcLock {
  release(): void;
}

/** What git writes; it reads no more of the name than this. */
const CONTENT = /^(\d+) ([^]{1,255})/;

/**
 * Takes the lock of `git gc`, so that neither runs beside the other, and no two of ours do: a file `gc.pid` with the
 * process and the machine. It holds as long as the process runs, as far as can be seen from here; on another machine,
 * for twelve hours. As git does, it is changed under its own lock file, `gc.pid.lock`.
 *
 * Rules: `lock_repo_for_gc` in git's builtin/gc.c.
 *
 * @param commonFolder The folder with objects and references.
 * @returns the lock, or who has it.
 * @throws ObjectWriteError when it cannot be written, for example because the disk is full; nothing is left of it.
 */
export async function takeGcLock(commonFolder: string): Promise<GcLock | MaintenanceHolder> {
  const file = path.join(commonFolder, 'gc.pid');
  try {
    // Or the lock file would make the folder.
    statSync(commonFolder);
    const before = readHolder(file);
    // Git fails, and does not say who runs, when it meets the lock file: so that is there only when it is needed.
    if (before) return before;
    const lock = LockFile.take(file);
    if (!lock) return takerOf(file);
    try {
      const holder = readHolder(file);
      if (holder) return holder;
      await lock.replace(ownContent(), 'git');
    } finally {
      lock.release();
    }
    return held(file);
  } catch (error) {
    throw new ObjectWriteError(
      `The lock for upkeep, "${file}", could not be taken: ${(error as Error).message}. ` +
        'Nothing has changed; mend the cause and try again.',
      { cause: error, details: { path: file } },
    );
  }
}

/** Who cleans up in a repository at present; undefined when nobody does. */
export function findGcHolder(commonFolder: string): MaintenanceHolder | undefined {
  return readHolder(path.join(commonFolder, 'gc.pid'));
}

function ownContent(): string {
  return `${process.pid} ${hostname()}`;
}

function held(file: string): GcLock {
  const release = (): void => {
    process.removeListener('exit', release);
    // Whoever took it for forgotten has it now.
    if (readYoung(file) === ownContent()) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return { release };
}

/** Who is just taking the lock: git's own lock files do not say. */
function takerOf(file: string): MaintenanceHolder {
  const { pid, host } = lockHolder(file) ?? readHolder(file) ?? { pid: null, host: null };
  return { pid, host };
}

/** Who holds the lock; undefined when there is none, or it was left behind. */
function readHolder(file: string): MaintenanceHolder | undefined {
  const [, digits, host] = CONTENT.exec(readYoung(file) ?? '') ?? [];
  if (digits === undefined || host === undefined) return undefined;
  const pid = Number(digits);
  return host !== hostname() || isRunning(pid) ? { pid, host } : undefined;
}

/** What is in the lock; undefined when there is none, or a forgotten one. */
function readYoung(file: string): string | undefined {
  try {
    return Date.now() - statSync(file).mtimeMs > FORGOTTEN_MS ? undefined : readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
