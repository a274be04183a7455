import { OID_BYTES } from './oid';

/** A sorted list of oids, 20 bytes each: a million of them weigh 20 MB, where strings would weigh four times that. */
export class OidList {
  /** Where the oids begin whose first byte is this one or a higher one. */
  private readonly starts = new Uint32Array(257);

  /** @param bytes The oids in ascending order, one after the other. */
  constructor(readonly bytes: Buffer) {
    const perByte = new Uint32Array(256);
    for (let at = 0; at < bytes.length; at += OID_BYTES) {
      perByte[bytes[at] as number] = (perByte[bytes[at] as number] as number) + 1;
    }
    perByte.forEach((count, byte) => (this.starts[byte + 1] = (this.starts[byte] as number) + count));
  }

  /** How many oids there are. */
  get count(): number {
    return this.bytes.length / OID_BYTES;
  }

  /** The oid at a position, as 40 digits. */
  oidAt(position: number): string {
    return this.bytes.toString('hex', position * OID_BYTES, (position + 1) * OID_BYTES);
  }

  /**
   * The position of an oid; -1 when it is not in the list.
   *
   * @param source Bytes in which the oid stands.
   * @param at Where it begins in them.
   */
  find(source: Buffer, at = 0): number {
    const byte = source[at] as number;
    let low = this.starts[byte] as number;
    let high = this.starts[byte + 1] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = middle * OID_BYTES;
      const order = this.bytes.compare(source, at, at + OID_BYTES, start, start + OID_BYTES);
      if (order === 0) return middle;
      if (order > 0) high = middle;
      else low = middle + 1;
    }
    return -1;
  }
}
