import path from 'node:path';
import type { ObjectStore } from '../../git/object-store';
import { InvalidValue } from '../../model/fields/invalid-value';
import { textOfId } from '../../model/record/id';
import type { FoundRecord } from '../../model/record/record-store';
import type { ModelSchema } from '../../model/schema/schema';
import type { StoredRecord } from '../../model/serializers/serializer';
import type { StagedTree } from '../../object/staged-tree';
import { refuseContent } from '../record-locations';
import { decodeVersion, readVersion } from './stored-unit';
import type { StoredUnit } from './stored-unit';

/** A tree, and how what was read from it says so; undefined for what is staged. */
export interface TreeAt {
  readonly tree: StagedTree;
  readonly at: string | undefined;
}

/**
 * The version of a record that a tree has; null when it has none.
 *
 * @throws InvalidRecordError when what is there cannot be read as a record.
 */
export async function readStored(
  objects: ObjectStore,
  unit: StoredUnit,
  { tree, at }: TreeAt,
): Promise<FoundRecord | null> {
  const version = await readVersion(tree, unit, unit.path);
  if (!version) return null;
  const record = await decodeVersion(objects, unit, version).catch((error: unknown) =>
    refuseContent(unit.path, error),
  );
  const id = idInPath(unit.schema, unit.path);
  return { id, path: unit.path, oid: version.data.oid, record, files: version.files, at };
}

/** The id of a record, as it stands in paths: from its path, else from its field. */
export function storedIdOf(schema: ModelSchema | null, { id, path: file, record }: FoundRecord): string {
  if (id !== null || !schema) return id ?? file;
  return idInRecord(schema, record) ?? file;
}

/** The id of a record, as its path tells it; null where paths do not. */
export function idInPath(schema: ModelSchema | null, file: string): string | null {
  const name = path.posix.basename(path.posix.dirname(file));
  if (!schema || schema.layout.levels !== undefined) return name;
  const inside = file.slice(schema.folder.length + 1);
  const { layout } = schema;
  return layout.identify?.(layout.ownFolder ? inside.slice(0, inside.lastIndexOf('/')) : inside) ?? null;
}

function idInRecord({ idField }: ModelSchema, { fields }: StoredRecord): string | undefined {
  const stored = fields.get(idField.storedName);
  if (stored === undefined) return undefined;
  try {
    return textOfId(idField.field.serialize(idField.field.deserialize(stored)));
  } catch (error) {
    if (error instanceof InvalidValue) return undefined;
    throw error;
  }
}
