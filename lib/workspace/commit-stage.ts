import type { KnownOptions } from '../arguments';
import { DetachedHeadError, InvalidArgumentError, ObjectNotFoundError } from '../errors';
import { makeCommit, readCommit } from '../git/commits';
import type { Commit } from '../git/commits';
import { compareAndSwap, readReference } from '../git/references';
import { COMMIT_OPTIONS } from '../model/record/record-store';
import type { CommitOptions } from '../model/record/record-store';
import { commitObject } from '../object/commit-codec';
import type { CommitFields } from '../object/commit-codec';
import type { UnwrittenObject } from '../object/node-entry';
import { EMPTY_TREE_OID, isOid, toByteOid } from '../object/oid';
import { branchRef } from '../object/reference-name';
import { StagedTree } from '../object/staged-tree';
import { lockWait } from './context';
import type { WorkspaceContext } from './context';
import type { Deferred } from './operation-gate';
import type { StageMark } from './stage';

/** What a commit made by hand descends from. */
export interface CreateCommitOptions extends CommitOptions {
  /** The oids of the parents. Default: the commit that the branch is at, or none when it does not exist. */
  readonly parents?: readonly string[] | undefined;
}

export const CREATE_COMMIT_OPTIONS: KnownOptions<CreateCommitOptions> = { ...COMMIT_OPTIONS, parents: true };

/**
 * Commits what is staged. The commit is on its way when this is done; then its objects are written and the branch
 * moves, if it still is where the index was based on. When that fails everything stays staged.
 *
 * @param undoTo When that fails, take the changes since this back as well.
 * @returns what settles with the commit's oid; with null when nothing has changed.
 */
export async function commitStage(
  context: WorkspaceContext,
  options: CommitOptions,
  undoTo?: StageMark,
): Promise<Deferred<string | null>> {
  const { stage, objects, commits } = context;
  const { ref, signed } = prepareCommit(context, options);
  const { commit: parent } = stage.base;
  if (!stage.hasChanges) return { settled: Promise.resolve(null) };
  await refuseLostBlobs(context);
  await commits.whenRoom();
  const { tree } = stage;
  await objects.completePack(tree);
  const fields = { ...signed, tree: tree.oid, parents: parent ? [parent.oid] : [] };
  const object = commitObject(fields);
  const commit = makeCommit(object.oid, fields);
  const before = stage.advance(commit);
  return commits.add({
    base: { ref, commit, tree },
    object,
    protection: objects.protections.all(),
    takeBack: () => {
      stage.restore(before);
      if (undoTo) stage.rollBack(undoTo);
    },
  });
}

/**
 * What is known of a commit before its tree is.
 *
 * @throws DetachedHeadError when there is no branch to commit to.
 * @throws InvalidArgumentError when the message or a signature cannot be stored.
 */
export function prepareCommit(
  context: WorkspaceContext,
  options: CommitOptions,
): { readonly ref: string; readonly signed: Omit<CommitFields, 'tree' | 'parents'> } {
  const { ref } = context.stage.base;
  if (ref === null) {
    throw new DetachedHeadError(
      'The workspace is not on a branch, so there is none to commit to. ' +
        'Create one with createBranch() and switch to it with setBranch(), or use createCommit().',
    );
  }
  return { ref, signed: sign(context, options) };
}

/** @throws ObjectNotFoundError when a blob is staged that was written early and has been cleaned away since. */
export async function refuseLostBlobs({ stage, objects }: WorkspaceContext): Promise<void> {
  const lost = objects.findLost();
  if (lost.size === 0) return;
  // It may have been replaced since, and nobody misses it.
  for await (const { oid, path } of stage.tree.walk()) {
    if (!lost.has(oid)) continue;
    throw new ObjectNotFoundError(
      `The blob ${oid} at "${path}" is gone: git has pruned what nothing referred to while it was staged. ` +
        'Nothing was committed; save the record with its content again.',
      { details: { oid, path } },
    );
  }
}

/**
 * Commits a tree of the object database to a branch, or to none. The first parent is what the branch must be
 * at.
 *
 * @param ref The branch to move or create; null for a commit that nothing refers to yet.
 * @throws ConcurrentUpdateError when the branch is not at the first parent.
 */
export async function createCommit(
  context: WorkspaceContext,
  ref: string | null,
  tree: string,
  { parents: given, ...options }: CreateCommitOptions,
): Promise<Commit> {
  const { objects } = context;
  const branch = ref === null ? null : branchRef(ref);
  const signed = sign(context, options);
  const tip = branch === null ? null : await readReference(context.repository, branch);
  const parents = given ?? (tip === null ? [] : [tip]);
  for (const parent of parents) await readCommit(objects, checkOid('parents', parent));
  // Everybody knows the empty tree, but a commit of it needs it in the object database.
  const unwritten = tree === EMPTY_TREE_OID ? StagedTree.empty(objects).unwritten() : [];
  if (tree !== EMPTY_TREE_OID) await objects.readTree(toByteOid(checkOid('tree', tree)));
  return publishCommit(context, branch, { ...signed, tree, parents }, unwritten);
}

/**
 * Commits a tree to a branch.
 *
 * @param parents The first one is what the branch must be at.
 * @throws ConcurrentUpdateError when it is not.
 */
export async function commitTree(
  context: WorkspaceContext,
  branch: string,
  tree: StagedTree,
  options: CommitOptions,
  parents: readonly string[],
): Promise<Commit> {
  const fields = { ...sign(context, options), tree: tree.oid, parents };
  const commit = await publishCommit(context, branch, fields, tree.unwritten());
  tree.settle();
  return commit;
}

async function publishCommit(
  context: WorkspaceContext,
  branch: string | null,
  fields: CommitFields,
  unwritten: Iterable<UnwrittenObject>,
): Promise<Commit> {
  const { objects, config, maintenance } = context;
  const object = commitObject(fields);
  const commit = makeCommit(object.oid, fields);
  await objects.publish([...unwritten, object], config.durability, async () => {
    if (branch !== null) await moveBranch(context, branch, commit, commit.parents[0] ?? null);
  });
  if (branch !== null) maintenance.afterCommit();
  return commit;
}

function sign(context: WorkspaceContext, options: CommitOptions): Omit<CommitFields, 'tree' | 'parents'> {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(
      'The options of a commit must be an object: { message, author, committer }.',
      {
        details: { option: 'options', value: options },
      },
    );
  }
  const { message = '' } = options;
  if (typeof message !== 'string') {
    throw new InvalidArgumentError('The commit message must be a string.', {
      details: { option: 'message', value: message },
    });
  }
  const author = context.config.sign('author', options.author);
  return { message, author, committer: context.config.sign('committer', options.committer ?? author) };
}

async function moveBranch(
  context: WorkspaceContext,
  ref: string,
  { oid, message, parents }: Commit,
  expected: string | null,
): Promise<void> {
  const logMessage = logMessageOf({ parents, message });
  const update = { ref, oid, expected, logMessage, isPublished: true };
  const { repository, config } = context;
  await compareAndSwap(repository, update, lockWait(config), config.durability);
}

/** What the branch's log says of a commit: what git would. */
export function logMessageOf({ parents, message }: Pick<CommitFields, 'parents' | 'message'>): string {
  return `${parents.length > 0 ? 'commit' : 'commit (initial)'}: ${message.split('\n', 1)[0] ?? ''}`;
}

function checkOid(option: string, value: unknown): string {
  if (isOid(value)) return value;
  throw new InvalidArgumentError(
    `"${option}" takes an oid of 40 hexadecimal digits, not ${JSON.stringify(value)}.`,
    {
      details: { option, value },
    },
  );
}
