import { Temporal } from 'temporal-polyfill';
import { DATE } from './iso-8601';
import { isFourDigitYear, TemporalFieldType } from './temporal-field';
import type { TemporalKind } from './temporal-field';

const KIND: TemporalKind<Temporal.PlainDate> = {
  type: Temporal.PlainDate,
  tag: 'Temporal.PlainDate',
  form: new RegExp(`^${DATE}$`),
  code: 'invalid_date',
  message: 'must be a date of the calendar such as 2024-05-31',
};

/** A day of the calendar: a `Temporal.PlainDate`. Stored as `"2024-05-31"`. */
export class DateFieldType extends TemporalFieldType<Temporal.PlainDate> {
  protected readonly kind = KIND;

  protected override inIsoCalendar(value: Temporal.PlainDate): Temporal.PlainDate {
    return value.calendarId === 'iso8601' ? value : value.withCalendar('iso8601');
  }

  protected override isFourDigitYear(value: Temporal.PlainDate): boolean {
    return isFourDigitYear(value);
  }
}
