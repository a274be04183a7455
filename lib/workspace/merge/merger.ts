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
import type { ModelRegistry } from '../../model/registry';
import { shortBranchName } from '../../object/reference-name';
import { StagedTree } from '../../object/staged-tree';
import { baseOfBranch } from '../base';
import { prepareCommit } from '../commit-stage';
import { lockWait } from '../context';
import type { WorkspaceContext } from '../context';
import { refusePending } from '../stage';
import type { KeptMerges } from './kept-merges';
import type { ConflictResolution, MergeConflict } from './merge-conflict';
import type { MergeEngine } from './merge-engine';
import type { MergeOptions, MergePreview, MergeResult, RevertOptions } from './merge-options';
import type { ConflictHandler } from './open-conflict';
import { checkMergeOptions, checkRevertOptions } from './option-checks';

/** What a merge is of. */
interface MergePlan {
  /** The branch that is merged into. */
  readonly ref: string;
  readonly ours: Commit | null;
  readonly theirs: Commit;
  readonly bases: readonly string[];
}

/** Merges branches into that of a workspace. Its methods are to be called within an operation of the workspace. */
export class Merger {
  constructor(
    private readonly context: WorkspaceContext,
    private readonly engine: MergeEngine,
    private readonly kept: KeptMerges,
    private readonly models: ModelRegistry,
  ) {}

  /** See `Workspace.merge`. */
  async merge(from: string, options: MergeOptions): Promise<MergeResult | MergePreview> {
    checkMergeOptions(options, this.models);
    refusePending(this.context.stage, 'merge() would mix them with what it merges');
    const plan = await this.plan(from, options);
    const { ref, ours, theirs, bases } = plan;
    const { fastForward = 'allow', dryRun = false } = options;
    const facts = { ...NOTHING_DONE, commits: commitsOf(plan) };
    if (ours && bases.includes(theirs.oid)) return { ...facts, status: 'up-to-date', tree: ours.tree };
    if (!ours || (bases.includes(ours.oid) && fastForward !== 'never')) {
      const forward = { ...facts, status: 'fast-forward', tree: theirs.tree } as const;
      if (dryRun) return forward;
      await this.forward(plan, from);
      return { ...forward, commit: theirs.oid };
    }
    refuseMerge(plan, from, options);
    const both = { ours: ours.oid, theirs: theirs.oid, bases };
    const decided = new Decisions(options.onConflict);
    const { tree, conflicts } = await this.engine.mergeCommits(both, { ...options, onConflict: decided.ask });
    const message = options.message ?? `Merge "${shortBranchName(from)}" into ${shortBranchName(ref)}`;
    if (conflicts.length > 0) {
      const isKept = options.keepConflicts === true && !dryRun;
      const kept = isKept
        ? await this.kept.keep({ ...both, ref, from, message }, options, decided.made)
        : null;
      return { ...facts, status: 'conflicts', tree: tree.oid, conflicts, kept };
    }
    if (dryRun) return { ...facts, status: 'merged', tree: tree.oid };
    const commit = await this.engine.commit(ref, tree, { ...options, message }, [ours.oid, theirs.oid]);
    return { ...facts, status: 'merged', tree: tree.oid, commit };
  }

  /** See `Workspace.revert`. */
  async revert(treeish: string, options: RevertOptions): Promise<MergeResult | MergePreview> {
    checkRevertOptions(options, this.models);
    const { stage, objects } = this.context;
    refusePending(stage, 'revert() would mix them with what it takes back');
    const { ref } = prepareCommit(this.context, options);
    const commit = await this.readCommit(treeish, 'reverted');
    const parent = parentToKeep(commit, options.mainline);
    const before = parent === null ? null : (await readCommit(objects, parent)).tree;
    const states = {
      base: await StagedTree.load(commit.tree, objects),
      ours: stage.tree,
      theirs: before === null ? StagedTree.empty(objects) : await StagedTree.load(before, objects),
    };
    const commits = { base: commit.oid, ours: stage.base.commit?.oid ?? null, theirs: parent };
    const { tree, conflicts } = await this.engine.mergeStates(states, commits, options);
    const facts = { ...NOTHING_DONE, commits, tree: tree.oid };
    if (conflicts.length > 0) return { ...facts, status: 'conflicts', conflicts };
    if (tree.equals(stage.tree)) return { ...facts, status: 'up-to-date' };
    if (options.dryRun === true) return { ...facts, status: 'merged' };
    const subject = commit.message.split('\n', 1)[0] ?? '';
    const message = options.message ?? `Revert "${subject}"\n\nThis reverts commit ${commit.oid}.\n`;
    const parents = stage.base.commit ? [stage.base.commit.oid] : [];
    const oid = await this.engine.commit(ref, tree, { ...options, message }, parents);
    return { ...facts, status: 'merged', commit: oid };
  }

  private async plan(from: string, options: MergeOptions): Promise<MergePlan> {
    const { stage, objects } = this.context;
    const { ref } = prepareCommit(this.context, options);
    const theirs = await this.readCommit(from, 'merged');
    const ours = stage.base.commit;
    return { ref, ours, theirs, bases: ours ? await mergeBases(objects, ours.oid, theirs.oid) : [] };
  }

  private async readCommit(treeish: string, use: string): Promise<Commit> {
    const { repository, objects } = this.context;
    const { commit } = await resolveRevision(repository, treeish, objects);
    if (commit !== null) return readCommit(objects, commit);
    throw new ObjectNotFoundError(`"${treeish}" is not a commit, so it cannot be ${use}.`, {
      details: { treeish },
    });
  }

  private async forward({ ref, ours, theirs }: MergePlan, from: string): Promise<void> {
    const { repository, config, stage } = this.context;
    const logMessage = `merge ${from}: Fast-forward`;
    const update = { ref, oid: theirs.oid, expected: ours?.oid ?? null, logMessage };
    await compareAndSwap(repository, update, lockWait(config), config.durability);
    stage.reset(await baseOfBranch(this.context, ref));
  }
}

/** Remembers what a handler has decided. */
class Decisions {
  readonly made: [MergeConflict, ConflictResolution][] = [];

  constructor(private readonly handler: ConflictHandler | undefined) {}

  readonly ask = async (conflict: MergeConflict): Promise<ConflictResolution> => {
    const resolution = await this.handler?.(conflict);
    if (resolution !== undefined) this.made.push([conflict, resolution]);
    return resolution;
  };
}

const NOTHING_DONE = { conflicts: [], commit: null, kept: null };

function commitsOf({ ours, theirs, bases }: MergePlan): MergeResult['commits'] {
  return { base: bases[0] ?? null, ours: ours?.oid ?? null, theirs: theirs.oid };
}

/** @throws ConcurrentUpdateError or UnrelatedHistoriesError where the options do not allow a merge. */
function refuseMerge(plan: MergePlan, from: string, { fastForward, allowUnrelated }: MergeOptions): void {
  const { ref, bases } = plan;
  const { base, ours } = commitsOf(plan);
  if (fastForward === 'only') {
    throw new ConcurrentUpdateError(
      `"${from}" cannot be merged by moving ${ref}: both have commits of their own. Leave out { fastForward: 'only' }.`,
      { details: { ref, expected: base, actual: ours } },
    );
  }
  if (bases.length > 0 || allowUnrelated === true) return;
  throw new UnrelatedHistoriesError(
    `${ref} and "${from}" have no commit in common. If they are to become one history, use { allowUnrelated: true }.`,
    { details: { ref, treeish: from } },
  );
}

/** The parent whose side stays when a commit is taken back; null for the first commit of all. */
function parentToKeep({ oid, parents }: Commit, mainline: number | undefined): string | null {
  if (mainline === undefined && parents.length < 2) return parents[0] ?? null;
  const parent = parents[(mainline ?? 0) - 1];
  if (parent !== undefined) return parent;
  throw new InvalidArgumentError(
    `The commit ${oid} has ${parents.length} parents; say with { mainline } whose side is to stay: a number from 1 to ` +
      `${parents.length}.`,
    { details: { option: 'mainline', value: mainline } },
  );
}
