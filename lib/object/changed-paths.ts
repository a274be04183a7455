import { toByteName } from './byte-name';

/*
 * Which paths a commit has changed against its first parent, as Git's commit graph knows it: in a Bloom filter, which tells of
 * any path that it was not changed, or that it may have been.
 *
 * Format: https://git-scm.com/docs/gitformat-commit-graph (BIDX and BDAT). The hash is MurmurHash3 of 32 bits,
 * https://en.wikipedia.org/wiki/MurmurHash#Algorithm; see also https://doi.org/10.1007/978-3-540-30494-4_26.
 */

const SEEDS = [0x293ae76f, 0x7e646e2c] as const;

/** A path in the form in which filters are asked for it. */
export class PathKey {
  private readonly hashes: readonly [number, number];
  /** Git's first version has another hash of bytes that are not ASCII. */
  readonly isPlain: boolean;

  constructor(path: string) {
    const bytes = Buffer.from(toByteName(path), 'latin1');
    this.hashes = [murmur3(bytes, SEEDS[0]), murmur3(bytes, SEEDS[1])];
    this.isPlain = bytes.every((byte) => byte < 0x80);
  }

  /** The n-th hash of the path, from 0. */
  hash(n: number): number {
    return (this.hashes[0] + Math.imul(n, this.hashes[1])) >>> 0;
  }
}

/** What the filters of a layer of a commit graph have in common. */
export interface FilterSettings {
  /** 1, or 2, which hashes all bytes as MurmurHash3 does. */
  readonly version: number;
  /** How many hashes there are of a path. */
  readonly hashCount: number;
}

/** The filter of one commit. */
export class ChangedPaths {
  constructor(
    private readonly settings: FilterSettings,
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
  ) {}

  /** Whether the commit may have changed what is at a path, or something below it. */
  mayHave(path: PathKey): boolean {
    const { version, hashCount } = this.settings;
    const bits = (this.end - this.start) * 8;
    if (bits === 0 || (version === 1 && !path.isPlain)) return true;
    for (let n = 0; n < hashCount; n++) {
      const bit = path.hash(n) % bits;
      if ((((this.bytes[this.start + (bit >>> 3)] as number) >>> (bit & 7)) & 1) === 0) return false;
    }
    return true;
  }
}

/** MurmurHash3 of 32 bits. */
function murmur3(bytes: Uint8Array, seed: number): number {
  let hash = seed;
  const whole = bytes.length - (bytes.length % 4);
  const byteAt = (at: number): number => bytes[at] ?? 0;
  for (let at = 0; at < whole; at += 4) {
    const word = byteAt(at) | (byteAt(at + 1) << 8) | (byteAt(at + 2) << 16) | (byteAt(at + 3) << 24);
    hash ^= scramble(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= scramble(byteAt(whole) | (byteAt(whole + 1) << 8) | (byteAt(whole + 2) << 16));
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
