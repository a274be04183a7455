import { andThen } from '../../object/awaitable';
import type { Awaitable } from '../../object/awaitable';
import { bindingOf } from '../binding';
import type { Binding } from '../binding';
import type { GitModel } from '../git-model';
import type { IdOf, ModelConstructor, ModelId } from '../types';
import { iterate, mapCursor } from './cursor';
import type { Cursor } from './cursor';
import { idText } from './id';
import { instantiate } from './instance';
import { readEach } from './read-each';
import { decodeInstance, withFiles } from './record-codec';
import type { LoadedRecord } from './record-codec';
import { isOfRecord } from './record-error';
import type { RecordSource } from './record-set';
import type { FoundRecord, ReadAllOptions, ReadOptions } from './record-store';

/** Reads a stored record. */
export function readRecord(
  { schema, store, knowsModel }: Binding,
  found: FoundRecord,
): Awaitable<LoadedRecord> {
  return withFiles(decodeInstance(found, schema, knowsModel), schema, store.blobs);
}

/** Makes an instance of a stored record. */
export function loadRecord<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  binding: Binding,
  found: FoundRecord,
): Awaitable<T> {
  return andThen(readRecord(binding, found), (loaded) => {
    const record = instantiate(modelClass, loaded);
    const hook = record.afterLoad();
    return hook ? Promise.resolve(hook).then(() => record) : record;
  });
}

/** Reads the record with an id; null when there is none. Throws what is wrong with it, or rejects. */
export function findRecord<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  id: IdOf<T>,
  options: ReadOptions,
): Awaitable<T | null> {
  const binding = bindingOf(modelClass, 'be read');
  const { schema, store } = binding;
  return andThen(
    store.read(schema, idText(id, schema), options),
    (found) => found && loadRecord(modelClass, binding, found),
  );
}

/** Reads the records with these ids, in their order: null where there is none, or an invalid one. */
export async function findRecords<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  ids: Iterable<IdOf<T>>,
  options: ReadAllOptions,
): Promise<(T | null)[]> {
  const binding = bindingOf(modelClass, 'be read');
  const { schema, store } = binding;
  const texts = Array.from(ids, (id) => idText(id, schema));
  return readEach(
    texts,
    (unique) => store.readMany(schema, unique, options),
    (found) => orInvalid(() => loadRecord(modelClass, binding, found), options),
  );
}

/** All records of a model, to be read when they are asked for. */
export function recordSource<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  options: ReadAllOptions,
): RecordSource<T> {
  const binding = bindingOf(modelClass, 'be read');
  const { schema, store } = binding;
  const all = (): Cursor<T> =>
    mapCursor(store.readAll(schema, options), (found) =>
      andThen(
        orInvalid(() => loadRecord(modelClass, binding, found), options),
        (record) => record ?? undefined,
      ),
    );
  return {
    records: () => iterate(all()),
    ids: () => iterate(store.ids(schema, options) ?? mapCursor(all(), (record) => String(record.getId()))),
  };
}

/** What is read, or null when it is invalid and the options say what to do then. */
function orInvalid<T>(read: () => Awaitable<T>, { onInvalid }: ReadAllOptions): Awaitable<T | null> {
  const leaveOut = (error: unknown): null => {
    if (!onInvalid || !isOfRecord(error)) throw error;
    onInvalid(error);
    return null;
  };
  try {
    const result = read();
    return result instanceof Promise ? result.catch(leaveOut) : result;
  } catch (error) {
    return leaveOut(error);
  }
}
