import type { ModelSchema } from '../../model/schema/schema';
import type { StagedTree } from '../../object/staged-tree';
import { diffPaths } from '../../object/tree-diff';
import type { PathChange } from '../../object/tree-diff';
import { unitAt } from '../changes/stored-unit';
import type { StoredUnit } from '../changes/stored-unit';

/** The records of a model that one side has changed, added or deleted, by the paths of their data. */
export async function changedUnits(
  schema: ModelSchema,
  base: StagedTree,
  side: StagedTree,
): Promise<Map<string, StoredUnit>> {
  const records = new Map<string, StoredUnit>();
  const addRecord = ({ path }: PathChange): void => {
    const unit = unitAt([schema], path);
    if (unit.isRecord) records.set(unit.path, unit);
  };
  await diffPaths(base, side, addRecord, schema.folder);
  return records;
}
