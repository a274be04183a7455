import type { Binding } from '../binding';
import { idText } from './id';
import { encodeInstance, writeFiles } from './record-codec';
import type { RecordWrite, SaveOptions } from './record-store';
import { uniquenessCheck } from './uniqueness';
import { cleanRecord, inTurn } from './validation';
import type { MaybePromise } from './validation';

/** What is needed of an instance to save it. */
export interface SavedInstance {
  getId(): unknown;
  beforeSave(): MaybePromise;
  clean(): MaybePromise;
}

/**
 * What comes before a record is stored: its hook, its checks, and its files that are too large for memory; gives a
 * promise only when there is something to wait for.
 *
 * @throws ValidationError when a value is not valid.
 */
export function prepareSave(record: SavedInstance, binding: Binding): MaybePromise {
  return inTurn([
    () => record.beforeSave(),
    () => cleanRecord(record, binding),
    () => writeFiles(record, binding.schema, binding.store.blobs),
  ]);
}

/** What the store gets of a record that is prepared. */
export function recordWrite(record: SavedInstance, binding: Binding, options: SaveOptions): RecordWrite {
  const { schema } = binding;
  return {
    record,
    place: schema,
    id: idText(record.getId(), schema),
    ...encodeInstance(record, schema),
    verify: uniquenessCheck(record, binding, options),
  };
}
