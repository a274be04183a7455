import { CharFieldType } from 'gitmodel';
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
