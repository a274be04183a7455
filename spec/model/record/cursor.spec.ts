import { iterate, mapCursor } from '../../../lib/model/record/cursor';
import type { Cursor } from '../../../lib/model/record/cursor';
import type { Awaitable } from '../../../lib/object/awaitable';
import { collect } from '../../support/workspaces';

/** A cursor over these values; an error is thrown, or comes as a rejection inside a promise. */
function cursorOf<T>(values: readonly (Awaitable<T> | Error)[]): Cursor<T> & { closed: number } {
  const rest = [...values];
  return {
    closed: 0,
    next() {
      const value = rest.shift();
      if (value instanceof Error) throw value;
      return value;
    },
    close() {
      this.closed++;
    },
  };
}

describe('A mapped cursor', () => {
  it.each<[string, Awaitable<number>[]]>([
    ['what is there', [1, 2, 3, 4]],
    ['promises', [1, 2, 3, 4].map((each) => Promise.resolve(each))],
    ['some of both', [1, Promise.resolve(2), Promise.resolve(3), 4]],
  ])('gives what becomes of %s, and leaves out undefined', async (_what, values) => {
    const halves = (value: number): number | undefined => (value % 2 === 0 ? value / 2 : undefined);

    expect(await collect(iterate(mapCursor(cursorOf(values), halves)))).toEqual([1, 2]);
    const later = mapCursor(cursorOf(values), (value) => Promise.resolve(halves(value)));
    expect(await collect(iterate(later))).toEqual([1, 2]);
  });

  it('gives no promise for what is there', () => {
    const doubled = mapCursor(cursorOf([1, 2]), (value) => value * 2);

    expect([doubled.next(), doubled.next(), doubled.next()]).toEqual([2, 4, undefined]);
  });

  it('closes the one that it maps', () => {
    const cursor = cursorOf([1]);
    mapCursor(cursor, (value) => value).close();

    expect(cursor.closed).toBe(1);
  });
});

describe('An iteration over a cursor', () => {
  it('answers calls that come at once in their order', async () => {
    const iterator = iterate(cursorOf([1, Promise.resolve(2), 3]));

    expect(await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()])).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: false, value: 3 },
      { done: true, value: undefined },
    ]);
  });

  it('closes the cursor once, at its end', async () => {
    const cursor = cursorOf([1]);
    const iterator = iterate(cursor);
    await collect(iterator);
    await iterator.return?.();

    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(cursor.closed).toBe(1);
  });

  it('closes the cursor when it is left, after what is being waited for', async () => {
    const cursor = cursorOf([Promise.resolve(1), 2]);
    const iterator = iterate(cursor);
    const first = iterator.next();
    const left = iterator.return?.();

    expect(await first).toEqual({ done: false, value: 1 });
    expect(await left).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(cursor.closed).toBe(1);
  });

  it.each<[string, (Awaitable<number> | Error)[]]>([
    ['is thrown', [1, new RangeError('Two'), 3]],
    ['comes later', [1, Promise.resolve(2).then(() => Promise.reject<number>(new RangeError('Two'))), 3]],
  ])('ends with an error that %s', async (_how, values) => {
    const cursor = cursorOf(values);
    const iterator = iterate(cursor);

    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    await expect(iterator.next()).rejects.toThrow(new RangeError('Two'));
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(cursor.closed).toBe(1);
  });
});
