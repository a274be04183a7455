import { BooleanFieldType } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

describe('A BooleanField', () => {
  const field = new BooleanFieldType();

  itCleans(field, [
    [true, true],
    [false, false],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    [0, 'invalid_type'],
    [1, 'invalid_type'],
    ['true', 'invalid_type'],
    ['', 'invalid_type'],
    [new Boolean(true), 'invalid_type'],
  ]);

  itStores(field, [
    [true, true],
    [false, false],
  ]);

  itReads(field, [[null, null]]);

  itCannotRead(field, [
    [0, 'invalid_type'],
    ['false', 'invalid_type'],
  ]);

  it('has no value of its own', () => {
    expect(field.initialValue()).toBeUndefined();
  });

  it.each([true, false])('begins as %p when that is its default', (value) => {
    expect(new BooleanFieldType({ default: value }).initialValue()).toBe(value);
  });
});

describe('An optional BooleanField', () => {
  const field = new BooleanFieldType({ required: false });

  itCleans(field, [
    [undefined, false],
    [null, false],
    [true, true],
  ]);

  it('begins as false', () => {
    expect(field.initialValue()).toBe(false);
  });
});

describe('A BooleanField that may be null', () => {
  const field = new BooleanFieldType({ nullable: true, required: false });

  itCleans(field, [
    [undefined, null],
    [null, null],
    [false, false],
  ]);

  itStores(field, [[null, null]]);

  it('begins as null', () => {
    expect(field.initialValue()).toBeNull();
  });

  it('begins as its default when it has one', () => {
    expect(new BooleanFieldType({ nullable: true, default: false }).initialValue()).toBe(false);
  });
});
