import { OID_BYTES } from '../oid';
import type { ObjectType } from '../oid';

/*
 * The entries of Git's pack files, version 2: many objects in one file.
 *
 * Format: https://git-scm.com/docs/gitformat-pack
 */

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

const VERSION = 2;

/** How many bytes a pack's header has. */
export const PACK_HEADER_BYTES = 12;

/** How many bytes the checksum has with which a pack ends, and its index. */
export const CHECKSUM_BYTES = 20;

/** What a pack of so many objects begins with. It ends with the SHA-1 of all that is before. */
export function encodePackHeader(objectCount: number): Buffer {
  const header = Buffer.alloc(PACK_HEADER_BYTES, 'PACK', 'latin1');
  header.writeUInt32BE(VERSION, 4);
  header.writeUInt32BE(objectCount, 8);
  return header;
}

/**
 * How many objects a pack has.
 *
 * @param header The first {@link PACK_HEADER_BYTES} of the pack.
 * @throws Error when it is no pack, or not of version 2.
 */
export function decodePackHeader(header: Buffer): number {
  if (header.toString('latin1', 0, 4) !== 'PACK' || header.readUInt32BE(4) !== VERSION) {
    throw new Error('it is no pack of version 2');
  }
  return header.readUInt32BE(8);
}

/**
 * What stands before an object's compressed content: its type, and its size before compression; four bits of
 * the size in the first byte, seven in each of the others, the lowest first, and a bit that says whether
 * another byte follows.
 */
export function encodeEntryHeader(type: ObjectType, size: number): Buffer {
  let length = 1;
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) length++;
  const header = Buffer.allocUnsafe(length);
  let byte = (TYPE_NUMBERS[type] << 4) | (size & 0x0f);
  let rest = Math.floor(size / 16);
  for (let at = 0; at < length; at++) {
    header[at] = rest > 0 ? byte | 0x80 : byte;
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  return header;
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
  readonly base: number | string | undefined;
}

/** The longest header there can be: the size, and an oid. */
export const MAX_ENTRY_HEADER_BYTES = 32;

const KINDS: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
const DELTA_BY_OFFSET = 6;
const DELTA_BY_OID = 7;

/**
 * Reads the header of a pack's entry.
 *
 * @param bytes From the beginning of the entry {@link MAX_ENTRY_HEADER_BYTES}, or more; fewer at the end of the pack.
 * @param start Where in the bytes the entry begins.
 * @throws Error when they are no header.
 */
export function decodeEntryHeader(bytes: Buffer, start = 0): EntryHeader {
  const size = decodeSize(bytes, start, 4);
  const end = endOfSize(bytes, start);
  const number = (byteAt(bytes, start) >> 4) & 7;
  const kind = KINDS[number];
  if (kind) return { kind, size, length: end - start, base: undefined };
  if (number === DELTA_BY_OID && bytes.length >= end + OID_BYTES) {
    const base = bytes.toString('hex', end, end + OID_BYTES);
    return { kind: 'delta', size, length: end + OID_BYTES - start, base };
  }
  if (number !== DELTA_BY_OFFSET) throw new Error(`the pack has an entry of the unknown type ${number}`);
  let at = end;
  let distance = byteAt(bytes, at) & 0x7f;
  while (byteAt(bytes, at++) >= 0x80) distance = (distance + 1) * 128 + (byteAt(bytes, at) & 0x7f);
  return { kind: 'delta', size, length: at - start, base: distance };
}

/**
 * Reads a size: some bits of it in the first byte, seven in each of the others, the lowest first.
 *
 * @throws Error when the bytes end before it does.
 */
export function decodeSize(bytes: Buffer, start: number, firstBits: number): number {
  let byte = byteAt(bytes, start);
  let value = byte & ((1 << firstBits) - 1);
  for (let at = start + 1, unit = 1 << firstBits; byte >= 0x80; at++, unit *= 128) {
    byte = byteAt(bytes, at);
    value += (byte & 0x7f) * unit;
  }
  return value;
}

/** Where a size ends that begins here. */
export function endOfSize(bytes: Buffer, start: number): number {
  let at = start;
  while (byteAt(bytes, at) >= 0x80) at++;
  return at + 1;
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error('the pack breaks off');
  return byte;
}
