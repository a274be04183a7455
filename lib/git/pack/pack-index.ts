import { closeSync, fstatSync, openSync } from 'node:fs';
import { firstByteOf, INDEX_HEAD_BYTES, PackIndexLayout } from '../../object/pack/pack-index-codec';
import { readAt } from '../read-at';
import type { PackCaches } from './pack-caches';

const CHECKSUM_BYTES = 20;

/**
 * The index of a pack, open. What says where to look in it is read at once, the rest when it is needed, one part in
 * 256 at a time.
 */
export class PackIndex {
  private readonly read = (position: number, length: number): Buffer =>
    readAt(this.descriptor, position, length);

  private constructor(
    private readonly descriptor: number,
    private readonly layout: PackIndexLayout,
    private readonly caches: PackCaches,
    /** The pack's number among those that share the caches. */
    readonly serial: number,
    /** What the pack that belongs to it ends with. */
    readonly packChecksum: Buffer,
  ) {}

  /** @throws Error when there is none, or it is damaged or not of version 2. */
  static open(file: string, caches: PackCaches): PackIndex {
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const layout = PackIndexLayout.decode(readAt(descriptor, 0, INDEX_HEAD_BYTES));
      if (size < layout.minimumBytes) throw new Error('it breaks off');
      const checksum = readAt(descriptor, size - 2 * CHECKSUM_BYTES, CHECKSUM_BYTES);
      return new PackIndex(descriptor, layout, caches, caches.nextSerial(), checksum);
    } catch (error) {
      closeSync(descriptor);
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
  find(oid: string): number | undefined {
    const byte = firstByteOf(oid);
    const key = this.serial * 256 + byte;
    let bucket = this.caches.buckets.get(key);
    if (!bucket) {
      bucket = this.layout.readBucket(this.read, byte);
      if (!bucket) return undefined;
      this.caches.buckets.set(key, bucket);
    }
    return this.layout.offsetIn(bucket, this.read, oid);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
