import fc from 'fast-check';
import { findInPackIndex } from '../../../lib/object/pack/pack-index-codec';
import { toByteOid } from '../../../lib/object/oid';
import { encodedIndex } from './encoded-index';

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
        const read = readFrom(encodedIndex(packed));
        for (const { oid, offset } of packed) expect(findInPackIndex(read, toByteOid(oid))).toBe(offset);
        if (!all.includes(other)) expect(findInPackIndex(read, toByteOid(other))).toBeUndefined();
      }),
    );
  });

  it('finds objects also where oids are not spread as by chance', () => {
    // Some are far from where they are likely to be, in both directions, and differ only in the end.
    const alike = Array.from({ length: 300 }, (_, n) => `ab0000${n.toString(16).padStart(34, '0')}`);
    const last = Array.from(
      { length: 300 },
      (_, n) => `abffffff${n.toString(16).padStart(4, '0')}${'f'.repeat(28)}`,
    );
    const all = [...alike, `ab8${'0'.repeat(37)}`, ...last];
    const read = readFrom(encodedIndex(all.map((oid, at) => ({ oid, offset: 12 + at * 1000, crc32: at }))));
    all.forEach((oid, at) => {
      expect(findInPackIndex(read, toByteOid(oid))).toBe(12 + at * 1000);
    });
    for (const oid of [`ab7${'f'.repeat(37)}`, `ab${'f'.repeat(38)}`, `ab${'f'.repeat(36)}fe`]) {
      expect(findInPackIndex(read, toByteOid(oid))).toBeUndefined();
    }
  });

  it('is refused when it is of another version, or breaks off', () => {
    const packed = [{ oid: 'aa'.repeat(20), offset: 12, crc32: 0 }];
    const index = encodedIndex(packed);
    for (const length of [0, 7, 8, 100, 1032, 1040, 1056]) {
      expect(() =>
        findInPackIndex(readFrom(index.subarray(0, length)), toByteOid('aa'.repeat(20))),
      ).toThrow();
    }
    index.writeUInt32BE(3, 4);
    expect(() => findInPackIndex(readFrom(index), toByteOid('aa'.repeat(20)))).toThrow();
  });
});
