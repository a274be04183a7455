import { InvalidValue } from '../../model/fields/invalid-value';
import { checkJson } from '../../model/fields/json-check';
import { storedOf } from '../../model/merge/merge-field';
import type { ModelSchema } from '../../model/schema/schema';
import { json } from '../../model/serializers/json';
import type { StoredRecord } from '../../model/serializers/serializer';
import { FileMode } from '../../object/file-mode';
import { hashObject } from '../../object/oid';
import type { MergeConflict } from './merge-conflict';
import { cannotResolve } from './open-conflict';
import type { Placed } from './placing';

/**
 * A record with the fields that somebody has decided on, by property, in place of its own; null when it is to be deleted.
 *
 * @throws InvalidArgumentError when one of them is none of its field's values.
 */
export function withGivenFields(
  schema: ModelSchema | null,
  { model, fields: before }: StoredRecord,
  value: unknown,
  conflict: MergeConflict,
): StoredRecord | null {
  if (value === null) return null;
  if (typeof value !== 'object')
    return cannotResolve(conflict, value, 'must be the fields of the record, or null');
  const fields = new Map(before);
  for (const [property, each] of Object.entries(value)) {
    const known = schema?.fields.find((field) => field.property === property);
    if (known?.field.isStoredApart) {
      return cannotResolve(
        conflict,
        value,
        `has ${property}, which is in a file of its own: leave it out, and save it when the merge is done`,
      );
    }
    if (schema && !known && !before.has(property)) {
      return cannotResolve(conflict, value, `has ${property}, and ${schema.name} has no such field`);
    }
    try {
      const stored = storedOf(each, known?.field);
      if (!known) checkJson(stored);
      if (stored !== undefined) fields.set(known?.storedName ?? property, stored);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      return cannotResolve(conflict, value, `has a ${property} that ${error.message}`, error);
    }
  }
  return { model, fields };
}

/** The file of a record. */
export function encodeRecord(schema: ModelSchema | null, record: StoredRecord): Placed {
  const content = (schema?.serializer ?? json).encode(record);
  return { oid: hashObject('blob', content), mode: FileMode.BLOB, content };
}
