import { existsSync } from 'node:fs';
import path from 'node:path';
import { Oid, Reference } from 'nodegit';
import { ConcurrentUpdateError, GitModelError, InvalidReferenceNameError } from '../errors';
import { checkReferenceName } from '../object/reference-name';
import { foldersUpTo, syncAll } from './durable';
import type { Durability } from './durable';
import { lockedError } from './lock-file';
import { retryWhileLocked } from './lock-wait';
import type { LockWait } from './lock-wait';
import { readValue } from './locked-reference';
import { alreadyExists, collides, concurrentUpdate } from './reference-errors';
import { deleteReferenceFile, renameReferenceFile, swapReferenceFile } from './reference-file';
import type { ChangeOutcome, ReferenceUpdate } from './reference-file';
import type { GitRepository } from './repository';
import { callGit, errnoOf, GitErrno, translateError } from './translate-error';
import { writeError } from './write-errors';

export type { ReferenceUpdate } from './reference-file';

/** What HEAD says: the branch it names, which need not exist yet, or the commit it is detached at. */
export type Head = { readonly ref: string } | { readonly oid: string };

/** `GIT_REFERENCE_ALL` in libgit2's include/git2/types.h. */
const ALL_REFERENCES = 3;

/** libgit2 takes this for "must not exist" where an old value is expected. */
const ZERO_OID = '0'.repeat(40);

/** Reads what HEAD names. */
export async function readHead(repository: GitRepository): Promise<Head> {
  const head = await callGit('read HEAD', () => Reference.lookup(repository.handle, 'HEAD'));
  return head.isSymbolic() ? { ref: head.symbolicTarget() } : { oid: head.target().tostrS() };
}

/** The oid that a reference has, through symbolic ones; null when there is no such reference. */
export async function readReference(repository: GitRepository, ref: string): Promise<string | null> {
  checkReferenceName(ref);
  // On the spot, where libgit2 would take a hop between threads.
  const value = ref.startsWith('refs/') ? readValue(repository, ref) : undefined;
  if (value !== undefined) return value;
  try {
    return (await Reference.nameToId(repository.handle, ref)).tostrS();
  } catch (error) {
    if (errnoOf(error) === GitErrno.NOT_FOUND) return null;
    throw translateError(`read ${ref}`, error);
  }
}

/**
 * Moves or creates a reference by compare-and-swap: it is locked, compared with the expected value, and only
 * then written. While another process holds the lock this waits.
 *
 * @throws ConcurrentUpdateError when the reference has another value than the expected one.
 * @throws ReferenceExistsError when it is new and its name collides with an existing one (`a` and `a/b`).
 * @throws LockWaitTimeoutError when the lock stays taken.
 * @throws GitError when the file system refuses to write: it says whether the reference has moved.
 */
export async function compareAndSwap(
  repository: GitRepository,
  update: ReferenceUpdate,
  wait: LockWait,
  durability: Durability = 'git',
): Promise<void> {
  checkWritable(update.ref);
  try {
    await swap(repository, update, wait, durability).catch(async (error: unknown) => {
      // libgit2 takes a symbolic reference for one with another value, where git moves the one it names.
      const target =
        errnoOf(error) === GitErrno.MODIFIED ? await symbolicTarget(repository, update.ref) : null;
      if (target === null) throw error;
      await swap(repository, { ...update, ref: target }, wait, durability);
    });
  } catch (error) {
    throw await explainFailure(repository, update, error);
  }
}

/** libgit2 would write any file of the repository's folder that has a slash in its name, `hooks/post-commit` too. */
function checkWritable(ref: string): void {
  if (checkReferenceName(ref).startsWith('refs/')) return;
  throw new InvalidReferenceNameError(
    `${JSON.stringify(ref)} is not a reference: it does not begin with "refs/".`,
    {
      details: { ref, reason: 'does not begin with "refs/"' },
    },
  );
}

async function swap(
  repository: GitRepository,
  update: ReferenceUpdate,
  wait: LockWait,
  durability: Durability,
): Promise<void> {
  const outcome = await changeFile(
    repository,
    update.ref,
    () => swapReferenceFile(repository, update, durability),
    wait,
  );
  if (outcome === 'modified') throw numberedError(GitErrno.MODIFIED, 'the old value is another one');
  if (outcome === 'unsuited') await swapByLibgit2(repository, update, wait, durability);
}

/** Changes a reference by its file as soon as nobody else does. */
async function changeFile(
  { commonFolder }: GitRepository,
  ref: string,
  change: () => Promise<ChangeOutcome>,
  wait: LockWait,
): Promise<Exclude<ChangeOutcome, 'locked'>> {
  return retryWhileLocked(
    ref,
    async () => {
      const outcome = await change();
      if (outcome === 'locked') throw lockedError(path.join(commonFolder, ref));
      return outcome;
    },
    wait,
  );
}

async function swapByLibgit2(
  { handle, commonFolder, gitFolder }: GitRepository,
  { ref, oid, expected, logMessage }: ReferenceUpdate,
  wait: LockWait,
  durability: Durability,
): Promise<void> {
  const [value, old] = [Oid.fromString(oid), Oid.fromString(expected ?? ZERO_OID)];
  await retryWhileLocked(ref, () => Reference.createMatching(handle, ref, value, 1, old, logMessage), wait);
  if (durability === 'git') return;
  await syncReference(commonFolder, gitFolder, ref).catch((error: unknown) => {
    throw writeError(`move ${ref} to ${oid}`, 'unsynced', error);
  });
}

/** Waits until a reference, its logs, and the folders that they are in, are on the disk. */
async function syncReference(commonFolder: string, gitFolder: string, ref: string): Promise<void> {
  const file = path.join(commonFolder, ref);
  const logs = [path.join(commonFolder, 'logs', ref), path.join(gitFolder, 'logs/HEAD')].filter(existsSync);
  await syncAll([file, ...logs, ...foldersUpTo(path.join(commonFolder, 'refs'), file)]);
}

/** What libgit2 would have thrown. */
function numberedError(errno: number, message: string): Error {
  return Object.assign(new Error(message), { errno });
}

/** Git's limit (`SYMREF_MAXDEPTH` in its refs.h), which also ends a circle. */
const MAX_SYMBOLIC_HOPS = 5;

/** The reference that a symbolic one leads to, which need not exist; null when it is not symbolic. */
async function symbolicTarget({ handle }: GitRepository, ref: string): Promise<string | null> {
  let target: string | null = null;
  for (let hop = 0; hop < MAX_SYMBOLIC_HOPS; hop++) {
    const reference: Reference | null = await Reference.lookup(handle, target ?? ref).catch(() => null);
    if (!reference?.isSymbolic()) break;
    target = reference.symbolicTarget();
  }
  return target;
}

/** Why a compare-and-swap failed. */
async function explainFailure(
  repository: GitRepository,
  { ref, oid, expected }: ReferenceUpdate,
  failure: unknown,
): Promise<GitModelError> {
  if (failure instanceof GitModelError) return failure;
  const actual = await readReference(repository, ref);
  // A reference that is gone may have made room for one whose name collides with its own.
  if (errnoOf(failure) === GitErrno.MODIFIED || (expected !== null && actual === null)) {
    return concurrentUpdate(ref, expected, actual, failure);
  }
  const collision = expected === null ? await collidingReference(repository, ref) : undefined;
  if (collision !== undefined) return collides(ref, collision, failure);
  return translateError(`move ${ref} to ${oid}`, failure);
}

/** Creates a reference that must not exist yet. */
export async function createReference(
  repository: GitRepository,
  update: Omit<ReferenceUpdate, 'expected'>,
  wait: LockWait,
  durability: Durability = 'git',
): Promise<void> {
  try {
    await compareAndSwap(repository, { ...update, expected: null }, wait, durability);
  } catch (error) {
    if (!(error instanceof ConcurrentUpdateError)) throw error;
    throw alreadyExists(update.ref, error.details.actual, error);
  }
}

/**
 * Deletes a reference by compare-and-swap, with its log. While somebody else has it locked this waits.
 *
 * libgit2 would read `packed-refs` before it locks it, so that what is packed in between could get lost.
 *
 * @throws ConcurrentUpdateError when it has another value than the expected one; then it stays.
 * @throws LockWaitTimeoutError when the lock stays taken.
 * @throws GitError when it is symbolic or damaged, or the file system refuses: it says what has become of it.
 */
export async function deleteReference(
  repository: GitRepository,
  ref: string,
  expected: string,
  wait: LockWait,
  durability: Durability = 'git',
): Promise<void> {
  checkWritable(ref);
  const change = (): Promise<ChangeOutcome> => deleteReferenceFile(repository, ref, expected, durability);
  const outcome = await changeFile(repository, ref, change, wait);
  if (outcome === 'changed') return;
  const actual = await readReference(repository, ref);
  if (outcome === 'modified') throw concurrentUpdate(ref, expected, actual, undefined);
  throw translateError(
    `delete ${ref}`,
    new Error('it is symbolic or damaged; use "git update-ref --no-deref -d"'),
  );
}

/**
 * Gives a reference another name, its log with it. Others find it under one of the names, or for a moment under both,
 * and so do all if the process is killed.
 *
 * @param rename.between Called when it has both names, and keeps both if it fails.
 * @throws ConcurrentUpdateError when it has another value than the expected one; then it stays.
 * @throws ReferenceExistsError when the new name is taken, or collides with another one, the old one included.
 * @throws LockWaitTimeoutError when a lock stays taken.
 * @throws GitError when the file system refuses: it says what has become of it.
 */
export async function renameReference(
  repository: GitRepository,
  rename: {
    readonly from: string;
    readonly to: string;
    readonly expected: string;
    readonly logMessage: string;
    readonly between: () => Promise<void>;
  },
  wait: LockWait,
  durability: Durability = 'git',
): Promise<void> {
  const { from, to: ref, expected: oid, logMessage, between } = rename;
  checkWritable(ref);
  const change = (): Promise<ChangeOutcome> =>
    renameReferenceFile(repository, { ref, oid, logMessage, from }, durability, between, wait);
  const outcome = await changeFile(repository, ref, change, wait);
  if (outcome === 'changed') return;
  const [actual, taken] = [await readReference(repository, from), await readReference(repository, ref)];
  if (actual !== oid) throw concurrentUpdate(from, oid, actual, undefined);
  if (taken !== null) throw alreadyExists(ref, taken, undefined);
  const collision = await collidingReference(repository, ref);
  if (collision !== undefined) throw collides(ref, collision, undefined);
  throw translateError(
    `rename ${from} to ${ref}`,
    new Error('one of them is symbolic, damaged, or cannot be locked'),
  );
}

/** Makes HEAD name a branch, which need not exist. */
export async function pointHeadAt(repository: GitRepository, ref: string): Promise<void> {
  await callGit(`point HEAD at ${ref}`, () => repository.handle.setHead(ref));
}

/** An existing reference whose name is a folder of this one, or the other way round. */
async function collidingReference(repository: GitRepository, ref: string): Promise<string | undefined> {
  const names = await callGit('list the references', () =>
    repository.handle.getReferenceNames(ALL_REFERENCES),
  );
  return names.find((name) => name.startsWith(`${ref}/`) || ref.startsWith(`${name}/`));
}
