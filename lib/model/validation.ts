import { ValidationError } from '../errors';
import type { ValidationIssue } from '../errors';
import { InvalidValue } from './fields/invalid-value';
import type { ModelSchema } from './schema';

/**
 * Replaces every field's value by the clean one.
 *
 * @throws ValidationError with all that is wrong; then no value has changed.
 */
export function cleanFields(record: object, schema: ModelSchema): void {
  const issues: ValidationIssue[] = [];
  const cleaned: [string, unknown][] = [];
  for (const { property, field } of schema.fields) {
    const value: unknown = Reflect.get(record, property);
    try {
      cleaned.push([property, field.clean(value)]);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      issues.push({ path: property, code: error.code, message: error.message, value });
    }
  }
  if (issues.length > 0) throw new ValidationError(schema.name, issues);
  for (const [property, value] of cleaned) Reflect.set(record, property, value);
}
