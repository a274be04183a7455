import fc from 'fast-check';
import { withDistance } from '../../../lib/object/pack/offset-delta';
import { decodeEntryHeader } from '../../../lib/object/pack/pack-entry-codec';

/** The header of a delta by offset, of a size that takes one byte, and of one that takes several. */
const HEADERS = [Buffer.from([0x6f, 0x01]), Buffer.from([0xef, 0xff, 0x7f, 0x81, 0x00])];

describe('The header of a delta with another distance', () => {
  it.each(HEADERS)('is read as the one that it was, but for the distance: %j', (header) => {
    const { size } = decodeEntryHeader(header);
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.maxSafeNat()), (distance) => {
        const changed = withDistance(header, distance);
        expect(decodeEntryHeader(changed)).toEqual({
          kind: 'delta',
          size,
          length: changed.length,
          base: distance,
        });
      }),
    );
  });

  it('takes as few bytes as can be', () => {
    const bytesOf = (distance: number): number =>
      withDistance(Buffer.from([0x60, 0x01]), distance).length - 1;
    expect([1, 127, 128, 16_511, 16_512, 2_113_663, 2_113_664].map(bytesOf)).toEqual([1, 1, 2, 2, 3, 3, 4]);
  });
});
