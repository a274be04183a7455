import type { WriteObject } from '../git/pack/bulk-write';
import { setTentativeState, stateOf } from '../model/record/record-state';
import type { RecordState } from '../model/record/record-state';
import type { RecordWrite } from '../model/record/record-store';
import type { MaybePromise } from '../model/record/validation';
import { BLOB_SUFFIX, recordPaths } from '../model/schema/layout';
import { toByteName } from '../object/byte-name';
import { FileMode } from '../object/file-mode';
import { NodeEntry } from '../object/node-entry';
import { hashObject, toByteOid } from '../object/oid';
import { encodeTree } from '../object/tree-codec';
import type { TreeEditor } from '../object/tree-editor';
import type { WorkspaceContext } from './context';
import { savedState, stageRecord } from './record-staging';

/**
 * Stages records one after another, and writes what they consist of at once: of each the staged tree keeps a name
 * and an oid.
 */
export class BulkStaging {
  /** How many bytes the records have, with those of their files that are new or have changed. */
  bytes = 0;

  constructor(
    private readonly context: WorkspaceContext,
    private readonly editor: TreeEditor,
    private readonly writeObject: WriteObject,
  ) {}

  /**
   * Stages a record as `save` does it; gives a promise only when there is something to wait for.
   *
   * @throws IntegrityError, StaleRecordError, and what the record's `verify` throws.
   */
  write(write: RecordWrite): MaybePromise {
    this.bytes += write.content.length;
    const before = stateOf(write.record);
    // An index follows records that are staged one by one, and would have to look for those that are added in place.
    const isAdded = isPlainAndNew(write, before) && !this.context.indexes.has(write.place);
    return isAdded ? this.add(write, before) : this.stageRecord(write);
  }

  /**
   * Adds a new record where no other is: what nearly all of a great many records are, and what takes least time. The
   * folder of such a record has nothing but its data.
   */
  private add(write: RecordWrite, before: RecordState): MaybePromise {
    const { record, place, id, content } = write;
    // It has been checked, as all paths of records are.
    const path = recordPaths(place, id).blobPrefix.slice(0, -1).split('/').map(toByteName);
    const oid = hashObject('blob', content);
    const name = toByteName(place.dataFilename);
    const folder = encodeTree([{ name, mode: FileMode.BLOB, oid: toByteOid(oid) }]);
    const folderOid = hashObject('tree', folder);
    const finish = (isAdded: boolean): MaybePromise => {
      if (!isAdded) return this.stageRecord(write);
      setTentativeState(record, savedState(write, before, oid), this.context.stage.tentative);
      const room = this.writeObject({ oid, type: 'blob', content });
      return this.writeObject({ oid: folderOid, type: 'tree', content: folder }) ?? room;
    };
    const added = this.editor.add(path, NodeEntry.stored(FileMode.TREE, toByteOid(folderOid)));
    return added instanceof Promise ? added.then(finish) : finish(added);
  }

  private async stageRecord(write: RecordWrite): Promise<void> {
    const { editor } = this;
    const { stage, objects, indexes } = this.context;
    const known = stateOf(write.record);
    const before = editor.tree;
    const staged = await stageRecord(before, write, {}, objects);
    if (!staged) return;
    this.bytes += await this.fileBytes(write, known);
    if (staged.change) indexes.follow(write.place, before, staged.tree, staged.change);
    setTentativeState(write.record, staged.state, stage.tentative);
    editor.reset(staged.tree);
    for (const path of pathsOf(write)) await editor.drain(path, this.writeObject);
  }

  /** Of the files that a record did not have before. */
  private async fileBytes({ files }: RecordWrite, before: RecordState): Promise<number> {
    let bytes = 0;
    for (const [name, file] of files) {
      if (!file || file.oid === before.files.get(name)?.oid) continue;
      // A large one is in the repository already, and not in memory.
      bytes += file.content?.length ?? (await this.context.objects.blobSize(file.oid));
    }
    return bytes;
  }
}

/** Whether a record was never stored, and consists of its data alone. */
function isPlainAndNew({ place, files, verify }: RecordWrite, { storedId }: RecordState): boolean {
  if (storedId !== null || verify || !place.layout.ownFolder) return false;
  for (const file of files.values()) if (file) return false;
  return true;
}

/** The paths of what a record consists of: its folder, or its files. */
function pathsOf({ place, id, files }: RecordWrite): string[] {
  const { data, blobPrefix } = recordPaths(place, id);
  if (place.layout.ownFolder) return [blobPrefix.slice(0, -1)];
  return [data, ...Array.from(files.keys(), (name) => blobPrefix + name + BLOB_SUFFIX)];
}
