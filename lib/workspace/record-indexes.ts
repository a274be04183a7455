import type { ObjectStore } from '../git/object-store';
import { iterate } from '../model/record/cursor';
import type { Cursor } from '../model/record/cursor';
import type { RecordIndex } from '../model/record/record-index';
import type { FoundRecord, RecordPlace } from '../model/record/record-store';
import type { ModelSchema } from '../model/schema/schema';
import { kindOfMode } from '../object/file-mode';
import type { StagedTree } from '../object/staged-tree';
import { diffPaths } from '../object/tree-diff';
import type { PathChange } from '../object/tree-diff';
import { checkFoldersAbove } from './record-locations';
import { placeAt } from './record-owner';

/** How much memory the index of one model may take. */
const INDEX_BYTES = 64 * 1024 * 1024;

/** The index of a model, and the tree of whose records it is made. */
interface Kept {
  readonly schema: ModelSchema;
  /** Undefined for one that would be too large. */
  index: RecordIndex | undefined;
  tree: StagedTree | undefined;
  /** The last of those that look, one after another; never rejects. */
  tail: Promise<unknown>;
  /** Whether somebody brings it up to another tree. */
  isBusy: boolean;
}

/** The staged records that are to be indexed. */
export interface IndexedStage {
  /** The tree that is staged now. */
  readonly tree: StagedTree;
  readonly objects: ObjectStore;
  /** All records of the model in that tree. */
  readAll(): Cursor<FoundRecord>;
}

/** What a save or a removal has done to the data of records. */
export interface DataChange {
  /** A path at which there is none any more. */
  readonly removed?: string | undefined;
  /** A path and what is there now. */
  readonly added?: { readonly path: string; readonly content: Buffer } | undefined;
}

/**
 * Indexes of the records of models, which are made once and then follow what is staged. Each is of one tree, and a tree
 * never changes, so an index cannot go stale: for another tree, what differs between the two is taken in first.
 */
export class RecordIndexes {
  private readonly kept = new WeakMap<RecordPlace, Kept>();

  /** @param limit How much memory one index may take, in bytes. */
  constructor(private readonly limit = INDEX_BYTES) {}

  /** Whether there is an index of a model, of whatever tree. */
  has(place: RecordPlace): boolean {
    return this.kept.get(place)?.index !== undefined;
  }

  /** See {@link RecordStore.lookUp}. */
  async lookUp<I extends RecordIndex, T>(
    schema: ModelSchema,
    stage: IndexedStage,
    make: () => I,
    look: (index: I) => T,
  ): Promise<T | undefined> {
    let kept = this.kept.get(schema);
    if (!kept) {
      kept = { schema, index: make(), tree: undefined, tail: Promise.resolve(), isBusy: false };
      this.kept.set(schema, kept);
    }
    const mine = kept;
    const found = mine.tail.then(async () => {
      if (mine.index && mine.tree !== stage.tree) await this.bringUp(mine, stage, make);
      // At once, before another one brings it up to a tree of his own.
      return mine.index && mine.tree === stage.tree ? look(mine.index as I) : undefined;
    });
    mine.tail = found.catch(() => undefined);
    return found;
  }

  /** Takes in what has been done to a tree, if the index of the model is of that tree: it costs less than to find it out. */
  follow(place: RecordPlace, from: StagedTree, to: StagedTree, { removed, added }: DataChange): void {
    const kept = this.kept.get(place);
    if (!kept?.index || kept.isBusy || kept.tree !== from) return;
    const { index, schema } = kept;
    kept.tree = undefined;
    try {
      if (removed !== undefined) index.delete(removed);
      if (added) setRecord(index, schema, added.path, added.content);
      if (!this.refuseLarge(kept)) kept.tree = to;
    } catch {
      // It is made anew by the next one that looks.
    }
  }

  /** Makes an index that of the staged tree; without a tree, when that cannot be done. */
  private async bringUp(kept: Kept, stage: IndexedStage, make: () => RecordIndex): Promise<void> {
    const { tree } = stage;
    kept.isBusy = true;
    try {
      const from = kept.tree;
      kept.tree = undefined;
      if (!from || !(await succeeds(() => takeIn(kept, from, stage)))) {
        const index = (kept.index = make());
        const isWhole = await succeeds(async () => {
          for await (const found of iterate(stage.readAll())) {
            index.set(found);
            if (this.refuseLarge(kept)) return;
          }
        });
        if (!isWhole) return;
      }
      if (!this.refuseLarge(kept) && stage.tree === tree) kept.tree = tree;
    } finally {
      kept.isBusy = false;
    }
  }

  private refuseLarge(kept: Kept): boolean {
    if (kept.index && kept.index.bytes > this.limit) kept.index = undefined;
    return !kept.index;
  }
}

/** Whether code runs to its end. What is wrong with a record is told by whoever reads the records instead. */
async function succeeds(code: () => Promise<void>): Promise<boolean> {
  try {
    await code();
    return true;
  } catch {
    return false;
  }
}

/** Takes in what differs between the tree of an index and another one; throws for anything unusual. */
async function takeIn(
  { schema, index }: Kept,
  from: StagedTree,
  { tree, objects }: IndexedStage,
): Promise<void> {
  await checkFoldersAbove(tree, `${schema.folder}/`);
  const visit = async ({ path, before, after }: PathChange): Promise<void> => {
    for (const entry of [before, after]) {
      if (entry && kindOfMode(entry.mode) !== 'blob') throw new Error(`"${path}" is no file.`);
    }
    if (!placeAt(schema, path) || !index) return;
    if (!after) index.delete(path);
    else setRecord(index, schema, path, after.content ?? (await objects.readBlob(after.oid, false)));
  };
  await diffPaths(from, tree, visit, schema.folder);
}

function setRecord(index: RecordIndex, schema: ModelSchema, path: string, content: Buffer): void {
  const there = placeAt(schema, path);
  if (there) index.set({ ...there, record: schema.serializer.decode(content, path) });
}
