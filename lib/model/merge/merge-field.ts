import type { FieldType } from '../fields/field';
import { InvalidValue } from '../fields/invalid-value';
import { checkJson } from '../fields/json-check';
import { isSameJson } from '../json-value';
import { addChanges, compareValues } from './arithmetic';
import { conflicting, mergeJson, mergeKeyedList, mergeSet, settled } from './merge-json';
import type { MergedValue, StoredValue, StoredVersions } from './merge-json';
import { isKeyedList } from './merge-policy';
import type { MergePolicy } from './merge-policy';
import { mergeText } from './text-merge';

/** What stands for stored values where policies see and give them. */
export interface ValueForm {
  /** The value that is stored like this. */
  valueOf(stored: StoredValue): unknown;
  /**
   * What is stored of a value.
   *
   * @throws InvalidValue or InvalidArgumentError when it cannot be stored.
   */
  storedOf(value: unknown): StoredValue;
}

/** How the versions of one field are merged. */
export interface FieldRule {
  readonly policy: MergePolicy<unknown>;
  /** The field of a registered model; undefined for what is only known as stored. */
  readonly field: FieldType<unknown> | undefined;
  /** For a field with a file of its own, of which the oids are merged. Default: that of the field. */
  readonly form?: ValueForm | undefined;
  /** Whether it is a conflict, too, when both sides have changed it to the same. */
  readonly isStrict: boolean;
}

/**
 * Merges the stored versions of a field; what both sides have changed, as its policy says. Where a policy does not fit
 * the values, it is a conflict.
 */
export function mergeField(versions: StoredVersions, rule: FieldRule): MergedValue {
  const { policy, field, isStrict } = rule;
  const known = withAssumed(versions, field);
  // What is assumed is compared, but not stored.
  if (isSameJson(known.base, known.theirs)) return settled(versions.ours);
  if (isSameJson(known.base, known.ours)) return settled(versions.theirs);
  // Two that have counted the same have counted twice.
  const isCounted = policy === 'counter' && known.ours !== null;
  if (!isStrict && !isCounted && isSameJson(known.ours, known.theirs)) return settled(versions.ours);
  return applyPolicy(known, rule) ?? conflicting(versions);
}

/** The versions with what a class takes a field for that is not stored. */
function withAssumed(versions: StoredVersions, field: FieldType<unknown> | undefined): StoredVersions {
  if (!field || field.isStoredApart) return versions;
  if (versions.base !== undefined && versions.ours !== undefined && versions.theirs !== undefined)
    return versions;
  const initial = field.initialValue();
  const assumed = initial === undefined ? undefined : field.serialize(initial);
  return {
    base: versions.base ?? assumed,
    ours: versions.ours ?? assumed,
    theirs: versions.theirs ?? assumed,
  };
}

function applyPolicy(versions: StoredVersions, rule: FieldRule): MergedValue | undefined {
  const { policy, field, form = formOf(field), isStrict } = rule;
  if (typeof policy === 'function') return byFunction(versions, policy, form);
  if (isKeyedList(policy)) return mergeKeyedList(versions, policy.keyedList, isStrict);
  switch (policy) {
    case 'ours':
      return settled(versions.ours);
    case 'theirs':
      return settled(versions.theirs);
    case 'max':
      return extreme(versions, form, 1);
    case 'min':
      return extreme(versions, form, -1);
    case 'counter':
      return counted(versions, form);
    case 'set':
      return mergeSet(versions);
    case 'text':
      return isStrict && versions.ours === versions.theirs ? undefined : mergedText(versions);
    case 'conflict':
      return mergeJson(versions, isStrict);
  }
}

function byFunction(
  { base, ours, theirs }: StoredVersions,
  policy: Extract<MergePolicy<unknown>, (...versions: never) => unknown>,
  form: ValueForm,
): MergedValue | undefined {
  const value = policy({
    base: form.valueOf(base),
    ours: form.valueOf(ours),
    theirs: form.valueOf(theirs),
  });
  if (value === undefined) return undefined;
  if (value instanceof Promise) {
    throw new InvalidValue('invalid_type', 'must not be a promise; "onConflict" may be asynchronous');
  }
  return settled(form.storedOf(value));
}

function extreme(versions: StoredVersions, form: ValueForm, sign: 1 | -1): MergedValue | undefined {
  const [ours, theirs] = [form.valueOf(versions.ours) ?? null, form.valueOf(versions.theirs) ?? null];
  if (ours === null || theirs === null) {
    // None is less than any.
    return settled((ours === null) === (sign === 1) ? versions.theirs : versions.ours);
  }
  const order = compareValues(ours, theirs);
  if (order === undefined) return undefined;
  return settled(order * sign >= 0 ? versions.ours : versions.theirs);
}

function counted(versions: StoredVersions, form: ValueForm): MergedValue | undefined {
  const [base, ours, theirs] = [versions.base, versions.ours, versions.theirs].map((each) =>
    form.valueOf(each),
  );
  const sum = addChanges(base, ours, theirs);
  if (sum === undefined) return undefined;
  try {
    return settled(form.storedOf(sum));
  } catch (error) {
    // Each side has kept within the field's limits, and both together have not.
    if (error instanceof InvalidValue) return undefined;
    throw error;
  }
}

function mergedText({ base, ours, theirs }: StoredVersions): MergedValue | undefined {
  if (typeof ours !== 'string' || typeof theirs !== 'string') return undefined;
  if (typeof base !== 'string' && base !== undefined && base !== null) return undefined;
  const text = mergeText(base ?? '', ours, theirs);
  return text === undefined ? undefined : settled(text);
}

function formOf(field: FieldType<unknown> | undefined): ValueForm {
  return {
    valueOf: (stored) => valueOf(stored, field),
    storedOf: (value) => storedOf(value, field),
  };
}

/** What the class of a record has for a stored value; that itself where it is none of the field's. */
export function valueOf(stored: StoredValue, field: FieldType<unknown> | undefined): unknown {
  if (stored === undefined || !field || field.isStoredApart) return stored;
  try {
    return field.deserialize(stored);
  } catch (error) {
    if (error instanceof InvalidValue) return stored;
    throw error;
  }
}

/**
 * What is stored of a value that somebody has decided on.
 *
 * @throws InvalidValue when it is none of the field's; where there is none, when it is no JSON.
 */
export function storedOf(value: unknown, field: FieldType<unknown> | undefined): StoredValue {
  if (field?.isStoredApart) return value as StoredValue;
  if (field) return field.serialize(field.clean(value));
  if (value !== undefined) checkJson(value);
  return value as StoredValue;
}
