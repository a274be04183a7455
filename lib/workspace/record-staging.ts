import { IntegrityError, StaleRecordError } from '../errors';
import { isSameJson } from '../model/json-value';
import { stateOf } from '../model/record/record-state';
import type { RecordState } from '../model/record/record-state';
import type { RecordFile, RecordPlace, RecordWrite, SaveOptions } from '../model/record/record-store';
import { isSameStored } from '../model/record/stored-form';
import { BLOB_SUFFIX, recordPaths } from '../model/schema/layout';
import { FileMode } from '../object/file-mode';
import { hashObject } from '../object/oid';
import type { StagedEntry, StagedTree } from '../object/staged-tree';
import type { DataChange } from './record-indexes';
import { entriesOf } from './record-locations';

/** What knows whether a blob is there that is staged by its oid. */
export interface StoredBlobs {
  /** Its content when it has to be written again; undefined when it is there. Throws when nobody has it. */
  adopt(oid: string): Promise<Buffer | undefined>;
}

/** What comes of staging a record. */
export interface StagedRecord {
  readonly tree: StagedTree;
  /** What it has done to the data of records; undefined when that is not known. */
  readonly change: DataChange | undefined;
  /** Of the record, once the tree is staged. */
  readonly state: RecordState;
  /** How much content came with it. */
  readonly addedBytes: number;
}

/**
 * Puts a record into a tree, and moves it there when its id has changed.
 *
 * @returns undefined when neither the tree nor the record's state changes.
 * @throws IntegrityError, StaleRecordError, and what `verify` throws; ObjectNotFoundError when a file's blob is gone.
 */
export async function stageRecord(
  tree: StagedTree,
  write: RecordWrite,
  { overwrite = false }: SaveOptions,
  blobs: StoredBlobs,
): Promise<StagedRecord | undefined> {
  const { record, place, id, content, stored, files } = write;
  const before = stateOf(record);
  const room = await makeRoom(tree, place, id, before, overwrite);
  await write.verify?.();
  const { data, blobPrefix } = recordPaths(place, id);
  const isKept = isSameStored(before, stored) && (await room.entry(data))?.oid === before.oid;
  const oid = hashObject('blob', content);
  const changed = await putFiles(
    isKept ? room : await room.withBlob(data, content, FileMode.BLOB, oid),
    blobPrefix,
    files,
    blobs,
  );
  // A save that changes nothing has nothing to take back, however often it is made.
  if (isKept && changed === tree && before.storedId === id && before.at === undefined) return undefined;
  const state = isKept
    ? { ...before, storedId: id, files: storedFiles(files), at: undefined }
    : savedState(write, before, oid);
  const isMoved = before.storedId !== null && before.storedId !== id;
  const removed = isMoved ? recordPaths(place, before.storedId).data : undefined;
  const change = isKept ? undefined : { removed, added: { path: data, content } };
  return { tree: changed, change, state, addedBytes: addedBytes(write, before) };
}

/** The state of a record that was stored as this blob. */
export function savedState(
  { id, stored, files }: RecordWrite,
  before: RecordState,
  oid: string,
): RecordState {
  const assumed = stillAssumed(before, stored);
  return { oid, storedId: id, stored, assumed, files: storedFiles(files), at: undefined };
}

/**
 * The tree in which a record's data can be put under its id: moved there first, with its blobs, when it is stored
 * under another one.
 *
 * @throws IntegrityError when another record is there.
 * @throws StaleRecordError when what is stored is not what the instance was loaded from, unless that may be
 *   overwritten.
 */
export async function makeRoom(
  tree: StagedTree,
  place: RecordPlace,
  id: string,
  before: RecordState,
  overwrite: boolean,
): Promise<StagedTree> {
  const { storedId } = before;
  const stored = storedId === null ? undefined : await tree.entry(recordPaths(place, storedId).data);
  if (storedId !== null && !overwrite) await checkUnchanged(tree, place, storedId, before, stored);
  if (storedId === id) return tree;
  const to = recordPaths(place, id);
  if (!place.layout.ownFolder) {
    // Paths with and without the extension have the same blobs, which would be taken from the other record.
    for (const name of place.fileNames) {
      const path = to.blobPrefix + name + BLOB_SUFFIX;
      if (await tree.entry(path)) throw taken(place, id, path);
    }
  }
  if (!stored) {
    if (await tree.entry(to.data)) throw taken(place, id, to.data);
    return tree;
  }
  const from = recordPaths(place, storedId as string);
  let moved = tree;
  for (const path of await entriesOf(tree, place, storedId as string)) {
    const target = path === from.data ? to.data : movedPath(path, from.blobPrefix, to.blobPrefix);
    if (await tree.entry(target)) throw taken(place, id, target);
    moved = (await moved.withMoved(path, target)) ?? moved;
  }
  return moved;
}

/**
 * Checks that nobody else has changed a stored record.
 *
 * @param entry The record's data, as it is now.
 * @throws StaleRecordError when what is stored is not what the instance was loaded from or saved as.
 */
export async function checkUnchanged(
  tree: StagedTree,
  place: RecordPlace,
  id: string,
  { oid, files }: RecordState,
  entry: StagedEntry | undefined,
): Promise<void> {
  const { data, blobPrefix } = recordPaths(place, id);
  if (entry?.oid !== oid) throw staleRecord(place, id, { path: data, expected: oid }, entry);
  for (const name of place.fileNames) {
    const path = blobPrefix + name + BLOB_SUFFIX;
    const file = await tree.entry(path);
    const expected = files.get(name)?.oid ?? null;
    if ((file?.oid ?? null) !== expected) throw staleRecord(place, id, { path, expected }, file);
  }
}

/** Where the folder or a file of a record goes. */
function movedPath(path: string, from: string, to: string): string {
  return path.length < from.length ? to.slice(0, -1) : to + path.slice(from.length);
}

/** The tree with the files of a record's fields as they are to be. */
async function putFiles(
  tree: StagedTree,
  blobPrefix: string,
  files: RecordWrite['files'],
  blobs: StoredBlobs,
): Promise<StagedTree> {
  let changed = tree;
  for (const [name, file] of files) {
    const path = blobPrefix + name + BLOB_SUFFIX;
    if (file === null) changed = await changed.without(path);
    else if ((await changed.entry(path))?.oid === file.oid) continue;
    else {
      const content = file.content ?? (await blobs.adopt(file.oid));
      if (content) changed = await changed.withBlob(path, content, FileMode.BLOB, file.oid);
      else changed = await changed.withEntry(path, { mode: FileMode.BLOB, oid: file.oid });
    }
  }
  return changed;
}

function taken(place: RecordPlace, id: string, path: string): IntegrityError {
  return new IntegrityError(
    `There is a ${place.name} with the id ${JSON.stringify(id)} already. ` +
      'Get that one to change it, or choose another id.',
    { details: { model: place.name, id, path } },
  );
}

function staleRecord(
  place: RecordPlace,
  id: string,
  { path, expected }: { readonly path: string; readonly expected: string | null },
  stored: StagedEntry | undefined,
): StaleRecordError {
  return new StaleRecordError(
    `The ${place.name} with the id ${JSON.stringify(id)} was ${stored ? 'changed' : 'deleted or moved'} by somebody ` +
      'else since this instance was loaded or saved. Get it again and repeat the change, or use ' +
      '{ overwrite: true } to have it your way.',
    {
      details: {
        model: place.name,
        id,
        path,
        expected,
        actual: stored?.oid ?? null,
      },
    },
  );
}

/** What was assumed for values that are not valid, and are stored as they were. */
function stillAssumed(before: RecordState, stored: RecordWrite['stored']): RecordState['assumed'] {
  const assumed = new Map(before.assumed);
  for (const name of before.assumed.keys()) {
    if (!before.stored.has(name) || !isSameJson(before.stored.get(name), stored.get(name)))
      assumed.delete(name);
  }
  return assumed;
}

function storedFiles(files: RecordWrite['files']): Map<string, RecordFile> {
  return new Map([...files].filter((each): each is [string, RecordFile] => each[1] !== null));
}

function addedBytes({ content, files }: RecordWrite, before: RecordState): number {
  let bytes = content.length;
  for (const [name, file] of files) {
    if (file?.content && file.oid !== before.files.get(name)?.oid) bytes += file.content.length;
  }
  return bytes;
}
