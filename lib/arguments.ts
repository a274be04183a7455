import { inspect } from 'node:util';
import { InvalidArgumentError } from './errors';

/** The names of all options of a kind; the compiler sees to it that none is missing, and none too many. */
export type KnownOptions<T> = { readonly [K in keyof T]-?: true };

/**
 * Checks that options are an object, and returns them: null would fail without a word on what it is.
 *
 * @param known The options that there are: another one is a mistake, which would pass without a word too. Default: whatever
 *   is in the object.
 * @throws InvalidArgumentError
 */
export function checkOptions<T extends object>(options: T, known?: KnownOptions<NoInfer<T>>): T {
  if (typeof options !== 'object' || (options as T | null) === null) {
    throw new InvalidArgumentError(`The options must be an object; ${inspect(options)} is not.`, {
      details: { option: 'options', value: options },
    });
  }
  if (known) checkNames(options, known);
  return options;
}

/**
 * Checks that an object has no other properties than these.
 *
 * @param prefix What comes before their names in the error, with a dot at its end. Default: nothing.
 * @throws InvalidArgumentError that names the one that there is not, and those that there are.
 */
export function checkNames(given: object, known: object, prefix = ''): void {
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(known, name)) continue;
    throw new InvalidArgumentError(
      `There is no option "${prefix}${name}"; there are ${Object.keys(known).join(', ')}.`,
      { details: { option: `${prefix}${name}`, value: value as unknown } },
    );
  }
}

/**
 * Checks the signal that may end an operation.
 *
 * @throws InvalidArgumentError
 */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || (signal as unknown) instanceof AbortSignal) return;
  throw new InvalidArgumentError(`"signal" must be an AbortSignal; ${inspect(signal)} is not.`, {
    details: { option: 'signal', value: signal },
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

/** What kind of value something is, in a few words: all that a stream has in it would be pages. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object'
    ? `an object (${value.constructor?.name ?? 'without a class'})`
    : `a ${typeof value}`;
}
