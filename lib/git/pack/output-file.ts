import { closeSync, fsync, openSync, read, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

const [readLater, writeLater, sync] = [promisify(read), promisify(write), promisify(fsync)];

/**
 * Up to so many bytes are written on the spot: the operating system takes them over in some 20 µs, which is less than the hop to
 * another thread and back.
 */
const ON_THE_SPOT_BYTES = 64 * 1024;

/** The file of a pack or an index in the making: it is written, and read while it is. */
export class OutputFile {
  private closed = false;

  private constructor(private readonly descriptor: number) {}

  /**
   * Makes the file; its folder has to be there.
   *
   * @throws Error when it is there already, or cannot be made.
   */
  static create(file: string, permissions: number): OutputFile {
    return new OutputFile(openSync(file, 'wx+', permissions));
  }

  /** Writes bytes, which must not change before that is done: at once where there is no promise. */
  write(bytes: Buffer, position: number): Promise<void> | undefined {
    if (bytes.length > ON_THE_SPOT_BYTES) return this.writeLarge(bytes, position);
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.descriptor, bytes, done, bytes.length - done, position + done);
    }
    return undefined;
  }

  /** Fills the buffer with what begins at a position. */
  async read(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await readLater(
        this.descriptor,
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      if (bytesRead === 0) throw new Error('the pack was cut off while it was written');
      done += bytesRead;
    }
  }

  /** Resolves when all that was written is on the disk. */
  async sync(): Promise<void> {
    await sync(this.descriptor);
  }

  /** Lets go of the file. A second time it does nothing: the number may be another file's by then. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.descriptor);
  }

  private async writeLarge(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await writeLater(
        this.descriptor,
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
  }
}
