import type { Decimal } from 'decimal.js';
import type { GitBlob } from '../../model/git-blob';
import type { GitModel } from '../../model/git-model';
import type { JsonValue } from '../../model/json-value';
import type { Related } from '../../model/relation/related';
import type { AnyTemporal, InputOf, ModelId, ModelValues } from '../../model/types';
import type { ConflictValue, MergeConflict } from './merge-conflict';

/**
 * A conflict about a record of a model. Its `field` tells the types of its values and of what {@link MergeConflict.with}
 * takes; of a field whose values are objects, or lists of objects, only where its `isWhole` is true.
 */
export type ModelConflict<T> = { [K in FieldOf<T>]: ConflictOf<T, K> }[FieldOf<T>] | RecordConflict<T>;

type FieldOf<T> = keyof ModelValues<T> & keyof T & string;

type ConflictOf<T, K extends FieldOf<T>> =
  FieldConflict<T, K> | (true extends MayHaveKeys<T[K]> ? InnerConflict<K> : never);

/** About a field; only one of the kind `field` has values. */
interface FieldConflict<T, K extends FieldOf<T>> extends MergeConflict {
  readonly kind: 'field' | 'invalid' | 'unique' | 'reference';
  readonly field: K;
  readonly isWhole: true;
  readonly base: T[K] | null | undefined;
  readonly ours: T[K] | null | undefined;
  readonly theirs: T[K] | null | undefined;
  with(value: InputOf<T[K]>): ConflictValue;
}

/** About what is at the `keys` inside a field's value. */
interface InnerConflict<K extends string> extends MergeConflict {
  readonly kind: 'field';
  readonly field: K;
  readonly isWhole: false;
  readonly base: JsonValue | undefined;
  readonly ours: JsonValue | undefined;
  readonly theirs: JsonValue | undefined;
}

/** About a record as a whole. */
interface RecordConflict<T> extends MergeConflict {
  readonly kind: 'delete' | 'moved' | 'unreadable' | 'invalid';
  readonly field: null;
  readonly isWhole: true;
  with(value: ValuesInRecord<T> | null): ConflictValue;
}

/** The values that are no files of their own. */
type ValuesInRecord<T> = {
  readonly [K in FieldOf<T> as NonNullable<T[K]> extends GitBlob | Uint8Array ? never : K]?: InputOf<T[K]>;
};

/** Values that are stored as a text, a number, true or false, or in a file, which are never merged by key. */
type Scalar =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | AnyTemporal
  | Decimal
  | GitBlob
  | Uint8Array
  | Related<GitModel<ModelId>>;

/** Whether values of the type may be stored as objects, or lists of them; an instance of any other class may be. */
type MayHaveKeys<V> = V extends Scalar ? false : V extends readonly (infer I)[] ? MayHaveKeys<I> : true;
