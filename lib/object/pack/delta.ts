import type { ByteRange } from '../byte-range';
import { decodeSize, endOfSize } from './pack-entry-codec';

/*
 * Git's deltas: how an object is made from another one, its base.
 *
 * Format: https://git-scm.com/docs/gitformat-pack#_deltified_representation
 */

/** A size of zero in an instruction to copy means this. */
const WHOLE_COPY_BYTES = 0x10000;

/** So few bytes are copied one by one as fast as by a call out of JavaScript. */
const SHORT_COPY_BYTES = 256;

/** The longest beginning of a delta: two sizes. */
export const MAX_DELTA_HEADER_BYTES = 20;

/**
 * The size of the object that a delta makes; it stands behind the size of the base.
 *
 * @param bytes With the first {@link MAX_DELTA_HEADER_BYTES} of the delta, or more, or all.
 * @param start Where among them the delta begins.
 * @throws Error when they are fewer than that takes.
 */
export function decodeDeltaResultSize(bytes: Buffer, start = 0): number {
  return decodeSize(bytes, endOfSize(bytes, start), 7);
}

/**
 * Makes an object from its base.
 *
 * @param limit How large the object may be, in bytes: no more is ever asked for.
 * @param makeRoom Gives room for so many bytes.
 * @returns the room, with the object in it.
 * @throws Error when the delta is not one for this base, is malformed, or makes an object beyond the limit.
 */
export function applyDelta(
  base: ByteRange,
  delta: ByteRange,
  limit: number,
  makeRoom: (size: number) => ByteRange,
): ByteRange {
  const { bytes: from, start: origin } = base;
  const { bytes: code, end } = delta;
  const second = endOfSize(code, delta.start);
  const first = endOfSize(code, second);
  if (first > end) throw new Error(BREAKS_OFF);
  const available = base.end - origin;
  if (decodeSize(code, delta.start, 7) !== available)
    throw new Error('its delta was made for a base of another size');
  const resultSize = decodeSize(code, second, 7);
  if (resultSize > limit) throw new Error('its delta makes more than can be');
  const result = makeRoom(resultSize);
  const { bytes: to } = result;
  let written = result.start;
  for (let at = first; at < end;) {
    const instruction = code[at++] as number;
    if (instruction >= 0x80) {
      // A bit for each byte that is there: four of the place, three of the size, the lowest first.
      let place = 0;
      if (instruction & 0x01) place = code[at++] as number;
      if (instruction & 0x02) place |= (code[at++] as number) << 8;
      if (instruction & 0x04) place |= (code[at++] as number) << 16;
      if (instruction & 0x08) place += (code[at++] as number) * 0x1000000;
      let size = 0;
      if (instruction & 0x10) size = code[at++] as number;
      if (instruction & 0x20) size |= (code[at++] as number) << 8;
      if (instruction & 0x40) size |= (code[at++] as number) << 16;
      if (at > end) throw new Error(BREAKS_OFF);
      if (size === 0) size = WHOLE_COPY_BYTES;
      if (place + size > available) throw new Error('its delta copies what its base does not have');
      if (written + size > result.end) throw new Error(TOO_LONG);
      copy(from, origin + place, to, written, size);
      written += size;
    } else {
      if (instruction === 0) throw new Error('its delta has an unknown instruction');
      if (at + instruction > end) throw new Error(BREAKS_OFF);
      if (written + instruction > result.end) throw new Error(TOO_LONG);
      copy(code, at, to, written, instruction);
      at += instruction;
      written += instruction;
    }
  }
  // What was not written is whatever was in memory before.
  if (written < result.end) throw new Error('its delta makes less than it says');
  return result;
}

function copy(from: Buffer, start: number, to: Buffer, at: number, size: number): void {
  if (size > SHORT_COPY_BYTES) from.copy(to, at, start, start + size);
  else for (let byte = 0; byte < size; byte++) to[at + byte] = from[start + byte] as number;
}

const BREAKS_OFF = 'its delta breaks off';
const TOO_LONG = 'its delta makes more than it says';
