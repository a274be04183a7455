import { inspect } from 'node:util';
import { checkOptions } from '../arguments';
import type { KnownOptions } from '../arguments';
import { InvalidArgumentError, ObjectNotFoundError, ReferenceExistsError } from '../errors';
import { referenceNotFound } from '../git/reference-errors';
import { compareAndSwap, createReference, deleteReference, readReference } from '../git/references';
import { resolveObject } from '../git/revision';
import { readTagged } from '../git/tags';
import type { Signature, SignatureInput } from '../object/commit-codec';
import type { UnwrittenObject } from '../object/node-entry';
import type { ObjectType } from '../object/oid';
import { tagRef, TAGS } from '../object/reference-name';
import { tagObject } from '../object/tag-codec';
import { lockWait } from './context';
import { listReadable } from './reference-listing';
import type { ListOptions } from './reference-listing';
import type { WorkspaceScope } from './scope';

/** A tag as it was when it was read. */
export interface Tag {
  /** The short name: `v1.0`. */
  readonly name: string;
  /** The full name: `refs/tags/v1.0`. */
  readonly ref: string;
  /** What the reference holds: the oid of the tag object, or of what is tagged where there is none. */
  readonly oid: string;
  /** The oid of what is tagged in the end, through tags of tags. */
  readonly target: string;
  /** What kind of object that is; nearly always a commit. */
  readonly targetType: ObjectType;
  /** What an annotated tag says; null for a lightweight one. */
  readonly message: string | null;
  /** Who has made an annotated tag, and when; null for a lightweight one, and where it does not say. */
  readonly tagger: Signature | null;
}

/** What a tag is made of. */
export interface CreateTagOptions {
  /** What to tag: a branch, another tag, or any object. Default: the commit that the index is based on. */
  readonly at?: string | undefined;
  /** Makes it an annotated tag, with this message, stored as it is. Default: a lightweight one. */
  readonly message?: string | undefined;
  /** Who makes an annotated tag; refused without a message. Default: the workspace's `config.author`. */
  readonly author?: SignatureInput | undefined;
  /** Move a tag that exists. Default: false. */
  readonly force?: boolean | undefined;
}

const CREATE_TAG_OPTIONS: KnownOptions<CreateTagOptions> = {
  at: true,
  message: true,
  author: true,
  force: true,
};

/**
 * The tags of a repository: names for what does not change any more. Wherever records are read, `{ at: 'v1.0' }` reads
 * them as they were. Within a transaction they can be looked at as they are, and to change one is a TransactionError.
 *
 * @example
 * ```ts
 * const tag = await ws.tags.create('v1.0', { message: 'The first release' });
 * console.log(tag.target === ws.branch?.oid);
 * console.log((await Page.get('first', { at: 'v1.0' })).title);
 * for (const { name, message } of await ws.tags.list({ pattern: 'v1.*' })) console.log(name, message);
 * ```
 */
export class TagCollection {
  /** Use {@link Workspace.tags}. */
  constructor(private readonly scope: WorkspaceScope) {}

  /**
   * Makes a tag: an annotated one when there is a message, which is an object of its own with an author and a time,
   * else a lightweight one.
   *
   * @throws ReferenceExistsError when there is one of this name, unless `force` is set; and when its name collides with
   *   another's (`a` and `a/b`).
   * @throws ConcurrentUpdateError with `force`, when somebody else moves it at the same time.
   * @throws ObjectNotFoundError when `at` names nothing.
   * @throws InvalidReferenceNameError when Git would refuse the name.
   * @throws InvalidArgumentError for an option, also for an `author` without a `message`: a lightweight tag has no author.
   * @throws LockWaitTimeoutError when another process holds the tag's lock for too long.
   */
  async create(name: string, options: CreateTagOptions = {}): Promise<Tag> {
    const { at, message, author, force = false } = checkOptions(options, CREATE_TAG_OPTIONS);
    const ref = tagRef(name);
    checkAnnotation(ref, message, author);
    const { gate, repository, objects, config } = this.scope.outside('tags.create()');
    return gate.change(async () => {
      const before = await readReference(repository, ref);
      if (before !== null && !force) throw existsAlready(ref, before);
      const target = at === undefined ? this.#presentCommit(ref) : await resolveObject(repository, at);
      const annotation = message === undefined ? [] : [await this.#annotate(ref, target, message, author)];
      const oid = annotation[0]?.oid ?? target;
      const isPublished = annotation.length > 0;
      const update = { ref, oid, logMessage: `tag: tagging ${target}`, isPublished };
      const wait = lockWait(config);
      await objects.publish(annotation, config.durability, () =>
        before === null
          ? createReference(repository, update, wait, config.durability)
          : compareAndSwap(repository, { ...update, expected: before }, wait, config.durability),
      );
      return this.#describe(ref, oid);
    });
  }

  /**
   * Reads a tag.
   *
   * @throws ReferenceNotFoundError when there is none of this name.
   * @throws ObjectNotFoundError or InvalidObjectError when what it names is missing or damaged.
   */
  async get(name: string): Promise<Tag> {
    return this.scope.current.gate.read(async () => {
      const ref = tagRef(name);
      const oid = await readReference(this.scope.current.repository, ref);
      if (oid === null) throw referenceNotFound(ref);
      return this.#describe(ref, oid);
    });
  }

  /**
   * All tags, by the bytes of their names. One that is broken, of which {@link get} throws, is left out: the option `onBroken` is
   * told.
   *
   * @throws InvalidArgumentError for an option.
   */
  async list(options: ListOptions = {}): Promise<Tag[]> {
    const { gate, repository } = this.scope.current;
    return gate.read(() => listReadable(repository, TAGS, options, (ref, oid) => this.#describe(ref, oid)));
  }

  /**
   * Deletes a tag. What it names stays.
   *
   * @returns the oid that the reference held, by which it can be made again.
   * @throws ReferenceNotFoundError when there is none of this name.
   * @throws ConcurrentUpdateError when somebody else moves it at the same time; then it stays.
   * @throws LockWaitTimeoutError when another process holds a lock for too long.
   */
  async delete(name: string): Promise<string> {
    const { gate, repository, config } = this.scope.outside('tags.delete()');
    const ref = tagRef(name);
    return gate.change(async () => {
      const oid = await readReference(repository, ref);
      if (oid === null) throw referenceNotFound(ref);
      await deleteReference(repository, ref, oid, lockWait(config), config.durability);
      return oid;
    });
  }

  #presentCommit(ref: string): string {
    const oid = this.scope.root.stage.base.commit?.oid;
    if (oid !== undefined) return oid;
    throw new ObjectNotFoundError(`There is no commit yet to tag. Commit something first, or give { at }.`, {
      details: { ref },
    });
  }

  async #annotate(
    ref: string,
    target: string,
    message: string,
    author?: SignatureInput,
  ): Promise<UnwrittenObject> {
    const { objects, config } = this.scope.root;
    const targetType = await objects.readType(target);
    const tagger = config.sign('author', author);
    return tagObject({ target, targetType, name: ref.slice(TAGS.length), tagger, message });
  }

  async #describe(ref: string, oid: string): Promise<Tag> {
    const { annotation, target, targetType } = await readTagged(this.scope.current.objects, oid);
    const { message = null, tagger = null } = annotation ?? {};
    return { name: ref.slice(TAGS.length), ref, oid, target, targetType, message, tagger };
  }
}

/** @throws InvalidArgumentError */
function checkAnnotation(ref: string, message: unknown, author: unknown): void {
  if (message !== undefined && typeof message !== 'string') {
    throw new InvalidArgumentError(`The message of ${ref} must be a string; ${inspect(message)} is not.`, {
      details: { option: 'message', value: message, ref },
    });
  }
  if (author === undefined || message !== undefined) return;
  throw new InvalidArgumentError(
    `${ref} cannot have an author without a message: only annotated tags have one, and a message makes a tag that. ` +
      'Give { message } too, or leave out { author }.',
    { details: { option: 'author', value: author, ref } },
  );
}

function existsAlready(ref: string, at: string): ReferenceExistsError {
  return new ReferenceExistsError(
    `${ref} exists already, at ${at}. Choose another name, delete it first, or move it with { force: true }.`,
    { details: { ref } },
  );
}
