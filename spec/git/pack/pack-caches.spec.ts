import type { Base } from '../../../lib/git/pack/base-cache';
import { PackCaches } from '../../../lib/git/pack/pack-caches';

const MIB = 1024 * 1024;

/** How many of so many values are found after all of them were put in. */
function kept(count: number, put: (place: number) => void, has: (place: number) => boolean): number {
  for (let place = 0; place < count; place++) put(place);
  // From the youngest on, since what is found becomes young.
  let found = 0;
  for (let place = count - 1; place >= 0; place--) if (has(place)) found++;
  return found;
}

describe('What is kept of packs', () => {
  // One piece of memory for all: what counts is what they say to weigh.
  const bytes = Buffer.alloc(MIB);

  const base: Base = { type: 'blob', bytes, start: 0, end: MIB };

  it('stays within 64 MiB of each kind, and is not much less', () => {
    const { blocks, bases, buckets } = new PackCaches();
    const counts = [
      kept(
        200,
        (place) => {
          blocks.set(0, place, bytes);
        },
        (place) => blocks.get(0, place) !== undefined,
      ),
      kept(
        200,
        (place) => {
          bases.set(0, place, base);
        },
        (place) => bases.get(0, place) !== undefined,
      ),
      kept(
        200,
        (place) => {
          buckets.set(0, place, { oids: bytes.subarray(0, MIB / 2), offsets: bytes.subarray(0, MIB / 2) });
        },
        (place) => buckets.get(0, place) !== undefined,
      ),
    ];
    for (const count of counts) {
      expect(count).toBeLessThanOrEqual(64);
      expect(count).toBeGreaterThan(30);
    }
  });

  it('is bounded also when it has no bytes at all', () => {
    const { bases } = new PackCaches();
    const count = kept(
      600_000,
      (place) => {
        bases.set(0, place, { ...base, end: 0 });
      },
      (place) => bases.get(0, place) !== undefined,
    );
    expect(count).toBeLessThanOrEqual((64 * MIB) / 128);
  });

  it('is never that of another pack, and is gone when it was cleared', () => {
    const caches = new PackCaches();
    const [one, other] = [caches.nextSerial(), caches.nextSerial()];
    caches.blocks.set(one, 3, bytes);
    expect(caches.blocks.get(other, 3)).toBeUndefined();
    expect(caches.blocks.get(one, 3)).toBe(bytes);
    caches.clear();
    expect(caches.blocks.get(one, 3)).toBeUndefined();
    expect([one, other]).not.toContain(caches.nextSerial());
  });
});
