import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { CHECKSUM_BYTES } from '../../object/pack/pack-entry-codec';
import { PackListing } from '../../object/pack/pack-listing';
import { orderInTurns } from './order-in-turns';
import type { PackFile } from './pack-list';

/** How much is read at a time. */
const WINDOW_BYTES = 1024 * 1024;

/** A pack cannot be copied: it is damaged, or its index is. */
export class UnusablePack extends Error {
  /**
   * @param pack Which one.
   * @param vanished Whether it is just gone: somebody else has repacked what was in it.
   */
  constructor(
    readonly pack: PackFile,
    readonly vanished: boolean,
    message: string,
  ) {
    super(message);
  }
}

/** A pack to be copied from, entry after entry, in the order in which they are in it. */
export class PackSource {
  /** Only while it is copied from: many may be open. */
  private window: Buffer | undefined;
  private windowStart = 0;
  private windowLength = 0;

  private constructor(
    readonly pack: PackFile,
    /** What the index says. */
    readonly listing: PackListing,
    private readonly handle: FileHandle,
    private readonly size: number,
  ) {}

  /**
   * Opens a pack. Git may delete it from now on: it can be read until it is closed.
   *
   * @throws UnusablePack
   */
  static async open(objectsFolder: string, pack: PackFile): Promise<PackSource> {
    const file = path.join(objectsFolder, 'pack', pack.name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(`${file}.pack`, 'r');
      const listing = new PackListing(await readFile(`${file}.idx`));
      const { size } = await handle.stat();
      if (size < CHECKSUM_BYTES) throw new Error('the pack breaks off');
      const source = new PackSource(pack, listing, handle, size);
      const checksum = Buffer.alloc(CHECKSUM_BYTES);
      await handle.read(checksum, 0, CHECKSUM_BYTES, size - CHECKSUM_BYTES);
      if (!checksum.equals(listing.packChecksum)) throw new Error('pack and index do not belong together');
      return source;
    } catch (error) {
      await handle?.close();
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UnusablePack(pack, code === 'ENOENT', message);
    }
  }

  /**
   * The positions of the objects in the index, in the order of their entries in the pack.
   *
   * @throws UnusablePack when the index names places that are not in the pack.
   */
  async entries(): Promise<PackEntries> {
    const offsets = this.offsets();
    const order = await orderInTurns(offsets.length, {
      share: (position) => (offsets[position] as number) / this.size,
      compare: (a, b) => (offsets[a] as number) - (offsets[b] as number),
    });
    return new PackEntries(order, offsets, this.size - CHECKSUM_BYTES);
  }

  /**
   * Bytes of the pack, in memory that the next call may use again.
   *
   * @param length At most {@link MAX_READ_BYTES}.
   * @throws UnusablePack when there are not so many.
   */
  async read(position: number, length: number): Promise<Buffer> {
    const window = (this.window ??= Buffer.allocUnsafe(WINDOW_BYTES));
    if (position < this.windowStart || position + length > this.windowStart + this.windowLength) {
      const { bytesRead } = await this.handle.read(window, 0, WINDOW_BYTES, position);
      this.windowStart = position;
      this.windowLength = bytesRead;
      if (bytesRead < length) throw this.damaged('the pack breaks off');
    }
    return window.subarray(position - this.windowStart, position - this.windowStart + length);
  }

  private offsets(): Float64Array {
    const offsets = new Float64Array(this.listing.count);
    try {
      for (let position = 0; position < offsets.length; position++) {
        const offset = this.listing.offsetAt(position);
        if (offset >= this.size - CHECKSUM_BYTES) throw new Error('the index is of a longer pack');
        offsets[position] = offset;
      }
    } catch (error) {
      throw this.damaged((error as Error).message);
    }
    return offsets;
  }

  /** The error that says what is wrong with the pack. */
  damaged(message: string): UnusablePack {
    return new UnusablePack(this.pack, false, message);
  }

  /** Lets go of the memory for reading; it can be read from again. */
  rest(): void {
    this.window = undefined;
    this.windowLength = 0;
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** How much can be read at a time. */
export const MAX_READ_BYTES = WINDOW_BYTES;

/** Where the entries of a pack are. */
export class PackEntries {
  /**
   * @param order The positions of the objects in the index, in the order of their entries.
   * @param offsets Where the entries begin, by position.
   * @param end Where the last one ends.
   */
  constructor(
    readonly order: Uint32Array,
    readonly offsets: Float64Array,
    private readonly end: number,
  ) {}

  /** Where the entry of a number ends. */
  endOf(number: number): number {
    return number + 1 < this.order.length ? this.offsetOf(number + 1) : this.end;
  }

  /** Where the entry of a number begins. */
  offsetOf(number: number): number {
    return this.offsets[this.order[number] as number] as number;
  }

  /** The position in the index of the entry that begins at an offset; -1 when there is none. */
  findAt(offset: number): number {
    let low = 0;
    let high = this.order.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.offsetOf(middle);
      if (found === offset) return this.order[middle] as number;
      if (found < offset) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
