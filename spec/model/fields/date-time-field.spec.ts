import { runInNewContext } from 'node:vm';
import { DateTimeFieldType } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

function at(text: string): Date {
  return new Date(text);
}

describe('A DateTimeField', () => {
  const field = new DateTimeFieldType();

  itCleans(field, [
    [at('2024-02-29T14:32:02.123Z'), at('2024-02-29T14:32:02.123Z')],
    ['2024-02-29T14:32:02.123Z', at('2024-02-29T14:32:02.123Z')],
    ['2024-02-29T14:32:02.123456789123Z', at('2024-02-29T14:32:02.123Z')],
    ['1969-12-31T23:59:59.9999Z', at('1969-12-31T23:59:59.999Z')],
    ['0000-01-01T00:00:00Z', at('0000-01-01T00:00:00Z')],
    ['0099-01-01T00:00:00Z', at('0099-01-01T00:00:00Z')],
    ['9999-12-31T23:59:59.999Z', at('9999-12-31T23:59:59.999Z')],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    ['', 'invalid_datetime'],
    ['now', 'invalid_datetime'],
    ['May 5, 2012', 'invalid_datetime'],
    ['2012', 'invalid_datetime'],
    ['2023-02-29T14:32:02Z', 'invalid_datetime'],
    ['2023-02-30', 'invalid_datetime'],
    ['2023-04-31T00:00+05:00', 'invalid_datetime'],
    ['2024-02-29T24:00:00Z', 'invalid_datetime'],
    ['2016-12-31T23:59:60Z', 'invalid_datetime'],
    ['2024-02-29T14:32:02.Z', 'invalid_datetime'],
    ['2024-02-29T14:32:02+24:00', 'invalid_datetime'],
    ['2024-02-29T14:32:02Z\n', 'invalid_datetime'],
    ['-000000-01-01T00:00:00Z', 'invalid_datetime'],
    ['+999999-01-01T00:00:00Z', 'invalid_datetime'],
    [at('no date'), 'invalid_datetime'],
    [at('+010000-01-01T00:00:00Z'), 'out_of_range'],
    [at('-000001-12-31T23:59:59.999Z'), 'out_of_range'],
    ['9999-12-31T23:59:59-01:00', 'out_of_range'],
    [0, 'invalid_type'],
    [{ toISOString: () => '2024-02-29T14:32:02Z' }, 'invalid_type'],
  ]);

  itStores(field, [
    [at('2024-02-29T14:32:02Z'), '2024-02-29T14:32:02.000Z'],
    [at('0001-01-01T00:00:00.001Z'), '0001-01-01T00:00:00.001Z'],
  ]);

  itReads(field, [
    [null, null],
    ['2012-05-05T14:32:02.001000+02:00', at('2012-05-05T12:32:02.001Z')],
    ['2012-05-05T14:32:02.001999-0530', at('2012-05-05T20:02:02.001Z')],
    ['2012-05-05T14:32:02.5', at('2012-05-05T14:32:02.500Z')],
    ['2012-05-05T14:32:02', at('2012-05-05T14:32:02Z')],
    ['2012-05-05 14:32', at('2012-05-05T14:32:00Z')],
    ['2012-05-05', at('2012-05-05T00:00:00Z')],
    ['1900-01-01T00:00:00+00:19:32', at('1899-12-31T23:40:28Z')],
    ['+010000-01-01T00:00:00.000Z', at('+010000-01-01T00:00:00.000Z')],
  ]);

  itCannotRead(field, [
    ['2012-02-30T00:00:00Z', 'invalid_datetime'],
    [1336228322, 'invalid_type'],
  ]);

  it('takes a date of another realm', () => {
    const date = runInNewContext('new Date(5)') as Date;
    expect(field.serialize(field.clean(date))).toBe('1970-01-01T00:00:00.005Z');
  });

  it('gives each record its own copy of the default', () => {
    const initial = new Date(5);
    const made = new DateTimeFieldType({ default: initial }).initialValue();
    expect(made).toEqual(initial);
    expect(made).not.toBe(initial);
  });
});
