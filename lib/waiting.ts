/** The longest time that a timer of Node waits, in milliseconds: anything longer it takes for one. */
export const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * How long to pause before the next look at something that somebody else holds, in milliseconds. Pauses that differ keep
 * those that wait from meeting again and again.
 *
 * @param waited How long it has been waited for already.
 */
export function pauseBeforeNext(
  { interval, timeout }: { readonly interval: number; readonly timeout: number },
  waited: number,
): number {
  return Math.min(interval * (0.5 + Math.random()), timeout - waited, LONGEST_WAIT);
}
