import { IntegerFieldType } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

describe('An IntegerField', () => {
  const field = new IntegerFieldType();

  itCleans(field, [
    [0, 0],
    [-0, 0],
    [1, 1],
    [-7, -7],
    [1e3, 1000],
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
    [1n, 'invalid_type'],
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
