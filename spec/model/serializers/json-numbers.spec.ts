import fc from 'fast-check';
import { json } from '../../../lib/model/serializers/json';

const { decode: decodeRecord } = json;
import { errorOf } from '../../support/error-of';

function record(number: string): Buffer {
  return Buffer.from(
    `{"model": "Page", "fields": {"text": "12345678901234567890 1e999", "number": ${number}}}`,
  );
}

describe('A number in a stored record', () => {
  it.each([
    '0',
    '-0',
    '0.0',
    '1.10',
    '100',
    '1e3',
    '1E+2',
    '1.5e-7',
    '9007199254740991',
    '0.15000000000000002',
    '-1234567890.1234567',
    '1e22',
    '5e-324',
  ])('is read when JavaScript holds it: %s', (number) => {
    expect(decodeRecord(record(number), 'page/a/data.json').fields.get('number')).toBe(Number(number));
  });

  it.each([
    '9007199254740993',
    '12345678901234567890',
    '-12345678901234567890',
    '1e400',
    '1e-400',
    '0.12345678901234567890123',
    '123456789012.123456789',
  ])('is refused when it would be another one after a save: %s', async (number) => {
    const error = await errorOf(() => decodeRecord(record(number), 'page/a/data.json'));
    expect(error).toMatchObject({ code: 'INVALID_RECORD', details: { path: 'page/a/data.json' } });
    expect(error.message).toContain(number);
  });

  it('is read whatever it is when JavaScript has written it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = JSON.stringify(number);
        expect(decodeRecord(record(text), 'page/a/data.json').fields.get('number')).toBe(Number(text));
      }),
      { numRuns: 1_000 },
    );
  });
});
