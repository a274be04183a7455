import { inspect } from 'node:util';
import { InvalidArgumentError } from '../../errors';
import { InvalidValue } from '../fields/invalid-value';
import type { ModelSchema } from '../schema/schema';
import type { ModelId } from '../types';

/**
 * The id as it stands in paths. The id field may know several ways to write one, as of a UUID; this is the one in
 * which it is stored.
 *
 * @throws InvalidArgumentError for what can never be an id.
 */
export function idText(id: unknown, { idField }: ModelSchema): string {
  if (!isId(id)) {
    throw new InvalidArgumentError(`${inspect(id)} cannot be an id; give a string, or a whole number.`, {
      details: { option: 'id', value: id },
    });
  }
  try {
    const { field } = idField;
    return textOfId(field.serialize(field.clean(id)));
  } catch (error) {
    // No record can have such an id, unless it was written by something else: it is looked up as it is.
    if (error instanceof InvalidValue) return String(id);
    throw error;
  }
}

/** Whether a value can be an id at all. */
export function isId(value: unknown): value is ModelId {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

/** What is stored of an id, as it stands in paths. */
export function textOfId(stored: unknown): string {
  return typeof stored === 'string' ? stored : inspect(stored);
}

/** The id that a text in a path stands for. */
export function idOf({ idField }: ModelSchema, text: string): ModelId {
  try {
    return idField.field.clean(text) as ModelId;
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const number = Number(text);
    return Number.isSafeInteger(number) && String(number) === text ? number : text;
  }
}
