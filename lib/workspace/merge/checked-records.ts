import type { ObjectStore } from '../../git/object-store';
import { isOfRecord } from '../../model/record/record-error';
import type { ModelSchema } from '../../model/schema/schema';
import type { StoredRecord } from '../../model/serializers/serializer';
import { decodeVersion, readVersion } from '../changes/stored-unit';
import type { StoredUnit, UnitVersion } from '../changes/stored-unit';
import { changedUnits } from './changed-units';
import type { MergeStates, Side } from './overlay';
import type { TreeMerge } from './tree-merge';

/** A record of the merged tree that a side has changed. */
export interface CheckedRecord {
  readonly unit: StoredUnit & { readonly schema: ModelSchema };
  readonly version: UnitVersion;
  readonly record: StoredRecord;
  readonly sides: readonly Side[];
}

/**
 * The records of a model that are to be checked after a merge, but for those that cannot be read.
 *
 * @param isAll Those that only one side has changed as well; else those that neither side has like this.
 */
export async function checkedRecords(
  schema: ModelSchema,
  { tree, combined }: Pick<TreeMerge, 'tree' | 'combined'>,
  states: MergeStates,
  objects: ObjectStore,
  isAll: boolean,
): Promise<CheckedRecord[]> {
  const units = new Map<string, { readonly unit: StoredUnit; readonly sides: Side[] }>();
  const add = (unit: StoredUnit, side: Side): void => {
    const known = units.get(unit.path) ?? { unit, sides: [] };
    units.set(unit.path, known);
    if (!known.sides.includes(side)) known.sides.push(side);
  };
  for (const side of ['ours', 'theirs'] as const) {
    for (const unit of combined) if (unit.schema === schema) add(unit, side);
    if (!isAll) continue;
    for (const unit of (await changedUnits(schema, states.base, states[side])).values()) add(unit, side);
  }
  const records: CheckedRecord[] = [];
  for (const { unit, sides } of units.values()) {
    const version = await readVersion(tree, unit, unit.path);
    if (!version) continue;
    const record = await decodeIfValid(objects, unit, version);
    if (record) records.push({ unit: { ...unit, schema }, version, record, sides });
  }
  return records;
}

async function decodeIfValid(
  objects: ObjectStore,
  unit: StoredUnit,
  version: UnitVersion,
): Promise<StoredRecord | undefined> {
  try {
    return await decodeVersion(objects, unit, version);
  } catch (error) {
    // Who has written it has got an error or knows what he does; nobody has merged it.
    if (isOfRecord(error)) return undefined;
    throw error;
  }
}
