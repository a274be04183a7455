import type { GitModel } from '../git-model';
import { loadRelated } from '../relation/prefetch';
import type { ModelId, RelatedKeys } from '../types';

/** Where a set of records gets them from; every call begins anew. */
export interface RecordSource<T> {
  readonly records: () => AsyncIterable<T>;
  readonly ids: () => AsyncIterable<string>;
}

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
export class RecordSet<T extends GitModel<ModelId>> implements AsyncIterable<T> {
  /** @internal */
  constructor(private readonly source: RecordSource<T>) {}

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.source.records()[Symbol.asyncIterator]();
  }

  /**
   * The same records, each with the records that these fields relate to: those are read together, and each once
   * for many records. One that does not exist, or cannot be read, stays to be asked for.
   *
   * @example
   * ```ts
   * class Author extends GitModel {
   *   @CharField() name!: string;
   * }
   * class Post extends GitModel {
   *   @RelatedField(Author) author!: Related<Author>;
   * }
   * ws.register(Author);
   * for await (const post of ws.register(Post).all().with('author')) {
   *   console.log(post.author.record?.name);
   * }
   * ```
   */
  with(...properties: RelatedKeys<T>[]): RecordSet<T> {
    const { records, ids } = this.source;
    return new RecordSet({ records: () => loadRelated(records(), properties as string[]), ids });
  }

  /** The ids alone, without reading the records. */
  ids(): AsyncIterable<string> {
    return { [Symbol.asyncIterator]: () => this.source.ids()[Symbol.asyncIterator]() };
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
