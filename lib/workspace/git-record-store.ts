import { DoesNotExistError, ObjectNotFoundError, PendingChangesError, TransactionError } from '../errors';
import type { ObjectStore } from '../git/object-store';
import { resolveRevision } from '../git/revision';
import type { Cursor } from '../model/record/cursor';
import type { Lock, LockOptions } from '../model/record/lock';
import type { RecordIndex } from '../model/record/record-index';
import { NEW_RECORD, rememberState, setState, stateOf } from '../model/record/record-state';
import type { RecordState } from '../model/record/record-state';
import type {
  BlobStore,
  DeleteOptions,
  FoundRecord,
  HistoryOptions,
  ReadAllOptions,
  ReadOptions,
  RecordPlace,
  RecordStore,
  RecordWrite,
  SaveOptions,
  StoredBlame,
  StoredInstance,
  StoredVersion,
} from '../model/record/record-store';
import { dataPath } from '../model/schema/layout';
import type { SerializedPlace } from '../model/schema/place';
import type { ModelSchema } from '../model/schema/schema';
import type { Awaitable } from '../object/awaitable';
import type { ObjectType } from '../object/oid';
import { commitStage } from './commit-stage';
import type { WorkspaceContext } from './context';
import { earlierRecord } from './history/earlier-record';
import { recordBlame } from './history/record-blame';
import { recordHistory } from './history/record-history';
import { withLock } from './lock/with-lock';
import { entriesOf, locateRecord } from './record-locations';
import { RecordReader } from './record-reader';
import { checkUnchanged, stageRecord } from './record-staging';
import type { WorkspaceScope } from './scope';
import type { Stage, StageMark } from './stage';

/** Keeps the records of a workspace's models in its staged tree. */
export class GitRecordStore implements RecordStore {
  readonly blobs: BlobStore;
  private readonly reader: RecordReader;

  constructor(private readonly scope: WorkspaceScope) {
    this.reader = new RecordReader(scope);
    const using = <T>(operation: (objects: ObjectStore) => Awaitable<T>): Promise<T> => {
      const { gate, objects } = scope.current;
      return gate.read(() => operation(objects));
    };
    this.blobs = {
      read: (oid) => using((objects) => objects.readBlob(oid)),
      open: (oid) => using((objects) => objects.openBlob(oid)),
      size: (oid) => using((objects) => objects.blobSize(oid)),
      write: (source) => using((objects) => objects.writeBlobFrom(source)),
    };
  }

  async write(write: RecordWrite, options: SaveOptions): Promise<string | null> {
    const context = this.scope.current;
    const { stage, objects } = context;
    return change(context, options, async () => {
      rememberRead(context, write.place, write.record, write.id);
      const before = stage.tree;
      const staged = await stageRecord(before, write, options, objects);
      if (!staged) return;
      const undo = rememberState(write.record);
      setState(write.record, staged.state);
      if (staged.change) context.indexes.follow(write.place, before, staged.tree, staged.change);
      if (stage.replace(staged.tree, staged.addedBytes, undo)) await objects.spill(staged.tree);
    });
  }

  async remove(
    place: RecordPlace,
    record: string | StoredInstance,
    options: DeleteOptions,
  ): Promise<string | null> {
    const context = this.scope.current;
    const { stage } = context;
    return change(context, options, async () => {
      rememberRead(context, place, record);
      // An instance that is not stored may have the id of another record, which nobody has asked to delete.
      const state = typeof record === 'string' ? undefined : stateOf(record);
      const id = typeof record === 'string' ? record : stateOf(record).storedId;
      const entry = id === null ? undefined : (await locateRecord(stage.tree, place, id)).entry;
      if (id === null || !entry) throw nothingToDelete(place, record);
      if (state && !options.overwrite) await checkUnchanged(stage.tree, place, id, state, entry);
      const before = stage.tree;
      let tree = before;
      for (const path of await entriesOf(tree, place, id)) tree = await tree.without(path);
      context.indexes.follow(place, before, tree, { removed: dataPath(place, id) });
      stage.replace(tree, 0, typeof record === 'string' ? undefined : forget(record));
    });
  }

  async atomically(code: () => Promise<unknown>, options: DeleteOptions): Promise<string | null> {
    const context = this.scope.current;
    const section = async (): Promise<void> => {
      await context.gate.section(code);
    };
    return change(context, options, section, { alone: true });
  }

  read(place: SerializedPlace, id: string, options: ReadOptions): Awaitable<FoundRecord | null> {
    return this.reader.read(place, id, options);
  }

  readMany(
    place: SerializedPlace,
    ids: readonly string[],
    options: ReadAllOptions,
  ): Cursor<FoundRecord | null> {
    return this.reader.readMany(place, ids, options);
  }

  readAll(place: SerializedPlace, options: ReadAllOptions): Cursor<FoundRecord> {
    return this.reader.readAll(place, options);
  }

  ids(place: RecordPlace, options: ReadAllOptions): Cursor<string> | null {
    return this.reader.ids(place, options);
  }

  async lookUp<I extends RecordIndex, T>(
    schema: ModelSchema,
    make: () => I,
    look: (index: I) => T,
  ): Promise<T | undefined> {
    const { gate, reads, stage, objects, indexes } = this.scope.current;
    reads?.addPath(schema.folder);
    const readAll = (): Cursor<FoundRecord> => this.reader.readAll(schema, {});
    const staged = {
      get tree() {
        return stage.tree;
      },
      objects,
      readAll,
    };
    return gate.read(() => indexes.lookUp(schema, staged, make, look));
  }

  async lock<T>(
    { name: model }: Pick<RecordPlace, 'name'>,
    id: string,
    code: (lock: Lock) => Awaitable<T>,
    options: LockOptions,
  ): Promise<T> {
    return withLock(this.scope, { model, id }, code, options);
  }

  async readEarlier(schema: ModelSchema, id: string, at: string): Promise<FoundRecord | null> {
    const context = this.scope.current;
    const { gate, repository, objects } = context;
    const { commit, tree } = await gate.read(() => resolveRevision(repository, at, objects));
    const earlier =
      commit === null ? undefined : await gate.read(() => earlierRecord(context, schema, id, commit));
    return earlier === undefined ? this.read(schema, id, { at: tree }) : earlier;
  }

  history(schema: ModelSchema, id: string, options: HistoryOptions): AsyncIterable<StoredVersion> {
    const context = this.scope.current;
    return context.gate.iterate(recordHistory(context, schema, id, options));
  }

  async blame(
    schema: ModelSchema,
    id: string,
    options: Pick<HistoryOptions, 'from'>,
  ): Promise<ReadonlyMap<string, StoredBlame> | null> {
    const context = this.scope.current;
    return context.gate.read(() => recordBlame(context, schema, id, options));
  }

  async typeOf(oid: string): Promise<ObjectType | null> {
    const { gate, objects } = this.scope.current;
    return gate.read(async () => {
      try {
        return await objects.readType(oid);
      } catch (error) {
        if (error instanceof ObjectNotFoundError) return null;
        throw error;
      }
    });
  }
}

/** Runs a change of records, and commits it when asked to. It takes place as a whole or not at all. */
async function change(
  context: WorkspaceContext,
  options: DeleteOptions,
  code: () => Promise<void>,
  { alone = false }: { readonly alone?: boolean } = {},
): Promise<string | null> {
  const { gate, stage } = context;
  const operation = async <T>(then: (mark: StageMark) => T | Promise<T>): Promise<T> => {
    const mark = stage.mark();
    try {
      await code();
      return await then(mark);
    } catch (error) {
      stage.rollBack(mark);
      throw error;
    }
  };
  if (!options.commit) return gate.change(() => operation(() => null));
  if (context.isTransaction) {
    throw new TransactionError(
      'A transaction commits by itself when its function has ended; leave out { commit: true } within it.',
      { details: { operation: '{ commit: true }' } },
    );
  }
  return gate.changeAndDefer(
    () => {
      refuseOtherChanges(stage);
      return operation((mark) => commitStage(context, options, mark));
    },
    { alone },
  );
}

/** What is changed is read as well: it must not have changed since it was loaded. */
function rememberRead(
  { reads }: WorkspaceContext,
  place: RecordPlace,
  record: string | object,
  id: string | null = null,
): void {
  if (!reads) return;
  const known = typeof record === 'string' ? record : stateOf(record).storedId;
  for (const each of [known, id]) if (each !== null) reads.addRecord(place, each);
}

function refuseOtherChanges(stage: Stage): void {
  if (!stage.hasChanges) return;
  throw new PendingChangesError(
    stage.isEdited
      ? 'bulk() is running, and { commit: true } would commit what it has saved so far. ' +
          'Leave out { commit: true }, and the change becomes part of the commit of bulk().'
      : 'Other changes are staged, and { commit: true } would commit them too. ' +
          'Commit them first, or leave out { commit: true }.',
  );
}

/** What is left of a record's state when it is deleted: if it is saved again, then with all that it had. */
function unstored({ stored, assumed }: RecordState): RecordState {
  return { ...NEW_RECORD, stored, assumed };
}

/** Makes an instance a new one again; returns how to take that back. */
function forget(record: object): () => void {
  const undo = rememberState(record);
  setState(record, unstored(stateOf(record)));
  return undo;
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
