import type { ByteName } from './byte-name';
import type { Edit } from './edited-entries';
import { NodeEntry } from './node-entry';
import type { NodePair } from './node-entry';
import { OID_BYTES } from './oid';
import type { ByteOid } from './oid';
import { boundsOfEntries, encodeEntry } from './tree-codec';

const NUL = 0;
const SPACE = 0x20;

/** So many entries are compared at once at most: where they are not the same after all, they are again, one by one. */
const MOST_AT_ONCE = 64;

/** What is not longer than this is compared character by character: to cut it out first would take longer (measured). */
const SHORT_TEXT = 128;

/** The shortest mode: five digits. */
const MODE_DIGITS = 5;

/**
 * The entries of a folder that was read and is not edited, as they are stored. Most folders never are edited, and of most
 * only one entry is asked for, or those that differ from another version: so each is decoded when it is asked for, and
 * two versions are compared without it.
 */
export class EncodedEntries {
  /** Those of an empty folder. */
  static readonly NONE = new EncodedEntries('', [0]);

  private constructor(
    /** The tree object, a character for each byte. Text takes less memory than a buffer, and no larger one is kept with it. */
    private readonly text: string,
    /** Where the entries begin, and where the last one ends. */
    private readonly starts: readonly number[],
  ) {}

  /**
   * The entries of a tree object.
   *
   * @returns undefined when they are not {@link TreeBounds.isPlain}.
   * @throws InvalidObjectError when the bytes are not a tree.
   */
  static of(oid: ByteOid, raw: Buffer): EncodedEntries | undefined {
    const { starts, isPlain } = boundsOfEntries(oid, raw);
    return isPlain ? new EncodedEntries(raw.toString('latin1'), starts) : undefined;
  }

  get size(): number {
    return this.starts.length - 1;
  }

  /** The tree object. */
  encode(): Buffer {
    return Buffer.from(this.text, 'latin1');
  }

  /** The entry of a name; undefined when there is none. */
  get(name: ByteName): NodeEntry | undefined {
    const place = this.search(name);
    return this.isAt(place, name) ? this.entryAt(place) : undefined;
  }

  /** The first place where the name of the entry is not less; one behind the last when all are. */
  search(name: ByteName): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.compareWith(middle, name);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the entry of a place has this name. */
  isAt(place: number, name: ByteName): boolean {
    return place < this.size && this.compareWith(place, name) === 0;
  }

  /** The entries from one place to another, by the bytes of their names. */
  *entries(from = 0, to = this.size): IterableIterator<[ByteName, NodeEntry]> {
    for (let place = from; place < to; place++) yield [this.nameOf(place), this.entryAt(place)];
  }

  /** These entries after some edits, by the bytes of their names, and in an order that Git has as well. */
  withEdits(edits: readonly Edit[]): EncodedEntries {
    let text = '';
    const starts: number[] = [];
    let next = 0;
    const keepUpTo = (place: number): void => {
      const from = this.starts[next] as number;
      const shift = text.length - from;
      text += this.text.slice(from, this.starts[place]);
      for (; next < place; next++) starts.push((this.starts[next] as number) + shift);
    };
    for (const { name, entry, place, replaces } of edits) {
      keepUpTo(place);
      if (entry) {
        starts.push(text.length);
        text += encodeEntry({ name, mode: entry.mode, oid: entry.byteOid });
      }
      if (replaces) next = place + 1;
    }
    keepUpTo(this.size);
    starts.push(text.length);
    return new EncodedEntries(text, starts);
  }

  /** Git's mode of the entry of a place. */
  modeOf(place: number): number {
    const end = this.nameAt(place) - 1;
    let mode = 0;
    for (let at = this.starts[place] as number; at < end; at++) {
      mode = mode * 8 + (this.text.charCodeAt(at) & 7);
    }
    return mode;
  }

  /** The name of the entry of a place. */
  nameOf(place: number): ByteName {
    return this.text.slice(this.nameAt(place), this.endOfName(place));
  }

  /** What is not the same in another list, by the bytes of the names. */
  differences(other: EncodedEntries): NodePair[] {
    const found: NodePair[] = [];
    let [a, b] = [0, 0];
    for (;;) {
      const same = EncodedEntries.countSame(this, a, other, b);
      a += same;
      b += same;
      if (same === MOST_AT_ONCE) continue;
      if (a === this.size && b === other.size) return found;
      const order =
        a === this.size ? 1 : b === other.size ? -1 : EncodedEntries.compareNames(this, a, other, b);
      const name = order <= 0 ? this.nameOf(a) : other.nameOf(b);
      const before = order <= 0 ? this.entryAt(a++) : undefined;
      const after = order >= 0 ? other.entryAt(b++) : undefined;
      found.push([name, before, after]);
    }
  }

  private entryAt(place: number): NodeEntry {
    const end = this.starts[place + 1] as number;
    return NodeEntry.stored(this.modeOf(place), this.text.slice(end - OID_BYTES, end) as ByteOid);
  }

  /** Where the name of an entry begins: behind a mode of five or six digits, and a space. */
  private nameAt(place: number): number {
    const end = (this.starts[place] as number) + MODE_DIGITS;
    return this.text.charCodeAt(end) === SPACE ? end + 1 : end + 2;
  }

  private endOfName(place: number): number {
    return (this.starts[place + 1] as number) - OID_BYTES - 1;
  }

  private compareWith(place: number, name: ByteName): number {
    const { text } = this;
    let at = this.nameAt(place);
    for (let n = 0; n < name.length; n++, at++) {
      const code = text.charCodeAt(at);
      // The end of the name: what is longer and begins with it comes later.
      if (code === NUL) return -1;
      const difference = code - name.charCodeAt(n);
      if (difference !== 0) return difference;
    }
    return this.endOfName(place) - at;
  }

  /** How the names of two entries compare, by their bytes. */
  private static compareNames(
    a: EncodedEntries,
    placeOfA: number,
    b: EncodedEntries,
    placeOfB: number,
  ): number {
    let [atA, atB] = [a.nameAt(placeOfA), b.nameAt(placeOfB)];
    for (;;) {
      const code = a.text.charCodeAt(atA++);
      const difference = code - b.text.charCodeAt(atB++);
      // NUL ends both names, and is less than all that may be in one.
      if (difference !== 0 || code === NUL) return difference;
    }
  }

  /**
   * How many entries from two places on have the same bytes, up to {@link MOST_AT_ONCE}. The ends of their oids, which are as
   * good as random, tell where that may end; up to there the bytes are compared all at once, ten times as fast as one by one.
   */
  private static countSame(a: EncodedEntries, placeOfA: number, b: EncodedEntries, placeOfB: number): number {
    const most = Math.min(a.size - placeOfA, b.size - placeOfB, MOST_AT_ONCE);
    let count = 0;
    while (count < most && EncodedEntries.endAlike(a, placeOfA + count, b, placeOfB + count)) count++;
    if (EncodedEntries.isSame(a, placeOfA, b, placeOfB, count)) return count;
    let same = 0;
    while (EncodedEntries.isSame(a, placeOfA + same, b, placeOfB + same, 1)) same++;
    return same;
  }

  /** Whether two entries have the same length, and the same two bytes in the end. */
  private static endAlike(a: EncodedEntries, placeOfA: number, b: EncodedEntries, placeOfB: number): boolean {
    const [endA, endB] = [a.starts[placeOfA + 1] as number, b.starts[placeOfB + 1] as number];
    return (
      a.text.charCodeAt(endA - 1) === b.text.charCodeAt(endB - 1) &&
      a.text.charCodeAt(endA - 2) === b.text.charCodeAt(endB - 2) &&
      endA - (a.starts[placeOfA] as number) === endB - (b.starts[placeOfB] as number)
    );
  }

  /** Whether so many entries, which have the same lengths, have the same bytes. */
  private static isSame(
    a: EncodedEntries,
    placeOfA: number,
    b: EncodedEntries,
    placeOfB: number,
    count: number,
  ): boolean {
    const [startA, startB] = [a.starts[placeOfA] as number, b.starts[placeOfB] as number];
    const length = (a.starts[placeOfA + count] as number) - startA;
    if (length > SHORT_TEXT) {
      return a.text.slice(startA, startA + length) === b.text.slice(startB, startB + length);
    }
    for (let n = 0; n < length; n++) {
      if (a.text.charCodeAt(startA + n) !== b.text.charCodeAt(startB + n)) return false;
    }
    return true;
  }
}
