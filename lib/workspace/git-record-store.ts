import {
  DoesNotExistError,
  GitModelError,
  IntegrityError,
  InvalidRecordError,
  PendingChangesError,
  StaleRecordError,
} from '../errors';
import { resolveRevision } from '../git/revision';
import { NEW_RECORD, setState, stateOf } from '../model/record-state';
import type { RecordState } from '../model/record-state';
import type {
  DeleteOptions,
  ReadOptions,
  RecordStore,
  RecordWrite,
  SaveOptions,
  StoredBlob,
} from '../model/record-store';
import { dataPath, recordFolder } from '../model/schema';
import type { ModelSchema } from '../model/schema';
import { hashObject } from '../object/oid';
import { StagedTree } from '../object/staged-tree';
import type { StagedEntry } from '../object/staged-tree';
import { commitStage } from './commit-stage';
import type { WorkspaceContext } from './context';
import { mapAhead } from './map-ahead';

/** How many records are read at a time when all are: enough to keep libgit2's threads at work. */
const READ_AHEAD = 64;

/** What stands in a name for bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

/** Keeps the records of a workspace's models in its staged tree. */
export class GitRecordStore implements RecordStore {
  constructor(private readonly context: WorkspaceContext) {}

  async write({ record, schema, id, content }: RecordWrite, options: SaveOptions): Promise<string | null> {
    const { stage, objects } = this.context;
    return this.change(options, async () => {
      const before = stateOf(record);
      const room = await makeRoom(stage.tree, schema, id, before, options.overwrite ?? false);
      const tree = await room.withBlob(dataPath(schema, id), content);
      setState(record, { ...before, oid: hashObject('blob', content), storedId: id });
      const undo = (): void => {
        setState(record, before);
      };
      if (stage.replace(tree, content.length, undo)) await objects.spill(tree);
    });
  }

  async remove(schema: ModelSchema, record: string | object, options: DeleteOptions): Promise<string | null> {
    const { stage } = this.context;
    return this.change(options, async () => {
      // An instance that is not stored may have the id of another record, which nobody has asked to delete.
      const id = typeof record === 'string' ? record : stateOf(record).storedId;
      if (id === null || !(await findData(stage.tree, schema, id)))
        throw nothingToDelete(schema, id ?? record);
      const tree = await stage.tree.without(recordFolder(schema, id));
      stage.replace(tree, 0, typeof record === 'string' ? undefined : forget(record));
    });
  }

  async read(schema: ModelSchema, id: string, { at }: ReadOptions): Promise<StoredBlob | null> {
    return this.context.gate.read(async () => this.readRecord(await this.treeAt(at), schema, id));
  }

  readAll(schema: ModelSchema, { at }: ReadOptions): AsyncIterable<StoredBlob> {
    return this.context.gate.iterate(
      this.each(schema, at, async (tree, id) => this.readRecord(tree, schema, id)),
    );
  }

  ids(schema: ModelSchema, { at }: ReadOptions): AsyncIterable<string> {
    return this.context.gate.iterate(
      this.each(schema, at, async (tree, id) => ((await findData(tree, schema, id)) ? id : null)),
    );
  }

  /** Runs a change of records, and commits it when asked to. It takes place as a whole or not at all. */
  private async change(options: DeleteOptions, change: () => Promise<void>): Promise<string | null> {
    const { gate, stage } = this.context;
    return gate.change(async () => {
      if (options.commit && stage.hasChanges) {
        throw new PendingChangesError(
          'Other changes are staged, and { commit: true } would commit them too. ' +
            'Commit them first, or leave out { commit: true }.',
        );
      }
      const mark = stage.mark();
      try {
        await change();
        return options.commit ? await commitStage(this.context, options) : null;
      } catch (error) {
        stage.rollBack(mark);
        throw error;
      }
    });
  }

  private async treeAt(treeish: string | undefined): Promise<StagedTree> {
    const { stage, repository, objects } = this.context;
    if (treeish === undefined) return stage.tree;
    return StagedTree.load((await resolveRevision(repository, treeish)).tree, objects);
  }

  private async readRecord(tree: StagedTree, schema: ModelSchema, id: string): Promise<StoredBlob | null> {
    const entry = await findData(tree, schema, id);
    if (!entry) return null;
    const { path, oid } = entry;
    try {
      return { id, path, oid, content: entry.content ?? (await this.context.objects.readBlob(oid)) };
    } catch (error) {
      if (!(error instanceof GitModelError)) throw error;
      throw notARecord(path, `its content cannot be read: ${error.message}`, error);
    }
  }

  /** Calls `map` for the id of each record, ahead of the consumer; leaves out what it answers null for. */
  private async *each<T>(
    schema: ModelSchema,
    at: string | undefined,
    map: (tree: StagedTree, id: string) => Promise<T | null>,
  ): AsyncGenerator<T, void> {
    const tree = await this.treeAt(at);
    const ids = await candidateIds(tree, schema);
    for await (const result of mapAhead(ids, (id) => map(tree, id), READ_AHEAD)) {
      if (result !== null) yield result;
    }
  }
}

/** Makes an instance a new one again; returns how to take that back. */
function forget(record: object): () => void {
  const before = stateOf(record);
  setState(record, { ...NEW_RECORD, unknownFields: before.unknownFields });
  return () => {
    setState(record, before);
  };
}

/**
 * The tree in which a record's data can be put under its id: moved there first, when it is stored under
 * another one.
 *
 * @throws IntegrityError when another record is there.
 * @throws StaleRecordError when what is stored is not what the instance was loaded from, unless that may be
 *   overwritten.
 */
async function makeRoom(
  tree: StagedTree,
  schema: ModelSchema,
  id: string,
  { storedId, oid }: RecordState,
  overwrite: boolean,
): Promise<StagedTree> {
  const stored = storedId === null ? undefined : await tree.entry(dataPath(schema, storedId));
  if (storedId !== null && stored?.oid !== oid && !overwrite)
    throw staleRecord(schema, storedId, oid, stored);
  if (storedId === id) return tree;
  const path = stored ? recordFolder(schema, id) : dataPath(schema, id);
  if (await tree.entry(path)) {
    throw new IntegrityError(
      `There is a ${schema.name} with the id ${JSON.stringify(id)} already. ` +
        'Get that one to change it, or choose another id.',
      { details: { model: schema.name, id, path } },
    );
  }
  return (stored && (await tree.withMoved(recordFolder(schema, storedId as string), path))) ?? tree;
}

function staleRecord(
  schema: ModelSchema,
  id: string,
  expected: string | null,
  stored: StagedEntry | undefined,
): StaleRecordError {
  return new StaleRecordError(
    `The ${schema.name} with the id ${JSON.stringify(id)} was ${stored ? 'changed' : 'deleted or moved'} by somebody ` +
      'else since this instance was loaded or saved. Get it again and repeat the change, or save with ' +
      '{ overwrite: true } to put this one in its place.',
    {
      details: {
        model: schema.name,
        id,
        path: dataPath(schema, id),
        expected,
        actual: stored?.oid ?? null,
      },
    },
  );
}

/**
 * The entry with a record's data; undefined when there is no such record.
 *
 * @throws InvalidRecordError when something else is where the data, or a folder on the way to it, should be.
 */
async function findData(tree: StagedTree, schema: ModelSchema, id: string): Promise<StagedEntry | undefined> {
  const path = dataPath(schema, id);
  const entry = await tree.entry(path);
  if (entry) {
    if (entry.kind !== 'blob') throw notARecord(path, `it is a ${entry.kind}, not a file`);
    return entry;
  }
  await checkFolder(tree, schema.folder);
  await checkFolder(tree, recordFolder(schema, id));
  return undefined;
}

/** @throws InvalidRecordError when something is at the path that is not a folder. */
async function checkFolder(tree: StagedTree, path: string): Promise<void> {
  const kind = (await tree.entry(path))?.kind ?? 'tree';
  if (kind !== 'tree') throw notARecord(path, `it is a ${kind}, not a folder`);
}

/** The names in a model's folder that may be ids. Ordinary files there are nobody's records. */
async function candidateIds(tree: StagedTree, schema: ModelSchema): Promise<string[]> {
  const ids: string[] = [];
  await checkFolder(tree, schema.folder);
  for (const { name, path, kind } of (await tree.list(schema.folder)) ?? []) {
    if (kind === 'blob') continue;
    if (name.includes(REPLACEMENT) && !(await tree.entry(path)))
      throw notARecord(path, 'its name is not UTF-8');
    ids.push(name);
  }
  return ids;
}

/** @param record Its id, or the instance that is not stored. */
function nothingToDelete(schema: ModelSchema, record: string | object): DoesNotExistError {
  const id: unknown = typeof record === 'string' ? record : Reflect.get(record, schema.idField.property);
  const what =
    typeof record === 'string' ? `no ${schema.name} with` : `no stored ${schema.name} of this object, with`;
  return new DoesNotExistError(`There is ${what} the id ${JSON.stringify(id)} to delete.`, {
    details: { model: schema.name, id },
  });
}

function notARecord(path: string, reason: string, cause?: unknown): InvalidRecordError {
  return new InvalidRecordError(`What is stored at "${path}" is not a record: ${reason}.`, {
    cause,
    details: { path, reason },
  });
}
