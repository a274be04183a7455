import { Decimal } from 'decimal.js';
import { ModelDefinitionError } from '../../errors';
import { JsonNumber } from '../json-value';
import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';

/** The options of a decimal. */
export interface DecimalFieldOptions extends FieldOptions<Decimal> {
  /** How many digits there may be, before and after the point together. Default: 1000. */
  readonly maxDigits?: number | undefined;
  /** How many digits there may be after the point. Default: any number. */
  readonly decimalPlaces?: number | undefined;
}

/** A decimal in digits, with its power of ten. None of the other notations that decimal.js reads is among them. */
const NOTATION = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e([-+]?\d+))?$/i;

/** How many digits there are in all when nothing else is said: a bound on what an exponent can stand for. */
const MAX_DIGITS = 1000;

/** Exponents beyond are not even looked at; decimal.js would make 0 or Infinity of some of them. */
const MAX_EXPONENT = 1_000_000;

/**
 * A decimal, exact and never rounded: a `Decimal` of decimal.js, from text or a number as well. Stored as text in
 * plain notation, `"-12.5"`. Zeros at the end are not kept: `1.50` is `1.5`; and -0 is 0.
 */
export class DecimalFieldType extends FieldType<Decimal> {
  private readonly maxDigits: number;
  private readonly decimalPlaces: number;

  constructor(options: DecimalFieldOptions = {}) {
    super(options);
    checkDigits(options);
    this.maxDigits = options.maxDigits ?? MAX_DIGITS;
    this.decimalPlaces = options.decimalPlaces ?? Infinity;
  }

  protected coerce(value: unknown): Decimal {
    const decimal = toDecimal(value);
    const { e: exponent } = decimal;
    // What is read is bounded as well: nothing could be done with it that would not need all its digits.
    if (exponent > MAX_DIGITS || decimal.decimalPlaces() > MAX_DIGITS) throw tooManyDigits(this.maxDigits);
    return decimal;
  }

  protected override validate(value: Decimal): void {
    const decimals = value.decimalPlaces();
    if (decimals > this.decimalPlaces) {
      throw new InvalidValue(
        'too_many_decimal_places',
        `must have ${this.decimalPlaces} digits after the point at most`,
      );
    }
    // The zero before the point of 0.5 does not count.
    if (Math.max(value.e + 1, 0) + decimals > this.maxDigits) throw tooManyDigits(this.maxDigits);
  }

  protected toStored(value: Decimal): string {
    return value.toFixed();
  }
}

function toDecimal(value: unknown): Decimal {
  if (Decimal.isDecimal(value)) return fromDecimal(value);
  switch (typeof value) {
    case 'string':
      return fromText(value);
    case 'number':
    case 'bigint':
      return fromText(String(value));
    default:
      if (value instanceof JsonNumber) return fromText(value.text);
      throw new InvalidValue('invalid_type', 'must be a Decimal, or a decimal as text');
  }
}

function fromDecimal(value: Decimal): Decimal {
  if (!value.isFinite()) throw notDecimal();
  // One of another copy of decimal.js has other methods; what is found in a record is always the same class.
  const decimal = value instanceof Decimal ? value : new Decimal(value);
  return decimal.isZero() && decimal.isNegative() ? decimal.abs() : decimal;
}

function fromText(text: string): Decimal {
  const notation = NOTATION.exec(text);
  if (!notation) throw notDecimal();
  if (Math.abs(Number(notation[1] ?? 0)) > MAX_EXPONENT) throw tooManyDigits(MAX_DIGITS);
  return fromDecimal(new Decimal(text));
}

function checkDigits(options: DecimalFieldOptions): void {
  const { maxDigits, decimalPlaces } = options;
  const refuse = (problem: string): never => {
    throw new ModelDefinitionError(problem, { details: { options } });
  };
  if (
    maxDigits !== undefined &&
    !(Number.isInteger(maxDigits) && maxDigits >= 1 && maxDigits <= MAX_DIGITS)
  ) {
    refuse(`maxDigits must be a whole number from 1 to ${MAX_DIGITS}, not ${String(maxDigits)}.`);
  }
  if (decimalPlaces !== undefined && !(Number.isInteger(decimalPlaces) && decimalPlaces >= 0)) {
    refuse(`decimalPlaces must be a whole number from 0, not ${String(decimalPlaces)}.`);
  }
  if ((decimalPlaces ?? 0) > (maxDigits ?? MAX_DIGITS)) refuse('decimalPlaces must not be above maxDigits.');
}

function tooManyDigits(most: number): InvalidValue {
  return new InvalidValue('too_many_digits', `must have ${most} digits at most`);
}

function notDecimal(): InvalidValue {
  return new InvalidValue('invalid_decimal', 'must be a decimal such as -12.5');
}
