import { checkOptions } from '../../arguments';
import { walkCommits } from '../../git/commits';
import type { Commit } from '../../git/commits';
import type { RecordCollection } from '../../model/record/record-collection';
import type { BoundModels, ModelRegistry } from '../../model/registry';
import type { PlaceOptions } from '../../model/schema/place';
import type { BoundModel, ModelConstructor } from '../../model/types';
import type { WorkspaceContext } from '../context';
import { IndexReader } from '../index-reader';
import { WorkspaceScope } from '../scope';
import { readOnlyStore } from './read-only-store';

/** The records of a model as plain objects, to be read. */
export type ReadOnlyRecords = Pick<RecordCollection, 'get' | 'getOrNull' | 'getMany' | 'all'>;

/**
 * A state of a repository, to read from: see {@link Workspace.at}. Models, relations and blobs are read there. It never
 * changes; saving or deleting a record of it fails with a ReadOnlyError.
 *
 * @example
 * ```ts
 * await using view = await ws.at('main');
 * for await (const page of view.register(Page).all()) console.log(page.title);
 * console.log(view.commit?.oid, (await view.index.read('website/first/data.json')).toString());
 * ```
 */
export class View implements AsyncDisposable {
  /** The files. */
  readonly index: IndexReader;
  private readonly registry: ModelRegistry;

  /** @internal */
  constructor(
    private readonly context: WorkspaceContext,
    registry: ModelRegistry,
    private readonly onClose: () => void,
  ) {
    const scope = new WorkspaceScope(context);
    this.index = new IndexReader(scope);
    this.registry = registry.fork(readOnlyStore(scope));
  }

  /** The commit that is viewed; null for a tree, and for a branch without commits. */
  get commit(): Commit | null {
    return this.context.stage.base.commit;
  }

  /** The oid of the root tree. */
  get tree(): string {
    return this.context.stage.base.tree.oid;
  }

  /**
   * Binds a model to this view.
   *
   * @returns a subclass whose records are read here; what it makes can be looked at, but not saved.
   * @throws ModelDefinitionError when the class cannot be a model, or the name is taken.
   */
  register<C extends ModelConstructor>(modelClass: C, name?: string): BoundModel<C> {
    this.context.gate.assertOpen();
    return this.registry.register(modelClass, name);
  }

  /** Registers all models among the exports of a module; returns them bound, by the names of the exports. */
  importModels<M extends object>(module: M): BoundModels<M> {
    this.context.gate.assertOpen();
    return this.registry.importModels(module);
  }

  /** The registered models by name; those of the workspace are there from the beginning. */
  get models(): ModelRegistry['models'] {
    return this.registry.models;
  }

  /**
   * The records of a model as plain objects, without a class for them.
   *
   * @throws InvalidArgumentError when the name or an option cannot be used.
   */
  records(name: string, options: PlaceOptions = {}): ReadOnlyRecords {
    this.context.gate.assertOpen();
    return this.registry.records(name, checkOptions(options));
  }

  /** The commit and those that it descends from, newest first; none for a tree. */
  walk(): AsyncIterable<Commit> {
    const { gate, repository } = this.context;
    const { commit } = this;
    gate.assertOpen();
    const walk = async function* (): AsyncGenerator<Commit, void> {
      if (commit) yield* walkCommits(repository, commit.oid, 'time');
    };
    return { [Symbol.asyncIterator]: () => gate.iterate(walk()) };
  }

  /** Waits for what is being read, and closes the view: every call after this fails with a WorkspaceClosedError. */
  async close(): Promise<void> {
    await this.context.gate.close();
    await this.context.objects.close();
    this.onClose();
  }

  /** Closes the view at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
