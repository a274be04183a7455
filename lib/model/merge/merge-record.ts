import { InvalidArgumentError } from '../../errors';
import type { FieldType } from '../fields/field';
import { InvalidValue } from '../fields/invalid-value';
import type { JsonValue } from '../json-value';
import type { ModelSchema, SchemaField } from '../schema/schema';
import type { StoredRecord } from '../serializers/serializer';
import { mergeField } from './merge-field';
import type { FieldRule, ValueForm } from './merge-field';
import { unionOf } from './merge-json';
import type { MergedValue, ValueConflict } from './merge-json';
import type { MergePolicy } from './merge-policy';

/** One version of a record. Of its files only the oids count, by the stored names of their fields. */
export interface RecordVersion {
  readonly record: StoredRecord;
  readonly files: ReadonlyMap<string, string>;
}

/** The versions of a record, of which the base may not exist. */
export interface RecordVersions {
  readonly base: RecordVersion | null;
  readonly ours: RecordVersion;
  readonly theirs: RecordVersion;
}

/** How records of a model are merged. */
export interface RecordRule {
  /** The registered model; null for records that are only known as stored. */
  readonly schema: ModelSchema | null;
  /** The policies of a merge, by property or stored name; they go before those of the fields. */
  readonly policies: Readonly<Record<string, MergePolicy<unknown> | undefined>>;
  /** Whether it is a conflict, too, when both sides have changed a field to the same. */
  readonly isStrict: boolean;
  /** How policies see the content of fields that have a file of their own. */
  readonly fileForm: (field: FieldType<unknown> | undefined) => ValueForm;
}

/** A field that both sides have changed, each to something else. */
export interface FieldConflict extends ValueConflict {
  readonly storedName: string;
  /** The field of the registered model, if it has one of this name. */
  readonly schemaField: SchemaField | undefined;
  /** Whether it has a file of its own; then its versions are oids. */
  readonly isFile: boolean;
}

/** What comes of merging the versions of a record. */
export interface MergedRecord {
  readonly conflicts: readonly FieldConflict[];
  /** The record as it is decided by now; fields that are not decided on have our side. */
  build(): RecordVersion;
}

/** Merges a record field by field. What a class says counts for its fields; others are merged as JSON. */
export function mergeRecord({ base, ours, theirs }: RecordVersions, rule: RecordRule): MergedRecord {
  const { schema } = rule;
  const fields = new FieldMerges(rule, false);
  const [before, left, right] = [base?.record.fields, ours.record.fields, theirs.record.fields];
  for (const name of inOrder(schema, left, right)) {
    fields.add(name, { base: before?.get(name), ours: left.get(name), theirs: right.get(name) });
  }
  const files = new FieldMerges(rule, true);
  for (const name of unionOf(ours.files.keys(), theirs.files.keys())) {
    files.add(name, {
      base: base?.files.get(name),
      ours: ours.files.get(name),
      theirs: theirs.files.get(name),
    });
  }
  return {
    conflicts: [...fields.conflicts, ...files.conflicts],
    build: () => ({
      record: { model: ours.record.model ?? theirs.record.model, fields: fields.build() },
      files: files.build() as Map<string, string>,
    }),
  };
}

/** The names of all fields: those of the class first, in its order, as a save has them. */
function inOrder(
  schema: ModelSchema | null,
  ours: ReadonlyMap<string, JsonValue>,
  theirs: ReadonlyMap<string, JsonValue>,
): string[] {
  const stored = unionOf(ours.keys(), theirs.keys());
  const known = schema?.dataFields.map(({ storedName }) => storedName) ?? [];
  return unionOf(
    known.filter((name) => ours.has(name) || theirs.has(name)),
    stored,
  );
}

/** The merged fields of one record, or its merged files. */
class FieldMerges {
  readonly conflicts: FieldConflict[] = [];
  private readonly merged = new Map<string, MergedValue>();

  constructor(
    private readonly rule: RecordRule,
    private readonly isFile: boolean,
  ) {}

  add(storedName: string, versions: Parameters<typeof mergeField>[0]): void {
    const { schema, policies, isStrict, fileForm } = this.rule;
    const schemaField = schema?.fields.find((each) => each.storedName === storedName);
    const field = schemaField?.field;
    const chosen =
      policies[schemaField?.property ?? storedName] ??
      policies[storedName] ??
      field?.mergePolicy ??
      'conflict';
    const form = this.isFile ? fileForm(field) : undefined;
    const value = this.mergeNamed(storedName, versions, { policy: chosen, field, form, isStrict });
    this.merged.set(storedName, value);
    for (const conflict of value.conflicts) {
      this.conflicts.push({ ...conflict, storedName, schemaField, isFile: this.isFile });
    }
  }

  /** @throws InvalidArgumentError for what a function of the user gives and the field cannot have. */
  private mergeNamed(name: string, versions: Parameters<typeof mergeField>[0], rule: FieldRule): MergedValue {
    try {
      return mergeField(versions, rule);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      const { schema } = this.rule;
      throw new InvalidArgumentError(
        `What the merge policy of the field "${name}" of ${schema?.name ?? 'a record'} has given cannot be stored: it ${error.message}.`,
        { cause: error, details: { option: 'merge', model: schema?.name ?? null, field: name } },
      );
    }
  }

  build(): Map<string, JsonValue> {
    const values = new Map<string, JsonValue>();
    for (const [name, merged] of this.merged) {
      const value = merged.build();
      if (value !== undefined) values.set(name, value);
    }
    return values;
  }
}
