/**
 * Maps items in order, starting on up to `width` of them before the first is asked for.
 *
 * When one fails, the error comes in its turn, and what was started after it is dropped.
 */
export async function* mapAhead<T, U>(
  items: Iterable<T>,
  map: (item: T) => Promise<U>,
  width: number,
): AsyncGenerator<U, void> {
  const started: Promise<U>[] = [];
  for (const item of items) {
    const result = map(item);
    // It may never be awaited, when the consumer stops early or an earlier one fails.
    result.catch(() => undefined);
    started.push(result);
    if (started.length === width) yield (await started.shift()) as U;
  }
  for (const result of started) yield await result;
}
