import { createHash } from 'node:crypto';
import { InvalidPathError } from '../../errors';
import { InvalidValue } from '../fields/invalid-value';
import { canonicalJson, isSameJson } from '../json-value';
import type { JsonValue } from '../json-value';
import { recordPaths } from '../schema/layout';
import type { ModelSchema, SchemaField } from '../schema/schema';
import { textOfId } from './id';
import type { IndexedRecord, RecordIndex } from './record-index';

/** What a record takes in memory beside its path and the keys, and a key beside its text. */
const ENTRY_BYTES = 200;
const KEY_BYTES = 100;

/** Longer values are known by their hashes. */
const KEY_LENGTH = 64;

/** The records of a model by the values of its unique fields. */
export class UniqueValues implements RecordIndex {
  bytes = 0;
  private readonly records = new Map<string, { readonly id: string; readonly keys: readonly string[] }>();
  /** The ids of the records by value: nearly always one. */
  private readonly owners = new Map<string, string[]>();
  private readonly fields: readonly { readonly schemaField: SchemaField; readonly blank: JsonValue }[];

  constructor(private readonly schema: ModelSchema) {
    this.fields = uniqueFields(schema).map((schemaField) => ({ schemaField, blank: blankOf(schemaField) }));
  }

  /**
   * Whether another record may have a value in a field. False is certain; true may also come of two values that are as good as
   * the same, and are not.
   *
   * @param id The id of the record itself, as it is stored; null for a new one.
   */
  mayBeTaken({ storedName }: SchemaField, stored: JsonValue, id: string | null): boolean {
    return this.owners.get(keyOf(storedName, stored))?.some((owner) => owner !== id) ?? false;
  }

  set({ id: idInPath, path, record: { fields } }: IndexedRecord): void {
    this.delete(path);
    const id = idInPath ?? idAt(path, fields, this.schema);
    if (id === undefined) return;
    const keys = new Set<string>();
    for (const { schemaField, blank } of this.fields) {
      for (const form of formsOf(schemaField, fields.get(schemaField.storedName))) {
        // Any number of records may have none.
        if (form !== null && !isSameJson(form, blank)) keys.add(keyOf(schemaField.storedName, form));
      }
    }
    if (keys.size === 0) return;
    const entry = { id, keys: [...keys] };
    this.records.set(path, entry);
    for (const key of keys) {
      const owners = this.owners.get(key);
      if (owners) owners.push(id);
      else this.owners.set(key, [id]);
    }
    this.bytes += bytesOf(path, entry.keys);
  }

  delete(path: string): void {
    const entry = this.records.get(path);
    if (!entry) return;
    this.records.delete(path);
    for (const key of entry.keys) {
      const owners = this.owners.get(key) ?? [];
      if (owners.length > 1) owners.splice(owners.indexOf(entry.id), 1);
      else this.owners.delete(key);
    }
    this.bytes -= bytesOf(path, entry.keys);
  }
}

/** The fields whose values no two records may have. No two records have the same id anyway. */
export function uniqueFields({ dataFields, idField }: ModelSchema): SchemaField[] {
  return dataFields.filter((each) => each.field.unique && each !== idField);
}

/** What is stored of a field for no value. */
export function blankOf({ field }: SchemaField): JsonValue {
  return field.serialize(field.blankValue);
}

/** A stored value as it is, and as the field writes it now. */
export function formsOf({ field }: SchemaField, stored: JsonValue | undefined): JsonValue[] {
  if (stored === undefined || stored === null) return [];
  try {
    return [stored, field.serialize(field.deserialize(stored))];
  } catch (error) {
    if (error instanceof InvalidValue) return [stored];
    throw error;
  }
}

/** The id of a record whose path does not tell it; undefined when it is not the record's place. */
export function idAt(
  path: string,
  fields: ReadonlyMap<string, JsonValue>,
  schema: ModelSchema,
): string | undefined {
  const { storedName, field } = schema.idField;
  const stored = fields.get(storedName);
  if (stored === undefined) return undefined;
  try {
    const id = textOfId(field.serialize(field.deserialize(stored)));
    return recordPaths(schema, id).data === path ? id : undefined;
  } catch (error) {
    if (error instanceof InvalidValue || error instanceof InvalidPathError) return undefined;
    throw error;
  }
}

function keyOf(storedName: string, value: JsonValue): string {
  const text = `${storedName} ${canonicalJson(value)}`;
  return text.length <= KEY_LENGTH ? text : createHash('sha1').update(text).digest('base64');
}

function bytesOf(path: string, keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + KEY_BYTES + key.length, ENTRY_BYTES + path.length);
}
