import type { JsonValue } from '../json-value';

/** A record as it is stored: the model's name and the fields by their stored names, in stored order. */
export interface StoredRecord {
  /** Null when the bytes do not say it; then it is the model in whose folder they are. */
  readonly model: string | null;
  readonly fields: ReadonlyMap<string, JsonValue>;
}

/** How records become bytes, and bytes records: the form of a model's files. */
export interface Serializer {
  /** The end of the name of a model's data files, without a dot, unless the model says otherwise: `json`. */
  readonly extension: string;

  /**
   * The bytes of a record; always the same for the same record, so that the same record has the same oid.
   *
   * @throws InvalidValue when this form cannot hold the record.
   */
  encode(record: StoredRecord): Buffer;

  /**
   * Reads a record, as written here, by hand, or by somebody who means harm: nothing of it is to be trusted. The
   * same bytes are the same record: what was read once is kept, and shared by all that ask for it.
   *
   * @param path Where the bytes come from, for the error.
   * @throws InvalidRecordError when the bytes are not a record.
   */
  decode(bytes: Buffer, path: string): StoredRecord;
}
