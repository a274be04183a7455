import { once } from 'node:events';
import type { ReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createInflate } from 'node:zlib';
import type { Inflate } from 'node:zlib';

/** How much is read, inflated and handed on at a time. */
export const PIECE_BYTES = 64 * 1024;

/** What is compressed with zlib at some place of a file, inflated piece by piece. Whatever follows it is ignored. */
export class InflatedFile {
  private readonly compressed: ReadStream;
  private readonly inflate: Inflate = createInflate({ chunkSize: PIECE_BYTES });
  private readonly pieces: AsyncIterator<Buffer>;

  /** @param handle Belongs to this object from now on, and is closed with it. */
  constructor(handle: FileHandle, position: number) {
    this.compressed = handle.createReadStream({ start: position, highWaterMark: PIECE_BYTES });
    // Not by pipeline(), which would wait for ever to be rid of what follows the compressed data.
    this.compressed.on('error', (error) => this.inflate.destroy(error));
    // The next piece that is asked for brings the error.
    this.inflate.on('error', () => undefined);
    this.compressed.pipe(this.inflate);
    this.pieces = this.inflate[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /**
   * The next piece, or undefined at the end.
   *
   * @throws Error when the file cannot be read, or is not what zlib has written, or breaks off.
   */
  async next(): Promise<Buffer | undefined> {
    const result = await this.pieces.next();
    return result.done ? undefined : result.value;
  }

  /** As many of the next bytes as asked for or more; fewer only at the end. */
  async atLeast(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let read = 0; read < length;) {
      const piece = await this.next();
      if (!piece) break;
      pieces.push(piece);
      read += piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Closes the file. A piece that somebody waits for comes as an error. */
  async close(): Promise<void> {
    this.inflate.destroy();
    this.compressed.destroy();
    if (!this.compressed.closed) await once(this.compressed, 'close');
  }
}
