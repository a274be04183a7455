import { LONGEST_WAIT, pauseBeforeNext } from '../lib/waiting';

function pauses(interval: number, timeout: number, waited: number): number[] {
  return Array.from({ length: 100 }, () => pauseBeforeNext({ interval, timeout }, waited));
}

describe('The pause before the next look at a lock', () => {
  it('is about as long as the interval, and not always the same', () => {
    const all = pauses(100, Infinity, 0);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...all)).toBeLessThanOrEqual(150);
    expect(new Set(all).size).toBeGreaterThan(1);
  });

  it('ends with the time that it may be waited for', () => {
    expect(new Set(pauses(100, 1000, 990))).toEqual(new Set([10]));
  });

  it('is none that a timer would take for no pause at all', () => {
    expect(new Set(pauses(Number.MAX_SAFE_INTEGER, Infinity, 0))).toEqual(new Set([LONGEST_WAIT]));
  });
});
