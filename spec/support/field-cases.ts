import { inspect } from 'node:util';
import { InvalidValue } from 'gitmodel';
import type { FieldType, JsonValue, ValuePath } from 'gitmodel';

/** Expects what `clean` makes of assigned values; each case is a value and its clean form. */
export function itCleans<T>(field: FieldType<T>, cases: readonly (readonly [unknown, T | null])[]): void {
  it.each(cases.map(([value, clean]) => ({ value, clean, shown: show(value), becomes: show(clean) })))(
    'makes $becomes of $shown',
    ({ value, clean }) => {
      expectSame(field.clean(value), clean);
    },
  );
}

/** Expects the rules that assigned values break; each case is a value and the rule's code. */
export function itRefuses<T>(field: FieldType<T>, cases: readonly (readonly [unknown, string])[]): void {
  it.each(cases.map(([value, code]) => ({ value, code, shown: show(value) })))(
    'refuses $shown: $code',
    ({ value, code }) => {
      expect(ruleBrokenBy(() => field.clean(value))).toBe(code);
    },
  );
}

/** Expects values to be stored as they are, and to be read back as the same. */
export function itStores<T>(field: FieldType<T>, cases: readonly (readonly [T | null, JsonValue])[]): void {
  it.each(cases.map(([value, stored]) => ({ value, stored, shown: show(value), as: show(stored) })))(
    'stores $shown as $as, and reads it back',
    ({ value, stored }) => {
      expectSame(field.serialize(value), stored);
      expectSame(field.deserialize(stored), value);
    },
  );
}

/** Expects stored values to be read as something else than they are. */
export function itReads<T>(field: FieldType<T>, cases: readonly (readonly [JsonValue, T | null])[]): void {
  it.each(cases.map(([stored, value]) => ({ stored, value, shown: show(stored), as: show(value) })))(
    'reads the stored $shown as $as',
    ({ stored, value }) => {
      expectSame(field.deserialize(stored), value);
    },
  );
}

/** Expects stored values to be refused by a rule. */
export function itCannotRead<T>(field: FieldType<T>, cases: readonly (readonly [JsonValue, string])[]): void {
  it.each(cases.map(([stored, code]) => ({ stored, code, shown: show(stored) })))(
    'cannot read the stored $shown: $code',
    ({ stored, code }) => {
      expect(ruleBrokenBy(() => field.deserialize(stored))).toBe(code);
    },
  );
}

/** Whether two values are the same; those of Temporal have nothing for Jest to compare but their text. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (typeof expected !== 'object' || expected === null) expect(actual).toBe(expected);
  else if (isTemporal(expected))
    expect([tagOf(actual), String(actual)]).toEqual([tagOf(expected), show(expected)]);
  else expect(actual).toStrictEqual(expected);
}

function show(value: unknown): string {
  return isTemporal(value) ? String(value) : inspect(value);
}

function isTemporal(value: unknown): boolean {
  return tagOf(value).startsWith('[object Temporal.');
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** The code of the rule that a call finds broken; undefined when it finds none. */
export function ruleBrokenBy(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidValue) return error.code;
    throw error;
  }
  return undefined;
}

/** The code and the path of everything that a call finds wrong. */
export function issuesOf(call: () => unknown): (readonly [string, ValuePath])[] {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidValue) return error.all.map(({ code, path }) => [code, path]);
    throw error;
  }
  return [];
}
