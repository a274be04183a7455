import { inspect } from 'node:util';
import type { InspectOptions } from 'node:util';
import { checkIds, checkOptions } from '../arguments';
import { bindingOf, findBinding } from './binding';
import type { Binding } from './binding';
import type { FieldType } from './fields/field';
import { GitBlob } from './git-blob';
import { doesNotExist } from './record/does-not-exist';
import { idText, isId } from './record/id';
import { assignValues, fillInstance } from './record/instance';
import { findRecord, findRecords, readRecord, recordSource } from './record/loading';
import type { Lock, LockOptions } from './record/lock';
import { BLAME_OPTIONS, blameRecord } from './record/record-blame';
import type { BlameOptions, RecordBlame } from './record/record-blame';
import { recordVersions } from './record/record-history';
import type { RecordVersion } from './record/record-history';
import { RecordSet } from './record/record-set';
import { Stateful, stateOf } from './record/record-state';
import { HISTORY_OPTIONS } from './record/record-store';
import type {
  DeleteOptions,
  HistoryOptions,
  ReadAllOptions,
  ReadOptions,
  SaveOptions,
  StoredInstance,
} from './record/record-store';
import { findEarlier, RESTORE_OPTIONS, restoreInto } from './record/restoring';
import type { RestoreOptions } from './record/restoring';
import { prepareSave, recordWrite } from './record/saving';
import { hasChanged, valueBefore } from './record/stored-form';
import { cleanRecord } from './record/validation';
import { settleReferences } from './relation/referential-actions';
import { Related } from './relation/related';
import { recordPaths } from './schema/layout';
import type { IdOf, ModelConstructor, ModelId, ModelValues, RecordChange, RecordChanges } from './types';

/**
 * The base of all models. A class that extends it declares fields with decorators; registered with a
 * workspace, it becomes a class whose records can be saved, found and deleted there.
 *
 * @typeParam Id The type of the ids: `string`, or `number` for a model whose id is an integer field.
 *
 * @example
 * ```ts
 * class PageModel extends GitModel {
 *   @SlugField({ id: true }) slug!: string;
 *   @CharField() title!: string;
 * }
 * const Page = ws.register(PageModel);
 * await new Page({ slug: 'hello', title: 'Hello' }).save({ commit: true, message: 'Say hello' });
 * const page = await Page.get('hello');
 * ```
 */
export abstract class GitModel<Id extends ModelId = string> extends Stateful {
  /** The record's id, whichever field holds it; a model that marks none gets an automatic one, a UUID. */
  declare id: Id;

  /**
   * @param _values Initial values, by property. They are set by the class that `register` returns, after the
   *   initialisers of the fields, which would overwrite them here.
   * @throws ModelNotRegisteredError or AbstractModelError when the class cannot have records.
   * @throws UnknownFieldError for a value of no field.
   */
  constructor(_values?: object) {
    super();
    bindingOf(new.target, 'be instantiated');
  }

  /** The oid of the blob that holds the record as it was last saved or loaded; null for a new one. */
  get oid(): string | null {
    return stateOf(this).oid;
  }

  /** Whether the record was never saved, or was deleted since. */
  get isNew(): boolean {
    return stateOf(this).oid === null;
  }

  /** The value of the id field. */
  getId(): Id {
    return Reflect.get(this, bindingFor(this, 'have an id').schema.idField.property) as Id;
  }

  /**
   * The path of the record's data in the tree, for example `page/hello/data.json`.
   *
   * @throws InvalidPathError when the id cannot be a name in Git.
   */
  getDataPath(): string {
    const { schema } = bindingFor(this, 'have a path');
    return recordPaths(schema, idText(this.getId(), schema)).data;
  }

  /**
   * Assigns values by property, with the types that the constructor takes: a related record by its id, a blob as
   * bytes.
   *
   * @throws UnknownFieldError for a value of no field; then nothing is assigned.
   *
   * @example
   * ```ts
   * class Draft extends GitModel {
   *   @CharField() title!: string;
   *   @BlobField({ required: false }) sketch!: GitBlob | null;
   * }
   * const draft = new (ws.register(Draft))({ title: 'A' });
   * draft.set({ title: 'B', sketch: Buffer.from('...') });
   * ```
   */
  set(values: ModelValues<this>): this {
    assignValues(this, bindingFor(this, 'be changed').schema, values);
    return this;
  }

  /**
   * What has changed since the record was loaded or saved, by property: the value before and the present one. A new
   * record has no changes.
   */
  changes(): RecordChanges<this> {
    const { schema, context } = bindingFor(this, 'have changes');
    const state = stateOf(this);
    const changes: Record<string, RecordChange> = {};
    for (const each of schema.fields) {
      const value: unknown = Reflect.get(this, each.property);
      if (!hasChanged(each, value, state)) continue;
      changes[each.property] = { from: valueBefore(each, state, context), to: value };
    }
    return changes as RecordChanges<this>;
  }

  /**
   * Whether another value is the same record: of the same model in the same workspace, with the same id. One
   * without an id is the same as itself only.
   */
  equals(other: unknown): boolean {
    if (other === this) return true;
    if (!(other instanceof GitModel) || other.constructor !== this.constructor) return false;
    const [{ schema }, id, otherId] = [
      bindingFor(this, 'be compared'),
      this.getId(),
      other.getId() as unknown,
    ];
    return isId(id) && isId(otherId) && idText(id, schema) === idText(otherId, schema);
  }

  /** The values by property, in the form in which they are stored; of a relation the id, of a blob the oid. */
  toJSON(): Record<string, unknown> {
    const { schema } = bindingFor(this, 'become JSON');
    return Object.fromEntries(
      schema.fields.map(({ property, field }) => [property, shown(field, Reflect.get(this, property))]),
    );
  }

  /** The model and the id: `Page hello`. */
  override toString(): string {
    return `${this.constructor.name} ${String(this.getId())}`;
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    // Also a prototype may be shown, whose class was not registered.
    const schema = findBinding(this.constructor)?.schema;
    if (!schema || depth < 0) return `[${this.constructor.name}]`;
    const values = schema.fields.map(({ property }) => [property, Reflect.get(this, property) as unknown]);
    return `${schema.name} ${inspect(Object.fromEntries(values), { ...options, depth })}`;
  }

  // --- For subclasses ----------------------------------------------------------------------------------------

  /**
   * Checks the record as a whole, after its fields; it may also set values. Throw an {@link InvalidValue} or a
   * ValidationError for what is wrong.
   */
  clean(): void | Promise<void> {
    // Nothing to check unless a model says so.
  }

  /** Called by `save`, before anything is checked. What it throws keeps the record from being saved. */
  beforeSave(): void | Promise<void> {
    // Nothing to do unless a model says so.
  }

  /** Called when the record is saved: staged, or committed. */
  afterSave(_saved: { readonly commit: string | null }): void | Promise<void> {
    // Nothing to do unless a model says so.
  }

  /** Called by `delete`, before anything is removed. What it throws keeps the record. */
  beforeDelete(): void | Promise<void> {
    // Nothing to do unless a model says so.
  }

  /** Called when the record is deleted: the removal is staged, or committed. */
  afterDelete(_deleted: { readonly commit: string | null }): void | Promise<void> {
    // Nothing to do unless a model says so.
  }

  /** Called when the record was read, also anew. */
  afterLoad(): void | Promise<void> {
    // Nothing to do unless a model says so.
  }

  // --- Storing -----------------------------------------------------------------------------------------------

  /**
   * Checks every field and replaces its value by the clean one, then lets the model's schema and {@link clean}
   * check the record, which is what a subclass may override.
   *
   * @throws ValidationError with everything that is wrong.
   */
  async fullClean(): Promise<void> {
    await cleanRecord(this, bindingFor(this, 'be cleaned'));
  }

  /**
   * Stages the record, cleaned as {@link fullClean} does it. A changed id moves the record, with its blobs. A
   * record in which nothing has changed is not written.
   *
   * @returns the commit's oid with `commit: true`; null without it, or when nothing has changed.
   * @throws ValidationError when a value is not valid.
   * @throws IntegrityError when another record has the id.
   * @throws StaleRecordError when somebody else has changed or deleted the stored record since.
   * @throws InvalidPathError when the id cannot be a name in Git.
   * @throws PendingChangesError with `commit`, while other changes are staged.
   * @throws ConcurrentUpdateError with `commit`, when somebody else moved the branch; nothing is staged then.
   */
  async save(options: SaveOptions = {}): Promise<string | null> {
    checkOptions(options);
    const binding = bindingFor(this, 'be saved');
    const preparing = prepareSave(this, binding);
    // Not to wait where there is nothing to wait for keeps operations in the order of the calls.
    if (preparing) await preparing;
    const commit = await binding.store.write(recordWrite(this, binding, options), options);
    await this.afterSave({ commit });
    return commit;
  }

  /**
   * Stages the removal of the record, of its blobs and of nothing else; it is a new one afterwards, and could be
   * saved again. Records that refer to it are treated as their fields' `onDelete` says.
   *
   * @returns the commit's oid with `commit: true`, else null.
   * @throws DoesNotExistError when it is not stored.
   * @throws StaleRecordError when somebody else has changed the stored record since.
   * @throws RestrictedError when another record refers to it by a field with `onDelete: 'restrict'`.
   */
  async delete(options: DeleteOptions = {}): Promise<string | null> {
    checkOptions(options);
    const binding = bindingFor(this, 'be deleted');
    const before = this.beforeDelete();
    if (before) await before;
    const commit = await remove(binding, this, stateOf(this).storedId, options);
    await this.afterDelete({ commit });
    return commit;
  }

  /**
   * Reads the record anew, in place of all values; from what is staged.
   *
   * @throws DoesNotExistError when it is not stored any more.
   */
  async reload(): Promise<this> {
    const binding = bindingFor(this, 'be reloaded');
    const { schema, store, context } = binding;
    const id = stateOf(this).storedId ?? idText(this.getId(), schema);
    const blob = await store.read(schema, id, {});
    const loaded = blob && (await readRecord(binding, blob));
    if (!loaded) throw doesNotExist(schema.name, id, {});
    fillInstance(this, schema, context, loaded);
    await this.afterLoad();
    return this;
  }

  /**
   * Runs a function while nobody else holds the lock of this record, in any process that shares the repository: see
   * `Workspace.lock`, of which this is the same by model and id. The record need not be stored. The lock keeps out those
   * only that ask for it; to see what the last one has done, update the index and reload.
   *
   * @returns what the function returns.
   * @throws what `Workspace.lock` throws.
   *
   * @example
   * ```ts
   * await page.lock(async (lock) => {
   *   await ws.updateIndex();
   *   await page.reload();
   *   page.title += '!';
   *   lock.assertHeld();
   *   await page.save({ commit: true, message: 'One more' });
   * });
   * ```
   */
  async lock<T>(fn: (lock: Lock) => T | Promise<T>, options: LockOptions = {}): Promise<T> {
    const { schema, store } = bindingFor(this, 'be locked');
    return store.lock(schema, idText(this.getId(), schema), fn, options);
  }

  /**
   * The versions of the record, newest first; see {@link GitModel.history}.
   *
   * @example
   * ```ts
   * for await (const { commit, fields } of page.history()) console.log(commit.oid, await fields());
   * ```
   */
  history(options: HistoryOptions = {}): AsyncIterable<RecordVersion<this>> {
    return recordVersions(classOf(this), storedIdOf(this), checkOptions(options, HISTORY_OPTIONS));
  }

  /** Who has made the fields what they are; see {@link GitModel.blame}. */
  async blame(options: BlameOptions = {}): Promise<RecordBlame<this>> {
    return blameRecord(classOf(this), storedIdOf(this), checkOptions(options, BLAME_OPTIONS));
  }

  /**
   * Gives the record the values that it has elsewhere, blobs included, and saves it with them, as {@link save} does it: checked,
   * and staged or committed. What was changed in this instance and not saved is dropped.
   *
   * Every version that {@link history} gives can be restored, also one from before the record has got another id. It keeps the
   * id that it has now, by which others refer to it, and has all else as it was.
   *
   * @returns the commit's oid with `commit: true`; null without it, or when nothing has changed.
   * @throws DoesNotExistError when the record is not there, under this id or one that it had before; also when another
   *   record had its id there.
   * @throws ValidationError when the values are not valid any more; nothing has changed then.
   * @throws StaleRecordError when somebody else has changed the stored record since, and what {@link save} throws.
   *
   * @example
   * ```ts
   * page.title = 'A mistake';
   * await page.save({ commit: true });
   * await page.restore({ at: 'HEAD~1', commit: true, message: 'Take it back' });
   * ```
   */
  async restore(options: RestoreOptions): Promise<string | null> {
    return restoreInto(this, classOf(this), storedIdOf(this), checkOptions(options, RESTORE_OPTIONS));
  }

  /**
   * Reads a record.
   *
   * @throws DoesNotExistError when there is none with this id.
   * @throws InvalidRecordError when what is stored is not a record of this model.
   */
  static async get<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: ReadOptions = {},
  ): Promise<T> {
    const finding = findRecord(this, id, checkOptions(options));
    const record = finding instanceof Promise ? await finding : finding;
    if (!record) throw doesNotExist(this.name, id, options);
    return record;
  }

  /** Reads a record; null when there is none with this id. Throws what {@link get} throws otherwise. */
  static async getOrNull<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: ReadOptions = {},
  ): Promise<T | null> {
    return findRecord(this, id, checkOptions(options));
  }

  /**
   * Reads the records with these ids, faster than one by one, and as they are at one time. They come in the order of
   * the ids, whatever that is: null where there is no record, and the same instance for an id that is there twice.
   *
   * @param options With `onInvalid`, what cannot be read as a record of the model is null too.
   * @throws InvalidRecordError when what is stored is not a record of this model, unless there is `onInvalid`.
   *
   * @example
   * ```ts
   * const [home, about] = await Page.getMany(['home', 'about']);
   * console.log(home?.title, about === null);
   * const released = await Page.getMany(['home'], { at: 'HEAD' });
   * ```
   */
  static async getMany<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    ids: Iterable<IdOf<T>>,
    options: ReadAllOptions = {},
  ): Promise<(T | null)[]> {
    return findRecords(this, checkIds(ids), checkOptions(options));
  }

  /** All records, by the bytes of their paths: in the usual layout, of their ids. */
  static all<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    options: ReadAllOptions = {},
  ): RecordSet<T> {
    bindingOf(this, 'be read');
    return new RecordSet(recordSource(this, checkOptions(options)));
  }

  /**
   * Stages the removal of a record; see {@link GitModel.prototype.delete}.
   *
   * @returns the commit's oid with `commit: true`, else null.
   * @throws DoesNotExistError when there is none with this id.
   * @throws RestrictedError when another record refers to it by a field with `onDelete: 'restrict'`.
   */
  static async delete<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: DeleteOptions = {},
  ): Promise<string | null> {
    checkOptions(options);
    const binding = bindingOf(this, 'be deleted');
    const text = idText(id, binding.schema);
    const hasHooks = ['beforeDelete', 'afterDelete'].some((hook) => binding.overridden.has(hook));
    const record = hasHooks ? await findRecord(this, id, {}) : null;
    // Whatever is stored under the id, also if somebody changes it at the same time.
    return record ? record.delete({ ...options, overwrite: true }) : remove(binding, text, text, options);
  }

  /**
   * The versions of a record, newest first: the commits that have changed it, as `git log` simplifies the history of a
   * path, and on under the ids that it had before. Nothing is read before it is iterated.
   *
   * @throws ObjectNotFoundError, while iterating, when `from` names no commit.
   * What a version holds is read when it is asked for.
   *
   * @example
   * ```ts
   * for await (const { commit, status, fields, load } of Page.history('first')) {
   *   console.log(commit.time, commit.author.name, status, await fields());
   *   console.log((await load())?.title);
   * }
   * ```
   */
  static history<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: HistoryOptions = {},
  ): AsyncIterable<RecordVersion<T>> {
    const { schema } = bindingOf(this, 'have a history');
    return recordVersions(this, idText(id, schema), checkOptions(options, HISTORY_OPTIONS));
  }

  /**
   * Who has made the fields of a record what they are: for each the last commit that has changed it. A merge is that only where
   * the field is as in none of its parents.
   *
   * @throws DoesNotExistError when there is no such record in the commit that is looked at.
   *
   * @example
   * ```ts
   * const { title } = await Page.blame('first');
   * console.log(title?.author.name, title?.time, title?.from);
   * ```
   */
  static async blame<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: BlameOptions = {},
  ): Promise<RecordBlame<T>> {
    const { schema } = bindingOf(this, 'have a history');
    return blameRecord(this, idText(id, schema), checkOptions(options, BLAME_OPTIONS));
  }

  /**
   * Saves a record as it is elsewhere, blobs included, whatever is stored now: also one that was deleted. It gets this id, also
   * where it had another one: see {@link GitModel.prototype.restore}.
   *
   * @returns the commit's oid with `commit: true`; null without it, or when nothing has changed.
   * @throws DoesNotExistError when the record is not there, under this id or one that it had before; also when another
   *   record had this id there.
   * @throws ValidationError when the values are not valid any more, and what {@link GitModel.prototype.save} throws.
   *
   * @example
   * ```ts
   * await Page.delete('first', { commit: true });
   * await Page.restore('first', { at: 'HEAD~1', commit: true, message: 'Bring it back' });
   * ```
   */
  static async restore<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: RestoreOptions,
  ): Promise<string | null> {
    const { at, ...saving } = checkOptions(options, RESTORE_OPTIONS);
    const { schema } = bindingOf(this, 'be restored');
    const record = await findEarlier(this, idText(id, schema), at);
    return record.save({ ...saving, overwrite: true });
  }

  /** The path of the data of the record with this id. */
  static getDataPath<T extends GitModel<ModelId>>(this: ModelConstructor<T>, id: IdOf<T>): string {
    const { schema } = bindingOf(this, 'have a path');
    return recordPaths(schema, idText(id, schema)).data;
  }
}

function bindingFor(record: object, use: string): Binding {
  return bindingOf(record.constructor, use);
}

/** The class of a record that is registered. */
function classOf<T extends GitModel<ModelId>>(record: T): ModelConstructor<T> {
  return record.constructor as unknown as ModelConstructor<T>;
}

/** The id under which a record is stored, as it stands in paths; of a new one, under which it would be. */
function storedIdOf(record: GitModel<ModelId>): string {
  return stateOf(record).storedId ?? idText(record.getId(), bindingFor(record, 'be found').schema);
}

function shown(field: FieldType<unknown>, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (value instanceof GitBlob || value instanceof Related) return value.toJSON();
  try {
    return field.serialize(field.clean(value));
  } catch {
    // A value that is not valid is shown as it is.
    return value;
  }
}

/** @param id Under which the record is stored, if it is. */
async function remove(
  { schema, store, referrers }: Binding,
  record: string | StoredInstance,
  id: string | null,
  options: DeleteOptions,
): Promise<string | null> {
  const minding = referrers();
  if (minding.length === 0 || id === null) return store.remove(schema, record, options);
  return store.atomically(async () => {
    await store.remove(schema, record, { overwrite: options.overwrite ?? false });
    await settleReferences(schema, id, minding);
  }, options);
}
