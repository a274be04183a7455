import type { Decimal } from 'decimal.js';
import type { Temporal } from 'temporal-polyfill';
import type { BlobInput, GitBlob } from './git-blob';
import type { GitModel } from './git-model';
import type { Related, RelatedInput } from './relation/related';

/** What can be an id. A number stands in the path in its decimal form. */
export type ModelId = string | number;

/** The type of a model's ids, as its class says: `string`, unless it extends `GitModel<number>`. */
export type IdOf<T> = T extends GitModel<infer I> ? I : never;

/** The properties of a model that hold values: all of its own that are neither methods nor read-only. */
type ValueKeys<T> = {
  [K in keyof T]-?: T[K] extends (...values: never) => unknown
    ? never
    : IsWritable<T, K> extends true
      ? K
      : never;
}[keyof T];

/** `readonly` does not make a type incompatible, but it does make it another one. */
type IsWritable<T, K extends keyof T> = Identical<Record<K, T[K]>, Pick<T, K>>;

/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- comparing two generic functions is the one
   way to ask TypeScript whether two types are identical */
type Identical<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
/* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */

/**
 * What a property of type `V` can be given: a related record also as the record or its id, a blob as its content,
 * a decimal or a point in time as text.
 */
export type InputOf<V> =
  V extends Related<infer T>
    ? RelatedInput<T>
    : V extends GitBlob
      ? BlobInput
      : V extends Decimal
        ? Decimal.Value
        : V extends Date | AnyTemporal
          ? V | string
          : V extends readonly Related<infer T>[]
            ? readonly RelatedInput<T>[]
            : V;

/** A point in time, a date or a time of day of Temporal. */
export type AnyTemporal =
  | Temporal.Instant
  | Temporal.PlainDate
  | Temporal.PlainDateTime
  | Temporal.PlainTime
  | Temporal.ZonedDateTime;

/** The values that a new record can be given, by property: `{ slug?: string, title?: string, … }`. */
export type ModelValues<T> = { [K in ValueKeys<T>]?: InputOf<T[K]> };

/** What has changed in one property. */
export interface RecordChange<V = unknown, From = V> {
  /** The value when the record was loaded or saved. */
  readonly from: From | null | undefined;
  /** The present value. */
  readonly to: V;
}

/** What has changed in a record, by property. Bytes that are in a file of their own were a {@link GitBlob}, which is not read. */
export type RecordChanges<T> = { readonly [K in ValueKeys<T>]?: RecordChange<T[K], UnreadOf<T[K]>> };

type UnreadOf<V> = V extends Buffer ? V | GitBlob : V;

/**
 * What differs between two stored versions of a record, by property; a version that there is not, and one that does not have
 * the field, has undefined.
 */
export type VersionChanges<T> = {
  readonly [K in ValueKeys<T>]?: RecordChange<T[K] | null | undefined>;
};

type AnyRelated = Related<GitModel<ModelId>>;

/** The properties of a model that relate to other records, also to lists of them. */
export type RelatedKeys<T> = {
  [K in ValueKeys<T>]: NonNullable<T[K]> extends AnyRelated | readonly AnyRelated[] ? K : never;
}[ValueKeys<T>];

/** A class that extends {@link GitModel}, bound or not. */
export type ModelConstructor<T extends GitModel<ModelId> = GitModel<ModelId>> = abstract new (
  ...values: never
) => T;

/** What a class makes; TypeScript's own `InstanceType` has `any` for a constructor that takes `never`. */
type InstanceOf<C extends ModelConstructor> = C extends ModelConstructor<infer T> ? T : never;

/**
 * A registered model: the class that was given, with a constructor that takes its values, bound to its
 * workspace.
 */
export type BoundModel<C extends ModelConstructor> = Omit<C, 'prototype'> &
  (new (values?: ModelValues<InstanceOf<C>>) => InstanceOf<C>);
