import { InvalidPathError, InvalidRecordError, ModelNotFoundError, ValidationError } from '../../errors';
import { InvalidValue } from '../fields/invalid-value';
import { GitBlob } from '../git-blob';
import { copyJson, withExactNumbers } from '../json-value';
import type { JsonValue } from '../json-value';
import { recordPaths } from '../schema/layout';
import type { ModelSchema, SchemaField } from '../schema/schema';
import { textOfId } from './id';
import type { RecordState } from './record-state';
import type { BlobStore, FoundRecord, RecordFile } from './record-store';
import { storedForm } from './stored-form';
import { toIssues } from './validation';
import type { MaybePromise } from './validation';
import { valueOf } from './values';

/** A stored record, understood by its model's schema. A class, so that a constructor can tell it from values. */
export class LoadedRecord {
  constructor(
    /** The values in the order of the schema's fields. */
    readonly values: readonly unknown[],
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
    files.set(storedName, fileOf(valueOf(record, property)));
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
    .map(({ property }) => valueOf(record, property))
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
 * Reads a stored record; gives a promise only when the model has fields that are read from files of their own.
 *
 * @param knowsModel Whether the workspace has a model of this name.
 * @throws InvalidRecordError when it is not a record of this model; the message names the path.
 * @throws ModelNotFoundError when it is a record of a model that the workspace does not know.
 */
export function decodeInstance(
  found: FoundRecord,
  schema: ModelSchema,
  knowsModel: (name: string) => boolean,
): LoadedRecord {
  const { path, oid, record, shared, files, at } = found;
  const { model, fields: stored } = record;
  checkModel(model, path, schema, knowsModel);
  const known = shared?.of(schema);
  const { values, assumed } = known
    ? { values: known, assumed: NOTHING_ASSUMED }
    : decodeFields(stored, path, schema);
  if (!known && assumed === NOTHING_ASSUMED) shared?.keep(schema, values);
  const storedId = identify(values[schema.fields.indexOf(schema.idField)], found, schema);
  return new LoadedRecord(values, { oid, storedId, stored, assumed, files, at });
}

/** What is assumed for the fields of a record that has all of them. */
const NOTHING_ASSUMED: ReadonlyMap<string, JsonValue> = new Map();

/**
 * The values of stored fields in the order of the schema's fields, and what was assumed for those that are not
 * stored as they should be. Those of fields with files of their own are undefined.
 *
 * @param path Where they come from, for the error.
 * @throws InvalidRecordError when a value is not one of its field's.
 */
export function decodeFields(
  stored: ReadonlyMap<string, JsonValue>,
  path: string,
  schema: ModelSchema,
): { values: unknown[]; assumed: ReadonlyMap<string, JsonValue> } {
  const values: unknown[] = [];
  let assumed: Map<string, JsonValue> | undefined;
  const assume = (storedName: string, value: JsonValue): void => {
    (assumed ??= new Map()).set(storedName, value);
  };
  for (const schemaField of schema.fields) {
    const { storedName, field } = schemaField;
    if (!field.isSerialized) {
      values.push(field.initialValue());
      continue;
    }
    const before = field.isStoredApart ? undefined : stored.get(storedName);
    if (before !== undefined) {
      values.push(readField(schemaField, before, path, schema, assume));
    } else if (field.isStoredApart || schemaField === schema.idField) {
      // A record that lacks its id must not get a new one.
      values.push(undefined);
    } else {
      const initial = field.initialValue();
      values.push(initial);
      if (initial !== undefined) assume(storedName, field.serialize(initial));
    }
  }
  return { values, assumed: assumed ?? NOTHING_ASSUMED };
}

/** Adds the values of the fields that have files of their own; gives a promise only when one has to be read. */
export function withFiles(
  loaded: LoadedRecord,
  schema: ModelSchema,
  blobs: BlobStore,
): LoadedRecord | Promise<LoadedRecord> {
  if (schema.fileFields.length === 0) return loaded;
  const { state } = loaded;
  const values = [...loaded.values];
  const reading: Promise<void>[] = [];
  schema.fields.forEach(({ storedName, field }, position) => {
    if (!field.isSerialized || !field.isStoredApart) return;
    const file = state.files.get(storedName);
    if (!file) values[position] = field.emptyValue;
    else if (field.isHeld) values[position] = GitBlob.of(file, blobs);
    else
      reading.push(
        GitBlob.of(file, blobs)
          .buffer()
          .then((bytes) => void (values[position] = bytes)),
      );
  });
  const whole = new LoadedRecord(values, state);
  return reading.length > 0 ? Promise.all(reading).then(() => whole) : whole;
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
  assume: (storedName: string, value: JsonValue) => void,
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
      assume(storedName, stored);
      return copyJson(withExactNumbers(stored));
    }
    assume(storedName, field.serialize(field.emptyValue));
    return field.emptyValue;
  }
}

/**
 * The id of a record. Its field has to say the one that belongs to its path: a record stored under another id than
 * its own would be found under one and saved under the other.
 */
function identify(value: unknown, { id, path }: FoundRecord, schema: ModelSchema): string {
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
