import type { KnownOptions } from '../../arguments';
import { DoesNotExistError } from '../../errors';
import { bindingOf } from '../binding';
import type { Binding } from '../binding';
import type { GitModel } from '../git-model';
import type { ModelSchema } from '../schema/schema';
import type { ModelConstructor, ModelId } from '../types';
import { doesNotExist } from './does-not-exist';
import { idOf } from './id';
import { fillInstance, instantiate } from './instance';
import { readRecord } from './loading';
import { LoadedRecord } from './record-codec';
import { stateOf } from './record-state';
import { COMMIT_OPTIONS } from './record-store';
import type { SaveOptions } from './record-store';
import { prepareSave, recordWrite } from './saving';
import { valueOf } from './values';

/** The options of restoring a record. */
export interface RestoreOptions extends SaveOptions {
  /**
   * Where the record is as it is to be: a branch, a tag, a commit, a tree, `HEAD~3`, … In a commit it is found as its history leads
   * to it, also under an id that it had before; in a tree, and in a commit to which no history leads, under its present id.
   */
  readonly at: string;
}

export const RESTORE_OPTIONS: KnownOptions<RestoreOptions> = {
  ...COMMIT_OPTIONS,
  at: true,
  commit: true,
  overwrite: true,
};

/**
 * Gives a record the values that it has somewhere else, in a commit before above all, and saves it.
 *
 * @returns the commit's oid with `commit: true`; null without it, or when nothing has changed.
 */
export async function restoreInto<T extends GitModel<ModelId>>(
  record: T,
  modelClass: ModelConstructor<T>,
  id: string,
  { at, ...options }: RestoreOptions,
): Promise<string | null> {
  const binding = bindingOf(modelClass, 'be restored');
  const { schema, store, context } = binding;
  const wanted = await findEarlier(modelClass, id, at);
  await prepareSave(wanted, binding);
  // What is stored has to be what this instance knows of, so its state counts, with the content of the other one.
  const commit = await store.write({ ...recordWrite(wanted, binding, options), record }, options);
  const values = schema.fields.map(({ property }) => valueOf(wanted, property));
  fillInstance(record, schema, context, new LoadedRecord(values, stateOf(record)));
  await record.afterSave({ commit });
  return commit;
}

/**
 * A record as it is somewhere else, but with the id that it has now: others refer to it by that, and somebody else may have the
 * one that it had.
 *
 * @param id Under which it is stored, as it stands in paths.
 * @throws DoesNotExistError when it is not there.
 */
export async function findEarlier<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  id: string,
  at: string,
): Promise<T> {
  const binding = bindingOf(modelClass, 'be restored');
  const found = await binding.store.readEarlier(binding.schema, id, at);
  if (!found) throw await notThere(binding, id, at);
  const record = instantiate(modelClass, withId(await readRecord(binding, found), id, binding.schema));
  await record.afterLoad();
  return record;
}

/** A loaded record as it would be, had it this id. */
function withId(loaded: LoadedRecord, id: string, schema: ModelSchema): LoadedRecord {
  const { values, state } = loaded;
  if (state.storedId === id) return loaded;
  const { idField, fields } = schema;
  const value = idOf(schema, id);
  return new LoadedRecord(
    fields.map((each, n) => (each === idField ? value : values[n])),
    {
      ...state,
      storedId: id,
      stored: new Map(state.stored).set(idField.storedName, idField.field.serialize(value)),
    },
  );
}

/** The error for a record that is not where it is to be restored from. */
async function notThere({ schema, store }: Binding, id: string, at: string): Promise<DoesNotExistError> {
  const { name } = schema;
  const shown = idOf(schema, id);
  const another = await store.read(schema, id, { at });
  if (!another) {
    return doesNotExist(name, shown, { at }, 'nor does its history have it there under another id');
  }
  return new DoesNotExistError(
    `The ${name} that has the id ${JSON.stringify(shown)} now is not there at ${at}, where another one had that id. ` +
      'To put that one in its place, get it with { at } and save it with { overwrite: true }.',
    { details: { model: name, id: shown, at } },
  );
}
