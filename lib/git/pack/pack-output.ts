import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { crc32 } from '../../object/pack/crc32';
import { readFrame } from '../../object/pack/object-frame';
import type { FramedObject } from '../../object/pack/object-frame';
import {
  decodeEntryHeader,
  encodeEntryHeader,
  encodePackHeader,
  MAX_ENTRY_HEADER_BYTES,
} from '../../object/pack/pack-entry-codec';
import { encodePackIndex } from '../../object/pack/pack-index-encoder';
import { deflateObject } from '../compression/deflate';
import { Turn } from '../turn';
import { NumberList } from './number-list';

/** The temporary files of a pack that is being written. */
export interface PackFiles {
  readonly pack: string;
  readonly index: string;
}

/** What puts objects into a pack: here, or in another thread. It does one thing after another, as it was asked. */
export interface PackSink {
  /**
   * Adds the objects of a frame, which must not be used any more.
   *
   * @returns a promise that is there as soon as the next frame may come.
   */
  write(frame: Buffer): Promise<void>;
  /** An object that was written, also when both files are complete. */
  read(number: number): Promise<FramedObject>;
  /**
   * Completes both files and forces them to the disk.
   *
   * @param oids The oids of all objects, as an `OidTable` has them.
   * @returns the pack's checksum.
   */
  finish(oids: readonly Buffer[]): Promise<string>;
  /** Lets go of the files, in whatever state they are. */
  close(): Promise<void>;
}

/** Git lets everybody read packs, and nobody change them. */
const PACK_PERMISSIONS = 0o444;

/** How much is written to a file, or read from it, at a time. */
const BUFFER_BYTES = 1024 * 1024;

/** Most objects are small, and so is the pack of a few. */
const FIRST_BUFFER_BYTES = 64 * 1024;

/**
 * A pack and its index in the making, under temporary names. Little of it is in memory: a buffer, and twelve bytes
 * for each object.
 *
 * How many objects there are stands at the beginning of a pack, and is known at its end; so the checksum of all that
 * is before it can only be computed then, by reading the file once more, as `git fast-import` does. The operating
 * system still has it in memory: that takes a hundredth of the time that compressing took. A pack that fits into the
 * buffer is not read again.
 */
export class PackOutput implements PackSink {
  private readonly offsets = new NumberList(Float64Array);
  private readonly checksums = new NumberList(Uint32Array);
  private readonly turn = new Turn();
  /** Settles when all that was asked for is done; never rejects. */
  private last: Promise<unknown> = Promise.resolve();
  private buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
  private used: number;
  /** How much is in the file, before what is in the buffer. */
  private flushed = 0;
  /** Where the last entry ends, once it is the last. */
  private end: number | undefined;

  private constructor(
    private readonly files: PackFiles,
    private readonly handle: FileHandle,
  ) {
    this.used = encodePackHeader(0).copy(this.buffer);
  }

  /** Makes the files; their folder has to be there. */
  static async create(files: PackFiles): Promise<PackOutput> {
    return new PackOutput(files, await open(files.pack, 'wx+', PACK_PERMISSIONS));
  }

  async write(frame: Buffer): Promise<void> {
    return this.inTurn(() => this.writeFrame(frame));
  }

  async read(number: number): Promise<FramedObject> {
    return this.inTurn(() => this.readEntry(number));
  }

  async finish(oids: readonly Buffer[]): Promise<string> {
    return this.inTurn(() => this.complete(oids));
  }

  async close(): Promise<void> {
    return this.inTurn(() => this.handle.close());
  }

  private async inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.last.then(step);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async writeFrame(frame: Buffer): Promise<void> {
    for (const { type, content } of readFrame(frame)) {
      const deflated = deflateObject(type, content);
      const body = deflated instanceof Buffer ? deflated : await deflated;
      const header = encodeEntryHeader(type, content.length);
      const length = header.length + body.length;
      if (this.used + length > this.buffer.length) await this.makeRoom(length);
      const start = this.used;
      header.copy(this.buffer, start);
      body.copy(this.buffer, start + header.length);
      this.used = start + length;
      this.offsets.push(this.flushed + start);
      this.checksums.push(crc32(this.buffer.subarray(start, this.used)));
      if (this.turn.isOver()) await this.turn.next();
    }
  }

  private async readEntry(number: number): Promise<FramedObject> {
    await this.flush();
    const start = this.offsets.at(number);
    const end = number + 1 < this.offsets.size ? this.offsets.at(number + 1) : (this.end ?? this.flushed);
    const entry = Buffer.allocUnsafe(end - start);
    await readFully(this.handle, entry, start);
    const { kind, length } = decodeEntryHeader(entry.subarray(0, MAX_ENTRY_HEADER_BYTES));
    if (kind === 'delta') throw new Error('the pack has a delta that was not written');
    return { type: kind, content: inflateSync(entry.subarray(length)) };
  }

  private async complete(oids: readonly Buffer[]): Promise<string> {
    this.end = this.flushed + this.used;
    const header = encodePackHeader(this.offsets.size);
    const hash = createHash('sha1');
    if (this.flushed === 0) {
      header.copy(this.buffer);
      hash.update(this.buffer.subarray(0, this.used));
    } else {
      await this.flush();
      await this.handle.write(header, 0, header.length, 0);
      for (let at = 0; at < this.flushed; at += this.buffer.length) {
        const piece = this.buffer.subarray(0, Math.min(this.buffer.length, this.flushed - at));
        await readFully(this.handle, piece, at);
        hash.update(piece);
      }
    }
    const checksum = hash.digest();
    if (this.used + checksum.length > this.buffer.length) await this.makeRoom(checksum.length);
    this.used += checksum.copy(this.buffer, this.used);
    await this.flush();
    // One may fail while the other is at work still; nobody clears away before both have ended.
    const works = [this.handle.sync(), this.writeIndex(oids, checksum)];
    await Promise.allSettled(works);
    await Promise.all(works);
    return checksum.toString('hex');
  }

  private async writeIndex(oids: readonly Buffer[], packChecksum: Buffer): Promise<void> {
    const { offsets, checksums } = this;
    const entries = {
      size: offsets.size,
      oids,
      offset: (number: number) => offsets.at(number),
      crc32: (number: number) => checksums.at(number),
    };
    const handle = await open(this.files.index, 'wx', PACK_PERMISSIONS);
    try {
      const hash = createHash('sha1');
      for (const chunk of encodePackIndex(entries, packChecksum)) {
        hash.update(chunk);
        await writeFully(handle, chunk);
      }
      await writeFully(handle, hash.digest());
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Empties the buffer, or makes a larger one. */
  private async makeRoom(length: number): Promise<void> {
    const needed = this.used + length;
    if (needed <= BUFFER_BYTES) {
      const larger = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, Math.max(needed, this.buffer.length * 4)));
      this.buffer.copy(larger, 0, 0, this.used);
      this.buffer = larger;
      return;
    }
    await this.flush();
    if (length > this.buffer.length) this.buffer = Buffer.allocUnsafe(Math.max(length, BUFFER_BYTES));
  }

  private async flush(): Promise<void> {
    await writeFully(this.handle, this.buffer.subarray(0, this.used), this.flushed);
    this.flushed += this.used;
    this.used = 0;
  }
}

async function writeFully(handle: FileHandle, bytes: Buffer, position?: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const at = position === undefined ? null : position + done;
    done += (await handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
}

async function readFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error('the pack was cut off while it was written');
    done += bytesRead;
  }
}
