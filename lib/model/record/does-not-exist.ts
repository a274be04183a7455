import { DoesNotExistError } from '../../errors';
import type { ModelId } from '../types';
import type { ReadOptions } from './record-store';

/**
 * The error for a record that was asked for and is not there.
 *
 * @param more What else there is to say about it: `which another record refers to`.
 */
export function doesNotExist(
  model: string,
  id: ModelId,
  { at }: ReadOptions,
  more?: string,
): DoesNotExistError {
  const where = (at === undefined ? '' : ` at ${at}`) + (more === undefined ? '' : `, ${more}`);
  return new DoesNotExistError(`There is no ${model} with the id ${JSON.stringify(id)}${where}.`, {
    details: { model, id, at },
  });
}
