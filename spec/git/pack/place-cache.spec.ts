import { PlaceCache } from '../../../lib/git/pack/place-cache';

/** A cache for so many texts. */
function cacheOf(limit: number): PlaceCache<string> {
  return new PlaceCache<string>(limit, () => 1);
}

describe('a cache of places in packs', () => {
  it('gives what was put there, for each pack apart, until it is cleared', () => {
    const cache = cacheOf(10);
    cache.set(1, 7, 'one');
    cache.set(2, 7, 'two');
    expect([cache.get(1, 7), cache.get(2, 7), cache.get(3, 7), cache.get(1, 8)]).toEqual([
      'one',
      'two',
      undefined,
      undefined,
    ]);
    cache.clear();
    expect([cache.get(1, 7), cache.get(2, 7)]).toEqual([undefined, undefined]);
  });

  it('never holds more than it may', () => {
    const cache = cacheOf(10);
    for (let place = 0; place < 1000; place++) cache.set(place % 3, place, 'some');
    const held = Array.from({ length: 1000 }, (_, place) => cache.get(place % 3, place)).filter(Boolean);
    // Looking at the old ones makes them young again, and others old; so these were all that were left.
    expect(held.length).toBeGreaterThan(4);
    expect(held.length).toBeLessThanOrEqual(10);
  });

  it('keeps what is asked for again and again, whatever comes and goes', () => {
    const cache = cacheOf(10);
    cache.set(1, 0, 'kept');
    for (let place = 1; place < 100; place++) {
      cache.set(1, place, 'passing');
      expect(cache.get(1, 0)).toBe('kept');
    }
    expect(cache.get(1, 1)).toBeUndefined();
  });

  it('renews what becomes young again, and gives what it has been renewed to', () => {
    const cache = new PlaceCache<string>(
      4,
      () => 1,
      (value) => `${value}, renewed`,
    );
    for (const place of [1, 2, 3]) cache.set(0, place, 'value');
    expect([1, 1, 3, 2].map((place) => cache.get(0, place))).toEqual([
      'value, renewed',
      'value, renewed',
      'value',
      'value, renewed',
    ]);
  });

  it('takes a value that is heavier than all it may hold, and lets go of it with the next one', () => {
    const cache = new PlaceCache<string>(10, ({ length }) => length);
    cache.set(1, 1, 'x'.repeat(50));
    expect(cache.get(1, 1)).toHaveLength(50);
    cache.set(1, 2, 'y');
    cache.set(1, 3, 'z'.repeat(5));
    expect(cache.get(1, 1)).toBeUndefined();
  });
});
