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
   * Asks those that may have an object, which are all that have it and hardly another one, until one of them has an answer. The
   * last one comes first: what is written again and again is in very many.
   */
  ask<R>(oid: ByteOid, question: (pack: T) => R | undefined): R | undefined {
    const { table } = this;
    let asked: T | undefined;
    for (let entry = table.find(prefixOf(oid)); entry !== 0; entry = table.before(entry)) {
      const pack = this.packs[table.ownerOf(entry)];
      // All that a pack has was added at once.
      if (pack === undefined || pack === asked) continue;
      asked = pack;
      const answer = question(pack);
      if (answer !== undefined) return answer;
    }
    return undefined;
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
