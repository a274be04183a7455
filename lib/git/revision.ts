import { existsSync } from 'node:fs';
import path from 'node:path';
import { Revparse } from 'nodegit';
import type { Object as GitObject } from 'nodegit';
import { InvalidArgumentError, ObjectNotFoundError } from '../errors';
import { isOid, toByteOid } from '../object/oid';
import { isReferenceName } from '../object/reference-name';
import { readCommitLinks } from './commits';
import { readFirstValue, readValue } from './locked-reference';
import type { ObjectStore } from './object-store';
import type { GitRepository } from './repository';
import { callGit, GitErrno, messageOf } from './translate-error';

/** `git_object_t` in libgit2's include/git2/types.h. */
const ObjectTypeNumber = { commit: 1, tree: 2 } as const;

/** Empty, not one string to C, or an entry of the repository's own index, which libgit2 does not look up. */
const NO_TREEISH = /^$|\0|^:(?!\/)/;

/** What a revision leads to. */
export interface Revision {
  /** The commit, where the revision is one or a tag of one; null for a tree. */
  readonly commit: string | null;
  /** The root tree. */
  readonly tree: string;
}

/**
 * Finds what a treeish names: a branch, a tag (annotated and nested ones are followed), a full or short oid of
 * a commit or tree, and all that Git's syntax builds on these, as `HEAD~3` or `v1^{tree}`.
 *
 * Syntax: https://git-scm.com/docs/gitrevisions
 *
 * @param objects With these, a branch or tag of a commit, and a commit's oid, are followed on the spot: libgit2 takes a few hops
 *   between threads.
 * @throws ObjectNotFoundError when it names nothing, or a blob.
 * @throws InvalidArgumentError when it is not a treeish at all.
 */
export async function resolveRevision(
  repository: GitRepository,
  treeish: string,
  objects?: ObjectStore,
): Promise<Revision> {
  const found = objects && (await resolveCommit(repository, treeish, objects));
  if (found) return found;
  const object = await findObject(repository, treeish);
  const tree = await peel(object, 'tree');
  if (tree === null) {
    throw new ObjectNotFoundError(`"${treeish}" leads to ${object.id().tostrS()}, which has no tree.`, {
      details: { treeish },
    });
  }
  return { commit: await peel(object, 'commit'), tree };
}

/** A commit that is named by its oid or as a reference; undefined for anything else, and what is not as it should be. */
async function resolveCommit(
  repository: GitRepository,
  treeish: string,
  objects: ObjectStore,
): Promise<Revision | undefined> {
  if (typeof treeish !== 'string') return undefined;
  try {
    const oid = isOid(treeish) ? treeish : oidOfName(repository, treeish);
    if (oid === undefined) return undefined;
    const { tree } = await readCommitLinks(objects, oid);
    await objects.readTree(toByteOid(tree));
    return { commit: oid, tree };
  } catch {
    // libgit2 finds it all the same, or has the words for what is wrong.
    return undefined;
  }
}

/**
 * The value of the reference that a name stands for: the first one that there is of those that git looks for. Undefined when it is
 * in a place of its own, as `HEAD`, or symbolic, and when there is none.
 *
 * Rules: https://git-scm.com/docs/gitrevisions, `<refname>`
 */
function oidOfName(repository: GitRepository, name: string): string | undefined {
  const isWhole = name.startsWith('refs/');
  if (!isReferenceName(isWhole ? name : `refs/heads/${name}`)) return undefined;
  if (isWhole) return readValue(repository, name) ?? undefined;
  if (existsSync(path.join(repository.gitFolder, name))) return undefined;
  return readFirstValue(repository, [`refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`]) ?? undefined;
}

/**
 * The oid of the object that a revision names, whatever it is: an annotated tag, where it is the name of one.
 *
 * @throws ObjectNotFoundError when it names nothing.
 * @throws InvalidArgumentError when it is not a revision at all.
 */
export async function resolveObject(repository: GitRepository, revision: string): Promise<string> {
  return (await findObject(repository, revision)).id().tostrS();
}

async function findObject(repository: GitRepository, treeish: string): Promise<GitObject> {
  const details = { treeish };
  if (typeof treeish !== 'string' || NO_TREEISH.test(treeish)) {
    throw new InvalidArgumentError(
      `${JSON.stringify(treeish)} is not a treeish; give a branch, a tag, or the oid of a commit or tree.`,
      { details: { option: 'treeish', value: treeish } },
    );
  }
  return callGit(
    `find "${treeish}"`,
    () => Revparse.single(repository.handle, treeish),
    (errno, error) =>
      errno === GitErrno.INVALID_SPEC
        ? new InvalidArgumentError(`"${treeish}" is not a treeish: ${messageOf(error)}`, {
            cause: error,
            details,
          })
        : errno === GitErrno.NOT_FOUND || errno === GitErrno.AMBIGUOUS || errno === GitErrno.PEEL
          ? new ObjectNotFoundError(
              `"${treeish}" does not name one branch, tag, commit or tree of the repository: ${messageOf(error)}`,
              { cause: error, details },
            )
          : undefined,
  );
}

async function peel(object: GitObject, type: keyof typeof ObjectTypeNumber): Promise<string | null> {
  try {
    return (await object.peel(ObjectTypeNumber[type])).id().tostrS();
  } catch {
    // libgit2 has several numbers for "does not lead to such an object"; all mean the same here.
    return null;
  }
}
