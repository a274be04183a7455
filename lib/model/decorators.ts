import { ModelDefinitionError } from '../errors';
import { checkDecorated, declare } from './declaration';
import type { ModelOptions } from './declaration';
import { BooleanFieldType } from './fields/boolean-field';
import { CharFieldType } from './fields/char-field';
import { fieldDecorator } from './field-decorator';
import type { FieldOptions } from './fields/field-options';
import { IntegerFieldType } from './fields/integer-field';
import { SlugFieldType } from './fields/slug-field';
import { UUIDFieldType } from './fields/uuid-field';
import { inferField } from './inferred-field';

/**
 * The field that fits the property's declared type: text or a boolean. The compiler has to write the type down
 * (`emitDecoratorMetadata`); the other decorators do without.
 *
 * @throws ModelDefinitionError when it has not, or no field fits the type.
 *
 * @example
 * ```ts
 * class Note extends GitModel {
 *   @Field() text!: string;
 *   @Field({ default: false }) done!: boolean;
 * }
 * ```
 */
export function Field<T = unknown>(
  options: FieldOptions<T> = {},
): (target: object, property: string) => void {
  return (target, property) => {
    checkDecorated('Field', target, property);
    const type = inferField(target, property);
    declare(target).fields.push({ property, create: () => new type(options as FieldOptions<never>) });
  };
}

/** Text of any length; without a value an optional one is `''`. Stored as a string. */
export const CharField = fieldDecorator('CharField', CharFieldType);

/** ASCII letters, digits, underscores and dashes. Stored as a string. */
export const SlugField = fieldDecorator('SlugField', SlugFieldType);

/** True or false. Stored as a boolean. */
export const BooleanField = fieldDecorator('BooleanField', BooleanFieldType);

/** A whole number from -(2^53 - 1) to 2^53 - 1. Stored as a number. */
export const IntegerField = fieldDecorator('IntegerField', IntegerFieldType);

/** A UUID, held and stored as 32 hexadecimal digits; a required one without a value or default makes its own. */
export const UUIDField = fieldDecorator('UUIDField', UUIDFieldType);

/**
 * Makes the decorated field the record's id. The same as the field's option `id: true`.
 *
 * @example
 * ```ts
 * class Tag extends GitModel {
 *   @Id() @SlugField() label!: string;
 * }
 * ```
 */
export function Id(): (target: object, property: string) => void {
  return (target, property) => {
    checkDecorated('Id', target, property);
    declare(target).idProperties.push(property);
  };
}

/**
 * Says how a class is a model. It may be left out where there is nothing to say.
 *
 * @example
 * ```ts
 * @Model({ name: 'Page', idField: 'slug' })
 * class PageModel extends GitModel {
 *   @SlugField() slug!: string;
 * }
 * ```
 */
export function Model(
  options: ModelOptions = {},
): (target: abstract new (...values: never) => object) => void {
  return (target) => {
    const declaration = declare(target.prototype as object);
    if (declaration.options) {
      throw new ModelDefinitionError(`${target.name} has two @Model() decorators; keep one.`, {
        details: { model: target.name },
      });
    }
    declaration.options = options;
  };
}
