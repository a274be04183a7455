import { exactNumber } from './exact-number';

/** A value as JSON has it; a stored record consists of them. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | JsonNumber
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/**
 * How deep a stored record may be nested, itself being the first level. JavaScript's own JSON functions run out
 * of stack beyond 3,000.
 */
export const MAX_RECORD_DEPTH = 500;

/**
 * A number as it stands in a stored record, where a JavaScript number would be written in another way (`1.50`), or
 * would be rounded: an integer beyond 2^53, or more digits than a double holds. It is stored again as it was. A
 * record's values have it only for what would be rounded.
 */
export class JsonNumber {
  /** @param text The number in JSON's notation. */
  constructor(readonly text: string) {}

  /** The number as it stands in JSON: a JavaScript number where that is written in the same way. */
  static asWritten(text: string): number | JsonNumber {
    const value = Number(text);
    return String(value) === text ? value : new JsonNumber(text);
  }

  /** The same as a JavaScript number; undefined if that would be rounded. */
  get exact(): number | undefined {
    return exactNumber(this.text);
  }

  /** In JSON made by JavaScript it is a text, which keeps all digits. */
  toJSON(): string {
    return this.text;
  }

  toString(): string {
    return this.text;
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i;

/** Whether a text is a number in JSON's notation, as that of a {@link JsonNumber} has to be. */
export function isJsonNotation(text: string): boolean {
  return NUMBER.test(text);
}

/** A copy that shares no list and no object with the value, which JSON has to be able to hold. */
export function copyJson(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return value;
  if (isJsonArray(value)) return value.map(copyJson);
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) copy[key] = copyJson(value[key] as JsonValue);
  return copy;
}

/** Whether two values mean the same. The order of an object's keys does not matter. */
export function isSameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a === 'number' || typeof b === 'number')
    return exactOf(a) === exactOf(b) && exactOf(a) !== undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof JsonNumber || b instanceof JsonNumber) {
    return a instanceof JsonNumber && b instanceof JsonNumber && a.text === b.text;
  }
  if (isJsonArray(a) || isJsonArray(b)) {
    return (
      isJsonArray(a) &&
      isJsonArray(b) &&
      a.length === b.length &&
      a.every((each, n) => isSameJson(each, b[n]))
    );
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSameJson(a[key], b[key]))
  );
}

/** A text that is the same for all values that {@link isSameJson} takes for the same, and for hardly any others. */
export function canonicalJson(value: JsonValue): string {
  const exact = exactOf(value);
  // Adding it makes zero of negative zero.
  if (exact !== undefined) return String(exact + 0);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof JsonNumber) return value.text;
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as JsonValue)}`).join()}}`;
}

function exactOf(value: JsonValue | undefined): number | undefined {
  return value instanceof JsonNumber ? value.exact : typeof value === 'number' ? value : undefined;
}

/** The value with JavaScript numbers wherever they are exact, however they were written; itself where all are. */
export function withExactNumbers(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof JsonNumber) return value.exact ?? value;
  if (isJsonArray(value)) {
    const items = value.map(withExactNumbers);
    return items.some((each, n) => each !== value[n]) ? items : value;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, withExactNumbers(each)] as const);
  return entries.some(([key, each]) => each !== value[key]) ? Object.fromEntries(entries) : value;
}

/** `Array.isArray`, which TypeScript does not believe of read-only arrays. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
