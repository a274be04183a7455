import { DateFieldType, Temporal } from 'gitmodel';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';
import { foreign } from '../../support/foreign-temporal';

const DAY = Temporal.PlainDate.from('2024-02-29');

describe('A DateField', () => {
  const field = new DateFieldType();

  itCleans(field, [
    [DAY, DAY],
    ['2024-02-29', DAY],
    [foreign('PlainDate', '2024-02-29'), DAY],
    [DAY.withCalendar('gregory'), DAY],
    [foreign('PlainDate', '2024-02-29', '[u-ca=japanese]'), DAY],
    ['0000-01-01', Temporal.PlainDate.from('0000-01-01')],
    ['9999-12-31', Temporal.PlainDate.from('9999-12-31')],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    ['', 'invalid_date'],
    ['2023-02-29', 'invalid_date'],
    ['2024-02-30', 'invalid_date'],
    ['2024-13-01', 'invalid_date'],
    ['2024-00-01', 'invalid_date'],
    ['2024-01-00', 'invalid_date'],
    ['20240229', 'invalid_date'],
    ['2024-2-29', 'invalid_date'],
    ['24-02-29', 'invalid_date'],
    ['2024-02-29T10:00', 'invalid_date'],
    ['2024-02-29[u-ca=hebrew]', 'invalid_date'],
    [' 2024-02-29', 'invalid_date'],
    ['2024-02-29\n', 'invalid_date'],
    ['-000000-01-01', 'invalid_date'],
    ['+999999-01-01', 'invalid_date'],
    ['+010000-01-01', 'out_of_range'],
    ['-000001-12-31', 'out_of_range'],
    [Temporal.PlainDate.from('+010000-01-01'), 'out_of_range'],
    [new Date(0), 'invalid_type'],
    [Temporal.PlainDateTime.from('2024-02-29T10:00'), 'invalid_type'],
    [foreign('PlainDateTime', '2024-02-29T10:00'), 'invalid_type'],
    [{ year: 2024, month: 2, day: 29 }, 'invalid_type'],
    [{ [Symbol.toStringTag]: 'Temporal.PlainDate', toString: () => 5 }, 'invalid_date'],
    [20240229, 'invalid_type'],
  ]);

  itStores(field, [[DAY, '2024-02-29']]);

  itReads(field, [
    [null, null],
    ['+010000-01-01', Temporal.PlainDate.from('+010000-01-01')],
  ]);

  itCannotRead(field, [
    ['2023-02-29', 'invalid_date'],
    [5, 'invalid_type'],
  ]);
});

describe('An optional DateField', () => {
  itCleans(new DateFieldType({ required: false }), [[undefined, null]]);
});
