import { readCommit } from '../../git/commits';
import { mergeBases } from '../../git/merge-base';
import type { BlobStore, CommitOptions } from '../../model/record/record-store';
import type { RegisteredModel } from '../../model/registry';
import { StagedTree } from '../../object/staged-tree';
import { commitTree } from '../commit-stage';
import type { WorkspaceContext } from '../context';
import { checkMerge } from './merge-checks';
import type { MergeCommits } from './merge-conflict';
import type { MergeOptions } from './merge-options';
import type { ConflictHandler } from './open-conflict';
import type { MergeStates } from './overlay';
import { mergeTrees } from './tree-merge';
import type { TreeMerge, TreeMergeSettings } from './tree-merge';

/** Merges commits and trees by the rules of the models of a workspace. */
export class MergeEngine {
  constructor(
    private readonly context: WorkspaceContext,
    private readonly models: () => readonly RegisteredModel[],
    private readonly blobs: BlobStore,
  ) {}

  /** Merges two commits, of which the merge bases are known. */
  async mergeCommits(
    {
      ours,
      theirs,
      bases,
    }: { readonly ours: string; readonly theirs: string; readonly bases: readonly string[] },
    options: Pick<MergeOptions, 'onConflict' | 'policies'>,
  ): Promise<TreeMerge> {
    const states = {
      base: await this.baseOf(bases, options),
      ours: await this.treeOf(ours),
      theirs: await this.treeOf(theirs),
    };
    return this.mergeStates(states, { base: bases[0] ?? null, ours, theirs }, options);
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
      onConflict && ((conflict) => this.context.gate.section(async () => onConflict(conflict)));
    const settings = { ...this.settings(commits, options), onConflict: ask, isStrict };
    const merge = await mergeTrees(states, settings);
    return checkMerge(merge, states, this.models(), settings);
  }

  /**
   * Commits a merged tree to a branch, which has to be at the first parent. Where that is the branch of the workspace and
   * nothing is staged, the index follows.
   */
  async commit(
    ref: string,
    tree: StagedTree,
    options: CommitOptions,
    parents: readonly string[],
  ): Promise<string> {
    const { stage } = this.context;
    const commit = await commitTree(this.context, ref, tree, options, parents);
    if (ref === stage.base.ref && !stage.hasChanges) stage.reset({ ref, commit, tree });
    return commit.oid;
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

  /** The tree of a commit. */
  async treeOf(commit: string): Promise<StagedTree> {
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
}
