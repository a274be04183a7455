import { fstatSync } from 'node:fs';
import { copyOf } from '../../object/byte-range';
import type { ByteRange } from '../../object/byte-range';
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
import { inflateExactly, inflateExactlyInto, inflateInto } from '../compression/inflate';
import { ON_THE_SPOT_BYTES, TOO_LARGE } from '../on-the-spot';
import type { TooLarge } from '../on-the-spot';
import { readAt } from '../read-at';
import type { Base } from './base-cache';
import type { PackCaches } from './pack-caches';
import { PackIndex } from './pack-index';

/** How much all that is read for one object, a chain of deltas above all, may weigh to be read on the spot. */
const CHAIN_BYTES = 1024 * 1024;

/** Longer chains of deltas are left to libgit2; git makes none (`pack.depth`). */
const MAX_CHAIN = 4095;

/**
 * How much of a pack is read at a time. To read objects of 200 bytes at random it made no difference beyond the noise between 4
 * and 64 KB, and this was the best.
 */
const BLOCK_BYTES = 16 * 1024;

/** All of a smaller pack is soon kept, and the fewer the calls, the sooner: 2 % of getting 20,000 records of a pack of 19 MB. */
const SMALL_PACK_BYTES = 32 * 1024 * 1024;
const SMALL_PACK_BLOCK_BYTES = 64 * 1024;

/** What an object is, without its content. */
export interface ObjectSummary {
  readonly type: ObjectType;
  readonly size: number;
}

/** Deltas that are made of each other, from which libgit2 would never come back. */
export class EndlessDeltasError extends Error {
  constructor() {
    super('its deltas go round in a circle');
  }
}

/** A delta, and where the entry that it makes begins. */
interface Delta extends ByteRange {
  readonly offset: number;
}

/** Where the deltas of a chain lie while their object is made: on the spot, so one place does for all. */
let chainBytes: Buffer | undefined;

/** A pack, which is opened when something is read of it, and its index. What is in it is read on the spot. */
export class PackFile {
  /** Where the last entry ends; known when the pack was opened for the first time. */
  private end = 0;
  private blockBytes = BLOCK_BYTES;

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

  /** How many bytes of its index are in memory, when all are; a large one is open as a file. */
  get indexInMemory(): number | undefined {
    return this.index.inMemory;
  }

  /** See {@link PackIndex.prefixes}. */
  prefixes(): number[] {
    return this.index.prefixes();
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
    const { bases } = this.caches;
    const { serial } = this.index;
    const deltas: Delta[] = [];
    let [sum, used] = [0, 0];
    for (let at = offset; ;) {
      const window = this.windowAt(at);
      const header = decodeEntryHeader(window.bytes, window.start);
      const { kind, size } = header;
      // Most objects are neither deltas nor bases of any, and are not looked for among the bases.
      const cached = kind !== 'delta' && at === offset ? undefined : bases.get(serial, at);
      if (cached) return this.unfold(cached, deltas);
      sum += size;
      if (size > ON_THE_SPOT_BYTES || sum > CHAIN_BYTES || deltas.length > MAX_CHAIN)
        return this.leave(offset);
      if (kind !== 'delta') {
        if (deltas.length === 0) return { type: kind, content: this.inflate(at, header, window) };
        const { bytes, start, end } = bases.makeRoom(size + 1);
        this.inflateInto(at, header, window, bytes, start);
        const base = { type: kind, bytes, start, end: end - 1 };
        bases.set(serial, at, base);
        return this.unfold(base, deltas);
      }
      chainBytes ??= Buffer.allocUnsafeSlow(CHAIN_BYTES + 1);
      this.inflateInto(at, header, window, chainBytes, used);
      const resultSize = decodeDeltaResultSize(chainBytes, used);
      sum += resultSize;
      if (resultSize > ON_THE_SPOT_BYTES || sum > CHAIN_BYTES) return this.leave(offset);
      deltas.push({ offset: at, bytes: chainBytes, start: used, end: used + size });
      used += size;
      at = this.baseOf(at, header);
    }
  }

  /**
   * What the object is whose entry begins at a place, for which only the headers of it and of its bases are read.
   *
   * @throws Error when the pack cannot be read, or is damaged there.
   */
  summarize(offset: number): ObjectSummary {
    let size: number | undefined;
    // A place on the way, which moves on ever more seldom (Brent's algorithm): who comes by it again goes round in a circle.
    let mark = offset;
    let next = 1;
    for (let at = offset, step = 1; ; step++) {
      const window = this.windowAt(at);
      const header = decodeEntryHeader(window.bytes, window.start);
      if (header.kind !== 'delta') return { type: header.kind, size: size ?? header.size };
      size ??= decodeDeltaResultSize(this.deltaHead(at, header));
      at = this.baseOf(at, header);
      if (at === mark) throw new EndlessDeltasError();
      if (step < next) continue;
      mark = at;
      next *= 2;
    }
  }

  close(): void {
    this.index.close();
    this.caches.descriptors.close(this.path);
  }

  private unfold(base: Base, deltas: readonly Delta[]): DecodedObject {
    const { bases } = this.caches;
    const { type } = base;
    const makeRoom = (size: number): ByteRange => bases.makeRoom(size);
    let object: ByteRange = base;
    for (let place = deltas.length - 1; place >= 0; place--) {
      const delta = deltas[place] as Delta;
      const { bytes, start, end } = applyDelta(object, delta, ON_THE_SPOT_BYTES, makeRoom);
      const made = { type, bytes, start, end };
      // Also the one that was asked for: a delta is often the base of the next one.
      bases.set(this.index.serial, delta.offset, made);
      object = made;
    }
    return { type, content: copyOf(object) };
  }

  /** Leaves an object to libgit2. */
  private leave(offset: number): TooLarge {
    this.summarize(offset);
    return TOO_LARGE;
  }

  private baseOf(offset: number, { base }: EntryHeader): number {
    const at = typeof base === 'number' ? offset - base : this.find(toByteOid(base as string));
    if (at === undefined || at < PACK_HEADER_BYTES || at === offset) {
      throw new Error('the base of its delta is not in the pack');
    }
    return at;
  }

  private inflate(offset: number, header: EntryHeader, window: Window): Buffer {
    const { bytes, start } = this.wholeEntry(offset, header, window);
    return inflateExactly(bytes, start, header.size);
  }

  private inflateInto(
    offset: number,
    header: EntryHeader,
    window: Window,
    target: Buffer,
    from: number,
  ): void {
    const { bytes, start } = this.wholeEntry(offset, header, window);
    inflateExactlyInto(bytes, start, header.size, target, from);
  }

  /** The compressed content of an entry, in the window if all of it is there. */
  private wholeEntry(offset: number, { length, size }: EntryHeader, { bytes, start }: Window): Window {
    const whole = length + mostDeflated(size);
    const available = bytes.length - start;
    if (available >= whole || offset + available >= this.end) return { bytes, start: start + length };
    return { bytes: this.readPart(offset, whole), start: length };
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
    const { blockBytes } = this;
    const { serial } = this.index;
    const block = Math.floor(offset / blockBytes);
    const start = offset - block * blockBytes;
    let bytes = this.caches.blocks.get(serial, block);
    if (!bytes) {
      bytes = this.readPart(block * blockBytes, blockBytes);
      this.caches.blocks.set(serial, block, bytes);
    }
    const reachesEnd = block * blockBytes + bytes.length >= this.end;
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
      this.blockBytes = end <= SMALL_PACK_BYTES ? SMALL_PACK_BLOCK_BYTES : BLOCK_BYTES;
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
