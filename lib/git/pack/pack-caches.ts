import { LRUCache } from 'lru-cache';
import type { DecodedObject } from '../../object/object-codec';
import type { IndexBucket } from '../../object/pack/pack-index-codec';
import { DescriptorPool } from './descriptor-pool';

/**
 * How much of indexes is kept, in bytes: 24 for an object, so enough for nearly three million. In larger stores the
 * part in which an oid would be is read anew now and then.
 */
const INDEX_BYTES = 64 * 1024 * 1024;

/** How much of packs is kept as it was read, in bytes. What is read often is in the caches of objects. */
const BLOCKS_BYTES = 16 * 1024 * 1024;

/** How much the objects weigh that are kept because others are deltas of them, in bytes. */
const BASES_BYTES = 16 * 1024 * 1024;

/** What anything weighs in a cache beside its bytes. */
const ENTRY_BYTES = 256;

/** What was read of all packs of a repository; bounded in bytes, about 96 MB at most. */
export class PackCaches {
  /** Parts of indexes, by the pack's serial number and the first byte of the oids. */
  readonly buckets = new LRUCache<number, IndexBucket>({
    maxSize: INDEX_BYTES,
    sizeCalculation: ({ oids, offsets }) => ENTRY_BYTES + oids.length + offsets.length,
  });

  /** Blocks of packs, by the pack's serial number and the block's. */
  readonly blocks = new LRUCache<string, Buffer>({
    maxSize: BLOCKS_BYTES,
    sizeCalculation: (block) => ENTRY_BYTES + block.length,
  });

  /** Bases of deltas, by the pack's serial number and the place of their entry. */
  readonly bases = new LRUCache<string, DecodedObject>({
    maxSize: BASES_BYTES,
    sizeCalculation: ({ content }) => ENTRY_BYTES + content.length,
  });

  /** The packs themselves, as far as they are open. */
  readonly descriptors = new DescriptorPool();

  private serial = 0;

  /** A number for a pack that was opened: what is cached of one is never taken for what another has. */
  nextSerial(): number {
    return this.serial++;
  }

  clear(): void {
    this.buckets.clear();
    this.blocks.clear();
    this.bases.clear();
  }
}
