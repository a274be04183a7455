import type { FoundRecord } from './record-store';

/** What an index is made of a record: where it is, and what it holds. */
export type IndexedRecord = Pick<FoundRecord, 'id' | 'path' | 'record'>;

/** Something that is made of all records of a model, one by one, and kept up when some of them change. */
export interface RecordIndex {
  /** About how much memory it takes. */
  readonly bytes: number;
  /** Takes in the record at a path, in the place of the one that was there. */
  set(record: IndexedRecord): void;
  /** Forgets the record at a path, if there is one. */
  delete(path: string): void;
}
