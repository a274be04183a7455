import { checkOptions } from '../../arguments';
import { InvalidArgumentError } from '../../errors';
import { isMergePolicy } from '../../model/merge/merge-policy';
import type { MergePolicy } from '../../model/merge/merge-policy';
import type { CommitOptions } from '../../model/record/record-store';
import type { KeptMerge } from './kept-merge';
import type { MergeCommits, MergeConflict } from './merge-conflict';
import type { ConflictHandler } from './open-conflict';

/** The policies of a merge, by model and field: by property, or by stored name. They go before those of the fields. */
export type MergePolicies = Readonly<Record<string, Readonly<Record<string, MergePolicy<unknown>>>>>;

/** How a branch is merged. */
export interface MergeOptions extends CommitOptions {
  /**
   * Asked about each conflict, one after another; what it gives resolves the conflict, undefined leaves it. It may be
   * asynchronous, and read records. Default: all conflicts are left.
   */
  readonly onConflict?: ConflictHandler;
  /** What to do with fields that both sides have changed: `{ Page: { views: 'counter' } }`. */
  readonly policies?: MergePolicies;
  /** Only find out what would come of it: nothing is committed. Default: false. */
  readonly dryRun?: boolean;
  /**
   * What to do where our branch has nothing of its own: `allow` moves it to their commit, `never` makes a merge commit all
   * the same, `only` refuses anything else. Default: `allow`.
   */
  readonly fastForward?: 'allow' | 'never' | 'only';
  /** Merge histories that have nothing in common. Default: false. */
  readonly allowUnrelated?: boolean;
  /**
   * Keep a merge with conflicts that are left in the repository, to be resolved one by one, later and by another process:
   * see `Workspace.keptMerges`. Default: false.
   */
  readonly keepConflicts?: boolean;
}

/** How the changes of a commit are taken back. */
export interface RevertOptions extends CommitOptions {
  /** See {@link MergeOptions.onConflict}; their side is what was before the commit. */
  readonly onConflict?: ConflictHandler;
  /** See {@link MergeOptions.policies}. */
  readonly policies?: MergePolicies;
  /** See {@link MergeOptions.dryRun}. */
  readonly dryRun?: boolean;
  /** Of a merge commit: the number of the parent, from 1 on, whose side is to stay. */
  readonly mainline?: number;
}

/** What has come of a merge. */
export interface MergeResult {
  /**
   * - `up-to-date`: our branch has all of theirs already.
   * - `fast-forward`: our branch had nothing of its own, and is at their commit now.
   * - `merged`: there is a merge commit.
   * - `conflicts`: nothing was committed.
   *
   * With `dryRun` it is what would be.
   */
  readonly status: 'up-to-date' | 'fast-forward' | 'merged' | 'conflicts';
  /** The commit that the branch is at now; null when nothing was committed. */
  readonly commit: string | null;
  /** The oid of the merged tree; where a conflict is left it has our side. With `dryRun` it may not be stored. */
  readonly tree: string;
  /** What is left to decide. */
  readonly conflicts: readonly MergeConflict[];
  /** The commits that were merged. */
  readonly commits: MergeCommits;
  /** The merge as it is kept in the repository, with `keepConflicts` and conflicts that are left; else null. */
  readonly kept: KeptMerge | null;
}

const FAST_FORWARD: readonly unknown[] = ['allow', 'never', 'only'];

/** @throws InvalidArgumentError */
export function checkMergeOptions(options: MergeOptions): void {
  const { fastForward, onConflict, policies } = checkOptions(options);
  if (fastForward !== undefined && !FAST_FORWARD.includes(fastForward)) {
    throw refused('fastForward', fastForward, '"allow", "never" or "only"');
  }
  if (onConflict !== undefined && typeof onConflict !== 'function') {
    throw refused('onConflict', onConflict, 'a function');
  }
  for (const [model, fields] of Object.entries(policies === undefined ? {} : checkOptions(policies))) {
    for (const [field, policy] of Object.entries(checkOptions(fields))) {
      if (!isMergePolicy(policy)) throw refused(`policies.${model}.${field}`, policy, 'a policy');
    }
  }
}

function refused(option: string, value: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError(`"${option}" must be ${expected}, not ${JSON.stringify(value)}.`, {
    details: { option, value },
  });
}
