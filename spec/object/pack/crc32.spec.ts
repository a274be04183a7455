import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { crc32, portableCrc32 } from '../../../lib/object/pack/crc32';

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
