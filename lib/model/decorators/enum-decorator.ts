import { EnumFieldType } from '../fields/enum-field';
import type { EnumObject } from '../fields/enum-field';
import type { FieldOptions } from '../fields/field-options';
import { decorateWith } from './field-decorator';
import type { FieldDecorator } from './field-decorator';

/** The options of an enum, which do not take part in telling what its values are. */
type EnumFieldOptions<T> = FieldOptions<NoInfer<T>>;

/** Makes a decorator for one of certain values: those of a list, or of an `enum` of TypeScript. */
export interface EnumDecoratorFactory {
  <const T extends string | number>(
    values: readonly T[],
    options: EnumFieldOptions<T> & ({ readonly nullable: true } | { readonly required: false }),
  ): FieldDecorator<T, true>;
  <const T extends string | number>(values: readonly T[], options?: EnumFieldOptions<T>): FieldDecorator<T>;
  <E extends EnumObject>(
    values: E,
    options: EnumFieldOptions<E[keyof E]> & ({ readonly nullable: true } | { readonly required: false }),
  ): FieldDecorator<E[keyof E], true>;
  <E extends EnumObject>(values: E, options?: EnumFieldOptions<E[keyof E]>): FieldDecorator<E[keyof E]>;
}

/**
 * One of certain texts and numbers. Stored as it is; for an `enum` of TypeScript that is the value, not its name.
 *
 * @example
 * ```ts
 * enum Priority {
 *   Low = 1,
 *   High = 2,
 * }
 *
 * class Task extends GitModel {
 *   @EnumField(['open', 'done'], { default: 'open' }) state!: 'open' | 'done';
 *   @EnumField(Priority, { required: false }) priority!: Priority | null;
 * }
 * ```
 */
export const EnumField: EnumDecoratorFactory = <T extends string | number>(
  values: readonly T[] | EnumObject,
  options?: FieldOptions<T>,
): FieldDecorator<T, never> =>
  decorateWith('EnumField', () => new EnumFieldType<T>(values as readonly T[], options));
