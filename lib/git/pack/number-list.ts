/** How many numbers one piece of memory holds: all of them are never copied to make room. */
const PAGE_LENGTH = 1 << 14;

/** The kinds of numbers that a list may hold. */
type NumberArray = Float64Array | Uint32Array;

/** Numbers in a growing list that takes as many bytes for each as its kind needs. */
export class NumberList {
  private readonly pages: NumberArray[] = [];
  private count = 0;

  /** @param kind What one piece of the list is. */
  constructor(private readonly kind: new (length: number) => NumberArray) {}

  get size(): number {
    return this.count;
  }

  push(value: number): void {
    const place = this.count % PAGE_LENGTH;
    if (place === 0) this.pages.push(new this.kind(PAGE_LENGTH));
    (this.pages.at(-1) as NumberArray)[place] = value;
    this.count++;
  }

  /** The number at a position that there is. */
  at(position: number): number {
    return this.pages[Math.floor(position / PAGE_LENGTH)]?.[position % PAGE_LENGTH] as number;
  }
}
