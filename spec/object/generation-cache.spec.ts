import { GenerationCache } from '../../lib/object/generation-cache';

/** A cache for so many texts of one character. */
function cacheOf(limit: number): GenerationCache<string> {
  return new GenerationCache<string>(limit, ({ length }) => length);
}

describe('A cache of two generations', () => {
  it('gives what was put there', () => {
    const cache = cacheOf(80);
    cache.set('a', 'x');
    cache.set('a', 'y');
    expect([cache.get('a'), cache.get('b')]).toEqual(['y', undefined]);
    expect([cache.has('a'), cache.has('b')]).toEqual([true, false]);
  });

  it('never holds more than it may', () => {
    const cache = cacheOf(10);
    const names = Array.from({ length: 1000 }, (_, n) => String(n));
    for (const name of names) cache.set(name, 'x');
    const held = names.filter((name) => cache.has(name));
    expect(held.length).toBeGreaterThan(4);
    expect(held.length).toBeLessThanOrEqual(10);
  });

  it('keeps what is asked for again and again, whatever comes and goes', () => {
    const cache = cacheOf(10);
    cache.set('kept', 'x');
    for (let n = 0; n < 100; n++) {
      cache.set(String(n), 'y');
      expect(cache.get('kept')).toBe('x');
    }
    expect(cache.get('0')).toBeUndefined();
  });

  it('counts what is put there again once', () => {
    const cache = cacheOf(10);
    cache.set('other', 'x');
    for (let n = 0; n < 100; n++) cache.set('same', 'y');
    expect(cache.has('other')).toBe(true);
  });

  it('does not keep what would push most of the others out', () => {
    const cache = cacheOf(80);
    cache.set('small', 'x'.repeat(10));
    cache.set('large', 'x'.repeat(11));
    expect([cache.has('small'), cache.has('large')]).toEqual([true, false]);
  });

  it('tells keys apart of which it makes the same number', () => {
    const cache = cacheOf(80);
    const oid = '0123456789'.repeat(4);
    const other = `01234567${'f'.repeat(32)}`;
    cache.set(oid, 'x');
    expect([cache.get(other), cache.has(other)]).toEqual([undefined, false]);
    cache.set(other, 'y');
    expect([cache.get(oid), cache.get(other)]).toEqual([undefined, 'y']);
    cache.set(`${oid} name`, 'z');
    expect([cache.get(other), cache.get(`${oid} name`), cache.get(`${oid} named`)]).toEqual([
      'y',
      'z',
      undefined,
    ]);
  });
});
