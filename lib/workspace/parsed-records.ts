import { LRUCache } from 'lru-cache';
import type { Serializer, StoredRecord } from '../model/serializers/serializer';

/** How much the parsed records may weigh together, in bytes as estimated. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Larger records would push too many others out. */
const ENTRY_BYTES = 1024 * 1024;

/** What a parsed record weighs beside its texts: one of four fields and 224 bytes takes 732 bytes of the heap. */
const RECORD_BYTES = 512;

/** A byte of JSON becomes two at most in memory, where its texts are not Latin. */
const BYTES_A_BYTE = 2;

interface Parsed {
  readonly serializer: Serializer;
  readonly record: StoredRecord;
}

/**
 * What the blobs of records hold, by their oids: bounded by size, and never stale. It is what is stored, not the
 * values that a model's fields make of it: those belong to one instance each.
 */
export class ParsedRecords {
  private readonly records = new LRUCache<string, Parsed>({
    maxSize: CACHE_BYTES,
    maxEntrySize: ENTRY_BYTES,
  });

  /** What a blob holds; undefined when it is not known, or was read in another form. */
  get(oid: string, serializer: Serializer): StoredRecord | undefined {
    const known = this.records.get(oid);
    return known?.serializer === serializer ? known.record : undefined;
  }

  /** @param length How many bytes the blob has. */
  set(oid: string, serializer: Serializer, record: StoredRecord, length: number): void {
    this.records.set(oid, { serializer, record }, { size: RECORD_BYTES + length * BYTES_A_BYTE });
  }
}
