import { decodeSize } from './pack-entry-codec';

/*
 * Git's deltas: how an object is made from another one, its base.
 *
 * Format: https://git-scm.com/docs/gitformat-pack#_deltified_representation
 */

/** A size of zero in an instruction to copy means this. */
const WHOLE_COPY_BYTES = 0x10000;

/** So few bytes are copied one by one as fast as by a call out of JavaScript. */
const SHORT_COPY_BYTES = 32;

/** The longest beginning of a delta: two sizes. */
export const MAX_DELTA_HEADER_BYTES = 20;

/**
 * The size of the object that a delta makes; it stands behind the size of the base.
 *
 * @param bytes The first {@link MAX_DELTA_HEADER_BYTES} of the delta, or more, or all.
 * @throws Error when they are fewer than that takes.
 */
export function decodeDeltaResultSize(bytes: Buffer): number {
  return decodeSize(bytes, decodeSize(bytes, 0, 7).end, 7).value;
}

/**
 * Makes an object from its base.
 *
 * @param limit How large the object may be, in bytes: no more is ever allocated.
 * @throws Error when the delta is not one for this base, is malformed, or makes an object beyond the limit.
 */
export function applyDelta(base: Buffer, delta: Buffer, limit: number): Buffer {
  const baseSize = decodeSize(delta, 0, 7);
  const resultSize = decodeSize(delta, baseSize.end, 7);
  if (baseSize.value !== base.length) throw new Error('its delta was made for a base of another size');
  if (resultSize.value > limit) throw new Error('its delta makes more than can be');
  const result = Buffer.allocUnsafe(resultSize.value);
  let written = 0;
  for (let at = resultSize.end; at < delta.length;) {
    const instruction = delta[at++] as number;
    if (instruction >= 0x80) {
      let from = 0;
      let size = 0;
      // A bit for each byte that is there: four of the place, three of the size, the lowest first.
      for (let bit = 0; bit < 7; bit++) {
        if (((instruction >> bit) & 1) === 0) continue;
        if (at === delta.length) throw new Error(BREAKS_OFF);
        const byte = delta[at++] as number;
        if (bit < 4) from += byte * 2 ** (8 * bit);
        else size |= byte << (8 * (bit - 4));
      }
      if (size === 0) size = WHOLE_COPY_BYTES;
      if (from + size > base.length) throw new Error('its delta copies what its base does not have');
      if (written + size > result.length) throw new Error(TOO_LONG);
      if (size > SHORT_COPY_BYTES) base.copy(result, written, from, from + size);
      else for (let byte = 0; byte < size; byte++) result[written + byte] = base[from + byte] as number;
      written += size;
    } else {
      if (instruction === 0) throw new Error('its delta has an unknown instruction');
      if (at + instruction > delta.length) throw new Error(BREAKS_OFF);
      if (written + instruction > result.length) throw new Error(TOO_LONG);
      if (instruction > SHORT_COPY_BYTES) delta.copy(result, written, at, at + instruction);
      else for (let byte = 0; byte < instruction; byte++) result[written + byte] = delta[at + byte] as number;
      at += instruction;
      written += instruction;
    }
  }
  // What was not written is whatever was in memory before.
  if (written < result.length) throw new Error('its delta makes less than it says');
  return result;
}

const BREAKS_OFF = 'its delta breaks off';
const TOO_LONG = 'its delta makes more than it says';
