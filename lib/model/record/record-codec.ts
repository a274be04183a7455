import { InvalidPathError, InvalidRecordError, ModelNotFoundError, ValidationError } from '../../errors';
import { InvalidValue } from '../fields/invalid-value';
import { GitBlob } from '../git-blob';
import { copyJson, withExactNumbers } from '../json-value';
import type { JsonValue } from '../json-value';
import { recordPaths } from '../schema/layout';
import type { ModelSchema, SchemaField } from '../schema/schema';
import { textOfId } from './id';
import type { RecordState } from './record-state';
import type { BlobStore, RecordBlob, RecordFile } from './record-store';
import { storedForm } from './stored-form';
import { toIssues } from './validation';
import type { MaybePromise } from './validation';

/** A stored record, understood by its model's schema. A class, so that a constructor can tell it from values. */
export class LoadedRecord {
  constructor(
    /** The values by property. */
    readonly values: ReadonlyMap<string, unknown>,
    readonly state: RecordState,
  ) {}
}

/** A record in the form in which it is stored. */
export interface EncodedRecord {
  readonly content: Buffer;
  /** What the content holds, by stored names. */
  readonly stored: ReadonlyMap<string, JsonValue>;
  readonly files: ReadonlyMap<string, RecordFile | null>;
}

/**
 * The stored form of a record whose values are clean, with the stored fields that its model does not know.
 *
 * @throws ValidationError when the model's serializer cannot hold the values.
 */
export function encodeInstance(record: object, schema: ModelSchema): EncodedRecord {
  const stored = storedForm(record, schema);
  const files = new Map<string, RecordFile | null>();
  for (const { property, storedName } of schema.fileFields) {
    files.set(storedName, fileOf(Reflect.get(record, property)));
  }
  try {
    return { content: schema.serializer.encode({ model: schema.name, fields: stored }), stored, files };
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new ValidationError(schema.name, toIssues(error, '', record));
  }
}

/**
 * Writes the content of a record's fields that is neither in memory nor stored; gives a promise only when there is
 * such content.
 */
export function writeFiles(record: object, { fileFields }: ModelSchema, blobs: BlobStore): MaybePromise {
  const unwritten = fileFields
    .map(({ property }) => Reflect.get(record, property) as unknown)
    .filter((value) => value instanceof GitBlob)
    .filter((blob) => blob.isUnwrittenIn(blobs));
  if (unwritten.length === 0) return;
  return Promise.all(unwritten.map((blob) => blob.settle(blobs))).then(() => undefined);
}

function fileOf(value: unknown): RecordFile | null {
  if (value instanceof GitBlob) return value.toFile();
  return Buffer.isBuffer(value) ? GitBlob.from(value).toFile() : null;
}

/**
 * Reads the bytes of a record; gives a promise only when the model has fields that are read from files of their
 * own.
 *
 * @param knowsModel Whether the workspace has a model of this name.
 * @throws InvalidRecordError when they are not a record of this model; the message names the path.
 * @throws ModelNotFoundError when they are a record of a model that the workspace does not know.
 */
export function decodeInstance(
  blob: RecordBlob,
  schema: ModelSchema,
  knowsModel: (name: string) => boolean,
): LoadedRecord {
  const { path, oid, content, files, at } = blob;
  const { model, fields: stored } = schema.serializer.decode(content, path);
  checkModel(model, path, schema, knowsModel);
  const { values, assumed } = decodeFields(stored, path, schema);
  const storedId = identify(values.get(schema.idField.property), blob, schema);
  return new LoadedRecord(values, { oid, storedId, stored, assumed, files, at });
}

/**
 * The values of stored fields by property, and what was assumed for those that are not stored as they should be.
 *
 * @param path Where they come from, for the error.
 * @throws InvalidRecordError when a value is not one of its field's.
 */
export function decodeFields(
  stored: ReadonlyMap<string, JsonValue>,
  path: string,
  schema: ModelSchema,
): { values: Map<string, unknown>; assumed: Map<string, JsonValue> } {
  const values = new Map<string, unknown>();
  const assumed = new Map<string, JsonValue>();
  for (const schemaField of schema.dataFields) {
    const { property, storedName, field } = schemaField;
    const before = stored.get(storedName);
    if (before === undefined) {
      // A record that lacks its id must not get a new one.
      if (schemaField === schema.idField) continue;
      const initial = field.initialValue();
      values.set(property, initial);
      if (initial !== undefined) assumed.set(storedName, field.serialize(initial));
    } else {
      values.set(property, readField(schemaField, before, path, schema, assumed));
    }
  }
  for (const { property, field } of schema.fields) {
    if (!field.isSerialized) values.set(property, field.initialValue());
  }
  return { values, assumed };
}

/** Adds the values of the fields that have files of their own; gives a promise only when one has to be read. */
export function withFiles(
  { values, state }: LoadedRecord,
  schema: ModelSchema,
  blobs: BlobStore,
): LoadedRecord | Promise<LoadedRecord> {
  const all = new Map(values);
  const reading: Promise<void>[] = [];
  for (const { property, storedName, field } of schema.fileFields) {
    const file = state.files.get(storedName);
    if (!file) all.set(property, field.emptyValue);
    else if (field.isHeld) all.set(property, GitBlob.of(file, blobs));
    else
      reading.push(
        GitBlob.of(file, blobs)
          .buffer()
          .then((bytes) => void all.set(property, bytes)),
      );
  }
  const loaded = new LoadedRecord(all, state);
  return reading.length > 0 ? Promise.all(reading).then(() => loaded) : loaded;
}

function checkModel(
  model: string | null,
  path: string,
  schema: ModelSchema,
  knowsModel: (name: string) => boolean,
): void {
  if (model === null || model === schema.name || model.toLowerCase() === schema.name.toLowerCase()) return;
  const details = { path, model, expected: schema.name };
  throw knowsModel(model)
    ? new InvalidRecordError(`The record at "${path}" is a ${model}, not a ${schema.name}.`, { details })
    : new ModelNotFoundError(
        `The record at "${path}" is of the model ${JSON.stringify(model)}, which this workspace does not know; ` +
          `a ${schema.name} was expected.`,
        { details },
      );
}

function readField(
  { property, storedName, field }: SchemaField,
  stored: JsonValue,
  path: string,
  { invalidValues, idField }: ModelSchema,
  assumed: Map<string, JsonValue>,
): unknown {
  try {
    return field.deserialize(stored);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    if (invalidValues === 'abort' || property === idField.property) {
      throw new InvalidRecordError(
        `The field "${storedName}" of the record at "${path}" ${error.message}, but is ${JSON.stringify(stored)}.`,
        { cause: error, details: { path, field: property, code: error.code, value: stored } },
      );
    }
    if (invalidValues === 'keep') {
      assumed.set(storedName, stored);
      return copyJson(withExactNumbers(stored));
    }
    assumed.set(storedName, field.serialize(field.emptyValue));
    return field.emptyValue;
  }
}

/**
 * The id of a record. Its field has to say the one that belongs to its path: a record stored under another id than
 * its own would be found under one and saved under the other.
 */
function identify(value: unknown, { id, path }: RecordBlob, schema: ModelSchema): string {
  const { property, storedName, field } = schema.idField;
  const details = { path, field: property, value };
  if (value === undefined) {
    throw new InvalidRecordError(
      `The record at "${path}" has no field "${storedName}", which holds the id. Add it.`,
      { details },
    );
  }
  const found = textOfId(field.serialize(value));
  if (found === id || (id === null && placeOf(found, schema) === path)) return found;
  const place = placeOf(found, schema);
  throw new InvalidRecordError(
    `The record at "${path}" says that its ${property} is ${JSON.stringify(value)}. ` +
      `${place === undefined ? 'Correct' : `Move it to "${place}", or correct`} the field.`,
    { details },
  );
}

/** The path of the data of the record with an id; undefined when no record can have it. */
function placeOf(id: string, schema: ModelSchema): string | undefined {
  try {
    return recordPaths(schema, id).data;
  } catch (error) {
    if (error instanceof InvalidPathError) return undefined;
    throw error;
  }
}
