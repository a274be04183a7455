import { Temporal } from 'temporal-polyfill';
import { TIME } from './iso-8601';
import { TemporalFieldType } from './temporal-field';
import type { TemporalKind } from './temporal-field';

const KIND: TemporalKind<Temporal.PlainTime> = {
  type: Temporal.PlainTime,
  tag: 'Temporal.PlainTime',
  form: new RegExp(`^${TIME}$`),
  code: 'invalid_time',
  message: 'must be a time of the day such as 14:32:02',
};

/** A time of the day, in no time zone: a `Temporal.PlainTime`. Stored as `"14:32:02"` or `"14:32:02.500000"`. */
export class TimeFieldType extends TemporalFieldType<Temporal.PlainTime> {
  protected readonly kind = KIND;
}
