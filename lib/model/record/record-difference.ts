import { GitBlob } from '../git-blob';
import { copyJson, isSameJson, withExactNumbers } from '../json-value';
import type { ModelSchema, SchemaField } from '../schema/schema';
import type { RecordChange } from '../types';
import type { RecordContext } from './record-context';
import type { RecordState } from './record-state';
import type { FoundRecord } from './record-store';
import { valueBefore } from './stored-form';

/** What has become of a record from one state to another: `moved` when it has got another id. */
export type RecordStatus = 'added' | 'removed' | 'changed' | 'moved';

/** A field of one version of a record, in the form in which versions are compared: what is stored, or the oid of a file. */
type Comparable = Parameters<typeof isSameJson>[0];

/**
 * What differs between two versions of a record; by property, what the model does not know by stored name. Values are those
 * that the fields make of what is stored; what is no value of its field stays as it is stored. A version that there is not
 * has no values.
 *
 * @param schema Null for a record of which only the stored names are known.
 * @param context What values ask that read from the store themselves.
 */
export async function differenceOf(
  schema: ModelSchema | null,
  before: FoundRecord | null,
  after: FoundRecord | null,
  context: RecordContext | undefined,
): Promise<Record<string, RecordChange>> {
  const changes: Record<string, RecordChange> = {};
  for (const each of schema && context ? [...schema.dataFields, ...schema.fileFields] : []) {
    if (isSameJson(formIn(before, each), formIn(after, each))) continue;
    changes[each.property] = {
      from: (await valueIn(before, each, context as RecordContext)).value,
      to: (await valueIn(after, each, context as RecordContext)).value,
    };
  }
  const known = new Set(schema?.fields.flatMap(({ property, storedName }) => [property, storedName]));
  const names = new Set([before, after].flatMap((each) => [...(each?.record.fields.keys() ?? [])]));
  for (const name of names) {
    const [from, to] = [before?.record.fields.get(name), after?.record.fields.get(name)];
    if (known.has(name) || isSameJson(from, to)) continue;
    changes[name] = { from: plainValue(from), to: plainValue(to) };
  }
  return changes;
}

/** Whether a field is the same in two versions, neither in value nor in the way it is written. */
export function isSameIn(
  schemaField: SchemaField,
  one: FoundRecord | null,
  other: FoundRecord | null,
): boolean {
  return isSameJson(formIn(one, schemaField), formIn(other, schemaField));
}

function formIn(found: FoundRecord | null, { field, storedName }: SchemaField): Comparable {
  return field.isStoredApart ? found?.files.get(storedName)?.oid : found?.record.fields.get(storedName);
}

const NOTHING_ASSUMED: RecordState['assumed'] = new Map();

/** The value of a field in a version; in an object, because a related record, which can be awaited, would be loaded. */
export async function valueIn(
  found: FoundRecord | null,
  schemaField: SchemaField,
  context: RecordContext,
): Promise<{ readonly value: unknown }> {
  if (!found) return { value: undefined };
  const { oid, id, record, files, at } = found;
  const state = { oid, storedId: id, stored: record.fields, assumed: NOTHING_ASSUMED, files, at };
  const value = valueBefore(schemaField, state, context);
  // Bytes are read together with a record, and a blob is not.
  return { value: value instanceof GitBlob && !schemaField.field.isHeld ? await value.buffer() : value };
}

function plainValue(stored: Comparable): unknown {
  return stored === undefined ? undefined : copyJson(withExactNumbers(stored));
}
