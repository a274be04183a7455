import { checkOptions } from '../../arguments';
import {
  ConcurrentUpdateError,
  InvalidArgumentError,
  ObjectNotFoundError,
  UnrelatedHistoriesError,
} from '../../errors';
import { readCommit } from '../../git/commits';
import type { Commit } from '../../git/commits';
import { mergeBases } from '../../git/merge-base';
import { compareAndSwap } from '../../git/references';
import { resolveRevision } from '../../git/revision';
import { isMergePolicy } from '../../model/merge/merge-policy';
import type { MergePolicy } from '../../model/merge/merge-policy';
import type { BlobStore, CommitOptions } from '../../model/record/record-store';
import type { RegisteredModel } from '../../model/registry';
import { shortBranchName } from '../../object/reference-name';
import { StagedTree } from '../../object/staged-tree';
import { baseOfBranch } from '../base';
import { createCommit, prepareCommit } from '../commit-stage';
import { lockWait } from '../context';
import type { WorkspaceContext } from '../context';
import { refusePending } from '../stage';
import { checkMerge } from './merge-checks';
import type { MergeCommits, MergeConflict } from './merge-conflict';
import type { ConflictHandler } from './open-conflict';
import { mergeTrees } from './tree-merge';
import type { MergeStates, TreeMerge, TreeMergeSettings } from './tree-merge';

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
}

const FAST_FORWARD: readonly unknown[] = ['allow', 'never', 'only'];

/** Merges branches into that of a workspace. */
export class Merger {
  constructor(
    private readonly context: WorkspaceContext,
    private readonly models: () => readonly RegisteredModel[],
    private readonly blobs: BlobStore,
  ) {}

  /** See `Workspace.merge`. To be called within an operation of the workspace. */
  async merge(from: string, options: MergeOptions): Promise<MergeResult> {
    checkMergeOptions(options);
    const { stage, objects, repository } = this.context;
    refusePending(stage, 'merge() would mix them with what it merges');
    const { ref } = prepareCommit(this.context, options);
    const { commit: oid } = await resolveRevision(repository, from);
    if (oid === null) {
      throw new ObjectNotFoundError(`"${from}" is not a commit, so it cannot be merged.`, {
        details: { treeish: from },
      });
    }
    const theirs = await readCommit(objects, oid);
    const ours = stage.base.commit;
    const bases = ours ? await mergeBases(objects, ours.oid, oid) : [];
    const commits = { base: bases[0] ?? null, ours: ours?.oid ?? null, theirs: oid };
    const facts = { commits, conflicts: [], commit: null };
    if (ours && bases.includes(oid)) return { ...facts, status: 'up-to-date', tree: ours.tree };
    const canForward = !ours || bases.includes(ours.oid);
    const { fastForward = 'allow', dryRun = false } = options;
    if (canForward && (fastForward !== 'never' || !ours)) {
      if (!dryRun) await this.forward(ref, ours, theirs, from);
      return { ...facts, status: 'fast-forward', tree: theirs.tree, commit: dryRun ? null : oid };
    }
    if (fastForward === 'only') {
      throw new ConcurrentUpdateError(
        `"${from}" cannot be merged by moving ${ref}: both have commits of their own. Leave out { fastForward: 'only' }.`,
        { details: { ref, expected: commits.base, actual: commits.ours } },
      );
    }
    if (bases.length === 0 && options.allowUnrelated !== true) {
      throw new UnrelatedHistoriesError(
        `${ref} and "${from}" have no commit in common. If they are to become one history, use { allowUnrelated: true }.`,
        { details: { ref, treeish: from } },
      );
    }
    const states = {
      base: await this.baseOf(bases, options),
      ours: stage.tree,
      theirs: await StagedTree.load(theirs.tree, objects),
    };
    const { tree, conflicts } = await this.mergeStates(states, commits, options);
    if (conflicts.length > 0) return { ...facts, status: 'conflicts', tree: tree.oid, conflicts };
    if (dryRun) return { ...facts, status: 'merged', tree: tree.oid };
    const message = options.message ?? `Merge ${mergedName(from)} into ${shortBranchName(ref)}`;
    const commit = await this.commit(ref, tree, { ...options, message }, [ours.oid, oid]);
    return { ...facts, status: 'merged', tree: tree.oid, commit };
  }

  /**
   * Merges trees, and checks the merged records; conflicts are asked about as the options say.
   *
   * @param isStrict Whether it is a conflict, too, when both sides have changed a field to the same. Default: false.
   */
  async mergeStates(
    states: MergeStates,
    commits: MergeCommits,
    options: Pick<MergeOptions, 'onConflict' | 'policies'>,
    isStrict = false,
  ): Promise<TreeMerge> {
    const { onConflict } = options;
    const ask: ConflictHandler | undefined =
      onConflict && ((conflict) => this.context.gate.section(() => onConflict(conflict)));
    const settings = { ...this.settings(commits, options), onConflict: ask, isStrict };
    const merge = await mergeTrees(states, settings);
    return checkMerge(merge, states, this.models(), settings);
  }

  /** Commits a merged tree to the branch of the workspace, whose index follows. */
  async commit(
    ref: string,
    tree: StagedTree,
    options: CommitOptions,
    parents: readonly string[],
  ): Promise<string> {
    const { objects, stage, config } = this.context;
    await objects.writeTree(tree, config.durability);
    const protection = objects.protection();
    const { oid } = await createCommit(this.context, ref, tree.oid, { ...options, parents });
    await objects.release([protection]);
    stage.reset(await baseOfBranch(this.context, ref));
    return oid;
  }

  /**
   * The tree that both sides have come from. Of several, all are merged to one first, as Git's recursive merge does it.
   *
   * Source: https://git-scm.com/docs/merge-strategies#Documentation/merge-strategies.txt-recursive
   */
  private async baseOf(
    bases: readonly string[],
    options: Pick<MergeOptions, 'policies'>,
  ): Promise<StagedTree> {
    const { objects } = this.context;
    const [first, ...others] = [...bases].reverse();
    if (first === undefined) return StagedTree.empty(objects);
    let tree = await this.treeOf(first);
    const merged = [first];
    for (const other of others) {
      const below = await mergeBases(objects, other, ...merged);
      const states = {
        base: await this.baseOf(below, options),
        ours: tree,
        theirs: await this.treeOf(other),
      };
      const settings = this.settings({ base: below[0] ?? null, ours: first, theirs: other }, options);
      ({ tree } = await mergeTrees(states, { ...settings, isVirtual: true }));
      merged.push(other);
    }
    return tree;
  }

  private async treeOf(commit: string): Promise<StagedTree> {
    const { objects } = this.context;
    return StagedTree.load((await readCommit(objects, commit)).tree, objects);
  }

  private settings(
    commits: MergeCommits,
    { policies = {} }: Pick<MergeOptions, 'policies'>,
  ): TreeMergeSettings {
    return {
      objects: this.context.objects,
      blobs: this.blobs,
      schemas: this.models().map(({ schema }) => schema),
      commits,
      policies: new Map(Object.entries(policies).map(([model, each]) => [model.toLowerCase(), each])),
      isStrict: false,
    };
  }

  private async forward(ref: string, ours: Commit | null, theirs: Commit, from: string): Promise<void> {
    const { repository, config, stage } = this.context;
    const logMessage = `merge ${from}: Fast-forward`;
    const update = { ref, oid: theirs.oid, expected: ours?.oid ?? null, logMessage };
    await compareAndSwap(repository, update, lockWait(config), config.durability);
    stage.reset(await baseOfBranch(this.context, ref));
  }
}

function mergedName(from: string): string {
  return `"${shortBranchName(from)}"`;
}

function checkMergeOptions(options: MergeOptions): void {
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
