import { andThen } from '../../object/awaitable';
import type { Awaitable } from '../../object/awaitable';

/**
 * Gives values one after another. It is what an asynchronous iterator is, without a promise for what is there at
 * once: those of several iterators around one another would cost more than what they give.
 */
export interface Cursor<T> {
  /** The next value, undefined after the last; to be called again when it has come. */
  next(): Awaitable<T | undefined>;
  /** Gives up; to be called once, also after the last value or an error. */
  close(): void;
}

/** The values that `map` makes of a cursor's; one that it makes undefined of is left out. */
export function mapCursor<T, U>(cursor: Cursor<T>, map: (value: T) => Awaitable<U | undefined>): Cursor<U> {
  const orNext = (mapped: U | undefined): Awaitable<U | undefined> =>
    mapped === undefined ? next() : mapped;
  const next = (): Awaitable<U | undefined> => {
    for (;;) {
      const value = cursor.next();
      if (value instanceof Promise) {
        return value.then((each) => (each === undefined ? undefined : andThen(map(each), orNext)));
      }
      if (value === undefined) return undefined;
      const mapped = map(value);
      if (mapped instanceof Promise) return mapped.then(orNext);
      if (mapped !== undefined) return mapped;
    }
  };
  return {
    next,
    close() {
      cursor.close();
    },
  };
}

/** Iterates over a cursor. */
export function iterate<T>(cursor: Cursor<T>): AsyncIterableIterator<T, void> {
  return new CursorIterator(cursor);
}

/** Answers as an asynchronous generator does: calls that come before the last is answered wait for their turn. */
class CursorIterator<T> implements AsyncIterableIterator<T, void> {
  /** How many calls are not answered yet. */
  private waiting = 0;
  /** Settles when all of them are; never rejects. */
  private tail: Promise<void> = Promise.resolve();
  private isDone = false;

  constructor(private readonly cursor: Cursor<T>) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.waiting > 0) return this.track(this.tail.then(() => this.step()));
    try {
      const result = this.step();
      return result instanceof Promise ? this.track(result) : Promise.resolve(result);
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it goes on as it came
      return Promise.reject(error);
    }
  }

  return(): Promise<IteratorResult<T, void>> {
    return this.waiting > 0
      ? this.track(this.tail.then(() => this.finish()))
      : Promise.resolve(this.finish());
  }

  private step(): Awaitable<IteratorResult<T, void>> {
    if (this.isDone) return this.finish();
    try {
      const value = this.cursor.next();
      if (!(value instanceof Promise)) return this.answer(value);
      return value.then(
        (each) => this.answer(each),
        (error: unknown) => this.fail(error),
      );
    } catch (error) {
      return this.fail(error);
    }
  }

  private answer(value: T | undefined): IteratorResult<T, void> {
    return value === undefined ? this.finish() : { done: false, value };
  }

  private fail(error: unknown): never {
    this.finish();
    throw error;
  }

  private finish(): IteratorResult<T, void> {
    if (!this.isDone) {
      this.isDone = true;
      this.cursor.close();
    }
    return { done: true, value: undefined };
  }

  private track<U>(result: Promise<U>): Promise<U> {
    this.waiting++;
    // Before the caller goes on, who then finds nothing to wait for.
    const release = (): void => {
      this.waiting--;
    };
    this.tail = result.then(release, release);
    return result;
  }
}
