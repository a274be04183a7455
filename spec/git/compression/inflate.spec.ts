import { randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { inflateAnew, inflateExactly, inflateInto, storedBlock } from '../../../lib/git/compression/inflate';

const TEXT = Buffer.alloc(3000, 'some text, again and again; ');

/** Bytes as objects have them, and as zlib stores them at every level. */
const streams = fc.record({
  content: fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(3000).map((length) => TEXT.subarray(0, length)),
    fc.nat(70_000).map((length) => randomBytes(length)),
  ),
  level: fc.integer({ min: 0, max: 9 }),
  before: fc.nat(20),
  after: fc.nat(20),
});

describe('What is inflated', () => {
  it('is what was compressed, whatever stands around it', () => {
    fc.assert(
      fc.property(streams, ({ content, level, before, after }) => {
        const stream = zlib.deflateSync(content, { level });
        const bytes = Buffer.concat([randomBytes(before), stream, randomBytes(after)]);
        expect(inflateExactly(bytes, before, content.length).equals(content)).toBe(true);
        const target = Buffer.alloc(content.length + 1);
        for (const inflate of [inflateInto, inflateAnew]) {
          expect(inflate(bytes, before, target.fill(0))).toBe(content.length);
          expect(target.subarray(0, content.length).equals(content)).toBe(true);
        }
      }),
    );
  });

  it('may be only the beginning', () => {
    for (const level of [0, 1, 9]) {
      const stream = zlib.deflateSync(TEXT, { level });
      for (const length of [1, 10, 2999, 3000]) {
        const target = Buffer.alloc(length);
        for (const inflate of [inflateInto, inflateAnew]) expect(inflate(stream, 0, target)).toBe(length);
        expect(target.equals(TEXT.subarray(0, length))).toBe(true);
      }
    }
  });

  it('is refused when it has another size', () => {
    for (const level of [0, 1, 9]) {
      const stream = zlib.deflateSync(TEXT, { level });
      for (const size of [0, 1, 2999, 3001, 10_000]) {
        expect(() => inflateExactly(stream, 0, size)).toThrow(/does not have the size/);
      }
    }
  });

  it('is refused when it breaks off, wherever', () => {
    for (const level of [0, 1, 9]) {
      const content = TEXT.subarray(0, 100);
      const stream = zlib.deflateSync(content, { level });
      for (let length = 0; length < stream.length; length++) {
        expect(() => inflateExactly(stream.subarray(0, length), 0, content.length)).toThrow();
      }
    }
  });

  it('is refused when a bit of it is another, or what it makes is', () => {
    const content = TEXT.subarray(0, 100);
    for (const level of [0, 9]) {
      const stream = zlib.deflateSync(content, { level });
      for (let bit = 0; bit < stream.length * 8; bit++) {
        const changed = Buffer.from(stream);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        let result: Buffer | undefined;
        try {
          result = inflateExactly(changed, 0, content.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        // The checksum of what is not compressed is not looked at, and some bits of the header mean nothing.
        const isUnchecked = level === 0 || bit < 16;
        if (result && !isUnchecked) expect(result.equals(content)).toBe(true);
      }
    }
    expect(inflateExactly(zlib.deflateSync(content), 0, content.length).equals(content)).toBe(true);
  });

  it('is what it should be after any number of damaged streams', () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((garbage) => Buffer.from(garbage));
    const stream = zlib.deflateSync(TEXT);
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (garbage) => {
        for (const each of garbage) {
          const bad = Buffer.concat([stream.subarray(0, each.length), each]);
          try {
            inflateExactly(bad, 0, TEXT.length);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
        expect(inflateExactly(stream, 0, TEXT.length).equals(TEXT)).toBe(true);
      }),
    );
  });
});

describe('A stored block', () => {
  it('is found where zlib makes one, and is not a copy', () => {
    for (const length of [0, 1, 300, 65_000]) {
      const content = randomBytes(length);
      const stream = zlib.deflateSync(content, { level: 0, chunkSize: 128 * 1024, memLevel: 9 });
      const bytes = Buffer.concat([Buffer.alloc(3), stream, Buffer.alloc(3)]);
      const block = storedBlock(bytes, 3);
      // zlib may end the stream with an empty block.
      if (block) expect(block.equals(content)).toBe(true);
      expect(block === undefined || block.buffer === bytes.buffer).toBe(true);
      if (length === 300) expect(block).toBeDefined();
    }
  });

  it.each([
    ['is compressed', zlib.deflateSync(TEXT)],
    ['has several blocks', zlib.deflateSync(randomBytes(200_000), { level: 0 })],
    ['is empty', Buffer.alloc(0)],
    ['breaks off', zlib.deflateSync(TEXT, { level: 0 }).subarray(0, -1)],
    ['breaks off in its header', zlib.deflateSync(TEXT, { level: 0 }).subarray(0, 6)],
    ['has no zlib header', Buffer.from('0000010000ffff00000001', 'hex')],
    ['wants a dictionary', Buffer.from('7820010000ffff00000001', 'hex')],
    ['contradicts itself', Buffer.from('7801010100ffff0000000001', 'hex')],
  ])('is not seen where a stream %s', (_, bytes) => {
    expect(storedBlock(bytes, 0)).toBeUndefined();
  });
});
