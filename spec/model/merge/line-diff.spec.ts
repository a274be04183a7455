import fc from 'fast-check';
import { diffLines } from '../../../lib/model/merge/line-diff';

const LINES = fc.array(fc.nat({ max: 4 }), { maxLength: 20 });

/** The second text, as it is made of the first one. */
function apply(before: readonly number[], after: readonly number[]): number[] {
  const result: number[] = [];
  let done = 0;
  for (const { start, end, newStart, newEnd } of diffLines(before, after)) {
    result.push(...before.slice(done, start), ...after.slice(newStart, newEnd));
    done = end;
  }
  return [...result, ...before.slice(done)];
}

/** How many lines two texts can have in common, by a table. */
function commonLines(before: readonly number[], after: readonly number[]): number {
  let row = new Array<number>(after.length + 1).fill(0);
  for (const line of before) {
    const next = [0];
    after.forEach((other, n) => {
      const both = line === other ? (row[n] as number) + 1 : 0;
      next.push(Math.max(both, row[n + 1] as number, next[n] as number));
    });
    row = next;
  }
  return row[after.length] as number;
}

describe('the difference of lines', () => {
  it('leads from the one to the other, and is the least', () => {
    fc.assert(
      fc.property(LINES, LINES, (before, after) => {
        expect(apply(before, after)).toEqual(after);
        const removed = diffLines(before, after).reduce((sum, { start, end }) => sum + end - start, 0);
        expect(before.length - removed).toBe(commonLines(before, after));
      }),
    );
  });

  it.each<[string, number[], number[]]>([
    [
      'have a great many lines that are the same',
      new Array<number>(30_000).fill(1),
      new Array<number>(29_000).fill(1),
    ],
    [
      'have hardly anything in common',
      Array.from({ length: 30_000 }, (_, n) => (n * 7919) % 1009),
      Array.from({ length: 30_000 }, (_, n) => (n * 104_729) % 997),
    ],
  ])('is found where they %s', (_what, before, after) => {
    expect(apply(before, after)).toEqual(after);
  });

  it('is as far down as it can be taken to be', () => {
    expect(diffLines([1, 2, 3], [1, 2, 1, 2, 3])).toEqual([{ start: 2, end: 2, newStart: 2, newEnd: 4 }]);
    expect(diffLines([1, 1, 1, 2], [1, 1, 2])).toEqual([{ start: 2, end: 3, newStart: 2, newEnd: 2 }]);
  });
});
