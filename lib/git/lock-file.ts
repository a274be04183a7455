import {
  closeSync,
  fchmodSync,
  fsync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { sha1 } from '../object/sha1';
import type { Durability } from './durable';
import { inFolder } from './empty-folders';
import { closeLater } from './late-close';
import { decodeHolder, encodeHolder } from './lock-holder';
import { hasEnded, thisThread } from './process';
import type { ThreadIdentity } from './process';
import { GitErrno } from './translate-error';
import { nameFile, writeError } from './write-errors';

const sync = promisify(fsync);

/**
 * A lock file that tells nothing of its holder is taken for forgotten when it is so old, in milliseconds: the time
 * after which git itself takes `gc.pid` for that. Nobody changes a reference for so long.
 */
export const FORGOTTEN_MS = 12 * 3600 * 1000;

/**
 * The lock of a file, by the protocol of git: whoever creates `<file>.lock` may change the file, and puts what is new
 * into its place as a whole.
 *
 * Git leaves its lock files behind when it is killed, and everybody is locked out until somebody deletes them. Ours
 * name their holder: they are symbolic links that lead nowhere, whose target says which process that is, and which of its
 * worker threads. They come into being with it in one step, and are in everybody else's way like any file. So one of a
 * process, or a thread, that has ended is known at once, and removed by the next that needs the lock; others when they are {@link FORGOTTEN_MS} old.
 *
 * Of those who find such a lock only one may remove it, or the second would remove the lock that the first has taken
 * by then: the one that has the lock of the lock, and finds it still there.
 *
 * Protocol: `lockfile.h` in Git's sources. Names that begin with a dot or end in `.lock` are no references.
 */
export class LockFile {
  private constructor(
    private readonly file: string,
    private readonly lock: string,
  ) {}

  /**
   * Takes the lock of a file, which need not exist, and makes the folders that it needs.
   *
   * @returns undefined while somebody else has it.
   * @throws what the file system says when the lock file cannot be made.
   */
  static take(file: string): LockFile | undefined {
    const lock = `${file}.lock`;
    if (create(lock)) return new LockFile(file, lock);
    const state = stateOf(lock);
    if (state === 'held') return undefined;
    if (state === 'abandoned') {
      const guard = LockFile.take(beside(lock, 'guard'));
      if (!guard) return undefined;
      try {
        // Not when it is gone: whatever is there a moment later is somebody's who holds it.
        if (stateOf(lock) === 'abandoned') removeIfThere(lock);
      } finally {
        guard.release();
      }
    }
    return create(lock) ? new LockFile(file, lock) : undefined;
  }

  /**
   * Puts something in the place of the file, for others all at once. The lock stays.
   *
   * @param mode The permissions of the file. Default: those of every new file.
   * @throws what the file system says, with the file's name; then the file is as it was.
   */
  async replace(content: string | Uint8Array, durability: Durability, mode?: number): Promise<void> {
    const value = beside(this.lock, 'value');
    try {
      const descriptor = openSync(value, 'w', 0o666);
      try {
        if (mode !== undefined) fchmodSync(descriptor, mode);
        writeFileSync(descriptor, content);
        if (durability === 'fsync') await sync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      moveOver(value, this.file);
    } catch (error) {
      removeIfThere(value);
      throw nameFile(error, this.file);
    }
  }

  /** Gives the lock up. */
  release(): void {
    removeIfThere(this.lock);
  }
}

/** Who holds the lock of a file; undefined when nobody does, or it does not say. */
export function lockHolder(file: string): ThreadIdentity | undefined {
  const content = readLock(`${file}.lock`)?.content;
  return content === undefined ? undefined : decodeHolder(content);
}

/**
 * Removes a lock file that was left behind.
 *
 * @param lock The lock file itself.
 * @returns whether it was removed.
 * @throws GitError when the file system refuses.
 */
export function removeAbandonedLock(lock: string): boolean {
  try {
    if (stateOf(lock) !== 'abandoned') return false;
    const taken = LockFile.take(lock.slice(0, -'.lock'.length));
    taken?.release();
    return taken !== undefined;
  } catch (error) {
    throw writeError(`remove ${lock}`, 'none', error);
  }
}

/** What is thrown for a file that somebody else has locked: what libgit2 throws, and who that is. */
export function lockedError(file: string): Error {
  const holder = lockHolder(file);
  const whose = holder ? ` of ${nameOf(holder)}` : '';
  return Object.assign(new Error(`there is "${file}.lock"${whose}`), { errno: GitErrno.LOCKED });
}

function nameOf({ pid, thread, host }: ThreadIdentity): string {
  const name = `the process ${pid} on ${host}`;
  return thread === null ? name : `the thread ${thread} of ${name}`;
}

/** Renames a file to the name of another one, which is held open meanwhile, so that nobody waits for {@link closeLater}. */
function moveOver(from: string, to: string): void {
  const replaced = openIfPossible(to);
  try {
    renameSync(from, to);
  } finally {
    if (replaced !== undefined) closeLater(replaced);
  }
}

/** Undefined where there is none, or a system such as Windows would not let it be replaced while it is open. */
function openIfPossible(file: string): number | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return openSync(file, 'r');
  } catch {
    return undefined;
  }
}

/** `rmSync` looks first, and takes twice as long. */
function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Another file of a lock, in the same folder. A reference or its lock cannot have such a name. */
function beside(lock: string, purpose: 'guard' | 'value'): string {
  const hash = sha1(`${purpose} ${path.basename(lock)}`);
  return path.join(path.dirname(lock), purpose === 'guard' ? `.${hash}` : `.${hash}.lock`);
}

/** What systems say that have no symbolic links, or do not let everybody make them. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL']);

function create(lock: string): boolean {
  const holder = encodeHolder(thisThread());
  try {
    inFolder(lock, () => {
      symlinkSync(holder, lock);
    });
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'symlink') return false;
    if (!NO_LINKS.has(code ?? '')) throw error;
    return createFile(lock, holder);
  }
}

function createFile(lock: string, holder: string): boolean {
  try {
    inFolder(lock, () => {
      writeFileSync(lock, holder, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'open') return false;
    throw error;
  }
}

/** Whether there is a lock, and somebody who holds it. */
function stateOf(lock: string): 'gone' | 'held' | 'abandoned' {
  const found = readLock(lock);
  if (!found) return 'gone';
  const holder = decodeHolder(found.content);
  const isForgotten = Date.now() - found.time > FORGOTTEN_MS;
  return isForgotten || (holder && hasEnded(holder)) ? 'abandoned' : 'held';
}

function readLock(lock: string): { readonly content: string; readonly time: number } | undefined {
  try {
    const stats = lstatSync(lock);
    const content = stats.isSymbolicLink() ? readlinkSync(lock) : readStart(lock, stats.size);
    return { content, time: stats.mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Locks of git have nothing in them, or what they are to replace the file with, which may be large. */
function readStart(lock: string, size: number): string {
  return size > MAX_HOLDER_BYTES ? '' : readFileSync(lock, 'utf8');
}

const MAX_HOLDER_BYTES = 1024;
