import fc from 'fast-check';
import {
  decodeDeltaResultSize,
  decodeEntryHeader,
  encodeEntryHeader,
} from '../../../lib/object/pack/pack-entry-codec';

/** Reads an entry's header, in another way than the library does, as Git's documentation describes it. */
function headerAsDocumented(header: Buffer): { type: number; size: number } {
  const [first = 0, ...others] = header;
  const size = others.reduce(
    (sum, byte, position) => sum + (byte & 0x7f) * 2 ** (4 + 7 * position),
    first & 0x0f,
  );
  return { type: (first >> 4) & 7, size };
}

describe('The header of a pack entry', () => {
  it.each([
    [0, '30'],
    [15, '3f'],
    [16, 'b001'],
    [2047, 'bf7f'],
    [2048, 'b08001'],
  ])('of a blob of %d bytes is %s', (size, expected) => {
    expect(encodeEntryHeader('blob', size).toString('hex')).toBe(expected);
  });

  it('holds any type and size, also beyond 32 bits', () => {
    const sizes = fc.nat({ max: 2 ** 40 });
    fc.assert(
      fc.property(fc.constantFrom('commit', 'tree', 'blob', 'tag'), sizes, (type, size) => {
        const header = encodeEntryHeader(type, size);
        const last = header.length - 1;
        expect([...header].every((byte, position) => byte >= 0x80 === position < last)).toBe(true);
        expect(headerAsDocumented(header)).toEqual({
          type: { commit: 1, tree: 2, blob: 3, tag: 4 }[type],
          size,
        });
      }),
    );
  });
});

describe('The header of a pack entry that is read', () => {
  const read = (hex: string): unknown => decodeEntryHeader(Buffer.from(hex, 'hex'));

  it('is the one that was written, whatever follows it', () => {
    const sizes = fc.maxSafeNat();
    const types = fc.constantFrom('commit' as const, 'tree' as const, 'blob' as const, 'tag' as const);
    fc.assert(
      fc.property(types, sizes, fc.uint8Array(), (kind, size, rest) => {
        const header = encodeEntryHeader(kind, size);
        expect(decodeEntryHeader(Buffer.concat([header, rest]))).toEqual({
          kind,
          size,
          length: header.length,
        });
      }),
    );
  });

  it.each([
    ['6f01', { kind: 'delta', size: 15, length: 2, base: 1 }],
    ['ef010f', { kind: 'delta', size: 31, length: 3, base: 15 }],
    ['60007f', { kind: 'delta', size: 0, length: 2, base: 0 }],
    ['608000', { kind: 'delta', size: 0, length: 3, base: 128 }],
    ['60ff7f', { kind: 'delta', size: 0, length: 3, base: 16_511 }],
    ['60808000', { kind: 'delta', size: 0, length: 4, base: 16_512 }],
    [`7a${'0123456789'.repeat(4)}ff`, { kind: 'delta', size: 10, length: 21, base: '0123456789'.repeat(4) }],
  ])('may be that of a delta: %s', (hex, expected) => {
    expect(read(hex)).toEqual(expected);
  });

  it.each(['', 'b0', 'bfff', '6f', '6f80', `7a${'01'.repeat(19)}`, '0f01', '5f01'])(
    'may be none: "%s"',
    (hex) => {
      expect(() => read(hex)).toThrow();
    },
  );
});

describe('The size of what a delta makes', () => {
  it.each([
    ['0000', 0],
    ['057f', 127],
    ['808001ff01', 255],
    ['05808080808010', 2 ** 39],
  ])('stands behind that of its base: %s is %d', (hex, size) => {
    expect(decodeDeltaResultSize(Buffer.from(`${hex}90`, 'hex'))).toBe(size);
  });

  it.each(['', '05', '80', '0580'])('is an error when the delta breaks off: "%s"', (hex) => {
    expect(() => decodeDeltaResultSize(Buffer.from(hex, 'hex'))).toThrow();
  });
});
