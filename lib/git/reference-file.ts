import { statSync } from 'node:fs';
import path from 'node:path';
import { objectFolders } from './alternates';
import type { Durability } from './durable';
import { lockedError } from './lock-file';
import { retryWhileLocked } from './lock-wait';
import type { LockWait } from './lock-wait';
import { LockedReference } from './locked-reference';
import { looseObjectFile } from './loose/loose-object-file';
import { findInPacks } from './pack/pack-index-reader';
import type { GitRepository } from './repository';
import { writeError } from './write-errors';

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
  /** Whether the object is being published, so that it need not be looked for. Default: false. */
  readonly isPublished?: boolean;
}

/** What became of an attempt to change a reference by its file. */
export type ChangeOutcome =
  /** It is changed. */
  | 'changed'
  /** It has another value than the expected one; nothing has changed. */
  | 'modified'
  /** Somebody else holds its lock; nothing has changed. */
  | 'locked'
  /** It is not a case for this; no reference has changed. */
  | 'unsuited';

/**
 * Moves a reference from one object to another, or makes it, by compare-and-swap, as libgit2 does it, but on the spot:
 * the hops between threads make up most of what libgit2 takes. Nor does libgit2 have the new value on the disk before it
 * renames the file into place, as `fsync` wants it, or leave a lock file behind, when it is killed, by which the next
 * one sees that it is gone.
 *
 * Left to libgit2 is what {@link LockedReference} says, and an object that is not found.
 *
 * @throws GitError when the file system refuses: it says whether the reference has moved.
 */
export async function swapReferenceFile(
  repository: GitRepository,
  { ref, oid, expected, logMessage, isPublished = false }: ReferenceUpdate,
  durability: Durability,
): Promise<ChangeOutcome> {
  if (!isPublished && !isObjectThere(path.join(repository.commonFolder, 'objects'), oid)) return 'unsuited';
  const operation = `move ${ref} to ${oid}`;
  return changeLocked(repository, { ref, expected, operation }, durability, async (locked) => {
    const outcome = await locked.write({ old: expected, oid, message: logMessage }, durability);
    return outcome === 'written' ? 'changed' : outcome;
  });
}

/**
 * Deletes a reference, with its log, if it has the expected value.
 *
 * @throws GitError when the file system refuses: it says whether the reference is deleted.
 */
export async function deleteReferenceFile(
  repository: GitRepository,
  ref: string,
  expected: string,
  durability: Durability,
): Promise<ChangeOutcome> {
  const operation = `delete ${ref}`;
  return changeLocked(repository, { ref, expected, operation }, durability, async (locked) => {
    const outcome = await locked.remove(durability);
    return outcome === 'removed' ? 'changed' : outcome;
  });
}

/**
 * Gives a reference another name, under which there must not be one, if it has the expected value. Its log goes with it.
 * Whoever looks finds it under one of the names, or for a moment under both.
 *
 * @param between Called when it has both names.
 * @throws GitError when the file system refuses: it says whether the reference has the new name.
 */
export async function renameReferenceFile(
  repository: GitRepository,
  { ref, oid, logMessage, from }: Omit<ReferenceUpdate, 'expected'> & { readonly from: string },
  durability: Durability,
  between: () => Promise<void>,
  wait: LockWait,
): Promise<ChangeOutcome> {
  const packedRefs = path.join(repository.commonFolder, 'packed-refs');
  const operation = `rename ${from} to ${ref}`;
  return changeLocked(repository, { ref: from, expected: oid, operation }, durability, (old) =>
    changeLocked(repository, { ref, expected: null, operation }, durability, async (renamed) => {
      const entry = { old: null, oid, message: logMessage };
      if ((await renamed.write(entry, durability, from)) === 'unsuited') return 'unsuited';
      await between();
      // Not to begin anew, when the reference has both names already.
      const remove = async (): Promise<ChangeOutcome> => {
        if ((await old.remove(durability)) === 'locked') throw lockedError(packedRefs);
        return 'changed';
      };
      return retryWhileLocked(packedRefs, remove, wait);
    }),
  );
}

/**
 * Runs a change of a reference while nobody else can change it, if it has the expected value.
 *
 * @param operation What is done, for messages.
 */
async function changeLocked(
  repository: GitRepository,
  {
    ref,
    expected,
    operation,
  }: { readonly ref: string; readonly expected: string | null; readonly operation: string },
  durability: Durability,
  change: (locked: LockedReference) => Promise<ChangeOutcome>,
): Promise<ChangeOutcome> {
  let locked: LockedReference | undefined;
  let outcome: ChangeOutcome;
  try {
    const taken = LockedReference.take(repository, ref);
    if (typeof taken === 'string') return taken;
    locked = taken;
    try {
      const value = locked.value();
      outcome = value === undefined ? 'unsuited' : value === expected ? await change(locked) : 'modified';
    } finally {
      locked.release();
    }
  } catch (error) {
    throw writeError(operation, locked?.isChanged ? 'part' : 'none', error);
  }
  try {
    if (outcome === 'changed' && durability === 'fsync') await locked.sync();
  } catch (error) {
    throw writeError(operation, 'unsynced', error);
  }
  return outcome;
}

/** To look into the packs takes longer than for a file of its own, but not as long as to have libgit2 do it. */
function isObjectThere(objectsFolder: string, oid: string): boolean {
  if (isThere(looseObjectFile(objectsFolder, oid))) return true;
  return objectFolders(objectsFolder).some(
    (folder) => isThere(looseObjectFile(folder, oid)) || findInPacks(folder, oid).locations.length > 0,
  );
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
