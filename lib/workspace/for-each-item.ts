import type { MaybePromise } from '../model/record/validation';

/**
 * Runs code for what an asynchronous iterable gives, one item after another. When a signal is aborted it ends with the
 * signal's reason, also while the next item is being waited for.
 *
 * When it ends before the iterable does, because of the signal or of what the code throws, the iterable is told to return.
 * Nobody waits for that: it may never come, and would hide why it was told to. What it throws then is lost, as with
 * `for await`.
 */
export async function forEachItem<T>(
  items: AsyncIterable<T>,
  code: (item: T) => MaybePromise,
  signal?: AbortSignal,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  let abort: () => void = () => undefined;
  const onAbort = (): void => {
    abort();
  };
  // Not one promise for all items, which would hold on to what each of them has waited with.
  const nextOrAborted = (): Promise<IteratorResult<T, unknown> | 'aborted'> =>
    new Promise((resolve, reject) => {
      abort = () => {
        resolve('aborted');
      };
      iterator.next().then(resolve, reject);
    });
  let hasEnded = false;
  const next = async (): Promise<IteratorResult<T, unknown> | 'aborted'> => {
    try {
      return await (signal ? nextOrAborted() : iterator.next());
    } catch (error) {
      hasEnded = true;
      throw error;
    }
  };
  signal?.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const step = await next();
      if (step === 'aborted') continue;
      hasEnded = step.done === true;
      if (step.done) return;
      const running = code(step.value);
      if (running) await running;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!hasEnded) letGo(iterator);
  }
}

function letGo(iterator: AsyncIterator<unknown>): void {
  const tell = async (): Promise<void> => {
    await iterator.return?.();
  };
  tell().catch(() => undefined);
}
