import * as zlib from 'node:zlib';
import fc from 'fast-check';
import {
  crc32,
  decodeDeltaResultSize,
  decodeEntryHeader,
  encodeEntryHeader,
  encodePackIndex,
  findInPackIndex,
  portableCrc32,
} from '../../lib/object/pack-codec';

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

describe('The index of a pack', () => {
  const oids = fc
    .uint8Array({ minLength: 20, maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
  const readFrom =
    (index: Buffer) =>
    (position: number, length: number): Buffer => {
      if (position + length > index.length) throw new Error('it breaks off');
      return index.subarray(position, position + length);
    };

  it('finds every object in it, and no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(oids, { maxLength: 50 }), oids, (all, other) => {
        const packed = all.map((oid, at) => ({ oid, offset: 12 + at * 1000, crc32: at }));
        const read = readFrom(encodePackIndex(packed, Buffer.alloc(20)));
        for (const { oid, offset } of packed) expect(findInPackIndex(read, oid)).toBe(offset);
        if (!all.includes(other)) expect(findInPackIndex(read, other)).toBeUndefined();
      }),
    );
  });

  it('may have offsets beyond 31 bits, which stand in a list of their own', () => {
    const packed = ['aa', 'ab', 'ac'].map((byte, at) => ({ oid: byte.repeat(20), offset: at, crc32: 0 }));
    const index = encodePackIndex(packed, Buffer.alloc(20));
    const offsetsAt = 8 + 1024 + 3 * 24;
    index.writeUInt32BE(0x80000001, offsetsAt);
    index.writeUInt32BE(0x80000000, offsetsAt + 8);
    const long = Buffer.alloc(16);
    long.writeBigUInt64BE(2n ** 40n, 0);
    long.writeBigUInt64BE(2n ** 31n, 8);
    const whole = Buffer.concat([index.subarray(0, offsetsAt + 12), long, Buffer.alloc(40)]);
    const found = packed.map(({ oid }) => findInPackIndex(readFrom(whole), oid));
    expect(found).toEqual([2 ** 31, 1, 2 ** 40]);
  });

  it('is refused when it is of another version, or breaks off', () => {
    const packed = [{ oid: 'aa'.repeat(20), offset: 12, crc32: 0 }];
    const index = encodePackIndex(packed, Buffer.alloc(20));
    for (const length of [0, 7, 8, 100, 1032, 1040, 1056]) {
      expect(() => findInPackIndex(readFrom(index.subarray(0, length)), 'aa'.repeat(20))).toThrow();
    }
    index.writeUInt32BE(3, 4);
    expect(() => findInPackIndex(readFrom(index), 'aa'.repeat(20))).toThrow();
  });
});

describe('The checksum of a pack entry', () => {
  it('is the CRC-32 of its parts, as the standard test vector has it', () => {
    expect(crc32(Buffer.from('1234'), Buffer.from('56789'))).toBe(0xcbf43926);
  });

  it('is the same where Node does not have it', () => {
    const native = (zlib as { crc32?: (data: Buffer, value: number) => number }).crc32;
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (one, two) => {
        const parts = [Buffer.from(one), Buffer.from(two)] as const;
        const portable = portableCrc32(parts[1], portableCrc32(parts[0], 0));
        expect(portable).toBe(crc32(...parts));
        if (native) expect(portable).toBe(native(parts[1], native(parts[0], 0)));
      }),
    );
  });
});
