import { GitModelError, InvalidPathError, ValidationError } from '../../errors';
import { bindingOf } from '../../model/binding';
import { InvalidValue } from '../../model/fields/invalid-value';
import { canonicalJson, isSameJson } from '../../model/json-value';
import type { JsonValue } from '../../model/json-value';
import { textOfId } from '../../model/record/id';
import { validateStored } from '../../model/record/validate-stored';
import type { RegisteredModel } from '../../model/registry';
import { mindingFields } from '../../model/relation/referential-actions';
import { dataPath } from '../../model/schema/layout';
import type { ModelSchema, SchemaField } from '../../model/schema/schema';
import type { StoredRecord } from '../../model/serializers/serializer';
import type { StagedTree } from '../../object/staged-tree';
import { readVersion } from '../changes/stored-unit';
import type { StoredUnit, UnitVersion } from '../changes/stored-unit';
import { checkedRecords } from './checked-records';
import type { CheckedRecord } from './checked-records';
import { describeRecordConflict } from './conflict-messages';
import { encodeRecord, withGivenFields } from './given-record';
import { MergeConflict } from './merge-conflict';
import type { ConflictFacts } from './merge-conflict';
import { cannotResolve, settleConflicts } from './open-conflict';
import type { OpenConflict } from './open-conflict';
import type { MergeStates, Side } from './overlay';
import { placeRecord } from './placing';
import type { PlacedRecord } from './placing';
import type { TreeMerge, TreeMergeSettings } from './tree-merge';

/**
 * Checks the records of a merge that is without conflicts so far: that those which were merged follow the rules of their
 * models, that no value which may be there once has come from both sides, and that nothing refers to what the other side
 * has deleted. What one side has broken by itself is not the merge's to find.
 *
 * @returns the merge with what was decided about what was found, and the conflicts that are left.
 */
export async function checkMerge(
  merge: TreeMerge,
  states: MergeStates,
  models: readonly RegisteredModel[],
  settings: TreeMergeSettings,
): Promise<TreeMerge> {
  const checks = new MergeChecks(merge, states, models, settings);
  const found = await checks.findAll();
  const left = await settleConflicts(found, settings.onConflict);
  if (left.length > 0 || found.length === 0) return { ...merge, conflicts: [...merge.conflicts, ...left] };
  const tree = await checks.settle();
  const again = new MergeChecks({ ...merge, tree }, states, models, settings);
  const remaining = (await again.findAll()).map(({ conflict }) => conflict);
  return { ...merge, tree, conflicts: [...merge.conflicts, ...remaining] };
}

class MergeChecks {
  /** What was decided: what is to be in the place of records of the merged tree. */
  private readonly decided: (() => Promise<void>)[] = [];
  private tree: StagedTree;
  /** The paths of the records that neither side has like this. */
  private readonly combined: ReadonlySet<string>;

  constructor(
    private readonly merge: TreeMerge,
    private readonly states: MergeStates,
    private readonly models: readonly RegisteredModel[],
    private readonly settings: TreeMergeSettings,
  ) {
    this.tree = merge.tree;
    this.combined = new Set(merge.combined.map(({ path }) => path));
  }

  async settle(): Promise<StagedTree> {
    for (const place of this.decided) await place();
    return this.tree;
  }

  async findAll(): Promise<OpenConflict[]> {
    const { states, settings } = this;
    const found: OpenConflict[] = [];
    for (const model of this.models) {
      const unique = model.schema.dataFields.filter(
        (each) => each.field.unique && each !== model.schema.idField,
      );
      const minding = [...mindingFields(model.schema, bindingOf(model.model, 'be merged').context)];
      const isAll = unique.length > 0 || minding.length > 0;
      const records = await checkedRecords(model.schema, this.merge, states, settings.objects, isAll);
      for (const each of records) {
        const problem = await this.validate(model, each);
        if (problem) found.push(problem);
      }
      for (const field of unique) found.push(...this.findDuplicates(records, field));
      for (const { schemaField, target } of minding) {
        found.push(...(await this.findMissing(records, schemaField, bindingOf(target, 'be merged').schema)));
      }
    }
    return found;
  }

  private async validate(
    { model }: RegisteredModel,
    { unit, version, record }: CheckedRecord,
  ): Promise<OpenConflict | undefined> {
    if (!this.combined.has(unit.path)) return undefined;
    const { path } = unit;
    const { oid } = version.data;
    try {
      const found = { id: null, path, oid, record, files: version.files, at: undefined };
      await validateStored(model, found);
      return undefined;
    } catch (error) {
      if (!(error instanceof GitModelError)) throw error;
      const reason = `is not valid when both sides' changes are in it: ${error.message}`;
      const issues = error instanceof ValidationError ? error.issues : [];
      const facts = {
        kind: 'invalid',
        field: issues.length === 1 ? (issues[0]?.path ?? null) : null,
      } as const;
      return this.open(unit, record, facts, reason, (decision, conflict) => {
        if (typeof decision === 'string') this.take(unit, decision);
        else this.give(unit, version, withGivenFields(unit.schema, record, decision.value, conflict));
      });
    }
  }

  private findDuplicates(records: readonly CheckedRecord[], schemaField: SchemaField): OpenConflict[] {
    const { field, storedName } = schemaField;
    const blank = field.serialize(field.blankValue);
    const found: OpenConflict[] = [];
    const seen = new Map<string, CheckedRecord>();
    for (const owner of records) {
      const value = comparable(owner.record.fields.get(storedName), schemaField);
      if (value === undefined || value === null || isSameJson(value, blank)) continue;
      const text = canonicalJson(value);
      const other = seen.get(text);
      if (!other) seen.set(text, owner);
      const [mine, yours] = [owner, other].map((each) => each?.sides ?? []) as [
        readonly Side[],
        readonly Side[],
      ];
      if (!other || (mine.length === 1 && yours.length === 1 && mine[0] === yours[0])) continue;
      const [theirs, ours] = owner.sides.includes('theirs') ? [owner, other] : [other, owner];
      const reason = `has the same ${schemaField.property} as ${JSON.stringify(idOf(ours))}, and no two may have`;
      const facts = { kind: 'unique', field: schemaField.property } as const;
      found.push(
        this.open(theirs.unit, theirs.record, facts, reason, (decision, conflict) => {
          if (decision === 'ours') this.take(theirs.unit, 'ours');
          else if (decision === 'theirs') this.take(ours.unit, 'theirs');
          else cannotResolve(conflict, decision, "must be 'ours' or 'theirs'");
        }),
      );
    }
    return found;
  }

  private async findMissing(
    records: readonly CheckedRecord[],
    { storedName, property }: SchemaField,
    target: ModelSchema,
  ): Promise<OpenConflict[]> {
    const found: OpenConflict[] = [];
    for (const { unit, record, sides } of records) {
      for (const id of idsIn(record.fields.get(storedName))) {
        const missing = pathOf(target, id);
        const deleted = missing === undefined ? undefined : await this.deletedBy(missing, sides);
        if (deleted === undefined || missing === undefined) continue;
        const side = sides.find((each) => each !== deleted) ?? 'ours';
        const reason = `refers by ${property} to ${target.name} ${JSON.stringify(id)}, which ${deleted === 'ours' ? 'our' : 'their'} side has deleted`;
        found.push(
          this.open(unit, record, { kind: 'reference', field: property }, reason, (decision, conflict) => {
            if (decision === side) this.take({ path: missing, isRecord: true, schema: target }, side);
            else if (decision === deleted) this.take(unit, deleted);
            else cannotResolve(conflict, decision, "must be 'ours' or 'theirs'");
          }),
        );
      }
    }
    return found;
  }

  /** The side that has deleted a record, while another one has changed what refers to it. */
  private async deletedBy(path: string, referring: readonly Side[]): Promise<Side | undefined> {
    if ((await this.tree.lookUp(path)) || !(await this.states.base.lookUp(path))) return undefined;
    for (const side of ['ours', 'theirs'] as const) {
      if (referring.some((each) => each !== side) && !(await this.states[side].lookUp(path))) return side;
    }
    return undefined;
  }

  private open(
    { path, schema }: CheckedRecord['unit'],
    record: StoredRecord,
    facts: Pick<ConflictFacts, 'kind' | 'field'>,
    reason: string,
    decide: (decision: Parameters<OpenConflict['decide']>[0], conflict: MergeConflict) => void,
  ): OpenConflict {
    const stored = record.fields.get(schema.idField.storedName);
    const complete = {
      ...facts,
      model: schema.name,
      id: stored === undefined ? null : textOfId(stored),
      path,
      keys: [],
      base: undefined,
      ours: undefined,
      theirs: undefined,
      commits: this.settings.commits,
    };
    const conflict = new MergeConflict({
      ...complete,
      message: describeRecordConflict(complete, { reason }),
    });
    return {
      conflict,
      decide: (decision) => {
        decide(decision, conflict);
      },
    };
  }

  /** Puts the version of one side in the place of the merged one. */
  private take(unit: StoredUnit, side: keyof MergeStates): void {
    this.decided.push(async () => {
      const now = await readVersion(this.tree, unit, unit.path);
      await this.place(unit, now, await readVersion(this.states[side], unit, unit.path));
    });
  }

  private give(unit: StoredUnit, version: UnitVersion, record: StoredRecord | null): void {
    const placed = record && { ...version, data: encodeRecord(unit.schema, record) };
    this.decided.push(() => this.place(unit, version, placed));
  }

  private async place(unit: StoredUnit, from: PlacedRecord | null, to: PlacedRecord | null): Promise<void> {
    this.tree = await placeRecord(this.tree, unit.schema, from, to);
  }
}

function idOf({ record, unit }: CheckedRecord): string {
  return textOfId(record.fields.get(unit.schema.idField.storedName));
}

/** A stored value in the form in which the field writes it now. */
function comparable(stored: JsonValue | undefined, { field }: SchemaField): JsonValue | undefined {
  if (stored === undefined) return undefined;
  try {
    return field.serialize(field.deserialize(stored));
  } catch (error) {
    if (error instanceof InvalidValue) return stored;
    throw error;
  }
}

/** The ids in a stored relation, or in a list of them. */
function idsIn(stored: JsonValue | undefined): string[] {
  const all: readonly unknown[] = Array.isArray(stored) ? stored : [stored];
  return all.filter((each) => typeof each === 'string' || typeof each === 'number').map(textOfId);
}

/** Undefined for what can be no id. */
function pathOf(target: ModelSchema, id: string): string | undefined {
  try {
    return dataPath(target, id);
  } catch (error) {
    if (error instanceof InvalidPathError) return undefined;
    throw error;
  }
}
