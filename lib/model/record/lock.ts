import type { KnownOptions } from '../../arguments';

/** Who holds a lock. */
export interface LockOwner {
  /** What the lock was taken with as its owner. */
  readonly owner: string;
  /** The name of the machine. */
  readonly host: string;
  /** The number of the process. */
  readonly pid: number;
  readonly acquired: Date;
  /** When it ends, unless it is renewed. */
  readonly expires: Date;
}

/** How a lock is taken and kept. */
export interface LockOptions {
  /** How long to wait for it, in milliseconds. Default: the workspace's `config.lockWaitTimeout`. */
  readonly timeout?: number | undefined;
  /** About how long to wait between two looks at it, in milliseconds. Default: `config.lockWaitInterval`. */
  readonly interval?: number | undefined;
  /**
   * After how many milliseconds others may take it when it is not renewed, from 100 to 86,400,000 (a day). It is renewed
   * three times as often, as long as the process runs. Default: 30,000.
   */
  readonly expiry?: number | undefined;
  /** Who others read that they wait for. Default: name and address of `config.author`. */
  readonly owner?: string | undefined;
  /**
   * Ends the waiting, with the signal's reason. Once the function runs it has no say; that has the signal of the lock, and
   * whatever it is given itself.
   */
  readonly signal?: AbortSignal | undefined;
}

export const LOCK_OPTIONS: KnownOptions<LockOptions> = {
  timeout: true,
  interval: true,
  expiry: true,
  owner: true,
  signal: true,
};

/** A lock that is held. */
export interface Lock extends LockOwner {
  /** The name of the model whose record it is for; null for one of `Workspace.lock`. */
  readonly model: string | null;
  readonly id: string;
  /** The reference that it is kept under. */
  readonly ref: string;
  /** Is aborted, with a LockLostError as the reason, as soon as it is known that the lock is lost. */
  readonly signal: AbortSignal;
  /** Whether it is held still, as far as can be known here. */
  readonly isHeld: boolean;
  /**
   * To be called before anything that only the holder may do: a process that was stopped for a while may have lost it.
   *
   * @throws LockLostError when it is not held any more.
   */
  assertHeld(): void;
}
