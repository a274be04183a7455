/*
 * Compression of small texts. zlib clears 64 KB of tables before it begins, whatever it compresses: of the 15
 * microseconds that it takes for 200 bytes, that is most. This takes a fifth of that with the codes that the format
 * fixes, and looks in one place only for what has been there before; records become a tenth larger than with zlib.
 *
 * Format: RFC 1950 (header, Adler-32) and RFC 1951, section 3.2.6.
 */

/** With more bytes it pays to make codes for them, as zlib does: of 500 it would make a quarter less than this. */
export const MAX_SMALL_DEFLATE = 320;

/** How many bytes the result has at most: nine bits for each, header, checksum, and codes that begin and end. */
export function maxDeflatedSize(size: number): number {
  return size + (size >> 3) + 16;
}

const MIN_MATCH = 3;
const MAX_MATCH = 258;
const HASH_BITS = 12;

/** The codes of RFC 1951 begin with their highest bit, the bytes with the lowest: the codes are kept turned round. */
const LITERAL_CODES = new Uint16Array(288);
const LITERAL_BITS = new Uint8Array(288);
for (let symbol = 0; symbol < 288; symbol++) {
  const [code, bits] =
    symbol < 144
      ? [0x30 + symbol, 8]
      : symbol < 256
        ? [0x190 + symbol - 144, 9]
        : symbol < 280
          ? [symbol - 256, 7]
          : [0xc0 + symbol - 280, 8];
  LITERAL_CODES[symbol] = reversed(code, bits);
  LITERAL_BITS[symbol] = bits;
}

/** For each length of a match: its symbol's code with the extra bits behind it, and how many bits that is. */
const LENGTH_CODES = new Uint32Array(MAX_MATCH + 1);
const LENGTH_BITS = new Uint8Array(MAX_MATCH + 1);
for (let symbol = 257, length = MIN_MATCH; symbol <= 285; symbol++) {
  const extra = symbol < 265 || symbol === 285 ? 0 : (symbol - 261) >> 2;
  const [code, bits] = [LITERAL_CODES[symbol] as number, LITERAL_BITS[symbol] as number];
  // The longest match has a symbol of its own, though the one before could say it too.
  if (symbol === 285) length = MAX_MATCH;
  for (let more = 0; more < 1 << extra; more++, length++) {
    LENGTH_CODES[length] = code | (more << bits);
    LENGTH_BITS[length] = bits + extra;
  }
}

/** The same for each distance. */
const DISTANCE_CODES = new Uint32Array(MAX_SMALL_DEFLATE + 1);
const DISTANCE_BITS = new Uint8Array(MAX_SMALL_DEFLATE + 1);
for (let symbol = 0, distance = 1; distance <= MAX_SMALL_DEFLATE; symbol++) {
  const extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
  const code = reversed(symbol, 5);
  for (let more = 0; more < 1 << extra && distance <= MAX_SMALL_DEFLATE; more++, distance++) {
    DISTANCE_CODES[distance] = code | (more << 5);
    DISTANCE_BITS[distance] = 5 + extra;
  }
}

function reversed(code: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((code >> bit) & 1) << (bits - 1 - bit);
  return result;
}

/**
 * Where three bytes were seen last, by a hash of them: the place plus {@link base}. What is below that is of bytes
 * that were compressed before, so that nothing has to be cleared.
 */
const heads = new Int32Array(1 << HASH_BITS);
let base = 1;

/**
 * Compresses up to {@link MAX_SMALL_DEFLATE} bytes.
 *
 * @param output Has room for {@link maxDeflatedSize} bytes from `start` on.
 * @returns where the result ends in it.
 */
export function deflateSmall(input: Uint8Array, output: Uint8Array, start: number): number {
  const size = input.length;
  if (base > 0x7fff0000) {
    heads.fill(0);
    base = 1;
  }
  output[start] = 0x78;
  output[start + 1] = 0x01;
  let at = start + 2;
  // The last block, with fixed codes.
  let buffer = 3;
  let buffered = 3;
  for (let position = 0; position < size;) {
    let code: number;
    let bits: number;
    let step = 1;
    const hash = position + MIN_MATCH <= size ? hashAt(input, position) : -1;
    const found = hash < 0 ? 0 : (heads[hash] as number);
    if (hash >= 0) heads[hash] = base + position;
    const length = found < base ? 0 : matchLength(input, found - base, position);
    if (length >= MIN_MATCH) {
      const distance = position - (found - base);
      step = length;
      // Both together may have more than the 24 bits that fit.
      buffer |= (LENGTH_CODES[length] as number) << buffered;
      buffered += LENGTH_BITS[length] as number;
      while (buffered >= 8) {
        output[at++] = buffer & 0xff;
        buffer >>>= 8;
        buffered -= 8;
      }
      code = DISTANCE_CODES[distance] as number;
      bits = DISTANCE_BITS[distance] as number;
      const end = Math.min(position + length, size - MIN_MATCH + 1);
      for (let inside = position + 1; inside < end; inside++) heads[hashAt(input, inside)] = base + inside;
    } else {
      code = LITERAL_CODES[input[position] as number] as number;
      bits = LITERAL_BITS[input[position] as number] as number;
    }
    position += step;
    buffer |= code << buffered;
    buffered += bits;
    while (buffered >= 8) {
      output[at++] = buffer & 0xff;
      buffer >>>= 8;
      buffered -= 8;
    }
  }
  base += size;
  // The code of the end is seven zeros.
  buffered += 7;
  for (; buffered > 0; buffered -= 8) {
    output[at++] = buffer & 0xff;
    buffer >>>= 8;
  }
  return putAdler32(input, output, at);
}

function hashAt(input: Uint8Array, at: number): number {
  const three = (input[at] as number) | ((input[at + 1] as number) << 8) | ((input[at + 2] as number) << 16);
  return Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function matchLength(input: Uint8Array, before: number, position: number): number {
  const most = Math.min(MAX_MATCH, input.length - position);
  let length = 0;
  while (length < most && input[before + length] === input[position + length]) length++;
  return length;
}

/** Writes the checksum of so few bytes that its sums need not be reduced before the end. */
function putAdler32(input: Uint8Array, output: Uint8Array, at: number): number {
  let [a, b] = [1, 0];
  for (const byte of input) {
    a += byte;
    b += a;
  }
  a %= 65521;
  b %= 65521;
  output[at] = b >> 8;
  output[at + 1] = b & 0xff;
  output[at + 2] = a >> 8;
  output[at + 3] = a & 0xff;
  return at + 4;
}
