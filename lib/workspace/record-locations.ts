import { InvalidRecordError } from '../errors';
import type { RecordPlace } from '../model/record/record-store';
import { BLOB_SUFFIX, blobPrefixOf, recordPaths } from '../model/schema/layout';
import type { StagedEntry, StagedTree } from '../object/staged-tree';

/** Where a record may be. */
export interface RecordLocation {
  /** Null when only the record tells. */
  readonly id: string | null;
  /** The path of its data. */
  readonly path: string;
  /** What is there; undefined when nothing is. */
  readonly entry: StagedEntry | undefined;
}

/** What stands in a name for bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * The place of the record with an id.
 *
 * @throws InvalidRecordError when something else is where the data, or a folder on the way to it, should be.
 */
export async function locateRecord(
  tree: StagedTree,
  place: RecordPlace,
  id: string,
): Promise<RecordLocation> {
  const { data: path } = recordPaths(place, id);
  const entry = await tree.entry(path);
  if (entry && entry.kind !== 'blob') throw notARecord(path, `it is a ${entry.kind}, not a file`);
  if (!entry) await checkFoldersAbove(tree, path);
  return { id, path, entry };
}

/**
 * All places in a model's folder where records may be, to be looked at one by one. Ordinary files that stand
 * where records' folders do are nobody's records.
 */
export async function locateRecords(
  tree: StagedTree,
  place: RecordPlace,
): Promise<(() => Promise<RecordLocation>)[]> {
  await checkFoldersAbove(tree, `${place.folder}/`);
  const { layout } = place;
  return layout.levels === undefined
    ? locateByPath(tree, place)
    : locateByFolder(tree, place, place.folder, layout.levels);
}

/**
 * The paths of all that belongs to a record, with its data as the last: its folder, where nothing else can be in
 * that; elsewhere the files of its fields and the data.
 */
export async function entriesOf(tree: StagedTree, place: RecordPlace, id: string): Promise<string[]> {
  const { data, blobPrefix } = recordPaths(place, id);
  const { levels, ownFolder } = place.layout;
  const folder = blobPrefix.slice(0, -1);
  if (levels !== undefined) return [folder];
  const paths: string[] = [];
  if (ownFolder) {
    for (const { path, kind } of (await tree.list(folder)) ?? []) {
      if (kind === 'blob' && path.endsWith(BLOB_SUFFIX)) paths.push(path);
    }
  } else {
    for (const name of place.fileNames) {
      const path = blobPrefix + name + BLOB_SUFFIX;
      if (await tree.entry(path)) paths.push(path);
    }
  }
  return [...paths, data];
}

/** The files of a record's fields, by the names of the fields; only of those that the place knows. */
export async function filesOf(
  tree: StagedTree,
  place: RecordPlace,
  dataPath: string,
): Promise<Map<string, StagedEntry>> {
  const files = new Map<string, StagedEntry>();
  if (place.fileNames.length === 0) return files;
  const prefix = blobPrefixOf(place, dataPath);
  for (const name of place.fileNames) {
    const file = await tree.entry(prefix + name + BLOB_SUFFIX);
    if (file && file.kind !== 'blob') throw notARecord(file.path, `it is a ${file.kind}, not a file`);
    if (file) files.set(name, file);
  }
  return files;
}

/** The error for what stands where a record, or a part of one, should be. */
export function notARecord(path: string, reason: string, cause?: unknown): InvalidRecordError {
  return new InvalidRecordError(`What is stored at "${path}" is not a record: ${reason}.`, {
    cause,
    details: { path, reason },
  });
}

/** In a layout whose records have folders with their ids as names, so many levels below this folder. */
async function locateByFolder(
  tree: StagedTree,
  place: RecordPlace,
  folder: string,
  levels: number,
): Promise<(() => Promise<RecordLocation>)[]> {
  const found: (() => Promise<RecordLocation>)[] = [];
  for (const { name, path, kind } of (await tree.list(folder)) ?? []) {
    if (kind === 'blob') continue;
    const refuse = (reason: string): void => void found.push(() => Promise.reject(notARecord(path, reason)));
    if (name.includes(REPLACEMENT) && !(await tree.entry(path))) refuse('its name is not UTF-8');
    else if (levels === 0) found.push(() => locateIn(tree, place, path, name));
    else if (kind === 'tree') found.push(...(await locateByFolder(tree, place, path, levels - 1)));
    else refuse(`it is a ${kind}, not a folder`);
  }
  return found;
}

/** A record's folder that stands where the layout does not look for it holds no record. */
async function locateIn(
  tree: StagedTree,
  place: RecordPlace,
  folder: string,
  id: string,
): Promise<RecordLocation> {
  const path = `${folder}/${place.dataFilename}`;
  return recordPaths(place, id).data === path
    ? locateRecord(tree, place, id)
    : { id, path, entry: undefined };
}

/** In any other layout every file but those of fields may be a record. */
async function locateByPath(
  tree: StagedTree,
  place: RecordPlace,
): Promise<(() => Promise<RecordLocation>)[]> {
  const { layout, folder, dataFilename } = place;
  const found: (() => Promise<RecordLocation>)[] = [];
  for await (const entry of tree.walk(folder)) {
    const { path, name, kind } = entry;
    if (kind === 'tree' || name.endsWith(BLOB_SUFFIX) || (layout.ownFolder && name !== dataFilename))
      continue;
    if (kind !== 'blob') {
      found.push(() => Promise.reject(notARecord(path, `it is a ${kind}, not a file`)));
    } else if (!layout.identify) {
      found.push(() => Promise.resolve({ id: null, path, entry }));
    } else {
      found.push(async () => {
        const inside = path.slice(folder.length + 1, layout.ownFolder ? -dataFilename.length - 1 : undefined);
        const id = layout.identify?.(inside);
        const isThere = id !== undefined && recordPaths(place, id).data === path;
        return Promise.resolve({ id: id ?? null, path, entry: isThere ? entry : undefined });
      });
    }
  }
  return found;
}

/** @throws InvalidRecordError when something is on the way to a path that is not a folder. */
async function checkFoldersAbove(tree: StagedTree, path: string): Promise<void> {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    const kind = (await tree.entry(folder))?.kind;
    if (kind === undefined) return;
    if (kind !== 'tree') throw notARecord(folder, `it is a ${kind}, not a folder`);
  }
}
