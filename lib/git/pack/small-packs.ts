import type { ByteOid } from '../../object/oid';
import { PrefixTable } from '../../object/pack/prefix-table';

/** With so few that are gone it does not matter that they are still in the table. */
const MANY_GONE = 64;

/**
 * Small packs, of which there may be very many, since each group of commits makes one: to ask them all for an object would
 * take longer with every commit. A table tells the few that may have it, from some thirty bytes of memory for each object.
 */
export class SmallPacks<T> {
  private readonly table = new PrefixTable();
  /** By their numbers in the table; undefined where one is gone. */
  private packs: (T | undefined)[] = [];
  private readonly numbers = new Map<T, number>();

  /** @param prefixes The first four bytes of the oids that it has, as numbers. */
  add(pack: T, prefixes: readonly number[]): void {
    const number = this.packs.push(pack) - 1;
    this.numbers.set(pack, number);
    for (const prefix of prefixes) this.table.add(prefix, number);
  }

  has(pack: T): boolean {
    return this.numbers.has(pack);
  }

  remove(pack: T): void {
    const number = this.numbers.get(pack);
    if (number === undefined) return;
    this.packs[number] = undefined;
    this.numbers.delete(pack);
  }

  /** Whether the table holds more of what is gone than of what is there, and should be made anew. */
  get isStale(): boolean {
    return this.packs.length - this.numbers.size > Math.max(this.numbers.size, MANY_GONE);
  }

  /**
   * Those that may have an object: all that have it, and hardly another one. The last one comes first; most often nobody asks
   * for those before it, and what is written again and again is in very many.
   */
  *thatMayHave(oid: ByteOid): Generator<T, void> {
    let told: T | undefined;
    for (const number of this.table.ownersOf(prefixOf(oid))) {
      const pack = this.packs[number];
      // All that a pack has was added at once.
      if (pack === undefined || pack === told) continue;
      told = pack;
      yield pack;
    }
  }

  clear(): void {
    this.table.clear();
    this.packs = [];
    this.numbers.clear();
  }
}

function prefixOf(oid: ByteOid): number {
  const [a, b, c, d] = [oid.charCodeAt(0), oid.charCodeAt(1), oid.charCodeAt(2), oid.charCodeAt(3)];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
