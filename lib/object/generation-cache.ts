/**
 * What was read, by oid; bounded by what the values weigh.
 *
 * There are two generations: what is asked for again moves into the young one, and when that has grown to half of what is
 * allowed, the old one is forgotten and the young one becomes old. So what is in use stays, as in an LRU cache, without a
 * list in which something has to be moved at each look. `PlaceCache` does the same for places in packs, by numbers.
 */
export class GenerationCache<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private weight = 0;
  private readonly limit: number;

  /**
   * @param bytes How much all values may weigh together.
   * @param weigh How much one does, in bytes: of one value always the same.
   * @param most How much one may weigh to be kept: a heavier one would push too many others out. Default: an eighth of all.
   */
  constructor(
    bytes: number,
    private readonly weigh: (value: Value) => number,
    private readonly most = bytes / 8,
  ) {
    this.limit = bytes / 2;
  }

  get(key: string): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  has(key: string): boolean {
    return this.young.has(key) || this.old.has(key);
  }

  set(key: string, value: Value): void {
    const weight = this.weigh(value);
    if (weight > this.most) return;
    if (this.weight + weight > this.limit) {
      this.old = this.young;
      this.young = new Map();
      this.weight = 0;
    }
    const present = this.young.get(key);
    this.weight += weight - (present === undefined ? 0 : this.weigh(present));
    this.young.set(key, value);
  }
}
