import * as zlib from 'node:zlib';

/** The checksum of a pack's entry (CRC-32 as in RFC 1952, the one of gzip). */
export function crc32(...parts: readonly Buffer[]): number {
  return parts.reduce(extendCrc32, 0);
}

/** The checksum of more bytes, behind those that a checksum is of already. */
export function extendCrc32(sum: number, part: Buffer): number {
  return (nativeCrc32 ?? portableCrc32)(part, sum);
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
