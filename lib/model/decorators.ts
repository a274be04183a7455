import { ModelDefinitionError } from '../errors';
import { checkDecorated, declare } from './declaration';
import type { ModelOptions } from './declaration';
import { BlobFieldType } from './fields/blob-field';
import { BooleanFieldType } from './fields/boolean-field';
import { BytesFieldType } from './fields/bytes-field';
import { CharFieldType } from './fields/char-field';
import { decorateWith, fieldDecorator } from './field-decorator';
import type { FieldDecorator } from './field-decorator';
import type { FieldOptions } from './fields/field-options';
import { GitObjectFieldType } from './fields/git-object-field';
import { IntegerFieldType } from './fields/integer-field';
import { RelatedFieldType } from './fields/related-field';
import type { RelatedFieldOptions } from './fields/related-field';
import { SlugFieldType } from './fields/slug-field';
import { UUIDFieldType } from './fields/uuid-field';
import type { GitModel } from './git-model';
import { inferField } from './inferred-field';
import type { Related, RelatedTarget } from './related';
import type { ModelId } from './types';

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

/** Content of any size in a file of its own, read when it is asked for: a {@link GitBlob}. */
export const BlobField = fieldDecorator('BlobField', BlobFieldType);

/** Bytes in a file of their own, read together with the record: a Buffer. */
export const BytesField = fieldDecorator('BytesField', BytesFieldType);

/** The oid of an object of the repository, of a `type` if one is given. Stored as a string. */
export const GitObjectField = fieldDecorator('GitObjectField', GitObjectFieldType);

/**
 * A record of a model of the same workspace: a {@link Related}. Stored as its id.
 *
 * @param target The related model: its class, its name, or a function that gives the class, for models that refer
 *   to themselves or to one another.
 */
export function RelatedField<T extends GitModel<ModelId>>(
  target: RelatedTarget<T>,
  options: RelatedFieldOptions<T> & ({ readonly nullable: true } | { readonly required: false }),
): FieldDecorator<Related<T>, true>;
export function RelatedField<T extends GitModel<ModelId>>(
  target: RelatedTarget<T>,
  options?: RelatedFieldOptions<T>,
): FieldDecorator<Related<T>>;
export function RelatedField<T extends GitModel<ModelId>>(
  target: RelatedTarget<T>,
  options?: RelatedFieldOptions<T>,
): FieldDecorator<Related<T>, never> {
  return decorateWith<Related<T>, never>('RelatedField', () => new RelatedFieldType(target, options));
}

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
