import { inspect } from 'node:util';
import { InvalidArgumentError } from '../../errors';
import type { GitModelError } from '../../errors';
import type { GitModel } from '../git-model';
import { doesNotExist } from '../record/does-not-exist';
import type { RecordContext } from '../record/record-context';
import type { ReadAllOptions, ReadOptions } from '../record/record-store';
import type { IdOf, ModelConstructor, ModelId } from '../types';

/** What a related record can be given as: the record, its id, or what another record's field holds. */
export type RelatedInput<T extends GitModel<ModelId>> = Related<T> | T | IdOf<T>;

/** How a related model is named: by its class or its name, or by a function that gives the class when it is known. */
export type RelatedTarget<T extends GitModel<ModelId>> =
  ModelConstructor<T> | string | (() => ModelConstructor<T>);

/** The model that a field refers to, and the workspace of the record that has the field. */
export interface RelatedPlace<T extends GitModel<ModelId>> {
  readonly context: RecordContext;
  /** The bound class of the related model. */
  readonly model: () => ModelConstructor<T>;
}

/**
 * What a related field holds: the id of a record, and the way to it. `await post.author` reads that record, where
 * the one with the field was read: at the same branch or tag. A record that was assigned, or loaded with
 * `all().with('author')`, is not read again.
 *
 * @example
 * ```ts
 * class Author extends GitModel {
 *   @CharField() name!: string;
 * }
 * class Post extends GitModel {
 *   @SlugField({ id: true }) slug!: string;
 *   @RelatedField(Author) author!: Related<Author>;
 * }
 * const [BoundAuthor, BoundPost] = [ws.register(Author), ws.register(Post)];
 * const ann = new BoundAuthor({ name: 'Ann' });
 * await ann.save();
 * await new BoundPost({ slug: 'hello', author: ann }).save();
 *
 * const post = await BoundPost.get('hello');
 * console.log(post.author.id, (await post.author).name);
 * post.author = Related.to(ann); // or post.set({ author: ann.id })
 * ```
 */
export class Related<T extends GitModel<ModelId>> implements PromiseLike<T> {
  /** @param knownId Undefined for an assigned record: its id is the one that it has, whenever that is set. */
  private constructor(
    private readonly knownId: IdOf<T> | undefined,
    private readonly place: RelatedPlace<T> | undefined,
    private loaded: T | undefined,
  ) {}

  /**
   * Refers to a record, or to the one with an id.
   *
   * @throws InvalidArgumentError for anything else.
   */
  static to<T extends GitModel<ModelId>>(input: RelatedInput<T>): Related<T> {
    const related = Related.tryTo<T>(input);
    if (related) return related;
    throw new InvalidArgumentError(
      `${inspect(input)} is no record and no id, so nothing can be related to it.`,
      {
        details: { option: 'input', value: input },
      },
    );
  }

  /** The same, but undefined for what cannot be related to. @internal */
  static tryTo<T extends GitModel<ModelId>>(input: unknown): Related<T> | undefined {
    if (input instanceof Related) return input as Related<T>;
    if (typeof input === 'string' ? input !== '' : Number.isSafeInteger(input)) {
      // 0 in place of -0, which is no other id.
      return new Related<T>((input === 0 ? 0 : input) as IdOf<T>, undefined, undefined);
    }
    return isRecord(input) ? new Related(undefined, undefined, input as T) : undefined;
  }

  /** The id of the related record; of an assigned one, the id that it has now. */
  get id(): IdOf<T> {
    return this.knownId ?? ((this.loaded as T).getId() as IdOf<T>);
  }

  /** The record itself, when it was assigned or has been loaded together with others; else undefined. */
  get record(): T | undefined {
    return this.loaded;
  }

  /**
   * Reads the record. Each call reads it anew, unless {@link record} has it.
   *
   * @throws DoesNotExistError when there is none with the id.
   */
  async load(): Promise<T> {
    const found = await this.loadOrNull();
    if (found) return found;
    const { model } = this.bound;
    throw doesNotExist(model().name, this.id, this.readOptions, 'which another record refers to');
  }

  /** Reads the record; null when there is none with the id. */
  async loadOrNull(): Promise<T | null> {
    if (this.loaded) return this.loaded;
    return (this.bound.model() as unknown as Loader<T>).getOrNull(this.id, this.readOptions);
  }

  /**
   * Reads several records of the related model, where this one would be read; null for each that is not there, or
   * that `onInvalid` was called for. @internal
   */
  async loadBeside(
    ids: readonly IdOf<T>[],
    onInvalid: (error: GitModelError) => void,
  ): Promise<(T | null)[]> {
    const model = this.bound.model() as unknown as Loader<T>;
    return model.getMany(ids, { ...this.readOptions, onInvalid });
  }

  /** Makes `await` work: the same as {@link load}. */
  then<A = T, B = never>(
    onFulfilled?: ((record: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.load().then(onFulfilled, onRejected);
  }

  /** What it is in JSON: the id. */
  toJSON(): IdOf<T> {
    return this.id;
  }

  [inspect.custom](): string {
    return `Related ${inspect(this.id)}`;
  }

  /** The same relation, of a record of this workspace. @internal */
  boundTo(place: RelatedPlace<T>): Related<T> {
    return new Related(this.knownId, place, this.loaded);
  }

  /** Keeps the record that somebody else has loaded. @internal */
  resolve(record: T): void {
    this.loaded = record;
  }

  private get readOptions(): ReadOptions {
    const { at } = this.bound.context;
    return at === undefined ? {} : { at };
  }

  private get bound(): RelatedPlace<T> {
    if (this.place) return this.place;
    throw new InvalidArgumentError(
      'This relation belongs to no record yet: assign it to a field before it is loaded.',
    );
  }
}

interface Loader<T> {
  getOrNull(id: unknown, options: ReadOptions): Promise<T | null>;
  getMany(ids: readonly unknown[], options: ReadAllOptions): Promise<(T | null)[]>;
}

function isRecord(value: unknown): value is GitModel<ModelId> {
  return typeof value === 'object' && value !== null && 'getId' in value && typeof value.getId === 'function';
}
