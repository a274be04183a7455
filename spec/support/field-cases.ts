import { inspect } from 'node:util';
import { InvalidValue } from 'gitmodel';
import type { FieldType, JsonValue } from 'gitmodel';

/** Expects what `clean` makes of assigned values; each case is a value and its clean form. */
export function itCleans<T>(field: FieldType<T>, cases: readonly (readonly [unknown, T | null])[]): void {
  it.each(cases.map(([value, clean]) => ({ value, clean, shown: inspect(value), becomes: inspect(clean) })))(
    'makes $becomes of $shown',
    ({ value, clean }) => {
      expect(field.clean(value)).toBe(clean);
    },
  );
}

/** Expects the rules that assigned values break; each case is a value and the rule's code. */
export function itRefuses<T>(field: FieldType<T>, cases: readonly (readonly [unknown, string])[]): void {
  it.each(cases.map(([value, code]) => ({ value, code, shown: inspect(value) })))(
    'refuses $shown: $code',
    ({ value, code }) => {
      expect(ruleBrokenBy(() => field.clean(value))).toBe(code);
    },
  );
}

/** Expects values to be stored as they are, and to be read back as the same. */
export function itStores<T>(field: FieldType<T>, cases: readonly (readonly [T | null, JsonValue])[]): void {
  it.each(cases.map(([value, stored]) => ({ value, stored, shown: inspect(value), as: inspect(stored) })))(
    'stores $shown as $as, and reads it back',
    ({ value, stored }) => {
      expect(field.serialize(value)).toBe(stored);
      expect(field.deserialize(stored)).toBe(value);
    },
  );
}

/** Expects stored values to be read as something else than they are. */
export function itReads<T>(field: FieldType<T>, cases: readonly (readonly [JsonValue, T | null])[]): void {
  it.each(cases.map(([stored, value]) => ({ stored, value, shown: inspect(stored), as: inspect(value) })))(
    'reads the stored $shown as $as',
    ({ stored, value }) => {
      expect(field.deserialize(stored)).toBe(value);
    },
  );
}

/** Expects stored values to be refused by a rule. */
export function itCannotRead<T>(field: FieldType<T>, cases: readonly (readonly [JsonValue, string])[]): void {
  it.each(cases.map(([stored, code]) => ({ stored, code, shown: inspect(stored) })))(
    'cannot read the stored $shown: $code',
    ({ stored, code }) => {
      expect(ruleBrokenBy(() => field.deserialize(stored))).toBe(code);
    },
  );
}

function ruleBrokenBy(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidValue) return error.code;
    throw error;
  }
  return undefined;
}
