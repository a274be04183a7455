import { types } from 'node:util';
import { FieldType } from './field';
import { InvalidValue } from './invalid-value';
import { DATE, SEPARATOR, YEAR_0, YEAR_10000 } from './iso-8601';

/** The date; hours and minutes; seconds; their fraction; `Z`, or the offset's sign, hours, minutes and seconds. */
const FORM = new RegExp(
  String.raw`^(${DATE})(?:${SEPARATOR}((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?` +
    String.raw`(?:[Zz]|([-+])([01]\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d)(?:\.\d+)?)?)?)?)?$`,
);

/**
 * A point in time, to the millisecond: JavaScript's `Date`, from text in the form of ISO 8601 as well. Stored in
 * UTC, `"2024-05-31T14:32:02.000Z"`.
 *
 * Text may have another offset; without one it is in UTC, whatever the time zone of the machine, and without a
 * time it is midnight. What is finer than a millisecond is cut off.
 */
export class DateTimeFieldType extends FieldType<Date> {
  protected coerce(value: unknown): Date {
    const date = typeof value === 'string' ? parseDate(value) : value;
    if (!types.isDate(date)) {
      throw new InvalidValue('invalid_type', 'must be a Date, or a date and time as text');
    }
    if (Number.isNaN(date.getTime())) throw notDateTime();
    return date;
  }

  protected override validate(value: Date): void {
    const time = value.getTime();
    if (time >= YEAR_0 && time < YEAR_10000) return;
    throw new InvalidValue('out_of_range', 'must have a year from 0 to 9999');
  }

  protected toStored(value: Date): string {
    return value.toISOString();
  }

  override copy(value: Date): Date {
    return new Date(value);
  }
}

function parseDate(text: string): Date {
  const parts = FORM.exec(text);
  if (!parts) throw notDateTime();
  const [, day = '', minute = '00:00', second = '00', fraction = '', sign, ...offset] = parts;
  const date = new Date(`${day}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // JavaScript takes the 30th of February for a day of March.
  if (date.getUTCDate() !== Number(day.slice(-2))) throw notDateTime();
  if (sign === undefined) return date;
  const [hours = 0, minutes = 0, seconds = 0] = offset.map((each) => Number(each ?? 0));
  const milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return new Date(date.getTime() + (sign === '-' ? milliseconds : -milliseconds));
}

function notDateTime(): InvalidValue {
  return new InvalidValue('invalid_datetime', 'must be a date and time such as 2024-05-31T14:32:02Z');
}
