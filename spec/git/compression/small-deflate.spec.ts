import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { deflateSmall, MAX_SMALL_DEFLATE, maxDeflatedSize } from '../../../lib/git/compression/small-deflate';

/** What comes out, when other bytes stand around it. */
function deflated(input: Buffer): Buffer {
  const output = Buffer.alloc(maxDeflatedSize(input.length) + 20, 0xee);
  const end = deflateSmall(input, output, 10);
  expect(output.subarray(0, 10)).toEqual(Buffer.alloc(10, 0xee));
  expect(output.subarray(end)).toEqual(Buffer.alloc(output.length - end, 0xee));
  expect(end - 10).toBeLessThanOrEqual(maxDeflatedSize(input.length));
  return output.subarray(10, end);
}

describe('Compressing a small text', () => {
  const bytes = fc
    .tuple(fc.integer({ min: 1, max: 256 }), fc.uint8Array({ maxLength: MAX_SMALL_DEFLATE, size: 'max' }))
    // With fewer different bytes there is more that has been there before.
    .map(([different, all]) => Buffer.from(all.map((byte) => byte % different)));

  it('gives what zlib makes the same bytes of again', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        expect(inflateSync(deflated(input)).equals(input)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([0, 1, 2, 3, 4, 257, 258, 259, 260, MAX_SMALL_DEFLATE])(
    'can say %d times the same byte',
    (size) => {
      for (const byte of [0, 65, 143, 144, 255]) {
        const input = Buffer.alloc(size, byte);
        expect(inflateSync(deflated(input)).equals(input)).toBe(true);
      }
    },
  );

  it('finds what has been there before, at any distance', () => {
    for (let distance = 3; distance <= MAX_SMALL_DEFLATE - 3; distance++) {
      const filler = Buffer.from(Array.from({ length: distance - 3 }, (_, at) => 128 + ((at * 37) % 120)));
      const input = Buffer.concat([Buffer.from('abc'), filler, Buffer.from('abc')]);
      expect(inflateSync(deflated(input)).equals(input)).toBe(true);
    }
  });

  it('takes nothing from what was compressed before', () => {
    const text = Buffer.from('{ "title": "The same text" }');
    const first = Buffer.from(deflated(text));
    expect(deflated(text).equals(first)).toBe(true);
  });

  it('makes the text of a record smaller', () => {
    const record = Buffer.from(
      '{\n  "model": "Page",\n  "fields": {\n    "slug": "a",\n\n    "title": "The page a"\n  }\n}\n',
    );
    expect(deflated(record).length).toBeLessThan(record.length);
  });
});
