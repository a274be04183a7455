import { Temporal } from 'temporal-polyfill';
import { DATE, SEPARATOR, TIME } from './iso-8601';
import { isFourDigitYear, TemporalFieldType } from './temporal-field';
import type { TemporalKind } from './temporal-field';

const KIND: TemporalKind<Temporal.PlainDateTime> = {
  type: Temporal.PlainDateTime,
  tag: 'Temporal.PlainDateTime',
  form: new RegExp(`^${DATE}${SEPARATOR}${TIME}$`),
  code: 'invalid_datetime',
  message: 'must be a date and time without a time zone, such as 2024-05-31T14:32:02',
};

/**
 * A date and time as a clock on a wall has them, in no time zone: a `Temporal.PlainDateTime`. Stored as
 * `"2024-05-31T14:32:02"`.
 */
export class PlainDateTimeFieldType extends TemporalFieldType<Temporal.PlainDateTime> {
  protected readonly kind = KIND;

  protected override inIsoCalendar(value: Temporal.PlainDateTime): Temporal.PlainDateTime {
    return value.calendarId === 'iso8601' ? value : value.withCalendar('iso8601');
  }

  protected override isFourDigitYear(value: Temporal.PlainDateTime): boolean {
    return isFourDigitYear(value);
  }
}
