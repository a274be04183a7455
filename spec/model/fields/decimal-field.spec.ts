import { Decimal, DecimalFieldType, JsonNumber } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import {
  itCannotRead,
  itCleans,
  itReads,
  itRefuses,
  itStores,
  ruleBrokenBy,
} from '../../support/field-cases';

describe('A DecimalField', () => {
  const field = new DecimalFieldType();

  itCleans(field, [
    ['0.1', new Decimal('0.1')],
    ['-12.50', new Decimal('-12.5')],
    ['+.5', new Decimal('0.5')],
    ['5.', new Decimal(5)],
    ['1.5E3', new Decimal(1500)],
    ['-0', new Decimal(0)],
    [new Decimal(-0), new Decimal(0)],
    [0.1, new Decimal('0.1')],
    [12345678901234567890n, new Decimal('12345678901234567890')],
    [new JsonNumber('0.12345678901234567890123'), new Decimal('0.12345678901234567890123')],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    ['', 'invalid_decimal'],
    ['NaN', 'invalid_decimal'],
    ['Infinity', 'invalid_decimal'],
    ['0x1f', 'invalid_decimal'],
    ['0o17', 'invalid_decimal'],
    ['0b11', 'invalid_decimal'],
    ['1_000', 'invalid_decimal'],
    ['1,5', 'invalid_decimal'],
    [' 1', 'invalid_decimal'],
    ['1\n', 'invalid_decimal'],
    ['.', 'invalid_decimal'],
    ['١', 'invalid_decimal'],
    [NaN, 'invalid_decimal'],
    [Infinity, 'invalid_decimal'],
    [new Decimal(NaN), 'invalid_decimal'],
    [new Decimal(-Infinity), 'invalid_decimal'],
    [true, 'invalid_type'],
    [{}, 'invalid_type'],
  ]);

  itStores(field, [
    [new Decimal('0.1'), '0.1'],
    [new Decimal('1e30'), `1${'0'.repeat(30)}`],
    [new Decimal('-1e-30'), `-0.${'0'.repeat(29)}1`],
    [new Decimal('1.2345678901234567890123456789012345'), '1.2345678901234567890123456789012345'],
  ]);

  itReads(field, [
    [null, null],
    [12.5, new Decimal('12.5')],
    ['1e3', new Decimal(1000)],
  ]);

  itCannotRead(field, [
    ['a', 'invalid_decimal'],
    [[1], 'invalid_type'],
  ]);

  it.each([
    '1e900000000',
    '1e-900000000',
    `1e${'9'.repeat(1_000)}`,
    `1e-${'9'.repeat(1_000)}`,
    '1e1001',
    '1e-1001',
    // Their digits written out would not fit into memory.
  ])('refuses %s without writing it out: too_many_digits', (text) => {
    expect(ruleBrokenBy(() => field.clean(text))).toBe('too_many_digits');
    expect(ruleBrokenBy(() => field.deserialize(new JsonNumber(text)))).toBe('too_many_digits');
    expect(ruleBrokenBy(() => field.clean(new Decimal('1e900000000')))).toBe('too_many_digits');
  });

  it('makes the same class of a Decimal of another copy of the library', () => {
    const Other = Decimal.clone({ precision: 5 });
    expect(field.clean(new Other('1.23456789'))).toBeInstanceOf(Decimal);
    expect(String(field.clean(new Other('1.23456789')))).toBe('1.23456789');
  });

  it('does not depend on the settings of the library', () => {
    const { precision, toExpPos } = Decimal;
    Decimal.set({ precision: 3, toExpPos: 1 });
    try {
      expect(field.serialize(field.clean('1234567.8901'))).toBe('1234567.8901');
    } finally {
      Decimal.set({ precision, toExpPos });
    }
  });
});

describe('A DecimalField with limits', () => {
  const field = new DecimalFieldType({ maxDigits: 5, decimalPlaces: 2 });

  itCleans(field, [
    ['12345', new Decimal(12345)],
    ['123.45', new Decimal('123.45')],
    ['123.4500', new Decimal('123.45')],
    ['000123.45', new Decimal('123.45')],
    ['0.01', new Decimal('0.01')],
  ]);

  itRefuses(field, [
    ['123456', 'too_many_digits'],
    ['1234.56', 'too_many_digits'],
    ['1e5', 'too_many_digits'],
    ['1.234', 'too_many_decimal_places'],
    [0.1 + 0.2, 'too_many_decimal_places'],
  ]);

  itReads(field, [['1.23456', new Decimal('1.23456')]]);

  it.each([
    [{ maxDigits: 0 }, 'maxDigits must be a whole number from 1 to 1000, not 0.'],
    [{ maxDigits: 1001 }, 'maxDigits must be a whole number from 1 to 1000, not 1001.'],
    [{ decimalPlaces: -1 }, 'decimalPlaces must be a whole number from 0, not -1.'],
    [{ decimalPlaces: NaN }, 'decimalPlaces must be a whole number from 0, not NaN.'],
    [{ maxDigits: 2, decimalPlaces: 3 }, 'decimalPlaces must not be above maxDigits.'],
  ])('cannot have %p', async (options, message) => {
    expect(await errorOf(() => new DecimalFieldType(options))).toMatchObject({
      code: 'INVALID_MODEL',
      message,
    });
  });
});
