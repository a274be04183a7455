import { inspect } from 'node:util';
import { InvalidArgumentError } from './errors';

/**
 * Checks that options are an object, whatever is in it, and returns them: null would fail without a word on what it is.
 *
 * @throws InvalidArgumentError
 */
export function checkOptions<T extends object>(options: T): T {
  if (typeof options === 'object' && (options as T | null) !== null) return options;
  throw new InvalidArgumentError(`The options must be an object; ${inspect(options)} is not.`, {
    details: { option: 'options', value: options },
  });
}

/**
 * The ids that many records are asked for by, as an array.
 *
 * @throws InvalidArgumentError for what is no iterable, and for a text, of which each letter would be an id.
 */
export function checkIds<T>(ids: Iterable<T>): T[] {
  if (typeof ids === 'object' && (ids as unknown) !== null && Symbol.iterator in ids) return Array.from(ids);
  throw new InvalidArgumentError(
    `"ids" must be an iterable of ids, such as an array; ${inspect(ids)} is not.`,
    {
      details: { option: 'ids', value: ids },
    },
  );
}
