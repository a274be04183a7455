/** Lines of a text, in whose place another one has others: from `start` up to `end`, from `newStart` up to `newEnd` there. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Part of both texts. */
interface Box {
  readonly start: number;
  readonly end: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** The least number of changes after which a way that is good enough will do, as in Git's xdiff. */
const LEAST_EFFORT = 256;

/**
 * What differs between two texts, whose lines are given as numbers. It is the least, unless the texts differ in so much that
 * it would take too long to find; it never takes longer than the number of lines times that of the changes.
 *
 * Algorithm: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), in linear space.
 */
export function diffLines(before: readonly number[], after: readonly number[]): Hunk[] {
  const removed = new Uint8Array(before.length + 1);
  const added = new Uint8Array(after.length + 1);
  const search = new Search(before, after);
  const boxes: Box[] = [{ start: 0, end: before.length, newStart: 0, newEnd: after.length }];
  for (let next; (next = boxes.pop());) {
    const box = search.trim(next);
    const { start, end, newStart, newEnd } = box;
    if (start === end) added.fill(1, newStart, newEnd);
    else if (newStart === newEnd) removed.fill(1, start, end);
    else {
      const [x, y] = search.split(box);
      boxes.push({ start, end: x, newStart, newEnd: y }, { start: x, end, newStart: y, newEnd });
    }
  }
  slideDown(removed, before);
  slideDown(added, after);
  return hunksOf(removed, added, before.length, after.length);
}

class Search {
  private readonly forward: Int32Array;
  private readonly backward: Int32Array;
  /** The place of the diagonal 0. */
  private readonly middle: number;
  private readonly effort: number;

  constructor(
    private readonly before: readonly number[],
    private readonly after: readonly number[],
  ) {
    const lines = before.length + after.length;
    this.middle = lines + 1;
    this.forward = new Int32Array(2 * lines + 3);
    this.backward = new Int32Array(2 * lines + 3);
    this.effort = Math.max(LEAST_EFFORT, Math.ceil(Math.sqrt(lines)));
  }

  /** The box without what is the same at both ends. */
  trim({ start, end, newStart, newEnd }: Box): Box {
    const { before, after } = this;
    while (start < end && newStart < newEnd && before[start] === after[newStart]) {
      start++;
      newStart++;
    }
    while (start < end && newStart < newEnd && before[end - 1] === after[newEnd - 1]) {
      end--;
      newEnd--;
    }
    return { start, end, newStart, newEnd };
  }

  /** A place on a shortest way through a box that is trimmed, and not empty on either side; it is at neither end. */
  split({ start, end, newStart, newEnd }: Box): [number, number] {
    const { before, after, forward, backward, middle, effort } = this;
    const [n, m] = [end - start, newEnd - newStart];
    const delta = n - m;
    const isOdd = (delta & 1) !== 0;
    const most = Math.min(n + m, effort) + 1;
    forward.fill(-1, middle - most, middle + most + 1);
    backward.fill(-1, middle - most, middle + most + 1);
    for (let d = 0; ; d++) {
      const [from, to] = [-(d - 2 * Math.max(0, d - m)), d - 2 * Math.max(0, d - n)];
      for (let k = from; k <= to; k += 2) {
        let x = reached(forward, middle + k, k, n, m, d);
        for (; x >= 0 && x < n && x - k < m && before[start + x] === after[newStart + x - k];) x++;
        forward[middle + k] = x;
        const opposite = delta - k;
        if (!isOdd || x < 0 || Math.abs(opposite) >= d) continue;
        const back = backward[middle + opposite] as number;
        if (back >= 0 && x + back >= n) return [start + x, newStart + x - k];
      }
      for (let k = from; k <= to; k += 2) {
        let x = reached(backward, middle + k, k, n, m, d);
        for (; x >= 0 && x < n && x - k < m && before[end - 1 - x] === after[newEnd - 1 - x + k];) x++;
        backward[middle + k] = x;
        const opposite = delta - k;
        if (isOdd || x < 0 || Math.abs(opposite) > d) continue;
        const front = forward[middle + opposite] as number;
        if (front >= 0 && x + front >= n) return [end - x, newEnd - x + k];
      }
      if (d >= effort) return this.farthest(start, newStart, from, to);
    }
  }

  /** The place up to which most lines have been gone through. */
  private farthest(start: number, newStart: number, from: number, to: number): [number, number] {
    let [best, sum] = [0, -1];
    for (let k = from; k <= to; k += 2) {
      const x = this.forward[this.middle + k] as number;
      if (x >= 0 && 2 * x - k > sum) [best, sum] = [k, 2 * x - k];
    }
    const x = this.forward[this.middle + best] as number;
    return [start + x, newStart + x - best];
  }
}

/** How far one comes on a diagonal with one change more; -1 where it is out of reach. */
function reached(ends: Int32Array, at: number, k: number, n: number, m: number, d: number): number {
  if (d === 0) return 0;
  const right = ends[at - 1] as number;
  const down = ends[at + 1] as number;
  const x = right >= 0 && right < n ? right + 1 : -1;
  return down > x - 1 && down - k <= m ? Math.max(down, x) : x;
}

/** Moves what has changed as far down as it can be taken to be, as Git does it: then both sides agree on where it is. */
function slideDown(changed: Uint8Array, lines: readonly number[]): void {
  for (let start = 0; start < lines.length;) {
    if (!changed[start]) {
      start++;
      continue;
    }
    let end = start;
    while (changed[end]) end++;
    while (end < lines.length && lines[start] === lines[end]) {
      changed[start++] = 0;
      changed[end++] = 1;
      while (changed[end]) end++;
    }
    start = end;
  }
}

function hunksOf(removed: Uint8Array, added: Uint8Array, lines: number, newLines: number): Hunk[] {
  const hunks: Hunk[] = [];
  for (let [line, newLine] = [0, 0]; line < lines || newLine < newLines; line++, newLine++) {
    const [start, newStart] = [line, newLine];
    while (removed[line]) line++;
    while (added[newLine]) newLine++;
    if (line > start || newLine > newStart) hunks.push({ start, end: line, newStart, newEnd: newLine });
  }
  return hunks;
}
