import { SlugFieldType } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

describe('A SlugField', () => {
  const field = new SlugFieldType();

  itCleans(field, [
    ['hello', 'hello'],
    ['Hello-World_2', 'Hello-World_2'],
    ['-', '-'],
    ['0', '0'],
    ['constructor', 'constructor'],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    ['', 'required'],
    ['two words', 'invalid_slug'],
    ['trailing-newline\n', 'invalid_slug'],
    ['\nleading-newline', 'invalid_slug'],
    ['a/b', 'invalid_slug'],
    ['..', 'invalid_slug'],
    ['.git', 'invalid_slug'],
    ['git~1', 'invalid_slug'],
    ['naïve', 'invalid_slug'],
    ['Ａ', 'invalid_slug'],
    ['a\0', 'invalid_slug'],
    [1, 'invalid_type'],
    [null, 'required'],
  ]);

  itStores(field, [['hello', 'hello']]);

  // What was stored by other rules is read, and refused when it is saved again.
  itReads(field, [['two words', 'two words']]);

  itCannotRead(field, [[5, 'invalid_type']]);
});

describe('An optional SlugField', () => {
  itCleans(new SlugFieldType({ required: false }), [
    [undefined, ''],
    ['', ''],
    ['hello', 'hello'],
  ]);
});
