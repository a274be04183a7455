import type { Readable } from 'node:stream';
import type { KnownOptions } from '../../arguments';
import type { GitModelError } from '../../errors';
import type { Awaitable } from '../../object/awaitable';
import type { BlobSource } from '../../object/blob-source';
import type { Commit } from '../../object/commit';
import type { SignatureInput } from '../../object/commit-codec';
import type { ObjectType } from '../../object/oid';
import type { JsonValue } from '../json-value';
import type { Layout } from '../schema/layout';
import type { SerializedPlace } from '../schema/place';
import type { ModelSchema } from '../schema/schema';
import type { StoredRecord } from '../serializers/serializer';
import type { Cursor } from './cursor';
import type { Lock, LockOptions } from './lock';
import type { RecordStatus } from './record-difference';
import type { RecordIndex } from './record-index';
import type { SharedValues } from './shared-values';

/** What a commit says beside what changed. */
export interface CommitOptions {
  /** The message, stored as it is. Default: `''`. */
  readonly message?: string | undefined;
  /** Who made the change. Default: the workspace's `config.author`. */
  readonly author?: SignatureInput | undefined;
  /** Who commits it. Default: the author. */
  readonly committer?: SignatureInput | undefined;
}

export const COMMIT_OPTIONS: KnownOptions<CommitOptions> = { message: true, author: true, committer: true };

/** The options of `delete`. */
export interface DeleteOptions extends CommitOptions {
  /** Commit the change at once, which is refused while other changes are pending. Default: false. */
  readonly commit?: boolean | undefined;
  /**
   * Do it even if somebody else has changed or deleted the stored record since this instance was loaded; for
   * example to restore a version that was loaded at a tag. Default: false.
   */
  readonly overwrite?: boolean | undefined;
}

/** The options of `save`. */
export type SaveOptions = DeleteOptions;

/** The options of reading. */
export interface ReadOptions {
  /** Where to read: a branch, a tag, a commit, a tree, `HEAD~3`, … Default: what the workspace has staged. */
  readonly at?: string | undefined;
}

/** The options of reading all records of a model. */
export interface ReadAllOptions extends ReadOptions {
  /**
   * Called for what cannot be read as a record of the model, which is then left out. Default: it is thrown, as is always what
   * tells that reading has failed and not that the record is wrong.
   */
  readonly onInvalid?: ((error: GitModelError) => void) | undefined;
}

/** Where a model's records are: the part of a model that a store knows. */
export interface RecordPlace {
  /** The model's name. */
  readonly name: string;
  /** The folder of the model's records, from the root of the tree. */
  readonly folder: string;
  /** The name of the file with a record's fields, in a layout that gives each record a folder of its own. */
  readonly dataFilename: string;
  readonly layout: Layout;
  /** The stored names of the fields that have files of their own. */
  readonly fileNames: readonly string[];
}

/** A stored record and where it is. */
export interface FoundRecord {
  /** Null in a layout whose paths do not tell it. */
  readonly id: string | null;
  readonly path: string;
  /** The oid of the blob that holds the record's data. */
  readonly oid: string;
  /** What that blob holds; shared with all that read it. */
  readonly record: StoredRecord;
  /** What was made of it before; absent where that is not kept. */
  readonly shared?: SharedValues;
  /** The files beside, by the names of their fields; only of those that the place knows. */
  readonly files: ReadonlyMap<string, RecordFile>;
  /** The tree that it was read from, when it was not what is staged. */
  readonly at: string | undefined;
}

/** The options of a record's history. */
export interface HistoryOptions {
  /** The branch, tag or commit to begin at. Default: the commit that the index is based on. */
  readonly from?: string | undefined;
  /**
   * Called for a version that cannot be read as a record of the model, which is then left out; all versions are read for it.
   * Default: it is given like the others, and reading it fails.
   */
  readonly onInvalid?: ((error: GitModelError) => void) | undefined;
}

export const HISTORY_OPTIONS: KnownOptions<HistoryOptions> = { from: true, onInvalid: true };

/** A stored record that is read when somebody asks for what it holds. */
export interface UnreadRecord {
  /** The id as it stands in paths; null where paths do not tell it. */
  readonly idInPath: string | null;
  /** @throws InvalidRecordError when it cannot be read as a record. */
  read(): Promise<FoundRecord | null>;
}

/** A commit that has changed a record, and the record before it and after it; null where there is none. */
export interface StoredVersion {
  readonly commit: Commit;
  readonly status: RecordStatus;
  /** By the commit's first parent. */
  readonly before: UnreadRecord | null;
  readonly after: UnreadRecord | null;
}

/** The commit that has made a field what it is, and the record before it; null where there was none. */
export interface StoredBlame {
  readonly commit: Commit;
  readonly before: FoundRecord | null;
}

/** A file of a record beside its data. */
export interface RecordFile {
  readonly oid: string;
  /** While it may not be in the object database; it may be shared, so do not write to it. */
  readonly content: Buffer | undefined;
}

/** A record that is to be stored. */
export interface RecordWrite {
  /** The instance; the store reads and sets its {@link RecordState}. */
  readonly record: object;
  readonly place: RecordPlace;
  readonly id: string;
  readonly content: Buffer;
  /** What `content` holds, by stored names. */
  readonly stored: ReadonlyMap<string, JsonValue>;
  /** The files beside; null for one that is not to be there. */
  readonly files: ReadonlyMap<string, RecordFile | null>;
  /** Checks what depends on the other records; nothing changes between it and the write. */
  readonly verify: (() => Promise<void>) | undefined;
}

/** An object that has a {@link RecordState}. */
export interface StoredInstance {
  getId(): unknown;
}

/** The blobs of a repository, for values that read them when they are asked to. */
export interface BlobStore {
  /** The content of a blob; it may be shared, so do not write to it. */
  read(oid: string): Promise<Buffer>;
  /** The content as a stream, which takes little memory. */
  open(oid: string): Promise<Readable>;
  /** The size in bytes. */
  size(oid: string): Promise<number>;
  /**
   * Writes content that may be too large for memory. Nothing refers to it before a record does; content that turns
   * out to be small comes back, to be kept until then.
   */
  write(source: BlobSource): Promise<RecordFile>;
}

/**
 * What models need of the workspace that they are bound to. They hand over checked ids and encoded records;
 * the store knows paths and Git, and nothing of fields.
 */
export interface RecordStore {
  readonly blobs: BlobStore;

  /**
   * Stages a record, and moves it when its id has changed.
   *
   * @returns the commit's oid; null without `commit`, or when nothing has changed.
   * @throws IntegrityError when another record has the id.
   * @throws StaleRecordError when the stored record has changed since, unless `overwrite` is set.
   */
  write(write: RecordWrite, options: SaveOptions): Promise<string | null>;

  /**
   * Stages the removal of a record: its data, its blobs and the folders that become empty, and nothing else.
   *
   * @param record Its id, or the instance, which becomes a new one.
   * @throws DoesNotExistError when there is no such record.
   * @throws StaleRecordError for an instance, when the stored record has changed since.
   */
  remove(place: RecordPlace, record: string | StoredInstance, options: DeleteOptions): Promise<string | null>;

  /** Runs code that stages several changes, which take place together or not at all. */
  atomically(code: () => Promise<unknown>, options: DeleteOptions): Promise<string | null>;

  /** Reads a record; null when there is none. Throws what is wrong with it, or rejects. */
  read(place: SerializedPlace, id: string, options: ReadOptions): Awaitable<FoundRecord | null>;

  /**
   * Reads the records with these ids, of which none is there twice, in their order as they were when the first was
   * asked for: null for one that is not there, and for one that `onInvalid` was called for.
   */
  readMany(
    place: SerializedPlace,
    ids: readonly string[],
    options: ReadAllOptions,
  ): Cursor<FoundRecord | null>;

  /** Reads all records of a model, by the bytes of their paths, as they were when the first was asked for. */
  readAll(place: SerializedPlace, options: ReadAllOptions): Cursor<FoundRecord>;

  /** The ids of all records of a model, in the same order; null where only reading the records tells them. */
  ids(place: RecordPlace, options: ReadAllOptions): Cursor<string> | null;

  /**
   * Looks into an index of all staged records of a model: the one that `make` has made, brought up to what is staged. Undefined
   * when there is none, because one of the records cannot be read or indexed, or it would take too much memory.
   *
   * @param make Called when there is none yet; one model has one index.
   * @param look Must not wait for anything, and not hold on to the index.
   */
  lookUp<I extends RecordIndex, T>(
    schema: ModelSchema,
    make: () => I,
    look: (index: I) => T,
  ): Promise<T | undefined>;

  /** Runs code while nobody else holds the lock of a record, which need not be stored. */
  lock<T>(
    place: Pick<RecordPlace, 'name'>,
    id: string,
    code: (lock: Lock) => Awaitable<T>,
    options: LockOptions,
  ): Promise<T>;

  /**
   * Reads the record with an id as it is somewhere else: in a commit under the id that it has there, as {@link history} leads to
   * it; in a tree, and where no history leads, under the same id. Null when it is not there.
   */
  readEarlier(schema: ModelSchema, id: string, at: string): Promise<FoundRecord | null>;

  /** The versions of a record, newest first, also under the ids that it had before. */
  history(schema: ModelSchema, id: string, options: HistoryOptions): AsyncIterable<StoredVersion>;

  /** The commits that have made a record's fields what they are, by stored names; null when there is no such record. */
  blame(
    schema: ModelSchema,
    id: string,
    options: Pick<HistoryOptions, 'from'>,
  ): Promise<ReadonlyMap<string, StoredBlame> | null>;

  /** What kind of object an oid is; null when there is no such object. */
  typeOf(oid: string): Promise<ObjectType | null>;
}
