import { existsSync, lstatSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { foldersUpTo, syncAll } from './durable';
import type { Durability } from './durable';
import { removeEmptyFolders, removeEmptyParents } from './empty-folders';
import { LockFile } from './lock-file';
import { PackedRefs, withoutReference } from './packed-refs';
import { copyLog, logFile, ReferenceLogs } from './reference-log';
import type { LogEntry } from './reference-log';
import type { GitRepository } from './repository';
import { isRefusal } from './write-errors';

/** The file of a reference that has an oid: forty digits and a newline. */
const FILE = /^([0-9a-f]{40})\s*$/;

/** References that each work tree has for itself, and others. */
const OF_WORK_TREES = /^refs\/(?:bisect|worktree|rewritten)\//;

/** What a rename is refused with when a folder has come into its way. */
const IN_THE_WAY = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST']);

/**
 * The oid that a reference has now, without a look at what symbolic ones lead to; null when it does not exist, undefined
 * when it is symbolic or damaged, or each work tree has one for itself.
 */
export function readValue(repository: GitRepository, ref: string): string | null | undefined {
  return readFirstValue(repository, [ref]);
}

/** The same of the first of these references that there is. */
export function readFirstValue(
  repository: GitRepository,
  refs: readonly string[],
): string | null | undefined {
  // What is packed moves from its file to the others: who looks there first finds it nowhere.
  const values = refs.map((ref) => valueInFile(repository, ref));
  const found = values.findIndex((value) => value !== null);
  const before = found < 0 ? refs : refs.slice(0, found);
  if (before.length > 0) {
    const packed = PackedRefs.read(repository);
    for (const ref of before) {
      const value = packed.valueOf(ref);
      if (value !== null) return value;
    }
  }
  return found < 0 ? null : values[found];
}

/** What {@link readValue} says, by the reference's own file; null when there is none. */
function valueInFile({ commonFolder }: GitRepository, ref: string): string | null | undefined {
  const file = path.join(commonFolder, ref);
  const kind = kindOfFile(file);
  if (OF_WORK_TREES.test(ref) || kind === 'odd') return undefined;
  const content = kind === 'none' ? undefined : readIfThere(file);
  return content === undefined ? null : FILE.exec(content)?.[1];
}

/**
 * A reference whose lock is ours: it stays as it is until we change it or release the lock, whatever others do, git
 * among them. To be released in any case.
 *
 * Where something is `unsuited`, it is rare, or an error that libgit2 has the words for: files that are symbolic, links
 * or damaged; names that collide with others, and logs that other logs stand in the way of; references that each work tree has for itself.
 *
 * Source: `refs/files-backend.c` and `refs/packed-backend.c` in Git's sources, and
 * https://git-scm.com/docs/gitrepository-layout
 */
export class LockedReference {
  private readonly file: string;
  /** Whether the file is there; unknown before it was looked for. */
  private hasFile: boolean | undefined;
  private packed: PackedRefs | undefined;
  private isTouched = false;
  /** What has to be on the disk, with `fsync`, before a change counts. */
  private readonly folders: string[] = [];

  private constructor(
    private readonly repository: GitRepository,
    private readonly ref: string,
    private readonly lock: LockFile,
  ) {
    this.file = path.join(repository.commonFolder, ref);
  }

  /**
   * Locks a reference, which need not exist.
   *
   * @throws what the file system says when it refuses to write.
   */
  static take(repository: GitRepository, ref: string): LockedReference | 'locked' | 'unsuited' {
    const file = path.join(repository.commonFolder, ref);
    if (!ref.startsWith('refs/') || OF_WORK_TREES.test(ref) || kindOfFile(file) === 'odd') return 'unsuited';
    try {
      const lock = LockFile.take(file);
      return lock ? new LockedReference(repository, ref, lock) : 'locked';
    } catch (error) {
      if (isRefusal(error)) throw error;
      // Where the folder cannot be made, what exists is another reference.
      return 'unsuited';
    }
  }

  /** Whether others may see something of the change. */
  get isChanged(): boolean {
    return this.isTouched;
  }

  /** The oid that it has; null when it does not exist, undefined when it is symbolic or damaged. */
  value(): string | null | undefined {
    const content = readIfThere(this.file);
    this.hasFile = content !== undefined;
    if (content !== undefined) return FILE.exec(content)?.[1];
    this.packed = PackedRefs.read(this.repository);
    return this.packed.valueOf(this.ref);
  }

  /**
   * To be called after {@link value}. Writes the log, then the value, which others see all at once. A line for a move
   * that does not happen harms nobody; without the line for one that does, nothing would keep git from clearing away
   * what the reference was at before.
   *
   * @param formerName The reference whose log the new one is to go on with.
   */
  async write(entry: LogEntry, durability: Durability, formerName?: string): Promise<'written' | 'unsuited'> {
    if (!this.hasFile && !this.makeRoom(entry.old === null)) return 'unsuited';
    const logs = openLogs(this.repository, this.ref, formerName);
    if (!logs) return 'unsuited';
    try {
      // Git does not mention that a branch stays where it is.
      if (entry.oid !== entry.old)
        logs.append(formerName === undefined ? entry : { ...entry, old: entry.oid });
      if (durability === 'fsync') await logs.sync();
      this.folders.push(path.dirname(this.file), ...logs.newIn);
    } finally {
      logs.close();
    }
    try {
      await this.lock.replace(`${entry.oid}\n`, durability);
    } catch (error) {
      if (IN_THE_WAY.has((error as NodeJS.ErrnoException).code ?? '')) return 'unsuited';
      throw error;
    }
    this.isTouched = true;
    this.hasFile = true;
    return 'written';
  }

  /**
   * Removes it, with its log. `packed-refs` is locked meanwhile, so that nobody packs what is being removed.
   *
   * Source: `files_transaction_prepare` and `files_transaction_finish` in Git's `refs/files-backend.c`
   */
  async remove(durability: Durability): Promise<'removed' | 'locked'> {
    const { commonFolder } = this.repository;
    const packedFile = realPath(path.join(commonFolder, 'packed-refs'));
    const packedLock = LockFile.take(packedFile);
    if (!packedLock) return 'locked';
    try {
      const others = withoutReference(readBytes(packedFile), this.ref);
      if (others) await packedLock.replace(others, durability);
      this.isTouched = true;
      rmSync(this.file, { force: true });
    } finally {
      packedLock.release();
    }
    this.hasFile = false;
    const log = logFile(this.repository, this.ref);
    rmSync(log, { force: true });
    removeEmptyParents(log, path.join(commonFolder, 'logs'));
    this.folders.push(path.dirname(packedFile), ...foldersUpTo(path.resolve(commonFolder), this.file));
    return 'removed';
  }

  /** Gives the lock up. */
  release(): void {
    this.lock.release();
    if (!this.hasFile) removeEmptyParents(this.file, this.repository.commonFolder);
  }

  /**
   * Waits until what was changed is on the disk. Only after {@link release}: if it fails, the lock may be somebody
   * else's by then, and must be left alone.
   */
  async sync(): Promise<void> {
    await syncAll(this.folders.filter((folder) => existsSync(folder)));
  }

  private makeRoom(isNew: boolean): boolean {
    const { commonFolder } = this.repository;
    if (isNew && this.packed?.collidesWith(this.ref)) return false;
    // A folder with other references in it stays, and so the move is refused.
    if (!removeEmptyFolders(this.file)) return false;
    this.folders.push(...foldersUpTo(path.resolve(commonFolder), this.file));
    return true;
  }
}

/**
 * Undefined when something is in the way of one of them: libgit2 will say what, unless it can open it.
 *
 * @throws what the file system says when it refuses to write.
 */
function openLogs(repository: GitRepository, ref: string, formerName?: string): ReferenceLogs | undefined {
  try {
    if (formerName !== undefined) copyLog(repository, formerName, ref);
    return ReferenceLogs.open(repository, ref);
  } catch (error) {
    if (isRefusal(error)) throw error;
    return undefined;
  }
}

/** The content of a reference's file; undefined when there is none, or a folder of that name. */
function readIfThere(file: string): string | undefined {
  try {
    // Node reads UTF-8 in one call, and all else in four.
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Git replaces what a link leads to, and locks that. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** Whether there is something: `odd` is what is neither a file nor a folder, or behind a file where a folder should be. */
function kindOfFile(file: string): 'none' | 'usual' | 'odd' {
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (!stats) return 'none';
    return stats.isFile() || stats.isDirectory() ? 'usual' : 'odd';
  } catch {
    return 'odd';
  }
}
