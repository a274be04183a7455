import fc from 'fast-check';
import {
  BigIntegerFieldType,
  BooleanFieldType,
  CharFieldType,
  DateFieldType,
  DateTimeFieldType,
  Decimal,
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
  Temporal,
  TextFieldType,
  TimeFieldType,
  URLFieldType,
  UUIDFieldType,
  ZonedDateTimeFieldType,
} from 'gitmodel';
import type { FieldType, JsonValue } from 'gitmodel';
import { expectSame } from '../../support/field-cases';

/** Nanoseconds since 1970, of the years that have four digits. */
const NANOSECONDS = fc.bigInt({ min: -62_167_219_200n * 10n ** 9n, max: 253_402_300_799n * 10n ** 9n });

/** The same as whole seconds, milliseconds, … as well. */
const MOMENTS = fc
  .tuple(NANOSECONDS, fc.constantFrom(1n, 1_000n, 1_000_000n, 1_000_000_000n))
  .map(([nanoseconds, unit]) => new Temporal.Instant((nanoseconds / unit) * unit));

/** Without the two days at the ends, whose year another time zone may not have. */
const ZONED = fc
  .tuple(
    MOMENTS.filter(({ epochMilliseconds }) => Math.abs(epochMilliseconds) < 6.2e13),
    fc.constantFrom(
      'UTC',
      'Europe/Vienna',
      'America/St_Johns',
      'Asia/Kolkata',
      'Africa/Monrovia',
      '+05:45',
      '-12:00',
    ),
  )
  .map(([moment, zone]) => moment.toZonedDateTimeISO(zone));

const PLAIN = MOMENTS.map((moment) => moment.toZonedDateTimeISO('UTC').toPlainDateTime());

const TEXT = fc.string({ minLength: 1, unit: 'binary' });

const FLOAT = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);

const DECIMAL = fc
  .tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.integer({ min: -80, max: 80 }))
  .map(([digits, exponent]) => new Decimal(`${digits}e${exponent}`));

/** What JSON can hold at all; a null on the outside is no value. */
const JSON_VALUE = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'a')) as JsonValue)
  .filter((value) => value !== null);

interface Case<T> {
  readonly name: string;
  readonly field: FieldType<T>;
  readonly values: fc.Arbitrary<T>;
}

function roundTrip<T>(name: string, field: FieldType<T>, values: fc.Arbitrary<T>): Case<unknown> {
  return { name, field, values };
}

const CASES = [
  roundTrip('CharField', new CharFieldType(), TEXT),
  roundTrip('TextField', new TextFieldType(), TEXT),
  roundTrip('SlugField', new SlugFieldType(), fc.stringMatching(/^[-\w]+$/)),
  roundTrip('EmailField', new EmailFieldType(), fc.emailAddress()),
  roundTrip('URLField', new URLFieldType(), fc.webUrl({ withQueryParameters: true, withFragments: true })),
  roundTrip(
    'UUIDField',
    new UUIDFieldType(),
    fc.uuid().map((uuid) => uuid.replaceAll('-', '')),
  ),
  roundTrip('BooleanField', new BooleanFieldType(), fc.boolean()),
  roundTrip('IntegerField', new IntegerFieldType(), fc.maxSafeInteger()),
  roundTrip(
    'BigIntegerField',
    new BigIntegerFieldType(),
    fc.oneof(fc.bigInt(), fc.maxSafeInteger().map(BigInt)),
  ),
  roundTrip('FloatField', new FloatFieldType(), FLOAT),
  roundTrip('DecimalField', new DecimalFieldType(), DECIMAL),
  roundTrip(
    'DateField',
    new DateFieldType(),
    PLAIN.map((moment) => moment.toPlainDate()),
  ),
  roundTrip(
    'TimeField',
    new TimeFieldType(),
    PLAIN.map((moment) => moment.toPlainTime()),
  ),
  roundTrip(
    'DateTimeField',
    new DateTimeFieldType(),
    fc.date({ noInvalidDate: true, min: new Date(-6.2e13), max: new Date(2.5e14) }),
  ),
  roundTrip('PlainDateTimeField', new PlainDateTimeFieldType(), PLAIN),
  roundTrip('InstantField', new InstantFieldType(), MOMENTS),
  roundTrip('ZonedDateTimeField', new ZonedDateTimeFieldType(), ZONED),
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
