import { isPromise } from 'node:util/types';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidValue } from './invalid-value';

/**
 * What a Standard Schema makes of a value; a promise only when the schema gives one.
 *
 * Interface: https://standardschema.dev
 *
 * @throws InvalidValue with all that it finds wrong, each with the code `schema`.
 */
export function refineWithSchema<T>(schema: StandardSchemaV1<unknown, T>, value: unknown): T | Promise<T> {
  const result = schema['~standard'].validate(value);
  // A promise of another realm, as Node.js' own are in some test runners, is none by instanceof; here it becomes one.
  return isPromise(result) ? Promise.resolve(result).then(outputOf) : outputOf(result);
}

function outputOf<T>(result: StandardSchemaV1.Result<T>): T {
  if (!result.issues) return result.value;
  throw InvalidValue.several(
    result.issues.map(({ message, path = [] }) => new InvalidValue('schema', message, path.map(keyOf))),
  );
}

function keyOf(segment: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof segment === 'object' ? segment.key : segment;
  return typeof key === 'symbol' ? String(key) : key;
}
