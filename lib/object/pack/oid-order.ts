import { OID_BYTES } from '../oid';
import { OIDS_PER_PAGE } from './oid-table';

/** How many values the first byte of an oid has. */
const FIRST_BYTES = 256;

/** How many oids with the same first byte are sorted as numbers: more do not fit beside the bytes in one. */
const MAX_SORTED_AS_NUMBERS = 2 ** 20;

/**
 * Brings oids in order. Those with the same first byte are sorted together, as numbers of 52 bits that hold the four
 * bytes behind the first and their places: that calls no function to compare two, of which two million oids would
 * need forty million.
 */
export class OidOrder {
  private readonly numbers: Uint32Array;
  private readonly ends = new Uint32Array(FIRST_BYTES);

  /** @param pages The oids as an `OidTable` has them. */
  constructor(
    private readonly pages: readonly Buffer[],
    size: number,
  ) {
    const { ends } = this;
    for (let number = 0; number < size; number++) {
      const byte = this.firstByte(number);
      ends[byte] = (ends[byte] as number) + 1;
    }
    const next = new Uint32Array(FIRST_BYTES);
    for (let byte = 1; byte < FIRST_BYTES; byte++) {
      next[byte] = ends[byte - 1] as number;
      ends[byte] = (ends[byte] as number) + (next[byte] as number);
    }
    this.numbers = new Uint32Array(size);
    for (let number = 0; number < size; number++) {
      const byte = this.firstByte(number);
      const place = next[byte] as number;
      this.numbers[place] = number;
      next[byte] = place + 1;
    }
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
    const numbers = this.numbers.subarray(this.endOf(byte - 1), this.endOf(byte));
    if (numbers.length > MAX_SORTED_AS_NUMBERS) numbers.sort((a, b) => this.compare(a, b));
    else this.sortAsNumbers(numbers);
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
      const number = before[key % MAX_SORTED_AS_NUMBERS] as number;
      // That five bytes are the same is rare; then the others tell.
      let place = at;
      while (place > 0 && this.compare(numbers[place - 1] as number, number) > 0) {
        numbers[place] = numbers[place - 1] as number;
        place--;
      }
      numbers[place] = number;
    });
  }

  private firstByte(number: number): number {
    const { page, start } = this.locate(number);
    return page[start] as number;
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
