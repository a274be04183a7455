import { Temporal } from 'temporal-polyfill';
import type { JsonValue } from '../json-value';
import { DATE, OFFSET, SEPARATOR, TIME } from './iso-8601';
import { isFourDigitYear, TemporalFieldType } from './temporal-field';
import type { TemporalKind } from './temporal-field';

const FORM = new RegExp(
  String.raw`^${DATE}${SEPARATOR}${TIME}(?:([Zz]|${OFFSET})(\[[^\]=]+\])?|\[[^\]=]+\])$`,
);

const KIND: TemporalKind<Temporal.ZonedDateTime> = {
  type: Temporal.ZonedDateTime,
  tag: 'Temporal.ZonedDateTime',
  form: FORM,
  code: 'invalid_datetime',
  message:
    'must be a date and time with an offset, a time zone or both that agree, such as ' +
    '2024-05-31T14:32:02+02:00[Europe/Vienna]',
};

/**
 * A point in time and where: a `Temporal.ZonedDateTime`. Stored with its offset, and with the name of its time
 * zone if it has one: `"2024-05-31T14:32:02+02:00"`, `"2024-05-31T14:32:02+02:00[Europe/Vienna]"`. Text without
 * a name is of a zone that is nothing but the offset.
 *
 * Time zones change their rules. A stored value whose offset its zone no longer has then is read as the same
 * time of the day there, as it is meant for an appointment.
 */
export class ZonedDateTimeFieldType extends TemporalFieldType<Temporal.ZonedDateTime> {
  protected readonly kind = KIND;

  protected override format(value: Temporal.ZonedDateTime): string {
    const timeZoneName = isOffset(value.timeZoneId) ? 'never' : 'auto';
    return value.toString({ calendarName: 'never', timeZoneName });
  }

  protected override inIsoCalendar(value: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
    return value.calendarId === 'iso8601' ? value : value.withCalendar('iso8601');
  }

  protected override isFourDigitYear(value: Temporal.ZonedDateTime): boolean {
    return isFourDigitYear(value);
  }

  protected override read(text: string): Temporal.ZonedDateTime {
    return readZoned(text, 'reject');
  }

  protected override fromStored(stored: JsonValue): Temporal.ZonedDateTime {
    if (typeof stored === 'string' && FORM.test(stored)) {
      try {
        return readZoned(stored, 'prefer');
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return this.coerce(stored);
  }
}

function readZoned(text: string, offset: 'prefer' | 'reject'): Temporal.ZonedDateTime {
  const [, written = '', zone] = FORM.exec(text) ?? [];
  if (zone !== undefined || written === '') return Temporal.ZonedDateTime.from(text, { offset });
  return Temporal.ZonedDateTime.from(`${text}[${/z/i.test(written) ? 'UTC' : written}]`);
}

function isOffset(timeZone: string): boolean {
  return timeZone.startsWith('+') || timeZone.startsWith('-');
}
