import 'reflect-metadata';
import { ModelDefinitionError } from '../../errors';
import { BooleanFieldType } from '../fields/boolean-field';
import { BytesFieldType } from '../fields/bytes-field';
import { CharFieldType } from '../fields/char-field';
import { DateTimeFieldType } from '../fields/date-time-field';
import type { FieldType } from '../fields/field';
import type { FieldOptions } from '../fields/field-options';
import { FloatFieldType } from '../fields/float-field';
import { JSONFieldType } from '../fields/json-field';
import { RelatedFieldType } from '../fields/related-field';
import { GitModel } from '../git-model';
import type { ModelConstructor } from '../types';

/**
 * The fields for the types that TypeScript writes down with `emitDecoratorMetadata`. It writes `Object` for
 * interfaces, for most unions and for what may be anything.
 */
const FIELDS = new Map<unknown, new (options: FieldOptions<never>) => FieldType<unknown>>([
  [String, CharFieldType],
  [Number, FloatFieldType],
  [Boolean, BooleanFieldType],
  [Date, DateTimeFieldType],
  [Object, JSONFieldType],
  [Array, JSONFieldType],
  [Buffer, BytesFieldType],
  [Uint8Array, BytesFieldType],
]);

/**
 * Makes the field that fits the declared type of a property.
 *
 * @throws ModelDefinitionError when the compiler has not written the type down, or no field fits it.
 */
export function inferField(
  prototype: object,
  property: string,
  options: FieldOptions<never>,
): () => FieldType<unknown> {
  const type: unknown = Reflect.getMetadata('design:type', prototype, property);
  const name = `${prototype.constructor.name}.${property}`;
  if (type === undefined) {
    throw new ModelDefinitionError(
      `@Field() cannot tell the type of ${name}: the compiler has not written it down. Set ` +
        '"emitDecoratorMetadata": true in tsconfig.json, or name the field: @CharField(), @BooleanField(), … ' +
        '(esbuild and tsx cannot write types down.)',
      { details: { field: property } },
    );
  }
  if (isModel(type)) return () => new RelatedFieldType(type, options);
  const Field = FIELDS.get(type);
  if (!Field) {
    throw new ModelDefinitionError(
      `@Field() has no field for the type of ${name}, which is ${(type as { name?: string }).name ?? 'unknown'}; ` +
        'name the field: @CharField(), @DateField(), @BigIntegerField(), …',
      { details: { field: property } },
    );
  }
  return () => new Field(options);
}

function isModel(type: unknown): type is ModelConstructor {
  return typeof type === 'function' && type.prototype instanceof GitModel;
}
