import fc from 'fast-check';
import { mergeText } from '../../../lib/model/merge/text-merge';

const text = (...lines: readonly unknown[]): string => lines.map((line) => `${String(line)}\n`).join('');
const TEXT = fc.array(fc.nat({ max: 4 }), { maxLength: 12 }).map((lines) => text(...lines));

describe('the merge of texts', () => {
  it('has what both sides have changed in different places', () => {
    expect(mergeText(text(1, 2, 3), text('A', 2, 3), text(1, 2, 'C'))).toBe(text('A', 2, 'C'));
    expect(mergeText(text(1, 2, 3), text(2, 3), text(1, 2, 3, 4))).toBe(text(2, 3, 4));
    expect(mergeText(text(1, 2, 3), text(1, 2, 3, 4), text(0, 1, 2, 3))).toBe(text(0, 1, 2, 3, 4));
    expect(mergeText('1\n2\n3', '1\n2\n3\n', text('A', 2) + '3')).toBe(text('A', 2, 3));
  });

  it('has a conflict where changes overlap or touch, unless they are the same', () => {
    expect(mergeText(text(1, 2), text('A', 2), text(1, 'B'))).toBeUndefined();
    expect(mergeText(text(1, 2), text(1, 'A', 2), text(1, 'B', 2))).toBeUndefined();
    expect(mergeText(text(1, 2), text(1), text(1, 'B'))).toBeUndefined();
    expect(mergeText('', text(1), text(2))).toBeUndefined();
    expect(mergeText(text(1, 2), text(1, 'A', 2), text(1, 'A', 2))).toBe(text(1, 'A', 2));
  });

  it('is what one side has made where the other one has left all as it was, and the same from either side', () => {
    fc.assert(
      fc.property(TEXT, TEXT, TEXT, (base, ours, theirs) => {
        expect(mergeText(base, ours, base)).toBe(ours);
        expect(mergeText(base, base, theirs)).toBe(theirs);
        expect(mergeText(base, ours, ours)).toBe(ours);
        expect(mergeText(base, ours, theirs)).toBe(mergeText(base, theirs, ours));
      }),
    );
  });

  it('comes to an end where a great many lines are the same', () => {
    const lines = 'x\n'.repeat(50_000);
    expect(mergeText(lines, `A\n${lines}`, `${lines}B\n`)).toBe(`A\n${lines}B\n`);
  });
});
