import type { KnownOptions } from '../../arguments';
import type { Commit } from '../../object/commit';
import type { Signature } from '../../object/commit-codec';
import { bindingOf } from '../binding';
import type { GitModel } from '../git-model';
import type { ModelConstructor, ModelId, ModelValues } from '../types';
import { doesNotExist } from './does-not-exist';
import { valueIn } from './record-difference';
import type { HistoryOptions } from './record-store';

/** Who has made a field what it is. */
export interface FieldBlame<V = unknown> {
  readonly commit: Commit;
  readonly author: Signature;
  /** When it was committed. */
  readonly time: Date;
  /** The value before; undefined when the record had none, or was not there. */
  readonly from: V | null | undefined;
}

/** Who has made the fields of a record what they are, by property; without those that are not stored. */
export type RecordBlame<T> = { readonly [K in keyof ModelValues<T> & keyof T]?: FieldBlame<T[K]> };

/** The options of a record's blame. */
export type BlameOptions = Pick<HistoryOptions, 'from'>;

export const BLAME_OPTIONS: KnownOptions<BlameOptions> = { from: true };

/** Finds the commits that have made the fields of a record what they are. */
export async function blameRecord<T extends GitModel<ModelId>>(
  modelClass: ModelConstructor<T>,
  id: string,
  options: BlameOptions,
): Promise<RecordBlame<T>> {
  const { schema, store, context } = bindingOf(modelClass, 'have a history');
  const found = await store.blame(schema, id, options);
  if (!found) throw doesNotExist(schema.name, id, options.from === undefined ? {} : { at: options.from });
  const blame: Record<string, FieldBlame> = {};
  for (const each of schema.fields) {
    const entry = found.get(each.storedName);
    if (!entry) continue;
    const { commit, before } = entry;
    const { author, time } = commit;
    const { value } = await valueIn(before, each, context);
    blame[each.property] = { commit, author, time, from: value };
  }
  return blame as RecordBlame<T>;
}
