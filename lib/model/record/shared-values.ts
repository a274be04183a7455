import type { ModelSchema } from '../schema/schema';

/**
 * What a model's fields have made of a stored record, for the next one who reads it. Only values that nobody can change are
 * shared: texts, numbers and the like.
 */
export class SharedValues {
  private schema: ModelSchema | undefined;
  private values: readonly unknown[] = [];

  /** The values in the order of the schema's fields; undefined when they are not known. */
  of(schema: ModelSchema): readonly unknown[] | undefined {
    return schema === this.schema ? this.values : undefined;
  }

  /** Keeps values, if they can be shared. */
  keep(schema: ModelSchema, values: readonly unknown[]): void {
    // What is not stored is made anew for each instance.
    if (!schema.fields.every(({ field }) => field.isSerialized) || values.some(isObject)) return;
    this.schema = schema;
    this.values = values;
  }
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
