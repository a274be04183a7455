import { InvalidArgumentError } from '../../errors';
import type { ObjectStore } from '../../git/object-store';
import { InvalidValue } from '../../model/fields/invalid-value';
import { checkJson } from '../../model/fields/json-check';
import type { JsonValue } from '../../model/json-value';
import { storedOf, valueOf } from '../../model/merge/merge-field';
import type { StoredValue } from '../../model/merge/merge-json';
import { mergeRecord } from '../../model/merge/merge-record';
import type { FieldConflict, MergedRecord, RecordVersion } from '../../model/merge/merge-record';
import { textOfId } from '../../model/record/id';
import type { BlobStore } from '../../model/record/record-store';
import { isSameFields } from '../../model/record/stored-form';
import type { Awaitable } from '../../object/awaitable';
import type { StagedTree } from '../../object/staged-tree';
import { isSameVersion } from '../changes/stored-unit';
import type { StoredUnit, UnitVersion, UnitVersions } from '../changes/stored-unit';
import { describeRecordConflict } from './conflict-messages';
import { DecodedVersions } from './decoded-versions';
import { FieldFiles } from './field-files';
import { encodeRecord, withGivenFields } from './given-record';
import { MergeConflict } from './merge-conflict';
import type { ConflictFacts, MergeCommits } from './merge-conflict';
import type { MergePolicies } from './merge-options';
import { cannotResolve } from './open-conflict';
import type { Decision, OpenConflict } from './open-conflict';
import type { Side } from './overlay';
import { placeRecord } from './placing';
import type { Placed, PlacedRecord } from './placing';
import type { Origins } from './record-origins';
import type { UnitMerge } from './unit-merge';

/** What is to be known to merge records. */
export interface RecordMergeSettings {
  readonly objects: ObjectStore;
  readonly blobs: BlobStore;
  readonly commits: MergeCommits;
  /** By the names of models in lower case. */
  readonly policies: ReadonlyMap<string, MergePolicies[string]>;
  readonly isStrict: boolean;
}

/**
 * Merges a record that both sides have changed.
 *
 * @param origins What it was before, for messages.
 */
export async function mergeRecordUnit(
  unit: StoredUnit,
  versions: UnitVersions,
  settings: RecordMergeSettings,
  origins?: Origins,
): Promise<RecordUnitMerge> {
  const decoded = await DecodedVersions.read(settings.objects, unit, versions);
  const merge = new RecordUnitMerge(unit, versions, decoded, settings, origins);
  await merge.prepare();
  return merge;
}

/** See {@link mergeRecordUnit}. */
export class RecordUnitMerge implements UnitMerge {
  readonly open: OpenConflict[] = [];
  private merged: MergedRecord | undefined;
  private target: string;
  /** In place of what is merged. */
  private whole: PlacedRecord | null | undefined;
  /** What was put into the tree. */
  private result: PlacedRecord | null | undefined;
  private readonly files: FieldFiles;

  constructor(
    private readonly unit: StoredUnit,
    private readonly versions: UnitVersions,
    private readonly decoded: DecodedVersions,
    private readonly settings: RecordMergeSettings,
    private readonly origins: Origins | undefined,
  ) {
    const { base, ours, theirs } = versions;
    this.files = new FieldFiles(versions, settings.blobs);
    this.target = (ours?.path === base?.path ? theirs?.path : ours?.path) ?? unit.path;
  }

  async prepare(): Promise<void> {
    const { ours, theirs } = this.versions;
    const { failure } = this.decoded;
    if (failure && isSameVersion(ours, theirs)) return;
    if (failure) this.addWhole('unreadable', failure.message);
    else if (!ours || !theirs) {
      if (ours !== theirs) this.addWhole('delete');
    } else {
      await this.files.read(this.unit.schema, this.settings.objects);
      this.mergeFields();
    }
  }

  async apply(tree: StagedTree): Promise<StagedTree> {
    const { ours, theirs } = this.versions;
    const { schema } = this.unit;
    const result = this.whole !== undefined ? this.whole : this.merged ? this.build(this.merged) : ours;
    this.result = result;
    // Where they have given it another id, it is there already.
    const cleared = theirs?.path === ours?.path ? tree : await placeRecord(tree, schema, theirs, null);
    return placeRecord(cleared, schema, ours, result);
  }

  /** The record where it is now, when neither side has it like this. */
  get combined(): StoredUnit | undefined {
    const { result, unit, versions } = this;
    const isOf = (side: UnitVersion | null): boolean => isSameVersion(result ?? null, side);
    return !result || isOf(versions.ours) || isOf(versions.theirs)
      ? undefined
      : { ...unit, path: result.path };
  }

  private mergeFields(): void {
    const { schema } = this.unit;
    const { base, ours, theirs } = this.versions;
    const policies = { ...this.settings.policies.get(this.decoded.model?.toLowerCase() ?? '') };
    const isMovedTwice =
      base && ours?.path !== base.path && theirs?.path !== base.path && ours?.path !== theirs?.path;
    // Which id it gets is decided with its place.
    if (isMovedTwice && schema) policies[schema.idField.property] = 'ours';
    this.merged = mergeRecord(
      { base: this.decoded.versionOf('base'), ours: this.present('ours'), theirs: this.present('theirs') },
      {
        schema,
        policies,
        isStrict: this.settings.isStrict,
        fileForm: (field) => ({
          valueOf: (oid) => this.files.valueOf(oid, field),
          storedOf: (value) => this.files.oidOf(value, field),
        }),
      },
    );
    if (isMovedTwice) this.addMoved();
    for (const conflict of this.merged.conflicts) this.addField(conflict);
  }

  /** One that is known to be there, and could be read. */
  private present(side: Side): RecordVersion {
    return this.decoded.versionOf(side) as RecordVersion;
  }

  private add(
    facts: Pick<ConflictFacts, 'kind' | 'base' | 'ours' | 'theirs'> & Partial<ConflictFacts>,
    decide: (conflict: MergeConflict, decision: Decision) => Awaitable<void>,
    { reason, blur }: { readonly reason?: string | undefined; readonly blur?: () => void } = {},
  ): void {
    const complete = {
      model: this.decoded.model,
      id: this.decoded.id,
      path: this.unit.path,
      field: null,
      keys: [],
      commits: this.settings.commits,
      ...facts,
    };
    const message = describeRecordConflict(complete, { reason, origins: this.origins });
    const conflict = new MergeConflict({ ...complete, message });
    this.open.push({
      conflict,
      decide: (decision) => decide(conflict, decision),
      ...(blur ? { blur } : {}),
    });
  }

  private addWhole(kind: 'delete' | 'unreadable', reason?: string): void {
    const [base, ours, theirs] = (['base', 'ours', 'theirs'] as const).map((side) =>
      this.decoded.fieldsOf(side),
    );
    this.add(
      { kind, base, ours, theirs, versions: this.oids() },
      (conflict, decision) => {
        this.whole =
          typeof decision === 'string' ? this.versions[decision] : this.given(conflict, decision.value);
      },
      { reason },
    );
  }

  /** The oids of all that the versions of the record have. */
  private oids(): unknown[] {
    const { base, ours, theirs } = this.versions;
    return [base, ours, theirs].map(
      (version) =>
        version && [version.data.oid, ...Array.from(version.files, ([name, { oid }]) => [name, oid])],
    );
  }

  private addMoved(): void {
    const [base, ours, theirs] = (['base', 'ours', 'theirs'] as const).map((side) => {
      const stored = this.decoded.storedId(side);
      return stored === undefined || stored === null ? undefined : textOfId(stored);
    });
    const decide = (conflict: MergeConflict, decision: Decision): void => {
      if (decision !== 'ours' && decision !== 'theirs')
        cannotResolve(conflict, decision, "must be 'ours' or 'theirs'");
      this.target = (this.versions[decision] as UnitVersion).path;
    };
    // It stays at one of the two places, so that the sides find it moved from there, or where it is.
    const blur = (): void => undefined;
    this.add({ kind: 'moved', base, ours, theirs }, decide, { blur });
  }

  private addField(found: FieldConflict): void {
    const { schemaField, storedName, path: keys, isFile } = found;
    const show = (value: StoredValue): unknown =>
      isFile
        ? this.files.valueOf(value, schemaField?.field)
        : keys.length > 0
          ? value
          : valueOf(value, schemaField?.field);
    this.add(
      {
        kind: 'field',
        field: schemaField?.property ?? storedName,
        keys,
        base: show(found.base),
        ours: show(found.ours),
        theirs: show(found.theirs),
      },
      async (conflict, decision) => {
        if (typeof decision === 'string') found.decide(found[decision]);
        else found.decide(await this.storedValue(conflict, found, decision.value));
      },
      {
        // Without a value it is something else than either side has.
        blur: () => {
          found.decide(undefined);
        },
      },
    );
  }

  /** What is stored of a value that somebody has decided on. */
  private async storedValue(
    conflict: MergeConflict,
    { schemaField, path, isFile }: FieldConflict,
    value: unknown,
  ): Promise<StoredValue> {
    try {
      if (isFile) return await this.files.write(value, schemaField?.field);
      if (path.length === 0 && schemaField) return storedOf(value, schemaField.field);
      if (value !== undefined) checkJson(value);
      return value as StoredValue;
    } catch (error) {
      if (!(error instanceof InvalidValue || error instanceof InvalidArgumentError)) throw error;
      return cannotResolve(conflict, value, error.message, error);
    }
  }

  /** A whole record that somebody has decided on. */
  private given(conflict: MergeConflict, value: unknown): PlacedRecord | null {
    const { schema, path } = this.unit;
    const version = this.versions.ours ?? this.versions.theirs;
    const given = withGivenFields(schema, this.decoded.present, value, conflict);
    return (
      given && {
        path: version?.path ?? path,
        data: encodeRecord(schema, given),
        files: version?.files ?? new Map(),
      }
    );
  }

  private build(merged: MergedRecord): PlacedRecord {
    const { ours, theirs } = this.versions as { ours: UnitVersion; theirs: UnitVersion };
    const built = merged.build();
    const fields = this.withId(built.record.fields);
    const isAs = (side: Side): boolean => isSameFields(this.present(side).record.fields, fields);
    const data = isAs('ours')
      ? ours.data
      : isAs('theirs')
        ? theirs.data
        : encodeRecord(this.unit.schema, { ...built.record, fields });
    const files = new Map<string, Placed>();
    for (const [name, oid] of built.files) files.set(name, this.files.placed(oid));
    return { path: this.target, data, files };
  }

  /** A record that both sides have moved has the id of the place that was decided on. */
  private withId(fields: ReadonlyMap<string, JsonValue>): ReadonlyMap<string, JsonValue> {
    const { schema } = this.unit;
    if (!schema || this.target !== this.versions.theirs?.path || this.target === this.versions.ours?.path)
      return fields;
    const id = this.decoded.storedId('theirs');
    return id === undefined ? fields : new Map(fields).set(schema.idField.storedName, id);
  }
}
