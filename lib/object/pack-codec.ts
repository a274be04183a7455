import * as zlib from 'node:zlib';
import type { ObjectType } from './oid';

/*
 * Git's pack files, version 2: many objects in one file, and an index that finds them in it.
 *
 * Format: https://git-scm.com/docs/gitformat-pack
 */

/** One object in a pack, as the pack's index has it. */
export interface PackedObject {
  readonly oid: string;
  /** Where the entry begins in the pack. */
  readonly offset: number;
  /** Of the entry, header and compressed content. */
  readonly crc32: number;
}

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

const VERSION = 2;
const OID_BYTES = 20;

/** What a pack of so many objects begins with. It ends with the SHA-1 of all that is before. */
export function encodePackHeader(objectCount: number): Buffer {
  const header = Buffer.alloc(12, 'PACK', 'latin1');
  header.writeUInt32BE(VERSION, 4);
  header.writeUInt32BE(objectCount, 8);
  return header;
}

/**
 * What stands before an object's compressed content: its type, and its size before compression; four bits of
 * the size in the first byte, seven in each of the others, the lowest first, and a bit that says whether
 * another byte follows.
 */
export function encodeEntryHeader(type: ObjectType, size: number): Buffer {
  const bytes = [(TYPE_NUMBERS[type] << 4) | (size & 0x0f)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) as number) | 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

const INDEX_MAGIC = 0xff744f63;
const FANOUT_ENTRIES = 256;

/**
 * The index of a pack: how many oids begin with each byte or a lower one, the oids in order, the checksums and
 * offsets of their entries, and the checksum of the pack. Like the pack it ends with the SHA-1 of all that is
 * before, which is not part of this.
 *
 * @param objects Each oid once, in any order; all offsets below 2^31.
 * @param packChecksum The last 20 bytes of the pack.
 */
export function encodePackIndex(objects: readonly PackedObject[], packChecksum: Buffer): Buffer {
  const sorted = [...objects].sort((a, b) => (a.oid < b.oid ? -1 : 1));
  const oidsAt = 8 + FANOUT_ENTRIES * 4;
  const checksumsAt = oidsAt + sorted.length * OID_BYTES;
  const offsetsAt = checksumsAt + sorted.length * 4;
  const index = Buffer.alloc(offsetsAt + sorted.length * 4 + OID_BYTES);
  index.writeUInt32BE(INDEX_MAGIC, 0);
  index.writeUInt32BE(VERSION, 4);
  const fanout = new Uint32Array(FANOUT_ENTRIES);
  sorted.forEach(({ oid, crc32, offset }, position) => {
    index.write(oid, oidsAt + position * OID_BYTES, 'hex');
    index.writeUInt32BE(crc32, checksumsAt + position * 4);
    index.writeUInt32BE(offset, offsetsAt + position * 4);
    fanout.fill(position + 1, parseInt(oid.slice(0, 2), 16));
  });
  fanout.forEach((count, byte) => index.writeUInt32BE(count, 8 + byte * 4));
  packChecksum.copy(index, index.length - OID_BYTES);
  return index;
}

/** The checksum of a pack's entry (CRC-32 as in RFC 1952, the one of gzip). */
export function crc32(...parts: readonly Buffer[]): number {
  return parts.reduce<number>((sum, part) => (nativeCrc32 ?? portableCrc32)(part, sum), 0);
}

/** Node has it from 20.15 on. */
const nativeCrc32 = (zlib as { crc32?: (data: Buffer, value: number) => number }).crc32;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** What `zlib.crc32` computes. */
export function portableCrc32(data: Buffer, value: number): number {
  let sum = ~value;
  for (const byte of data) sum = (sum >>> 8) ^ (CRC_TABLE[(sum ^ byte) & 0xff] as number);
  return ~sum >>> 0;
}
