import { frameFor, frameOf, runWithin } from './async-frames';
import type { Frame } from './async-frames';
import type { WorkspaceContext } from './context';
import { TransactionError } from '../errors';

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
   * @throws TransactionError within one.
   */
  outside(operation: string): WorkspaceContext {
    if (!this.transaction) return this.root;
    throw new TransactionError(
      `${operation} cannot be called within a transaction, which commits by itself when its function has ended. ` +
        'Call it before or afterwards.',
      { details: { operation } },
    );
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
