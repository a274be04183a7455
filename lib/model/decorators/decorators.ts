import type { Temporal } from 'temporal-polyfill';
import { ModelDefinitionError } from '../../errors';
import { BigIntegerFieldType } from '../fields/big-integer-field';
import { BlobFieldType } from '../fields/blob-field';
import { BooleanFieldType } from '../fields/boolean-field';
import { BytesFieldType } from '../fields/bytes-field';
import { CharFieldType } from '../fields/char-field';
import { DateFieldType } from '../fields/date-field';
import { DateTimeFieldType } from '../fields/date-time-field';
import { DecimalFieldType } from '../fields/decimal-field';
import { EmailFieldType } from '../fields/email-field';
import type { FieldOptions } from '../fields/field-options';
import { FloatFieldType } from '../fields/float-field';
import { GitObjectFieldType } from '../fields/git-object-field';
import { InstantFieldType } from '../fields/instant-field';
import { IntegerFieldType } from '../fields/integer-field';
import { PlainDateTimeFieldType } from '../fields/plain-date-time-field';
import { SlugFieldType } from '../fields/slug-field';
import { TextFieldType } from '../fields/text-field';
import { TimeFieldType } from '../fields/time-field';
import { URLFieldType } from '../fields/url-field';
import { UUIDFieldType } from '../fields/uuid-field';
import { ZonedDateTimeFieldType } from '../fields/zoned-date-time-field';
import { checkDecorated, declare } from './declaration';
import type { ModelOptions } from './declaration';
import { fieldDecorator } from './field-decorator';
import type { FieldDecoratorFactory } from './field-decorator';
import { inferField } from './inferred-field';

/**
 * The field that fits the property's declared type: text, a number, a boolean, a `Date`, bytes (`Buffer`), a
 * related record of a model, or else JSON for objects and lists. The compiler has to write the type down
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
    const create = inferField(target, property, options as FieldOptions<never>);
    declare(target).fields.push({ property, create });
  };
}

/** Text, short as a rule; without a value an optional one is `''`. Stored as a string. */
export const CharField = fieldDecorator('CharField', CharFieldType);

/** Text, long as a rule; without a value an optional one is `''`. Stored as a string. */
export const TextField = fieldDecorator('TextField', TextFieldType);

/** ASCII letters, digits, underscores and dashes. Stored as a string. */
export const SlugField = fieldDecorator('SlugField', SlugFieldType);

/** An e-mail address. Stored as a string. */
export const EmailField = fieldDecorator('EmailField', EmailFieldType);

/** An absolute URL, of http or https unless the option `schemes` says otherwise. Stored as a string. */
export const URLField = fieldDecorator('URLField', URLFieldType);

/** True or false. Stored as a boolean. */
export const BooleanField = fieldDecorator('BooleanField', BooleanFieldType);

/** A whole number from -(2^53 - 1) to 2^53 - 1. Stored as a number. */
export const IntegerField = fieldDecorator('IntegerField', IntegerFieldType);

/** A whole number of any size, a `bigint`. Stored as a number with all its digits. */
export const BigIntegerField = fieldDecorator('BigIntegerField', BigIntegerFieldType);

/** A finite number, whole or not. Stored as a number. */
export const FloatField = fieldDecorator('FloatField', FloatFieldType);

/** An exact decimal, a `Decimal`. Stored as a string without an exponent. */
export const DecimalField = fieldDecorator('DecimalField', DecimalFieldType);

/** Written down, so that the declarations name no package but the one that this one depends on. */
type TemporalDecoratorFactory<T> = FieldDecoratorFactory<T, null>;

/** A day of the calendar, a `Temporal.PlainDate`. Stored as `"2024-05-31"`. */
export const DateField: TemporalDecoratorFactory<Temporal.PlainDate> = fieldDecorator(
  'DateField',
  DateFieldType,
);

/** A time of the day, a `Temporal.PlainTime`. Stored as `"14:32:02"`. */
export const TimeField: TemporalDecoratorFactory<Temporal.PlainTime> = fieldDecorator(
  'TimeField',
  TimeFieldType,
);

/** A point in time, a JavaScript `Date`. Stored as `"2024-05-31T14:32:02.000Z"`. */
export const DateTimeField = fieldDecorator('DateTimeField', DateTimeFieldType);

/** A date and time in no time zone, a `Temporal.PlainDateTime`. Stored as `"2024-05-31T14:32:02"`. */
export const PlainDateTimeField: TemporalDecoratorFactory<Temporal.PlainDateTime> = fieldDecorator(
  'PlainDateTimeField',
  PlainDateTimeFieldType,
);

/** A point in time, a `Temporal.Instant`. Stored as `"2024-05-31T14:32:02Z"`. */
export const InstantField: TemporalDecoratorFactory<Temporal.Instant> = fieldDecorator(
  'InstantField',
  InstantFieldType,
);

/**
 * A point in time and its time zone, a `Temporal.ZonedDateTime`. Stored as
 * `"2024-05-31T14:32:02+02:00[Europe/Vienna]"`, without the name where the zone is only an offset.
 */
export const ZonedDateTimeField: TemporalDecoratorFactory<Temporal.ZonedDateTime> = fieldDecorator(
  'ZonedDateTimeField',
  ZonedDateTimeFieldType,
);

/** A UUID, held and stored as 32 hexadecimal digits; a required one without a value or default makes its own. */
export const UUIDField = fieldDecorator('UUIDField', UUIDFieldType);

/** Content of any size in a file of its own, read when it is asked for: a {@link GitBlob}. */
export const BlobField = fieldDecorator('BlobField', BlobFieldType);

/** Bytes in a file of their own, read together with the record: a Buffer. */
export const BytesField = fieldDecorator('BytesField', BytesFieldType);

/** The oid of an object of the repository, of a `type` if one is given. Stored as a string. */
export const GitObjectField = fieldDecorator('GitObjectField', GitObjectFieldType);

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
