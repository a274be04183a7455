/**
 * Records to iterate over, as often as one likes: every iteration reads anew, and sees one state of the store
 * from its beginning to its end.
 *
 * @example
 * ```ts
 * for await (const page of Page.all()) console.log(page.title);
 * const titles = (await Page.all().toArray()).map((page) => page.title);
 * ```
 */
export class RecordSet<T> implements AsyncIterable<T> {
  /** @internal */
  constructor(
    private readonly records: () => AsyncIterable<T>,
    private readonly recordIds: () => AsyncIterable<string>,
  ) {}

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.records()[Symbol.asyncIterator]();
  }

  /** The ids alone, without reading the records. */
  ids(): AsyncIterable<string> {
    return { [Symbol.asyncIterator]: () => this.recordIds()[Symbol.asyncIterator]() };
  }

  /** All records at once. */
  async toArray(): Promise<T[]> {
    const records: T[] = [];
    for await (const record of this) records.push(record);
    return records;
  }

  /** The first record, or undefined when there is none. */
  async first(): Promise<T | undefined> {
    for await (const record of this) return record;
    return undefined;
  }

  /** How many records there are; they are not read. */
  async count(): Promise<number> {
    const ids = this.ids()[Symbol.asyncIterator]();
    let count = 0;
    while (!(await ids.next()).done) count++;
    return count;
  }
}
