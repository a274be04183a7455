import type { JsonValue } from '../json-value';
import type { RecordContext } from './record-context';
import type { RecordFile } from './record-store';

/** What is known about a record beside the values of its fields. */
export interface RecordState {
  /** The oid of the blob that holds the record as it was saved or loaded; null for a new one. */
  readonly oid: string | null;
  /** The id under which the record is stored, which a changed id field differs from; null for a new one. */
  readonly storedId: string | null;
  /**
   * Everything that is stored, by stored names, in the form in which it is: a field whose value has not changed is
   * stored again in that form, and fields that the model does not know are kept.
   */
  readonly stored: ReadonlyMap<string, JsonValue>;
  /**
   * What the values of fields were taken for that were not stored, or not in a valid form, in the form in which
   * they would be stored; by stored names.
   */
  readonly assumed: ReadonlyMap<string, JsonValue>;
  /** The record's files beside its data, by the stored names of their fields. */
  readonly files: ReadonlyMap<string, RecordFile>;
  /** The tree that it was read from, when it was not what is staged. */
  readonly at: string | undefined;
}

/** The state of a record that was never saved. */
export const NEW_RECORD: RecordState = Object.freeze({
  oid: null,
  storedId: null,
  stored: new Map<string, never>(),
  assumed: new Map<string, never>(),
  files: new Map<string, never>(),
  at: undefined,
});

/** Kept apart from the records, so that no property of theirs shows it or collides with it. */
const states = new WeakMap<object, RecordState>();

/** The state of a record; that of a new one until another was set. */
export function stateOf(record: object): RecordState {
  return states.get(record) ?? NEW_RECORD;
}

export function setState(record: object, state: RecordState): void {
  states.set(record, state);
}

/** What a record's values ask for that read from the store themselves: where the record is from, at any time. */
export function contextOf(record: object, { store, resolveModel }: RecordContext): RecordContext {
  return {
    store,
    resolveModel,
    get at() {
      return stateOf(record).at;
    },
  };
}
