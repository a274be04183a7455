import { CharFieldType, TextFieldType } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

const TEXTS = [
  ['plain', 'Hello'],
  ['of several lines', 'one\ntwo\r\nthree'],
  ['of spaces', '  '],
  ['with every control character', String.fromCharCode(...Array(32).keys())],
  ['outside of the basic plane', '🐙 𝕏'],
  ['with half of a surrogate pair', '\ud800'],
  ['that looks like a key of JavaScript’s', '__proto__'],
] as const;

describe('A required CharField', () => {
  const field = new CharFieldType();

  it.each(TEXTS)('keeps a text %s', (_name, text) => {
    expect(field.clean(text)).toBe(text);
    expect(field.deserialize(field.serialize(text))).toBe(text);
  });

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    ['', 'required'],
    [0, 'invalid_type'],
    [false, 'invalid_type'],
    [['a'], 'invalid_type'],
    [{ toString: () => 'a' }, 'invalid_type'],
    [Symbol('a'), 'invalid_type'],
  ]);

  itReads(field, [[null, '']]);

  itCannotRead(field, [
    [1, 'invalid_type'],
    [true, 'invalid_type'],
    [[], 'invalid_type'],
    [{}, 'invalid_type'],
  ]);

  it('has no value of its own', () => {
    expect(field.initialValue()).toBeUndefined();
  });
});

describe('An optional CharField', () => {
  const field = new CharFieldType({ required: false });

  itCleans(field, [
    [undefined, ''],
    [null, ''],
    ['', ''],
    ['a', 'a'],
  ]);

  itStores(field, [
    ['', ''],
    ['a', 'a'],
  ]);

  it('is empty from the beginning', () => {
    expect(field.initialValue()).toBe('');
  });
});

describe('A CharField that may be null', () => {
  const field = new CharFieldType({ nullable: true, required: false });

  itCleans(field, [
    [undefined, null],
    [null, null],
    ['', ''],
  ]);

  itStores(field, [
    [null, null],
    ['', ''],
  ]);

  it('is null from the beginning', () => {
    expect(field.initialValue()).toBeNull();
  });
});

describe('The length of a CharField', () => {
  const field = new CharFieldType({ minLength: 2, maxLength: 3 });

  itCleans(field, [
    ['ab', 'ab'],
    ['abc', 'abc'],
    ['🐙🐙', '🐙🐙'],
    ['🐙🐙🐙', '🐙🐙🐙'],
  ]);

  itRefuses(field, [
    ['', 'required'],
    ['a', 'too_short'],
    ['🐙', 'too_short'],
    ['abcd', 'too_long'],
    ['🐙🐙🐙🐙', 'too_long'],
  ]);

  // What was stored by other rules is read, and refused when it is saved again.
  itReads(field, [['abcd', 'abcd']]);

  it('is not asked of an optional text that is empty', () => {
    expect(new CharFieldType({ required: false, minLength: 2 }).clean('')).toBe('');
  });

  it.each([
    [{ maxLength: -1 }, 'maxLength must be a whole number from 0, not -1.'],
    [{ minLength: 1.5 }, 'minLength must be a whole number from 0, not 1.5.'],
    [{ maxLength: NaN }, 'maxLength must be a whole number from 0, not NaN.'],
    [{ minLength: '5' as unknown as number }, 'minLength must be a whole number from 0, not 5.'],
    [{ minLength: 3, maxLength: 2 }, 'minLength must not be above maxLength.'],
  ])('cannot be %p', async (options, message) => {
    expect(await errorOf(() => new CharFieldType(options))).toMatchObject({ code: 'INVALID_MODEL', message });
  });
});

describe('The pattern of a CharField', () => {
  const field = new CharFieldType({ pattern: /^[a-z]+$/g });

  itCleans(field, [['abc', 'abc']]);

  itRefuses(field, [
    ['', 'required'],
    ['ABC', 'pattern_mismatch'],
    ['abc\n', 'pattern_mismatch'],
  ]);

  it('is searched for from the beginning each time', () => {
    expect([field.clean('abc'), field.clean('abc'), field.clean('ab')]).toEqual(['abc', 'abc', 'ab']);
  });
});

describe('A TextField', () => {
  const field = new TextFieldType({ required: false, maxLength: 10 });

  itCleans(field, [
    [undefined, ''],
    ['one\ntwo', 'one\ntwo'],
  ]);

  itRefuses(field, [['a'.repeat(11), 'too_long']]);

  itStores(field, [['one\ntwo', 'one\ntwo']]);
});
