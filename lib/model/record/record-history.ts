import type { Commit } from '../../object/commit';
import { bindingOf } from '../binding';
import type { GitModel } from '../git-model';
import type { ModelSchema } from '../schema/schema';
import type { ModelConstructor, ModelId, VersionChanges } from '../types';
import { idOf, textOfId } from './id';
import { loadRecord } from './loading';
import { differenceOf } from './record-difference';
import type { RecordStatus } from './record-difference';
import type { FoundRecord, HistoryOptions, UnreadRecord } from './record-store';

/** A version of a record: what a commit has made of it. */
export interface RecordVersion<T extends GitModel<ModelId> = GitModel<ModelId>> {
  readonly commit: Commit;
  /** The id that it has in this version; of a removed one, that it had. */
  readonly id: T['id'];
  /** The id before, where the commit has given it another one; else null. */
  readonly previousId: T['id'] | null;
  readonly status: RecordStatus;
  /**
   * What the commit has changed, by property; a merge commit against its first parent. Rejects with an InvalidRecordError when
   * what is stored is not a record of the model.
   */
  readonly fields: () => Promise<VersionChanges<T>>;
  /** The record as it is in this version; null when the commit has removed it. Rejects as {@link fields} does. */
  readonly load: () => Promise<T | null>;
}

/** The versions of a record, newest first. Every iteration reads anew. */
export function recordVersions<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  id: string,
  options: HistoryOptions,
): AsyncIterable<RecordVersion<T>> {
  const binding = bindingOf(modelClass, 'have a history');
  const { schema, store, context } = binding;
  const iterate = async function* (): AsyncGenerator<RecordVersion<T>, void> {
    for await (const { commit, status, before, after } of store.history(schema, id, options)) {
      const read = async (version: UnreadRecord | null): Promise<FoundRecord | null> =>
        (await version?.read()) ?? null;
      yield {
        commit,
        id: await idIn((after ?? before) as UnreadRecord, schema),
        previousId: status === 'moved' ? await idIn(before as UnreadRecord, schema) : null,
        status,
        fields: async () =>
          (await differenceOf(schema, await read(before), await read(after), context)) as VersionChanges<T>,
        load: async () => {
          const found = await read(after);
          return found && loadRecord(modelClass, binding, found);
        },
      };
    }
  };
  return { [Symbol.asyncIterator]: iterate };
}

/** The id of a stored record; as far as its path does not tell it, what its field says. */
async function idIn(version: UnreadRecord, schema: ModelSchema): Promise<ModelId> {
  const { idInPath } = version;
  if (idInPath !== null) return idOf(schema, idInPath);
  const found = await version.read();
  return idOf(schema, textOfId(found?.record.fields.get(schema.idField.storedName)));
}
