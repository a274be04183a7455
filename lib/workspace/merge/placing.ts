import { BLOB_SUFFIX } from '../../model/schema/layout';
import type { ModelSchema } from '../../model/schema/schema';
import type { StagedTree } from '../../object/staged-tree';
import { filePrefix } from '../changes/stored-unit';

/** An entry to be put into a tree. */
export interface Placed {
  readonly oid: string;
  readonly mode: number;
  /** While it may not be in the object database. */
  readonly content: Buffer | undefined;
}

/** A record to be put into a tree. */
export interface PlacedRecord {
  readonly path: string;
  readonly data: Placed;
  readonly files: ReadonlyMap<string, Placed>;
}

/** Puts a version of a record in the place of another one: null for none. */
export async function placeRecord(
  tree: StagedTree,
  schema: ModelSchema | null,
  from: PlacedRecord | null,
  to: PlacedRecord | null,
): Promise<StagedTree> {
  let result = tree;
  if (from) {
    const prefix = filePrefix(schema, from.path);
    for (const name of from.files.keys()) {
      if (from.path !== to?.path || !to.files.has(name))
        result = await result.without(prefix + name + BLOB_SUFFIX);
    }
    if (from.path !== to?.path) result = await result.without(from.path);
  }
  if (!to) return result;
  const prefix = filePrefix(schema, to.path);
  result = await placeFile(result, to.path, to.data);
  for (const [name, file] of to.files) result = await placeFile(result, prefix + name + BLOB_SUFFIX, file);
  return result;
}

/** Puts a file in the place of whatever file is there. */
export function placeFile(
  tree: StagedTree,
  path: string,
  { oid, mode, content }: Placed,
): Promise<StagedTree> {
  return content ? tree.withBlob(path, content, mode, oid) : tree.withEntry(path, { oid, mode });
}
