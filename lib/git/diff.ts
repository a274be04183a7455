import { Diff } from 'nodegit';
import type { Tree } from 'nodegit';
import { EMPTY_TREE_OID } from '../object/oid';
import type { GitRepository } from './repository';
import { callGit } from './translate-error';
import { lookUpTree } from './trees';

/** What happened to a file between two trees. */
export type ChangeStatus = 'added' | 'deleted' | 'modified' | 'type-changed';

/** One file that differs between two trees. */
export interface ChangedPath {
  readonly path: string;
  readonly status: ChangeStatus;
  /** The oid before; null for an added file. */
  readonly oldOid: string | null;
  /** The oid after; null for a deleted file. */
  readonly newOid: string | null;
}

/** What differs between two trees. */
export interface TreeDiff {
  /** The files that differ, by path. */
  readonly changes: readonly ChangedPath[];
  /** Their paths. */
  readonly paths: readonly string[];
  /**
   * The difference in the form of `git diff`; empty when there is none. It is for people: bytes that are not UTF-8
   * are replaced, and git's settings for differences apply.
   */
  readonly patch: string;
}

/** `git_delta_t` in libgit2's include/git2/diff.h; the others appear only where work trees are compared. */
const STATUSES: Readonly<Record<number, ChangeStatus>> = {
  1: 'added',
  2: 'deleted',
  3: 'modified',
  8: 'type-changed',
};

/** `GIT_DIFF_INCLUDE_TYPECHANGE`: a file that became a symbolic link is one change, not two. */
const INCLUDE_TYPECHANGE = 1 << 6;

/** `GIT_DIFF_FORMAT_PATCH`. */
const FORMAT_PATCH = 1;

/** Compares two trees of the object database. Equal subtrees are not looked into. */
export async function diffTrees(
  repository: GitRepository,
  oldTree: string,
  newTree: string,
): Promise<TreeDiff> {
  return callGit(`compare the trees ${oldTree} and ${newTree}`, async () => {
    const [from, to] = await Promise.all([lookUp(repository, oldTree), lookUp(repository, newTree)]);
    const diff = await Diff.treeToTree(repository.handle, from, to, { flags: INCLUDE_TYPECHANGE });
    const changes = Array.from({ length: diff.numDeltas() }, (_, position) => describe(diff, position));
    // A patch has two parts for a change of type, as git prints it; what libgit2 makes of one cannot be applied.
    const printed = changes.some(({ status }) => status === 'type-changed')
      ? await Diff.treeToTree(repository.handle, from, to)
      : diff;
    return {
      changes,
      paths: changes.map((change) => change.path),
      // The binding hands the buffer out as a string, which its types do not say.
      patch: (await printed.toBuf(FORMAT_PATCH)) as unknown as string,
    };
  });
}

/** libgit2 takes no tree for the empty one, which then need not be stored. */
async function lookUp(repository: GitRepository, oid: string): Promise<Tree | undefined> {
  return oid === EMPTY_TREE_OID ? undefined : lookUpTree(repository, oid);
}

function describe(diff: Diff, position: number): ChangedPath {
  const delta = diff.getDelta(position);
  const status = STATUSES[delta.status()] ?? 'modified';
  return {
    path: (status === 'deleted' ? delta.oldFile() : delta.newFile()).path(),
    status,
    oldOid: status === 'added' ? null : delta.oldFile().id().tostrS(),
    newOid: status === 'deleted' ? null : delta.newFile().id().tostrS(),
  };
}
