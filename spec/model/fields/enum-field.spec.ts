import { EnumFieldType, JsonNumber } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

enum Colour {
  Red = 'red',
  Green = 'green',
}

enum Level {
  Low = -1,
  Middle,
  High = 1.5,
}

/* eslint-disable @typescript-eslint/no-mixed-enums -- they are allowed, and so are fields of them */
enum Mixed {
  One = 1,
  Name = 'One',
  Text = 'text',
}
/* eslint-enable @typescript-eslint/no-mixed-enums */

describe('An EnumField of a list', () => {
  const field = new EnumFieldType<string | number>(['draft', 'live', 5]);

  itCleans(field, [
    ['draft', 'draft'],
    [5, 5],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    ['gone', 'invalid_choice'],
    ['', 'invalid_choice'],
    ['5', 'invalid_choice'],
    ['constructor', 'invalid_choice'],
    [['draft'], 'invalid_type'],
    [NaN, 'invalid_choice'],
    [new String('draft'), 'invalid_type'],
  ]);

  itStores(field, [
    ['draft', 'draft'],
    [5, 5],
  ]);

  // What was one of them once is read, and refused when it is saved again.
  itReads(field, [
    [null, null],
    ['gone', 'gone'],
  ]);

  itCannotRead(field, [
    [true, 'invalid_type'],
    [new JsonNumber('12345678901234567890'), 'invalid_type'],
  ]);

  it('tells the values that there are', () => {
    expect(() => field.clean('gone')).toThrow('must be one of "draft", "live", 5');
  });
});

describe('An EnumField of an enum of texts', () => {
  const field = new EnumFieldType(Colour, { required: false });

  itCleans(field, [
    [Colour.Red, Colour.Red],
    [undefined, null],
  ]);

  itRefuses(field, [['Red', 'invalid_choice']]);

  itStores(field, [[Colour.Green, 'green']]);
});

describe('An EnumField of an enum of numbers', () => {
  const field = new EnumFieldType<Level>(Level);

  itCleans(field, [
    [Level.Low, -1],
    [Level.Middle, 0],
    [Level.High, 1.5],
  ]);

  itRefuses(field, [
    ['Low', 'invalid_choice'],
    ['-1', 'invalid_choice'],
    [1, 'invalid_choice'],
  ]);

  it('stores no -0', () => {
    expect(field.serialize(field.clean(-0))).toBe(0);
  });
});

describe('An EnumField of an enum of both', () => {
  const field = new EnumFieldType<Mixed>(Mixed);

  itCleans(field, [
    [Mixed.One, Mixed.One],
    [Mixed.Name, Mixed.Name],
    [Mixed.Text, Mixed.Text],
  ]);

  itRefuses(field, [
    ['Name', 'invalid_choice'],
    ['1', 'invalid_choice'],
  ]);
});

describe('An EnumField', () => {
  it.each([[[]], [{}], [[true]], [[NaN]], [{ a: undefined }]])(
    'cannot have the values %p',
    async (values) => {
      expect(await errorOf(() => new EnumFieldType(values as unknown as string[]))).toMatchObject({
        code: 'INVALID_MODEL',
        message: 'an enum consists of texts and finite numbers, one at least.',
      });
    },
  );
});
