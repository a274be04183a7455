import type { FieldType } from '../fields/field';
import type { FieldOptions } from '../fields/field-options';
import { checkDecorated, declare } from './declaration';

/** Whether null is in `T` wherever it is in the items of `V`, if that is a list; of lists in lists as well. */
type HasNullItems<V, T> = [V, T] extends [
  readonly (infer U)[] | null,
  readonly (infer W)[] | null | undefined,
]
  ? unknown extends U
    ? true
    : [null] extends [U]
      ? [null] extends [W]
        ? HasNullItems<U, W>
        : false
      : HasNullItems<U, W>
  : true;

/**
 * A decorator for a property whose type holds values of `V`; on a property of another type it does not compile,
 * nor on one that cannot be null where the field or an item of it can.
 *
 * @typeParam N Whether the field's value may be null.
 */
export interface FieldDecorator<V, N extends boolean = false> {
  <K extends string, P extends Readonly<Partial<Record<K, V | null | undefined>>>>(
    target: P,
    property: K &
      (N extends true
        ? null extends P[K]
          ? K
          : { readonly 'declare the property with | null': never }
        : K) &
      (HasNullItems<V, P[K]> extends true ? K : { readonly 'declare the items with | null': never }),
  ): void;
  /** Makes the field itself: what a list of such values takes. */
  readonly createField: () => FieldType<V>;
}

/**
 * Makes a decorator with the options of a field.
 *
 * @typeParam B What stands for "no value" in an optional field that is not `nullable`.
 */
export interface FieldDecoratorFactory<V, B, O = FieldOptions<V>> {
  (options: O & { readonly nullable: true }): FieldDecorator<V, true>;
  (options: O & { readonly required: false }): FieldDecorator<V, null extends B ? true : false>;
  (options?: O): FieldDecorator<V>;
}

/**
 * Makes a decorator of a {@link FieldType}: how gitmodel's own are made, and how a field of one's own becomes
 * one.
 *
 * @example
 * ```ts
 * class PercentFieldType extends IntegerFieldType {
 *   protected override validate(value: number): void {
 *     if (value < 0 || value > 100) throw new InvalidValue('invalid_percentage', 'must be from 0 to 100');
 *   }
 * }
 * const PercentField = fieldDecorator('PercentField', PercentFieldType);
 *
 * class Survey extends GitModel {
 *   @PercentField({ default: 0 }) answered!: number;
 * }
 * const survey = new (ws.register(Survey))({ answered: 12 });
 * ```
 */
export function fieldDecorator<V, B extends V | null, O = FieldOptions<V>>(
  name: string,
  type: new (options?: O) => FieldType<V> & { readonly blankValue: B },
): FieldDecoratorFactory<V, B, O> {
  return (options?: O) => decorateWith<V, never>(name, () => new type(options));
}

/** A decorator that records a field. What may be wrong with the field comes out when the model is registered. */
export function decorateWith<V, N extends boolean = false>(
  name: string,
  createField: () => FieldType<V>,
): FieldDecorator<V, N> {
  const decorate = (target: object, property: string): void => {
    checkDecorated(name, target, property);
    declare(target).fields.push({ property, create: createField });
  };
  return Object.assign(decorate, { createField });
}
