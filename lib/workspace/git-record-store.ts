import { DoesNotExistError, GitModelError, ObjectNotFoundError, PendingChangesError } from '../errors';
import { resolveRevision } from '../git/revision';
import { isSameJson } from '../model/json-value';
import { NEW_RECORD, setState, stateOf } from '../model/record/record-state';
import type { RecordState } from '../model/record/record-state';
import type {
  BlobStore,
  DeleteOptions,
  ReadAllOptions,
  ReadOptions,
  RecordBlob,
  RecordFile,
  RecordPlace,
  RecordStore,
  RecordWrite,
  SaveOptions,
  StoredInstance,
} from '../model/record/record-store';
import { isSameStored } from '../model/record/stored-form';
import { recordPaths } from '../model/schema/layout';
import { FileMode } from '../object/file-mode';
import { hashObject } from '../object/oid';
import type { ObjectType } from '../object/oid';
import { StagedTree } from '../object/staged-tree';
import type { StagedEntry } from '../object/staged-tree';
import { commitStage } from './commit-stage';
import type { WorkspaceContext } from './context';
import { mapAhead } from './map-ahead';
import { entriesOf, filesOf, locateRecord, locateRecords, notARecord } from './record-locations';
import type { RecordLocation } from './record-locations';
import { checkUnchanged, makeRoom, putFiles } from './record-staging';
import type { Stage, StageMark } from './stage';

/** How many records are read at a time when all are: enough to keep libgit2's threads at work. */
const READ_AHEAD = 64;

/** Keeps the records of a workspace's models in its staged tree. */
export class GitRecordStore implements RecordStore {
  readonly blobs: BlobStore;

  constructor(private readonly context: WorkspaceContext) {
    const { gate, objects } = context;
    this.blobs = {
      read: (oid) => gate.read(async () => objects.readBlob(oid)),
      open: (oid) => gate.read(() => objects.openBlob(oid)),
      size: (oid) => gate.read(() => objects.blobSize(oid)),
      write: (source) => gate.read(() => objects.writeBlobFrom(source)),
    };
  }

  async write(write: RecordWrite, options: SaveOptions): Promise<string | null> {
    const { stage, objects } = this.context;
    const { record, place, id, content, stored, files } = write;
    return this.change(options, async () => {
      const before = stateOf(record);
      const room = await makeRoom(stage.tree, place, id, before, options.overwrite ?? false);
      await write.verify?.();
      const { data, blobPrefix } = recordPaths(place, id);
      const isKept = isSameStored(before, stored) && (await room.entry(data))?.oid === before.oid;
      const oid = hashObject('blob', content);
      const tree = await putFiles(
        isKept ? room : await room.withBlob(data, content, FileMode.BLOB, oid),
        blobPrefix,
        files,
      );
      // A save that changes nothing has nothing to take back, however often it is made.
      if (isKept && tree === stage.tree && before.storedId === id && before.at === undefined) return;
      const state = isKept ? before : { oid, stored, assumed: stillAssumed(before, stored) };
      setState(record, { ...state, storedId: id, files: storedFiles(files), at: undefined });
      const undo = (): void => {
        setState(record, before);
      };
      if (stage.replace(tree, addedBytes(write, before), undo)) await objects.spill(tree);
    });
  }

  async remove(
    place: RecordPlace,
    record: string | StoredInstance,
    options: DeleteOptions,
  ): Promise<string | null> {
    const { stage } = this.context;
    return this.change(options, async () => {
      // An instance that is not stored may have the id of another record, which nobody has asked to delete.
      const state = typeof record === 'string' ? undefined : stateOf(record);
      const id = typeof record === 'string' ? record : stateOf(record).storedId;
      const entry = id === null ? undefined : (await locateRecord(stage.tree, place, id)).entry;
      if (id === null || !entry) throw nothingToDelete(place, record);
      if (state && !options.overwrite) await checkUnchanged(stage.tree, place, id, state, entry);
      let { tree } = stage;
      for (const path of await entriesOf(tree, place, id)) tree = await tree.without(path);
      stage.replace(tree, 0, typeof record === 'string' ? undefined : forget(record));
    });
  }

  async atomically(code: () => Promise<unknown>, options: DeleteOptions): Promise<string | null> {
    const section = async (): Promise<void> => {
      await this.context.gate.section(code);
    };
    return this.change(options, section, { alone: true });
  }

  async read(place: RecordPlace, id: string, { at }: ReadOptions): Promise<RecordBlob | null> {
    return this.context.gate.read(async () => {
      const tree = await this.treeAt(at);
      return this.readRecord(tree, place, await locateRecord(tree, place, id), at);
    });
  }

  readAll(place: RecordPlace, options: ReadAllOptions): AsyncIterable<RecordBlob> {
    return this.context.gate.iterate(
      this.each(place, options, (tree, location) => this.readRecord(tree, place, location, options.at)),
    );
  }

  ids(place: RecordPlace, options: ReadAllOptions): AsyncIterable<string> | null {
    if (place.layout.levels === undefined && !place.layout.identify) return null;
    return this.context.gate.iterate(
      this.each(place, options, (_tree, { id, entry }) => Promise.resolve(entry ? id : null)),
    );
  }

  async typeOf(oid: string): Promise<ObjectType | null> {
    return this.context.gate.read(async () => {
      try {
        return await this.context.objects.readType(oid);
      } catch (error) {
        if (error instanceof ObjectNotFoundError) return null;
        throw error;
      }
    });
  }

  /** Runs a change of records, and commits it when asked to. It takes place as a whole or not at all. */
  private async change(
    options: DeleteOptions,
    change: () => Promise<void>,
    { alone = false }: { readonly alone?: boolean } = {},
  ): Promise<string | null> {
    const { gate, stage } = this.context;
    const operation = async <T>(then: (mark: StageMark) => T | Promise<T>): Promise<T> => {
      const mark = stage.mark();
      try {
        await change();
        return await then(mark);
      } catch (error) {
        stage.rollBack(mark);
        throw error;
      }
    };
    if (!options.commit) return gate.change(() => operation(() => null));
    return gate.changeAndDefer(
      () => {
        refuseOtherChanges(stage);
        return operation((mark) => commitStage(this.context, options, mark));
      },
      { alone },
    );
  }

  private async treeAt(treeish: string | undefined): Promise<StagedTree> {
    const { stage, repository, objects } = this.context;
    if (treeish === undefined) return stage.tree;
    return StagedTree.load((await resolveRevision(repository, treeish)).tree, objects);
  }

  private async readRecord(
    tree: StagedTree,
    place: RecordPlace,
    { id, path, entry }: RecordLocation,
    at: string | undefined,
  ): Promise<RecordBlob | null> {
    if (!entry) return null;
    const content = await this.contentOf(entry);
    const files = await filesOf(tree, place, path);
    return { id, path, oid: entry.oid, content, files, at: at === undefined ? undefined : tree.oid };
  }

  private async contentOf({ path, oid, content }: StagedEntry): Promise<Buffer> {
    try {
      return content ?? (await this.context.objects.readBlob(oid));
    } catch (error) {
      if (!(error instanceof GitModelError)) throw error;
      throw notARecord(path, `its content cannot be read: ${error.message}`, error);
    }
  }

  /** Calls `map` for each record, ahead of the consumer; leaves out what it answers null for. */
  private async *each<T>(
    place: RecordPlace,
    { at, onInvalid }: ReadAllOptions,
    map: (tree: StagedTree, location: RecordLocation) => Promise<T | null>,
  ): AsyncGenerator<T, void> {
    const tree = await this.treeAt(at);
    const skip = (error: unknown): null => {
      if (!onInvalid || !(error instanceof GitModelError)) throw error;
      onInvalid(error);
      return null;
    };
    const read = async (locate: () => Promise<RecordLocation>): Promise<T | null> => {
      try {
        return await map(tree, await locate());
      } catch (error) {
        return skip(error);
      }
    };
    for await (const result of mapAhead(await locateRecords(tree, place), read, READ_AHEAD)) {
      if (result !== null) yield result;
    }
  }
}

function refuseOtherChanges(stage: Stage): void {
  if (!stage.hasChanges) return;
  throw new PendingChangesError(
    'Other changes are staged, and { commit: true } would commit them too. ' +
      'Commit them first, or leave out { commit: true }.',
  );
}

/** What is left of a record's state when it is deleted: if it is saved again, then with all that it had. */
function unstored({ stored, assumed }: RecordState): RecordState {
  return { ...NEW_RECORD, stored, assumed };
}

/** Makes an instance a new one again; returns how to take that back. */
function forget(record: object): () => void {
  const before = stateOf(record);
  setState(record, unstored(before));
  return () => {
    setState(record, before);
  };
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

/** @param record Its id, or the instance that is not stored. */
function nothingToDelete(place: RecordPlace, record: string | StoredInstance): DoesNotExistError {
  const id = typeof record === 'string' ? record : record.getId();
  const what =
    typeof record === 'string' ? `no ${place.name} with` : `no stored ${place.name} of this object, with`;
  return new DoesNotExistError(`There is ${what} the id ${JSON.stringify(id)} to delete.`, {
    details: { model: place.name, id },
  });
}
