import path from 'node:path';
import type { ObjectStore } from '../../git/object-store';
import { textOfId } from '../../model/record/id';
import { BLOB_SUFFIX, blobPrefixOf } from '../../model/schema/layout';
import type { ModelSchema } from '../../model/schema/schema';
import { json } from '../../model/serializers/json';
import type { StoredRecord } from '../../model/serializers/serializer';
import { fromByteName, toByteName } from '../../object/byte-name';
import { kindOfMode } from '../../object/file-mode';
import { describeEntry } from '../../object/staged-tree';
import type { StagedEntry, StagedTree } from '../../object/staged-tree';
import type { TreeNode } from '../../object/tree-node';
import { dataPathAt, tellsIds } from '../record-owner';

/** What is compared and merged as one: a record, by the path of its data, or a file that belongs to none. */
export interface StoredUnit {
  readonly path: string;
  readonly isRecord: boolean;
  /** The registered model; null for a record that is only known as stored, and for a file. */
  readonly schema: ModelSchema | null;
}

/** The name of the file in a record's folder, of a model that is not registered. */
const PLAIN_DATA = 'data.json';

/** What a path belongs to. */
export function unitAt(schemas: readonly ModelSchema[], file: string): StoredUnit {
  const schema = schemas.find(({ folder, abstract }) => !abstract && file.startsWith(`${folder}/`));
  if (schema) {
    const data = tellsIds(schema) ? recordOf(schema, file) : neighbourOf(schema, file);
    return data === undefined ? unit(file, false) : { path: data, isRecord: true, schema };
  }
  const [folder, name] = [path.posix.dirname(file), path.posix.basename(file)];
  const isRecord = folder !== '.' && (name === PLAIN_DATA || name.endsWith(BLOB_SUFFIX));
  return isRecord ? unit(`${folder}/${PLAIN_DATA}`, true) : unit(file, false);
}

function unit(file: string, isRecord: boolean): StoredUnit {
  return { path: file, isRecord, schema: null };
}

/** Of what is in a record's folder, its data and the files of its fields belong to the record. */
function recordOf(schema: ModelSchema, file: string): string | undefined {
  const data = dataPathAt(schema, file);
  if (data === undefined || data === file) return data;
  return isFieldFile(file, blobPrefixOf(schema, data)) ? data : undefined;
}

function isFieldFile(file: string, prefix: string): boolean {
  return file.startsWith(prefix) && file.endsWith(BLOB_SUFFIX) && !file.slice(prefix.length).includes('/');
}

/** Where paths do not tell ids, any file may be a record's data, but for those of fields. */
function neighbourOf({ fileNames, dataFilename }: ModelSchema, file: string): string {
  const name = fileNames.find((each) => file.endsWith(`.${each}${BLOB_SUFFIX}`));
  if (name === undefined) return file;
  return file.slice(0, -`.${name}${BLOB_SUFFIX}`.length) + path.posix.extname(dataFilename);
}

/** A version of a record: the entries of its data and of its fields' files, by their stored names. */
export interface UnitVersion {
  readonly path: string;
  readonly data: StagedEntry;
  readonly files: ReadonlyMap<string, StagedEntry>;
}

/** The versions of a record; null where it is not. */
export interface UnitVersions {
  readonly base: UnitVersion | null;
  readonly ours: UnitVersion | null;
  readonly theirs: UnitVersion | null;
}

/** The version of a record that is in a folder, of which the path is given; null when it has none. */
export function versionIn(
  folder: TreeNode,
  { path: file, schema }: StoredUnit,
  at: string,
): UnitVersion | null {
  const entryOf = (name: string): StagedEntry | undefined => {
    const byteName = toByteName(name);
    const entry = folder.get(byteName);
    return entry && kindOfMode(entry.mode) === 'blob' ? describeEntry(at, byteName, entry) : undefined;
  };
  const data = entryOf(file.slice(at === '' ? 0 : at.length + 1));
  if (!data) return null;
  const prefix = filePrefix(schema, file).slice(at === '' ? 0 : at.length + 1);
  const names =
    schema?.fileNames ?? Array.from(folder.list(), ([name]) => fromByteName(name)).flatMap(fieldOfFile);
  const files = new Map<string, StagedEntry>();
  for (const name of names) {
    const entry = entryOf(prefix + name + BLOB_SUFFIX);
    if (entry) files.set(name, entry);
  }
  return { path: file, data, files };
}

/** The field whose file has this name, in a record's folder; none for another file. */
function fieldOfFile(name: string): string[] {
  return name.endsWith(BLOB_SUFFIX) ? [name.slice(0, -BLOB_SUFFIX.length)] : [];
}

/** The version of a record that a tree has at a path; null when it has none. */
export async function readVersion(
  tree: StagedTree,
  { schema }: StoredUnit,
  file: string,
): Promise<UnitVersion | null> {
  const at = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  const folder = await tree.folder(at);
  return folder ? versionIn(folder, { path: file, isRecord: true, schema }, at) : null;
}

/** The id of a record as it stands in paths: what is stored of it, else the name of the record's folder. */
export function idOfRecord({ schema, path: file }: StoredUnit, record: StoredRecord | undefined): string {
  const stored = schema && record?.fields.get(schema.idField.storedName);
  if (stored !== undefined && stored !== null) return textOfId(stored);
  return file.split('/').at(-2) ?? file;
}

/** What the paths of a record's files begin with. */
export function filePrefix(schema: ModelSchema | null, data: string): string {
  return schema ? blobPrefixOf(schema, data) : data.slice(0, data.lastIndexOf('/') + 1);
}

/** What tells a version from others. */
interface VersionOids {
  readonly path: string;
  readonly data: { readonly oid: string };
  readonly files: ReadonlyMap<string, { readonly oid: string }>;
}

/** Whether two versions are the same, byte by byte. */
export function isSameVersion(a: VersionOids | null, b: VersionOids | null): boolean {
  if (!a || !b) return a === b;
  if (a.path !== b.path || a.data.oid !== b.data.oid || a.files.size !== b.files.size) return false;
  return [...a.files].every(([name, { oid }]) => b.files.get(name)?.oid === oid);
}

/**
 * What a version holds.
 *
 * @throws InvalidRecordError when it is no record.
 */
export async function decodeVersion(
  objects: ObjectStore,
  { schema }: StoredUnit,
  { data, path: file }: UnitVersion,
): Promise<StoredRecord> {
  const content = data.content ?? (await objects.readBlob(data.oid));
  return (schema?.serializer ?? json).decode(content, file);
}
