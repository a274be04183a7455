import { Temporal, TimeFieldType } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';
import { foreign } from '../../support/foreign-temporal';

function time(text: string): Temporal.PlainTime {
  return Temporal.PlainTime.from(text);
}

describe('A TimeField', () => {
  const field = new TimeFieldType();

  itCleans(field, [
    [time('14:32:02'), time('14:32:02')],
    ['14:32', time('14:32:00')],
    ['14:32:02.001', time('14:32:02.001')],
    ['14:32:02,5', time('14:32:02.5')],
    ['00:00:00.000000001', time('00:00:00.000000001')],
    [foreign('PlainTime', '14:32:02'), time('14:32:02')],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    ['', 'invalid_time'],
    ['24:00', 'invalid_time'],
    ['24:00:00', 'invalid_time'],
    ['14:60', 'invalid_time'],
    ['23:59:60', 'invalid_time'],
    ['14', 'invalid_time'],
    ['1432', 'invalid_time'],
    ['T14:32', 'invalid_time'],
    ['14:32:02.', 'invalid_time'],
    ['14:32:02.0000000001', 'invalid_time'],
    ['14:32:02Z', 'invalid_time'],
    ['14:32:02+02:00', 'invalid_time'],
    ['2:32 PM', 'invalid_time'],
    [new Date(0), 'invalid_type'],
    [5, 'invalid_type'],
  ]);

  itStores(field, [
    [time('14:32'), '14:32:00'],
    [time('14:32:02'), '14:32:02'],
    // As Python's isoformat() writes them.
    [time('14:32:02.5'), '14:32:02.500000'],
    [time('14:32:02.000001'), '14:32:02.000001'],
    [time('14:32:02.000000001'), '14:32:02.000000001'],
    [time('14:32:02.00000001'), '14:32:02.000000010'],
  ]);

  itReads(field, [
    // Half a second.
    ['14:32:02.5', time('14:32:02.500')],
    ['14:32:02.05', time('14:32:02.050')],
  ]);

  itCannotRead(field, [['25:00', 'invalid_time']]);
});
