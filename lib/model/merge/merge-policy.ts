import { inspect } from 'node:util';
import { InvalidArgumentError } from '../../errors';

/** A field as it is in the common ancestor and on both sides; undefined where it is not stored. */
export interface MergeVersions<T> {
  readonly base: T | null | undefined;
  readonly ours: T | null | undefined;
  readonly theirs: T | null | undefined;
}

/** A method, because the parameters of methods are compared both ways: a policy for texts may stand among others. */
interface Decision<T> {
  decide(versions: MergeVersions<T>): T | null | undefined;
}

/** The policies that have a name. */
export type NamedMergePolicy =
  'conflict' | 'ours' | 'theirs' | 'max' | 'min' | 'counter' | 'set' | 'text' | KeyedListPolicy;

/**
 * What a merge does with a field that both sides have changed; one that only one side has changed is taken from there.
 *
 * - `conflict`, the default: it is a conflict, unless both have changed it to the same. Objects of JSON are merged by key.
 * - `ours`, `theirs`: the value of that side.
 * - `max`, `min`: the larger or smaller value, of numbers, texts, dates and times. None is less than any.
 * - `counter`: what both sides have added, for numbers. Also when both have added the same.
 * - `set`: a list without order: what either side has added is in, what either has removed is not.
 * - `keyedList(key)`: a list of objects, each told by the value of a key; they are merged one by one, by key.
 * - `text`: by line, as Git merges files.
 * - a function that gives the value, which is not a promise; undefined leaves it a conflict. The content of a file it has as the
 *   record has it, a blob unread.
 */
export type MergePolicy<T> = NamedMergePolicy | Decision<T>['decide'];

/** See {@link keyedList}. */
export interface KeyedListPolicy {
  /** The key whose value tells an item from the others. */
  readonly keyedList: string;
}

/**
 * Merges a list of objects item by item; see {@link MergePolicy}.
 *
 * @param key The key whose value tells an item from the others, a text or a number.
 *
 * @example
 * ```ts
 * class Order extends GitModel {
 *   @JSONField({ merge: keyedList('sku') }) lines!: { sku: string; count: number }[];
 * }
 * ```
 */
export function keyedList(key: string): KeyedListPolicy {
  if (typeof key === 'string' && key !== '') return Object.freeze({ keyedList: key });
  throw new InvalidArgumentError(`keyedList() takes the name of a key, not ${inspect(key)}.`, {
    details: { option: 'key', value: key },
  });
}

const NAMES: ReadonlySet<unknown> = new Set([
  'conflict',
  'ours',
  'theirs',
  'max',
  'min',
  'counter',
  'set',
  'text',
]);

/** Whether a value is a policy. */
export function isMergePolicy(value: unknown): value is MergePolicy<unknown> {
  if (typeof value === 'function' || NAMES.has(value)) return true;
  return isKeyedList(value);
}

/** Whether a policy is {@link keyedList}'s. */
export function isKeyedList(policy: unknown): policy is KeyedListPolicy {
  return (
    typeof policy === 'object' &&
    policy !== null &&
    typeof (policy as Partial<KeyedListPolicy>).keyedList === 'string'
  );
}
