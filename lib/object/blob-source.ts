import { Readable } from 'node:stream';
import { isUint8Array } from 'node:util/types';
import { describeValue } from '../arguments';
import { InvalidArgumentError, ObjectWriteError } from '../errors';

/**
 * Where the content of a blob comes from: the path of a file, or pieces of it as they come, as from a Node or web
 * stream or an async generator. Texts are stored as UTF-8.
 */
export type BlobSource = { readonly file: string } | AsyncIterable<Uint8Array | string>;

/**
 * The bytes of a stream, as they come. A piece is valid only until the next one is asked for. However it ends, the
 * stream is closed.
 *
 * @throws ObjectWriteError when the stream fails, or somebody else has read it already.
 * @throws InvalidArgumentError when it brings something else than bytes and texts, or a text that Unicode does not
 *   allow.
 */
export async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  const wasRead = Readable.isDisturbed(stream as unknown as Readable);
  let isEmpty = true;
  // The first half of a character that two pieces may share.
  let half = '';
  for await (const piece of failingAsSource(stream)) {
    isEmpty = false;
    if (typeof piece === 'string') {
      const text = half + piece;
      half = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : '';
      yield encode(half === '' ? text : text.slice(0, -1));
    } else if (isUint8Array(piece)) {
      if (half !== '') encode(half);
      yield piece;
    } else {
      throw new InvalidArgumentError(
        `The stream brought ${describeValue(piece)}, which cannot be stored in a blob. It may bring Uint8Arrays (Buffers) and texts.`,
        { details: { option: 'source', value: piece } },
      );
    }
  }
  if (half !== '') encode(half);
  if (isEmpty && wasRead) throw failedSource(new Error('it has been read to its end or cancelled before'));
}

async function* failingAsSource(stream: AsyncIterable<unknown>): AsyncGenerator {
  try {
    // Whatever is thrown to where a piece was handed over comes here as an order to return, not as an error.
    for await (const piece of stream) yield piece;
  } catch (error) {
    throw failedSource(error);
  }
}

function failedSource(cause: unknown): ObjectWriteError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ObjectWriteError(
    `The blob could not be written, for the stream of its content has failed: ${reason}. Nothing is left of it.`,
    { cause },
  );
}

function encode(text: string): Buffer {
  if (!text.isWellFormed()) {
    throw new InvalidArgumentError(
      'The stream brought a text with half a surrogate pair, which UTF-8 cannot hold. Bring the bytes instead.',
      { details: { option: 'source' } },
    );
  }
  return Buffer.from(text);
}
