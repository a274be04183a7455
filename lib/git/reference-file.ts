import {
  closeSync,
  fsync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { isBranchRef } from '../object/reference-name';
import { objectFolders } from './alternates';
import { foldersUpTo, syncAll } from './durable';
import type { Durability } from './durable';
import { openInFolder, removeEmptyFolders } from './empty-folders';
import { looseObjectFile } from './loose/loose-object-file';
import { findInPacks } from './pack/pack-index-reader';
import { PackedRefs } from './packed-refs';
import { ReferenceLogs } from './reference-log';
import type { GitRepository } from './repository';

const sync = promisify(fsync);

/** A change of a reference that happens only if it still has the expected value. */
export interface ReferenceUpdate {
  /** The full name. */
  readonly ref: string;
  /** The new value. */
  readonly oid: string;
  /** The value that the reference must have now; null when it must not exist. */
  readonly expected: string | null;
  /** What the reference's log will say. */
  readonly logMessage: string;
}

/** What became of an attempt to move a branch by its file. */
export type SwapOutcome =
  /** It is moved. */
  | 'moved'
  /** It has another value than the expected one; nothing has changed. */
  | 'modified'
  /** Somebody else holds its lock; nothing has changed. */
  | 'locked'
  /** It is not a case for this; no reference has changed. */
  | 'unsuited';

/** The file of a reference that has an oid: forty digits and a newline. */
const FILE = /^([0-9a-f]{40})\s*$/;

/**
 * Moves a branch from one commit to another, or makes it, by compare-and-swap, as libgit2 does it, but on the spot: the
 * hops between threads make up most of what libgit2 takes. Nor does libgit2 have the new value on the disk before it
 * renames the file into place, as `fsync` wants it.
 *
 * The protocol is that of git and libgit2: whoever creates `<file>.lock` may compare with the file, or without one with
 * `packed-refs`, write the new value into the lock file and rename it into place. `git pack-refs` removes a file only
 * under the same lock, and after its value is in `packed-refs`.
 *
 * Left to libgit2 is what is rare, or an error that it has the words for: other references than branches; a file that is
 * symbolic, a link or damaged; names that collide with others, and logs that other logs stand in the way of; what cannot
 * be locked or logged; and a commit that is not found in a file of its own, so that it may not be there at all. With
 * `fsync` it is looked for in packs too, which takes longer.
 *
 * Source: `lockfile.h` and `refs/files-backend.c` in Git's sources, and https://git-scm.com/docs/gitrepository-layout
 */
export async function swapBranchFile(
  repository: GitRepository,
  update: ReferenceUpdate,
  durability: Durability,
): Promise<SwapOutcome> {
  const { commonFolder } = repository;
  const { ref, oid } = update;
  const file = path.join(commonFolder, ref);
  if (!isBranchRef(ref) || isOddFile(file)) return 'unsuited';
  if (!isObjectThere(path.join(commonFolder, 'objects'), oid, durability)) return 'unsuited';
  const lock = `${file}.lock`;
  const descriptor = takeLock(lock);
  if (typeof descriptor !== 'number') return descriptor;
  return new LockedBranch(repository, update, durability, file, { lock, descriptor }).swap();
}

/** A branch whose lock is ours. */
class LockedBranch {
  /** What has to be on the disk before the move counts, beside the file. */
  private readonly folders: string[] = [];

  constructor(
    private readonly repository: GitRepository,
    private readonly update: ReferenceUpdate,
    private readonly durability: Durability,
    private readonly file: string,
    private readonly locked: { readonly lock: string; readonly descriptor: number },
  ) {}

  /** Compares and writes; then, however it ends, the lock is not ours any more. */
  async swap(): Promise<SwapOutcome> {
    const outcome = await this.replace();
    // Not while the lock counts as ours: it may be somebody else's by now, and must not be removed if this fails.
    if (outcome === 'moved' && this.durability === 'fsync') {
      await syncAll([path.dirname(this.file), ...this.folders]);
    }
    return outcome;
  }

  private async replace(): Promise<SwapOutcome> {
    const { lock, descriptor } = this.locked;
    try {
      let outcome: SwapOutcome;
      try {
        outcome = this.compare();
        if (outcome === 'moved') outcome = await this.write();
      } finally {
        closeSync(descriptor);
      }
      if (outcome === 'moved') outcome = putInPlace(lock, this.file);
      if (outcome !== 'moved') rmSync(lock, { force: true });
      return outcome;
    } catch (error) {
      rmSync(lock, { force: true });
      throw error;
    }
  }

  private compare(): SwapOutcome {
    const { ref, expected } = this.update;
    const { commonFolder } = this.repository;
    const content = readIfThere(this.file);
    if (content !== undefined) {
      const value = FILE.exec(content)?.[1];
      if (value === undefined) return 'unsuited';
      return value === expected ? 'moved' : 'modified';
    }
    const packed = PackedRefs.read(commonFolder);
    if (packed.valueOf(ref) !== expected) return 'modified';
    if (expected === null && packed.collidesWith(ref)) return 'unsuited';
    // A folder with other references in it stays, and so the move is refused.
    if (!removeEmptyFolders(this.file)) return 'unsuited';
    this.folders.push(...foldersUpTo(path.resolve(commonFolder), this.file));
    return 'moved';
  }

  /**
   * Writes the log, then the new value, which is not yet in place. A line for a move that does not happen harms nobody;
   * without the line for one that does, nothing would keep git from clearing away what the branch was at before.
   */
  private async write(): Promise<SwapOutcome> {
    const { ref, oid, expected, logMessage } = this.update;
    const logs = openLogs(this.repository, ref);
    if (!logs) return 'unsuited';
    try {
      // Git does not mention that a branch stays where it is.
      if (oid !== expected) logs.append({ old: expected, oid, message: logMessage });
      const { descriptor } = this.locked;
      writeFileSync(descriptor, `${oid}\n`);
      if (this.durability === 'fsync') await Promise.all([sync(descriptor), logs.sync()]);
      this.folders.push(...logs.newIn);
      return 'moved';
    } finally {
      logs.close();
    }
  }
}

/** Undefined when one of them cannot be opened: libgit2 will say why, unless it can. */
function openLogs(repository: GitRepository, ref: string): ReferenceLogs | undefined {
  try {
    return ReferenceLogs.open(repository, ref);
  } catch {
    return undefined;
  }
}

/** What a rename is refused with when a folder has come into its way. */
const IN_THE_WAY = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST']);

function putInPlace(lock: string, file: string): SwapOutcome {
  try {
    renameSync(lock, file);
    return 'moved';
  } catch (error) {
    if (IN_THE_WAY.has((error as NodeJS.ErrnoException).code ?? '')) return 'unsuited';
    throw error;
  }
}

function takeLock(lock: string): number | 'locked' | 'unsuited' {
  try {
    return openInFolder(lock, () => openSync(lock, 'wx', 0o666));
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // Where the folder cannot be made, what exists is another branch.
    return code === 'EEXIST' && syscall === 'open' ? 'locked' : 'unsuited';
  }
}

/** The content of a reference's file; undefined when there is none, or a folder of that name. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** To look further than for a file of its own takes longer, so that is done only where it has to be. */
function isObjectThere(objectsFolder: string, oid: string, durability: Durability): boolean {
  if (isThere(looseObjectFile(objectsFolder, oid))) return true;
  if (durability === 'git') return false;
  return objectFolders(objectsFolder).some(
    (folder) => isThere(looseObjectFile(folder, oid)) || findInPacks(folder, oid).locations.length > 0,
  );
}

/** Whether there is something that is neither a file nor a folder, or a file where a folder should be. */
function isOddFile(file: string): boolean {
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats !== undefined && !stats.isFile() && !stats.isDirectory();
  } catch {
    return true;
  }
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
