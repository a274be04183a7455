import { GitModelError } from '../../errors';
import type { ChangedPath } from '../../git/diff';
import type { ObjectStore } from '../../git/object-store';
import { Turn } from '../../git/turn';
import type { RecordStatus } from '../../model/record/record-difference';
import type { ModelSchema } from '../../model/schema/schema';
import type { Awaitable } from '../../object/awaitable';
import { kindOfMode } from '../../object/file-mode';
import type { StagedTree } from '../../object/staged-tree';
import { diffPaths } from '../../object/tree-diff';
import type { PathChange } from '../../object/tree-diff';
import { RecordMoves } from './record-moves';
import { decodeVersion, readVersion, unitAt } from './stored-unit';
import type { StoredUnit } from './stored-unit';

/** A record that differs between two trees. */
export interface ComparedRecord {
  readonly status: RecordStatus;
  /** Where the first tree has it; null for an added one. */
  readonly before: StoredUnit | null;
  /** Where the second tree has it; null for a removed one. */
  readonly after: StoredUnit | null;
}

/** What differs between two trees: by the bytes of the paths, a moved record at its new one. */
export interface TreeComparison {
  readonly records: readonly ComparedRecord[];
  /** The paths that belong to no record. */
  readonly files: readonly ChangedPath[];
}

/** What is compared. */
export interface ComparisonSource {
  readonly objects: ObjectStore;
  readonly schemas: readonly ModelSchema[];
  /** The only folders to be compared. Default: all. */
  readonly folders?: readonly string[] | undefined;
}

/**
 * So many pairs of a removed and an added record of a model are compared at most, to find out which records have got
 * another id: a third of a second's work for records of 200 bytes.
 */
const MOST_PAIRS = 250_000;

/** Compares two trees by their records. It costs what differs, in time and in memory; contents are read for moves only. */
export async function compareTrees(
  source: ComparisonSource,
  from: StagedTree,
  to: StagedTree,
): Promise<TreeComparison> {
  const groups = await groupPaths(source, from, to);
  const records: ComparedRecord[] = [];
  const files: ChangedPath[] = [];
  for (const group of groups.values()) {
    const found = recordOf(source.objects, group, from, to);
    // Of nearly all it is known at once, and to await it would take longer than that.
    const record = found instanceof Promise ? await found : found;
    if (record) records.push(record);
    else files.push(...group.changes.map(describe));
  }
  return { records: await withMoves(source.objects, records, from, to), files };
}

/** The changed paths that belong together. */
interface Group {
  readonly unit: StoredUnit;
  readonly changes: PathChange[];
}

async function groupPaths(
  { schemas, folders = [''] }: ComparisonSource,
  from: StagedTree,
  to: StagedTree,
): Promise<Map<string, Group>> {
  const groups = new Map<string, Group>();
  const turn = new Turn();
  const addChange = (change: PathChange): Promise<void> | undefined => {
    const unit = unitAt(schemas, change.path);
    // A file may have the path of a record's data, and be none.
    const key = `${unit.isRecord ? 'record' : 'file'} ${unit.path}`;
    const group = groups.get(key);
    if (group) group.changes.push(change);
    else groups.set(key, { unit, changes: [change] });
    return turn.isOver() ? turn.next() : undefined;
  };
  for (const folder of folders) await diffPaths(from, to, addChange, folder);
  return groups;
}

/** The record that changed paths belong to; undefined when they belong to none. */
function recordOf(
  objects: ObjectStore,
  { unit, changes }: Group,
  from: StagedTree,
  to: StagedTree,
): Awaitable<ComparedRecord | undefined> {
  if (!unit.isRecord) return undefined;
  const isFile = ({ before, after }: PathChange): boolean =>
    [before, after].every((entry) => entry === undefined || kindOfMode(entry.mode) === 'blob');
  // A link or the like in the place of a file makes it none.
  if (!changes.every(isFile)) return undefined;
  const data = changes.find(({ path }) => path === unit.path);
  if (data && unit.schema) return recordAt(unit, data);
  return (async () => {
    if (!data && (await to.lookUp(unit.path))?.kind !== 'blob') return undefined;
    const isRecord = unit.schema !== null || (await arePlain(objects, unit, [from, to]));
    return isRecord ? recordAt(unit, data) : undefined;
  })();
}

/** @param data What has changed of its data, if it has. */
function recordAt(unit: StoredUnit, data: PathChange | undefined): ComparedRecord {
  const before = data && !data.before ? null : unit;
  const after = data && !data.after ? null : unit;
  return { status: before ? (after ? 'changed' : 'removed') : 'added', before, after };
}

/** Whether what may be a record of a model that is not registered is one. */
async function arePlain(
  objects: ObjectStore,
  unit: StoredUnit,
  trees: readonly StagedTree[],
): Promise<boolean> {
  try {
    for (const tree of trees) {
      const version = await readVersion(tree, unit, unit.path);
      if (version) await decodeVersion(objects, unit, version);
    }
    return true;
  } catch (error) {
    if (error instanceof GitModelError) return false;
    throw error;
  }
}

/** Makes one change of a removed record and the added one that it has become. */
async function withMoves(
  objects: ObjectStore,
  records: readonly ComparedRecord[],
  from: StagedTree,
  to: StagedTree,
): Promise<readonly ComparedRecord[]> {
  const origins = new Map<string, StoredUnit>();
  const moved = new Set<string>();
  for (const { removed, added } of candidatesByModel(records)) {
    if (removed.length * added.length > MOST_PAIRS) continue;
    const moves = new RecordMoves(objects, from, to, () => Promise.resolve(added));
    for (const [unit, target] of await moves.match(removed)) {
      origins.set(target.path, unit);
      moved.add(unit.path);
    }
  }
  if (moved.size === 0) return records;
  return records
    .filter(({ before, after }) => after !== null || !moved.has(before?.path ?? ''))
    .map((record) => {
      const origin = record.before ? undefined : origins.get(record.after?.path ?? '');
      return origin ? { status: 'moved', before: origin, after: record.after } : record;
    });
}

interface MoveCandidates {
  readonly removed: StoredUnit[];
  readonly added: StoredUnit[];
}

function candidatesByModel(records: readonly ComparedRecord[]): Iterable<MoveCandidates> {
  const models = new Map<ModelSchema, MoveCandidates>();
  for (const { before, after } of records) {
    const unit = before ?? after;
    if (!unit?.schema || (before && after)) continue;
    const candidates = models.get(unit.schema) ?? { removed: [], added: [] };
    models.set(unit.schema, candidates);
    (before ? candidates.removed : candidates.added).push(unit);
  }
  return models.values();
}

function describe({ path, before, after }: PathChange): ChangedPath {
  const isOther = before && after && kindOfMode(before.mode) !== kindOfMode(after.mode);
  const status = !before ? 'added' : !after ? 'deleted' : isOther ? 'type-changed' : 'modified';
  return { path, status, oldOid: before?.oid ?? null, newOid: after?.oid ?? null };
}
