/**
 * What an iterable gives, until a signal is aborted: then it ends with the signal's reason, also while the next item is being
 * waited for. The iterable is told to return, and nobody waits for that.
 */
export async function* abortable<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  const iterator = items[Symbol.asyncIterator]();
  let abort: () => void = () => undefined;
  const onAbort = (): void => {
    abort();
  };
  signal.addEventListener('abort', onAbort);
  let hasEnded = false;
  // Not one promise for all items, which would hold on to what each of them has waited with.
  const next = (): Promise<IteratorResult<T, unknown> | 'aborted'> =>
    new Promise((resolve, reject) => {
      abort = () => {
        resolve('aborted');
      };
      iterator.next().then(resolve, reject);
    });
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await next().catch((error: unknown) => {
        hasEnded = true;
        throw error;
      });
      if (step === 'aborted') continue;
      hasEnded = step.done === true;
      if (step.done) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    const returning = hasEnded ? undefined : iterator.return?.();
    if (signal.aborted) returning?.catch(() => undefined);
    else await returning;
  }
}
