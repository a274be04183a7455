const FIRST_BITS = 10;

/** Whose oids begin with which four bytes: of many sets of oids it tells the few that may have one. */
export class PrefixTable {
  /** Open addressing; the prefixes are as good as random, so their first bits say where to begin. */
  private bits = FIRST_BITS;
  private prefixes = new Uint32Array(1 << FIRST_BITS);
  /** In the same slots the entries that were made last for the prefixes; 0 where nothing is. */
  private latest = new Uint32Array(1 << FIRST_BITS);
  /** How many different prefixes there are. */
  private size = 0;
  /**
   * The owners, by the numbers of their entries, from 1 on. What is written again and again is in very many sets: all that have a
   * prefix in slots of their own would be in the way of each other, and of others.
   */
  private owners = new Uint32Array(1 << FIRST_BITS);
  /** The entries that were made before for the same prefixes; 0 for none. */
  private previous = new Uint32Array(1 << FIRST_BITS);
  private entries = 0;

  /**
   * @param prefix The first four bytes of an oid, as a number.
   * @param owner The number of the set that has it.
   */
  add(prefix: number, owner: number): void {
    // Half full: to look for a prefix that is not there ends after a step or two.
    if (2 * this.size >= this.latest.length) this.spread();
    const entry = ++this.entries;
    if (entry === this.owners.length) {
      this.owners = twiceAsLong(this.owners);
      this.previous = twiceAsLong(this.previous);
    }
    const slot = this.slotOf(prefix);
    const before = this.latest[slot] as number;
    if (before === 0) this.size++;
    this.owners[entry] = owner;
    this.previous[entry] = before;
    this.prefixes[slot] = prefix;
    this.latest[slot] = entry;
  }

  /** The entry that was made last for a prefix, from 1 on; 0 when there is none. */
  find(prefix: number): number {
    return this.latest[this.slotOf(prefix)] as number;
  }

  /** The number of the set that an entry was made for. */
  ownerOf(entry: number): number {
    return this.owners[entry] as number;
  }

  /** The entry that was made before for the same prefix; 0 when it was the first. */
  before(entry: number): number {
    return this.previous[entry] as number;
  }

  clear(): void {
    this.bits = FIRST_BITS;
    this.prefixes = new Uint32Array(1 << FIRST_BITS);
    this.latest = new Uint32Array(1 << FIRST_BITS);
    this.size = 0;
    this.owners = new Uint32Array(1 << FIRST_BITS);
    this.previous = new Uint32Array(1 << FIRST_BITS);
    this.entries = 0;
  }

  /** The slot of a prefix; where it is not in the table, the empty one for it. */
  private slotOf(prefix: number): number {
    const mask = this.latest.length - 1;
    let slot = prefix >>> (32 - this.bits);
    while (this.latest[slot] !== 0 && this.prefixes[slot] !== prefix) slot = (slot + 1) & mask;
    return slot;
  }

  private spread(): void {
    const { prefixes, latest } = this;
    this.bits++;
    this.prefixes = new Uint32Array(1 << this.bits);
    this.latest = new Uint32Array(1 << this.bits);
    for (let slot = 0; slot < latest.length; slot++) {
      if (latest[slot] === 0) continue;
      const prefix = prefixes[slot] as number;
      const to = this.slotOf(prefix);
      this.prefixes[to] = prefix;
      this.latest[to] = latest[slot] as number;
    }
  }
}

function twiceAsLong(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * numbers.length);
  longer.set(numbers);
  return longer;
}
