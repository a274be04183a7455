import { GitModelError } from '../../errors';
import { bindingOf } from '../binding';
import type { Binding } from '../binding';
import type { GitModel } from '../git-model';
import type { IdOf, ModelConstructor, ModelId } from '../types';
import { idText } from './id';
import { instantiate } from './instance';
import { decodeInstance, withFiles } from './record-codec';
import type { LoadedRecord } from './record-codec';
import type { RecordSource } from './record-set';
import type { ReadAllOptions, ReadOptions, RecordBlob } from './record-store';

/** Reads a stored record. */
export async function readRecord(
  { schema, store, knowsModel }: Binding,
  blob: RecordBlob,
): Promise<LoadedRecord> {
  return withFiles(decodeInstance(blob, schema, knowsModel), schema, store.blobs);
}

/** Makes an instance of a stored record. */
async function load<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  blob: RecordBlob,
): Promise<T> {
  const loaded = await readRecord(bindingOf(modelClass, 'be read'), blob);
  const record = instantiate(modelClass, loaded);
  await record.afterLoad();
  return record;
}

/** Reads the record with an id; null when there is none. */
export async function findRecord<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  id: IdOf<T>,
  options: ReadOptions,
): Promise<T | null> {
  const { schema, store } = bindingOf(modelClass, 'be read');
  const blob = await store.read(schema, idText(id, schema), options);
  return blob && load(modelClass, blob);
}

/** All records of a model, to be read when they are asked for. */
export function recordSource<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  options: ReadAllOptions,
): RecordSource<T> {
  const binding = bindingOf(modelClass, 'be read');
  return {
    records: () => loadAll(modelClass, binding, options),
    ids: () => binding.store.ids(binding.schema, options) ?? idsOf(loadAll(modelClass, binding, options)),
  };
}

async function* loadAll<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  { schema, store }: Binding,
  options: ReadAllOptions,
): AsyncGenerator<T, void> {
  for await (const blob of store.readAll(schema, options)) {
    const record = await load(modelClass, blob).catch((error: unknown) => {
      if (!options.onInvalid || !(error instanceof GitModelError)) throw error;
      options.onInvalid(error);
    });
    if (record) yield record;
  }
}

async function* idsOf(records: AsyncIterable<GitModel<ModelId>>): AsyncGenerator<string, void> {
  for await (const record of records) yield String(record.getId());
}
