import { InvalidValue } from '../fields/invalid-value';
import { GitBlob } from '../git-blob';
import { isSameJson } from '../json-value';
import type { JsonValue } from '../json-value';
import type { ModelSchema, SchemaField } from '../schema/schema';
import type { RecordContext } from './record-context';
import { stateOf } from './record-state';
import type { RecordState } from './record-state';
import { valueOf } from './values';

/** What is stored of a record's values, by stored names; also what its model does not know. */
export function storedForm(record: object, schema: ModelSchema): Map<string, JsonValue> {
  const state = stateOf(record);
  const stored = new Map<string, JsonValue>();
  for (const schemaField of schema.dataFields) {
    stored.set(
      schemaField.storedName,
      storedValue(schemaField, valueOf(record, schemaField.property), state),
    );
  }
  for (const [name, value] of state.stored) {
    if (!stored.has(name)) stored.set(name, value);
  }
  return stored;
}

/**
 * What is stored of a field's value. There is more than one form of many a value, as of a point in time; one that
 * has not changed stays in the form in which it was found.
 */
function storedValue(schemaField: SchemaField, value: unknown, state: RecordState): JsonValue {
  const { storedName, field } = schemaField;
  const before = state.stored.get(storedName);
  if (before !== undefined && isKept(schemaField, value, state)) return before;
  const now = field.serialize(value);
  if (before === undefined || isSameJson(now, before)) return before ?? now;
  return isSameJson(now, formWhenLoaded(storedName, field, before, state)) ? before : now;
}

/** Whether a value is what was found stored and is none of the field's, but was kept. */
export function isKept(
  { storedName }: SchemaField,
  value: unknown,
  { stored, assumed }: RecordState,
): boolean {
  return (
    assumed.has(storedName) &&
    stored.has(storedName) &&
    isSameJson(stored.get(storedName), value as JsonValue)
  );
}

/** What would be stored of a field's value as it was loaded, if it were stored anew. */
function formWhenLoaded(
  storedName: string,
  field: SchemaField['field'],
  before: JsonValue,
  { assumed }: RecordState,
): JsonValue | undefined {
  if (assumed.has(storedName)) return assumed.get(storedName);
  try {
    return field.serialize(field.deserialize(before));
  } catch (error) {
    if (error instanceof InvalidValue) return undefined;
    throw error;
  }
}

/** Whether two records hold the same, and say so in the same words. */
export function isSameFields(
  one: ReadonlyMap<string, JsonValue>,
  other: ReadonlyMap<string, JsonValue>,
): boolean {
  return (
    one.size === other.size &&
    [...one].every(([name, value]) => other.has(name) && isSameJson(value, other.get(name)))
  );
}

/**
 * Whether two records hold the same, one of them as it was loaded: where a field is not stored, the value that was
 * assumed for it counts.
 */
export function isSameStored(before: RecordState, now: ReadonlyMap<string, JsonValue>): boolean {
  if (before.oid === null) return false;
  for (const name of before.stored.keys()) {
    if (!now.has(name)) return false;
  }
  for (const [name, value] of now) {
    if (!isSameJson(formBefore(before, name), value)) return false;
  }
  return true;
}

/** What is stored of a field, else what was assumed for it. */
function formBefore({ stored, assumed }: RecordState, storedName: string): JsonValue | undefined {
  return stored.has(storedName) ? stored.get(storedName) : assumed.get(storedName);
}

/** Whether a field has another value than when its record was loaded or saved; false for a new record. */
export function hasChanged(schemaField: SchemaField, value: unknown, state: RecordState): boolean {
  const { field } = schemaField;
  if (state.oid === null || !field.isSerialized) return false;
  if (value instanceof GitBlob && value.isUnread) return true;
  const before = formFound(schemaField, state);
  try {
    if (isSameJson(before, formOf(schemaField, value, state))) return false;
  } catch {
    // It is not of the field's type; cleaning it tells whether it can become a value.
  }
  try {
    return !isSameJson(before, formOf(schemaField, field.clean(value), state));
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return !((before ?? null) === null && (value ?? null) === null);
  }
}

/** Whether a field had a value, or one was assumed for it, when its record was loaded or saved. */
export function wasSet(schemaField: SchemaField, state: RecordState): boolean {
  return (formFound(schemaField, state) ?? null) !== null;
}

/** What stands for a field's value where it is compared: for one with a file of its own, that file's oid. */
function formOf(schemaField: SchemaField, value: unknown, state: RecordState): JsonValue {
  const { field } = schemaField;
  return field.isStoredApart ? field.serialize(value) : storedValue(schemaField, value, state);
}

/** The same of what was found when the record was loaded or saved. */
function formFound({ storedName, field }: SchemaField, state: RecordState): JsonValue | undefined {
  return field.isStoredApart ? (state.files.get(storedName)?.oid ?? null) : formBefore(state, storedName);
}

/** What a field's value was when its record was loaded or saved. */
export function valueBefore(
  { storedName, field }: SchemaField,
  state: RecordState,
  context: RecordContext,
): unknown {
  if (field.isStoredApart) {
    const file = state.files.get(storedName);
    return file ? GitBlob.of(file, context.store.blobs) : field.emptyValue;
  }
  const before = formBefore(state, storedName);
  if (before === undefined) return undefined;
  try {
    const value = field.deserialize(before);
    return field.isHeld ? field.hold(value, { ...context, at: state.at }) : value;
  } catch (error) {
    if (error instanceof InvalidValue) return before;
    throw error;
  }
}
