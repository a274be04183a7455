import type { ByteRange } from '../../object/byte-range';
import type { ObjectType } from '../../object/oid';
import { PlaceCache } from './place-cache';

/** What a base weighs beside its bytes. */
const ENTRY_BYTES = 128;

/** The small ones lie together in pieces of memory of this size. */
const SLAB_BYTES = 64 * 1024;

/** From this size on one has a piece of its own. */
const LARGE_BYTES = SLAB_BYTES / 8;

/** An object of a pack that others may be deltas of. */
export interface Base extends ByteRange {
  readonly type: ObjectType;
}

/**
 * The objects of packs that others may be deltas of, by the places of their entries; bounded in bytes.
 *
 * To read one object of a chain of fifty deltas makes all those below it, so there are very many of them, and small. They
 * lie side by side in larger pieces of memory: a Buffer for each takes longer to make, and to be kept by the garbage
 * collection, than what is in it.
 */
export class BaseCache {
  private readonly places: PlaceCache<Base>;
  private slab = Buffer.alloc(0);
  private used = 0;

  /** @param bytes How much all of them may weigh together. */
  constructor(bytes: number) {
    this.places = new PlaceCache(
      bytes,
      ({ start, end }) => ENTRY_BYTES + end - start,
      (base) => this.copy(base),
    );
  }

  get(pack: number, place: number): Base | undefined {
    return this.places.get(pack, place);
  }

  /** @param base In room that {@link makeRoom} has given. */
  set(pack: number, place: number, base: Base): void {
    this.places.set(pack, place, base);
  }

  /** Room for so many bytes. Whatever is written there stays: nobody else gets it. */
  makeRoom(size: number): ByteRange {
    if (size >= LARGE_BYTES) return { bytes: Buffer.allocUnsafeSlow(size), start: 0, end: size };
    if (this.used + size > this.slab.length) {
      this.slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.used = 0;
    }
    const start = this.used;
    this.used += size;
    return { bytes: this.slab, start, end: this.used };
  }

  clear(): void {
    this.places.clear();
    this.slab = Buffer.alloc(0);
    this.used = 0;
  }

  /** One that stays while others go must not hold on to the memory that they lie in. */
  private copy({ type, bytes, start, end }: Base): Base {
    const room = this.makeRoom(end - start);
    bytes.copy(room.bytes, room.start, start, end);
    return { type, ...room };
  }
}
