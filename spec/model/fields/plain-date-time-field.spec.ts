import { PlainDateTimeFieldType, Temporal } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';
import { foreign } from '../../support/foreign-temporal';

function dateTime(text: string): Temporal.PlainDateTime {
  return Temporal.PlainDateTime.from(text);
}

describe('A PlainDateTimeField', () => {
  const field = new PlainDateTimeFieldType();

  itCleans(field, [
    [dateTime('2024-02-29T14:32'), dateTime('2024-02-29T14:32')],
    ['2024-02-29T14:32:02.001002', dateTime('2024-02-29T14:32:02.001002')],
    ['2024-02-29 14:32', dateTime('2024-02-29T14:32')],
    [dateTime('2024-02-29T14:32').withCalendar('gregory'), dateTime('2024-02-29T14:32')],
    [foreign('PlainDateTime', '2024-02-29T14:32:00', '[u-ca=hebrew]'), dateTime('2024-02-29T14:32')],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    ['2024-02-29', 'invalid_datetime'],
    ['2023-02-29T14:32', 'invalid_datetime'],
    ['2024-02-29T24:00', 'invalid_datetime'],
    ['2016-12-31T23:59:60', 'invalid_datetime'],
    ['2024-02-29T14:32Z', 'invalid_datetime'],
    ['2024-02-29T14:32+02:00', 'invalid_datetime'],
    ['2024-02-29T14:32[Europe/Vienna]', 'invalid_datetime'],
    ['+010000-01-01T00:00', 'out_of_range'],
    [new Date(0), 'invalid_type'],
    [Temporal.PlainDate.from('2024-02-29'), 'invalid_type'],
  ]);

  itStores(field, [
    [dateTime('2024-02-29T14:32'), '2024-02-29T14:32:00'],
    [dateTime('2024-02-29T14:32:02.001002'), '2024-02-29T14:32:02.001002'],
  ]);

  itReads(field, [['2012-05-05T14:32:02.5', dateTime('2012-05-05T14:32:02.500')]]);

  itCannotRead(field, [['2012-05-05T14:32:02+00:00', 'invalid_datetime']]);
});
