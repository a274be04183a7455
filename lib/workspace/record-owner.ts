import { posix } from 'node:path';
import { InvalidPathError } from '../errors';
import { InvalidValue } from '../model/fields/invalid-value';
import { textOfId } from '../model/record/id';
import type { RecordPlace } from '../model/record/record-store';
import { BLOB_SUFFIX, dataPath } from '../model/schema/layout';
import type { ModelSchema } from '../model/schema/schema';
import { notARecord } from './record-locations';

/** Whether the paths of a layout tell the ids of the records. */
export function tellsIds({ layout }: RecordPlace): boolean {
  return layout.levels !== undefined || layout.identify !== undefined;
}

/** Whether this is the path of the data of the record with an id. */
export function isDataOf(place: RecordPlace, id: string, path: string): boolean {
  try {
    return dataPath(place, id) === path;
  } catch (error) {
    if (error instanceof InvalidPathError) return false;
    throw error;
  }
}

/**
 * The path of the data of the record that a layout would have at a path, be it the data itself or something in the
 * record's folder; undefined when there can be none, or paths do not tell.
 */
export function dataPathAt(place: RecordPlace, path: string): string | undefined {
  const { layout, folder, dataFilename } = place;
  const inside = path.slice(folder.length + 1);
  if (layout.levels !== undefined) {
    // Nearly always it is the data itself.
    if (isDataOf(place, posix.basename(posix.dirname(path)), path)) return path;
    const names = inside.split('/').slice(0, layout.levels + 1);
    const data = `${folder}/${names.join('/')}/${dataFilename}`;
    return path.length >= data.length - dataFilename.length && isDataOf(place, names.at(-1) ?? '', data)
      ? data
      : undefined;
  }
  const id = layout.identify?.(layout.ownFolder ? inside.slice(0, inside.lastIndexOf('/')) : inside);
  return id !== undefined && isDataOf(place, id, path) ? path : undefined;
}

/**
 * The record whose data a file is, by the path of the file; undefined for one that is no record's data. It says the same as
 * {@link locateRecords} finds in a tree where nothing is unusual.
 *
 * @throws Error for what that would look at in the tree, or not take for a record's.
 */
export function placeAt(
  place: RecordPlace,
  path: string,
): { readonly id: string | null; readonly path: string } | undefined {
  const { layout, folder, dataFilename } = place;
  const inside = path.slice(folder.length + 1);
  const names = inside.split('/');
  const name = names.at(-1) as string;
  if (inside === '' || !inside.isWellFormed()) throw notARecord(path, 'its name is not UTF-8');
  if (layout.levels !== undefined) {
    const depth = layout.levels + 2;
    if (names.length > depth) throw notARecord(path, 'it is within the folder of a record');
    if (names.length < depth) return undefined;
    const id = names.at(-2) as string;
    const data = dataPath(place, id);
    return data === path ? { id, path } : undefined;
  }
  if (names.slice(0, -1).some((each) => each.endsWith(BLOB_SUFFIX))) {
    throw notARecord(path, 'it is in a folder with the name of a blob');
  }
  if (name.endsWith(BLOB_SUFFIX) || (layout.ownFolder && name !== dataFilename)) return undefined;
  if (!layout.identify) return { id: null, path };
  const id = layout.identify(layout.ownFolder ? inside.slice(0, -dataFilename.length - 1) : inside);
  return id !== undefined && dataPath(place, id) === path ? { id, path } : undefined;
}

/**
 * The id that a stored record says it has, as it stands in paths.
 *
 * @throws InvalidRecordError when the bytes are no record, or have no id.
 */
export function readRecordId(content: Buffer, path: string, { idField, serializer }: ModelSchema): string {
  const { storedName, field } = idField;
  const stored = serializer.decode(content, path).fields.get(storedName);
  if (stored === undefined) throw notARecord(path, `it has no field "${storedName}", which holds the id`);
  try {
    return textOfId(field.serialize(field.deserialize(stored)));
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw notARecord(path, `its field "${storedName}" ${error.message}`, error);
  }
}
