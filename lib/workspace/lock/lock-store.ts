import path from 'node:path';
import { InvalidLockError, ObjectNotFoundError } from '../../errors';
import { lockedError } from '../../git/lock-file';
import { retryWhileLocked } from '../../git/lock-wait';
import { readValue } from '../../git/locked-reference';
import { deleteReferenceFile, swapReferenceFile } from '../../git/reference-file';
import type { ChangeOutcome } from '../../git/reference-file';
import { hashObject } from '../../object/oid';
import { lockWait } from '../context';
import type { WorkspaceContext } from '../context';
import { decodeLock, encodeLock, MAX_LOCK_BYTES } from './lock-content';
import type { LockContent } from './lock-content';

/** A lock as it is in the repository. */
export interface StoredLock {
  /** The value of the reference. */
  readonly oid: string;
  /** Undefined when the blob is not there, which nobody knows the reason of. */
  readonly content: LockContent | undefined;
}

/**
 * The locks in a repository: references that are changed by compare-and-swap only, never by way of symbolic references,
 * and the blobs that they point at.
 */
export class LockStore {
  constructor(private readonly context: Pick<WorkspaceContext, 'repository' | 'objects' | 'config'>) {}

  /**
   * Reads a lock; null when nobody has it.
   *
   * @throws InvalidLockError when the reference holds something else.
   */
  async read(ref: string): Promise<StoredLock | null> {
    const { repository, objects } = this.context;
    const oid = readValue(repository, ref);
    if (oid === undefined) throw invalidLock(ref, 'the reference is symbolic or damaged');
    if (oid === null) return null;
    try {
      if ((await objects.readType(oid)) !== 'blob') throw new Error('it is not a blob');
      if ((await objects.blobSize(oid)) > MAX_LOCK_BYTES) throw new Error('it is too large');
      return { oid, content: decodeLock(await objects.readBlob(oid, false)) };
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return { oid, content: undefined };
      throw invalidLock(ref, (error as Error).message, error);
    }
  }

  /**
   * Writes a lock where there is none, or in the place of one.
   *
   * @param expected The value that the reference has; null when it does not exist.
   * @returns its value now; null when somebody else was faster.
   * @throws InvalidLockError when something is in the way of the reference.
   * @throws LockWaitTimeoutError when the file of the reference stays locked.
   * @throws ObjectWriteError or GitError when the blob or the reference cannot be written, for example because the disk is full.
   */
  async write(ref: string, content: LockContent, expected: string | null): Promise<string | null> {
    const { repository, objects, config } = this.context;
    const bytes = encodeLock(content);
    const blob = { type: 'blob' as const, oid: hashObject('blob', bytes), content: bytes };
    const update = { ref, oid: blob.oid, expected, logMessage: 'lock', isPublished: true };
    const outcome = await objects.publish([blob], config.durability, () =>
      this.change(ref, () => swapReferenceFile(repository, update, config.durability)),
    );
    if (outcome === 'unsuited') throw invalidLock(ref, 'something is in the way of the reference');
    return outcome === 'modified' ? null : blob.oid;
  }

  /**
   * Removes a lock.
   *
   * @returns whether it was there; else it is somebody else's by now, and stays.
   * @throws LockWaitTimeoutError when the file of the reference, or `packed-refs`, stays locked.
   * @throws GitError when the file system refuses.
   */
  async remove(ref: string, expected: string): Promise<boolean> {
    const { repository, config } = this.context;
    const remove = (): Promise<ChangeOutcome> =>
      deleteReferenceFile(repository, ref, expected, config.durability);
    return (await this.change(ref, remove)) === 'changed';
  }

  private async change(
    ref: string,
    change: () => Promise<ChangeOutcome>,
  ): Promise<Exclude<ChangeOutcome, 'locked'>> {
    const { repository, config } = this.context;
    return retryWhileLocked(
      ref,
      async () => {
        const outcome = await change();
        if (outcome === 'locked') throw lockedError(path.join(repository.commonFolder, ref));
        return outcome;
      },
      // The file is locked for moments only; who waits for the lock itself does so elsewhere.
      { ...lockWait(config), interval: Math.min(config.lockWaitInterval, MAX_INTERVAL) },
    );
  }
}

const MAX_INTERVAL = 10;

function invalidLock(ref: string, reason: string, cause?: unknown): InvalidLockError {
  return new InvalidLockError(
    `${ref} is not a lock that can be used: ${reason}. If nobody needs it, remove it: git update-ref -d ${ref}`,
    { cause, details: { ref, reason } },
  );
}
