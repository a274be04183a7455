import type { Turn } from '../git/turn';
import type { Cursor } from '../model/record/cursor';
import type { Awaitable } from '../object/awaitable';
import type { OperationGate } from './operation-gate';

/** How many records are read at a time: enough to keep the threads at work that read what cannot be read on the spot. */
export const READ_AHEAD = 64;

/** How many are read first: who wants a single record should not wait for many. */
const FIRST_BATCH = 4;

/** What was read of one record, or why it cannot be. */
export type Outcome<T> = T | Failure;

/** An error that is kept until its turn comes. */
export class Failure {
  constructor(readonly error: unknown) {}
}

/** Some outcomes in their order. */
export interface Batch<T> {
  readonly outcomes: readonly Outcome<T>[];
  /** Whether something had to be waited for, so that it pays to begin with the next one before it is asked for. */
  readonly hadToWait: boolean;
}

/** How many records the n-th batch of an iteration has. */
export function batchSize(batch: number): number {
  return Math.min(READ_AHEAD, FIRST_BATCH * 2 ** batch);
}

/** Reads side by side. */
export function readBatch<T>(reads: readonly (() => Awaitable<T>)[]): Awaitable<Batch<T>> {
  const outcomes: Outcome<T>[] = [];
  const pending: Promise<void>[] = [];
  reads.forEach((read, position) => {
    const outcome = attempt(read);
    if (!(outcome instanceof Promise)) outcomes[position] = outcome;
    else pending.push(outcome.then((each) => void (outcomes[position] = each)));
  });
  if (pending.length === 0) return { outcomes, hadToWait: false };
  return Promise.all(pending).then(() => ({ outcomes, hadToWait: true }));
}

function attempt<T>(read: () => Awaitable<T>): Awaitable<Outcome<T>> {
  try {
    const result = read();
    return result instanceof Promise ? result.catch((error: unknown) => new Failure(error)) : result;
  } catch (error) {
    return new Failure(error);
  }
}

/** What becomes of what was read. */
export interface Handlers<T, U> {
  /** What is given for it; undefined leaves it out. Called when its turn comes. */
  finish(found: T): U | undefined;
  /** What is given for an error instead; undefined leaves it out. May throw. */
  onError(error: unknown): U | undefined;
}

/**
 * Hands out what is read in batches. Each step is an operation of its own, so one that is not carried on holds
 * nothing up.
 */
export class RecordCursor<T, U> implements Cursor<U> {
  private outcomes: readonly Outcome<T>[] = [];
  private position = 0;
  private isLast = false;
  private ahead: Promise<IteratorResult<Batch<T>, void>> | undefined;

  /** @param turn Of all cursors together: many short ones, one after the other, hold others up as a long one does. */
  constructor(
    private readonly gate: OperationGate,
    private readonly turn: Turn,
    private readonly batches: AsyncIterator<Batch<T>, void>,
    private readonly handlers: Handlers<T, U>,
  ) {}

  next(): Awaitable<U | undefined> {
    return this.gate.look(() => this.take());
  }

  close(): void {
    this.outcomes = [];
    this.position = 0;
    this.isLast = true;
    // Whoever gives up does not want to know what else would have failed.
    this.batches.return?.().catch(() => undefined);
  }

  private take(): Awaitable<U | undefined> {
    for (;;) {
      if (this.position === this.outcomes.length) {
        if (this.isLast) return undefined;
        return this.refill().then(() => this.take());
      }
      if (this.turn.isOver()) return this.turn.next().then(() => this.take());
      const result = this.settle(this.outcomes[this.position++] as Outcome<T>);
      if (result !== undefined) return result;
    }
  }

  private settle(outcome: Outcome<T>): U | undefined {
    if (outcome instanceof Failure) return this.handlers.onError(outcome.error);
    try {
      return this.handlers.finish(outcome);
    } catch (error) {
      return this.handlers.onError(error);
    }
  }

  private async refill(): Promise<void> {
    const step = await (this.ahead ?? this.batches.next());
    this.ahead = undefined;
    this.position = 0;
    this.outcomes = step.done ? [] : step.value.outcomes;
    this.isLast ||= step.done ?? false;
    if (step.done || !step.value.hadToWait) return;
    // As an operation of its own, so that closing waits for it.
    this.ahead = this.gate.read(() => this.batches.next());
    this.ahead.catch(() => undefined);
  }
}
