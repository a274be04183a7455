import { diffLines } from './line-diff';
import type { Hunk } from './line-diff';

/**
 * Merges three versions of a text by line, as Git does it: changes that touch or overlap are a conflict.
 *
 * @returns undefined when there is a conflict.
 *
 * Algorithm: S. Khanna, K. Kunal, B. C. Pierce, "A Formal Investigation of Diff3", FSTTCS 2007.
 */
export function mergeText(base: string, ours: string, theirs: string): string | undefined {
  const numbers = new Map<string, number>();
  const numberOf = (line: string): number => {
    const known = numbers.get(line) ?? numbers.size;
    numbers.set(line, known);
    return known;
  };
  const lines = linesOf(base);
  const before = lines.map(numberOf);
  const [mine, yours] = [
    new Side(before, linesOf(ours), numberOf),
    new Side(before, linesOf(theirs), numberOf),
  ];
  const parts: string[] = [];
  let done = 0;
  for (;;) {
    const start = Math.min(mine.start, yours.start);
    if (start === Infinity) return parts.join('') + lines.slice(done).join('');
    let end = start;
    for (let reached = -1; reached !== end;) {
      reached = end;
      end = yours.reach(mine.reach(end));
    }
    const [left, right] = [mine.take(start, end), yours.take(start, end)];
    if (left !== undefined && right !== undefined && left !== right) return undefined;
    parts.push(lines.slice(done, start).join(''), left ?? right ?? '');
    done = end;
  }
}

/** What a side has changed, which is gone through from its beginning. */
class Side {
  private readonly hunks: readonly Hunk[];
  /** The first hunk that was not taken. */
  private next = 0;
  /** The first one that was not reached. */
  private reached = 0;
  /** By how much its lines are further down than those of the base. */
  private shift = 0;

  constructor(
    before: readonly number[],
    private readonly lines: readonly string[],
    numberOf: (line: string) => number,
  ) {
    this.hunks = diffLines(before, lines.map(numberOf));
  }

  /** The line of the base at which the next change begins; Infinity when there is none. */
  get start(): number {
    return this.hunks[this.next]?.start ?? Infinity;
  }

  /** Reaches all changes that touch what ends with a line of the base; gives the line with which it ends then. */
  reach(line: number): number {
    let end = line;
    for (let hunk; (hunk = this.hunks[this.reached]) && hunk.start <= end; this.reached++) {
      end = Math.max(end, hunk.end);
    }
    return end;
  }

  /** What it has in the place of lines of the base, all changes in which were reached; undefined when there are none. */
  take(start: number, end: number): string | undefined {
    const last = this.hunks[this.reached - 1];
    if (this.next === this.reached || !last) return undefined;
    const from = start + this.shift;
    this.shift = last.newEnd - last.end;
    this.next = this.reached;
    return this.lines.slice(from, end + this.shift).join('');
  }
}

/** Lines with their ends, so that a last line without one is another line. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
