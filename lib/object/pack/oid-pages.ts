import { OID_BYTES } from '../oid';

/** How many oids one piece of memory holds: all of them are never copied to make room. */
export const OIDS_PER_PAGE = 1 << 14;

const PAGE_BYTES = OIDS_PER_PAGE * OID_BYTES;

/** Oids in a growing list, numbered in the order in which they come. */
export class OidPages {
  private readonly bytes: Buffer[] = [];
  private count = 0;

  /** How many oids there are. */
  get size(): number {
    return this.count;
  }

  /** The oids' bytes, one after another in their order, in pieces of {@link OIDS_PER_PAGE}. */
  get pages(): readonly Buffer[] {
    return this.bytes;
  }

  /**
   * Adds an oid.
   *
   * @param source Bytes in which it stands.
   * @param at Where it begins in them.
   */
  push(source: Buffer, at = 0): void {
    const place = this.count % OIDS_PER_PAGE;
    // Memory that is shared with nothing else, so that it can be looked at as words, and be sent to another thread.
    if (place === 0) this.bytes.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
    source.copy(this.bytes.at(-1) as Buffer, place * OID_BYTES, at, at + OID_BYTES);
    this.count++;
  }
}

/** Oids that stand one after another already, in such pieces; nothing is copied. */
export function inPages(oids: Buffer): Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at < oids.length; at += PAGE_BYTES) pages.push(oids.subarray(at, at + PAGE_BYTES));
  return pages;
}
