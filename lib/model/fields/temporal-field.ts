import { FieldType } from './field';
import { InvalidValue } from './invalid-value';

/** What the types of Temporal have in common, of whichever implementation; some know no calendar. */
interface TemporalValue {
  toString(options?: object): string;
}

/** One of the types of Temporal, and how text is read as one. */
export interface TemporalKind<T> {
  readonly type: { from(text: string): T } & (new (...values: never) => T);
  /** Its `Symbol.toStringTag`, by which the same type of another implementation is known. */
  readonly tag: string;
  /** What a text has to look like, which is stricter than Temporal is. */
  readonly form: RegExp;
  /** The rule that a text breaks which is none. */
  readonly code: string;
  /** What it has to be, for people. */
  readonly message: string;
}

const FRACTION = /\.(\d+)/;

/**
 * A value of one of Temporal's types, from text in the form of ISO 8601 as well. It is stored as such text, the
 * way Python's `isoformat()` writes it: with seconds, and with six digits after the point unless all are zero
 * (nine where nanoseconds are there). The calendar is always that of ISO 8601.
 */
export abstract class TemporalFieldType<T extends TemporalValue> extends FieldType<T> {
  protected abstract readonly kind: TemporalKind<T>;

  protected coerce(value: unknown): T {
    const { type, tag } = this.kind;
    if (typeof value === 'string') return this.parse(value);
    if (value instanceof type) return this.inIsoCalendar(value);
    if (Object.prototype.toString.call(value) !== `[object ${tag}]`) {
      throw new InvalidValue('invalid_type', `must be a ${tag}, or one as text`);
    }
    return this.parse((value as TemporalValue).toString({ calendarName: 'never' }));
  }

  protected override validate(value: T): void {
    if (this.isFourDigitYear(value)) return;
    throw new InvalidValue('out_of_range', 'must have a year from 0 to 9999');
  }

  protected toStored(value: T): string {
    const text = this.format(value);
    return text.replace(
      FRACTION,
      (_point, digits: string) => `.${digits.padEnd(digits.length > 6 ? 9 : 6, '0')}`,
    );
  }

  /** The text of a value, its fraction of a second as short as may be. */
  protected format(value: T): string {
    return value.toString({ calendarName: 'never' });
  }

  /** The same value without a calendar other than that of ISO 8601. */
  protected inIsoCalendar(value: T): T {
    return value;
  }

  /** Whether the year, if there is one, has four digits. */
  protected isFourDigitYear(_value: T): boolean {
    return true;
  }

  /**
   * The value of a text that has the form.
   *
   * @throws RangeError when it is none all the same.
   */
  protected read(text: string): T {
    return this.kind.type.from(text);
  }

  private parse(text: unknown): T {
    const { form, code, message } = this.kind;
    if (typeof text === 'string' && form.test(text)) {
      try {
        return this.read(text);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    throw new InvalidValue(code, message);
  }
}

/** Whether a year has four digits. */
export function isFourDigitYear({ year }: { readonly year: number }): boolean {
  return year >= 0 && year <= 9999;
}
