import { UUIDFieldType } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

const DIGITS = '0123456789abcdef0123456789abcdef';
const DASHED = '01234567-89ab-cdef-0123-456789abcdef';

/** Version 4 in the 13th digit, variant 10 in the 17th (RFC 9562). */
const VERSION_4 = /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/;

describe('A UUIDField', () => {
  const field = new UUIDFieldType();

  itCleans(field, [
    [DIGITS, DIGITS],
    [DASHED, DIGITS],
    [DASHED.toUpperCase(), DIGITS],
    ['0'.repeat(32), '0'.repeat(32)],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    ['', 'invalid_uuid'],
    [DIGITS.slice(1), 'invalid_uuid'],
    [`${DIGITS}0`, 'invalid_uuid'],
    [`${DIGITS}\n`, 'invalid_uuid'],
    [`{${DASHED}}`, 'invalid_uuid'],
    [`urn:uuid:${DASHED}`, 'invalid_uuid'],
    ['g'.repeat(32), 'invalid_uuid'],
    ['../../../../../../../../../../..', 'invalid_uuid'],
    [1, 'invalid_type'],
  ]);

  itStores(field, [[DIGITS, DIGITS]]);

  itReads(field, [
    [DASHED, DIGITS],
    [null, null],
  ]);

  itCannotRead(field, [
    ['a', 'invalid_uuid'],
    [1, 'invalid_type'],
  ]);

  it('makes itself a random one of version 4, another one each time', () => {
    const made = Array.from({ length: 100 }, () => field.initialValue());
    for (const each of made) expect(each).toMatch(VERSION_4);
    expect(new Set(made).size).toBe(100);
  });

  it('takes its default instead, when it has one', () => {
    expect(new UUIDFieldType({ default: DIGITS }).initialValue()).toBe(DIGITS);
  });
});

describe('An optional UUIDField', () => {
  const field = new UUIDFieldType({ required: false });

  itCleans(field, [
    [undefined, null],
    [DASHED, DIGITS],
  ]);

  it('begins as null', () => {
    expect(field.initialValue()).toBeNull();
  });
});
