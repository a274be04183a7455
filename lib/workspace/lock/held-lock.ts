import { LockLostError } from '../../errors';
import type { Lock } from '../../model/record/lock';
import type { LockContent } from './lock-content';
import type { LockStore } from './lock-store';

/** How often a lock is renewed in the time that it is taken for, so that one renewal may fail. */
const RENEWALS = 3;

/** A lock of this process, which is renewed until it is released. */
export class HeldLock implements Lock {
  private readonly controller = new AbortController();
  private readonly acquiredAt: Date;
  /** The last moments at which others may not take it, by the clock and by the time that the process has run. */
  private deadline: { readonly clock: number; readonly uptime: number };
  private renewal: Promise<void> = Promise.resolve();
  private timers: readonly NodeJS.Timeout[] = [];
  private isReleased = false;

  /**
   * @param oid The value of its reference.
   * @param since When it was written, or shortly before, by the time that the process has run.
   */
  constructor(
    private readonly store: LockStore,
    readonly ref: string,
    private content: LockContent,
    private oid: string,
    since: number,
  ) {
    this.acquiredAt = content.acquired;
    this.deadline = this.deadlineFrom(since);
    this.schedule();
  }

  get model(): string | null {
    return this.content.model;
  }

  get id(): string {
    return this.content.id;
  }

  get owner(): string {
    return this.content.owner;
  }

  get host(): string {
    return this.content.host;
  }

  get pid(): number {
    return this.content.pid;
  }

  get acquired(): Date {
    return this.acquiredAt;
  }

  get expires(): Date {
    return this.content.expires;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isHeld(): boolean {
    const { clock, uptime } = this.deadline;
    if (Date.now() > clock || performance.now() > uptime) this.lose('it was not renewed in time');
    return !this.isReleased && !this.signal.aborted;
  }

  assertHeld(): void {
    if (this.isHeld) return;
    throw (this.signal.reason as LockLostError | undefined) ?? this.lost('it was released');
  }

  /**
   * Gives it up, if it is still ours.
   *
   * @throws LockLostError when it was not any more: somebody else may have had it meanwhile.
   */
  async release(): Promise<void> {
    this.isReleased = true;
    this.stop();
    await this.renewal;
    // If it is ours still, nobody has had it meanwhile, even if it was not renewed in time.
    if (await this.store.remove(this.ref, this.oid)) return;
    this.lose('somebody else has taken it');
    throw this.signal.reason;
  }

  private schedule(): void {
    this.stop();
    const { expiry } = this.content;
    this.timers = [
      setTimeout(() => {
        this.renewal = this.renew();
      }, expiry / RENEWALS),
      setTimeout(() => this.isHeld, Math.max(0, this.deadline.uptime - performance.now()) + 1),
    ];
    // A process that has nothing else to do may end.
    for (const timer of this.timers) timer.unref();
  }

  private stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async renew(): Promise<void> {
    if (!this.isHeld) return;
    const since = performance.now();
    const content = { ...this.content, expires: new Date(Date.now() + this.content.expiry) };
    try {
      const oid = await this.store.write(this.ref, content, this.oid);
      if (oid === null) {
        this.lose('somebody else has taken it');
        return;
      }
      [this.oid, this.content] = [oid, content];
      this.deadline = this.deadlineFrom(since);
    } catch {
      // As the disk may be full. It is tried again, and lost when that does not help in time.
    }
    if (!this.isReleased && !this.signal.aborted) this.schedule();
  }

  private deadlineFrom(since: number): { readonly clock: number; readonly uptime: number } {
    return { clock: this.content.expires.getTime(), uptime: since + this.content.expiry };
  }

  private lose(reason: string): void {
    if (this.signal.aborted) return;
    this.stop();
    this.controller.abort(this.lost(reason));
  }

  private lost(reason: string): LockLostError {
    return new LockLostError(
      `The lock on ${nameOf(this)} is lost: ${reason}. Somebody else may have it by now, so what only its holder may ` +
        'do must be left undone.',
      { details: { ref: this.ref, model: this.model, id: this.id, reason } },
    );
  }
}

/** What a lock is for, in messages. */
export function nameOf({ model, id }: { readonly model: string | null; readonly id: string }): string {
  return model === null ? JSON.stringify(id) : `${model} ${JSON.stringify(id)}`;
}
