import fc from 'fast-check';
import {
  BigIntegerFieldType,
  BooleanFieldType,
  CharFieldType,
  DateFieldType,
  DateTimeFieldType,
  DecimalFieldType,
  EmailFieldType,
  EnumFieldType,
  FloatFieldType,
  InstantFieldType,
  IntegerFieldType,
  JSONFieldType,
  JsonNumber,
  ListFieldType,
  PlainDateTimeFieldType,
  SlugFieldType,
  TextFieldType,
  TimeFieldType,
  URLFieldType,
  UUIDFieldType,
  ZonedDateTimeFieldType,
} from 'gitmodel';
import type { FieldType, JsonValue } from 'gitmodel';
import {
  BIG_INTEGER,
  DATE,
  DECIMAL,
  FLOAT,
  INSTANT,
  JSON_VALUE,
  PLAIN_DATE,
  PLAIN_DATE_TIME,
  PLAIN_TIME,
  SLUG,
  TEXT,
  UNITS,
  URL_TEXT,
  UUID,
  ZONED_DATE_TIME,
} from '../../support/arbitraries';
import { expectSame } from '../../support/field-cases';

interface Case<T> {
  readonly name: string;
  readonly field: FieldType<T>;
  readonly values: fc.Arbitrary<T>;
}

function roundTrip<T>(name: string, field: FieldType<T>, values: fc.Arbitrary<T>): Case<unknown> {
  return { name, field, values };
}

const CASES = [
  roundTrip('CharField', new CharFieldType(), fc.oneof(TEXT, UNITS)),
  roundTrip('TextField', new TextFieldType(), fc.oneof(TEXT, UNITS)),
  roundTrip('SlugField', new SlugFieldType(), SLUG),
  roundTrip('EmailField', new EmailFieldType(), fc.emailAddress()),
  roundTrip('URLField', new URLFieldType(), URL_TEXT),
  roundTrip('UUIDField', new UUIDFieldType(), UUID),
  roundTrip('BooleanField', new BooleanFieldType(), fc.boolean()),
  roundTrip('IntegerField', new IntegerFieldType(), fc.maxSafeInteger()),
  roundTrip('BigIntegerField', new BigIntegerFieldType(), BIG_INTEGER),
  roundTrip('FloatField', new FloatFieldType(), FLOAT),
  roundTrip('DecimalField', new DecimalFieldType(), DECIMAL),
  roundTrip('DateField', new DateFieldType(), PLAIN_DATE),
  roundTrip('TimeField', new TimeFieldType(), PLAIN_TIME),
  roundTrip('DateTimeField', new DateTimeFieldType(), DATE),
  roundTrip('PlainDateTimeField', new PlainDateTimeFieldType(), PLAIN_DATE_TIME),
  roundTrip('InstantField', new InstantFieldType(), INSTANT),
  roundTrip('ZonedDateTimeField', new ZonedDateTimeFieldType(), ZONED_DATE_TIME),
  roundTrip('JSONField', new JSONFieldType(), JSON_VALUE as fc.Arbitrary<unknown>),
  roundTrip(
    'EnumField',
    new EnumFieldType(['a', 'b', 1, 0.5]),
    fc.constantFrom<string | number>('a', 'b', 1, 0.5),
  ),
  roundTrip('ListField', new ListFieldType<string>(new CharFieldType()), fc.array(TEXT)),
  roundTrip(
    'ListField of lists',
    new ListFieldType(new ListFieldType<number | null>(new IntegerFieldType({ nullable: true }))),
    fc.array(fc.array(fc.option(fc.maxSafeInteger()))),
  ),
  roundTrip(
    'ListField of JSON',
    new ListFieldType<unknown>(new JSONFieldType()),
    fc.array(JSON_VALUE as fc.Arbitrary<unknown>),
  ),
] as const;

/** What is read from the JSON text of a stored value. A number with all its digits goes through as it is. */
function throughText(stored: JsonValue): JsonValue {
  return stored instanceof JsonNumber
    ? new JsonNumber(stored.text)
    : (JSON.parse(JSON.stringify(stored)) as JsonValue);
}

describe('Every value of a field', () => {
  it.each(CASES)('is read as it was stored: $name', ({ field, values }) => {
    fc.assert(
      fc.property(values, (value) => {
        const clean = field.clean(value);
        expectSame(clean, value);
        const stored = field.serialize(clean);
        expectSame(field.serialize(clean), stored);
        const read = field.deserialize(throughText(stored));
        expectSame(read, value);
        expectSame(field.serialize(field.clean(read)), stored);
      }),
      { numRuns: 300 },
    );
  });
});

describe('Anything at all', () => {
  it.each(CASES)('is read, or refused as an invalid value: $name', ({ field }) => {
    const anything = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      fc.string(),
      fc.stringMatching(
        /^[-+]?\d{4,6}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,10})?)?(Z|[-+]\d\d:\d\d)?(\[UTC\])?)?$/,
      ),
    );
    fc.assert(
      fc.property(anything, (value) => {
        for (const call of [() => field.clean(value), () => field.deserialize(value as JsonValue)]) {
          try {
            call();
          } catch (error) {
            expect((error as Error).name).toBe('InvalidValue');
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
