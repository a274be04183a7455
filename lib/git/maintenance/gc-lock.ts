import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { ObjectWriteError } from '../../errors';
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

/** A lock older than this has been forgotten, as git sees it: `gc` never takes so long. */
const FORGOTTEN_MS = 12 * 3600 * 1000;

/** What git writes; it reads no more of the name than this. */
const CONTENT = /^(\d+) ([^]{1,255})/;

/**
 * Takes the lock of `git gc`, so that neither runs beside the other, and no two of ours do: a file `gc.pid` with the
 * process and the machine. It holds as long as the process runs, as far as can be seen from here; on another machine,
 * for twelve hours. It is changed under the lock file `gc.pid.lock`, as git changes files.
 *
 * Rules: `lock_repo_for_gc` in git's builtin/gc.c.
 *
 * @param commonFolder The folder with objects and references.
 * @returns the lock, or who has it.
 * @throws ObjectWriteError when it cannot be written, for example because the disk is full; nothing is left of it.
 */
export function takeGcLock(commonFolder: string): GcLock | MaintenanceHolder {
  const file = path.join(commonFolder, 'gc.pid');
  // A killed process leaves gc.pid.lock only with its content, by which it is known: it comes as a link to a whole file.
  const draft = `${file}.${process.pid}.${process.hrtime.bigint()}`;
  try {
    writeFileSync(draft, `${process.pid} ${hostname()}`, { flag: 'wx' });
    return takeFor(draft, file);
  } catch (error) {
    throw new ObjectWriteError(
      `The lock for upkeep, "${file}", could not be taken: ${(error as Error).message}. ` +
        'Nothing has changed; mend the cause and try again.',
      { cause: error, details: { path: file } },
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

function takeFor(draft: string, file: string): GcLock | MaintenanceHolder {
  const lockFile = `${file}.lock`;
  if (!tryLink(draft, lockFile)) {
    const holder = readHolder(lockFile);
    if (holder) return holder;
    rmSync(lockFile, { force: true });
    if (!tryLink(draft, lockFile)) return readHolder(lockFile) ?? { pid: null, host: null };
  }
  try {
    const holder = readHolder(file);
    if (holder) {
      rmSync(lockFile, { force: true });
      return holder;
    }
    renameSync(lockFile, file);
  } catch (error) {
    // Somebody else took our lock file for one that was left behind, and now has the lock.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return readHolder(file) ?? { pid: null, host: null };
    rmSync(lockFile, { force: true });
    throw error;
  }
  return held(file);
}

/** Who cleans up in a repository at present; undefined when nobody does. */
export function findGcHolder(commonFolder: string): MaintenanceHolder | undefined {
  return readHolder(path.join(commonFolder, 'gc.pid'));
}

function held(file: string): GcLock {
  const release = (): void => {
    process.removeListener('exit', release);
    rmSync(file, { force: true });
  };
  process.on('exit', release);
  return { release };
}

function tryLink(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Who holds a lock by such a file; undefined when there is none, or it was left behind. */
function readHolder(file: string): MaintenanceHolder | undefined {
  const content = readYoung(file);
  if (content === undefined) return undefined;
  const [, digits, host] = CONTENT.exec(content) ?? [];
  if (digits === undefined || host === undefined) {
    // git creates gc.pid.lock empty, and writes to it in the next moment.
    return file.endsWith('.lock') ? { pid: null, host: null } : undefined;
  }
  const pid = Number(digits);
  return host !== hostname() || isRunning(pid) ? { pid, host } : undefined;
}

/** What is in a lock file; undefined when there is none, or a forgotten one. */
function readYoung(file: string): string | undefined {
  try {
    return Date.now() - statSync(file).mtimeMs > FORGOTTEN_MS ? undefined : readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
