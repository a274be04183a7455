import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { crc32, encodeEntryHeader, portableCrc32 } from '../../lib/object/pack-codec';

/** Reads an entry's header as Git's documentation describes it. */
function decodeEntryHeader(header: Buffer): { type: number; size: number } {
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
        expect(decodeEntryHeader(header)).toEqual({
          type: { commit: 1, tree: 2, blob: 3, tag: 4 }[type],
          size,
        });
      }),
    );
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
