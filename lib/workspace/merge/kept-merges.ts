import { ConcurrentUpdateError, InvalidObjectError, KeptMergeEndedError } from '../../errors';
import { readCommit } from '../../git/commits';
import { isAncestor, mergeBases } from '../../git/merge-base';
import { referenceNotFound } from '../../git/reference-errors';
import { listReferences } from '../../git/reference-list';
import { compareAndSwap, deleteReference, readReference } from '../../git/references';
import type { CommitOptions } from '../../model/record/record-store';
import type { ModelSchema } from '../../model/schema/schema';
import { commitObject } from '../../object/commit-codec';
import { shortBranchName } from '../../object/reference-name';
import { sha1 } from '../../object/sha1';
import { StagedTree } from '../../object/staged-tree';
import { lockWait } from '../context';
import type { WorkspaceContext } from '../context';
import type { WorkspaceScope } from '../scope';
import { KeptMerge } from './kept-merge';
import { keepDecision, reviveIfFit } from './kept-resolution';
import { decodeState, encodeState, namedPolicies } from './kept-state';
import type { KeptState } from './kept-state';
import type { ConflictResolution, MergeConflict } from './merge-conflict';
import type { MergeEngine } from './merge-engine';
import type { MergeOptions, MergeResult } from './merge-options';
import type { TreeMerge } from './tree-merge';

/** What is to be kept. */
type MergeToKeep = Pick<KeptState, 'ref' | 'from' | 'ours' | 'theirs' | 'message'>;

/** Where merges are kept. */
const PREFIX = 'refs/gitmodel/merges/';

/** The file that says how far a merge is, in the tree of the commit that the reference is at. */
const FILE = 'merge.json';

/**
 * The merges of a repository that are not complete. Each is a commit whose parents are the two that are merged, so that Git
 * keeps both, and whose tree has one file: which branch is merged into which, and the conflicts that were resolved. What
 * is merged is made again from that whenever it is asked for, for a merge of the same commits is always the same.
 */
export class KeptMerges {
  constructor(
    private readonly scope: WorkspaceScope,
    private readonly engine: MergeEngine,
    private readonly schemaOf: (model: string) => ModelSchema | undefined,
  ) {}

  /** Merges have to do with branches as they are, never with what a transaction has staged. */
  private get context(): WorkspaceContext {
    return this.scope.root;
  }

  /** Begins to keep a merge, or goes on with the one that is kept already of the same commit into the same branch. */
  async keep(
    merge: MergeToKeep,
    { policies = {} }: MergeOptions,
    decided: readonly (readonly [MergeConflict, ConflictResolution])[],
  ): Promise<KeptMerge> {
    const keptAs = `${PREFIX}${sha1(`${merge.ref}\0${merge.theirs}`).slice(0, 20)}`;
    const present = await readReference(this.context.repository, keptAs);
    const resolutions = present === null ? {} : { ...(await this.read(keptAs, present)).resolutions };
    for (const [conflict, resolution] of decided) {
      resolutions[conflict.key] = await keepDecision(this.schemaFor(conflict), conflict, resolution);
    }
    const state = { ...merge, keptAs, policies: namedPolicies(policies), resolutions };
    return new KeptMerge(this, state, await this.write(state, present));
  }

  /** All that are kept. */
  async list(): Promise<KeptMerge[]> {
    const merges: KeptMerge[] = [];
    for (const { ref, oid } of await listReferences(this.context.repository, PREFIX)) {
      merges.push(new KeptMerge(this, await this.read(ref, oid), oid));
    }
    return merges;
  }

  async conflictsOf(state: KeptState): Promise<readonly MergeConflict[]> {
    const { gate } = this.scope.outside('conflicts()');
    return gate.change(async () => {
      await this.readKept(state);
      return (await this.merge(state, await this.tipOf(state))).conflicts;
    });
  }

  async resolve(
    state: KeptState,
    oid: string,
    conflict: MergeConflict,
    resolution: ConflictResolution,
  ): Promise<{ readonly state: KeptState; readonly oid: string }> {
    const { gate } = this.scope.outside('resolve()');
    const resolutions = { ...state.resolutions };
    const resolving = async (): Promise<{ readonly state: KeptState; readonly oid: string }> => {
      if (resolution === undefined) Reflect.deleteProperty(resolutions, conflict.key);
      else resolutions[conflict.key] = await keepDecision(this.schemaFor(conflict), conflict, resolution);
      const changed = { ...state, resolutions };
      return { state: changed, oid: await this.write(changed, oid) };
    };
    return gate.change(() => this.whileKept(state, oid, resolving));
  }

  async complete(state: KeptState, oid: string, options: CommitOptions): Promise<MergeResult> {
    const { gate } = this.scope.outside('complete()');
    const completion = async (): Promise<MergeResult> => {
      const ours = await this.tipOf(state);
      const commits = { base: null, ours, theirs: state.theirs };
      const { objects } = this.context;
      if (await isAncestor(objects, state.theirs, ours)) {
        await this.deleteEnded(state, oid);
        const { tree } = await readCommit(objects, ours);
        return { status: 'up-to-date', tree, conflicts: [], commits, commit: null, kept: null };
      }
      const { tree, conflicts } = await this.merge(state, ours);
      const facts = { tree: tree.oid, conflicts, commits, commit: null, kept: null };
      if (conflicts.length > 0)
        return { ...facts, status: 'conflicts', kept: new KeptMerge(this, state, oid) };
      const parents = [ours, state.theirs];
      const commit = await this.engine.commit(
        state.ref,
        tree,
        { ...options, message: options.message ?? state.message },
        parents,
      );
      await this.deleteEnded(state, oid);
      return { ...facts, status: 'merged', commit };
    };
    return gate.change(() => this.whileKept(state, oid, completion));
  }

  async remove(state: KeptState, oid: string): Promise<void> {
    const { gate } = this.scope.outside('abort()');
    return gate.change(() => this.whileKept(state, oid, () => this.delete(state, oid)));
  }

  /**
   * Does something with a merge as it was read.
   *
   * @throws KeptMergeEndedError when it is not kept any longer.
   * @throws ConcurrentUpdateError when somebody else has resolved one of its conflicts since, or begun it anew.
   */
  private async whileKept<T>(state: KeptState, oid: string, run: () => Promise<T>): Promise<T> {
    await this.refuseOther(state, oid);
    try {
      return await run();
    } catch (error) {
      if (error instanceof ConcurrentUpdateError && error.details.ref === state.keptAs) {
        await this.refuseOther(state, oid, error);
      }
      throw error;
    }
  }

  private async refuseOther(state: KeptState, oid: string, cause?: Error): Promise<void> {
    const { keptAs, from, ref } = state;
    const present = await this.readKept(state, cause);
    if (present === oid) return;
    throw new ConcurrentUpdateError(
      `Somebody else has gone on with the merge of "${from}" into "${shortBranchName(ref)}" since it was read here. ` +
        'Nothing was overwritten. Read it anew with keptMerges().',
      { cause, details: { ref: keptAs, expected: oid, actual: present } },
    );
  }

  /** @throws KeptMergeEndedError when the merge is not kept any longer. */
  private async readKept({ keptAs, ref, from, theirs }: KeptState, cause?: Error): Promise<string> {
    const { repository, objects } = this.context;
    const present = await readReference(repository, keptAs);
    if (present !== null) return present;
    const tip = await readReference(repository, ref);
    const isMerged = tip !== null && (await isAncestor(objects, theirs, tip));
    const into = shortBranchName(ref);
    throw new KeptMergeEndedError(
      `The merge of "${from}" into "${into}" is not kept any longer: ` +
        (isMerged
          ? `it was completed, and "${into}" has ${theirs} by now. There is nothing left to do.`
          : `it was given up, and "${into}" does not have ${theirs}. Begin it anew with merge() and { keepConflicts: true }.`),
      { cause, details: { ref: keptAs, from, into, outcome: isMerged ? 'completed' : 'aborted' } },
    );
  }

  /** What somebody else makes of it from here on comes too late: it is merged. */
  private async deleteEnded(state: KeptState, oid: string): Promise<void> {
    await this.delete(state, oid).catch((error: unknown) => {
      if (!(error instanceof ConcurrentUpdateError)) throw error;
    });
  }

  private async delete({ keptAs }: KeptState, oid: string): Promise<void> {
    const { repository, config } = this.context;
    await deleteReference(repository, keptAs, oid, lockWait(config), config.durability);
  }

  private async merge(state: KeptState, ours: string): Promise<TreeMerge> {
    const { theirs, policies, resolutions } = state;
    const bases = await mergeBases(this.context.objects, ours, theirs);
    const onConflict = async (conflict: MergeConflict): Promise<ConflictResolution> => {
      const kept = resolutions[conflict.key];
      // What was decided on something else is to be decided anew: somebody has changed it since.
      if (kept?.basis !== conflict.basis) return undefined;
      return reviveIfFit(this.schemaFor(conflict), conflict, kept.resolution);
    };
    return this.engine.mergeCommits({ ours, theirs, bases }, { policies, onConflict });
  }

  /** @throws ReferenceNotFoundError when the branch is gone. */
  private async tipOf({ ref }: KeptState): Promise<string> {
    const tip = await readReference(this.context.repository, ref);
    if (tip === null) throw referenceNotFound(ref);
    return tip;
  }

  private schemaFor({ model }: MergeConflict): ModelSchema | undefined {
    return model === null ? undefined : this.schemaOf(model);
  }

  private async write(state: KeptState, expected: string | null): Promise<string> {
    const { objects, repository, config } = this.context;
    const { keptAs, ours, theirs } = state;
    const tree = await StagedTree.empty(objects).withBlob(FILE, encodeState(state));
    const author = config.sign('author');
    const fields = {
      tree: tree.oid,
      parents: [ours, theirs],
      author,
      committer: author,
      message: state.message,
    };
    const commit = commitObject(fields);
    const update = { ref: keptAs, oid: commit.oid, expected, logMessage: 'merge: kept', isPublished: true };
    await objects.publish([...tree.unwritten(), commit], config.durability, () =>
      compareAndSwap(repository, update, lockWait(config), config.durability),
    );
    return commit.oid;
  }

  /** @throws InvalidObjectError when it is not what {@link write} writes. */
  private async read(keptAs: string, oid: string): Promise<KeptState> {
    const { objects } = this.context;
    const { tree, parents } = await readCommit(objects, oid);
    const file = await (await StagedTree.load(tree, objects)).lookUp(FILE);
    const content = file?.kind === 'blob' ? await objects.readBlob(file.oid) : undefined;
    try {
      const [ours, theirs] = parents;
      if (!content || ours === undefined || theirs === undefined)
        throw new Error('it is no merge of two commits');
      return { keptAs, ours, theirs, ...decodeState(content) };
    } catch (error) {
      throw new InvalidObjectError(
        `What is kept as ${keptAs} is no merge of this library: ${(error as Error).message}. Remove it with "git update-ref -d".`,
        { cause: error, details: { ref: keptAs, oid } },
      );
    }
  }
}
