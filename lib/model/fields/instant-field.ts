import { Temporal } from 'temporal-polyfill';
import { DATE, OFFSET, SEPARATOR, TIME, YEAR_0, YEAR_10000 } from './iso-8601';
import { TemporalFieldType } from './temporal-field';
import type { TemporalKind } from './temporal-field';

const KIND: TemporalKind<Temporal.Instant> = {
  type: Temporal.Instant,
  tag: 'Temporal.Instant',
  form: new RegExp(`^${DATE}${SEPARATOR}${TIME}(?:[Zz]|${OFFSET})$`),
  code: 'invalid_datetime',
  message: 'must be a date and time in UTC or with an offset, such as 2024-05-31T14:32:02Z',
};

/**
 * A point in time, to the nanosecond: a `Temporal.Instant`. Stored in UTC, `"2024-05-31T14:32:02Z"`; text with
 * another offset is read as well.
 */
export class InstantFieldType extends TemporalFieldType<Temporal.Instant> {
  protected readonly kind = KIND;

  protected override isFourDigitYear({ epochMilliseconds }: Temporal.Instant): boolean {
    return epochMilliseconds >= YEAR_0 && epochMilliseconds < YEAR_10000;
  }
}
