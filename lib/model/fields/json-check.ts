import { isJsonNotation, JsonNumber, MAX_RECORD_DEPTH } from '../json-value';
import { InvalidValue } from './invalid-value';

/** How deep lists and objects may be nested in a value: a record has some levels above it. */
const MAX_DEPTH = MAX_RECORD_DEPTH - 10;

/**
 * Checks that JSON can hold a value as it is.
 *
 * @throws InvalidValue with the path to the first thing that it cannot hold.
 */
export function checkJson(value: unknown): void {
  checkInside(value, [], []);
}

/** `path` leads to the value, through `parents`; both are the same arrays all the way. */
function checkInside(value: unknown, path: (string | number)[], parents: object[]): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      throw refused(String(value), path);
    case 'object':
      break;
    default:
      throw refused(typeof value, path);
  }
  if (value === null || (value instanceof JsonNumber && isJsonNotation(value.text))) return;
  if (parents.includes(value)) throw new InvalidValue('invalid_json', 'must not contain itself', [...path]);
  if (parents.length === MAX_DEPTH) {
    throw new InvalidValue('invalid_json', `must not be nested more than ${MAX_DEPTH} levels deep`);
  }
  parents.push(value);
  if (Array.isArray(value)) checkList(value, path, parents);
  else checkObject(value, path, parents);
  parents.pop();
}

function checkList(list: readonly unknown[], path: (string | number)[], parents: object[]): void {
  for (let position = 0; position < list.length; position++) {
    path.push(position);
    checkInside(list[position], path, parents);
    path.pop();
  }
}

function checkObject(value: object, path: (string | number)[], parents: object[]): void {
  if (!isPlain(value)) throw refused(`a ${nameOfClass(value)}`, path);
  for (const key of Object.keys(value)) {
    path.push(key);
    if (key === '__proto__') throw refused('the key "__proto__"', path);
    checkInside((value as Readonly<Record<string, unknown>>)[key], path, parents);
    path.pop();
  }
}

/** Whether an object is one of a literal, or of `JSON.parse`, of any realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'valueOf'))
  );
}

function nameOfClass(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' ? constructor.name : 'object of a class';
}

function refused(what: string, path: readonly (string | number)[]): InvalidValue {
  return new InvalidValue('invalid_json', `must have nothing that JSON has not, but it has ${what}`, [
    ...path,
  ]);
}
