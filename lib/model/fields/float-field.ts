import { JsonNumber } from '../json-value';
import { InvalidValue } from './invalid-value';
import { NumberFieldType } from './number-field';
import type { NumberFieldOptions } from './number-field';

/**
 * A JavaScript number, whole or not: a double. NaN and the infinities are refused, because JSON has none of them;
 * -0 is 0, because not every form of record can tell them apart. A stored number with more digits than a double
 * holds is refused when it is read, for it would be rounded.
 */
export class FloatFieldType extends NumberFieldType<number, NumberFieldOptions> {
  protected coerce(value: unknown): number {
    if (value instanceof JsonNumber) {
      throw new InvalidValue('out_of_range', 'must be a number that a double holds, or it would be rounded');
    }
    if (typeof value !== 'number') throw new InvalidValue('invalid_type', 'must be a number');
    if (!Number.isFinite(value)) throw new InvalidValue('invalid_number', 'must be a finite number');
    return value + 0;
  }

  protected toStored(value: number): number {
    return value;
  }
}
