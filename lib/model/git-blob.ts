import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { isUint8Array } from 'node:util/types';
import { InvalidArgumentError } from '../errors';
import { bytesOf } from '../object/blob-source';
import type { BlobSource } from '../object/blob-source';
import { streamOf } from '../object/content-stream';
import { hashObject } from '../object/oid';
import type { BlobStore, RecordFile } from './record/record-store';

/**
 * What a blob can be made of: bytes, text (stored as UTF-8), a stream or other source of chunks, or a file by its
 * path. A stream or file may be larger than memory; it is read when the record is saved.
 */
export type BlobInput = GitBlob | Uint8Array | string | BlobSource;

type Origin =
  | { readonly kind: 'content'; readonly content: Buffer; oid?: string }
  | { readonly kind: 'stored'; readonly oid: string; readonly store: BlobStore }
  | { readonly kind: 'source'; readonly source: BlobSource };

/**
 * The content of a blob field: a file of its own in Git, which is read when it is asked for and not with the
 * record.
 *
 * @example
 * ```ts
 * class Photo extends GitModel {
 *   @SlugField({ id: true }) name!: string;
 *   @BlobField() image!: GitBlob;
 * }
 * const BoundPhoto = ws.register(Photo);
 * await new BoundPhoto({ name: 'sunset', image: Buffer.from([0xff, 0xd8]) }).save();
 * const photo = await BoundPhoto.get('sunset');
 * console.log(await photo.image.size, await photo.image.buffer());
 * photo.image = GitBlob.from('another content');
 * await photo.save();
 * ```
 */
export class GitBlob {
  /** While a stream is read, and when that has failed: it can be read only once, whoever asks first. */
  private reading: Promise<void> | undefined;

  private constructor(private origin: Origin) {}

  /**
   * A blob of this content. Bytes are copied, so that they may be changed afterwards.
   *
   * @throws InvalidArgumentError for anything else than a {@link BlobInput}.
   */
  static from(input: BlobInput): GitBlob {
    const blob = GitBlob.tryFrom(input);
    if (blob) return blob;
    throw new InvalidArgumentError(
      `${inspect(input)} cannot become a blob; give bytes, a string, a stream, or { file: path }.`,
      { details: { option: 'input', value: input } },
    );
  }

  /** The same, but undefined for what cannot be one. @internal */
  static tryFrom(input: unknown): GitBlob | undefined {
    if (input instanceof GitBlob) return input;
    if (typeof input === 'string') return new GitBlob({ kind: 'content', content: Buffer.from(input) });
    if (isUint8Array(input)) return new GitBlob({ kind: 'content', content: Buffer.from(input) });
    return isSource(input) ? new GitBlob({ kind: 'source', source: input }) : undefined;
  }

  /** The blob that is in a record's file. @internal */
  static of({ oid, content }: RecordFile, store: BlobStore): GitBlob {
    return new GitBlob(content ? { kind: 'content', content, oid } : { kind: 'stored', oid, store });
  }

  /** The same content for a record of this store: its own copy when it is stored in another one. @internal */
  boundTo(store: BlobStore): GitBlob {
    return this.isStoredElsewhere(store) ? new GitBlob(this.origin) : this;
  }

  /** The oid of the blob; null for a stream or file until the record is saved. */
  get oid(): string | null {
    const { origin } = this;
    if (origin.kind === 'stored') return origin.oid;
    return origin.kind === 'content' ? (origin.oid ??= hashObject('blob', origin.content)) : null;
  }

  /**
   * The size in bytes.
   *
   * @throws InvalidArgumentError for a stream before the record is saved.
   */
  get size(): Promise<number> {
    return this.measure();
  }

  /**
   * The whole content, in a buffer of your own. A stream that is not saved yet is read into memory for it.
   *
   * @throws ObjectWriteError when that stream fails.
   */
  async buffer(): Promise<Buffer> {
    const { origin } = this;
    if (origin.kind === 'content') return Buffer.from(origin.content);
    if (origin.kind === 'stored') return Buffer.from(await origin.store.read(origin.oid));
    const { source } = origin;
    if (isFile(source)) return readFile(source.file);
    await this.readOnce(async () => ({ kind: 'content', content: await contentOf(source) }));
    return this.buffer();
  }

  /** The whole content as text; bytes that are not UTF-8 become U+FFFD. */
  async text(): Promise<string> {
    return (await this.buffer()).toString('utf8');
  }

  /**
   * The content as a stream, for which it need not fit into memory.
   *
   * @throws InvalidArgumentError for a stream before the record is saved: it could be read only once.
   */
  async stream(): Promise<Readable> {
    const { origin } = this;
    if (origin.kind === 'content') return streamOf(origin.content);
    if (origin.kind === 'stored') return origin.store.open(origin.oid);
    if (isFile(origin.source)) return createReadStream(origin.source.file);
    throw notSaved('read as a stream');
  }

  /** What it is in JSON: its oid. */
  toJSON(): string | null {
    return this.oid;
  }

  [inspect.custom](): string {
    return `GitBlob ${this.oid ?? '(not saved)'}`;
  }

  /** Whether it is a stream or file that was not read yet. @internal */
  get isUnread(): boolean {
    return this.origin.kind === 'source';
  }

  /** Whether {@link settle} has something to write. @internal */
  isUnwrittenIn(store: BlobStore): boolean {
    return this.isUnread || this.isStoredElsewhere(store);
  }

  /** Writes a stream or file, or what is stored elsewhere, to the object database, once. @internal */
  async settle(store: BlobStore): Promise<void> {
    // What goes on already may be for another store.
    while (this.isUnwrittenIn(store)) {
      await this.readOnce(async (origin) => {
        if (origin.kind === 'content') return origin;
        const source = origin.kind === 'source' ? origin.source : await origin.store.open(origin.oid);
        const { oid, content } = await store.write(source);
        return content ? { kind: 'content', content, oid } : { kind: 'stored', oid, store };
      });
    }
  }

  /** What a record's file is to be; for one that is settled. @internal */
  toFile(): RecordFile {
    const { origin } = this;
    if (origin.kind === 'source') throw notSaved('stored');
    const content = origin.kind === 'content' ? origin.content : undefined;
    return { oid: this.oid as string, content };
  }

  private isStoredElsewhere(store: BlobStore): boolean {
    return this.origin.kind === 'stored' && this.origin.store !== store;
  }

  /** Reads the origin into another one, unless that goes on already. A stream that has failed fails each time. */
  private async readOnce(read: (origin: Origin) => Promise<Origin>): Promise<void> {
    const { origin } = this;
    this.reading ??= read(origin).then(
      (found) => {
        this.origin = found;
        this.reading = undefined;
      },
      (error: unknown) => {
        if (origin.kind !== 'source' || isFile(origin.source)) this.reading = undefined;
        throw error;
      },
    );
    await this.reading;
  }

  private async measure(): Promise<number> {
    const { origin } = this;
    if (origin.kind === 'content') return origin.content.length;
    if (origin.kind === 'stored') return origin.store.size(origin.oid);
    if (isFile(origin.source)) return (await stat(origin.source.file)).size;
    throw notSaved('measured');
  }
}

function isSource(value: unknown): value is BlobSource {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || ('file' in value && typeof value.file === 'string');
}

/** A stream may have a property of that name. */
function isFile(source: BlobSource): source is { readonly file: string } {
  return !(Symbol.asyncIterator in source);
}

async function contentOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of bytesOf(stream)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

function notSaved(use: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `The content of a stream cannot be ${use} before its record is saved; save the record first.`,
  );
}
