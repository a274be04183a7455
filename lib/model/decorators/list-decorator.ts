import { ModelDefinitionError } from '../../errors';
import { FieldType } from '../fields/field';
import { ListFieldType } from '../fields/list-field';
import type { ListFieldOptions } from '../fields/list-field';
import { decorateWith } from './field-decorator';
import type { FieldDecorator } from './field-decorator';
import type { JSONDecorator } from './json-decorator';

/** What a list takes for its items: what a decorator such as `CharField()` gives, or a field itself. */
export type ListItem<V, N extends boolean = false> =
  FieldDecorator<V, N> | JSONDecorator<V, N> | FieldType<V> | (new () => FieldType<V>);

/** The type of an item, from what {@link ListItem} says of it. */
export type ItemValue<V, N extends boolean> = N extends true ? V | null : V;

/** Makes a decorator for lists with the field of their items and the options of lists. */
export interface ListDecoratorFactory {
  <V, N extends boolean = false>(
    item: ListItem<V, N>,
    options: ListFieldOptions<ItemValue<V, N>> & { readonly nullable: true },
  ): FieldDecorator<readonly ItemValue<V, N>[], true>;
  <V, N extends boolean = false>(
    item: ListItem<V, N>,
    options?: ListFieldOptions<ItemValue<V, N>>,
  ): FieldDecorator<readonly ItemValue<V, N>[]>;
}

/**
 * A list of values of another field. Without a value it is `[]`, unless it is `nullable`. Stored as a list of
 * what that field stores.
 *
 * @example
 * ```ts
 * class Article extends GitModel {
 *   @ListField(CharField({ maxLength: 30 }), { maxLength: 10 }) tags!: string[];
 * }
 * ```
 */
export const ListField: ListDecoratorFactory = <V>(
  item: ListItem<V, never>,
  options?: ListFieldOptions<V>,
): FieldDecorator<readonly V[], never> =>
  decorateWith('ListField', () => new ListFieldType<V>(fieldOf<V>(item), options));

function fieldOf<V>(item: unknown): FieldType<NonNullable<V>> {
  if (item instanceof FieldType) return item as FieldType<NonNullable<V>>;
  if (typeof item === 'function') {
    const { createField } = item as { createField?: () => FieldType<NonNullable<V>> };
    if (createField) return createField();
    if (item.prototype instanceof FieldType) return new (item as new () => FieldType<NonNullable<V>>)();
  }
  throw new ModelDefinitionError('its items must be given as a field: ListField(CharField()).');
}
