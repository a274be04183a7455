import { InvalidPathError } from '../errors';
import { InvalidValue } from '../model/fields/invalid-value';
import { textOfId } from '../model/record/id';
import type { RecordPlace } from '../model/record/record-store';
import { recordPaths } from '../model/schema/layout';
import type { ModelSchema } from '../model/schema/schema';
import { notARecord } from './record-locations';

/** Whether the paths of a layout tell the ids of the records. */
export function tellsIds({ layout }: RecordPlace): boolean {
  return layout.levels !== undefined || layout.identify !== undefined;
}

/** Whether this is the path of the data of the record with an id. */
export function isDataOf(place: RecordPlace, id: string, path: string): boolean {
  try {
    return recordPaths(place, id).data === path;
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
