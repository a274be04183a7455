import type { KnownOptions } from '../../arguments';
import { bindingOf } from '../binding';
import type { GitModel } from '../git-model';
import type { ModelConstructor, ModelId } from '../types';
import { doesNotExist } from './does-not-exist';
import { fillInstance } from './instance';
import { findRecord } from './loading';
import { LoadedRecord } from './record-codec';
import { stateOf } from './record-state';
import { COMMIT_OPTIONS } from './record-store';
import type { SaveOptions } from './record-store';
import { prepareSave, recordWrite } from './saving';
import { valueOf } from './values';

/** The options of restoring a record. */
export interface RestoreOptions extends SaveOptions {
  /** Where the record is as it is to be: a branch, a tag, a commit, a tree, `HEAD~3`, … */
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
  const wanted = await findRecord(modelClass, id as never, { at });
  if (!wanted) throw doesNotExist(schema.name, id, { at });
  await prepareSave(wanted, binding);
  // What is stored has to be what this instance knows of, so its state counts, with the content of the other one.
  const commit = await store.write({ ...recordWrite(wanted, binding, options), record }, options);
  const values = schema.fields.map(({ property }) => valueOf(wanted, property));
  fillInstance(record, schema, context, new LoadedRecord(values, stateOf(record)));
  await record.afterSave({ commit });
  return commit;
}
