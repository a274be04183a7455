import { checkOptions } from '../arguments';
import type { KnownOptions } from '../arguments';
import {
  InvalidArgumentError,
  ObjectNotFoundError,
  PendingChangesError,
  RepositoryNotFoundError,
  WorkspaceClosedError,
} from '../errors';
import { syncIndex } from '../git/checkout';
import { walkCommits } from '../git/commits';
import type { Commit, WalkOrder } from '../git/commits';
import { diffTrees } from '../git/diff';
import type { TreeDiff } from '../git/diff';
import type { MaintainOptions, MaintenanceReport } from '../git/maintenance/maintain';
import type { StorageStatistics } from '../git/maintenance/storage';
import { ObjectStore } from '../git/object-store';
import { createRepository, openRepository } from '../git/repository';
import type { GitRepository, Repository } from '../git/repository';
import { resolveRevision } from '../git/revision';
import { Turn } from '../git/turn';
import { bindingOf } from '../model/binding';
import type { ModelOptions } from '../model/decorators/declaration';
import { Model } from '../model/decorators/decorators';
import type { Lock, LockOptions } from '../model/record/lock';
import type { RecordCollection } from '../model/record/record-collection';
import { COMMIT_OPTIONS } from '../model/record/record-store';
import type { CommitOptions } from '../model/record/record-store';
import { ModelRegistry } from '../model/registry';
import type { BoundModels } from '../model/registry';
import type { PlaceOptions } from '../model/schema/place';
import type { BoundModel, ModelConstructor } from '../model/types';
import { branchRef } from '../object/reference-name';
import { baseOfBranch, baseOfHead, baseOfRevision, baseOfTreeish } from './base';
import { ensureBranch, makeBranch, readBranch } from './branch';
import type { Branch } from './branch';
import { BranchCollection } from './branch-collection';
import type { CreateBranchOptions } from './branch-collection';
import { saveBulk } from './bulk';
import type { BulkItem, BulkOptions, BulkResult } from './bulk';
import { ChangeFeed } from './changes/change-feed';
import type { FeedOptions, RecordCommitChange } from './changes/change-feed';
import { CHANGE_OPTIONS, changeSource, RecordDiff } from './changes/record-diff';
import type { DiffOptions } from './changes/record-diff';
import { commitStage, CREATE_COMMIT_OPTIONS, createCommit } from './commit-stage';
import type { CreateCommitOptions } from './commit-stage';
import { CONFIG_OPTIONS, WorkspaceConfig } from './config';
import type { ConfigOptions } from './config';
import { lockWait } from './context';
import type { WorkspaceContext } from './context';
import { GitRecordStore } from './git-record-store';
import type { LogOptions } from './history/commit-log';
import { logCommits } from './history/log';
import { withLock } from './lock/with-lock';
import { Maintenance } from './maintenance';
import { forkContext, makeContext } from './make-context';
import type { KeptMerge } from './merge/kept-merge';
import { KeptMerges } from './merge/kept-merges';
import { MergeEngine } from './merge/merge-engine';
import type {
  MergeOptions,
  MergeOutcome,
  MergePreview,
  PreviewOptions,
  RevertOptions,
} from './merge/merge-options';
import { Merger } from './merge/merger';
import { checkPreviewOptions } from './merge/option-checks';
import { OperationGate } from './operation-gate';
import type { Deferred } from './operation-gate';
import { ParsedRecords } from './parsed-records';
import { RecordIndexes } from './record-indexes';
import { relayout } from './relayout';
import type { Relayout, RelayoutOptions } from './relayout';
import { WorkspaceScope } from './scope';
import { refusePending } from './stage';
import { TagCollection } from './tag-collection';
import { Transactions } from './transaction/transactions';
import type { TransactionOptions, TransactionResult } from './transaction/transactions';
import { baseAtTime } from './view/base-at-time';
import { View } from './view/view';
import { WorkspaceIndex } from './workspace-index';

/** How a workspace is opened. */
export interface OpenOptions extends ConfigOptions {
  /** The branch to work on, which need not exist yet. Default: the one that HEAD names. */
  readonly branch?: string | undefined;
  /** Make the repository when there is none. Default: false. */
  readonly create?: boolean | undefined;
  /** Make it without a work tree. Default: false. */
  readonly bare?: boolean | undefined;
}

/** How history is walked. */
export interface WalkOptions {
  /** The treeish to begin at. Default: the commit that the index is based on. */
  readonly from?: string | undefined;
  /** `time` (the default): newest first; `topological`: and no parent before its child; `reverse`: oldest first. */
  readonly sort?: WalkOrder | undefined;
}

/** How the repository's own index is written. */
export interface SyncOptions {
  /** Update the work tree and HEAD too. Default: false. */
  readonly checkout?: boolean | undefined;
}

const OPEN_OPTIONS: KnownOptions<OpenOptions> = { ...CONFIG_OPTIONS, branch: true, create: true, bare: true };

/** The branch that HEAD of a new repository names. */
const DEFAULT_BRANCH = 'main';

/**
 * A working directory in memory, over a Git repository: it has its own index and its own head, and never
 * touches the repository's. What is saved goes to the {@link index}; {@link commit} moves the branch.
 *
 * Operations of one workspace may be called side by side: those that change something run one after another,
 * in the order of the calls.
 *
 * @example
 * ```ts
 * await using ws = await Workspace.open('path/to/repository', { create: true });
 * await ws.index.addBlob('greeting.txt', 'Hello');
 * await ws.commit({ message: 'Say hello' });
 * ```
 */
export class Workspace implements AsyncDisposable {
  /** The settings; each may be changed at any time. */
  readonly config: WorkspaceConfig;
  /** The staged tree. */
  readonly index: WorkspaceIndex;
  /** The branches of the repository. */
  readonly branches: BranchCollection;
  /** The tags of the repository. */
  readonly tags: TagCollection;
  private readonly store: GitRecordStore;
  private readonly registry: ModelRegistry;
  private readonly merger: Merger;
  private readonly kept: KeptMerges;
  private readonly transactions: Transactions;

  private readonly scope: WorkspaceScope;
  /** The workspaces and views that come from this one, and are closed with it. */
  private readonly children = new Set<AsyncDisposable>();

  /** @param origin The workspace that this one comes from. */
  private constructor(
    private readonly context: WorkspaceContext,
    private readonly origin?: Workspace,
  ) {
    this.config = context.config;
    this.scope = new WorkspaceScope(context);
    this.index = new WorkspaceIndex(this.scope);
    this.branches = new BranchCollection(this.scope);
    this.tags = new TagCollection(this.scope);
    this.store = new GitRecordStore(this.scope);
    this.registry = origin ? origin.registry.fork(this.store) : new ModelRegistry(this.store);
    const engine = new MergeEngine(context, () => this.registry.concrete, this.store.blobs);
    this.kept = new KeptMerges(this.scope, engine, (model) => this.registry.schemaOf(model));
    this.merger = new Merger(context, engine, this.kept, this.registry);
    this.transactions = new Transactions(this.scope, engine);
  }

  /**
   * Opens a workspace on a repository.
   *
   * @param path A bare repository, a `.git` folder, or a work tree.
   * @throws RepositoryNotFoundError when there is no repository and `create` is not set.
   * @throws InvalidArgumentError or InvalidReferenceNameError for an option.
   */
  static async open(path: string, options: OpenOptions = {}): Promise<Workspace> {
    if (typeof path !== 'string' || path === '' || path.includes('\0')) {
      throw new InvalidArgumentError(
        `The path of the repository must be a string; ${JSON.stringify(path)} is not one.`,
        {
          details: { option: 'path', value: path },
        },
      );
    }
    const config = new WorkspaceConfig(checkOptions(options, OPEN_OPTIONS));
    const ref = options.branch === undefined ? undefined : branchRef(options.branch);
    const repository = await openOrCreate(path, options, ref, config);
    const objects = await ObjectStore.open(repository);
    const source = { repository, objects };
    const base = await (ref === undefined ? baseOfHead(source) : baseOfBranch(source, ref));
    const gate = new OperationGate(path);
    const maintenance = new Maintenance(repository, config, gate);
    const shared = {
      repository,
      maintenance,
      parsed: new ParsedRecords(),
      indexes: new RecordIndexes(),
      turn: new Turn(),
    };
    return new Workspace(makeContext(shared, { objects, config, gate, base }));
  }

  /** nodegit's object for the repository: the plumbing, for all that has no name here. */
  get repo(): Repository {
    this.scope.current.gate.assertOpen();
    return this.context.repository.handle;
  }

  // --- Models ------------------------------------------------------------------------------------------------

  /**
   * Binds a model to this workspace.
   *
   * @param name Takes the place of the class's name, and of the one in its `@Model()`.
   * @returns a subclass whose records live here. The same one for the same class. The class itself stays as it
   *   is, and may be registered with other workspaces.
   * @throws ModelDefinitionError when the class cannot be a model, or the name is taken.
   *
   * @example
   * ```ts
   * const Page = ws.register(PageModel);
   * await new Page({ slug: 'hello', title: 'Hello' }).save();
   * ```
   */
  register<C extends ModelConstructor>(modelClass: C, name?: string): BoundModel<C> {
    this.scope.current.gate.assertOpen();
    return this.registry.register(modelClass, name);
  }

  /**
   * A decorator that declares a model and binds it at once. TypeScript does not let a decorator change a class's
   * type, so the values given to its constructor are checked when it runs, not when it is compiled; use
   * {@link register} for that.
   *
   * @example
   * ```ts
   * @ws.model()
   * class Page extends GitModel {
   *   @CharField() title!: string;
   * }
   * ```
   */
  model(options: ModelOptions = {}): <C extends ModelConstructor>(modelClass: C) => C {
    return (modelClass) => {
      Model(checkOptions(options))(modelClass);
      return this.register(modelClass) as unknown as typeof modelClass;
    };
  }

  /**
   * Registers all models among the exports of a module.
   *
   * @returns them, bound, by the names of the exports.
   *
   * @example
   * ```ts
   * // With: import * as models from './models';
   * const { AuthorModel: Author } = ws.importModels(models);
   * await new Author({ name: 'Zoe' }).save();
   * ```
   */
  importModels<M extends object>(module: M): BoundModels<M> {
    this.scope.current.gate.assertOpen();
    return this.registry.importModels(module);
  }

  /**
   * The records of a model as plain objects, without a class for them. Where the class of the model is registered,
   * its fields' rules hold here too, and the options do not count.
   *
   * @param name The model's name; records are in the folder of that name in lower case, unless `folder` is given.
   * @throws InvalidArgumentError when the name or an option cannot be used.
   *
   * @example
   * ```ts
   * const pages = ws.records('page');
   * await pages.save({ id: 'hello', fields: { title: 'Hello' } });
   * console.log((await pages.get('hello')).fields.title);
   * ```
   */
  records(name: string, options: PlaceOptions = {}): RecordCollection {
    this.scope.current.gate.assertOpen();
    return this.registry.records(name, checkOptions(options));
  }

  /** The registered models by name. */
  get models(): ModelRegistry['models'] {
    return this.registry.models;
  }

  /**
   * Moves all records of a model to the layout that its class says, from the one in which they are stored, in one
   * commit. Their files move as they are, with all that is in the folder of a record. What is in the new layout
   * already stays, so that it can be called again.
   *
   * @param model The class, with the new layout.
   * @throws PendingChangesError when changes are staged already.
   * @throws IntegrityError when something else is where a record belongs; nothing has changed.
   * @throws InvalidRecordError when the model's folder has a record where neither layout has it, unless
   *   `onInvalid` takes it.
   * @throws ConcurrentUpdateError when somebody else moved the branch; nothing has changed.
   *
   * @example
   * ```ts
   * @Model({ name: 'Page', dataPath: sharded() }) // it was flat()
   * class Page extends GitModel {
   *   @CharField() title!: string;
   * }
   * const { commit, records } = await ws.relayout(Page, { from: flat(), message: 'Shard the pages' });
   * console.log(commit, records);
   * ```
   */
  async relayout(model: ModelConstructor, options: RelayoutOptions): Promise<Relayout> {
    const context = this.scope.outside('relayout()');
    const { gate, stage } = context;
    const { schema } = bindingOf(this.register(model), 'get another layout');
    const operation = (): Promise<Deferred<Relayout>> => {
      refusePending(stage, 'relayout() would commit them too');
      return relayout(context, schema, options);
    };
    return gate.changeAndDefer(operation, { alone: true });
  }

  // --- The index and commits ---------------------------------------------------------------------------------

  /** Whether the index differs from what it is based on. */
  async hasChanges(): Promise<boolean> {
    const { gate, stage } = this.scope.current;
    return gate.read(() => Promise.resolve(stage.hasChanges));
  }

  /**
   * What differs between two states of the repository, by record and field. Nothing is read before it is iterated, and then
   * only what differs.
   *
   * @param from The branch, tag, commit or tree to compare.
   * @param to What to compare it with. Default: what is staged.
   * @throws InvalidArgumentError for an option; while iterating, ObjectNotFoundError when a name leads nowhere, and
   *   InvalidRecordError when what is stored is not a record and its path does not tell the id, unless `onInvalid` takes it.
   *
   * @example
   * ```ts
   * for await (const { model, id, status, fields } of ws.diff('main', 'HEAD', { models: [Page] })) {
   *   console.log(model, id, status, await fields());
   * }
   * ```
   */
  diff(from: string, to?: string, options?: DiffOptions): RecordDiff;
  /** What the index changes: the paths, and the patch in the form of `git diff`. */
  diff(): Promise<TreeDiff>;
  diff(from?: string, to?: string, options: DiffOptions = {}): RecordDiff | Promise<TreeDiff> {
    const context = this.scope.current;
    const { gate, stage, objects, repository, reads } = context;
    if (from === undefined) {
      return gate.change(async () => {
        const diff = await diffTrees(repository, stage.base.tree.oid, await objects.writeTree(stage.tree));
        for (const path of diff.paths) reads?.addPath(path);
        return diff;
      });
    }
    gate.assertOpen();
    changeSource(context, this.registry, checkOptions(options, CHANGE_OPTIONS));
    return new RecordDiff(context, this.registry, from, to, options);
  }

  /**
   * Commits the index to the branch. The parent is the commit that the index is based on, and the branch moves
   * only if it is still there.
   *
   * @returns the commit's oid; null when nothing has changed.
   * @throws ConcurrentUpdateError when somebody else moved the branch. Everything stays staged: nothing is
   *   overwritten, and nothing lost.
   * @throws DetachedHeadError when the workspace is not on a branch.
   * @throws LockWaitTimeoutError when another process holds the branch's lock for too long.
   */
  async commit(options: CommitOptions = {}): Promise<string | null> {
    checkOptions(options, COMMIT_OPTIONS);
    const context = this.scope.outside('commit()');
    return context.gate.changeAndDefer(() => commitStage(context, options));
  }

  /**
   * Runs a function and commits what it has staged. When it throws, or the commit fails, the index is as it
   * was before, and so are the records; what the function has committed itself stays committed, and a branch
   * that it has switched to stays set. What others would change on the workspace waits meanwhile.
   *
   * @returns the commit's oid; null when nothing has changed.
   * @throws PendingChangesError when changes are staged already.
   *
   * @example
   * ```ts
   * await ws.commitOnSuccess(async () => {
   *   await new Page({ slug: 'a', title: 'A' }).save();
   *   await new Page({ slug: 'b', title: 'B' }).save();
   * }, { message: 'Two pages at once' });
   * ```
   */
  async commitOnSuccess(change: () => unknown, options: CommitOptions = {}): Promise<string | null> {
    checkOptions(options, COMMIT_OPTIONS);
    const context = this.scope.outside('commitOnSuccess()');
    const { gate, stage } = context;
    const operation = async (): Promise<Deferred<string | null>> => {
      refusePending(stage, 'commitOnSuccess() would commit them too');
      const mark = stage.mark();
      try {
        await gate.section(change);
        return await commitStage(context, options, mark);
      } catch (error) {
        stage.rollBack(mark);
        throw error;
      }
    };
    return gate.changeAndDefer(operation, { alone: true });
  }

  /**
   * Saves a great many records in one commit: all of them, or none. Each is saved as {@link GitModel.save} does it,
   * with its checks and hooks, but many times faster, and none is held on to: memory takes about 400 bytes
   * for each record, however large they are. What others would change on the workspace waits meanwhile.
   *
   * @param items Instances of models of this workspace, new ones or loaded and changed ones, in any order. One that
   *   comes from an asynchronous iterable is asked for when the one before it is saved.
   * @returns the commit's oid, null when nothing has changed, and how many records were saved.
   * @throws BulkSaveError when a record cannot be saved, with its position and the error as the `cause`. Then, and
   *   when `items` or `progress` throws or rejects, or the commit fails, everything is as it was before, the instances too,
   *   but for what a `commit()` that was called meanwhile by `items` or a hook has committed: that stays, as in any case.
   *   An asynchronous iterable is told to return then, and not waited for.
   * @throws the reason of the `signal` when that is aborted before the commit is made; everything is as it was then, too.
   * @throws PendingChangesError when changes are staged already.
   * @throws ConcurrentUpdateError when somebody else moved the branch meanwhile.
   *
   * @example
   * ```ts
   * function* pages() {
   *   for (let n = 0; n < 1000; n++) yield new Page({ slug: `page-${n}`, title: `Page ${n}` });
   * }
   * const { commit, records } = await ws.bulk(pages(), {
   *   message: 'A thousand pages',
   *   progress: ({ records }) => console.log(`${records} pages so far`),
   * });
   * ```
   */
  async bulk(
    items: Iterable<BulkItem> | AsyncIterable<BulkItem>,
    options: BulkOptions = {},
  ): Promise<BulkResult> {
    return saveBulk(this.scope.outside('bulk()'), this.store, items, options);
  }

  /**
   * Commits a tree that is in the object database, without the index. Nothing is staged; when the workspace is
   * on the branch and has no changes pending, its index follows.
   *
   * @param ref The branch to move or to create, or null for none.
   * @param tree The oid of the tree.
   * @returns the commit's oid.
   * @throws ConcurrentUpdateError when the branch is not at the first parent.
   */
  async createCommit(ref: string | null, tree: string, options: CreateCommitOptions = {}): Promise<string> {
    checkOptions(options, CREATE_COMMIT_OPTIONS);
    const context = this.scope.outside('createCommit()');
    const { gate, stage } = context;
    return gate.change(async () => {
      const commit = await createCommit(context, ref, tree, options);
      const moved = ref === null ? null : branchRef(ref);
      if (moved !== null && moved === stage.base.ref && !stage.hasChanges) {
        stage.reset(await baseOfBranch(context, moved));
      }
      return commit.oid;
    });
  }

  /**
   * The commits that a commit descends from, itself first.
   *
   * @example
   * ```ts
   * for await (const commit of ws.walk()) console.log(commit.oid, commit.message);
   * ```
   */
  walk(options: WalkOptions = {}): AsyncIterable<Commit> {
    const { from, sort = 'time' } = checkOptions(options, { from: true, sort: true });
    this.scope.current.gate.assertOpen();
    if (!['time', 'topological', 'reverse'].includes(sort)) {
      throw new InvalidArgumentError(
        `"sort" must be "time", "topological" or "reverse", not ${JSON.stringify(sort)}.`,
        {
          details: { option: 'sort', value: sort },
        },
      );
    }
    const walk = async function* (context: WorkspaceContext): AsyncGenerator<Commit, void> {
      const { stage, repository, objects } = context;
      const start =
        from === undefined
          ? stage.committed.commit?.oid
          : (await resolveRevision(repository, from, objects)).commit;
      if (start === null) {
        throw new ObjectNotFoundError(`"${String(from)}" is not a commit.`, { details: { treeish: from } });
      }
      if (start !== undefined) yield* walkCommits(repository, start, sort);
    };
    return this.scope.iterate(walk);
  }

  /**
   * The commits that have changed something, newest first, as `git log` simplifies histories: of all, of a model's folder, or of
   * one record; by author, message and time.
   *
   * @throws InvalidArgumentError for an option; while iterating, ObjectNotFoundError when `from` names no commit.
   *
   * @example
   * ```ts
   * const lastWeek = new Date(Date.now() - 7 * 24 * 3600 * 1000);
   * for await (const { oid, author, message } of ws.log({ model: Page, since: lastWeek })) {
   *   console.log(oid, author.name, message);
   * }
   * for await (const { oid } of ws.log({ model: Page, id: 'first', message: /first/i })) console.log(oid);
   * ```
   */
  log(options: LogOptions = {}): AsyncIterable<Commit> {
    this.scope.current.gate.assertOpen();
    return this.scope.iterate(logCommits(this.registry, options));
  }

  /**
   * Every change of a record that a branch's commits have made, in the order of the commits and each once, so that whoever
   * applies them has the records of the branch: for an index, a cache or a copy elsewhere. It does not matter who has made the
   * commits. To go on some other time, keep the commit's oid of the last change that says `isLast`, and give it as
   * `since`.
   *
   * Each commit is compared with the one before it on the way from `since`, by first parents wherever they lead there: what a
   * merge brings is the change of the merge.
   *
   * @throws InvalidArgumentError for an option, DetachedHeadError with `live` when there is no branch to follow,
   *   TransactionError with `live` within a transaction.
   * @throws NotAnAncestorError, while iterating, when the branch does not descend from `since`, or no longer.
   * @throws InvalidRecordError, while iterating, when what is stored is not a record and its path does not tell the id, unless
   *   `onInvalid` takes it.
   *
   * @example
   * ```ts
   * let since: string | undefined;
   * for await (const { commit, model, id, status, fields, isLast } of ws.changes({ models: [Page] })) {
   *   console.log(commit.oid, model, id, status, await fields());
   *   if (isLast) since = commit.oid;
   * }
   * // Later on, and for as long as the process runs:
   * const ending = AbortSignal.timeout(10);
   * for await (const { id } of ws.changes({ since, live: true, signal: ending })) console.log(id);
   * ```
   */
  changes(options: FeedOptions = {}): AsyncIterableIterator<RecordCommitChange> {
    const { live = false } = checkOptions(options);
    const context = live ? this.scope.outside('changes() with { live }') : this.scope.current;
    context.gate.assertOpen();
    return new ChangeFeed(context, this.registry, options);
  }

  // --- Branches ----------------------------------------------------------------------------------------------

  /** The full name of the branch that the workspace is on, which may be unborn; null when detached. */
  get head(): string | null {
    return this.scope.current.stage.committed.ref;
  }

  /** The branch as the index is based on it; null when it is unborn or the workspace detached. */
  get branch(): Branch | null {
    const { ref, commit } = this.scope.current.stage.committed;
    return ref !== null && commit ? makeBranch(ref, commit) : null;
  }

  /**
   * Reads a branch as it is now; short for `branches.get`.
   *
   * @throws ReferenceNotFoundError when there is none of this name.
   */
  async getBranch(name: string): Promise<Branch> {
    return this.branches.get(name);
  }

  /**
   * Creates a branch; short for `branches.create`.
   *
   * @param options.from The branch, tag or commit to start at. Default: the commit that the index is based on.
   * @throws ReferenceExistsError when there is one of this name, or its name collides with another's.
   * @throws InvalidReferenceNameError when Git would refuse the name.
   */
  async createBranch(name: string, options: CreateBranchOptions = {}): Promise<Branch> {
    return this.branches.create(name, options);
  }

  /**
   * Switches to a branch: the index becomes its tree.
   *
   * @throws ReferenceNotFoundError when there is none of this name.
   * @throws PendingChangesError while changes are staged.
   */
  async setBranch(name: string): Promise<Branch> {
    const context = this.scope.outside('setBranch()');
    const { gate, stage } = context;
    return gate.change(async () => {
      refusePending(stage, 'switching to another branch would drop them');
      const { ref } = await readBranch(context, name);
      stage.reset(await baseOfBranch(context, ref));
      return this.branch as Branch;
    });
  }

  /**
   * Makes the index the tree of a branch, tag, commit or tree. On a branch the workspace then is; anything else
   * detaches it, so that nothing can be committed. Without a treeish: of the present branch, as it is now.
   *
   * @param options.discardChanges Drop what is staged. Default: false.
   * @throws PendingChangesError while changes are staged; within `bulk`, after it has saved something, with
   *   `discardChanges` too.
   * @throws ObjectNotFoundError when the treeish names nothing.
   * @throws ReferenceNotFoundError when the present branch is gone.
   */
  async updateIndex(
    treeish?: string,
    options: { readonly discardChanges?: boolean | undefined } = {},
  ): Promise<void> {
    const { discardChanges = false } = checkOptions(options, { discardChanges: true });
    const context = this.scope.outside('updateIndex()');
    const { gate, stage } = context;
    await gate.change(async () => {
      if (!discardChanges) refusePending(stage, 'updating the index would drop them');
      else if (stage.isEdited && stage.hasChanges) {
        throw new PendingChangesError(
          'bulk() is running, and dropping what it has saved so far would leave it with less than it counts. ' +
            'To give it up, let its source throw.',
        );
      }
      const { ref, commit } = stage.base;
      if (treeish !== undefined) stage.reset(await baseOfTreeish(context, treeish));
      else if (ref !== null) stage.reset(await baseOfBranch(context, ref, { mustExist: commit !== null }));
      else stage.reset(commit ? await baseOfRevision(context, commit.oid) : stage.base);
    });
  }

  /**
   * Writes the staged tree to the repository's own index, so that `git status` and other standard tools can be
   * used on it.
   *
   * @param options.checkout Update the work tree too, and make HEAD name the workspace's branch. Files that were
   *   changed by hand are never overwritten.
   * @throws UnsupportedRepositoryError for a bare repository.
   * @throws CheckoutConflictError when the checkout would overwrite such files; nothing has changed then.
   * @throws LockWaitTimeoutError when another process holds the index's lock for too long.
   */
  async syncRepoIndex(options: SyncOptions = {}): Promise<void> {
    const { checkout = false } = checkOptions(options, { checkout: true });
    const { gate, stage, objects, repository } = this.scope.outside('syncRepoIndex()');
    await gate.change(async () => {
      const tree = await objects.writeTree(stage.tree);
      await syncIndex(repository, { tree, checkout, head: stage.base.ref }, lockWait(this.config));
    });
  }

  /**
   * Runs a function, and commits what it has changed: all of it in one commit, or nothing. Within it, and in all that it
   * calls, saving, reading and deleting records of this workspace, and {@link index}, take part by themselves; what it has not
   * waited for does too. It sees the branch as it was when it began, and its own changes, which nobody else sees before
   * they are committed. The index of the workspace has nothing to do with it: it only follows afterwards, when nothing is
   * staged.
   *
   * When somebody else has moved the branch meanwhile, the changes are merged with theirs, by field. When both have changed
   * the same field, even to the same value, the function is run again: it must not do what cannot be done again. A policy
   * that adds both, such as `counter`, makes that unnecessary.
   *
   * Any number may run at the same time. One within another is a part of it: when it fails, only what it has done is taken
   * back.
   *
   * @returns what the function has returned, the commit's oid (null when nothing has changed; within another transaction,
   *   always), and how often the function was run.
   * @throws what the function throws; nothing has changed then, the instances neither.
   * @throws ConcurrentUpdateError when somebody else was faster each time; `details.conflicts` has what has collided.
   * @throws DetachedHeadError when the workspace is not on a branch.
   * @throws TransactionError for what cannot be called within one: what commits, makes, moves or deletes a branch or tag,
   *   merges, or takes a lock.
   *
   * @example
   * ```ts
   * class Account extends GitModel {
   *   @CharField({ id: true }) owner!: string;
   *   @IntegerField({ default: 0 }) cents!: number;
   * }
   * const BoundAccount = ws.register(Account);
   * await ws.transaction(async () => {
   *   for (const owner of ['ann', 'bob']) await new BoundAccount({ owner, cents: 1000 }).save();
   * });
   * const { commit } = await ws.transaction(
   *   async () => {
   *     const [ann, bob] = [await BoundAccount.get('ann'), await BoundAccount.get('bob')];
   *     ann.cents -= 250;
   *     bob.cents += 250;
   *     await ann.save();
   *     await bob.save();
   *   },
   *   { message: 'Ann pays Bob', isolation: 'serializable' },
   * );
   * console.log(commit);
   * ```
   */
  async transaction<T>(
    fn: () => T | Promise<T>,
    options: TransactionOptions = {},
  ): Promise<TransactionResult<T>> {
    return this.transactions.run(fn, options);
  }

  // --- Merging -----------------------------------------------------------------------------------------------

  /**
   * Merges a branch into the present one: records field by field, as their fields' option `merge` says, other files by line as
   * Git does. Nothing but the object database and the branch is touched. The merged records have to follow the rules of
   * their models.
   *
   * @param from The branch, tag or commit to merge.
   * @returns what has become of it. Conflicts that are left are data: nothing was committed then.
   * @throws PendingChangesError while changes are staged.
   * @throws ObjectNotFoundError when `from` names no commit.
   * @throws UnrelatedHistoriesError when the branches have no commit in common, unless `allowUnrelated` is set.
   * @throws ConcurrentUpdateError when somebody else moved the branch meanwhile, or `fastForward: 'only'` cannot be.
   * @throws InvalidArgumentError for an option, or a resolution that does not fit its conflict.
   *
   * @example
   * ```ts
   * await ws.index.addBlob('a.txt', 'A');
   * await ws.commit({ message: 'Begin' });
   * await ws.createBranch('draft');
   * const { status, conflicts } = await ws.merge('draft', {
   *   message: 'Publish the draft',
   *   onConflict: ({ field }) => (field === 'title' ? 'theirs' : undefined),
   * });
   * console.log(status, conflicts.map(({ message }) => message));
   * ```
   */
  async merge<DryRun extends boolean | undefined = undefined>(
    from: string,
    options: MergeOptions & { readonly dryRun?: DryRun } = {},
  ): Promise<MergeOutcome<DryRun>> {
    const { gate } = this.scope.outside('merge()');
    return (await gate.change(() => this.merger.merge(from, options))) as MergeOutcome<DryRun>;
  }

  /** What {@link merge} would do: its result, with nothing committed. */
  async mergePreview(from: string, options: PreviewOptions = {}): Promise<MergePreview> {
    this.scope.outside('mergePreview()');
    return this.merge(from, { ...checkPreviewOptions(options), dryRun: true });
  }

  /**
   * The merges that are kept in the repository because conflicts are left: see `keepConflicts` of {@link merge}.
   *
   * @throws InvalidObjectError when somebody else has put something else under their references.
   */
  async keptMerges(): Promise<KeptMerge[]> {
    return this.scope.current.gate.read(() => this.kept.list());
  }

  /**
   * Takes the changes of a commit back, with a commit of its own: a merge whose base is that commit, and whose other side is
   * what was before it. Later changes stay, and those that do not go together with it are conflicts.
   *
   * @param commit The commit, or what names it.
   * @returns what has become of it; `up-to-date` when there is nothing to be taken back.
   * @throws PendingChangesError while changes are staged.
   * @throws InvalidArgumentError for a merge commit without `mainline`.
   *
   * @example
   * ```ts
   * await ws.index.addBlob('a.txt', 'A');
   * const commit = await ws.commit({ message: 'A mistake' });
   * await ws.revert(commit!);
   * ```
   */
  async revert<DryRun extends boolean | undefined = undefined>(
    commit: string,
    options: RevertOptions & { readonly dryRun?: DryRun } = {},
  ): Promise<MergeOutcome<DryRun>> {
    const { gate } = this.scope.outside('revert()');
    return (await gate.change(() => this.merger.revert(commit, options))) as MergeOutcome<DryRun>;
  }

  // --- Locks -------------------------------------------------------------------------------------------------

  /**
   * Runs a function while nobody else holds the lock of this id, in any process and on any machine that shares the
   * repository. The lock is released when the function has ended, however it ends. It is renewed while the function
   * runs, and one that its process has left behind is taken over: at once on the same machine, else when it has not been
   * renewed for as long as it was taken for. A lock keeps out those only that ask for it.
   *
   * @param id Any text. Locks of records, by `page.lock`, are others.
   * @param fn Gets the lock. A process that was stopped for long may have lost it: that is what `lock.assertHeld()` and
   *   `lock.signal` tell.
   * @returns what the function returns.
   * @throws LockWaitTimeoutError that names the owner, when it stays taken for too long.
   * @throws ObjectWriteError or GitError when it cannot be written, for example because the disk is full.
   * @throws LockLostError when the function has succeeded, but the lock was lost before it had ended.
   * @throws the reason of the `signal` when that is aborted while the lock is waited for.
   * @throws LockReentryError when the function of the same lock asks for it.
   * @throws TransactionError within a transaction, which would be committed after the release: call that within the lock.
   * @throws InvalidLockError when something else is under the reference of the lock.
   *
   * @example
   * ```ts
   * const total = await ws.lock('nightly-import', async (lock) => {
   *   lock.assertHeld(); // before what only one may do at a time
   *   return Page.all().count();
   * }, { timeout: 5000 });
   * console.log(total);
   * ```
   */
  async lock<T>(id: string, fn: (lock: Lock) => T | Promise<T>, options: LockOptions = {}): Promise<T> {
    return withLock(this.scope, { model: null, id }, fn, options);
  }

  // --- Views -------------------------------------------------------------------------------------------------

  /**
   * Another workspace on a branch of the same repository, with an index, settings and a head of its own and the same
   * models. It shares caches with this one and takes next to no time to make. Closing this one closes it too.
   *
   * @param branch It need not exist yet.
   * @param options.create Create the branch, if there is none, at the commit that this index is based on. Default: false;
   *   then the first commit makes it, which has no parent.
   * @returns a workspace with the settings that this one has now. Its models are bound to it: `draft.models.Page`, or
   *   `draft.register(Page)`, whether `Page` is the class itself or the one that is bound to this workspace.
   * @throws InvalidReferenceNameError when Git would refuse the name.
   * @throws TransactionError with `create`, within a transaction.
   *
   * @example
   * ```ts
   * await using draft = await ws.on('draft', { create: true });
   * const DraftPage = draft.register(Page);
   * await new DraftPage({ slug: 'new', title: 'New' }).save({ commit: true, message: 'Only in the draft' });
   * console.log(await Page.getOrNull('new')); // null
   * ```
   */
  async on(branch: string, options: { readonly create?: boolean | undefined } = {}): Promise<Workspace> {
    const { create = false } = checkOptions(options, { create: true });
    const { context } = this;
    const ref = branchRef(branch);
    if (create) {
      const { gate } = this.scope.outside('on() with { create }');
      await gate.change(() => ensureBranch(context, branch));
    }
    return context.gate.read(async () => {
      const workspace = new Workspace(forkContext(context, await baseOfBranch(context, ref)), this);
      this.children.add(workspace);
      return workspace;
    });
  }

  /**
   * A view of a state of the repository that never changes: what is committed later is not in it. It has the same
   * models, shares caches with this workspace and takes next to no time to make. Closing this workspace closes it too.
   *
   * @param point A branch, a tag, a commit, a tree, `HEAD~3`, …; or a time: then the newest commit that is not later,
   *   of those that the branch was at: the first parents of the commit that it is at now.
   * @throws ObjectNotFoundError when it names nothing, or all commits are later.
   *
   * @example
   * ```ts
   * await using before = await ws.at('HEAD');
   * const OldPage = before.register(Page);
   * await Page.delete('first', { commit: true, message: 'Who needs it' });
   * console.log((await OldPage.get('first')).title, before.commit?.message);
   * ```
   */
  async at(point: string | Date): Promise<View> {
    const { context, children } = this;
    return context.gate.read(async () => {
      const base =
        point instanceof Date ? await baseAtTime(context, point) : await baseOfRevision(context, point);
      const view: View = new View(forkContext(context, base), this.registry, () => children.delete(view));
      children.add(view);
      return view;
    });
  }

  // --- Upkeep ------------------------------------------------------------------------------------------------

  /**
   * Brings the repository into a form that is small and quick to read: loose objects become a pack, small packs
   * become one, what killed processes left behind is removed, and git, where it is installed, writes a multi-pack
   * index and a commit graph. No object is dropped; that is left to `git gc`.
   *
   * Readers and writers, of this library and others, may go on meanwhile, and `git gc` and this exclude each other.
   * What is staged and not committed stays as it is. To have it done by itself, set the option `maintenance`.
   *
   * @returns what was done; `{ status: 'busy' }`, and who is at it, when somebody else cleans up at this time.
   * @throws ObjectWriteError when a pack, or the lock of `git gc`, cannot be written, for example because the disk is full.
   *   Nothing is lost.
   *
   * @example
   * ```ts
   * const report = await ws.maintain({ progress: ({ step, done, total }) => console.log(step, done, total) });
   * if (report.status === 'done') console.log(report.looseObjects.packed, report.packs.after, report.problems);
   * ```
   */
  async maintain(options?: MaintainOptions): Promise<MaintenanceReport> {
    const { gate, maintenance } = this.context;
    return gate.read(() => maintenance.run(options));
  }

  /**
   * What the objects of the repository are stored in: from this, whether {@link maintain} is worth while can be seen.
   *
   * @example
   * ```ts
   * const { looseObjects, packs } = await ws.storage();
   * if (looseObjects.count > 10_000 || packs.count > 20) await ws.maintain();
   * ```
   */
  async storage(): Promise<StorageStatistics> {
    const { gate, maintenance } = this.context;
    return gate.read(() => maintenance.storage());
  }

  /**
   * Waits for what is running, and closes the workspace, and all that come from it: every call after this fails with a
   * WorkspaceClosedError. What is staged and not committed is dropped. Can be called again.
   */
  async close(): Promise<void> {
    const { gate, objects } = this.context;
    if (this.scope.transaction) {
      throw new WorkspaceClosedError(
        'close() would wait for the transaction that it is called in; call it afterwards.',
      );
    }
    await gate.close();
    await this.transactions.close();
    await Promise.all(Array.from(this.children, (child) => child[Symbol.asyncDispose]()));
    await objects.close();
    this.origin?.children.delete(this);
  }

  /** Closes the workspace at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function openOrCreate(
  path: string,
  { create = false, bare = false }: OpenOptions,
  ref: string | undefined,
  { durability }: WorkspaceConfig,
): Promise<GitRepository> {
  try {
    return await openRepository(path);
  } catch (error) {
    if (!create || !(error instanceof RepositoryNotFoundError)) throw error;
    return createRepository(path, { bare, initialBranch: ref ?? branchRef(DEFAULT_BRANCH), durability });
  }
}
