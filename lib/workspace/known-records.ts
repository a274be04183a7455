import type { FoundRecord, RecordPlace } from '../model/record/record-store';
import type { StagedTree } from '../object/staged-tree';
import type { RecordEntries } from './record-locations';

/** How many records are remembered: some 10 MB of them, without what they hold. */
const REMEMBERED = 32_768;

/** How much all that they hold may weigh together, in bytes as estimated. */
const FOUND_BYTES = 32 * 1024 * 1024;

/** A record of a tree: its entries, and all that was found, once its data was parsed. */
export interface KnownRecord {
  readonly entries: RecordEntries;
  found: FoundRecord | undefined;
}

/**
 * The records of one tree that were asked for. A tree never changes, so this goes stale only when another one is read:
 * then it is forgotten as a whole.
 */
export class KnownRecords {
  private tree: StagedTree | undefined;
  private places = new WeakMap<RecordPlace, Map<string, KnownRecord>>();
  private count = 0;
  private bytes = 0;

  get(tree: StagedTree, place: RecordPlace, id: string): KnownRecord | undefined {
    return tree === this.tree ? this.places.get(place)?.get(id) : undefined;
  }

  /**
   * Remembers a record, unless its content is in memory: the tree lets go of that when it was written.
   *
   * @returns what is remembered.
   */
  add(tree: StagedTree, place: RecordPlace, id: string, entries: RecordEntries): KnownRecord | undefined {
    if (hasContent(entries)) return undefined;
    if (tree !== this.tree || this.count === REMEMBERED) {
      this.tree = tree;
      this.places = new WeakMap();
      this.count = 0;
      this.bytes = 0;
    }
    let records = this.places.get(place);
    if (!records) this.places.set(place, (records = new Map<string, KnownRecord>()));
    const record = { entries, found: undefined };
    records.set(id, record);
    this.count++;
    return record;
  }

  /**
   * Remembers what was found of a remembered record, so that it need not be looked for by its oid.
   *
   * @param bytes What it weighs.
   */
  addFound(record: KnownRecord, found: FoundRecord, bytes: number): void {
    if (this.bytes + bytes > FOUND_BYTES) return;
    record.found = found;
    this.bytes += bytes;
  }
}

function hasContent({ content, files }: RecordEntries): boolean {
  if (content) return true;
  for (const file of files.values()) if (file.content) return true;
  return false;
}
