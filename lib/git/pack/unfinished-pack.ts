import { createHash } from 'node:crypto';
import type { ObjectType } from '../../object/oid';
import { crc32 } from '../../object/pack/crc32';
import { encodeEntryHeader, encodePackHeader } from '../../object/pack/pack-entry-codec';
import { encodePackIndex } from '../../object/pack/pack-index-encoder';
import { deflateObject } from '../compression/deflate';
import { NumberList } from './number-list';
import { OutputFile } from './output-file';
import type { PackFiles } from './pack-files';

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
 *
 * One call at a time: the next one comes when the promise of the last one has resolved.
 */
export class UnfinishedPack {
  private readonly offsets = new NumberList(Float64Array);
  private readonly crc32s = new NumberList(Uint32Array);
  private buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
  private used: number;
  /** How much is in the file, before what is in the buffer. */
  private flushed = 0;
  /** Where the last entry ends, once it is the last. */
  private end: number | undefined;

  private constructor(
    private readonly files: PackFiles,
    private readonly file: OutputFile,
  ) {
    this.used = encodePackHeader(0).copy(this.buffer);
  }

  /** Makes the file of the pack; its folder has to be there. */
  static create(files: PackFiles): UnfinishedPack {
    return new UnfinishedPack(files, OutputFile.create(files.pack, PACK_PERMISSIONS));
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.flushed + this.used;
  }

  /** How many entries are complete. */
  get size(): number {
    return this.offsets.size;
  }

  /** Compresses an object into an entry. What the promise is for, {@link write} says. */
  addObject(type: ObjectType, content: Buffer): Promise<void> | undefined {
    const header = encodeEntryHeader(type, content.length);
    const body = deflateObject(type, content);
    return Buffer.isBuffer(body)
      ? this.addEntry(header, body)
      : body.then((deflated) => this.addEntry(header, deflated));
  }

  /**
   * Adds bytes of an entry. Without a promise when they were copied to memory; else they must not change before it
   * has resolved.
   */
  write(bytes: Buffer): Promise<void> | undefined {
    if (this.used + bytes.length > this.buffer.length) return this.writeMore(bytes);
    this.used += bytes.copy(this.buffer, this.used);
    return undefined;
  }

  /** States what was written since a position: an entry with this checksum. */
  completeEntry(offset: number, crc32: number): void {
    this.offsets.push(offset);
    this.crc32s.push(crc32);
  }

  /** The bytes of the entry that was completed as the one of this number; also when both files are complete. */
  async read(number: number): Promise<Buffer> {
    await this.flush();
    const start = this.offsets.at(number);
    const end = number + 1 < this.size ? this.offsets.at(number + 1) : (this.end ?? this.flushed);
    const entry = Buffer.allocUnsafe(end - start);
    await this.file.read(entry, start);
    return entry;
  }

  /**
   * Completes both files and forces them to the disk.
   *
   * @param oids The oids of all objects in the order of their entries, as `OidPages` has them.
   * @returns the pack's checksum.
   */
  async finish(oids: readonly Buffer[]): Promise<string> {
    this.end = this.position;
    const checksum = await this.completeHeader();
    await this.write(checksum);
    await this.flush();
    // One may fail while the other is at work still; nobody clears away before both have ended.
    const works = [this.file.sync(), this.writeIndex(oids, checksum)];
    await Promise.allSettled(works);
    await Promise.all(works);
    return checksum.toString('hex');
  }

  /** Lets go of the files, in whatever state they are. */
  close(): void {
    this.file.close();
  }

  private addEntry(header: Buffer, body: Buffer): Promise<void> | undefined {
    this.completeEntry(this.position, crc32(header, body));
    return this.write(header)?.then(() => this.write(body)) ?? this.write(body);
  }

  /** Puts the number of objects into the header; returns the checksum of all that there is. */
  private async completeHeader(): Promise<Buffer> {
    const header = encodePackHeader(this.size);
    const hash = createHash('sha1');
    if (this.flushed === 0) {
      header.copy(this.buffer);
      return hash.update(this.buffer.subarray(0, this.used)).digest();
    }
    await this.flush();
    await this.file.write(header, 0);
    for (let at = 0; at < this.flushed; at += this.buffer.length) {
      const piece = this.buffer.subarray(0, Math.min(this.buffer.length, this.flushed - at));
      await this.file.read(piece, at);
      hash.update(piece);
    }
    return hash.digest();
  }

  private async writeIndex(oids: readonly Buffer[], packChecksum: Buffer): Promise<void> {
    const { offsets, crc32s } = this;
    const entries = {
      size: this.size,
      oids,
      offset: (number: number) => offsets.at(number),
      crc32: (number: number) => crc32s.at(number),
    };
    const file = OutputFile.create(this.files.index, PACK_PERMISSIONS);
    try {
      const hash = createHash('sha1');
      let written = 0;
      for (const piece of encodePackIndex(entries, packChecksum)) {
        hash.update(piece);
        await file.write(piece, written);
        written += piece.length;
      }
      await file.write(hash.digest(), written);
      await file.sync();
    } finally {
      file.close();
    }
  }

  /** Writes what there is no room for: empties the buffer, or makes a larger one; what is large goes past it. */
  private async writeMore(bytes: Buffer): Promise<void> {
    const needed = this.used + bytes.length;
    if (needed <= BUFFER_BYTES) {
      const larger = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, Math.max(needed, this.buffer.length * 4)));
      this.buffer.copy(larger, 0, 0, this.used);
      this.buffer = larger;
    } else {
      await this.flush();
    }
    if (bytes.length <= this.buffer.length) {
      this.used += bytes.copy(this.buffer, this.used);
    } else {
      await this.file.write(bytes, this.flushed);
      this.flushed += bytes.length;
    }
  }

  private async flush(): Promise<void> {
    await this.file.write(this.buffer.subarray(0, this.used), this.flushed);
    this.flushed += this.used;
    this.used = 0;
  }
}
