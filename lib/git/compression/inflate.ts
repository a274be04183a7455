import { inflateSync } from 'node:zlib';
import { KeptInflate } from './kept-inflate';

/** Null where Node does not have what it needs. */
let kept: KeptInflate | null | undefined;

/**
 * Inflates what begins at a place of some bytes and is known to have this size. Whatever follows it is ignored.
 *
 * The checksum at the end (Adler-32) is not looked at where the data is stored without compression: who reads
 * objects hashes them anyway.
 *
 * @param start Where the zlib stream begins.
 * @param size How many bytes it has when inflated. They are allocated, so it must not be just any number.
 * @throws Error when it is damaged, breaks off, or has another size.
 */
export function inflateExactly(bytes: Buffer, start: number, size: number): Buffer {
  const stored = storedBlock(bytes, start);
  // A copy, since what it lies in is larger.
  if (stored?.length === size) return Buffer.from(stored);
  const content = Buffer.allocUnsafe(size + 1);
  inflateExactlyInto(bytes, start, size, content, 0);
  return content.subarray(0, size);
}

/**
 * The same, into a place of a buffer that has room for a byte more: so zlib comes to the end of the stream, and what is too
 * long is seen to be.
 */
export function inflateExactlyInto(
  bytes: Buffer,
  start: number,
  size: number,
  target: Buffer,
  from: number,
): void {
  if (inflateInto(bytes, start, target, from, from + size + 1) === size) return;
  throw new Error('it does not have the size that its header says');
}

/**
 * Inflates as much as there is room for. Whatever follows the zlib stream is ignored.
 *
 * @param start Where the zlib stream begins.
 * @param target Has room for one byte at least.
 * @param from Where in it to begin.
 * @param to Where the room for it ends.
 * @returns how many bytes were written; when that is as many as there is room for, there may be more.
 * @throws Error when it is damaged, or breaks off before there is no room left.
 */
export function inflateInto(
  bytes: Buffer,
  start: number,
  target: Buffer,
  from = 0,
  to = target.length,
): number {
  kept ??= KeptInflate.create() ?? null;
  return kept
    ? kept.inflate(bytes, start, bytes.length, target, from, to)
    : inflateAnew(bytes, start, target.subarray(from, to));
}

/** The documented way to do what {@link inflateInto} does. All is inflated, whether there is room for it or not. */
export function inflateAnew(bytes: Buffer, start: number, target: Buffer): number {
  return inflateSync(bytes.subarray(start)).copy(target);
}

const STORED_HEADER_BYTES = 7;
const ADLER_BYTES = 4;

/**
 * What is in a zlib stream that is one block without compression, as small objects are stored here; the bytes
 * themselves, not a copy. Undefined for any other stream, be it sound or not. The checksum is not looked at.
 *
 * Format: RFC 1950 (header, Adler-32) and RFC 1951, section 3.2.4.
 */
export function storedBlock(bytes: Buffer, start: number): Buffer | undefined {
  const at = start + STORED_HEADER_BYTES;
  if (bytes[start + 2] !== 1 || at > bytes.length) return undefined;
  const header = bytes.readUInt16BE(start);
  // Deflate, no preset dictionary, and the check that zlib makes.
  if ((header & 0x8f20) !== 0x0800 || header % 31 !== 0) return undefined;
  const length = bytes.readUInt16LE(start + 3);
  const isWhole = at + length + ADLER_BYTES <= bytes.length;
  if (!isWhole || bytes.readUInt16LE(start + 5) !== (~length & 0xffff)) return undefined;
  return bytes.subarray(at, at + length);
}
