import { TransactionError } from '../errors';
import { frameFor, frameOf, runWithin } from './async-frames';
import type { Frame } from './async-frames';
import type { WorkspaceContext } from './context';

/** What runs within a transaction, and the parts that it uses. */
interface TransactionFrame extends Frame {
  readonly context: WorkspaceContext;
}

/** Tells which parts an operation on a workspace uses: those of the transaction that it is called in, or its own. */
export class WorkspaceScope {
  /** @param root The parts of the workspace itself. */
  constructor(readonly root: WorkspaceContext) {}

  /** The parts for what is called here and now. */
  get current(): WorkspaceContext {
    return this.transaction ?? this.root;
  }

  /** The parts of the transaction that the caller is within. */
  get transaction(): WorkspaceContext | undefined {
    return (frameOf(this) as TransactionFrame | undefined)?.context;
  }

  /**
   * The parts of the workspace itself, for what cannot be done within a transaction.
   *
   * @param remedy What to do instead, as a sentence. Default: to call it before or afterwards.
   * @throws TransactionError within one.
   */
  outside(operation: string, remedy = 'Call it before or afterwards.'): WorkspaceContext {
    if (!this.transaction) return this.root;
    throw new TransactionError(
      `${operation} cannot be called within a transaction, which commits by itself when its function has ended. ${remedy}`,
      { details: { operation } },
    );
  }

  /** Iterates over what is generated from the parts that are used where the iteration begins. */
  iterate<T>(generate: (context: WorkspaceContext) => AsyncIterable<T>): AsyncIterable<T> {
    return {
      [Symbol.asyncIterator]: () => {
        const context = this.current;
        return context.gate.iterate(generate(context));
      },
    };
  }

  /** Runs code within a transaction, with these parts; what it begins and does not wait for is outside when it ends. */
  async within<T>(context: WorkspaceContext, code: () => Promise<T>): Promise<T> {
    const frame: TransactionFrame = { ...frameFor(this), context };
    try {
      return await runWithin(frame, code);
    } finally {
      frame.open = false;
    }
  }
}
