import { fstatSync } from 'node:fs';
import { toByteOid } from '../../object/oid';
import type { ByteOid, ObjectType } from '../../object/oid';
import type { DecodedObject } from '../../object/object-codec';
import { applyDelta, decodeDeltaResultSize, MAX_DELTA_HEADER_BYTES } from '../../object/pack/delta';
import {
  CHECKSUM_BYTES,
  decodeEntryHeader,
  decodePackHeader,
  MAX_ENTRY_HEADER_BYTES,
  PACK_HEADER_BYTES,
} from '../../object/pack/pack-entry-codec';
import type { EntryHeader } from '../../object/pack/pack-entry-codec';
import { inflateExactly, inflateInto } from '../compression/inflate';
import { ON_THE_SPOT_BYTES, TOO_LARGE } from '../on-the-spot';
import type { TooLarge } from '../on-the-spot';
import { readAt } from '../read-at';
import type { PackCaches } from './pack-caches';
import { PackIndex } from './pack-index';

/** How much all that is read for one object, a chain of deltas above all, may weigh to be read on the spot. */
const CHAIN_BYTES = 1024 * 1024;

/** Git makes no longer chains of deltas (`pack.depth`), so a longer one goes round in a circle. */
const MAX_CHAIN = 4095;

/**
 * How much of a pack is read at a time. Between 4 and 64 KB it made no difference beyond the noise to read objects of
 * 200 bytes at random; this was the best.
 */
const BLOCK_BYTES = 16 * 1024;

/** What an object is, without its content. */
export interface ObjectSummary {
  readonly type: ObjectType;
  readonly size: number;
}

/** A delta, and what it is a delta of. */
interface Delta {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** A pack, which is opened when something is read of it, and its index. What is in it is read on the spot. */
export class PackFile {
  /** Where the last entry ends; known when the pack was opened for the first time. */
  private end = 0;

  private constructor(
    /** The path of the pack. */
    readonly path: string,
    private readonly index: PackIndex,
    private readonly caches: PackCaches,
  ) {}

  /**
   * @param path Of the pack; its index lies beside it.
   * @throws Error when there is no index, or it is damaged or of another version.
   */
  static open(path: string, caches: PackCaches): PackFile {
    return new PackFile(path, PackIndex.open(path.replace(/\.pack$/, '.idx'), caches), caches);
  }

  /** Where an object's entry begins; undefined when the pack does not have it. */
  find(oid: ByteOid): number | undefined {
    return this.index.find(oid);
  }

  /**
   * Reads the object whose entry begins at a place. Whether it is the one with a certain oid is not checked.
   *
   * @throws Error when the pack cannot be read, or is damaged there.
   */
  read(offset: number): DecodedObject | TooLarge {
    const deltas: Delta[] = [];
    let sum = 0;
    for (let at = offset; ;) {
      const window = this.windowAt(at);
      const header = decodeEntryHeader(window.bytes, window.start);
      const isWhole = header.kind !== 'delta';
      // Most objects are neither deltas nor bases of any, and are not looked for among the bases.
      const cached = isWhole && at === offset ? undefined : this.caches.bases.get(this.index.serial, at);
      if (cached) return this.unfold(cached, deltas);
      sum += header.size;
      if (header.size > ON_THE_SPOT_BYTES || sum > CHAIN_BYTES) return TOO_LARGE;
      const content = this.inflate(at, header, window);
      if (header.kind !== 'delta') {
        const object = { type: header.kind, content };
        if (deltas.length > 0) this.caches.bases.set(this.index.serial, at, object);
        return this.unfold(object, deltas);
      }
      const resultSize = decodeDeltaResultSize(content);
      sum += resultSize;
      if (resultSize > ON_THE_SPOT_BYTES || sum > CHAIN_BYTES) return TOO_LARGE;
      deltas.push({ offset: at, bytes: content });
      at = this.baseOf(at, header, deltas.length);
    }
  }

  /**
   * What the object is whose entry begins at a place, for which only the headers of it and of its bases are read.
   *
   * @throws Error when the pack cannot be read, or is damaged there.
   */
  summarize(offset: number): ObjectSummary {
    let size: number | undefined;
    for (let at = offset, depth = 1; ; depth++) {
      const window = this.windowAt(at);
      const header = decodeEntryHeader(window.bytes, window.start);
      if (header.kind !== 'delta') return { type: header.kind, size: size ?? header.size };
      size ??= decodeDeltaResultSize(this.deltaHead(at, header));
      at = this.baseOf(at, header, depth);
    }
  }

  close(): void {
    this.index.close();
    this.caches.descriptors.close(this.path);
  }

  private unfold(base: DecodedObject, deltas: readonly Delta[]): DecodedObject {
    let object = base;
    for (let place = deltas.length - 1; place >= 0; place--) {
      const { offset, bytes } = deltas[place] as Delta;
      object = { type: base.type, content: applyDelta(object.content, bytes, ON_THE_SPOT_BYTES) };
      // Also the one that was asked for: a delta is often the base of the next one.
      this.caches.bases.set(this.index.serial, offset, object);
    }
    return object;
  }

  private baseOf(offset: number, { base }: EntryHeader, depth: number): number {
    if (depth > MAX_CHAIN) throw new Error('its deltas go round in a circle');
    const at = typeof base === 'number' ? offset - base : this.find(toByteOid(base as string));
    if (at === undefined || at < PACK_HEADER_BYTES || at === offset) {
      throw new Error('the base of its delta is not in the pack');
    }
    return at;
  }

  private inflate(offset: number, { length, size }: EntryHeader, { bytes, start }: Window): Buffer {
    const whole = length + mostDeflated(size);
    if (bytes.length - start >= whole || offset + bytes.length - start >= this.end) {
      return inflateExactly(bytes, start + length, size);
    }
    return inflateExactly(this.readPart(offset, whole), length, size);
  }

  private deltaHead(offset: number, { length, size }: EntryHeader): Buffer {
    const head = Buffer.alloc(Math.min(size, MAX_DELTA_HEADER_BYTES));
    // So few bytes are at the beginning of the compressed ones, even after the longest table of codes.
    const bytes = this.readPart(offset + length, 1024);
    return head.subarray(0, inflateInto(bytes, 0, head));
  }

  /** What is at a place of the pack: a block that is kept, if it holds a header there, or some bytes for once. */
  private windowAt(offset: number): Window {
    if (this.end === 0) this.descriptor();
    if (offset >= this.end) throw new Error('the pack breaks off');
    const block = Math.floor(offset / BLOCK_BYTES);
    const start = offset - block * BLOCK_BYTES;
    const { serial } = this.index;
    let bytes = this.caches.blocks.get(serial, block);
    if (!bytes) {
      bytes = this.readPart(block * BLOCK_BYTES, BLOCK_BYTES);
      this.caches.blocks.set(serial, block, bytes);
    }
    const reachesEnd = block * BLOCK_BYTES + bytes.length >= this.end;
    if (bytes.length - start >= MAX_ENTRY_HEADER_BYTES || reachesEnd) return { bytes, start };
    return { bytes: this.readPart(offset, BLOCK_BYTES), start: 0 };
  }

  private readPart(position: number, length: number): Buffer {
    return readAt(this.descriptor(), position, Math.min(length, this.end - position));
  }

  /** @throws Error when the pack is not there, or not the one that its index was made for, or of another version. */
  private descriptor(): number {
    return this.caches.descriptors.open(this.path, (descriptor) => {
      const end = fstatSync(descriptor).size - CHECKSUM_BYTES;
      const count = decodePackHeader(readAt(descriptor, 0, PACK_HEADER_BYTES));
      const checksum = readAt(descriptor, Math.max(end, 0), CHECKSUM_BYTES);
      if (count !== this.index.objectCount || !checksum.equals(this.index.packChecksum)) {
        throw new Error('it is not the pack that its index was made for');
      }
      this.end = end;
    });
  }
}

/** Some bytes of a pack, and where in them is what was asked for. */
interface Window {
  readonly bytes: Buffer;
  readonly start: number;
}

/**
 * How many bytes zlib makes of so many at most, with any settings (`deflateBound` in zlib's deflate.c, and some
 * more). What another program has made longer than that is taken for damaged, and left to libgit2.
 */
function mostDeflated(size: number): number {
  return size + (size >> 3) + (size >> 6) + 64;
}
