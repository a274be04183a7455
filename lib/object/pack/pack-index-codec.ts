/*
 * The index of a pack file, version 2: it finds the objects in it.
 *
 * Format: https://git-scm.com/docs/gitformat-pack#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and
 */

/** One object in a pack, as the pack's index has it. */
export interface PackedObject {
  readonly oid: string;
  /** Where the entry begins in the pack. */
  readonly offset: number;
  /** Of the entry, header and compressed content. */
  readonly crc32: number;
}

const VERSION = 2;
const OID_BYTES = 20;
const INDEX_MAGIC = 0xff744f63;
const FANOUT_ENTRIES = 256;

/** Offsets above this are numbers of places among the long ones. */
const LONG_OFFSET = 0x80000000;

/**
 * Where an object's entry begins in the pack of an index (version 2); undefined when the pack does not have it.
 *
 * @param read Reads so many bytes at a place of the index: few at a time, for an index may be large.
 * @throws Error when it is not such an index.
 */
export function findInPackIndex(
  read: (position: number, length: number) => Buffer,
  oid: string,
): number | undefined {
  const head = read(0, 8);
  if (head.readUInt32BE(0) !== INDEX_MAGIC || head.readUInt32BE(4) !== VERSION) {
    throw new Error('it is no index of version 2');
  }
  const byte = parseInt(oid.slice(0, 2), 16);
  const fanout = read(8, FANOUT_ENTRIES * 4);
  const first = byte === 0 ? 0 : fanout.readUInt32BE((byte - 1) * 4);
  const count = fanout.readUInt32BE(byte * 4) - first;
  if (count <= 0) return undefined;
  const objects = fanout.readUInt32BE((FANOUT_ENTRIES - 1) * 4);
  const oidsAt = 8 + FANOUT_ENTRIES * 4;
  const place = binarySearch(read(oidsAt + first * OID_BYTES, count * OID_BYTES), Buffer.from(oid, 'hex'));
  if (place === undefined) return undefined;
  const offsetsAt = oidsAt + objects * (OID_BYTES + 4);
  const offset = read(offsetsAt + (first + place) * 4, 4).readUInt32BE();
  if (offset < LONG_OFFSET) return offset;
  return Number(read(offsetsAt + objects * 4 + (offset - LONG_OFFSET) * 8, 8).readBigUInt64BE());
}

function binarySearch(oids: Buffer, oid: Buffer): number | undefined {
  let low = 0;
  let high = oids.length / OID_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = oid.compare(oids, middle * OID_BYTES, (middle + 1) * OID_BYTES);
    if (order === 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
}

/**
 * The index of a pack: how many oids begin with each byte or a lower one, the oids in order, the checksums and
 * offsets of their entries, and the checksum of the pack. Like the pack it ends with the SHA-1 of all that is
 * before, which is not part of this.
 *
 * @param objects Each oid once, in any order; all offsets below 2^31.
 * @param packChecksum The last 20 bytes of the pack.
 */
export function encodePackIndex(objects: readonly PackedObject[], packChecksum: Buffer): Buffer {
  const sorted = [...objects].sort((a, b) => (a.oid < b.oid ? -1 : 1));
  const oidsAt = 8 + FANOUT_ENTRIES * 4;
  const checksumsAt = oidsAt + sorted.length * OID_BYTES;
  const offsetsAt = checksumsAt + sorted.length * 4;
  const index = Buffer.alloc(offsetsAt + sorted.length * 4 + OID_BYTES);
  index.writeUInt32BE(INDEX_MAGIC, 0);
  index.writeUInt32BE(VERSION, 4);
  const fanout = new Uint32Array(FANOUT_ENTRIES);
  sorted.forEach(({ oid, crc32, offset }, position) => {
    index.write(oid, oidsAt + position * OID_BYTES, 'hex');
    index.writeUInt32BE(crc32, checksumsAt + position * 4);
    index.writeUInt32BE(offset, offsetsAt + position * 4);
    fanout.fill(position + 1, parseInt(oid.slice(0, 2), 16));
  });
  fanout.forEach((count, byte) => index.writeUInt32BE(count, 8 + byte * 4));
  packChecksum.copy(index, index.length - OID_BYTES);
  return index;
}
