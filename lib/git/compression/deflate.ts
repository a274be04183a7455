import { promisify } from 'node:util';
import { constants, deflate, deflateSync } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';
import type { ObjectType } from '../../object/oid';
import { deflateSmall, MAX_SMALL_DEFLATE, maxDeflatedSize } from './small-deflate';

const deflateInBackground = promisify(deflate);

/** Up to this size bytes are compressed on the spot, in a millisecond or less; more of them by another thread. */
const ON_THE_SPOT_BYTES = 128 * 1024;

/** From this size on, a usual zlib state costs less than compressing with a small one. */
const SMALL_BYTES = 4 * 1024;

/** zlib's states are made anew for every object; small ones are made several times faster. */
const SMALL_STATE: ZlibOptions = { windowBits: 12, memLevel: 4, level: 1 };

/** What zlib may add to bytes that it cannot make smaller, and a little more: the result fits into one chunk. */
const OVERHEAD_BYTES = 64;

/** Git's own level for single objects (`core.looseCompression`). */
const LARGE_STATE: ZlibOptions = { level: 1 };

/** Trees are mostly hashes, in which there is nothing to find again: looking for it takes twice the time. */
const LARGE_TREE_STATE: ZlibOptions = { strategy: constants.Z_HUFFMAN_ONLY };

/**
 * Trees up to this size are stored as they are. They are mostly hashes: zlib would save a third at most, in ten times
 * the time, and git makes deltas of them when it packs them anew.
 */
const STORED_TREE_BYTES = 16 * 1024;

/** The block of most file systems: a file up to this size takes as much room compressed as it takes stored. */
const BLOCK_BYTES = 4096;

/** What {@link storeUncompressed} adds. */
const STORED_OVERHEAD_BYTES = 11;

/**
 * Compresses the content of a loose object's file, which is read again only until it is packed. What is small is
 * stored as it is: that takes the same room, and git compresses it when it packs it.
 */
export function deflateLooseObject(type: ObjectType, bytes: Buffer): Buffer | Promise<Buffer> {
  if (bytes.length + STORED_OVERHEAD_BYTES <= BLOCK_BYTES) return storeUncompressed(bytes);
  return deflateObject(type, bytes);
}

/** Compresses (part of) an object. No promise is made for what is compressed on the spot. */
export function deflateObject(type: ObjectType, bytes: Buffer): Buffer | Promise<Buffer> {
  if (type === 'tree' && bytes.length <= STORED_TREE_BYTES) return storeUncompressed(bytes);
  if (type !== 'tree' && bytes.length <= MAX_SMALL_DEFLATE) return deflateSmallText(bytes);
  if (bytes.length <= SMALL_BYTES) {
    return deflateSync(bytes, { ...SMALL_STATE, chunkSize: bytes.length + OVERHEAD_BYTES });
  }
  const state = type === 'tree' ? LARGE_TREE_STATE : LARGE_STATE;
  return bytes.length <= ON_THE_SPOT_BYTES ? deflateSync(bytes, state) : deflateInBackground(bytes, state);
}

function deflateSmallText(bytes: Buffer): Buffer {
  const output = Buffer.allocUnsafe(maxDeflatedSize(bytes.length));
  const size = deflateSmall(bytes, output, 0);
  return size < bytes.length + STORED_OVERHEAD_BYTES ? output.subarray(0, size) : storeUncompressed(bytes);
}

/**
 * A zlib stream of one block that is not compressed.
 *
 * Format: RFC 1950 (header, Adler-32) and RFC 1951, section 3.2.4.
 */
function storeUncompressed(bytes: Buffer): Buffer {
  const { length } = bytes;
  const stream = Buffer.allocUnsafe(length + STORED_OVERHEAD_BYTES);
  stream.writeUInt16BE(0x7801, 0);
  stream.writeUInt8(1, 2);
  stream.writeUInt16LE(length, 3);
  stream.writeUInt16LE(~length & 0xffff, 5);
  bytes.copy(stream, 7);
  stream.writeUInt32BE(adler32(bytes), 7 + length);
  return stream;
}

/** So many bytes can be added up before a sum passes 2^31, from where on JavaScript's numbers are slower. */
const ADLER_RUN_BYTES = 3800;

/** The checksum at the end of a zlib stream: RFC 1950, section 9. */
function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(at + ADLER_RUN_BYTES, bytes.length); at < end; at++) {
      a += bytes[at] as number;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return (b * 65536 + a) >>> 0;
}
