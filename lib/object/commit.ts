import type { CommitFields } from './commit-codec';

/** A commit, read. */
export interface Commit extends CommitFields {
  readonly oid: string;
  /** When it was committed. */
  readonly time: Date;
  /** The committer's offset from UTC in minutes, positive to the east. */
  readonly offset: number;
}
