import path from 'node:path';
import { inspect } from 'node:util';
import { checkOptions, checkSignal } from '../arguments';
import type { KnownOptions } from '../arguments';
import { BulkSaveError, InvalidArgumentError, ObjectWriteError, PendingChangesError } from '../errors';
import { Turn } from '../git/turn';
import { bindingOf } from '../model/binding';
import { GitModel } from '../model/git-model';
import { COMMIT_OPTIONS } from '../model/record/record-store';
import type { CommitOptions, RecordStore } from '../model/record/record-store';
import { prepareSave, recordWrite } from '../model/record/saving';
import { inTurn } from '../model/record/validation';
import type { MaybePromise } from '../model/record/validation';
import type { ModelId } from '../model/types';
import { TreeEditor } from '../object/tree-editor';
import { BulkStaging } from './bulk-staging';
import { commitStage, prepareCommit } from './commit-stage';
import type { WorkspaceContext } from './context';
import { forEachItem } from './for-each-item';
import type { Deferred } from './operation-gate';
import { refusePending } from './stage';
import type { Base, Stage } from './stage';

/** A record that can be saved together with others: of any model of the workspace. */
export type BulkItem = GitModel<ModelId>;

/** How far the saving of many records is. */
export interface BulkProgress {
  /** How many records were saved. */
  readonly records: number;
  /**
   * How many bytes they have, before compression, with those of their files that are new or have changed, however large.
   * Records of a class with a `save()` of its own are left out.
   */
  readonly bytes: number;
}

/** The options of `bulk`. */
export interface BulkOptions extends CommitOptions {
  /**
   * Called ten times a second at most while records are saved, and when all are. When it returns a promise, that is waited
   * for before the next record. What it throws, or rejects with, ends the saving.
   */
  // Not one function that returns either: whatever else a function returns would be refused then.
  readonly progress?:
    ((progress: BulkProgress) => void) | ((progress: BulkProgress) => Promise<void>) | undefined;
  /**
   * Ends the saving, with the signal's reason, at any time before the commit is made: everything is as it was before then. A
   * source that is waited for is told to return, and not waited for.
   */
  readonly signal?: AbortSignal | undefined;
}

const BULK_OPTIONS: KnownOptions<BulkOptions> = { ...COMMIT_OPTIONS, progress: true, signal: true };

/** What has come of saving many records. */
export interface BulkResult {
  /** The commit's oid; null when nothing has changed. */
  readonly commit: string | null;
  /** How many records were saved, those in which nothing has changed among them. */
  readonly records: number;
}

/** How long it is quiet after a call of `progress`, in milliseconds. */
const PROGRESS_MS = 100;

/** Saves many records in one commit; see `Workspace.bulk`. */
export async function saveBulk(
  context: WorkspaceContext,
  store: RecordStore,
  items: Iterable<BulkItem> | AsyncIterable<BulkItem>,
  options: BulkOptions,
): Promise<BulkResult> {
  checkArguments(items, options);
  const { gate, stage, objects, config, repository } = context;
  const { signal } = options;
  const operation = async (): Promise<Deferred<BulkResult>> => {
    signal?.throwIfAborted();
    if (stage.isEdited) {
      throw new PendingChangesError(
        'bulk() is running, and another one within it would commit what it has saved so far. Call it afterwards.',
      );
    }
    refusePending(stage, 'bulk() would commit them too');
    prepareCommit(context, options);
    const mark = stage.mark();
    const before = objects.protections.all();
    const editor = new TreeEditor(stage.tree, objects);
    return objects.packEverything(config.durability, (write) =>
      stage.edit(editor, async () => {
        try {
          const staging = new BulkStaging(context, editor, write);
          const objectsFolder = path.join(repository.commonFolder, 'objects');
          const saving = new BulkSaving(store, staging, stage, options, objectsFolder);
          await gate.section(() => saving.saveAll(items));
          // Before anybody asks for the tree's oid, for which all that has changed would be hashed at once.
          await objects.spill(stage.tree);
          signal?.throwIfAborted();
          const { settled } = await commitStage(context, options, mark);
          const written = objects.protections.since(before);
          const committed = settled.catch(async (error: unknown) => {
            await objects.protections.release([written]);
            throw error;
          });
          return { settled: committed.then((commit) => ({ commit, records: saving.records })) };
        } catch (error) {
          stage.rollBack(mark);
          await objects.protections.release([objects.protections.since(before)]);
          throw error;
        }
      }),
    );
  };
  return gate.changeAndDefer(operation, { alone: true });
}

/** One run over many records. */
class BulkSaving {
  /** How many have been saved. */
  records = 0;
  private readonly turn = new Turn();
  private lastReport = performance.now();
  private readonly base: Base;

  constructor(
    private readonly store: RecordStore,
    private readonly staging: BulkStaging,
    private readonly stage: Stage,
    private readonly options: BulkOptions,
    private readonly objectsFolder: string,
  ) {
    this.base = stage.base;
  }

  async saveAll(items: Iterable<BulkItem> | AsyncIterable<BulkItem>): Promise<void> {
    const { signal } = this.options;
    if (Symbol.asyncIterator in items) {
      await forEachItem(items, (item) => this.step(item), signal);
    } else {
      for (const item of items) {
        signal?.throwIfAborted();
        const step = this.step(item);
        // Without a promise for each, of which a million take their time.
        if (step) await step;
      }
    }
    await this.report();
  }

  private step(item: BulkItem): MaybePromise {
    try {
      const saving = this.save(item);
      if (saving) {
        return saving.then(
          () => this.proceed(),
          (error: unknown) => this.fail(item, error),
        );
      }
    } catch (error) {
      this.fail(item, error);
    }
    return this.proceed();
  }

  private save(item: BulkItem): MaybePromise {
    if (!(item instanceof GitModel)) {
      throw new InvalidArgumentError(`Only instances of models can be saved, not ${inspect(item)}.`, {
        details: { option: 'items', value: item },
      });
    }
    const binding = bindingOf(item.constructor, 'be saved');
    if (binding.store !== this.store) {
      throw new InvalidArgumentError(
        `${String(item)} belongs to another workspace; save it with that one's bulk().`,
        { details: { option: 'items', value: item } },
      );
    }
    // A class with a save() of its own decides what that does.
    if (binding.overridden.has('save')) return item.save().then(() => undefined);
    return inTurn([
      () => prepareSave(item, binding),
      () => this.staging.write(recordWrite(item, binding, {})),
      () => (binding.overridden.has('afterSave') ? item.afterSave({ commit: null }) : undefined),
    ]);
  }

  /** Counts a record that was saved, and lets others have their turn. */
  private proceed(): MaybePromise {
    this.records++;
    if (performance.now() - this.lastReport >= PROGRESS_MS) return this.report();
    return this.turn.isOver() ? this.turn.next() : undefined;
  }

  private async report(): Promise<void> {
    await this.options.progress?.({ records: this.records, bytes: this.staging.bytes });
    this.lastReport = performance.now();
    if (this.turn.isOver()) await this.turn.next();
  }

  private fail(item: unknown, error: unknown): never {
    const { signal } = this.options;
    // It is no fault of the record when what saves it minds the signal too.
    if (signal?.aborted && error === signal.reason) throw error;
    const position = this.records;
    const isModel = item instanceof GitModel;
    const which = `record at position ${position}${isModel ? `, ${String(item)},` : ''}`;
    const reason = error instanceof Error ? error.message : inspect(error);
    // A commit() in between makes another base, and is not taken back.
    const exception =
      this.stage.base === this.base ? '' : ', but for what was committed while they were being saved';
    throw new BulkSaveError(
      isOfFolder(error, this.objectsFolder)
        ? `What was written could not be stored, for which the ${which} is not to blame: ${reason} ` +
            `None of the records was saved${exception}.`
        : `The ${which} could not be saved: ${reason} None of the records was${exception}.`,
      {
        cause: error,
        details: {
          position,
          model: isModel ? item.constructor.name : null,
          id: isModel ? (item.getId() ?? null) : null,
        },
      },
    );
  }
}

/** Whether an error is about writing to a folder of objects, and not about where the content comes from. */
function isOfFolder(error: unknown, objectsFolder: string): boolean {
  if (!(error instanceof ObjectWriteError)) return false;
  const { path: place } = error.details;
  return typeof place === 'string' && `${place}${path.sep}`.startsWith(objectsFolder + path.sep);
}

function checkArguments(items: unknown, options: BulkOptions): void {
  const isIterable =
    typeof items === 'object' &&
    items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items);
  if (!isIterable) {
    throw new InvalidArgumentError(
      'bulk() takes an iterable or asynchronous iterable of instances of models.',
      { details: { option: 'items', value: items } },
    );
  }
  const { progress, signal } = checkOptions(options, BULK_OPTIONS);
  checkSignal(signal);
  if (progress !== undefined && typeof progress !== 'function') {
    throw new InvalidArgumentError('"progress" must be a function.', {
      details: { option: 'progress', value: progress },
    });
  }
}
