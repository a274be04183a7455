import { setTimeout as sleep } from 'node:timers/promises';
import { Turn } from '../../lib/git/turn';

/** Keeps the process busy, as work that is done on the spot does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Works in small steps until the turn is over, and returns for how long. */
function workUntilOver(turn: Turn): number {
  const start = performance.now();
  while (!turn.isOver()) {
    if (performance.now() - start > 5000) throw new Error('The turn never ends.');
    work(0.2);
  }
  return performance.now() - start;
}

describe('a turn', () => {
  it('is not over when it begins', () => {
    expect(new Turn().isOver()).toBe(false);
  });

  it('is over after many small steps', () => {
    expect(workUntilOver(new Turn())).toBeGreaterThan(7);
  });

  it('begins anew when others had theirs', async () => {
    const turn = new Turn();
    workUntilOver(turn);
    let others = 0;
    setImmediate(() => others++);
    await turn.next();
    expect(others).toBe(1);
    expect(workUntilOver(turn)).toBeGreaterThan(7);
  });

  it('is over after a single long step as well', () => {
    const turn = new Turn();
    turn.isOver();
    work(40);
    expect(turn.isOver()).toBe(true);
  });

  it('begins anew after a pause', async () => {
    const turn = new Turn();
    workUntilOver(turn);
    await sleep(50);
    expect(turn.isOver()).toBe(false);
  });
});
