/**
 * How many of the smallest packs have to become one, so that each of the packs has at least twice as many objects
 * as the next smaller one: then there are few packs, and over time an object is copied only as often as the number of
 * all objects doubles. The same rule as that of `git repack --geometric=2`.
 *
 * @param sizes The numbers of objects of the packs, in ascending order.
 * @returns 0 when they are in proportion already, never 1.
 */
export function geometricSplit(sizes: readonly number[]): number {
  let split = sizes.length - 1;
  while (split > 0 && inProportion(sizes[split] as number, sizes[split - 1] as number)) split--;
  if (split <= 0) return 0;
  // The pair that is out of proportion becomes one, with all that is smaller …
  split++;
  let sum = sizes.slice(0, split).reduce((total, size) => total + size, 0);
  // … and with the larger ones that are out of proportion to that.
  while (split < sizes.length && !inProportion(sizes[split] as number, sum)) sum += sizes[split++] as number;
  return split;
}

function inProportion(larger: number, smaller: number): boolean {
  return larger >= 2 * smaller;
}
