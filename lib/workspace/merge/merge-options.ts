import type { MergePolicy } from '../../model/merge/merge-policy';
import type { CommitOptions } from '../../model/record/record-store';
import type { ModelValues } from '../../model/types';
import type { KeptMerge } from './kept-merge';
import type { MergeCommits, MergeConflict } from './merge-conflict';
import type { ConflictHandler } from './open-conflict';

/**
 * The policies of a merge, by model and field: by property, or by stored name. They go before those of the fields. A model has
 * to be registered, and to have the field; of one without a class the records have to have been asked for, with
 * `Workspace.records`, and its fields can have any name. {@link FieldPolicies} has the compiler check those of one model.
 */
export type MergePolicies = Readonly<
  Record<string, Readonly<Record<string, MergePolicy<unknown> | undefined>>>
>;

/**
 * Policies for fields of one model, by property.
 *
 * @example
 * ```ts
 * const ofPages: gitmodel.FieldPolicies<PageModel> = { title: 'theirs' };
 * await ws.mergePreview('HEAD', { policies: { Website: ofPages } }); // the name that the model is registered with
 * ```
 */
export type FieldPolicies<T> = {
  readonly [K in keyof ModelValues<T> & keyof T]?: MergePolicy<T[K]> | undefined;
};

/** How a branch is merged. */
export interface MergeOptions extends CommitOptions {
  /**
   * Asked about each conflict, one after another; what it gives resolves the conflict, undefined leaves it. It may be
   * asynchronous, and read records. Default: all conflicts are left.
   */
  readonly onConflict?: ConflictHandler | undefined;
  /** What to do with fields that both sides have changed: `{ Page: { views: 'counter' } }`. */
  readonly policies?: MergePolicies | undefined;
  /** Only find out what would come of it: nothing is committed. Default: false. */
  readonly dryRun?: boolean | undefined;
  /**
   * What to do where our branch has nothing of its own: `allow` moves it to their commit, `never` makes a merge commit all
   * the same, `only` refuses anything else. Default: `allow`.
   */
  readonly fastForward?: 'allow' | 'never' | 'only' | undefined;
  /** Merge histories that have nothing in common. Default: false. */
  readonly allowUnrelated?: boolean | undefined;
  /**
   * Keep a merge with conflicts that are left in the repository, to be resolved one by one, later and by another process:
   * see `Workspace.keptMerges`. Default: false.
   */
  readonly keepConflicts?: boolean | undefined;
}

/** How a merge is tried out. */
export type PreviewOptions = Omit<MergeOptions, 'dryRun'>;

/** How the changes of a commit are taken back. */
export interface RevertOptions extends CommitOptions {
  /** See {@link MergeOptions.onConflict}; their side is what was before the commit. */
  readonly onConflict?: ConflictHandler | undefined;
  /** See {@link MergeOptions.policies}. */
  readonly policies?: MergePolicies | undefined;
  /** See {@link MergeOptions.dryRun}. */
  readonly dryRun?: boolean | undefined;
  /** Of a merge commit: the number of the parent, from 1 on, whose side is to stay. */
  readonly mainline?: number | undefined;
}

/** What there is to know of every merge, whatever has come of it. */
interface MergeFacts {
  /** The oid of the merged tree; where a conflict is left it has our side. Of a preview it may not be stored. */
  readonly tree: string;
  /** What is left to decide. */
  readonly conflicts: readonly MergeConflict[];
  /** The commits that were merged. */
  readonly commits: MergeCommits;
  /** The merge as it is kept in the repository, with `keepConflicts` and conflicts that are left; else null. */
  readonly kept: KeptMerge | null;
}

interface Completed<Status> extends MergeFacts {
  readonly status: Status;
  /** The oid of the commit that the branch is at now. */
  readonly commit: string;
  readonly kept: null;
}

interface Uncommitted<Status> extends MergeFacts {
  readonly status: Status;
  readonly commit: null;
}

/**
 * The branch has moved:
 *
 * - `fast-forward`: our branch had nothing of its own, and is at their commit now.
 * - `merged`: there is a merge commit; of a reverted commit, an ordinary one.
 */
export type CompletedMerge = Completed<'fast-forward'> | Completed<'merged'>;

/**
 * The branch is where it was:
 *
 * - `up-to-date`: our branch has all of theirs already.
 * - `conflicts`: some are left to decide.
 */
export type UncommittedMerge = Uncommitted<'up-to-date'> | Uncommitted<'conflicts'>;

/** What has come of a merge; its `status` tells whether there is a commit. */
export type MergeResult = CompletedMerge | UncommittedMerge;

/** What would come of a merge: nothing was committed, and nothing is kept. */
export interface MergePreview extends MergeFacts {
  /** As of {@link MergeResult}. */
  readonly status: MergeResult['status'];
  readonly commit: null;
  readonly kept: null;
}

/** What is given back, by the option `dryRun`. */
export type MergeOutcome<DryRun extends boolean | undefined> = DryRun extends true
  ? MergePreview
  : MergeResult;
