/** Values of every type of field, for properties that hold for all of them. */
import fc from 'fast-check';
import { Decimal, Temporal } from 'gitmodel';
import type { JsonValue } from 'gitmodel';

/** Nanoseconds since 1970, of the years that have four digits. */
const NANOSECONDS = fc.bigInt({ min: -62_167_219_200n * 10n ** 9n, max: 253_402_300_799n * 10n ** 9n });

/** The same as whole seconds, milliseconds, … as well. */
export const INSTANT = fc
  .tuple(NANOSECONDS, fc.constantFrom(1n, 1_000n, 1_000_000n, 1_000_000_000n))
  .map(([nanoseconds, unit]) => new Temporal.Instant((nanoseconds / unit) * unit));

/** Without the two days at the ends, whose year another time zone may not have. */
export const ZONED_DATE_TIME = fc
  .tuple(
    INSTANT.filter(({ epochMilliseconds }) => Math.abs(epochMilliseconds) < 6.2e13),
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

export const PLAIN_DATE_TIME = INSTANT.map((moment) => moment.toZonedDateTimeISO('UTC').toPlainDateTime());

export const PLAIN_DATE = PLAIN_DATE_TIME.map((moment) => moment.toPlainDate());

export const PLAIN_TIME = PLAIN_DATE_TIME.map((moment) => moment.toPlainTime());

/** Of JavaScript's own kind, of the years that have four digits. */
export const DATE = fc.date({ noInvalidDate: true, min: new Date(-6.2e13), max: new Date(2.5e14) });

/** Any character of Unicode. fast-check's own unit for them, `binary`, takes a second to be made. */
const CHARACTER = fc
  .oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0x80, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map((code) => String.fromCodePoint(code));

export const TEXT = fc.string({ minLength: 1, unit: CHARACTER });

/** Text that JavaScript has and UTF-8 does not: of code units, halves of surrogate pairs among them. */
export const UNITS = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0xd7f0, max: 0xe010 })), {
    minLength: 1,
  })
  .map((units) => String.fromCharCode(...units));

/** Text that somebody on its way may take for something else, or drop or change a part of. */
export const AWKWARD_TEXT = fc.constantFrom(
  '\0',
  'a\0b',
  ' ',
  '\n',
  '\r\n',
  '\r',
  '\t',
  'a\n',
  '\n\na\n\n',
  'a\r\nb\rc\n',
  ' a \n b \n',
  '\ufeffa',
  'a\u0085b\u2028c\u2029d',
  '👩‍👩‍👧‍👦🏳️‍🌈🐙',
  'e\u0301 is not \u00e9',
  'שלום \u202eעולם\u202c مرحبا',
  '\u200b\u200d\u2060',
  '\uffff\ufffe\u{10ffff}',
  '\u0001\u001b[31m\u007f\u009f',
  'null',
  'true',
  'no',
  '~',
  '<<',
  '=',
  '0x10',
  '1e3',
  '.5',
  '12:30:45',
  '2024-05-31',
  '2024-05-31T14:32:02Z',
  '---',
  '---\n',
  '\n---\n',
  '...',
  '- a',
  'a: b',
  '# a',
  'a #b',
  '"',
  "'",
  '\\',
  '\\ud800',
  '{}',
  '[]',
  '!!str',
  '*a',
  '&a',
  '|',
  '>',
  '%a',
  '@a',
  '`a`',
  '__proto__',
);

export const FLOAT = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);

export const BIG_INTEGER = fc.oneof(fc.bigInt(), fc.maxSafeInteger().map(BigInt));

export const DECIMAL = fc
  .tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.integer({ min: -80, max: 80 }))
  .map(([digits, exponent]) => new Decimal(`${digits}e${exponent}`));

export const SLUG = fc.stringMatching(/^[-\w]+$/);

/** URLs with paths, queries and fragments; `fc.webUrl` takes as long as `binary` does. */
export const URL_TEXT = fc
  .tuple(fc.constantFrom('http', 'https', 'HTTPS'), fc.webAuthority(), TEXT.map(encodeURIComponent))
  .map(([scheme, authority, text]) => `${scheme}://${authority}/${text}/?${text}=#${text}`);

export const UUID = fc.uuid().map((uuid) => uuid.replaceAll('-', ''));

/** What JSON can hold at all; a null on the outside is no value. */
export const JSON_VALUE: fc.Arbitrary<JsonValue> = jsonOf(
  fc.jsonValue({ maxDepth: 4, stringUnit: CHARACTER }),
);

/** The same with keys and texts of one's own. */
export function jsonWith(text: fc.Arbitrary<string>): fc.Arbitrary<JsonValue> {
  const leaf = fc.oneof(text, fc.constantFrom(null, true, false), FLOAT);
  return jsonOf(fc.dictionary(text, fc.oneof(leaf, fc.array(leaf), fc.dictionary(text, leaf))));
}

function jsonOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<JsonValue> {
  return values
    .map((value) => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'a')) as JsonValue)
    .filter((value) => value !== null);
}
