import { closeSync, fstatSync, openSync } from 'node:fs';
import { OID_BYTES } from '../../object/oid';
import type { ByteOid } from '../../object/oid';
import { CHECKSUM_BYTES } from '../../object/pack/pack-entry-codec';
import { INDEX_HEAD_BYTES, PackIndexLayout, readFrom } from '../../object/pack/pack-index-codec';
import type { IndexBucket, IndexRead } from '../../object/pack/pack-index-codec';
import { readAt } from '../read-at';
import type { PackCaches } from './pack-caches';

/** Indexes up to this size, of some two thousand objects, are read as a whole, and their files closed. */
const SMALL_INDEX_BYTES = 64 * 1024;

/**
 * The index of a pack. Of a large one, what says where to look in it is read at once, the rest when it is needed, one
 * part in 256 at a time.
 */
export class PackIndex {
  private constructor(
    private readonly layout: PackIndexLayout,
    private readonly read: IndexRead,
    /** How many bytes it has, when all of it is in memory. */
    readonly inMemory: number | undefined,
    private readonly descriptor: number | undefined,
    private readonly caches: PackCaches,
    /** The pack's number among those that share the caches. */
    readonly serial: number,
    /** What the pack that belongs to it ends with. */
    readonly packChecksum: Buffer,
  ) {}

  /** @throws Error when there is none, or it is damaged or not of version 2. */
  static open(file: string, caches: PackCaches): PackIndex {
    const descriptor = openSync(file, 'r');
    let isOpen = true;
    try {
      const { size } = fstatSync(descriptor);
      const isSmall = size <= SMALL_INDEX_BYTES;
      const read = isSmall
        ? readFrom(readAt(descriptor, 0, size))
        : (position: number, length: number) => readAt(descriptor, position, length);
      if (isSmall) {
        isOpen = false;
        closeSync(descriptor);
      }
      const layout = PackIndexLayout.decode(read(0, INDEX_HEAD_BYTES));
      if (size < layout.minimumBytes) throw new Error('the index breaks off');
      const checksum = read(size - 2 * CHECKSUM_BYTES, CHECKSUM_BYTES);
      const [inMemory, kept] = isSmall ? [size, undefined] : [undefined, descriptor];
      return new PackIndex(layout, read, inMemory, kept, caches, caches.nextSerial(), checksum);
    } catch (error) {
      if (isOpen) closeSync(descriptor);
      throw error;
    }
  }

  /** How many objects the pack has. */
  get objectCount(): number {
    return this.layout.objectCount;
  }

  /**
   * Where an object's entry begins in the pack; undefined when it is not in it.
   *
   * @throws Error when the index cannot be read.
   */
  find(oid: ByteOid): number | undefined {
    const bucket = this.bucketOf(oid.charCodeAt(0));
    return bucket ? this.layout.offsetIn(bucket, this.read, oid) : undefined;
  }

  /** The first four bytes of each oid, as a number. */
  prefixes(): number[] {
    const { oidsAt, objectCount } = this.layout;
    const oids = this.read(oidsAt, objectCount * OID_BYTES);
    return Array.from({ length: objectCount }, (_, place) => oids.readUInt32BE(place * OID_BYTES));
  }

  private bucketOf(byte: number): IndexBucket | undefined {
    // What is in memory anyway does not belong into the caches.
    if (this.inMemory !== undefined) return this.layout.readBucket(this.read, byte);
    const known = this.caches.buckets.get(this.serial, byte);
    if (known) return known;
    const bucket = this.layout.readBucket(this.read, byte);
    if (bucket) this.caches.buckets.set(this.serial, byte, bucket);
    return bucket;
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }
}
