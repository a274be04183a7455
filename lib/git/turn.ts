/** How long work goes on on the spot before other work of the process gets its turn, in milliseconds. */
const TURN_MS = 8;

/**
 * Keeps work that is done on the spot, many small steps of it, from holding up all else in the process.
 *
 * Every step asks {@link Turn.isOver}, and when it is, awaits {@link Turn.next}.
 */
export class Turn {
  private ends = 0;
  /** Whether the event loop has not come round since the turn began: only then is anybody held up. */
  private isOn = false;

  /** Whether others should get their turn now. */
  isOver(): boolean {
    if (!this.isOn) this.begin();
    return performance.now() > this.ends;
  }

  /** Lets everything run that waits for the event loop. */
  async next(): Promise<void> {
    await new Promise(setImmediate);
    this.begin();
  }

  private begin(): void {
    this.isOn = true;
    this.ends = performance.now() + TURN_MS;
    setImmediate(() => {
      this.isOn = false;
    }).unref();
  }
}
