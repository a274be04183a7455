/** How long work goes on on the spot before other work of the process gets its turn, in milliseconds. */
const TURN_MS = 8;

/**
 * Keeps work that is done on the spot, many small steps of it, from holding up all else in the process.
 *
 * Every step asks {@link Turn.isOver}, and when it is, awaits {@link Turn.next}.
 */
export class Turn {
  private ends = 0;

  /** Whether others should get their turn now. */
  isOver(): boolean {
    const now = performance.now();
    // After a pause nobody has been held up: a new turn begins.
    if (now > this.ends + TURN_MS) this.ends = now + TURN_MS;
    return now > this.ends;
  }

  /** Lets everything run that waits for the event loop. */
  async next(): Promise<void> {
    await new Promise(setImmediate);
    this.ends = performance.now() + TURN_MS;
  }
}
