import { JsonNumber } from '../json-value';
import type { JsonValue } from '../json-value';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';
import { NumberFieldType } from './number-field';

/** The options of a whole number of any size. */
export interface BigIntegerFieldOptions extends FieldOptions<bigint> {
  /** The least that a number may be. */
  readonly min?: bigint | number | undefined;
  /** The most that a number may be. */
  readonly max?: bigint | number | undefined;
}

const DIGITS = /^-?\d+$/;

/** A number in JSON's notation: its sign, digits, decimals and power of ten. */
const NOTATION = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/i;

/** How many digits an exponent may stand for, so that a few bytes cannot become a number that fills the memory. */
const MAX_EXPANDED_DIGITS = 10_000;

/**
 * A whole number of any size: a `bigint`, from a whole number or its digits as well. Stored as a JSON number with
 * all its digits.
 */
export class BigIntegerFieldType extends NumberFieldType<bigint, BigIntegerFieldOptions> {
  protected coerce(value: unknown): bigint {
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number') return fromNumber(value);
    if (typeof value === 'string' && DIGITS.test(value)) return BigInt(value);
    if (value instanceof JsonNumber) return fromNotation(value.text);
    if (typeof value === 'string') throw notWhole();
    throw new InvalidValue('invalid_type', 'must be a bigint');
  }

  protected toStored(value: bigint): JsonValue {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : new JsonNumber(value.toString());
  }

  protected override fromStored(stored: JsonValue): bigint {
    // A number was read without being rounded: `1e21` stands for what its notation says.
    return typeof stored === 'number' ? fromNotation(String(stored)) : this.coerce(stored);
  }
}

function fromNumber(value: number): bigint {
  if (!Number.isInteger(value)) throw notWhole();
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw new InvalidValue(
    'out_of_range',
    'must be a bigint where it is beyond 2^53 - 1, or it would be rounded',
  );
}

function fromNotation(text: string): bigint {
  const [, sign = '', whole = '', decimals = '', power = '0'] = NOTATION.exec(text) ?? [];
  const digits = (whole + decimals).replace(/0+$/, '');
  if (whole !== '' && digits === '') return 0n;
  const zeros = Number(power) + whole.length - digits.length;
  if (whole === '' || zeros < 0) throw notWhole();
  if (zeros > MAX_EXPANDED_DIGITS) {
    throw new InvalidValue('out_of_range', `must not have more than ${MAX_EXPANDED_DIGITS} zeros`);
  }
  return BigInt(`${sign}${digits}${'0'.repeat(zeros)}`);
}

function notWhole(): InvalidValue {
  return new InvalidValue('invalid_integer', 'must be a whole number');
}
