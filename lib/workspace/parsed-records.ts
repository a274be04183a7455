import { SharedValues } from '../model/record/shared-values';
import type { Serializer, StoredRecord } from '../model/serializers/serializer';
import { GenerationCache } from '../object/generation-cache';

/** How much the parsed records may weigh together, in bytes as estimated. */
const CACHE_BYTES = 64 * 1024 * 1024;

/** Larger records would push too many others out. */
const ENTRY_BYTES = 1024 * 1024;

/** What a parsed record weighs beside its texts: one of four fields and 206 bytes takes some 700 bytes of the heap. */
const RECORD_BYTES = 512;

/** A byte of JSON becomes two at most in memory, where its texts are not Latin. */
const BYTES_A_BYTE = 2;

/** What a blob holds, and what was made of it. */
export interface ParsedRecord {
  readonly record: StoredRecord;
  readonly shared: SharedValues;
  /** What it weighs, as estimated. */
  readonly bytes: number;
}

interface Kept extends ParsedRecord {
  readonly serializer: Serializer;
}

/**
 * What the blobs of records hold, by their oids: bounded by size, and never stale. It is what is stored, with those of the
 * values that a model's fields make of it that need not be made for each instance.
 */
export class ParsedRecords {
  private readonly records = new GenerationCache<Kept>(CACHE_BYTES, ({ bytes }) => bytes, ENTRY_BYTES);

  /** What a blob holds; undefined when it is not known, or was read in another form. */
  get(oid: string, serializer: Serializer): ParsedRecord | undefined {
    const known = this.records.get(oid);
    return known?.serializer === serializer ? known : undefined;
  }

  /** @param length How many bytes the blob has. */
  set(oid: string, serializer: Serializer, record: StoredRecord, length: number): ParsedRecord {
    const kept = {
      record,
      shared: new SharedValues(),
      serializer,
      bytes: RECORD_BYTES + length * BYTES_A_BYTE,
    };
    this.records.set(oid, kept);
    return kept;
  }
}
