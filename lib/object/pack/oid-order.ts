import { OID_BYTES } from '../oid';
import { OIDS_PER_PAGE } from './oid-pages';

/** How many values the first byte of an oid has. */
const FIRST_BYTES = 256;

/** So few oids with the same first byte are sorted one by one: most packs are small, and have no more. */
const MAX_SORTED_ONE_BY_ONE = 8;

/** How many oids with the same first byte are sorted as numbers: more do not fit beside the bytes in one. */
const MAX_SORTED_AS_NUMBERS = 2 ** 20;

/**
 * Brings oids in order. Those with the same first byte are sorted together, as numbers of 52 bits that hold the four
 * bytes behind the first and their places: that calls no function to compare two, of which two million oids would
 * need forty million. Oids that are equal stay in the order of their numbers.
 */
export class OidOrder {
  private readonly numbers: Uint32Array;
  private readonly ends = new Uint32Array(FIRST_BYTES);

  /**
   * @param pages The oids in pieces of {@link OIDS_PER_PAGE}; there may be room for more in the last one.
   * @param size How many there are.
   */
  constructor(
    private readonly pages: readonly Buffer[],
    size: number,
  ) {
    const { ends } = this;
    this.visitFirstBytes(size, (byte) => {
      ends[byte] = (ends[byte] as number) + 1;
    });
    const next = new Uint32Array(FIRST_BYTES);
    for (let byte = 1; byte < FIRST_BYTES; byte++) {
      next[byte] = ends[byte - 1] as number;
      ends[byte] = (ends[byte] as number) + (next[byte] as number);
    }
    const numbers = (this.numbers = new Uint32Array(size));
    this.visitFirstBytes(size, (byte, number) => {
      const place = next[byte] as number;
      numbers[place] = number;
      next[byte] = place + 1;
    });
  }

  /** How many oids begin with a byte or a lower one; 0 for -1. */
  endOf(byte: number): number {
    return byte < 0 ? 0 : (this.ends[byte] as number);
  }

  /** The number of the oid at a place, once those with its first byte are sorted. */
  at(place: number): number {
    return this.numbers[place] as number;
  }

  /** Sorts the oids that begin with a byte. */
  sort(byte: number): void {
    const [start, end] = [this.endOf(byte - 1), this.endOf(byte)];
    if (end - start < 2) return;
    const numbers = this.numbers.subarray(start, end);
    if (numbers.length <= MAX_SORTED_ONE_BY_ONE) this.sortOneByOne(numbers);
    else if (numbers.length <= MAX_SORTED_AS_NUMBERS) this.sortAsNumbers(numbers);
    else numbers.sort((a, b) => this.compare(a, b));
  }

  private sortOneByOne(numbers: Uint32Array): void {
    for (let at = 1; at < numbers.length; at++) this.insert(numbers, at, numbers[at] as number);
  }

  private sortAsNumbers(numbers: Uint32Array): void {
    const keys = new Float64Array(numbers.length);
    numbers.forEach((number, at) => {
      const { page, start } = this.locate(number);
      keys[at] = page.readUInt32BE(start + 1) * MAX_SORTED_AS_NUMBERS + at;
    });
    keys.sort();
    const before = numbers.slice();
    keys.forEach((key, at) => {
      // That five bytes are the same is rare; then the others tell.
      this.insert(numbers, at, before[key % MAX_SORTED_AS_NUMBERS] as number);
    });
  }

  /** Puts an oid among those before a place, which are in order. */
  private insert(numbers: Uint32Array, at: number, number: number): void {
    let place = at;
    while (place > 0 && this.compare(numbers[place - 1] as number, number) > 0) {
      numbers[place] = numbers[place - 1] as number;
      place--;
    }
    numbers[place] = number;
  }

  private visitFirstBytes(size: number, visit: (byte: number, number: number) => void): void {
    let number = 0;
    for (const page of this.pages) {
      const end = Math.min(size, number + OIDS_PER_PAGE);
      for (let at = 0; number < end; at += OID_BYTES) visit(page[at] as number, number++);
    }
  }

  private compare(one: number, other: number): number {
    const a = this.locate(one);
    const b = this.locate(other);
    return a.page.compare(b.page, b.start, b.start + OID_BYTES, a.start, a.start + OID_BYTES);
  }

  private locate(number: number): { readonly page: Buffer; readonly start: number } {
    const page = this.pages[Math.floor(number / OIDS_PER_PAGE)] as Buffer;
    return { page, start: (number % OIDS_PER_PAGE) * OID_BYTES };
  }
}
