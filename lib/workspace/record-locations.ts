import { InvalidObjectError, InvalidRecordError, ObjectNotFoundError } from '../errors';
import type { RecordPlace } from '../model/record/record-store';
import { BLOB_SUFFIX, blobPrefixOf, dataPath, recordPaths } from '../model/schema/layout';
import { andThen } from '../object/awaitable';
import type { Awaitable } from '../object/awaitable';
import { fromByteName, toByteName } from '../object/byte-name';
import { kindOfMode } from '../object/file-mode';
import type { NodeEntry } from '../object/node-entry';
import { describeEntry } from '../object/staged-tree';
import type { StagedEntry, StagedTree } from '../object/staged-tree';
import type { TreeNode } from '../object/tree-node';

/** Where a record may be. */
export interface RecordLocation<Entry = Pick<StagedEntry, 'oid' | 'content'>> {
  /** Null when only the record tells. */
  readonly id: string | null;
  /** The path of its data. */
  readonly path: string;
  /** What is there; undefined when nothing is. */
  readonly entry: Entry | undefined;
}

/** The entries of a record that is there. */
export interface RecordEntries {
  readonly id: string | null;
  readonly path: string;
  readonly oid: string;
  /** The data's content while it is not in the object database. */
  readonly content: Buffer | undefined;
  /** The files of the record's fields, by the names of the fields; only of those that the place knows. */
  readonly files: ReadonlyMap<string, StagedEntry>;
}

/** A place where a record may be; to be called when its turn comes, and throws or rejects for what is no record. */
export type Candidate = () => Awaitable<RecordLocation>;

/**
 * The place of the record with an id.
 *
 * @throws InvalidRecordError when something else is where the data, or a folder on the way to it, should be.
 */
export function locateRecord(
  tree: StagedTree,
  place: RecordPlace,
  id: string,
): Awaitable<RecordLocation<StagedEntry>> {
  const path = dataPath(place, id);
  return andThen(tree.lookUp(path), (entry) => {
    if (entry && entry.kind !== 'blob') throw notARecord(path, `it is a ${entry.kind}, not a file`);
    if (!entry) return checkFoldersAbove(tree, path).then(() => ({ id, path, entry }));
    return { id, path, entry };
  });
}

/**
 * All places in a model's folder where records may be, in chunks. Folders are read when they come up. Ordinary files
 * that stand where records' folders do are nobody's records.
 *
 * @param sizeOf How many places the n-th chunk has.
 */
export async function* locateRecords(
  tree: StagedTree,
  place: RecordPlace,
  sizeOf: (chunk: number) => number,
): AsyncGenerator<readonly Candidate[], void> {
  await checkFoldersAbove(tree, `${place.folder}/`);
  const folder = await tree.folder(place.folder);
  if (!folder) return;
  const { levels } = place.layout;
  const walk =
    levels === undefined
      ? walkFiles(tree, place, place.folder, folder)
      : walkFolders(tree, place, place.folder, folder, levels);
  let chunk: Candidate[] = [];
  let count = 0;
  try {
    for (let step = walk.next(); !step.done;) {
      if (step.value instanceof Promise) {
        step = walk.next(await step.value);
        continue;
      }
      chunk.push(step.value);
      if (chunk.length === sizeOf(count)) {
        yield chunk;
        chunk = [];
        count++;
      }
      step = walk.next();
    }
  } catch (error) {
    // What was found before a folder that cannot be read comes before the error.
    if (chunk.length > 0) yield chunk;
    throw error;
  }
  if (chunk.length > 0) yield chunk;
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

/**
 * The entries of the record at a location; null when there is none.
 *
 * @throws InvalidRecordError when something else is where a file of a field should be.
 */
export function gatherEntries(
  tree: StagedTree,
  place: RecordPlace,
  { id, path, entry }: RecordLocation,
): Awaitable<RecordEntries | null> {
  if (!entry) return null;
  const { oid, content } = entry;
  if (place.fileNames.length === 0) return { id, path, oid, content, files: NO_FILES };
  return findFiles(tree, place, path).then((files) => ({ id, path, oid, content, files }));
}

const NO_FILES: ReadonlyMap<string, StagedEntry> = new Map();

async function findFiles(
  tree: StagedTree,
  place: RecordPlace,
  dataPath: string,
): Promise<Map<string, StagedEntry>> {
  const files = new Map<string, StagedEntry>();
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

/**
 * Throws what says that a record's content cannot be read: the object that holds it is damaged, or not there. Any other
 * error, as of a disk that is full, is no fault of the record's, and is thrown as it is.
 */
export function refuseContent(path: string, error: unknown): never {
  if (!(error instanceof InvalidObjectError || error instanceof ObjectNotFoundError)) throw error;
  throw notARecord(path, `its content cannot be read: ${error.message}`, error);
}

/** Finds candidates; a promise is of a folder, to be handed back when it has come. */
type Walk = Generator<Candidate | Promise<TreeNode>, void, TreeNode | undefined>;

/** In a layout whose records have folders with their ids as names, so many levels below this folder. */
function* walkFolders(
  tree: StagedTree,
  place: RecordPlace,
  path: string,
  folder: TreeNode,
  levels: number,
): Walk {
  for (const [byteName, entry] of folder.list()) {
    const kind = kindOfMode(entry.mode);
    if (kind === 'blob') continue;
    const name = fromByteName(byteName);
    const inside = `${path}/${name}`;
    if (!name.isWellFormed()) {
      yield refusal(inside, 'its name is not UTF-8');
    } else if (kind !== 'tree') {
      yield levels === 0
        ? () => locateRecord(tree, place, name)
        : refusal(inside, `it is a ${kind}, not a folder`);
    } else if (levels === 0) {
      yield () => locateIn(tree, place, inside, name, entry);
    } else {
      yield* walkFolders(tree, place, inside, yield* open(tree, entry), levels - 1);
    }
  }
}

function* open(
  tree: StagedTree,
  entry: NodeEntry,
): Generator<Promise<TreeNode>, TreeNode, TreeNode | undefined> {
  const folder = tree.open(entry);
  return folder instanceof Promise ? ((yield folder) as TreeNode) : folder;
}

/** A record's folder that stands where the layout does not look for it holds no record. */
function locateIn(
  tree: StagedTree,
  place: RecordPlace,
  folder: string,
  id: string,
  entry: NodeEntry,
): Awaitable<RecordLocation> {
  const path = `${folder}/${place.dataFilename}`;
  if (dataPath(place, id) !== path) return { id, path, entry: undefined };
  return andThen(tree.open(entry), (node) => {
    const data = node.get(toByteName(place.dataFilename));
    const kind = data && kindOfMode(data.mode);
    if (kind !== undefined && kind !== 'blob') throw notARecord(path, `it is a ${kind}, not a file`);
    return { id, path, entry: data };
  });
}

/** In any other layout every file but those of fields may be a record. */
function* walkFiles(tree: StagedTree, place: RecordPlace, path: string, folder: TreeNode): Walk {
  const { layout, dataFilename } = place;
  for (const [byteName, nodeEntry] of folder.list()) {
    const entry = describeEntry(path, byteName, nodeEntry);
    const { name, kind } = entry;
    if (kind === 'tree') {
      yield* walkFiles(tree, place, entry.path, yield* open(tree, nodeEntry));
    } else if (!name.endsWith(BLOB_SUFFIX) && (!layout.ownFolder || name === dataFilename)) {
      yield kind === 'blob'
        ? () => locateFile(place, entry)
        : refusal(entry.path, `it is a ${kind}, not a file`);
    }
  }
}

function locateFile(place: RecordPlace, entry: StagedEntry): RecordLocation {
  const { layout, folder, dataFilename } = place;
  const { path } = entry;
  if (!layout.identify) return { id: null, path, entry };
  const inside = path.slice(folder.length + 1, layout.ownFolder ? -dataFilename.length - 1 : undefined);
  const id = layout.identify(inside);
  const isThere = id !== undefined && dataPath(place, id) === path;
  return { id: id ?? null, path, entry: isThere ? entry : undefined };
}

function refusal(path: string, reason: string): Candidate {
  return () => {
    throw notARecord(path, reason);
  };
}

/** @throws InvalidRecordError when something is on the way to a path that is not a folder. */
export async function checkFoldersAbove(tree: StagedTree, path: string): Promise<void> {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    const kind = (await tree.entry(folder))?.kind;
    if (kind === undefined) return;
    if (kind !== 'tree') throw notARecord(folder, `it is a ${kind}, not a folder`);
  }
}
