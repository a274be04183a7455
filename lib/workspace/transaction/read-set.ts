import { InvalidPathError } from '../../errors';
import type { RecordPlace } from '../../model/record/record-store';
import { BLOB_SUFFIX, blobPrefixOf, dataPath } from '../../model/schema/layout';
import type { StagedTree } from '../../object/staged-tree';

/** What a transaction has read, by path: what comes of it may depend on that. */
export class ReadSet {
  private readonly paths = new Set<string>();

  /** A record was asked for, be it there or not. */
  addRecord(place: RecordPlace, id: string): void {
    try {
      const data = dataPath(place, id);
      this.paths.add(data);
      const prefix = blobPrefixOf(place, data);
      for (const name of place.fileNames) this.paths.add(prefix + name + BLOB_SUFFIX);
    } catch (error) {
      // No record can have such an id.
      if (!(error instanceof InvalidPathError)) throw error;
    }
  }

  /** Whatever is at a path was read: a file, or all in a folder; the whole tree for `''`. */
  addPath(path: string): void {
    this.paths.add(path);
  }

  /** Whether anything that was read is another in the second tree. */
  async differs(one: StagedTree, other: StagedTree): Promise<boolean> {
    for (const path of this.paths) {
      if (path === '') {
        if (!one.equals(other)) return true;
      } else if ((await one.lookUp(path))?.oid !== (await other.lookUp(path))?.oid) return true;
    }
    return false;
  }
}
