import { InvalidRecordError, IntegrityError } from '../errors';
import type { GitModelError } from '../errors';
import type { RecordPlace } from '../model/record/record-store';
import { BLOB_SUFFIX, recordPaths } from '../model/schema/layout';
import type { ModelSchema } from '../model/schema/schema';
import type { StagedEntry, StagedTree } from '../object/staged-tree';
import type { WorkspaceContext } from './context';
import { entriesOf, notARecord } from './record-locations';
import type { Candidate } from './record-locations';
import { dataPathAt, isDataOf, readRecordId, tellsIds } from './record-owner';

/** One entry that gets another path; what is in it stays as it is. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly mode: number;
  readonly oid: string;
}

/**
 * What has to move of a record for the new layout; nothing where there is none, or it is in its place.
 *
 * @param locate Finds the record in the old layout.
 * @throws IntegrityError when something in its folder cannot come along.
 * @throws InvalidRecordError when what is there is a record of neither layout.
 */
export async function examineRecord(
  context: WorkspaceContext,
  locate: Candidate,
  from: ModelSchema,
  to: ModelSchema,
): Promise<Move[]> {
  const { id, path, entry } = await locate();
  if (!entry) {
    await refuseMisplaced(context, from, to, path);
    return [];
  }
  if (id !== null) return movesOf(context, from, to, id);
  const found = readRecordId(await context.objects.readBlob(entry.oid), path, to);
  if (isDataOf(from, found, path)) return movesOf(context, from, to, found);
  if (!isDataOf(to, found, path)) throw misplaced(to, path);
  return [];
}

/** @throws InvalidRecordError when a record is at the path, or in that folder, that neither layout has there. */
async function refuseMisplaced(
  context: WorkspaceContext,
  from: ModelSchema,
  to: ModelSchema,
  path: string,
): Promise<void> {
  const { tree } = context.stage;
  // A layout with levels gives the path that the data would have in a folder.
  const isFolder = from.layout.levels !== undefined;
  const paths = isFolder ? dataFilesIn(tree, path.slice(0, path.lastIndexOf('/')), to.dataFilename) : [path];
  for await (const each of paths) {
    const data = dataPathAt(to, each);
    const isInPlace = data === undefined ? isRecordAt(context, to, each) : tree.entry(data);
    if (!(await isInPlace)) throw misplaced(to, each);
  }
}

/** Whether the new layout has a record there whose data this is. */
async function isRecordAt(
  { stage, objects }: WorkspaceContext,
  to: ModelSchema,
  path: string,
): Promise<boolean> {
  if (tellsIds(to)) return dataPathAt(to, path) === path;
  const entry = await stage.tree.entry(path);
  if (entry?.kind !== 'blob') return false;
  try {
    return isDataOf(to, readRecordId(await objects.readBlob(entry.oid), path, to), path);
  } catch (error) {
    if (error instanceof InvalidRecordError) return false;
    throw error;
  }
}

async function* dataFilesIn(tree: StagedTree, folder: string, name: string): AsyncGenerator<string, void> {
  for await (const entry of tree.walk(folder)) {
    if (entry.kind === 'blob' && entry.name === name) yield entry.path;
  }
}

function misplaced({ name }: RecordPlace, path: string): GitModelError {
  return notARecord(path, `neither the old nor the new layout of ${name} has one there`);
}

/** How the entries of a record get from one layout to the other. */
async function movesOf(
  context: WorkspaceContext,
  from: ModelSchema,
  to: ModelSchema,
  id: string,
): Promise<Move[]> {
  const { tree } = context.stage;
  const [source, target] = [recordPaths(from, id), recordPaths(to, id)];
  if (source.data === target.data && source.blobPrefix === target.blobPrefix) return [];
  const [sourceFolder, targetFolder] = [source, target].map(({ blobPrefix }) => blobPrefix.slice(0, -1)) as [
    string,
    string,
  ];
  const moves: Move[] = [];
  const move = (entry: StagedEntry | undefined, path: string): void => {
    if (!entry || entry.path === path) return;
    const { path: from, mode, oid } = entry;
    moves.push({ from, to: path, mode, oid });
  };
  if (source.data === target.data) {
    // Which of the files are still to move only the fields tell.
    for (const name of from.fileNames) {
      const file = name + BLOB_SUFFIX;
      move(await tree.entry(source.blobPrefix + file), target.blobPrefix + file);
    }
  } else if (from.layout.levels === undefined) {
    for (const path of await entriesOf(tree, from, id)) {
      const rest = path.slice(source.blobPrefix.length);
      move(await tree.entry(path), path === source.data ? target.data : target.blobPrefix + rest);
    }
  } else {
    await refuseOthersIn(context, sourceFolder, source.data, to);
    if (to.layout.ownFolder) move(await tree.entry(sourceFolder), targetFolder);
    else {
      for (const entry of (await tree.list(sourceFolder)) ?? []) {
        if (entry.path === source.data) move(entry, target.data);
        else if (entry.kind === 'blob' && entry.name.endsWith(BLOB_SUFFIX))
          move(entry, target.blobPrefix + entry.name);
        else throw inTheWay(to, entry.path, 'has no place in the new layout; move or delete it first');
      }
    }
  }
  return moves;
}

/** The folder of a record must not hold records that are in the new layout already: they would go with it. */
async function refuseOthersIn(
  context: WorkspaceContext,
  folder: string,
  data: string,
  to: ModelSchema,
): Promise<void> {
  const { tree } = context.stage;
  const entries = [...((await tree.list(folder)) ?? [])];
  if (!entries.some(({ kind }) => kind === 'tree')) return;
  for await (const { path } of tree.walk(folder)) {
    if (path === data || !(await isRecordAt(context, to, path))) continue;
    const reason = `is a record in the new layout, within the record "${folder}" of the old one; move it first`;
    throw inTheWay(to, path, reason);
  }
}

/** The error for what is in the way of a move, or cannot come along. */
export function inTheWay(place: RecordPlace, path: string, reason: string, cause?: unknown): IntegrityError {
  return new IntegrityError(`What is at "${path}" ${reason}. Nothing has changed.`, {
    cause,
    details: { model: place.name, path },
  });
}
