import { WorkspaceClosedError } from '../errors';
import type { Awaitable } from '../object/awaitable';
import { frameFor, frameOf, runWithin } from './async-frames';
import type { Frame } from './async-frames';

/** A queue of operations that run one after another. */
interface Queue {
  /** Settles when all that was queued has run; never rejects. */
  tail: Promise<void>;
}

/** The queue of the operations that are asked for within another one; those that come too late go to the one around. */
interface Section extends Queue, Frame {}

/** Something that goes on after the operation which has begun it. */
export interface Deferred<T> {
  readonly settled: Promise<T>;
}

/** What operations have begun and left to go on. Both are called by an operation at its turn. */
export interface Backlog {
  /** Waits until nothing goes on any more, and takes back what has failed. */
  clear(): Promise<void>;
  /** Takes back what has failed by now. */
  mend(): void;
}

/**
 * Lets the operations of a workspace in. Reading goes on side by side; what changes the workspace runs one
 * after another, for it looks before it acts. Closing waits for what runs, and lets nothing in afterwards.
 */
export class OperationGate {
  private readonly queue: Queue = { tail: Promise.resolve() };
  private running = 0;
  private closing: Promise<void> | undefined;
  private whenIdle: (() => void) | undefined;
  private backlog: Backlog | undefined;
  /** How many sections are open. */
  private sections = 0;
  private sectionListeners: (() => void)[] = [];
  private readonly closed = new AbortController();

  /** @param path The repository's, for messages. */
  constructor(readonly path: string) {}

  /** Makes operations mind what others have left to go on. */
  attach(backlog: Backlog): void {
    this.backlog = backlog;
  }

  /** Aborted as soon as {@link close} was called, for what waits and is no operation. */
  get closeSignal(): AbortSignal {
    return this.closed.signal;
  }

  /** @throws WorkspaceClosedError once {@link close} was called. */
  assertOpen(): void {
    if (this.closing) {
      throw new WorkspaceClosedError(`The workspace on "${this.path}" was closed. Open another one.`, {
        details: { path: this.path },
      });
    }
  }

  /** Runs an operation that changes nothing. */
  async read<T>(operation: () => Awaitable<T>): Promise<T> {
    return this.look(operation);
  }

  /** The same for an operation that may have nothing to wait for: then there is no promise, and errors are thrown. */
  look<T>(operation: () => Awaitable<T>): Awaitable<T> {
    this.assertOpen();
    const result = operation();
    return result instanceof Promise ? this.track(result) : result;
  }

  /** Iterates; each step is an operation of its own, so one that is not carried on holds nothing up. */
  async *iterate<T>(iterable: AsyncIterable<T>): AsyncGenerator<T, void> {
    const iterator = iterable[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await this.read(() => iterator.next());
        if (step.done) return;
        yield step.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Runs an operation after all those that were asked for before it, and what they have left to go on. */
  async change<T>(operation: () => Promise<T>): Promise<T> {
    this.assertOpen();
    return this.track(
      enqueue(this.currentQueue(), async () => {
        await this.backlog?.clear();
        return operation();
      }),
    );
  }

  /**
   * Runs an operation whose last part may go on after its turn: the next one begins meanwhile. Within a
   * {@link section} it is waited for all the same.
   *
   * @param options.alone Whether it needs that nothing goes on when it begins, as one with a {@link section} does.
   */
  async changeAndDefer<T>(
    operation: () => Promise<Deferred<T>>,
    { alone = false }: { readonly alone?: boolean } = {},
  ): Promise<T> {
    this.assertOpen();
    const queue = this.currentQueue();
    const isWithin = queue !== this.queue;
    const deferred = enqueue(queue, async () => {
      if (alone || isWithin) await this.backlog?.clear();
      else this.backlog?.mend();
      const begun = await operation();
      if (isWithin) await this.backlog?.clear();
      return begun;
    });
    return this.track(deferred.then(({ settled }) => settled));
  }

  /** Takes back what has failed, when the operations that were asked for before have had their turns. */
  mendSoon(): void {
    void this.track(
      enqueue(this.queue, async () => {
        this.backlog?.mend();
        return Promise.resolve();
      }),
    );
  }

  /**
   * To be called within {@link change}: runs code that asks for operations itself. Those that it asks for, and
   * what it calls, run within it, one after another; all others wait until it has ended. It has ended when the
   * last of its operations has, also of those that it did not wait for.
   */
  async section<T>(code: () => T | Promise<T>): Promise<T> {
    const section: Section = { ...frameFor(this), tail: Promise.resolve() };
    this.sections++;
    for (const listener of this.sectionListeners.splice(0)) listener();
    return runWithin(section, async () => {
      try {
        return await code();
      } finally {
        for (let tail; tail !== section.tail;) await (tail = section.tail);
        section.open = false;
        this.sections--;
      }
    });
  }

  /**
   * Waits until code runs in a {@link section}, which may wait for anything: for what waits for operations of this gate
   * too.
   */
  async sectionBegun(): Promise<void> {
    if (this.sections > 0) return;
    await new Promise<void>((resolve) => this.sectionListeners.push(resolve));
  }

  /** Waits for the running operations; can be called again. */
  close(): Promise<void> {
    if (this.currentQueue() !== this.queue) {
      throw new WorkspaceClosedError(
        'close() would wait for the operation that it is called in; call it afterwards.',
        {
          details: { path: this.path },
        },
      );
    }
    this.closing ??= new Promise((resolve) => {
      this.whenIdle = resolve;
      if (this.running === 0) resolve();
    });
    this.closed.abort();
    return this.closing;
  }

  private currentQueue(): Queue {
    return (frameOf(this) as Section | undefined) ?? this.queue;
  }

  private async track<T>(operation: Promise<T>): Promise<T> {
    this.running++;
    try {
      return await operation;
    } finally {
      if (--this.running === 0) this.whenIdle?.();
    }
  }
}

function enqueue<T>(queue: Queue, operation: () => Promise<T>): Promise<T> {
  const result = queue.tail.then(operation);
  queue.tail = result.then(ignore, ignore);
  return result;
}

function ignore(): void {
  // Whoever asked for the operation gets its result; the queue only has to know that it has ended.
}
