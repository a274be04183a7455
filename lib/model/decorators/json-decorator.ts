import type { FieldType } from '../fields/field';
import { JSONFieldType } from '../fields/json-field';
import type { JSONFieldOptions } from '../fields/json-field';
import type { JsonValue } from '../json-value';
import { decorateWith } from './field-decorator';

/**
 * `T`, with `never` in the place of all that JSON cannot hold, so that `T` is assignable to it only when JSON can
 * hold every value of `T`. A property that may be left out may be; what is `unknown` is checked when it is saved.
 */
export type JSONCompatible<T> = unknown extends T
  ? T
  : T extends JsonValue
    ? T
    : T extends bigint | symbol | undefined | ((...values: never) => unknown)
      ? never
      : { [K in keyof T]: JSONCompatible<T[K]> };

/**
 * A decorator for a property whose values JSON can hold; on a property of another type it does not compile, nor
 * on one that cannot be null where the field can.
 *
 * @typeParam N Whether the field's value may be null.
 */
export interface JSONDecorator<V, N extends boolean = false> {
  <K extends string, P extends Readonly<Partial<Record<K, V | null | undefined>>>>(
    target: P,
    property: K &
      (Exclude<P[K], null | undefined> extends JSONCompatible<Exclude<P[K], null | undefined>>
        ? N extends true
          ? null extends P[K]
            ? K
            : { readonly 'declare the property with | null': never }
          : K
        : { readonly 'declare the property with a type that JSON can hold': never }),
  ): void;
  /** Makes the field itself: what a list of such values takes. */
  readonly createField: () => FieldType<V>;
}

/** Makes a decorator with the options of JSON. */
export interface JSONDecoratorFactory {
  <T = unknown>(
    options: JSONFieldOptions<T> & ({ readonly nullable: true } | { readonly required: false }),
  ): JSONDecorator<T, true>;
  <T = unknown>(options?: JSONFieldOptions<T>): JSONDecorator<T>;
}

/**
 * Anything that JSON can hold, by the property's own type; stored as it is.
 *
 * @example
 * ```ts
 * interface Position {
 *   latitude: number;
 *   longitude: number;
 * }
 *
 * class Place extends GitModel {
 *   @JSONField() position!: Position;
 *   @JSONField({ default: {} }) extra!: Record<string, unknown>;
 * }
 * ```
 */
export const JSONField = (<T>(options?: JSONFieldOptions<T>) =>
  decorateWith('JSONField', () => new JSONFieldType(options))) as JSONDecoratorFactory;
