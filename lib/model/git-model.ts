import { inspect } from 'node:util';
import { DoesNotExistError, InvalidArgumentError } from '../errors';
import { bindingOf } from './binding';
import type { Binding } from './binding';
import { instantiate } from './instance';
import { decodeInstance, encodeInstance } from './record-codec';
import { RecordSet } from './record-set';
import { stateOf } from './record-state';
import type { DeleteOptions, ReadOptions, SaveOptions, StoredBlob } from './record-store';
import { dataPath } from './schema';
import type { ModelSchema } from './schema';
import type { IdOf, ModelConstructor, ModelId } from './types';
import { cleanFields } from './validation';

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
export abstract class GitModel<Id extends ModelId = string> {
  /** The record's id, whichever field holds it; a model that marks none gets an automatic one, a UUID. */
  declare id: Id;

  /**
   * @param _values Initial values, by property. They are set by the class that `register` returns, after the
   *   initialisers of the fields, which would overwrite them here.
   * @throws ModelNotRegisteredError or AbstractModelError when the class cannot have records.
   * @throws UnknownFieldError for a value of no field.
   */
  constructor(_values?: object) {
    bindingOf(new.target, 'be instantiated');
  }

  /** The oid of the blob that holds the record as it was last saved or loaded; null for a new one. */
  get oid(): string | null {
    return stateOf(this).oid;
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
    return dataPath(bindingFor(this, 'have a path').schema, idText(this.getId()));
  }

  /** For subclasses: checks of the record as a whole, after those of its fields. Throw what should be seen. */
  clean(): void | Promise<void> {
    // Nothing to check unless a model says so.
  }

  /**
   * Checks every field and replaces its value by the clean one, then calls {@link clean}, which is what a
   * subclass may override.
   *
   * @throws ValidationError with everything that is wrong.
   */
  async fullClean(): Promise<void> {
    await cleanRecord(this, bindingFor(this, 'be cleaned').schema);
  }

  /**
   * Stages the record, cleaned as {@link fullClean} does it. A changed id moves the record.
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
    const { schema, store } = bindingFor(this, 'be saved');
    const cleaning = cleanRecord(this, schema);
    // Not to wait where there is nothing to wait for keeps operations in the order of the calls.
    if (cleaning) await cleaning;
    const content = encodeInstance(this, schema);
    return store.write({ record: this, schema, id: idText(this.getId()), content }, options);
  }

  /**
   * Stages the removal of the record; it is a new one afterwards, and could be saved again.
   *
   * @returns the commit's oid with `commit: true`, else null.
   * @throws DoesNotExistError when it is not stored.
   */
  async delete(options: DeleteOptions = {}): Promise<string | null> {
    const { schema, store } = bindingFor(this, 'be deleted');
    return store.remove(schema, this, options);
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
    const { schema, store } = bindingOf(this, 'be read');
    const blob = await store.read(schema, idText(id), options);
    if (!blob) throw doesNotExist(schema.name, id, options);
    return load(this, blob);
  }

  /** Reads a record; null when there is none with this id. Throws what {@link get} throws otherwise. */
  static async getOrNull<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: ReadOptions = {},
  ): Promise<T | null> {
    const { schema, store } = bindingOf(this, 'be read');
    const blob = await store.read(schema, idText(id), options);
    return blob && load(this, blob);
  }

  /** All records, by the bytes of their ids. */
  static all<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    options: ReadOptions = {},
  ): RecordSet<T> {
    const { schema, store } = bindingOf(this, 'be read');
    return new RecordSet(
      () => loadAll(this, store.readAll(schema, options)),
      () => store.ids(schema, options),
    );
  }

  /**
   * Stages the removal of a record.
   *
   * @returns the commit's oid with `commit: true`, else null.
   * @throws DoesNotExistError when there is none with this id.
   */
  static async delete<T extends GitModel<ModelId>>(
    this: ModelConstructor<T>,
    id: IdOf<T>,
    options: DeleteOptions = {},
  ): Promise<string | null> {
    const { schema, store } = bindingOf(this, 'be deleted');
    return store.remove(schema, idText(id), options);
  }

  /** The path of the data of the record with this id. */
  static getDataPath<T extends GitModel<ModelId>>(this: ModelConstructor<T>, id: IdOf<T>): string {
    return dataPath(bindingOf(this, 'have a path').schema, idText(id));
  }
}

function bindingFor(record: object, use: string): Binding {
  return bindingOf(record.constructor, use);
}

/** Cleans a record as {@link GitModel.fullClean} does; gives a promise only when its model's `clean` does. */
function cleanRecord(record: GitModel<ModelId>, schema: ModelSchema): void | Promise<void> {
  cleanFields(record, schema);
  if (record.clean === GitModel.prototype.clean) return;
  // What `clean` sets has to be valid too.
  const again = (): void => {
    cleanFields(record, schema);
  };
  const cleaning = record.clean();
  if (cleaning) return cleaning.then(again);
  again();
}

function load<T extends GitModel<ModelId>>(modelClass: ModelConstructor<T>, blob: StoredBlob): T {
  const { schema, knowsModel } = bindingOf(modelClass, 'be read');
  return instantiate(modelClass, decodeInstance(blob, schema, knowsModel));
}

async function* loadAll<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  blobs: AsyncIterable<StoredBlob>,
): AsyncGenerator<T, void> {
  for await (const blob of blobs) yield load(modelClass, blob);
}

/** The id as it stands in paths. */
function idText(id: unknown): string {
  if (typeof id === 'string') return id;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  throw new InvalidArgumentError(`${inspect(id)} cannot be an id; give a string, or a whole number.`, {
    details: { option: 'id', value: id },
  });
}

function doesNotExist(model: string, id: ModelId, { at }: ReadOptions): DoesNotExistError {
  const where = at === undefined ? '' : ` at ${at}`;
  return new DoesNotExistError(`There is no ${model} with the id ${JSON.stringify(id)}${where}.`, {
    details: { model, id, at },
  });
}
