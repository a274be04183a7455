import { BigIntegerFieldType, JsonNumber } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

const BIG = 12345678901234567890n;

describe('A BigIntegerField', () => {
  const field = new BigIntegerFieldType();

  itCleans(field, [
    [0n, 0n],
    [BIG, BIG],
    [-5, -5n],
    [-0, 0n],
    ['-12345678901234567890', -BIG],
    [new JsonNumber('12345678901234567890'), BIG],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    [1.5, 'invalid_integer'],
    [NaN, 'invalid_integer'],
    [2 ** 53, 'out_of_range'],
    ['', 'invalid_integer'],
    ['1.5', 'invalid_integer'],
    ['0x10', 'invalid_integer'],
    [' 1', 'invalid_integer'],
    ['+1', 'invalid_integer'],
    [true, 'invalid_type'],
    [[1n], 'invalid_type'],
  ]);

  itStores(field, [
    [0n, 0],
    [-7n, -7],
    [2n ** 53n - 1n, Number.MAX_SAFE_INTEGER],
    [2n ** 53n, new JsonNumber('9007199254740992')],
    [-BIG, new JsonNumber('-12345678901234567890')],
    [10n ** 100n, new JsonNumber(`1${'0'.repeat(100)}`)],
  ]);

  itReads(field, [
    [null, null],
    ['12345678901234567890', BIG],
    // A number stands for its notation, which was not rounded, and not for the double next to it.
    [1e23, 10n ** 23n],
    [2 ** 53, 9007199254740992n],
    [new JsonNumber('1.5e30'), 15n * 10n ** 29n],
    [new JsonNumber('12345678901234567890.000'), BIG],
    [new JsonNumber('0e900000000'), 0n],
    [new JsonNumber('9e10000'), 9n * 10n ** 10_000n],
  ]);

  itCannotRead(field, [
    [1.5, 'invalid_integer'],
    [1e-7, 'invalid_integer'],
    [new JsonNumber('12345678901234567890.5'), 'invalid_integer'],
    [new JsonNumber('1e900000000'), 'out_of_range'],
    [new JsonNumber('1e-900000000'), 'invalid_integer'],
    [new JsonNumber(`1e${'9'.repeat(400)}`), 'out_of_range'],
    [new JsonNumber('1, "a": 2'), 'invalid_integer'],
    [true, 'invalid_type'],
  ]);
});

describe('A BigIntegerField with limits', () => {
  const field = new BigIntegerFieldType({ min: 0, max: BIG });

  itCleans(field, [
    [0, 0n],
    [BIG, BIG],
  ]);

  itRefuses(field, [
    [-1n, 'too_small'],
    [BIG + 1n, 'too_large'],
  ]);

  it('cannot have the least above the most', async () => {
    expect(await errorOf(() => new BigIntegerFieldType({ min: BIG + 1n, max: BIG }))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'min must not be above max.',
    });
  });

  it('has choices, told by their digits', () => {
    expect(() => new BigIntegerFieldType({ choices: [1n, BIG] }).clean(2n)).toThrow(
      'must be one of 1, 12345678901234567890',
    );
  });
});
