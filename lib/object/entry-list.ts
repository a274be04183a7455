import type { ByteName } from './byte-name';

/**
 * Entries by the bytes of their names, as a folder has them that was read and is not edited. Most folders never are, and
 * two arrays are made and searched faster than a B+ tree.
 */
export class EntryList<Entry> {
  private constructor(
    private readonly names: readonly ByteName[],
    private readonly values: readonly Entry[],
  ) {}

  /**
   * @param names Of the entries at the same places.
   * @returns undefined when they are not in order, or a name is there twice.
   */
  static of<Entry>(names: readonly ByteName[], values: readonly Entry[]): EntryList<Entry> | undefined {
    for (let place = 1; place < names.length; place++) {
      if ((names[place - 1] as ByteName) >= (names[place] as ByteName)) return undefined;
    }
    return new EntryList(names, values);
  }

  get size(): number {
    return this.names.length;
  }

  get(name: ByteName): Entry | undefined {
    let low = 0;
    let high = this.names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.names[middle] as ByteName;
      if (other === name) return this.values[middle];
      if (other < name) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  *entries(): IterableIterator<[ByteName, Entry]> {
    for (let place = 0; place < this.names.length; place++) {
      yield [this.names[place] as ByteName, this.values[place] as Entry];
    }
  }
}
