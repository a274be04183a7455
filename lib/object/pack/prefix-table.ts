const FIRST_BITS = 10;

/** Whose oids begin with which four bytes: of many sets of oids it tells the few that may have one. */
export class PrefixTable {
  /** Open addressing; the prefixes are as good as random, so their first bits say where to begin. */
  private bits = FIRST_BITS;
  private prefixes = new Uint32Array(1 << FIRST_BITS);
  /** In the same slots the numbers of the owners plus one; 0 where nothing is. */
  private owners = new Uint32Array(1 << FIRST_BITS);
  private size = 0;

  /**
   * @param prefix The first four bytes of an oid, as a number.
   * @param owner The number of the set that has it.
   */
  add(prefix: number, owner: number): void {
    // Half full: to look for a prefix that is not there ends after a step or two.
    if (2 * this.size >= this.owners.length) this.grow();
    this.put(prefix, owner + 1);
    this.size++;
  }

  /** The numbers of the sets that have an oid with this prefix, each as often as it has one. */
  ownersOf(prefix: number): number[] {
    const found: number[] = [];
    const mask = this.owners.length - 1;
    for (let slot = this.slotOf(prefix); ; slot = (slot + 1) & mask) {
      const owner = this.owners[slot] as number;
      if (owner === 0) return found;
      if (this.prefixes[slot] === prefix) found.push(owner - 1);
    }
  }

  clear(): void {
    this.bits = FIRST_BITS;
    this.prefixes = new Uint32Array(1 << FIRST_BITS);
    this.owners = new Uint32Array(1 << FIRST_BITS);
    this.size = 0;
  }

  private slotOf(prefix: number): number {
    return prefix >>> (32 - this.bits);
  }

  private put(prefix: number, owner: number): void {
    const mask = this.owners.length - 1;
    let slot = this.slotOf(prefix);
    while (this.owners[slot] !== 0) slot = (slot + 1) & mask;
    this.prefixes[slot] = prefix;
    this.owners[slot] = owner;
  }

  private grow(): void {
    const { prefixes, owners } = this;
    this.bits++;
    this.prefixes = new Uint32Array(1 << this.bits);
    this.owners = new Uint32Array(1 << this.bits);
    for (let slot = 0; slot < owners.length; slot++) {
      const owner = owners[slot] as number;
      if (owner !== 0) this.put(prefixes[slot] as number, owner);
    }
  }
}
