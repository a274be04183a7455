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
 * A number of a stored record that a JavaScript number would round, as it stands there: an integer beyond 2^53,
 * or more digits than a double holds. It is stored again as it was.
 */
export class JsonNumber {
  /** @param text The number in JSON's notation. */
  constructor(readonly text: string) {}

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

/** `Array.isArray`, which TypeScript does not believe of read-only arrays. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
