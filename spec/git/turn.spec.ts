import { setTimeout as sleep } from 'node:timers/promises';
import { Turn } from '../../lib/git/turn';

/** In milliseconds; it goes on when somebody works, and no machine is too slow for that. */
let time = 1000;

beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => time);
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** Keeps the process busy, as work that is done on the spot does. */
function work(milliseconds: number): void {
  time += milliseconds;
}

/** Works in small steps until the turn is over, and returns for how long. */
function workUntilOver(turn: Turn): number {
  const start = time;
  while (!turn.isOver()) {
    if (time - start > 5000) throw new Error('The turn never ends.');
    work(0.2);
  }
  return time - start;
}

describe('a turn', () => {
  it('is not over when it begins', () => {
    expect(new Turn().isOver()).toBe(false);
  });

  it('is over after many small steps', () => {
    expect(workUntilOver(new Turn())).toBeCloseTo(8, 0);
  });

  it('begins anew when others had theirs', async () => {
    const turn = new Turn();
    workUntilOver(turn);
    let others = 0;
    setImmediate(() => others++);
    await turn.next();
    expect(others).toBe(1);
    expect(workUntilOver(turn)).toBeCloseTo(8, 0);
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
    await sleep(10);
    work(50);
    expect(turn.isOver()).toBe(false);
  });
});
