import type { SignatureInput } from '../object/commit-codec';
import type { ModelSchema } from './schema';

/** What a commit says beside what changed. */
export interface CommitOptions {
  /** The message, stored as it is. Default: `''`. */
  readonly message?: string;
  /** Who made the change. Default: the workspace's `config.author`. */
  readonly author?: SignatureInput;
  /** Who commits it. Default: the author. */
  readonly committer?: SignatureInput;
}

/** The options of `delete`. */
export interface DeleteOptions extends CommitOptions {
  /** Commit the change at once, which is refused while other changes are pending. Default: false. */
  readonly commit?: boolean;
}

/** The options of `save`. */
export interface SaveOptions extends DeleteOptions {
  /**
   * Put the record in the place of the stored one even if somebody else has changed or deleted that since it was
   * loaded; for example to restore a version that was loaded at a tag. Default: false.
   */
  readonly overwrite?: boolean;
}

/** The options of reading. */
export interface ReadOptions {
  /** Where to read: a branch, a tag, a commit, a tree, `HEAD~3`, … Default: what the workspace has staged. */
  readonly at?: string;
}

/** A record's bytes and where they are. */
export interface StoredBlob {
  readonly id: string;
  readonly path: string;
  readonly oid: string;
  readonly content: Buffer;
}

/** A record that is to be stored. */
export interface RecordWrite {
  /** The instance; the store reads and sets its {@link RecordState}. */
  readonly record: object;
  readonly schema: ModelSchema;
  readonly id: string;
  readonly content: Buffer;
}

/**
 * What models need of the workspace that they are bound to. They hand over checked ids and encoded records;
 * the store knows paths and Git, and nothing of fields.
 */
export interface RecordStore {
  /**
   * Stages a record, and moves it when its id has changed.
   *
   * @returns the commit's oid; null without `commit`, or when nothing has changed.
   * @throws IntegrityError when another record has the id.
   * @throws StaleRecordError when the stored record has changed since, unless `overwrite` is set.
   */
  write(write: RecordWrite, options: SaveOptions): Promise<string | null>;

  /**
   * Stages the removal of a record.
   *
   * @param record Its id, or the instance, which becomes a new one.
   * @throws DoesNotExistError when there is no such record.
   */
  remove(schema: ModelSchema, record: string | object, options: DeleteOptions): Promise<string | null>;

  /** Reads a record; null when there is none. */
  read(schema: ModelSchema, id: string, options: ReadOptions): Promise<StoredBlob | null>;

  /** Reads all records of a model, by the bytes of their ids, as they were when the iteration began. */
  readAll(schema: ModelSchema, options: ReadOptions): AsyncIterable<StoredBlob>;

  /** The ids of all records of a model, in the same order, without reading the records. */
  ids(schema: ModelSchema, options: ReadOptions): AsyncIterable<string>;
}
