import { OID_BYTES } from '../oid';
import { OidOrder } from './oid-order';
import { OIDS_PER_PAGE } from './oid-pages';
import { FANOUT_ENTRIES, INDEX_MAGIC, INDEX_VERSION, LONG_OFFSET } from './pack-index-codec';

/** The entries of a pack by the numbers of their oids; in arrays of numbers, since there may be millions. */
export interface PackEntries {
  readonly size: number;
  /** The oids as `OidPages` has them, each once. */
  readonly oids: readonly Buffer[];
  /** Where an entry begins in the pack. */
  offset(number: number): number;
  /** Of an entry, header and compressed content. */
  crc32(number: number): number;
}

/** How much of an index is made at a time. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The index of a pack, piece by piece: how many oids begin with each byte or a lower one, the oids in order, the
 * checksums and offsets of their entries, the offsets that do not fit into 31 bits, and the checksum of the pack. Like
 * the pack it ends with the SHA-1 of all that is before, which is not part of this.
 *
 * @param packChecksum The last 20 bytes of the pack.
 */
export function* encodePackIndex(entries: PackEntries, packChecksum: Buffer): Generator<Buffer, void> {
  const { size } = entries;
  const order = new OidOrder(entries.oids, size);
  const output = new Chunks();
  output.uint32(INDEX_MAGIC);
  output.uint32(INDEX_VERSION);
  for (let byte = 0; byte < FANOUT_ENTRIES; byte++) output.uint32(order.endOf(byte));
  for (let byte = 0; byte < FANOUT_ENTRIES; byte++) {
    order.sort(byte);
    for (let place = order.endOf(byte - 1); place < order.endOf(byte); place++) {
      const number = order.at(place);
      const page = entries.oids[Math.floor(number / OIDS_PER_PAGE)] as Buffer;
      output.bytes(page, (number % OIDS_PER_PAGE) * OID_BYTES, OID_BYTES);
    }
    yield* output.full();
  }
  for (let place = 0; place < size; place++) {
    output.uint32(entries.crc32(order.at(place)));
    if (output.isFull) yield* output.full();
  }
  let longOffsets = 0;
  for (let place = 0; place < size; place++) {
    const offset = entries.offset(order.at(place));
    output.uint32(offset < LONG_OFFSET ? offset : LONG_OFFSET + longOffsets++);
    if (output.isFull) yield* output.full();
  }
  for (let place = 0; longOffsets > 0 && place < size; place++) {
    const offset = entries.offset(order.at(place));
    if (offset < LONG_OFFSET) continue;
    output.uint32(Math.floor(offset / 2 ** 32));
    output.uint32(offset % 2 ** 32);
    if (output.isFull) yield* output.full();
  }
  output.bytes(packChecksum, 0, OID_BYTES);
  yield* output.full();
  yield output.rest();
}

/** Bytes that are collected in pieces worth writing. */
class Chunks {
  private memory = Buffer.allocUnsafe(CHUNK_BYTES);
  private used = 0;
  private readonly waiting: Buffer[] = [];

  /** Whether there is a full piece. */
  get isFull(): boolean {
    return this.waiting.length > 0;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.memory.writeUInt32BE(value, this.used);
    this.used += 4;
  }

  bytes(source: Buffer, start: number, length: number): void {
    this.reserve(length);
    source.copy(this.memory, this.used, start, start + length);
    this.used += length;
  }

  /** The full pieces, each once. */
  full(): Buffer[] {
    return this.waiting.splice(0);
  }

  /** What no piece has been filled with yet. */
  rest(): Buffer {
    return this.memory.subarray(0, this.used);
  }

  private reserve(length: number): void {
    if (this.used + length <= CHUNK_BYTES) return;
    this.waiting.push(this.rest());
    this.memory = Buffer.allocUnsafe(CHUNK_BYTES);
    this.used = 0;
  }
}
