import type { JsonValue } from './json-value';

/** What is known about a record beside the values of its fields. */
export interface RecordState {
  /** The oid of the blob that holds the record as it was saved or loaded; null for a new one. */
  readonly oid: string | null;
  /** The id under which the record is stored, which a changed id field differs from; null for a new one. */
  readonly storedId: string | null;
  /** Stored fields that the model does not know; they are stored again with the record. */
  readonly unknownFields: ReadonlyMap<string, JsonValue>;
}

/** The state of a record that was never saved. */
export const NEW_RECORD: RecordState = Object.freeze({
  oid: null,
  storedId: null,
  unknownFields: new Map<string, JsonValue>(),
});

/** Kept apart from the records, so that no property of theirs shows it or collides with it. */
const states = new WeakMap<object, RecordState>();

export function stateOf(record: object): RecordState {
  return states.get(record) ?? NEW_RECORD;
}

export function setState(record: object, state: RecordState): void {
  states.set(record, state);
}
