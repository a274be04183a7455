import type { Awaitable } from '../object/awaitable';
import type { ChangedPaths } from '../object/changed-paths';
import type { CommitGraph } from './commit-graph';
import { readCommitLinks } from './commits';
import type { LinkedCommit } from './commits';
import type { ObjectStore } from './object-store';

/** So many commits are read before the commit graph is: where few are asked for, it is not worth looking for it. */
const COMMITS_BEFORE_GRAPH = 4;

/** So many are read before one is that is too large to be kept. */
const COMMITS_BEFORE_LARGE_GRAPH = 64;

/** Reads the commits of a history, as far as is needed to walk it: one by one first, then from the commit graph. */
export class LinkedCommits {
  private graph: CommitGraph | undefined;
  private count = 0;

  constructor(private readonly objects: ObjectStore) {}

  /** See {@link CommitGraph.passOver}; undefined where there is nothing to pass over, or no graph. */
  passOver(oid: string, mayHaveChanged: (paths: ChangedPaths) => boolean): LinkedCommit | undefined {
    return this.graph?.passOver(oid, mayHaveChanged);
  }

  /** Throws what {@link readCommitLinks} throws. */
  read(oid: string): Awaitable<LinkedCommit> {
    this.count++;
    if (this.count === COMMITS_BEFORE_GRAPH) this.graph = this.objects.readCommitGraph({ isSmall: true });
    else if (this.count === COMMITS_BEFORE_LARGE_GRAPH) this.graph ??= this.objects.readCommitGraph();
    return this.graph?.find(oid) ?? readCommitLinks(this.objects, oid);
  }
}
