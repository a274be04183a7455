import { createHash } from 'node:crypto';
import { OID_BYTES } from '../oid';
import { CHECKSUM_BYTES } from './pack-entry-codec';

/*
 * The index of a pack file, version 2, as a whole: to list everything that is in the pack, and to write such an index.
 *
 * Format: https://git-scm.com/docs/gitformat-pack#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and
 */

const INDEX_MAGIC = 0xff744f63;
const VERSION = 2;
const FANOUT_BYTES = 256 * 4;
const OIDS_AT = 8 + FANOUT_BYTES;

/** Offsets from here on are numbers of places among the long ones. */
const LONG_OFFSET = 0x80000000;

/** How many entries are encoded in one piece. */
const PIECE_ENTRIES = 8192;

/** Everything in a pack, in the order of the oids, over the bytes of its index: nothing is copied out of them. */
export class PackListing {
  /** How many objects there are. */
  readonly count: number;
  private readonly checksumsAt: number;
  private readonly offsetsAt: number;
  private readonly longOffsetsAt: number;

  /**
   * @param index The whole index.
   * @throws Error that says what is wrong with it; its checksum is compared too.
   */
  constructor(private readonly index: Buffer) {
    if (index.length < OIDS_AT + 2 * CHECKSUM_BYTES) throw new Error('the index breaks off');
    if (index.readUInt32BE(0) !== INDEX_MAGIC || index.readUInt32BE(4) !== VERSION) {
      throw new Error('the index is not of version 2');
    }
    this.count = index.readUInt32BE(OIDS_AT - 4);
    this.checksumsAt = OIDS_AT + this.count * OID_BYTES;
    this.offsetsAt = this.checksumsAt + this.count * 4;
    this.longOffsetsAt = this.offsetsAt + this.count * 4;
    const body = index.length - CHECKSUM_BYTES;
    if (body < this.longOffsetsAt + CHECKSUM_BYTES) throw new Error('the index breaks off');
    if (!createHash('sha1').update(index.subarray(0, body)).digest().equals(index.subarray(body))) {
      throw new Error('the index does not have the checksum that it ends with');
    }
  }

  /** The oids, one after the other. */
  get oids(): Buffer {
    return this.index.subarray(OIDS_AT, this.checksumsAt);
  }

  /** The SHA-1 with which the pack has to end. */
  get packChecksum(): Buffer {
    return this.index.subarray(this.index.length - 2 * CHECKSUM_BYTES, this.index.length - CHECKSUM_BYTES);
  }

  /** The CRC-32 of an entry, header and compressed content. */
  crc32At(position: number): number {
    return this.index.readUInt32BE(this.checksumsAt + position * 4);
  }

  /** Where an entry begins in the pack; NaN when that is to be among the long offsets and is not. */
  offsetAt(position: number): number {
    const offset = this.index.readUInt32BE(this.offsetsAt + position * 4);
    if (offset < LONG_OFFSET) return offset;
    const at = this.longOffsetsAt + (offset - LONG_OFFSET) * 8;
    if (at + 8 > this.index.length - 2 * CHECKSUM_BYTES) return NaN;
    return Number(this.index.readBigUInt64BE(at));
  }
}

/** What an index says of a pack: for each object its oid, and where and what its entry is. */
export interface PackTable {
  /** The oids, one after the other, in any order; each once. */
  readonly oids: Buffer;
  readonly offsets: Float64Array;
  readonly crc32s: Uint32Array;
  /** The positions of the objects in the order of their oids. */
  readonly order: Uint32Array;
  /** The last 20 bytes of the pack. */
  readonly packChecksum: Buffer;
}

/**
 * The index of a pack in pieces, of any number of objects and any size of the pack. It ends with the SHA-1 of all
 * that is before, which is not part of this.
 */
export function* encodePackTable({
  oids,
  offsets,
  crc32s,
  order,
  packChecksum,
}: PackTable): Generator<Buffer, void> {
  const head = Buffer.alloc(OIDS_AT);
  head.writeUInt32BE(INDEX_MAGIC, 0);
  head.writeUInt32BE(VERSION, 4);
  const perByte = new Uint32Array(256);
  for (const position of order) {
    const byte = oids[position * OID_BYTES] as number;
    perByte[byte] = (perByte[byte] as number) + 1;
  }
  let sum = 0;
  perByte.forEach((count, byte) => head.writeUInt32BE((sum += count), 8 + byte * 4));
  yield head;
  yield* inPieces(order, OID_BYTES, (position, piece, at) => {
    oids.copy(piece, at, position * OID_BYTES, (position + 1) * OID_BYTES);
  });
  yield* inPieces(order, 4, (position, piece, at) => piece.writeUInt32BE(crc32s[position] as number, at));
  const long: number[] = [];
  yield* inPieces(order, 4, (position, piece, at) => {
    const offset = offsets[position] as number;
    piece.writeUInt32BE(offset < LONG_OFFSET ? offset : LONG_OFFSET + long.push(offset) - 1, at);
  });
  yield* inPieces(long, 8, (offset, piece, at) => piece.writeBigUInt64BE(BigInt(offset), at));
  yield packChecksum;
}

function* inPieces(
  items: Uint32Array | readonly number[],
  bytes: number,
  write: (item: number, piece: Buffer, at: number) => void,
): Generator<Buffer, void> {
  for (let start = 0; start < items.length; start += PIECE_ENTRIES) {
    const part = items.slice(start, start + PIECE_ENTRIES);
    const piece = Buffer.allocUnsafe(part.length * bytes);
    part.forEach((item, number) => {
      write(item, piece, number * bytes);
    });
    yield piece;
  }
}
