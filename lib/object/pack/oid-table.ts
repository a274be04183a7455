import { OID_BYTES } from '../oid';
import { OidPages, OIDS_PER_PAGE } from './oid-pages';

const OID_WORDS = OID_BYTES / 4;

/** How many parts the table has, by the first byte of the oids: each grows on its own, which takes no time at all. */
const PARTS = 256;

const FIRST_SLOTS = 8;

/** How full the slots of a part get, of 1. */
const MAX_LOAD = 0.75;

/**
 * The oids of many objects, numbered in the order in which they came, each once. For a million it takes 28 MB, a
 * fifth of a `Map` of strings.
 *
 * A hash table with open addressing over bytes; the oids are hashes themselves.
 */
export class OidTable {
  private readonly oids = new OidPages();
  /** The same memory, four bytes at a time. */
  private readonly words: Uint32Array[] = [];
  /** For each part: the numbers of its oids plus one, 0 where nothing is. */
  private readonly slots = Array.from({ length: PARTS }, () => new Uint32Array(FIRST_SLOTS));
  private readonly counts = new Uint32Array(PARTS);
  /** The oid that is looked for. */
  private readonly wanted = new Uint32Array(OID_WORDS);
  private readonly wantedBytes = Buffer.from(this.wanted.buffer);

  /** How many oids there are. */
  get size(): number {
    return this.oids.size;
  }

  /** The oids' bytes; see {@link OidPages.pages}. */
  get pages(): readonly Buffer[] {
    return this.oids.pages;
  }

  /** Adds an oid; false when it is there already. */
  add(oid: string): boolean {
    this.want(oid);
    const part = this.wantedBytes[0] as number;
    const slot = this.slotOf(part);
    if (this.slots[part]?.[slot] !== 0) return false;
    const { oids, words } = this;
    oids.push(this.wantedBytes);
    const page = oids.pages[words.length];
    if (page) words.push(new Uint32Array(page.buffer));
    this.slots[part][slot] = oids.size;
    const inPart = (this.counts[part] as number) + 1;
    this.counts[part] = inPart;
    if (inPart > this.slots[part].length * MAX_LOAD) this.grow(part);
    return true;
  }

  /** The number of an oid; undefined when it is not there. */
  find(oid: string): number | undefined {
    this.want(oid);
    const part = this.wantedBytes[0] as number;
    const found = this.slots[part]?.[this.slotOf(part)] as number;
    return found === 0 ? undefined : found - 1;
  }

  private want(oid: string): void {
    this.wantedBytes.write(oid, 'hex');
  }

  /** The slot in which the wanted oid is, or else would be. */
  private slotOf(part: number): number {
    const slots = this.slots[part] as Uint32Array;
    const mask = slots.length - 1;
    for (let slot = (this.wanted[1] as number) & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot] as number;
      if (found === 0 || this.isWanted(found - 1)) return slot;
    }
  }

  private isWanted(number: number): boolean {
    const words = this.words[Math.floor(number / OIDS_PER_PAGE)] as Uint32Array;
    const at = (number % OIDS_PER_PAGE) * OID_WORDS;
    const { wanted } = this;
    return (
      words[at + 1] === wanted[1] &&
      words[at] === wanted[0] &&
      words[at + 2] === wanted[2] &&
      words[at + 3] === wanted[3] &&
      words[at + 4] === wanted[4]
    );
  }

  private grow(part: number): void {
    const before = this.slots[part] as Uint32Array;
    const slots = new Uint32Array(before.length * 2);
    const mask = slots.length - 1;
    for (const found of before) {
      if (found === 0) continue;
      const number = found - 1;
      const words = this.words[Math.floor(number / OIDS_PER_PAGE)] as Uint32Array;
      let slot = (words[(number % OIDS_PER_PAGE) * OID_WORDS + 1] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = found;
    }
    this.slots[part] = slots;
  }
}
