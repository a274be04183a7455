import { createHash } from 'node:crypto';
import { CHECKSUM_BYTES } from './pack-entry-codec';
import { INDEX_HEAD_BYTES, PackIndexLayout, readFrom } from './pack-index-codec';
import type { IndexRead } from './pack-index-codec';

/** Everything in a pack, in the order of the oids, over the bytes of its index: nothing is copied out of them. */
export class PackListing {
  /** The SHA-1 with which the pack has to end. */
  readonly packChecksum: Buffer;
  private readonly layout: PackIndexLayout;
  private readonly read: IndexRead;

  /**
   * @param index The whole index.
   * @throws Error that says what is wrong with it; its checksum is compared too.
   */
  constructor(private readonly index: Buffer) {
    this.layout = PackIndexLayout.decode(index.subarray(0, INDEX_HEAD_BYTES));
    if (index.length < this.layout.minimumBytes) throw new Error('the index breaks off');
    const body = index.subarray(0, -CHECKSUM_BYTES);
    if (!createHash('sha1').update(body).digest().equals(index.subarray(body.length))) {
      throw new Error('the index does not have the checksum that it ends with');
    }
    this.packChecksum = body.subarray(-CHECKSUM_BYTES);
    this.read = readFrom(body.subarray(0, -CHECKSUM_BYTES));
  }

  /** How many objects there are. */
  get count(): number {
    return this.layout.objectCount;
  }

  /** The oids, one after the other. */
  get oids(): Buffer {
    return this.index.subarray(this.layout.oidsAt, this.layout.crc32sAt);
  }

  /** The CRC-32 of an entry, header and compressed content. */
  crc32At(position: number): number {
    return this.index.readUInt32BE(this.layout.crc32sAt + position * 4);
  }

  /**
   * Where an entry begins in the pack.
   *
   * @throws Error when that is to be among the long offsets and is not.
   */
  offsetAt(position: number): number {
    return this.layout.wholeOffset(this.index.readUInt32BE(this.layout.offsetsAt + position * 4), this.read);
  }
}
