import fc from 'fast-check';
import { JsonNumber, json } from 'gitmodel';
import type { JsonValue } from 'gitmodel';
import { withExactNumbers } from '../../../lib/model/json-value';

const PATH = 'page/a/data.json';
const HELD = [
  ...['0', '-0', '0.0', '1.10', '100', '1e3', '1E+2', '1.5e-7', '9007199254740991', '0.15000000000000002'],
  ...['-1234567890.1234567', '1e22', '5e-324', '10000000000000000000000', '0.000000000000000000001', '0e999'],
];
const ROUNDED = [
  ...['9007199254740993', '12345678901234567890', '-12345678901234567890', '1e400', '1E+400', '1e-400'],
  ...['0.12345678901234567890123', '123456789012.123456789', `1${'0'.repeat(400)}`, `1e${'9'.repeat(400)}`],
];

function read(number: string): JsonValue | undefined {
  const text = `{"model": "Page", "fields": {"text": "n1, 12345678901234567890", "number": ${number}}}`;
  const { fields } = json.decode(Buffer.from(text), PATH);
  expect(fields.get('text')).toBe('n1, 12345678901234567890');
  return fields.get('number');
}

function written(value: JsonValue): string {
  return json.encode({ model: 'Page', fields: new Map([['number', value]]) }).toString('utf8');
}

describe('A number in a stored record', () => {
  it.each(HELD)('is what it is and stays as it is written when JavaScript holds it: %s', (number) => {
    const value = read(number) as JsonValue;

    expect(withExactNumbers(value)).toBe(Number(number));
    expect(typeof value === 'number').toBe(String(Number(number)) === number);
    expect(written(value)).toContain(`"number": ${number}\n`);
  });

  it.each(ROUNDED)('is read and written digit by digit when JavaScript would round it: %s', (number) => {
    const value = read(number);

    expect(value).toEqual(new JsonNumber(number));
    expect(written(value as JsonValue)).toContain(`"number": ${number}\n`);
  });

  it('is exact however deep it is, beside texts that look like it and keys that are numbers', () => {
    const value = read(
      '[1, {"n12345678901234567890": [12345678901234567890, "12345678901234567890", "\\\\", "\\"1e999"]}, 0.10]',
    );

    expect(value).toEqual([
      1,
      {
        n12345678901234567890: [
          new JsonNumber('12345678901234567890'),
          '12345678901234567890',
          '\\',
          '"1e999',
        ],
      },
      new JsonNumber('0.10'),
    ]);
    expect(written(value as JsonValue)).toContain(
      '[1,{"n12345678901234567890":[12345678901234567890,"12345678901234567890","\\\\","\\"1e999"]},0.10]\n',
    );
  });

  it('is the last one of a key that stands there twice', () => {
    expect(read('1, "number": 12345678901234567890')).toEqual(new JsonNumber('12345678901234567890'));
    expect(read('12345678901234567890, "\\u006eumber": 1')).toBe(1);
  });

  it('is read as a number whatever it is when JavaScript has written it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = JSON.stringify(number);
        expect(withExactNumbers(read(text) as JsonValue)).toBe(Number(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['many zeros within', `1${'0'.repeat(1_000_000)}1`],
    ['a long text beside it', `1e999, "long": "${'\\n'.repeat(10_000_000)}"`],
    ['many backslashes beside it', `1e999, "long": "${'\\\\'.repeat(1_000_000)}"`],
    // With a search that takes the square of the time these would not come to an end.
  ])('is found with %s', (_name, number) => {
    expect(read(number)).toBeInstanceOf(JsonNumber);
  });
});
