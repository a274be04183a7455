import { resolveRevision } from '../git/revision';
import type { Cursor } from '../model/record/cursor';
import { isOfRecord } from '../model/record/record-error';
import type { FoundRecord, ReadAllOptions, ReadOptions, RecordPlace } from '../model/record/record-store';
import { dataPath } from '../model/schema/layout';
import type { SerializedPlace } from '../model/schema/place';
import { andThen } from '../object/awaitable';
import type { Awaitable } from '../object/awaitable';
import { StagedTree } from '../object/staged-tree';
import type { WorkspaceContext } from './context';
import type { KnownRecord } from './known-records';
import type { ParsedRecord } from './parsed-records';
import { batchSize, readBatch, READ_AHEAD, RecordCursor } from './record-cursor';
import type { Batch, Outcome } from './record-cursor';
import { gatherEntries, locateRecord, locateRecords, refuseContent } from './record-locations';
import type { Candidate, RecordEntries } from './record-locations';
import type { WorkspaceScope } from './scope';

/** How many of many records are sorted by their paths at a time, and read in that order. */
const SORTED = 1024;

/** A record that was read, and is parsed when its turn comes. */
interface UnparsedRecord {
  readonly entries: RecordEntries;
  readonly content: Buffer;
  readonly at: string | undefined;
  /** What is remembered of it, if it is. */
  readonly known: KnownRecord | undefined;
}

/** A record that was read; what its blob holds may be known from another time. */
type ReadRecord = UnparsedRecord | FoundRecord;

/** Reads the records of a workspace's models, from what is staged or from any other tree. */
export class RecordReader {
  constructor(private readonly scope: WorkspaceScope) {}

  /** See {@link RecordStore.read}. */
  read(place: SerializedPlace, id: string, { at }: ReadOptions): Awaitable<FoundRecord | null> {
    const context = this.scope.current;
    return context.gate.look(() => {
      if (at === undefined) context.reads?.addRecord(place, id);
      const tree = treeAt(context, at);
      const find = (from: StagedTree): Awaitable<FoundRecord | null> =>
        andThen(readById(context, from, place, id, at), (read) => read && parse(context, place, read, true));
      // What is known is found on the spot, so that a loop over many would hold up all else.
      if (context.turn.isOver()) return context.turn.next().then(() => andThen(tree, find));
      return andThen(tree, find);
    });
  }

  /** See {@link RecordStore.readMany}. */
  readMany(
    place: SerializedPlace,
    ids: readonly string[],
    { at, onInvalid }: ReadAllOptions,
  ): Cursor<FoundRecord | null> {
    const context = this.scope.current;
    if (at === undefined) for (const id of ids) context.reads?.addRecord(place, id);
    return new RecordCursor(context.gate, context.turn, batchesOfMany(context, place, ids, at), {
      finish: (read: ReadRecord | null) => read && parse(context, place, read, true),
      onError: (error) => {
        tell(error, onInvalid);
        return null;
      },
    });
  }

  /** See {@link RecordStore.readAll}. */
  readAll(place: SerializedPlace, { at, onInvalid }: ReadAllOptions): Cursor<FoundRecord> {
    const context = this.scope.current;
    if (at === undefined) context.reads?.addPath(place.folder);
    const read = (tree: StagedTree, candidate: Candidate): Awaitable<ReadRecord | null> =>
      andThen(candidate(), (location) =>
        andThen(
          gatherEntries(tree, place, location),
          (entries) => entries && load(context, tree, place, entries, at),
        ),
      );
    return new RecordCursor(context.gate, context.turn, batchesOfAll(context, place, at, read), {
      // Not to be remembered: all of a large model would push out what is asked for again and again.
      finish: (found) => (found ? parse(context, place, found, false) : undefined),
      onError: (error) => {
        tell(error, onInvalid);
        return undefined;
      },
    });
  }

  /** See {@link RecordStore.ids}. */
  ids(place: RecordPlace, { at, onInvalid }: ReadAllOptions): Cursor<string> | null {
    if (place.layout.levels === undefined && !place.layout.identify) return null;
    const context = this.scope.current;
    if (at === undefined) context.reads?.addPath(place.folder);
    const locate = (_tree: StagedTree, candidate: Candidate): Awaitable<string | null> =>
      andThen(candidate(), ({ id, entry }) => (entry ? id : null));
    return new RecordCursor(context.gate, context.turn, batchesOfAll(context, place, at, locate), {
      finish: (id) => id ?? undefined,
      onError: (error) => {
        tell(error, onInvalid);
        return undefined;
      },
    });
  }
}

function treeAt(context: WorkspaceContext, treeish: string | undefined): Awaitable<StagedTree> {
  const { stage, repository, objects } = context;
  if (treeish === undefined) return stage.tree;
  return resolveRevision(repository, treeish, objects).then(({ tree }) => StagedTree.load(tree, objects));
}

function readById(
  context: WorkspaceContext,
  tree: StagedTree,
  place: SerializedPlace,
  id: string,
  at: string | undefined,
): Awaitable<ReadRecord | null> {
  const known = context.known.get(tree, place, id);
  if (known?.found) return at === undefined ? known.found : { ...known.found, at: tree.oid };
  if (known) return load(context, tree, place, known.entries, at, known);
  return andThen(locateRecord(tree, place, id), (location) =>
    andThen(gatherEntries(tree, place, location), (entries) => {
      if (!entries) return null;
      return load(context, tree, place, entries, at, context.known.add(tree, place, id, entries));
    }),
  );
}

/** Reads the data of a record whose entries are known. */
function load(
  context: WorkspaceContext,
  tree: StagedTree,
  { serializer }: SerializedPlace,
  entries: RecordEntries,
  treeish: string | undefined,
  known?: KnownRecord,
): Awaitable<ReadRecord> {
  const at = treeish === undefined ? undefined : tree.oid;
  const parsed = context.parsed.get(entries.oid, serializer);
  if (parsed) return foundRecord(context, entries, parsed, at, known);
  if (entries.content) return { entries, content: entries.content, at, known };
  const refuse = (error: unknown): never => refuseContent(entries.path, error);
  try {
    const content = context.objects.readBlob(entries.oid, false);
    if (!(content instanceof Promise)) return { entries, content, at, known };
    return content.then((each) => ({ entries, content: each, at, known }), refuse);
  } catch (error) {
    return refuse(error);
  }
}

/** @param isToKeep Whether what the blob holds is to be remembered. */
function parse(
  context: WorkspaceContext,
  { serializer }: SerializedPlace,
  read: ReadRecord,
  isToKeep: boolean,
): FoundRecord {
  if (!('content' in read)) return read;
  const { entries, content, at, known } = read;
  const { id, path, oid, files } = entries;
  const record = serializer.decode(content, path);
  if (!isToKeep) return { id, path, oid, record, files, at };
  const parsed = context.parsed.set(oid, serializer, record, content.length);
  return foundRecord(context, entries, parsed, at, known);
}

function foundRecord(
  context: WorkspaceContext,
  { id, path, oid, files }: RecordEntries,
  { record, shared, bytes }: ParsedRecord,
  at: string | undefined,
  known: KnownRecord | undefined,
): FoundRecord {
  const found = { id, path, oid, record, shared, files, at };
  if (known) context.known.addFound(known, at === undefined ? found : { ...found, at: undefined }, bytes);
  return found;
}

async function* batchesOfAll<T>(
  context: WorkspaceContext,
  place: RecordPlace,
  at: string | undefined,
  read: (tree: StagedTree, candidate: Candidate) => Awaitable<T>,
): AsyncGenerator<Batch<T>, void> {
  const tree = await treeAt(context, at);
  for await (const candidates of locateRecords(tree, place, batchSize)) {
    yield await readBatch(candidates.map((candidate) => () => read(tree, candidate)));
  }
}

async function* batchesOfMany(
  context: WorkspaceContext,
  place: SerializedPlace,
  ids: readonly string[],
  at: string | undefined,
): AsyncGenerator<Batch<ReadRecord | null>, void> {
  const tree = await treeAt(context, at);
  for (let start = 0; start < ids.length; start += SORTED) {
    const chunk = ids.slice(start, start + SORTED);
    const outcomes = new Array<Outcome<ReadRecord | null>>(chunk.length);
    let hadToWait = false;
    const order = byPath(context, tree, place, chunk);
    for (let next = 0; next < order.length; next += READ_AHEAD) {
      const positions = order.slice(next, next + READ_AHEAD);
      const batch = await readBatch(
        positions.map((position) => () => readById(context, tree, place, chunk[position] as string, at)),
      );
      batch.outcomes.forEach((outcome, n) => (outcomes[positions[n] as number] = outcome));
      hadToWait ||= batch.hadToWait;
    }
    yield { outcomes, hadToWait };
  }
}

/** The positions of ids in the order of the records' paths: records that stand together are read together. */
function byPath(
  { known: entries }: WorkspaceContext,
  tree: StagedTree,
  place: RecordPlace,
  ids: readonly string[],
): number[] {
  const known: number[] = [];
  const others: { readonly position: number; readonly path: string }[] = [];
  ids.forEach((id, position) => {
    if (entries.get(tree, place, id)) known.push(position);
    else others.push({ position, path: pathOf(place, id) });
  });
  others.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return [...known, ...others.map(({ position }) => position)];
}

/** Anything for an id that no record can have: reading it tells what is wrong. */
function pathOf(place: RecordPlace, id: string): string {
  try {
    return dataPath(place, id);
  } catch {
    return id;
  }
}

/** Hands an error to whoever wants to know; throws it where nobody does. */
function tell(error: unknown, onInvalid: ReadAllOptions['onInvalid']): void {
  if (!onInvalid || !isOfRecord(error)) throw error;
  onInvalid(error);
}
