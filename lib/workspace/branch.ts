import { ObjectNotFoundError, ReferenceExistsError } from '../errors';
import { readCommit } from '../git/commits';
import type { Commit } from '../git/commits';
import { referenceNotFound } from '../git/reference-errors';
import { createReference, readReference } from '../git/references';
import { resolveRevision } from '../git/revision';
import { branchRef, shortBranchName } from '../object/reference-name';
import { lockWait } from './context';
import type { WorkspaceContext } from './context';

/** A branch as it was when it was read. */
export interface Branch {
  /** The short name: `draft`. */
  readonly name: string;
  /** The full name: `refs/heads/draft`. */
  readonly ref: string;
  /** The oid of the commit that it is at. */
  readonly oid: string;
  readonly commit: Commit;
  /** The oid of the commit's root tree. */
  readonly tree: string;
}

/** A branch that is at this commit. */
export function makeBranch(ref: string, commit: Commit): Branch {
  return { name: shortBranchName(ref), ref, oid: commit.oid, commit, tree: commit.tree };
}

/** @throws ReferenceNotFoundError when there is no such branch. */
export async function readBranch({ repository, objects }: WorkspaceContext, name: string): Promise<Branch> {
  const ref = branchRef(name);
  const oid = await readReference(repository, ref);
  if (oid === null) throw referenceNotFound(ref);
  return makeBranch(ref, await readCommit(objects, oid));
}

/**
 * Creates a branch at the commit that a treeish leads to.
 *
 * @throws ReferenceExistsError when the branch exists.
 */
export async function createBranch(context: WorkspaceContext, name: string, from: string): Promise<Branch> {
  const ref = branchRef(name);
  const { commit: oid } = await resolveRevision(context.repository, from, context.objects);
  if (oid === null) {
    throw new ObjectNotFoundError(`"${from}" is not a commit, so no branch can start there.`, {
      details: { treeish: from },
    });
  }
  const commit = await readCommit(context.objects, oid);
  const logMessage = `branch: Created from ${from}`;
  await createReference(
    context.repository,
    { ref, oid, logMessage },
    lockWait(context.config),
    context.config.durability,
  );
  return makeBranch(ref, commit);
}

/** Creates a branch at the commit that the index is based on, unless it exists, or there is no commit yet. */
export async function ensureBranch(context: WorkspaceContext, name: string): Promise<void> {
  const { commit } = context.stage.base;
  if (!commit || (await readReference(context.repository, branchRef(name))) !== null) return;
  await createBranch(context, name, commit.oid).catch((error: unknown) => {
    // Somebody else was faster; but its name may also collide with another's.
    if (!(error instanceof ReferenceExistsError) || error.details.existing !== undefined) throw error;
  });
}
