/**
 * A value, or a promise of it where there is something to wait for. Most of what is read is in memory, and a promise
 * for each of it would cost more than reading it.
 */
export type Awaitable<T> = T | Promise<T>;

/** Goes on with a value: at once when it is there, else when it has come. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
