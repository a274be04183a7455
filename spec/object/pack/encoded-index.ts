import { createHash } from 'node:crypto';
import { OidTable } from '../../../lib/object/pack/oid-table';
import { encodePackIndex } from '../../../lib/object/pack/pack-index-encoder';

/** One object in a pack, as the pack's index has it. */
export interface PackedObject {
  readonly oid: string;
  readonly offset: number;
  readonly crc32: number;
}

/** The index of a pack that ends with a checksum, without the index's own checksum. */
export function encodedIndex(packed: readonly PackedObject[], checksum: Buffer = Buffer.alloc(20)): Buffer {
  const table = new OidTable();
  for (const { oid } of packed) table.add(oid);
  const entries = {
    size: packed.length,
    oids: table.pages,
    offset: (number: number) => packed[number]?.offset as number,
    crc32: (number: number) => packed[number]?.crc32 as number,
  };
  return Buffer.concat([...encodePackIndex(entries, checksum)]);
}

/** An index with its own checksum behind it. */
export function withChecksum(index: Buffer): Buffer {
  return Buffer.concat([index, createHash('sha1').update(index).digest()]);
}
