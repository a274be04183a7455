import { inspect } from 'node:util';
import { checkOptions } from '../../arguments';
import type { KnownOptions } from '../../arguments';
import { InvalidArgumentError } from '../../errors';
import type { GitModelError } from '../../errors';
import { diffTrees } from '../../git/diff';
import type { ChangedPath, TreeDiff } from '../../git/diff';
import { resolveRevision } from '../../git/revision';
import { bindingOf } from '../../model/binding';
import type { GitModel } from '../../model/git-model';
import type { ModelRegistry } from '../../model/registry';
import { compilePlace } from '../../model/schema/place';
import type { ModelConstructor, ModelId } from '../../model/types';
import { StagedTree } from '../../object/staged-tree';
import type { WorkspaceContext } from '../context';
import { changedRecords } from './changed-record';
import type { ChangedRecord, ChangeSource } from './changed-record';
import type { TreeAt } from './stored-version';
import { compareTrees } from './tree-comparison';

/** Which changes of records are wanted. */
export interface ChangeOptions {
  /** Only records of these models, which are classes, or names. Default: all. */
  readonly models?: readonly (ModelConstructor | string)[] | undefined;
  /**
   * Called for what cannot be read as a record, which is then left out; all records are read for it. Default: it is given like
   * the others, and reading it fails.
   */
  readonly onInvalid?: ((error: GitModelError) => void) | undefined;
}

export const CHANGE_OPTIONS: KnownOptions<ChangeOptions> = { models: true, onInvalid: true };

/** How states of the repository are compared. */
export type DiffOptions = ChangeOptions;

/**
 * What differs between two states of the repository: iterated, the records. Nothing is read before that, and every
 * iteration reads anew; what is equal on both sides is never read, so that it costs what differs, and what records hold only
 * when it is asked for. What `ws.diff()` gives.
 *
 * The states are those of the first time that something is asked for.
 *
 * @example
 * ```ts
 * page.title = 'Another title';
 * await page.save();
 * for await (const { model, id, status } of ws.diff('HEAD')) console.log(model, id, status);
 * for await (const change of ws.diff('HEAD').of(Page)) {
 *   const { title } = await change.fields();
 *   console.log(title?.from, title?.to);
 * }
 * ```
 */
export class RecordDiff implements AsyncIterable<ChangedRecord> {
  private sides: Promise<{ readonly from: TreeAt; readonly to: TreeAt }> | undefined;

  /** @internal */
  constructor(
    private readonly context: WorkspaceContext,
    private readonly registry: ModelRegistry,
    private readonly from: string,
    private readonly to: string | undefined,
    private readonly options: DiffOptions,
  ) {}

  /** The records that differ, by the bytes of their paths. */
  [Symbol.asyncIterator](): AsyncGenerator<ChangedRecord, void> {
    return this.context.gate.iterate(this.records(this.options));
  }

  /** Those of one model, typed. */
  of<T extends GitModel<ModelId>>(model: ModelConstructor<T>): AsyncIterable<ChangedRecord<T>> {
    const { onInvalid } = this.options;
    const options = { models: [model], onInvalid };
    folderOf(this.registry, model);
    return {
      [Symbol.asyncIterator]: () =>
        this.context.gate.iterate(
          // Only records of that model are in its folder, and they are instances of the class.
          this.records(options) as AsyncIterable<unknown> as AsyncIterable<ChangedRecord<T>>,
        ),
    };
  }

  /** The paths that differ and belong to no record; with `models`, of those in their folders. */
  files(): AsyncIterable<ChangedPath> {
    const list = async function* (this: RecordDiff): AsyncGenerator<ChangedPath, void> {
      const { from, to } = await this.trees();
      const { context, folders, models } = changeSource(this.context, this.registry, this.options);
      const schemas = models.map(({ schema }) => schema);
      const { objects } = context;
      yield* (await compareTrees({ objects, schemas, folders }, from.tree, to.tree)).files;
    };
    return { [Symbol.asyncIterator]: () => this.context.gate.iterate(list.call(this)) };
  }

  /** The paths, and the patch in the form of `git diff`, of everything that differs. */
  async patch(): Promise<TreeDiff> {
    const { gate, objects, repository } = this.context;
    return gate.change(async () => {
      const { from, to } = await this.trees();
      return diffTrees(repository, from.tree.oid, await objects.writeTree(to.tree));
    });
  }

  private async *records(options: DiffOptions): AsyncGenerator<ChangedRecord, void> {
    const { from, to } = await this.trees();
    yield* changedRecords(changeSource(this.context, this.registry, options), from, to);
  }

  private trees(): Promise<{ readonly from: TreeAt; readonly to: TreeAt }> {
    const { stage, reads } = this.context;
    const staged = { tree: stage.tree, at: undefined };
    const { from, to } = this;
    if (to === undefined) reads?.addPath('');
    this.sides ??= (async () => ({
      from: await treeAt(this.context, from),
      to: to === undefined ? staged : await treeAt(this.context, to),
    }))();
    return this.sides;
  }
}

/** The tree of a treeish. */
export async function treeAt(
  { repository, objects }: Pick<WorkspaceContext, 'repository' | 'objects'>,
  treeish: string,
): Promise<TreeAt> {
  const { tree } = await resolveRevision(repository, treeish, objects);
  return { tree: await StagedTree.load(tree, objects), at: tree };
}

/**
 * What changes are found with that these options ask for.
 *
 * @throws InvalidArgumentError when a model is none.
 */
export function changeSource(
  context: Pick<WorkspaceContext, 'gate' | 'objects'>,
  registry: ModelRegistry,
  options: ChangeOptions,
): ChangeSource {
  const { models, onInvalid } = checkOptions(options);
  if (models !== undefined && !isArray(models)) return refuseModel('models', models);
  const folders = models && distinct(models.map((model) => folderOf(registry, model)));
  return { context, models: registry.concrete, folders, onInvalid };
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The folders, those apart that are within others, which would come twice. */
function distinct(folders: readonly string[]): string[] {
  return [...new Set(folders)].filter(
    (folder) => !folders.some((other) => other !== folder && folder.startsWith(`${other}/`)),
  );
}

/** The folder of a model's records. */
export function folderOf(registry: ModelRegistry, model: ModelConstructor | string): string {
  if (typeof model !== 'string') {
    if (typeof model !== 'function') return refuseModel('models', model);
    return bindingOf(registry.register(model), 'be compared').schema.folder;
  }
  const schema = registry.schemaOf(model);
  return (schema ?? compilePlace(model, {}, () => refuseModel('models', model))).folder;
}

function refuseModel(option: string, value: unknown): never {
  throw new InvalidArgumentError(
    `"${option}" must be classes of models or their names; ${inspect(value)} is not.`,
    { details: { option, value } },
  );
}
