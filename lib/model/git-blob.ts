import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { InvalidArgumentError } from '../errors';
import { hashObject } from '../object/oid';
import type { BlobSource, BlobStore, RecordFile } from './record-store';

/**
 * What a blob can be made of: bytes, text (stored as UTF-8), a stream or other source of chunks, or a file by its
 * path. A stream or file may be larger than memory; it is read when the record is saved.
 */
export type BlobInput = GitBlob | Uint8Array | string | BlobSource;

type Origin =
  | { readonly kind: 'content'; readonly content: Buffer }
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
    if (input instanceof Uint8Array) return new GitBlob({ kind: 'content', content: Buffer.from(input) });
    return isSource(input) ? new GitBlob({ kind: 'source', source: input }) : undefined;
  }

  /** The blob that is in a record's file. @internal */
  static of({ oid, content }: RecordFile, store: BlobStore): GitBlob {
    return new GitBlob(content ? { kind: 'content', content } : { kind: 'stored', oid, store });
  }

  /** The oid of the blob; null for a stream or file until the record is saved. */
  get oid(): string | null {
    const { origin } = this;
    if (origin.kind === 'stored') return origin.oid;
    return origin.kind === 'content' ? hashObject('blob', origin.content) : null;
  }

  /**
   * The size in bytes.
   *
   * @throws InvalidArgumentError for a stream before the record is saved.
   */
  get size(): Promise<number> {
    return this.measure();
  }

  /** The whole content, in a buffer of your own. A stream that is not saved yet is read into memory for it. */
  async buffer(): Promise<Buffer> {
    const { origin } = this;
    if (origin.kind === 'content') return Buffer.from(origin.content);
    if (origin.kind === 'stored') return Buffer.from(await origin.store.read(origin.oid));
    if ('file' in origin.source) return readFile(origin.source.file);
    const content = await contentOf(origin.source);
    this.origin = { kind: 'content', content };
    return Buffer.from(content);
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
    if (origin.kind === 'content') return Readable.from([Buffer.from(origin.content)]);
    if (origin.kind === 'stored') return origin.store.open(origin.oid);
    if ('file' in origin.source) return createReadStream(origin.source.file);
    throw notSaved('read as a stream');
  }

  /** What it is in JSON: its oid. */
  toJSON(): { readonly oid: string | null } {
    return { oid: this.oid };
  }

  [inspect.custom](): string {
    return `GitBlob ${this.oid ?? '(not saved)'}`;
  }

  /** Whether {@link settle} has something to write. @internal */
  get isUnwritten(): boolean {
    return this.origin.kind === 'source';
  }

  /** Writes a stream or file to the object database, once. @internal */
  async settle(store: BlobStore): Promise<void> {
    if (this.origin.kind !== 'source') return;
    const { oid } = await store.write(this.origin.source);
    this.origin = { kind: 'stored', oid, store };
  }

  /** What a record's file is to be; for one that is settled. @internal */
  toFile(): RecordFile {
    const { origin } = this;
    if (origin.kind === 'source') throw notSaved('stored');
    const content = origin.kind === 'content' ? origin.content : undefined;
    return { oid: this.oid as string, content };
  }

  private async measure(): Promise<number> {
    const { origin } = this;
    if (origin.kind === 'content') return origin.content.length;
    if (origin.kind === 'stored') return origin.store.size(origin.oid);
    if ('file' in origin.source) return (await stat(origin.source.file)).size;
    throw notSaved('measured');
  }
}

function isSource(value: unknown): value is BlobSource {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || ('file' in value && typeof value.file === 'string');
}

async function contentOf(chunks: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk as string));
  return Buffer.concat(parts);
}

function notSaved(use: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `The content of a stream cannot be ${use} before its record is saved; save the record first.`,
  );
}
