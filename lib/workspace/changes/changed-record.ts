import path from 'node:path';
import type { GitModelError } from '../../errors';
import { bindingOf } from '../../model/binding';
import type { GitModel } from '../../model/git-model';
import { idOf } from '../../model/record/id';
import { loadRecord } from '../../model/record/loading';
import { plainRecord } from '../../model/record/record-collection';
import type { PlainRecord } from '../../model/record/record-collection';
import { differenceOf } from '../../model/record/record-difference';
import type { RecordStatus } from '../../model/record/record-difference';
import { isOfRecord } from '../../model/record/record-error';
import type { RegisteredModel } from '../../model/registry';
import type { IdOf, ModelId, RecordChange, VersionChanges } from '../../model/types';
import { andThen } from '../../object/awaitable';
import type { Awaitable } from '../../object/awaitable';
import type { WorkspaceContext } from '../context';
import type { StoredUnit } from './stored-unit';
import type { TreeAt } from './stored-version';
import { compareTrees } from './tree-comparison';
import type { ComparedRecord } from './tree-comparison';
import { VersionReader } from './version-reader';

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
   * know. All fields of an added or a removed record; none when the record is only written in another way. Rejects with an
   * InvalidRecordError when what is stored is not a record.
   */
  readonly fields: () => Promise<FieldChanges<T>>;
  /** The record as it was before; null for an added one. Rejects as {@link fields} does. */
  readonly before: () => Promise<T | null>;
  /** The record as it is afterwards; null for a removed one. Rejects as {@link fields} does. */
  readonly after: () => Promise<T | null>;
}

/** What changed records are found with. */
export interface ChangeSource {
  readonly context: Pick<WorkspaceContext, 'gate' | 'objects'>;
  readonly models: readonly RegisteredModel[];
  /** The only folders to be compared. Default: all. */
  readonly folders?: readonly string[] | undefined;
  /** Called for what cannot be read as a record, which is then left out. Default: that is seen when it is read. */
  readonly onInvalid?: ((error: GitModelError) => void) | undefined;
}

/**
 * The records that differ between two trees. What they hold is read when it is asked for, unless nothing else tells their ids.
 *
 * @throws InvalidRecordError when what is stored is not a record and does not tell its id, unless there is `onInvalid`.
 */
export async function* changedRecords(
  source: ChangeSource,
  from: TreeAt,
  to: TreeAt,
): AsyncGenerator<ChangedRecord, void> {
  const { context, models, folders, onInvalid } = source;
  const schemas = models.map(({ schema }) => schema);
  const { records } = await compareTrees({ objects: context.objects, schemas, folders }, from.tree, to.tree);
  for (const record of records) {
    const changed = await describeChange(source, record, from, to).catch((error: unknown) => {
      if (!onInvalid || !isOfRecord(error)) throw error;
      onInvalid(error);
      return undefined;
    });
    if (changed) yield changed;
  }
}

async function describeChange(
  { context, models, onInvalid }: ChangeSource,
  { status, before: unitBefore, after: unitAfter }: ComparedRecord,
  from: TreeAt,
  to: TreeAt,
): Promise<ChangedRecord> {
  const before = new VersionReader(context, unitBefore, () => from);
  const after = new VersionReader(context, unitAfter, () => to);
  if (onInvalid) await Promise.all([before.read(), after.read()]);
  const { schema, path: file } = (unitAfter ?? unitBefore) as StoredUnit;
  const model = models.find((each) => each.schema === schema)?.model;
  const binding = model && bindingOf(model, 'be compared');
  const idOfVersion = (version: VersionReader): Awaitable<ModelId> =>
    andThen(version.id(), (id) => (schema ? idOf(schema, id) : id));
  const load = async (version: VersionReader): Promise<AnyRecord | null> => {
    const found = await version.read();
    if (!found) return null;
    return model && binding ? loadRecord(model, binding, found) : plainRecord(found, await version.id());
  };
  const present = unitAfter ? after : before;
  return {
    model: schema?.name ?? (await present.read())?.record.model ?? modelOfPath(file),
    id: await idOfVersion(present),
    status,
    previousId: status === 'moved' ? await idOfVersion(before) : null,
    fields: async () => differenceOf(schema, await before.read(), await after.read(), binding?.context),
    before: () => load(before),
    after: () => load(after),
  };
}

function modelOfPath(file: string): string {
  return path.posix.dirname(path.posix.dirname(file));
}
