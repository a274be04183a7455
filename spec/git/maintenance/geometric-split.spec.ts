import fc from 'fast-check';
import { geometricSplit } from '../../../lib/git/maintenance/geometric-split';

describe('The packs that become one', () => {
  it.each([
    [[], 0],
    [[5], 0],
    [[1, 2, 4, 8], 0],
    [[5, 5], 2],
    [[1, 1, 100], 2],
    [[1, 100, 150], 3],
    [[1, 1, 1, 6, 12], 3],
    [[1, 1, 1, 5, 12], 5],
    [[1, 1, 1, 5, 16], 4],
    [[0, 0], 0],
  ])('of packs with %j objects are the first %d', (sizes, split) => {
    expect(geometricSplit(sizes)).toBe(split);
  });

  it('leave packs each of which is twice as large as the next smaller one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000 })), (unordered) => {
        const sizes = unordered.sort((a, b) => a - b);
        const split = geometricSplit(sizes);
        expect(split).not.toBe(1);
        const sum = sizes.slice(0, split).reduce((total, size) => total + size, 0);
        const after = [...(split > 0 ? [sum] : []), ...sizes.slice(split)];
        after.slice(1).forEach((size, smaller) => {
          expect(size).toBeGreaterThanOrEqual(2 * (after[smaller] as number));
        });
      }),
    );
  });
});
