import { OID_BYTES } from '../oid';
import type { ByteOid } from '../oid';
import { CHECKSUM_BYTES } from './pack-entry-codec';

/*
 * The index of a pack file, version 2: it finds the objects in it.
 *
 * Format: https://git-scm.com/docs/gitformat-pack#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and
 */

/** What an index of a version from 2 on begins with. */
export const INDEX_MAGIC = 0xff744f63;

export const INDEX_VERSION = 2;

/** An index says how many oids begin with each byte, or a lower one. */
export const FANOUT_ENTRIES = 256;

/** Offsets above this are numbers of places among the long ones. */
export const LONG_OFFSET = 0x80000000;

/** Reads so many bytes at a place of an index; throws when they are not there. */
export type IndexRead = (position: number, length: number) => Buffer;

/** Reads from an index that is in memory; what it gives is part of that. */
export function readFrom(index: Buffer): IndexRead {
  return (position, length) => {
    if (position + length > index.length) throw new Error('the index breaks off');
    return index.subarray(position, position + length);
  };
}

/** How many bytes an index begins with that say where in it to look: what kind it is, and its fan-out table. */
export const INDEX_HEAD_BYTES = 8 + FANOUT_ENTRIES * 4;

/** The oids in an index that begin with the same byte, and where the entries of these objects begin in the pack. */
export interface IndexBucket {
  /** In order, 20 bytes each. */
  readonly oids: Buffer;
  /** In the same order, 4 bytes each, as {@link PackIndexLayout.wholeOffset} takes them. */
  readonly offsets: Buffer;
}

/** What is where in an index (version 2). */
export class PackIndexLayout {
  /** How many objects there are. */
  readonly objectCount: number;
  /** Where the oids begin, in order, 20 bytes each. */
  readonly oidsAt = INDEX_HEAD_BYTES;
  /** Where the checksums of the entries begin, in the order of the oids, 4 bytes each. */
  readonly crc32sAt: number;
  /** Where the offsets of the entries begin, in the order of the oids, 4 bytes each, as {@link wholeOffset} takes them. */
  readonly offsetsAt: number;
  /** Where the offsets begin that 4 bytes do not hold, 8 bytes each. */
  private readonly longOffsetsAt: number;

  private constructor(
    /** How many oids begin with each byte or a lower one. */
    private readonly fanout: Uint32Array,
  ) {
    this.objectCount = fanout[FANOUT_ENTRIES - 1] as number;
    this.crc32sAt = this.oidsAt + this.objectCount * OID_BYTES;
    this.offsetsAt = this.crc32sAt + this.objectCount * 4;
    this.longOffsetsAt = this.offsetsAt + this.objectCount * 4;
  }

  /**
   * @param head The first {@link INDEX_HEAD_BYTES} of the index.
   * @throws Error when it is not such an index.
   */
  static decode(head: Buffer): PackIndexLayout {
    if (head.length < INDEX_HEAD_BYTES) throw new Error('the index breaks off');
    if (head.readUInt32BE(0) !== INDEX_MAGIC || head.readUInt32BE(4) !== INDEX_VERSION) {
      throw new Error('the index is not of version 2');
    }
    const fanout = new Uint32Array(FANOUT_ENTRIES);
    for (let byte = 0, least = 0; byte < FANOUT_ENTRIES; byte++) {
      const count = head.readUInt32BE(8 + byte * 4);
      if (count < least) throw new Error('the fan-out table of the index is damaged');
      fanout[byte] = least = count;
    }
    return new PackIndexLayout(fanout);
  }

  /** How many bytes the index has at least; more when the pack is larger than 2 GiB. */
  get minimumBytes(): number {
    return this.longOffsetsAt + 2 * CHECKSUM_BYTES;
  }

  /**
   * Reads what is needed to find the oids that begin with a byte.
   *
   * @returns undefined when there are none.
   */
  readBucket(read: IndexRead, byte: number): IndexBucket | undefined {
    const first = this.fanout[byte - 1] ?? 0;
    const count = (this.fanout[byte] as number) - first;
    if (count === 0) return undefined;
    return {
      oids: read(this.oidsAt + first * OID_BYTES, count * OID_BYTES),
      offsets: read(this.offsetsAt + first * 4, count * 4),
    };
  }

  /** Where the entry of an object begins in the pack; undefined when the bucket does not have it. */
  offsetIn(bucket: IndexBucket, read: IndexRead, oid: ByteOid): number | undefined {
    const place = search(bucket.oids, oid);
    if (place === undefined) return undefined;
    return this.wholeOffset(bucket.offsets.readUInt32BE(place * 4), read);
  }

  /** Where an entry begins of which the index has these 4 bytes: they may say where among the long offsets it stands. */
  wholeOffset(offset: number, read: IndexRead): number {
    if (offset < LONG_OFFSET) return offset;
    return Number(read(this.longOffsetsAt + (offset - LONG_OFFSET) * 8, 8).readBigUInt64BE());
  }
}

/**
 * Where an object's entry begins in the pack of an index (version 2); undefined when the pack does not have it.
 * Little of the index is read.
 *
 * @throws Error when it is not such an index.
 */
export function findInPackIndex(read: IndexRead, oid: ByteOid): number | undefined {
  const layout = PackIndexLayout.decode(read(0, INDEX_HEAD_BYTES));
  const bucket = layout.readBucket(read, oid.charCodeAt(0));
  return bucket && layout.offsetIn(bucket, read, oid);
}

/** So many steps a search goes one by one at most. Where 65,000 oids begin with the same byte, most are found in fewer. */
const STEPS_ONE_BY_ONE = 128;

/**
 * Searches by the three bytes behind the first one, which all oids in a bucket have in common. Oids are as good as random, so these
 * bytes say where among them an oid is likely to be. From there on to go one by one finds it sooner than to halve what is left,
 * for which each step looks elsewhere in memory (measured).
 */
function search(oids: Buffer, oid: ByteOid): number | undefined {
  const own = (oid.charCodeAt(1) << 16) | (oid.charCodeAt(2) << 8) | oid.charCodeAt(3);
  let low = 0;
  let high = oids.length / OID_BYTES;
  let place = Math.floor((own / 0x1000000) * high);
  for (let step = 1; low < high; step++) {
    const at = place * OID_BYTES;
    const other =
      ((oids[at + 1] as number) << 16) | ((oids[at + 2] as number) << 8) | (oids[at + 3] as number);
    const order = other - own || compareRest(oids, at, oid);
    if (order === 0) return place;
    if (order < 0) low = place + 1;
    else high = place;
    if (step >= STEPS_ONE_BY_ONE) place = (low + high) >>> 1;
    else place = order < 0 ? low : high - 1;
  }
  return undefined;
}

/** How the bytes of an oid behind the first four compare with those of another one. */
function compareRest(oids: Buffer, at: number, oid: ByteOid): number {
  for (let byte = 4; byte < OID_BYTES; byte++) {
    const difference = (oids[at + byte] as number) - oid.charCodeAt(byte);
    if (difference !== 0) return difference;
  }
  return 0;
}
