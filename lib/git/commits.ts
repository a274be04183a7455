import { Oid, Revwalk } from 'nodegit';
import type { Commit as NodegitCommit, Signature as NodegitSignature } from 'nodegit';
import { ObjectNotFoundError } from '../errors';
import type { Commit } from '../object/commit';
import { decodeCommit, decodeCommitLinks } from '../object/commit-codec';
import type { CommitFields, CommitLinks, Signature } from '../object/commit-codec';
import type { ObjectStore } from './object-store';
import type { GitRepository } from './repository';
import { callGit } from './translate-error';

export type { Commit } from '../object/commit';

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
 * @throws ObjectNotFoundError when there is no commit with this oid, InvalidObjectError when it is damaged.
 */
export async function readCommit(objects: ObjectStore, oid: string): Promise<Commit> {
  return makeCommit(oid, decodeCommit(oid, await readContent(objects, oid)));
}

/** A commit, read as far as is needed to walk histories. */
export interface LinkedCommit extends CommitLinks {
  readonly oid: string;
}

/** Reads a commit's tree, parents and time; throws what {@link readCommit} throws. */
export async function readCommitLinks(objects: ObjectStore, oid: string): Promise<LinkedCommit> {
  return { oid, ...decodeCommitLinks(oid, await readContent(objects, oid)) };
}

async function readContent(objects: ObjectStore, oid: string): Promise<Buffer> {
  try {
    const { type, content } = await objects.readObject(oid);
    if (type === 'commit') return content;
  } catch (error) {
    throw error instanceof ObjectNotFoundError ? commitNotFound(oid, error) : error;
  }
  throw commitNotFound(oid);
}

/**
 * The commit with this oid and all that it descends from, in the order asked for.
 *
 * @throws ObjectNotFoundError when there is no commit with this oid.
 */
export async function* walkCommits(
  repository: GitRepository,
  from: string,
  order: WalkOrder,
): AsyncGenerator<Commit, void> {
  const walk = Revwalk.create(repository.handle);
  walk.sorting(SORTING[order]);
  // The binding answers libgit2's error code here, where it throws elsewhere.
  const refused = await callGit(`walk from ${from}`, () => walk.push(Oid.fromString(from)));
  if (refused) throw commitNotFound(from);
  for (;;) {
    const commits = await callGit(`walk from ${from}`, () => walk.commitWalk(WALK_BATCH));
    for (const commit of commits) yield fromNodegit(commit);
    if (commits.length < WALK_BATCH) return;
  }
}

function commitNotFound(oid: string, cause?: unknown): ObjectNotFoundError {
  return new ObjectNotFoundError(`The repository has no commit ${oid}.`, { cause, details: { oid } });
}

function fromNodegit(commit: NodegitCommit): Commit {
  return makeCommit(commit.id().tostrS(), {
    // message() would leave out newlines at the beginning.
    message: commit.messageRaw(),
    author: signature(commit.author()),
    committer: signature(commit.committer()),
    parents: commit.parents().map((parent) => parent.tostrS()),
    tree: commit.treeId().tostrS(),
  });
}

/** A commit of these fields, that is stored under this oid; with whole seconds, as it is read back. */
export function makeCommit(oid: string, fields: CommitFields): Commit {
  const [author, committer] = [wholeSeconds(fields.author), wholeSeconds(fields.committer)];
  return { oid, ...fields, author, committer, time: committer.time, offset: committer.offset };
}

function wholeSeconds(signature: Signature): Signature {
  return { ...signature, time: new Date(Math.floor(signature.time.getTime() / 1000) * 1000) };
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
