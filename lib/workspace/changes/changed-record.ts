import path from 'node:path';
import { GitModelError } from '../../errors';
import type { ObjectStore } from '../../git/object-store';
import { bindingOf } from '../../model/binding';
import type { GitModel } from '../../model/git-model';
import { idOf } from '../../model/record/id';
import { loadRecord } from '../../model/record/loading';
import { plainRecord } from '../../model/record/record-collection';
import type { PlainRecord } from '../../model/record/record-collection';
import { differenceOf } from '../../model/record/record-difference';
import type { RecordStatus } from '../../model/record/record-difference';
import type { FoundRecord } from '../../model/record/record-store';
import type { RegisteredModel } from '../../model/registry';
import type { ModelSchema } from '../../model/schema/schema';
import type { IdOf, ModelId, RecordChange, VersionChanges } from '../../model/types';
import { compareTrees } from './tree-comparison';
import type { ComparedRecord } from './tree-comparison';
import { readStored, storedIdOf } from './stored-version';
import type { TreeAt } from './stored-version';

/** A record of any model: an instance where the model is registered, else a plain object. */
export type AnyRecord = GitModel<ModelId> | PlainRecord;

/** What differs in the fields of a record: of the model `T`, or of any. */
export type FieldChanges<T> = [T] extends [GitModel<ModelId>]
  ? VersionChanges<T>
  : Readonly<Record<string, RecordChange>>;

/**
 * A record that differs between two states of the repository.
 *
 * @typeParam T What the record is an instance of.
 */
export interface ChangedRecord<T extends AnyRecord = AnyRecord> {
  /** The name of the model; of one that is not registered, as the record says it. */
  readonly model: string;
  /** The id, as it is afterwards; of a removed record as it was. */
  readonly id: [T] extends [GitModel<ModelId>] ? IdOf<T> : ModelId;
  /** `moved` when it has got another id; its fields may have changed as well then. */
  readonly status: RecordStatus;
  /** The id before, of a record that has got another one; else null. */
  readonly previousId: [T] extends [GitModel<ModelId>] ? IdOf<T> | null : ModelId | null;
  /**
   * What differs, by property; by stored name in a record whose model is not registered, and of fields that the model does not
   * know. All fields of an added or a removed record; none when the record is only written in another way.
   */
  readonly fields: FieldChanges<T>;
  /** The record as it was before; null for an added one. */
  readonly before: () => Promise<T | null>;
  /** The record as it is afterwards; null for a removed one. */
  readonly after: () => Promise<T | null>;
}

/** What changed records are found with. */
export interface ChangeSource {
  readonly objects: ObjectStore;
  readonly models: readonly RegisteredModel[];
  /** The only folders to be compared. Default: all. */
  readonly folders?: readonly string[] | undefined;
  /** Called for what cannot be read as a record, which is then left out. Default: it is thrown. */
  readonly onInvalid?: ((error: GitModelError) => void) | undefined;
}

/**
 * The records that differ between two trees, read one by one.
 *
 * @throws InvalidRecordError when what is stored is not a record, unless there is `onInvalid`.
 */
export async function* changedRecords(
  source: ChangeSource,
  from: TreeAt,
  to: TreeAt,
): AsyncGenerator<ChangedRecord, void> {
  const { objects, models, folders, onInvalid } = source;
  const schemas = models.map(({ schema }) => schema);
  const { records } = await compareTrees({ objects, schemas, folders }, from.tree, to.tree);
  for (const record of records) {
    const changed = await readChange(source, record, from, to).catch((error: unknown) => {
      if (!onInvalid || !(error instanceof GitModelError)) throw error;
      onInvalid(error);
      return undefined;
    });
    if (changed) yield changed;
  }
}

async function readChange(
  { objects, models }: ChangeSource,
  { status, before: unitBefore, after: unitAfter }: ComparedRecord,
  from: TreeAt,
  to: TreeAt,
): Promise<ChangedRecord> {
  const before = unitBefore && (await readStored(objects, unitBefore, from));
  const after = unitAfter && (await readStored(objects, unitAfter, to));
  const { schema } = (unitAfter ?? unitBefore) as { readonly schema: ModelSchema | null };
  const model = models.find((each) => each.schema === schema)?.model;
  const binding = model && bindingOf(model, 'be compared');
  const idIn = (found: FoundRecord): ModelId => {
    const id = storedIdOf(schema, found);
    return schema ? idOf(schema, id) : id;
  };
  const load = async (found: FoundRecord | null): Promise<AnyRecord | null> => {
    if (!found) return null;
    return model && binding ? loadRecord(model, binding, found) : plainRecord(found, String(idIn(found)));
  };
  const found = (after ?? before) as FoundRecord;
  return {
    model: schema?.name ?? found.record.model ?? path.posix.dirname(path.posix.dirname(found.path)),
    id: idIn(found),
    status,
    previousId: status === 'moved' && before ? idIn(before) : null,
    fields: differenceOf(schema, before, after, binding?.context),
    before: () => load(before),
    after: () => load(after),
  };
}
