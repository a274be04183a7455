import { RelatedFieldType } from '../fields/related-field';
import type { RelatedFieldOptions } from '../fields/related-field';
import type { GitModel } from '../git-model';
import type { Related, RelatedTarget } from '../relation/related';
import type { ModelId } from '../types';
import { decorateWith } from './field-decorator';
import type { FieldDecorator } from './field-decorator';

/** Makes a decorator for a record of another model. */
export interface RelatedDecoratorFactory {
  <T extends GitModel<ModelId>>(
    target: RelatedTarget<T>,
    options: RelatedFieldOptions<T> & ({ readonly nullable: true } | { readonly required: false }),
  ): FieldDecorator<Related<T>, true>;
  <T extends GitModel<ModelId>>(
    target: RelatedTarget<T>,
    options?: RelatedFieldOptions<T>,
  ): FieldDecorator<Related<T>>;
}

/**
 * A record of a model of the same workspace: a {@link Related}. Stored as its id. The target is the class of the
 * related model, its name, or a function that gives the class, for models that refer to themselves or to one
 * another.
 *
 * @example
 * ```ts
 * class Category extends GitModel {
 *   @SlugField({ id: true }) slug!: string;
 *   @RelatedField(() => Category, { required: false, onDelete: 'setNull' }) parent!: Related<Category> | null;
 * }
 * ```
 */
export const RelatedField: RelatedDecoratorFactory = <T extends GitModel<ModelId>>(
  target: RelatedTarget<T>,
  options?: RelatedFieldOptions<T>,
): FieldDecorator<Related<T>, never> =>
  decorateWith('RelatedField', () => new RelatedFieldType(target, options));
