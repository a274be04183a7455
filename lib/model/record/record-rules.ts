import { InvalidRecordError, ValidationError } from '../../errors';
import { bindingOf } from '../binding';
import { InvalidValue } from '../fields/invalid-value';
import type { JsonValue } from '../json-value';
import type { ModelSchema } from '../schema/schema';
import type { ModelConstructor, ModelId } from '../types';
import { idOf, idText, textOfId } from './id';
import { instantiate } from './instance';
import { decodeFields, decodeInstance, LoadedRecord, withFiles } from './record-codec';
import type { RecordRules } from './record-collection';
import type { DeleteOptions } from './record-store';
import { storedForm } from './stored-form';
import { uniquenessCheck } from './uniqueness';
import { cleanRecord, toIssues } from './validation';

/** The rules of a bound class, for records of its model that are plain objects. */
export function rulesOf(modelClass: ModelConstructor): RecordRules {
  const binding = bindingOf(modelClass, 'be stored');
  const { schema, store, knowsModel } = binding;
  return {
    checkStored(found) {
      decodeInstance(found, schema, knowsModel);
    },

    storedId(id) {
      return idText(idOf(schema, id), schema);
    },

    async checkFields(id, given, state, options) {
      const fields = withId(given, id, schema);
      const { values, assumed } = readFields(fields, schema);
      const loaded = new LoadedRecord(values, { ...state, assumed });
      const record = instantiate(modelClass, await withFiles(loaded, schema, store.blobs));
      await cleanRecord(record, binding);
      const known = storedForm(record, schema);
      const stored = new Map<string, JsonValue>();
      for (const { storedName } of schema.dataFields)
        stored.set(storedName, known.get(storedName) as JsonValue);
      for (const [name, value] of fields) if (!stored.has(name)) stored.set(name, value);
      return { stored, verify: uniquenessCheck(record, binding, options) };
    },

    delete(id, options) {
      return (modelClass as unknown as Deleter).delete(idOf(schema, id), options);
    },
  };
}

/** @throws ValidationError when a value is not of the type that the class has for it. */
function readFields(
  fields: ReadonlyMap<string, JsonValue>,
  schema: ModelSchema,
): ReturnType<typeof decodeFields> {
  try {
    return decodeFields(fields, schema.folder, schema);
  } catch (error) {
    if (!(error instanceof InvalidRecordError && error.cause instanceof InvalidValue)) throw error;
    const { field, value } = error.details;
    throw new ValidationError(schema.name, toIssues(error.cause, String(field), value));
  }
}

/** What is needed of a bound class here; the static methods of a model have its own type of ids. */
interface Deleter {
  delete(id: ModelId, options: DeleteOptions): Promise<string | null>;
}

/** The fields with the one that holds the id, which must not be another than the record's. */
function withId(
  fields: ReadonlyMap<string, JsonValue>,
  id: string,
  schema: ModelSchema,
): ReadonlyMap<string, JsonValue> {
  const { storedName, property } = schema.idField;
  const value = fields.get(storedName);
  if (value === undefined) return new Map([[storedName, idOf(schema, id)], ...fields]);
  if (textOfId(value) === id) return fields;
  throw new ValidationError(schema.name, [
    { path: property, code: 'invalid_id', message: `must be the record's id, ${JSON.stringify(id)}`, value },
  ]);
}
