import fc from 'fast-check';
import { encodePackIndex, findInPackIndex } from '../../../lib/object/pack/pack-index-codec';

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
