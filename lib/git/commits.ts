import { Commit as NodegitCommit, Oid, Revwalk } from 'nodegit';
import type { Signature as NodegitSignature } from 'nodegit';
import { ObjectNotFoundError } from '../errors';
import type { CommitFields, Signature } from '../object/commit-codec';
import type { GitRepository } from './repository';
import { callGit, GitErrno } from './translate-error';

/** A commit, read. */
export interface Commit extends CommitFields {
  readonly oid: string;
  /** When it was committed. */
  readonly time: Date;
  /** The committer's offset from UTC in minutes, positive to the east. */
  readonly offset: number;
}

/** The order in which commits are walked. */
export type WalkOrder = 'time' | 'topological' | 'reverse';

/**
 * `git_sort_t` in libgit2's include/git2/revwalk.h. NONE is git's own order, newest first; TIME would sort
 * commits of one second at random.
 */
const SORTING: Readonly<Record<WalkOrder, number>> = { time: 0, topological: 1 << 0, reverse: 1 << 2 };

/** How many commits one call into the binding brings: its price is the hop between threads. */
const WALK_BATCH = 256;

/**
 * Reads a commit.
 *
 * @throws ObjectNotFoundError when there is no commit with this oid.
 */
export async function readCommit(repository: GitRepository, oid: string): Promise<Commit> {
  const commit = await callGit(
    `read the commit ${oid}`,
    () => NodegitCommit.lookup(repository.handle, oid),
    (errno, error) =>
      errno === GitErrno.NOT_FOUND
        ? new ObjectNotFoundError(`The repository has no commit ${oid}.`, { cause: error, details: { oid } })
        : undefined,
  );
  return fromNodegit(commit);
}

/** The commit with this oid and all that it descends from, in the order asked for. */
export async function* walkCommits(
  repository: GitRepository,
  from: string,
  order: WalkOrder,
): AsyncGenerator<Commit, void> {
  const walk = Revwalk.create(repository.handle);
  walk.sorting(SORTING[order]);
  await callGit(`walk from ${from}`, () => walk.push(Oid.fromString(from)));
  for (;;) {
    const commits = await callGit(`walk from ${from}`, () => walk.commitWalk(WALK_BATCH));
    for (const commit of commits) yield fromNodegit(commit);
    if (commits.length < WALK_BATCH) return;
  }
}

function fromNodegit(commit: NodegitCommit): Commit {
  return makeCommit(commit.id().tostrS(), {
    message: commit.message(),
    author: signature(commit.author()),
    committer: signature(commit.committer()),
    parents: commit.parents().map((parent) => parent.tostrS()),
    tree: commit.treeId().tostrS(),
  });
}

/** A commit of these fields, that is stored under this oid. */
export function makeCommit(oid: string, fields: CommitFields): Commit {
  const { time, offset } = fields.committer;
  return { oid, ...fields, time, offset };
}

function signature(signature: NodegitSignature): Signature {
  const when = signature.when();
  return {
    name: signature.name(),
    email: signature.email(),
    time: new Date(when.time() * 1000),
    offset: when.offset(),
  };
}
