import { ValidationError } from '../../errors';
import type { ValidationIssue } from '../../errors';
import type { Binding } from '../binding';
import { InvalidValue } from '../fields/invalid-value';
import { refineWithSchema } from '../fields/standard-schema';
import type { ModelSchema, SchemaField } from '../schema/schema';
import type { RecordContext } from './record-context';
import { stateOf } from './record-state';
import { hasChanged, isKept, wasSet } from './stored-form';
import { valueOf } from './values';

/** Done at once, or a promise: what does not have to wait keeps operations in the order of the calls. */
export type MaybePromise = void | Promise<void>;

/** Runs steps one after another; gives a promise only when one of them does. */
export function inTurn(steps: readonly (() => MaybePromise)[]): MaybePromise {
  for (let next = 0; next < steps.length; next++) {
    const running = steps[next]?.();
    if (running) return running.then(() => inTurn(steps.slice(next + 1)));
  }
}

/**
 * Cleans a record: its fields, then what its model's schema and its own `clean` make of it, which has to be valid
 * too; then checks it against what is in the store.
 *
 * @throws ValidationError with all that is wrong.
 */
export function cleanRecord(
  record: { clean(): MaybePromise },
  { schema, context, overridden }: Binding,
): MaybePromise {
  const fields = (): MaybePromise => cleanFields(record, schema);
  const steps = [fields];
  if (schema.refinement) steps.push(() => refineRecord(record, schema), fields);
  if (overridden.has('clean')) {
    steps.push(() => asRecordIssues(schema, record, () => record.clean()), fields);
  }
  return inTurn([...steps, () => verifyFields(record, schema, context)]);
}

/**
 * Replaces every field's value by the clean one.
 *
 * @throws ValidationError with all that is wrong; then no value has changed.
 */
function cleanFields(record: object, schema: ModelSchema): MaybePromise {
  const state = stateOf(record);
  const checks = new FieldChecks(schema, record);
  const cleaned: [string, unknown][] = [];
  for (const schemaField of schema.fields) {
    const { property, field } = schemaField;
    const value = valueOf(record, property);
    // A value that was kept although it is none of the field's may stay, as long as nobody changes it.
    if (schema.invalidValues === 'keep' && isKept(schemaField, value, state)) continue;
    const accept = (clean: unknown): void => {
      // What was missing in the stored record can be added, or a required one could never be saved.
      const isFixed = field.readonly && (!field.required || wasSet(schemaField, state));
      if (isFixed && hasChanged(schemaField, clean, state)) {
        throw new InvalidValue('readonly', 'cannot be changed after the record was saved');
      }
      // Also 0 in place of -0.
      if (!Object.is(clean, value)) cleaned.push([property, clean]);
    };
    checks.run(schemaField, () => {
      const clean = field.refine(field.clean(value));
      if (clean instanceof Promise) return clean.then(accept);
      accept(clean);
      return undefined;
    });
  }
  return checks.conclude(() => {
    for (const [property, value] of cleaned) Reflect.set(record, property, value);
  });
}

/**
 * Lets the model's own schema check the values and take their place.
 *
 * @throws ValidationError with all that the schema finds wrong.
 */
function refineRecord(record: object, schema: ModelSchema): MaybePromise {
  const { refinement } = schema;
  if (!refinement) return;
  const values = Object.fromEntries(
    schema.fields.map(({ property }) => [property, Reflect.get(record, property) as unknown]),
  );
  const accept = (refined: object): void => {
    for (const { property } of schema.fields) {
      if (Object.hasOwn(refined, property)) Reflect.set(record, property, Reflect.get(refined, property));
    }
  };
  return asRecordIssues(schema, record, () => {
    const refined = refineWithSchema(refinement, values);
    if (refined instanceof Promise) return refined.then(accept);
    accept(refined);
    return undefined;
  });
}

/**
 * Checks the values against what is in the store.
 *
 * @throws ValidationError with all that does not fit.
 */
function verifyFields(record: object, schema: ModelSchema, context: RecordContext): MaybePromise {
  const checks = new FieldChecks(schema, record);
  for (const schemaField of schema.fields) {
    const value = valueOf(record, schemaField.property);
    if (value === null || value === undefined) continue;
    checks.run(schemaField, () => schemaField.field.verify(value, context));
  }
  return checks.conclude();
}

/** Runs a check of the record as a whole; an InvalidValue that it throws is an issue of the record. */
function asRecordIssues(schema: ModelSchema, record: object, check: () => MaybePromise): MaybePromise {
  const report = (error: unknown): never => {
    throw error instanceof InvalidValue
      ? new ValidationError(schema.name, toIssues(error, '', record))
      : error;
  };
  try {
    return check()?.catch(report);
  } catch (error) {
    return report(error);
  }
}

/** What is wrong with a value, as issues of its record. */
export function toIssues(error: InvalidValue, property: string, value: unknown): ValidationIssue[] {
  return error.all.map(({ code, message, path }) => ({
    path: [property, ...path].filter((part) => part !== '').join('.'),
    code,
    message,
    value: path.reduce(valueAt, value),
  }));
}

function valueAt(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Checks the fields of one record, and collects what is wrong with them. */
class FieldChecks {
  private issues: Map<SchemaField, ValidationIssue[]> | undefined;
  private readonly pending: Promise<void>[] = [];

  constructor(
    private readonly schema: ModelSchema,
    private readonly record: object,
  ) {}

  /** Runs a check of a field; an InvalidValue that it throws is an issue, anything else goes on to the caller. */
  run(schemaField: SchemaField, check: () => MaybePromise): void {
    const report = (error: unknown): void => {
      if (!(error instanceof InvalidValue)) throw error;
      const { property } = schemaField;
      const issues = toIssues(error, property, valueOf(this.record, property));
      (this.issues ??= new Map()).set(schemaField, issues);
    };
    try {
      const checking = check();
      if (checking) this.pending.push(checking.catch(report));
    } catch (error) {
      // Should this go on to the caller, nobody waits for the checks before it any more.
      for (const each of this.pending) each.catch(() => undefined);
      report(error);
    }
  }

  /**
   * Ends the checks, and calls `accept` when nothing is wrong; gives a promise only when a check does.
   *
   * @throws ValidationError when anything is; in the order of the fields.
   */
  conclude(accept?: () => void): MaybePromise {
    const finish = (): void => {
      const { issues } = this;
      if (!issues) {
        accept?.();
        return;
      }
      throw new ValidationError(
        this.schema.name,
        this.schema.fields.flatMap((each) => issues.get(each) ?? []),
      );
    };
    if (this.pending.length > 0) return Promise.all(this.pending).then(finish);
    finish();
  }
}
