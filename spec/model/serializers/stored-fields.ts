import fc from 'fast-check';
import { JsonNumber } from 'gitmodel';
import type { JsonValue } from 'gitmodel';

/** Any text that JavaScript has, and what the formats of files take for something special. */
export const STORED_TEXT: fc.StringConstraints = { unit: 'binary', maxLength: 20 };

const special = fc.constantFrom(
  ...[
    '',
    ' ',
    '~',
    'null',
    'true',
    'no',
    'On',
    'y',
    '=',
    '<<',
    '1',
    '-',
    '---',
    '...',
    '- a',
    '? a',
    'a: b',
    '#',
  ],
  ...[
    '0x1F',
    '0o7',
    '012',
    '1_000',
    '1e3',
    '.5',
    '1.',
    '+1',
    '.inf',
    '.NaN',
    '12:30:45',
    '2024-02-30',
    '&a',
    '*a',
  ],
  ...[
    '!a',
    '!!str',
    '|',
    '>',
    '%YAML 1.1',
    '@',
    '`',
    '"',
    "'",
    '{a: 1}',
    '[',
    ']',
    ',',
    'a #b',
    'a:',
    ':',
    '\ufeff',
  ],
  ...['n1', 's', '2001-12-14t21:59:43.10-05:00', 'constructor', 'toString', '10', '2', 'x'.repeat(1_100)],
);
const lines = fc
  .array(
    fc.constantFrom(
      '\n',
      '\r\n',
      '\r',
      ' ',
      '  ',
      '\t',
      'a',
      '---',
      '...',
      '#',
      '- ',
      '\u2028',
      '\u0085',
      '\ufeff',
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

/** Any text that UTF-8 can hold. */
export const anyText = fc.oneof(special, lines, fc.string(STORED_TEXT), fc.string({ unit: 'grapheme' }));

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  // JSON.stringify writes -0 as 0.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (Object.is(each, -0) ? 0 : each)),
  fc
    .constantFrom('9007199254740993', '-12345678901234567890', '1e400', '0.12345678901234567890123', '1E-400')
    .map((text) => new JsonNumber(text)),
);
const key = anyText.filter((text) => text !== '__proto__');

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    number,
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** The fields of any record that UTF-8 can hold. */
export function storedFields(): fc.Arbitrary<[string, JsonValue][]> {
  return fc.uniqueArray(fc.tuple(key, value), { maxLength: 6, selector: ([name]) => name });
}
