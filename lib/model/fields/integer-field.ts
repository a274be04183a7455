import { FieldType } from './field';
import { InvalidValue } from './invalid-value';

/**
 * A whole number that a JavaScript number holds exactly: from -(2^53 - 1) to 2^53 - 1. Anything beyond is
 * refused, on the way in and on the way out, for it would be rounded.
 */
export class IntegerFieldType extends FieldType<number> {
  protected coerce(value: unknown): number {
    if (typeof value !== 'number') throw new InvalidValue('invalid_type', 'must be a number');
    if (!Number.isInteger(value)) throw new InvalidValue('invalid_integer', 'must be a whole number');
    if (!Number.isSafeInteger(value)) {
      throw new InvalidValue('out_of_range', 'must be from -(2^53 - 1) to 2^53 - 1, or it would be rounded');
    }
    // -0 is stored as 0, so it is 0 from the beginning.
    return value + 0;
  }

  protected toStored(value: number): number {
    return value;
  }
}
