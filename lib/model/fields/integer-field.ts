import { JsonNumber } from '../json-value';
import { InvalidValue } from './invalid-value';
import { NumberFieldType } from './number-field';
import type { NumberFieldOptions } from './number-field';

/**
 * A whole number that a JavaScript number holds exactly: from -(2^53 - 1) to 2^53 - 1. Anything beyond is
 * refused, on the way in and on the way out, for it would be rounded.
 */
export class IntegerFieldType extends NumberFieldType<number, NumberFieldOptions> {
  protected coerce(value: unknown): number {
    if (value instanceof JsonNumber) throw beyondNumbers();
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number') throw new InvalidValue('invalid_type', 'must be a number');
    if (!Number.isInteger(number)) throw new InvalidValue('invalid_integer', 'must be a whole number');
    if (!Number.isSafeInteger(number)) throw beyondNumbers();
    // -0 is stored as 0, so it is 0 from the beginning.
    return number + 0;
  }

  protected toStored(value: number): number {
    return value;
  }
}

function beyondNumbers(): InvalidValue {
  return new InvalidValue('out_of_range', 'must be from -(2^53 - 1) to 2^53 - 1, or it would be rounded');
}
