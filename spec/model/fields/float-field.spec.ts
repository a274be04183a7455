import { FloatFieldType, JsonNumber } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

describe('A FloatField', () => {
  const field = new FloatFieldType();

  itCleans(field, [
    [0, 0],
    [-0, 0],
    [0.1, 0.1],
    [-1e-300, -1e-300],
    [Number.MAX_VALUE, Number.MAX_VALUE],
    [Number.MIN_VALUE, Number.MIN_VALUE],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    [NaN, 'invalid_number'],
    [Infinity, 'invalid_number'],
    [-Infinity, 'invalid_number'],
    ['0.5', 'invalid_type'],
    [1n, 'invalid_type'],
    [true, 'invalid_type'],
    [new Number(1), 'invalid_type'],
    [new JsonNumber('0.12345678901234567890123'), 'out_of_range'],
  ]);

  itStores(field, [
    [0.5, 0.5],
    [7, 7],
  ]);

  itReads(field, [
    [null, null],
    [-0, 0],
  ]);

  itCannotRead(field, [
    [new JsonNumber('1e400'), 'out_of_range'],
    ['0.5', 'invalid_type'],
    [[0.5], 'invalid_type'],
  ]);
});

describe('A FloatField with limits', () => {
  const field = new FloatFieldType({ min: 0, max: 0.5 });

  itCleans(field, [
    [0, 0],
    [-0, 0],
    [0.5, 0.5],
  ]);

  itRefuses(field, [
    [-Number.MIN_VALUE, 'too_small'],
    [0.500001, 'too_large'],
  ]);

  it('cannot have the least above the most', async () => {
    expect(await errorOf(() => new FloatFieldType({ min: 0.2, max: 0.1 }))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'min must not be above max.',
    });
  });
});
