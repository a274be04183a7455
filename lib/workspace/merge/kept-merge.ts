import { checkOptions } from '../../arguments';
import { COMMIT_OPTIONS } from '../../model/record/record-store';
import type { CommitOptions } from '../../model/record/record-store';
import { shortBranchName } from '../../object/reference-name';
import type { KeptMerges } from './kept-merges';
import type { KeptState } from './kept-state';
import type { ConflictResolution, MergeConflict } from './merge-conflict';
import type { MergeResult } from './merge-options';

/**
 * A merge that is not complete, because conflicts are left. It is kept in the repository, under a reference of its own:
 * any process can resolve them, one by one, and complete it. Branches are as they were until then.
 *
 * Its methods are a KeptMergeEndedError when it was completed or given up meanwhile, here or by another process, and a
 * TransactionError within a transaction.
 *
 * @example
 * ```ts
 * for (const merge of await ws.keptMerges()) {
 *   for (const conflict of await merge.conflicts()) await merge.resolve(conflict, 'theirs');
 *   const { status } = await merge.complete();
 *   console.log(merge.from, merge.into, status);
 * }
 * ```
 */
export class KeptMerge {
  /** @internal */
  constructor(
    private readonly keeper: KeptMerges,
    private state: KeptState,
    private oid: string,
  ) {}

  /** The reference that it is kept under. */
  get ref(): string {
    return this.state.keptAs;
  }

  /** The branch that is merged into, by its short name. */
  get into(): string {
    return shortBranchName(this.state.ref);
  }

  /** What is merged, as it was named. */
  get from(): string {
    return this.state.from;
  }

  /** The oid of the commit that is merged. */
  get theirs(): string {
    return this.state.theirs;
  }

  /** The message that the merge commit will have. */
  get message(): string {
    return this.state.message;
  }

  /**
   * The conflicts that are left, with the branch as it is now: further ones may come when somebody goes on working there, and
   * one that was resolved comes back when what is in conflict has changed since.
   */
  async conflicts(): Promise<readonly MergeConflict[]> {
    return this.keeper.conflictsOf(this.state);
  }

  /**
   * Resolves a conflict. It is kept in the repository when this is done.
   *
   * @param conflict One of {@link conflicts}.
   * @param resolution As `onConflict` gives it; undefined takes back an earlier one.
   * @throws InvalidArgumentError when it does not resolve the conflict.
   * @throws ConcurrentUpdateError when somebody else resolved one at the same time: read the merge again.
   */
  async resolve(conflict: MergeConflict, resolution: ConflictResolution): Promise<void> {
    const { state, oid } = await this.keeper.resolve(this.state, this.oid, conflict, resolution);
    this.state = state;
    this.oid = oid;
  }

  /**
   * Commits the merge, when no conflict is left; it is not kept any longer then.
   *
   * @returns what has become of it: `conflicts` where some are left, `up-to-date` where somebody has merged it by other means, with
   *   git for example; then it is not kept any longer either.
   * @throws ConcurrentUpdateError when somebody else moved the branch meanwhile: complete it again. Also when somebody else
   *   resolved a conflict since the merge was read, which `details.ref` tells: read the merge again.
   */
  async complete(options: CommitOptions = {}): Promise<MergeResult> {
    return this.keeper.complete(this.state, this.oid, checkOptions(options, COMMIT_OPTIONS));
  }

  /**
   * Gives the merge up: it is not kept any longer, and nothing else changes.
   *
   * @throws ConcurrentUpdateError when somebody else resolved a conflict since the merge was read: read it again.
   */
  async abort(): Promise<void> {
    return this.keeper.remove(this.state, this.oid);
  }
}
