import { Temporal, ZonedDateTimeFieldType } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';
import { foreign } from '../../support/foreign-temporal';

function zoned(text: string): Temporal.ZonedDateTime {
  return Temporal.ZonedDateTime.from(text);
}

const VIENNA = zoned('2024-05-31T14:32:02+02:00[Europe/Vienna]');

describe('A ZonedDateTimeField', () => {
  const field = new ZonedDateTimeFieldType();

  itCleans(field, [
    [VIENNA, VIENNA],
    ['2024-05-31T14:32:02+02:00[Europe/Vienna]', VIENNA],
    ['2024-05-31T14:32:02[Europe/Vienna]', VIENNA],
    ['2024-05-31T12:32:02Z[Europe/Vienna]', VIENNA],
    ['2024-05-31 14:32:02+0200', zoned('2024-05-31T14:32:02+02:00[+02:00]')],
    ['2024-05-31T14:32:02Z', zoned('2024-05-31T14:32:02+00:00[UTC]')],
    [VIENNA.withCalendar('gregory'), VIENNA],
    [foreign('ZonedDateTime', '2024-05-31T14:32:02+02:00[Europe/Vienna]', '[u-ca=hebrew]'), VIENNA],
    [
      foreign('ZonedDateTime', '2024-05-31T14:32:02+02:00[+02:00]'),
      zoned('2024-05-31T14:32:02+02:00[+02:00]'),
    ],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    ['2024-05-31T14:32:02', 'invalid_datetime'],
    ['2024-05-31', 'invalid_datetime'],
    ['2024-05-31T14:32:02+05:00[Europe/Vienna]', 'invalid_datetime'],
    ['2024-05-31T14:32:02+02:00[Europe/Atlantis]', 'invalid_datetime'],
    ['2024-05-31T14:32:02+02:00[u-ca=hebrew]', 'invalid_datetime'],
    ['2024-05-31T14:32:02+02:00:30', 'invalid_datetime'],
    ['2024-05-31T24:00:00+02:00', 'invalid_datetime'],
    ['2023-02-29T14:32:02+02:00', 'invalid_datetime'],
    ['2016-12-31T23:59:60Z', 'invalid_datetime'],
    ['+010000-01-01T00:00Z', 'out_of_range'],
    [new Date(0), 'invalid_type'],
    [Temporal.Instant.from('2024-05-31T14:32:02Z'), 'invalid_type'],
  ]);

  itStores(field, [
    [VIENNA, '2024-05-31T14:32:02+02:00[Europe/Vienna]'],
    [zoned('2024-05-31T14:32:02.5-05:30[-05:30]'), '2024-05-31T14:32:02.500000-05:30'],
    [zoned('2024-05-31T14:32:02+00:00[UTC]'), '2024-05-31T14:32:02+00:00[UTC]'],
    // The hour that is there twice.
    [zoned('2024-10-27T02:30:00+01:00[Europe/Vienna]'), '2024-10-27T02:30:00+01:00[Europe/Vienna]'],
    // An offset with seconds, which are rounded where it is written.
    [
      zoned('1900-01-01T00:00:00[Europe/Amsterdam]'),
      zoned('1900-01-01T00:00:00[Europe/Amsterdam]').toString(),
    ],
  ]);

  itReads(field, [
    ['2012-05-05T14:32:02.001000+02:00', zoned('2012-05-05T14:32:02.001+02:00[+02:00]')],
    ['2012-05-05T14:32:02.5+00:00', zoned('2012-05-05T14:32:02.5+00:00[+00:00]')],
    // The rules of the zone have changed since: the time of the day stays.
    ['2024-05-31T14:32:02+05:00[Europe/Vienna]', VIENNA],
  ]);

  itCannotRead(field, [
    ['2012-05-05T14:32:02', 'invalid_datetime'],
    ['2012-05-05T14:32:02+02:00[Europe/Atlantis]', 'invalid_datetime'],
    ['2012-02-30T14:32:02+02:00[Europe/Vienna]', 'invalid_datetime'],
    [5, 'invalid_type'],
  ]);
});
