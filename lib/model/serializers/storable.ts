import { InvalidValue } from '../fields/invalid-value';
import { isJsonNotation, JsonNumber, MAX_RECORD_DEPTH } from '../json-value';
import type { JsonValue } from '../json-value';

/** Why parsed data must not get any further, or undefined. */
export function dangerIn(value: unknown, depth = 1): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_RECORD_DEPTH) return `it is nested more than ${MAX_RECORD_DEPTH} levels deep`;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return 'it has the key "__proto__"';
    const each = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof each !== 'object' || each === null) continue;
    const danger = dangerIn(each, depth + 1);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

/**
 * Checks that a value is JSON that can be read again once it is written.
 *
 * @param depth At which level of the record the value is.
 * @returns Whether a {@link JsonNumber} is in it.
 * @throws InvalidValue when it is not.
 */
export function checkStorable(value: JsonValue, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return false;
    case 'number':
      if (!Number.isFinite(value)) throw new InvalidValue('invalid_number', `must be a number, not ${value}`);
      return false;
    case 'object':
      return value !== null && checkObject(value, depth);
    default:
      throw new InvalidValue('invalid_type', `must be a value of JSON, which ${typeof value} is not`);
  }
}

function checkObject(value: JsonValue & object, depth: number): boolean {
  if (value instanceof JsonNumber) {
    if (isJsonNotation(value.text)) return true;
    throw new InvalidValue(
      'invalid_number',
      `must be a number in JSON's notation, not ${JSON.stringify(value.text)}`,
    );
  }
  if (depth > MAX_RECORD_DEPTH)
    throw new InvalidValue('too_deep', `must not be nested more than ${MAX_RECORD_DEPTH} levels deep`);
  if (Object.hasOwn(value, '__proto__'))
    throw new InvalidValue('invalid_key', 'must not have the key "__proto__"');
  let hasNumber = false;
  for (const each of Object.values<JsonValue>(value)) {
    // Every element counts: whichever has a JsonNumber, the others have to be checked too.
    if (checkStorable(each, depth + 1)) hasNumber = true;
  }
  return hasNumber;
}
