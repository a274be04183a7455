import type { IndexBucket } from '../../object/pack/pack-index-codec';
import { BaseCache } from './base-cache';
import { DescriptorPool } from './descriptor-pool';
import { PlaceCache } from './place-cache';

/**
 * How much of indexes is kept, in bytes: 24 for an object, so enough for nearly three million. In larger stores the
 * part in which an oid would be is read anew now and then.
 */
const INDEX_BYTES = 64 * 1024 * 1024;

/**
 * How much of packs is kept as it was read, in bytes. With 16 MiB, 20,000 random records of a pack of 19 MB took 76 µs
 * each, with 64 MiB 65.
 */
const BLOCKS_BYTES = 64 * 1024 * 1024;

/**
 * How much the objects weigh that are kept because others may be deltas of them, in bytes. Git makes chains of up to 50
 * deltas, and all below the one that is asked for have to be made first; git keeps 96 MiB (`core.deltaBaseCacheLimit`).
 */
const BASES_BYTES = 64 * 1024 * 1024;

/** What anything weighs in a cache beside its bytes. */
const ENTRY_BYTES = 256;

/** What was read of all packs of a repository; bounded in bytes, about 192 MB at most. */
export class PackCaches {
  /** Parts of indexes, by the first byte of the oids. */
  readonly buckets = new PlaceCache<IndexBucket>(
    INDEX_BYTES,
    ({ oids, offsets }) => ENTRY_BYTES + oids.length + offsets.length,
  );

  /** Blocks of packs, by their numbers. */
  readonly blocks = new PlaceCache<Buffer>(BLOCKS_BYTES, ({ length }) => ENTRY_BYTES + length);

  /** Bases of deltas, by the places of their entries. */
  readonly bases = new BaseCache(BASES_BYTES);

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
