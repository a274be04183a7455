import { InstantFieldType, Temporal } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';
import { foreign } from '../../support/foreign-temporal';

function instant(text: string): Temporal.Instant {
  return Temporal.Instant.from(text);
}

describe('An InstantField', () => {
  const field = new InstantFieldType();

  itCleans(field, [
    [instant('2024-02-29T14:32:02.001002003Z'), instant('2024-02-29T14:32:02.001002003Z')],
    ['2024-02-29T14:32:02Z', instant('2024-02-29T14:32:02Z')],
    ['2024-02-29T14:32:02+02:00', instant('2024-02-29T12:32:02Z')],
    ['2024-02-29 14:32:02-0030', instant('2024-02-29T15:02:02Z')],
    [foreign('Instant', '2024-02-29T14:32:02Z'), instant('2024-02-29T14:32:02Z')],
    ['0000-01-01T00:00Z', instant('0000-01-01T00:00Z')],
    ['9999-12-31T23:59:59.999999999Z', instant('9999-12-31T23:59:59.999999999Z')],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    ['2024-02-29T14:32:02', 'invalid_datetime'],
    ['2024-02-29', 'invalid_datetime'],
    ['2023-02-29T14:32Z', 'invalid_datetime'],
    ['2024-02-29T14:32Z[Europe/Vienna]', 'invalid_datetime'],
    ['2016-12-31T23:59:60Z', 'invalid_datetime'],
    ['+999999-01-01T00:00Z', 'invalid_datetime'],
    ['0000-01-01T00:00+00:01', 'out_of_range'],
    ['+010000-01-01T00:00Z', 'out_of_range'],
    [new Date(0), 'invalid_type'],
    [0, 'invalid_type'],
  ]);

  itStores(field, [
    [instant('2024-02-29T14:32:02Z'), '2024-02-29T14:32:02Z'],
    [instant('2024-02-29T14:32:02.5Z'), '2024-02-29T14:32:02.500000Z'],
    [instant('2024-02-29T14:32:02.001002003Z'), '2024-02-29T14:32:02.001002003Z'],
  ]);

  itReads(field, [['2012-05-05T14:32:02.001000+02:00', instant('2012-05-05T12:32:02.001Z')]]);

  itCannotRead(field, [['2012-05-05T14:32:02', 'invalid_datetime']]);
});
