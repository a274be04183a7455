import { InvalidRecordError, ModelNotFoundError } from '../errors';
import { InvalidValue } from './fields/invalid-value';
import type { JsonValue } from './json-value';
import type { StoredBlob } from './record-store';
import { stateOf } from './record-state';
import type { RecordState } from './record-state';
import type { ModelSchema } from './schema';
import { json } from './serializers/json';

/** A stored record, understood by its model's schema. A class, so that a constructor can tell it from values. */
export class LoadedRecord {
  constructor(
    /** The values by property. */
    readonly values: ReadonlyMap<string, unknown>,
    readonly state: RecordState,
  ) {}
}

/** The bytes of a record whose values are clean, with the stored fields that its model does not know. */
export function encodeInstance(record: object, schema: ModelSchema): Buffer {
  const fields = new Map<string, JsonValue>();
  for (const { property, storedName, field } of schema.fields) {
    fields.set(storedName, field.serialize(Reflect.get(record, property)));
  }
  for (const [name, value] of stateOf(record).unknownFields) {
    fields.set(name, value);
  }
  return json.encode({ model: schema.name, fields });
}

/**
 * Reads the bytes of a record.
 *
 * @param knowsModel Whether the workspace has a model of this name.
 * @throws InvalidRecordError when they are not a record of this model; the message names the path.
 * @throws ModelNotFoundError when they are a record of a model that the workspace does not know.
 */
export function decodeInstance(
  { id, path, oid, content }: StoredBlob,
  schema: ModelSchema,
  knowsModel: (name: string) => boolean,
): LoadedRecord {
  const { model, fields } = json.decode(content, path);
  if (model !== null && model.toLowerCase() !== schema.name.toLowerCase()) {
    const details = { path, model, expected: schema.name };
    throw knowsModel(model)
      ? new InvalidRecordError(`The record at "${path}" is a ${model}, not a ${schema.name}.`, { details })
      : new ModelNotFoundError(
          `The record at "${path}" is of the model ${JSON.stringify(model)}, which this workspace does not know; ` +
            `a ${schema.name} was expected.`,
          { details },
        );
  }
  const unknownFields = new Map(fields);
  const values = new Map<string, unknown>();
  for (const { property, storedName, field } of schema.fields) {
    const stored = fields.get(storedName);
    unknownFields.delete(storedName);
    try {
      if (stored !== undefined) values.set(property, field.deserialize(stored));
      // A record that lacks its id must not get a new one.
      else if (property !== schema.idField.property) values.set(property, field.initialValue());
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      throw new InvalidRecordError(
        `The field "${storedName}" of the record at "${path}" ${error.message}, but is ${JSON.stringify(stored)}.`,
        { cause: error, details: { path, field: property, code: error.code, value: stored } },
      );
    }
  }
  checkId(values.get(schema.idField.property), id, path, schema);
  return new LoadedRecord(values, { oid, storedId: id, unknownFields });
}

/** A record stored under another id than its own would be found under one and saved under the other. */
function checkId(value: unknown, id: string, path: string, schema: ModelSchema): void {
  if (String(value) === id) return;
  const { property, storedName } = schema.idField;
  throw new InvalidRecordError(
    value === undefined
      ? `The record at "${path}" has no field "${storedName}", which holds the id. Add it.`
      : `The record at "${path}" says that its ${property} is ${JSON.stringify(value)}. ` +
          'Move it to the folder of that name, or correct the field.',
    { details: { path, field: property, value } },
  );
}
