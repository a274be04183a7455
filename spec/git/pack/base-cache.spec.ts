import { BaseCache } from '../../../lib/git/pack/base-cache';
import { copyOf } from '../../../lib/object/byte-range';

const KIB = 1024;

/** Puts an object there whose bytes tell it from others. */
function put(cache: BaseCache, place: number, size: number): void {
  const room = cache.makeRoom(size);
  room.bytes.fill(place % 251, room.start, room.end);
  cache.set(0, place, { type: 'blob', ...room });
}

function read(cache: BaseCache, place: number): Buffer | undefined {
  const base = cache.get(0, place);
  return base && copyOf(base);
}

describe('A cache of bases', () => {
  it.each([0, 1, 50, 8 * KIB - 1, 8 * KIB, 100 * KIB])(
    'gives room for objects of %d bytes, each its own',
    (size) => {
      const cache = new BaseCache(16 * KIB * KIB);
      for (let place = 0; place < 50; place++) put(cache, place, size);
      for (let place = 0; place < 50; place++) {
        expect(read(cache, place)?.equals(Buffer.alloc(size, place % 251))).toBe(true);
      }
    },
  );

  it('keeps what is asked for again and again, without the memory of all that comes and goes beside it', () => {
    const cache = new BaseCache(256 * KIB);
    const memory = new Set<ArrayBufferLike>();
    put(cache, 0, 100);
    for (let place = 1; place < 20_000; place++) {
      put(cache, place, 100);
      expect(read(cache, 0)).toEqual(Buffer.alloc(100));
      memory.add((cache.get(0, 0) as { bytes: Buffer }).bytes.buffer);
    }
    // It was moved each time that what lay beside it was let go.
    expect(memory.size).toBeGreaterThan(10);
  });

  it('has forgotten everything when it was cleared, and what it gives then is not what others hold', () => {
    const cache = new BaseCache(256 * KIB);
    put(cache, 7, 10);
    const held = cache.get(0, 7);
    cache.clear();
    expect(cache.get(0, 7)).toBeUndefined();
    put(cache, 8, 10);
    expect(held && copyOf(held)).toEqual(Buffer.alloc(10, 7));
  });
});
