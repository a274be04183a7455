import { IntegerFieldType, JsonNumber } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

describe('An IntegerField', () => {
  const field = new IntegerFieldType();

  itCleans(field, [
    [0, 0],
    [-0, 0],
    [1, 1],
    [-7, -7],
    [1e3, 1000],
    [5n, 5],
    [0n, 0],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    [1.5, 'invalid_integer'],
    [NaN, 'invalid_integer'],
    [Infinity, 'invalid_integer'],
    [-Infinity, 'invalid_integer'],
    [Number.MAX_SAFE_INTEGER + 1, 'out_of_range'],
    [Number.MIN_SAFE_INTEGER - 1, 'out_of_range'],
    [1e300, 'out_of_range'],
    ['1', 'invalid_type'],
    [2n ** 53n, 'out_of_range'],
    [new JsonNumber('9007199254740993'), 'out_of_range'],
    [true, 'invalid_type'],
    [new Date(0), 'invalid_type'],
  ]);

  itStores(field, [
    [0, 0],
    [42, 42],
    [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ]);

  itReads(field, [
    [null, null],
    [-0, 0],
  ]);

  // A number that was rounded on the way in must not pass for the one that was stored.
  itCannotRead(field, [
    [2 ** 53, 'out_of_range'],
    [new JsonNumber('9007199254740993'), 'out_of_range'],
    [1.5, 'invalid_integer'],
    ['1', 'invalid_type'],
    [[1], 'invalid_type'],
  ]);
});

describe('An optional IntegerField', () => {
  const field = new IntegerFieldType({ required: false });

  itCleans(field, [
    [undefined, null],
    [0, 0],
  ]);

  itStores(field, [[null, null]]);
});

describe('An IntegerField with limits', () => {
  const field = new IntegerFieldType({ min: -1, max: 10 });

  itCleans(field, [
    [-1, -1],
    [10, 10],
  ]);

  itRefuses(field, [
    [-2, 'too_small'],
    [11, 'too_large'],
    [11n, 'too_large'],
  ]);

  itReads(field, [[11, 11]]);

  it.each([
    [{ min: NaN }, 'min must be a number, not NaN.'],
    [{ max: '5' as unknown as number }, 'max must be a number, not 5.'],
    [{ min: 2, max: 1 }, 'min must not be above max.'],
  ])('cannot have %p', async (options, message) => {
    expect(await errorOf(() => new IntegerFieldType(options))).toMatchObject({
      code: 'INVALID_MODEL',
      message,
    });
  });
});
