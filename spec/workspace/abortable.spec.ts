import { getEventListeners } from 'node:events';
import { abortable } from '../../lib/workspace/abortable';
import { collect } from '../support/workspaces';

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

describe('An iterable that may be aborted', () => {
  it('gives all when it is not, and minds the signal no more', async () => {
    const { signal } = new AbortController();
    const ends: string[] = [];
    expect(await collect(abortable(numbers(3, ends), signal))).toEqual([0, 1, 2]);
    expect(ends).toEqual(['over', 'closed']);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('passes on what it throws', async () => {
    const { signal } = new AbortController();
    const ends: string[] = [];
    const error = new Error('mine');
    await expect(collect(abortable(numbers(1, ends, error), signal))).rejects.toBe(error);
    expect(ends).toEqual(['closed']);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is closed, and waited for, when nobody wants more', async () => {
    const { signal } = new AbortController();
    const ends: string[] = [];
    for await (const n of abortable(numbers(3, ends), signal)) if (n === 1) break;
    expect(ends).toEqual(['closed']);
  });

  it('ends with the reason between two items, and while one is waited for', async () => {
    const abort = new AbortController();
    const ends: string[] = [];
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      for await (const n of abortable(numbers(3, ends), abort.signal)) {
        seen.push(n);
        if (n === 1) abort.abort('enough');
      }
    };
    await expect(run()).rejects.toBe('enough');
    expect([seen, ends]).toEqual([[0, 1], ['closed']]);

    const other = new AbortController();
    const never: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const waiting = collect(abortable(never, other.signal));
    setImmediate(() => {
      other.abort('too late');
    });
    await expect(waiting).rejects.toBe('too late');
  });
});
