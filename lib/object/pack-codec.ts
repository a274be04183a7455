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

/** What stands before the compressed content of a pack's entry, taken apart. */
export interface EntryHeader {
  /** What the entry holds: a whole object, or what has to be done to another one, its base. */
  readonly kind: ObjectType | 'delta';
  /** Of the content before compression; that of a delta is not the size of the object. */
  readonly size: number;
  /** How many bytes the header takes. */
  readonly length: number;
  /** Of a delta: how far before it in the pack its base begins, or the base's oid. */
  readonly base?: number | string;
}

/** The longest header there can be: the size, and an oid. */
export const MAX_ENTRY_HEADER_BYTES = 32;

const KINDS = new Map(Object.entries(TYPE_NUMBERS).map(([type, number]) => [number, type as ObjectType]));
const DELTA_BY_OFFSET = 6;
const DELTA_BY_OID = 7;

/**
 * Reads the header of a pack's entry.
 *
 * @param bytes {@link MAX_ENTRY_HEADER_BYTES} from the beginning of the entry, or more; fewer at the end of the pack.
 * @throws Error when they are no header.
 */
export function decodeEntryHeader(bytes: Buffer): EntryHeader {
  const { value, length } = decodeSize(bytes, 0, 4);
  const number = (byteAt(bytes, 0) >> 4) & 7;
  const kind = KINDS.get(number);
  if (kind) return { kind, size: value, length };
  if (number === DELTA_BY_OID && bytes.length >= length + OID_BYTES) {
    const base = bytes.toString('hex', length, length + OID_BYTES);
    return { kind: 'delta', size: value, length: length + OID_BYTES, base };
  }
  if (number !== DELTA_BY_OFFSET) throw new Error(`the pack has an entry of the unknown type ${number}`);
  let at = length;
  let distance = byteAt(bytes, at) & 0x7f;
  while (byteAt(bytes, at++) >= 0x80) distance = (distance + 1) * 128 + (byteAt(bytes, at) & 0x7f);
  return { kind: 'delta', size: value, length: at, base: distance };
}

/** The longest beginning of a delta: two sizes. */
export const MAX_DELTA_HEADER_BYTES = 20;

/**
 * The size of the object that a delta makes; it stands behind the size of the base.
 *
 * @param bytes The first {@link MAX_DELTA_HEADER_BYTES} of the delta, or more, or all.
 * @throws Error when they are fewer than that takes.
 */
export function decodeDeltaResultSize(bytes: Buffer): number {
  return decodeSize(bytes, decodeSize(bytes, 0, 7).length, 7).value;
}

/** Reads a size: some bits of it in the first byte, seven in each of the others, the lowest first. */
function decodeSize(bytes: Buffer, start: number, firstBits: number): { value: number; length: number } {
  let at = start;
  let value = byteAt(bytes, at) % 2 ** firstBits;
  for (let unit = 2 ** firstBits; byteAt(bytes, at++) >= 0x80; unit *= 128) {
    value += (byteAt(bytes, at) & 0x7f) * unit;
  }
  return { value, length: at };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error('the pack breaks off');
  return byte;
}

const INDEX_MAGIC = 0xff744f63;
const FANOUT_ENTRIES = 256;

/** Offsets above this are numbers of places among the long ones. */
const LONG_OFFSET = 0x80000000;

/**
 * Where an object's entry begins in the pack of an index (version 2); undefined when the pack does not have it.
 *
 * @param read Reads so many bytes at a place of the index: few at a time, for an index may be large.
 * @throws Error when it is not such an index.
 */
export function findInPackIndex(
  read: (position: number, length: number) => Buffer,
  oid: string,
): number | undefined {
  const head = read(0, 8);
  if (head.readUInt32BE(0) !== INDEX_MAGIC || head.readUInt32BE(4) !== VERSION) {
    throw new Error('it is no index of version 2');
  }
  const byte = parseInt(oid.slice(0, 2), 16);
  const fanout = read(8, FANOUT_ENTRIES * 4);
  const first = byte === 0 ? 0 : fanout.readUInt32BE((byte - 1) * 4);
  const count = fanout.readUInt32BE(byte * 4) - first;
  if (count <= 0) return undefined;
  const objects = fanout.readUInt32BE((FANOUT_ENTRIES - 1) * 4);
  const oidsAt = 8 + FANOUT_ENTRIES * 4;
  const place = binarySearch(read(oidsAt + first * OID_BYTES, count * OID_BYTES), Buffer.from(oid, 'hex'));
  if (place === undefined) return undefined;
  const offsetsAt = oidsAt + objects * (OID_BYTES + 4);
  const offset = read(offsetsAt + (first + place) * 4, 4).readUInt32BE();
  if (offset < LONG_OFFSET) return offset;
  return Number(read(offsetsAt + objects * 4 + (offset - LONG_OFFSET) * 8, 8).readBigUInt64BE());
}

function binarySearch(oids: Buffer, oid: Buffer): number | undefined {
  let low = 0;
  let high = oids.length / OID_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = oid.compare(oids, middle * OID_BYTES, (middle + 1) * OID_BYTES);
    if (order === 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
}

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
