import { InvalidReferenceNameError } from '../errors';
import { readCommit } from '../git/commits';
import type { ObjectStore } from '../git/object-store';
import { referenceNotFound } from '../git/reference-errors';
import { readHead, readReference } from '../git/references';
import type { GitRepository } from '../git/repository';
import { resolveRevision } from '../git/revision';
import { branchRef, isBranchRef } from '../object/reference-name';
import { StagedTree } from '../object/staged-tree';
import type { Base } from './stage';

/** Where bases are read from. */
interface Source {
  readonly repository: GitRepository;
  readonly objects: ObjectStore;
}

/**
 * A branch to base changes on, which may not have a commit yet.
 *
 * @throws ReferenceNotFoundError with `mustExist`, when there is no such branch.
 */
export async function baseOfBranch(source: Source, ref: string, { mustExist = false } = {}): Promise<Base> {
  const oid = await readReference(source.repository, ref);
  if (oid === null && mustExist) throw referenceNotFound(ref);
  return oid === null
    ? { ref, commit: null, tree: StagedTree.empty(source.objects) }
    : baseOfCommit(source, ref, oid);
}

/** What HEAD names: a branch, or the commit that it is detached at. */
export async function baseOfHead(source: Source): Promise<Base> {
  const head = await readHead(source.repository);
  return 'ref' in head ? baseOfBranch(source, head.ref) : baseOfCommit(source, null, head.oid);
}

/** What a treeish names. A branch, also by its short name, is stayed on; all else is detached. */
export async function baseOfTreeish(source: Source, treeish: string): Promise<Base> {
  const ref = asBranchRef(treeish);
  const tip = ref === undefined ? null : await readReference(source.repository, ref);
  if (ref !== undefined && tip !== null) return baseOfCommit(source, ref, tip);
  return baseOfRevision(source, treeish);
}

/** What a treeish names, detached; of a tag and a branch of one name the tag, as everywhere in git where both can be. */
export async function baseOfRevision(source: Source, treeish: string): Promise<Base> {
  const { commit, tree } = await resolveRevision(source.repository, treeish, source.objects);
  return commit === null
    ? { ref: null, commit: null, tree: await StagedTree.load(tree, source.objects) }
    : baseOfCommit(source, null, commit);
}

async function baseOfCommit({ objects }: Source, ref: string | null, oid: string): Promise<Base> {
  const commit = await readCommit(objects, oid);
  return { ref, commit, tree: await StagedTree.load(commit.tree, objects) };
}

/** The branch that a treeish may be the name of; like `git switch`, a branch is preferred to a tag of its name. */
function asBranchRef(treeish: string): string | undefined {
  // What is no text at all is refused where treeishes are resolved.
  if (typeof treeish !== 'string' || (treeish.startsWith('refs/') && !isBranchRef(treeish))) return undefined;
  try {
    return branchRef(treeish);
  } catch (error) {
    if (error instanceof InvalidReferenceNameError) return undefined;
    throw error;
  }
}
