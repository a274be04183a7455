import fc from 'fast-check';
import {
  decodeEntryHeader,
  decodePackHeader,
  encodeEntryHeader,
  encodePackHeader,
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

describe('The header of a pack', () => {
  it('says how many objects there are', () => {
    for (const count of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      expect(decodePackHeader(encodePackHeader(count))).toBe(count);
    }
  });

  it('is none when it is of another version, or of something else', () => {
    const header = encodePackHeader(1);
    for (const at of [0, 3, 4, 7]) {
      const changed = Buffer.from(header);
      changed[at] = 9;
      expect(() => decodePackHeader(changed)).toThrow('it is no pack of version 2');
    }
  });
});

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
      fc.property(types, sizes, fc.uint8Array(), fc.uint8Array(), (kind, size, rest, before) => {
        const header = encodeEntryHeader(kind, size);
        const expected = { kind, size, length: header.length };
        expect(decodeEntryHeader(Buffer.concat([header, rest]))).toEqual(expected);
        expect(decodeEntryHeader(Buffer.concat([before, header, rest]), before.length)).toEqual(expected);
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
