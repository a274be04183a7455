import { getEventListeners } from 'node:events';
import { forEachItem } from '../../lib/workspace/for-each-item';

/** Gives numbers, and remembers how it was ended. */
async function* numbers(count: number, ends: string[], error?: Error): AsyncGenerator<number, void> {
  try {
    for (let n = 0; n < count; n++) yield await Promise.resolve(n);
    if (error) throw error;
    ends.push('over');
  } finally {
    ends.push('closed');
  }
}

/** Gives numbers without an end, and does this when it is told to return. */
function endless(end: () => Promise<IteratorResult<number>>): AsyncIterable<number> {
  let n = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false, value: n++ }),
      return: end,
    }),
  };
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

describe('Running code for each item of an asynchronous iterable', () => {
  it('takes all when nothing ends it, one after another, and minds the signal no more', async () => {
    for (const signal of [undefined, new AbortController().signal]) {
      const ends: string[] = [];
      const seen: string[] = [];
      const code = async (n: number): Promise<void> => {
        seen.push(`begins ${n}`);
        await new Promise(setImmediate);
        seen.push(`ends ${n}`);
      };
      await forEachItem(numbers(2, ends), code, signal);
      expect(seen).toEqual(['begins 0', 'ends 0', 'begins 1', 'ends 1']);
      expect(ends).toEqual(['over', 'closed']);
      if (signal) expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
  });

  it('passes on what the iterable throws', async () => {
    for (const signal of [undefined, new AbortController().signal]) {
      const ends: string[] = [];
      const error = new Error('mine');
      await expect(forEachItem(numbers(1, ends, error), () => undefined, signal)).rejects.toBe(error);
      expect(ends).toEqual(['closed']);
      if (signal) expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
  });

  it.each(['throws', 'rejects'])('tells the iterable to return when the code %s', async (how) => {
    const ends: string[] = [];
    const error = new Error('mine');
    const code = (n: number): Promise<void> | undefined => {
      if (n === 0) return undefined;
      if (how === 'throws') throw error;
      return Promise.reject(error);
    };
    await expect(forEachItem(numbers(3, ends), code)).rejects.toBe(error);
    await new Promise(setImmediate);
    expect(ends).toEqual(['closed']);
  });

  it.each<[string, () => Promise<IteratorResult<number>>]>([
    ['never comes', never],
    ['rejects', () => Promise.reject(new Error('of the iterable'))],
    [
      'throws',
      () => {
        throw new Error('of the iterable');
      },
    ],
  ])('minds nothing but the error of the code when the return %s', async (_how, end) => {
    const error = new Error('mine');
    const code = (n: number): void => {
      if (n === 2) throw error;
    };
    for (const signal of [undefined, new AbortController().signal]) {
      await expect(forEachItem(endless(end), code, signal)).rejects.toBe(error);
    }
  });

  it('ends with the reason between two items, and while one is waited for', async () => {
    const abort = new AbortController();
    const ends: string[] = [];
    const seen: number[] = [];
    const code = (n: number): void => {
      seen.push(n);
      if (n === 1) abort.abort('enough');
    };
    await expect(forEachItem(numbers(3, ends), code, abort.signal)).rejects.toBe('enough');
    await new Promise(setImmediate);
    expect([seen, ends]).toEqual([[0, 1], ['closed']]);

    const other = new AbortController();
    const silent: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: never }) };
    const waiting = forEachItem(silent, () => undefined, other.signal);
    setImmediate(() => {
      other.abort('too late');
    });
    await expect(waiting).rejects.toBe('too late');
  });
});
