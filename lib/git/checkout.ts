import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Checkout } from 'nodegit';
import type { Index } from 'nodegit';
import { CheckoutConflictError, UnsupportedRepositoryError } from '../errors';
import { EMPTY_TREE_OID, isOid } from '../object/oid';
import { walkCommits } from './commits';
import { retryWhileLocked } from './lock-wait';
import type { LockWait } from './lock-wait';
import { pointHeadAt, readHead, readReference } from './references';
import type { GitRepository } from './repository';
import { callGit, errnoOf, GitErrno, translateError } from './translate-error';
import { lookUpTree } from './trees';
import type { Tree } from './trees';

/** What the repository's own index is to become. */
export interface IndexSync {
  /** The oid of a stored tree. */
  readonly tree: string;
  /** Whether the work tree and HEAD follow. */
  readonly checkout: boolean;
  /** The branch that HEAD then names; null leaves HEAD as it is. */
  readonly head: string | null;
}

/** The trees that the index and the work tree were last brought to. */
interface Synced {
  readonly index: string;
  readonly workTree: string;
}

/**
 * `git_checkout_strategy_t` in libgit2's include/git2/checkout.h. SAFE, which is 0, overwrites only files as the
 * baseline has them, unlike git's "force".
 */
const Strategy = { SAFE: 0, RECREATE_MISSING: 1 << 2, DONT_OVERWRITE_IGNORED: 1 << 19 } as const;

/** `GIT_CHECKOUT_NOTIFY_CONFLICT`. */
const NOTIFY_CONFLICT = 1 << 0;

/** Where {@link Synced} is kept, in the repository's own folder. */
const SYNCED_FILE = 'gitmodel-synced.json';

/**
 * Makes a stored tree the repository's own index and, with `checkout`, its work tree.
 *
 * libgit2 would compare the work tree with HEAD, which has moved on with every commit while index and work
 * tree stayed behind; so the baseline is the tree that they were last brought to.
 *
 * @throws CheckoutConflictError when something that is in no commit would be overwritten.
 */
export async function syncIndex(
  repository: GitRepository,
  { tree, checkout, head }: IndexSync,
  wait: LockWait,
): Promise<void> {
  const { workFolder } = repository;
  if (workFolder === null) {
    throw new UnsupportedRepositoryError(
      `The repository at "${repository.gitFolder}" is bare: it has no index and no work tree to write.`,
      { details: { path: repository.gitFolder } },
    );
  }
  const synced = await readSynced(repository);
  const indexFile = path.join(repository.gitFolder, 'index');
  await retryWhileLocked(
    indexFile,
    async () => {
      assertUnlocked(indexFile);
      await (checkout ? checkOut(repository, tree, synced) : writeIndex(repository, tree));
    },
    wait,
  ).catch((error: unknown) => {
    throw translateError('write the index', error);
  });
  await rememberSynced(repository, { index: tree, workTree: checkout ? tree : synced.workTree });
  if (checkout && head !== null) await pointHeadAt(repository, head);
}

/** libgit2 itself would find the index locked only when it has changed the work tree. */
function assertUnlocked(indexFile: string): void {
  const lockFile = `${indexFile}.lock`;
  if (!existsSync(lockFile)) return;
  throw Object.assign(new Error(`there is "${lockFile}"`), { errno: GitErrno.LOCKED });
}

async function writeIndex(repository: GitRepository, tree: string): Promise<void> {
  const index = await openIndex(repository);
  await index.readTree(await lookUpTree(repository, tree));
  await index.write();
}

/**
 * Brings the work tree to another tree, and the index with it.
 *
 * @throws CheckoutConflictError that names the files in the way.
 */
async function checkOut(repository: GitRepository, tree: string, { index, workTree }: Synced): Promise<void> {
  const conflicts = await checkOutFrom(repository, workTree, tree);
  if (!conflicts) return;
  // Git may have brought the work tree to the index meanwhile, as "git reset --hard" does.
  if (index !== workTree && !(await checkOutFrom(repository, index, tree))) return;
  throw changedByHand(repository, conflicts);
}

/**
 * Brings the work tree from one tree to another.
 *
 * @returns undefined when that is done; the files that are in its way when nothing was.
 */
async function checkOutFrom(
  repository: GitRepository,
  from: string,
  to: string,
): Promise<string[] | undefined> {
  const conflicts: string[] = [];
  const options = {
    checkoutStrategy: Strategy.SAFE | Strategy.RECREATE_MISSING | Strategy.DONT_OVERWRITE_IGNORED,
    baseline: await lookUpTree(repository, from),
    notifyFlags: NOTIFY_CONFLICT,
    notifyCb: (_why: number, file: string) => {
      conflicts.push(file);
      return 0;
    },
  };
  try {
    await Checkout.tree(repository.handle, await lookUpTree(repository, to), options);
  } catch (error) {
    if (errnoOf(error) === GitErrno.CONFLICT) return conflicts;
    throw error;
  }
  return undefined;
}

function changedByHand({ workFolder }: GitRepository, paths: readonly string[]): CheckoutConflictError {
  const shown = paths.slice(0, SHOWN_PATHS).join(', ') + (paths.length > SHOWN_PATHS ? ', …' : '');
  return new CheckoutConflictError(
    `Files in "${String(workFolder)}" were changed by hand and would be overwritten: ${shown}. ` +
      'Commit them or put them aside ("git status" shows them), then try again. Nothing was changed.',
    { details: { path: workFolder, paths } },
  );
}

/** How many files a message names. */
const SHOWN_PATHS = 5;

/** What `Index` is in the binding: the types call synchronous what gives a promise. */
interface AsyncIndex extends Omit<Index, 'read' | 'readTree'> {
  read(force: number): Promise<void>;
  readTree(tree: Tree): Promise<void>;
}

async function openIndex(repository: GitRepository): Promise<AsyncIndex> {
  return (await repository.handle.index()) as unknown as AsyncIndex;
}

/**
 * What index and work tree were last brought to: by us, or, when the index is that of a commit, by git.
 *
 * @throws CheckoutConflictError when the index holds what is in neither.
 */
async function readSynced(repository: GitRepository): Promise<Synced> {
  const current = await readIndexTree(repository);
  const remembered = await recallSynced(repository);
  if (remembered?.index === current) return remembered;
  if (current === EMPTY_TREE_OID || (await isCommitted(repository, current))) {
    return { index: current, workTree: current };
  }
  throw new CheckoutConflictError(
    `The index of "${repository.gitFolder}" holds changes that are in no commit of its branch. ` +
      'Commit them with git, or drop them with "git reset", then try again. Nothing was changed.',
    { details: { path: repository.gitFolder } },
  );
}

async function readIndexTree(repository: GitRepository): Promise<string> {
  return callGit(
    'read the index',
    async () => {
      const index = await openIndex(repository);
      // Others write the file too; what the handle remembers of it may be old.
      await index.read(1);
      // The empty tree is known to all, and would stay behind in the object database for nothing.
      return index.entryCount() === 0 ? EMPTY_TREE_OID : (await index.writeTree()).tostrS();
    },
    (errno, error) =>
      errno === GitErrno.UNMERGED
        ? new CheckoutConflictError(
            `The index of "${repository.gitFolder}" is in the middle of a merge. Finish or abort that with git.`,
            { cause: error, details: { path: repository.gitFolder } },
          )
        : undefined,
  );
}

/** Whether a tree is that of a commit on the branch that HEAD names. */
async function isCommitted(repository: GitRepository, tree: string): Promise<boolean> {
  const head = await readHead(repository);
  const tip = 'oid' in head ? head.oid : await readReference(repository, head.ref);
  if (tip === null) return false;
  for await (const commit of walkCommits(repository, tip, 'time')) {
    if (commit.tree === tree) return true;
  }
  return false;
}

async function recallSynced(repository: GitRepository): Promise<Synced | undefined> {
  try {
    const file = await readFile(path.join(repository.gitFolder, SYNCED_FILE), 'utf8');
    const { index, workTree } = JSON.parse(file) as Partial<Record<keyof Synced, unknown>>;
    return isOid(index) && isOid(workTree) ? { index, workTree } : undefined;
  } catch {
    // Missing or damaged: then only what is committed counts as known.
    return undefined;
  }
}

async function rememberSynced(repository: GitRepository, synced: Synced): Promise<void> {
  const file = path.join(repository.gitFolder, SYNCED_FILE);
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, `${JSON.stringify(synced)}\n`);
  await rename(temporary, file);
}
