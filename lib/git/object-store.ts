import path from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ObjectWriteError } from '../errors';
import { andThen } from '../object/awaitable';
import type { Awaitable } from '../object/awaitable';
import type { BlobSource } from '../object/blob-source';
import { toByteName } from '../object/byte-name';
import { streamOf } from '../object/content-stream';
import type { UnwrittenObject } from '../object/node-entry';
import type { DecodedObject } from '../object/object-codec';
import { EMPTY_TREE_OID, fromByteOid, toByteOid } from '../object/oid';
import type { ByteOid, ObjectType } from '../object/oid';
import type { StagedTree, TreeSource } from '../object/staged-tree';
import { findInTree } from '../object/tree-codec';
import { TreeNode } from '../object/tree-node';
import { openStoredBlob, readStoredBlobSize } from './blob/blob-reader';
import { BlobWriter } from './blob/blob-writer';
import type { WrittenBlob } from './blob/blob-writer';
import type { CommitGraph } from './commit-graph';
import { CommitGraphFiles } from './commit-graph-files';
import { syncAll } from './durable';
import type { Durability } from './durable';
import { LooseObjectWriter } from './loose/loose-object-writer';
import { CACHED_BLOB_BYTES, ObjectCaches } from './object-caches';
import type { FoundEntry } from './object-caches';
import { wrongType } from './object-errors';
import { ObjectReader } from './object-reader';
import { ObjectWriter } from './object-writer';
import { BulkWrite } from './pack/bulk-write';
import type { WriteObject } from './pack/bulk-write';
import { writePack } from './pack/pack-writer';
import { Protections } from './protections';
import type { GitRepository } from './repository';
import { callGit } from './translate-error';
import { Turn } from './turn';

const EMPTY_TREE = toByteOid(EMPTY_TREE_OID);

/** What all that read and write the objects of a repository in this process have together. */
interface SharedParts {
  readonly objectsFolder: string;
  readonly caches: ObjectCaches;
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
  readonly blobWriter: BlobWriter;
  readonly commitGraph: CommitGraphFiles;
  readonly turn: Turn;
}

/**
 * The objects of a repository, by oid. What an oid stands for never changes, so what was read once is kept in
 * caches that are bounded by size and never go stale.
 *
 * What was written and is not referred to yet belongs to whoever has written it: each has a {@link fork} of its own.
 */
export class ObjectStore implements TreeSource {
  /** Of what was written here, and not by {@link fork}s. */
  readonly protections = new Protections();
  private readonly caches: ObjectCaches;
  private readonly reader: ObjectReader;
  private readonly turn: Turn;
  private readonly forks = new Set<ObjectStore>();
  /** Only while {@link packEverything} runs. What is in it may never be stored, so no cache may remember it. */
  private bulk: BulkWrite | undefined;

  private constructor(
    private readonly shared: SharedParts,
    private readonly origin?: ObjectStore,
  ) {
    this.caches = shared.caches;
    this.reader = shared.reader;
    this.turn = shared.turn;
  }

  /** The objects of this repository. */
  static async open(repository: GitRepository): Promise<ObjectStore> {
    const odb = await callGit('open the object database', () => repository.handle.odb());
    const { commonFolder } = repository;
    const objectsFolder = path.join(commonFolder, 'objects');
    const loose = new LooseObjectWriter(objectsFolder);
    return new ObjectStore({
      objectsFolder,
      caches: new ObjectCaches(),
      reader: new ObjectReader(odb, objectsFolder),
      writer: new ObjectWriter(commonFolder, loose),
      blobWriter: new BlobWriter(objectsFolder, loose),
      commitGraph: new CommitGraphFiles(objectsFolder),
      turn: new Turn(),
    });
  }

  /**
   * The same objects for another one who writes: with the same caches and files, and with protections of its own. It
   * costs next to nothing. Closing it leaves this one as it is; closing this one closes it too.
   */
  fork(): ObjectStore {
    const fork = new ObjectStore(this.shared, this);
    this.forks.add(fork);
    return fork;
  }

  /**
   * The folder that a tree object describes; without a promise when it is in memory, or can be read on the spot.
   * Errors always come by a promise.
   *
   * @param oid As bytes, as oids stand in trees and in the indexes of packs: hexadecimal digits would take as long to be made, and
   *   taken apart again, as a small tree takes to be inflated.
   * @throws ObjectNotFoundError, or InvalidObjectError when the oid is not a tree's.
   */
  readTree(oid: ByteOid): Awaitable<TreeNode> {
    if (this.turn.isOver()) return this.turn.next().then(() => this.readTree(oid));
    return this.caches.trees.get(oid) ?? this.readTreeNow(oid) ?? this.loadTree(oid);
  }

  /**
   * The content of a blob; without a promise when it is in memory, or can be read on the spot. Errors always come by
   * a promise. The buffer is shared with others that read the same blob: do not write to it.
   *
   * @param isToKeep Whether the content is likely to be asked for again; not when the caller remembers it, or all of
   *   many blobs are read once.
   * @throws ObjectNotFoundError, or InvalidObjectError when the oid is not a blob's.
   */
  readBlob(oid: string, isToKeep = true): Buffer | Promise<Buffer> {
    if (this.turn.isOver()) return this.turn.next().then(() => this.readBlob(oid, isToKeep));
    return this.caches.blobs.get(oid) ?? this.readBlobNow(oid, isToKeep) ?? this.loadBlob(oid);
  }

  /**
   * An object of any type, past the caches.
   *
   * @throws ObjectNotFoundError, or InvalidObjectError when it is damaged.
   */
  readObject(oid: string): Awaitable<DecodedObject> {
    return this.reader.readNow(toByteOid(oid)) ?? this.reader.read(oid);
  }

  /**
   * What the entry of a name in a tree stands for; undefined when there is no such entry, and when the oid is not a tree's.
   * That is kept, so that what leads to a record in each tree of a history is found once, but the tree is not.
   *
   * @throws ObjectNotFoundError, or InvalidObjectError when it is damaged.
   */
  findInTree(tree: string, name: string): Awaitable<FoundEntry | undefined> {
    const key = `${tree} ${name}`;
    const known = this.caches.entries.get(key);
    if (known !== undefined) return known ?? undefined;
    return andThen(this.readObject(tree), ({ type, content }) => {
      const entry =
        type === 'tree' ? findInTree(content, Buffer.from(toByteName(name), 'latin1')) : undefined;
      const found = entry && { mode: entry.mode, oid: fromByteOid(entry.oid) };
      this.caches.entries.set(key, found ?? null);
      return found;
    });
  }

  /** See {@link CommitGraphFiles.read}. */
  readCommitGraph(options?: { readonly isSmall?: boolean }): CommitGraph | undefined {
    return this.shared.commitGraph.read(options);
  }

  /**
   * The content of a blob as a stream, verified while it is read: it ends without an error only when all of it was
   * right. A file is open until the stream has ended, failed or been destroyed, so one of these has to happen.
   *
   * However large the blob is, little of it is in memory at a time, unless it is stored as a delta: git does that
   * to versions of a file below `core.bigFileThreshold` (512 MiB) that have something in common. Then all of it is
   * read at once.
   *
   * @throws ObjectNotFoundError, or InvalidObjectError when the oid is not a blob's.
   */
  async openBlob(oid: string): Promise<Readable> {
    const stored = this.caches.blobs.has(oid)
      ? undefined
      : await openStoredBlob(this.shared.objectsFolder, oid);
    if (!stored) return streamOf(await this.readBlob(oid));
    if (stored.size > CACHED_BLOB_BYTES) return stored;
    const content = await buffer(stored);
    this.caches.blobs.set(oid, content);
    return streamOf(content);
  }

  /**
   * How many bytes a blob has. Only its beginning is read, save where it is a delta in a pack whose bases are not
   * all there.
   *
   * @throws ObjectNotFoundError, or InvalidObjectError when the oid is not a blob's.
   */
  async blobSize(oid: string): Promise<number> {
    const known =
      this.caches.blobs.get(oid)?.length ?? (await readStoredBlobSize(this.shared.objectsFolder, oid));
    return known ?? (await this.readBlob(oid)).length;
  }

  /**
   * What kind of object an oid is.
   *
   * @throws ObjectNotFoundError when there is no such object.
   */
  async readType(oid: string): Promise<ObjectType> {
    return (await this.bulk?.read(oid))?.type ?? this.reader.readType(oid);
  }

  /**
   * Writes what the object database may lack of a staged tree, and returns the tree's oid. Nothing refers to it
   * yet, so that `git prune` may take it away: the tree keeps all in memory and is written again when it is
   * committed. What is there already costs next to nothing then.
   *
   * @throws ObjectWriteError when something cannot be written.
   */
  async writeTree(tree: StagedTree, durability: Durability = 'git'): Promise<string> {
    if (this.bulk) {
      await this.completePack(tree);
    } else {
      const objects = [...tree.unwritten()];
      this.protections.addPack(await this.shared.writer.write(objects, durability));
      this.rememberAll(objects);
    }
    return tree.oid;
  }

  /**
   * See {@link ObjectWriter.publish}. What was written early is forced to the disk as well, before the reference leads to it:
   * {@link syncProtected}.
   *
   * @param isToKeep Whether a folder is likely to be asked for soon. Default: every one is.
   */
  async publish<T>(
    objects: readonly UnwrittenObject[],
    durability: Durability,
    refer: () => Promise<T>,
    isToKeep?: (oid: string) => boolean,
  ): Promise<T> {
    const result = await this.shared.writer.publish(objects, durability, async () => {
      await this.syncProtected(durability);
      return refer();
    });
    this.rememberAll(objects, isToKeep);
    return result;
  }

  /**
   * With `fsync` waits until all that is protected is on the disk: it was written when nobody knew whether it would be
   * committed.
   *
   * @throws ObjectWriteError when that fails.
   */
  async syncProtected(durability: Durability): Promise<void> {
    if (durability === 'git') return;
    const { keeps, unreferenced } = this.protections.all();
    // The packs themselves are synced before they get their names.
    const folders = keeps.map((keep) => path.dirname(keep));
    try {
      await syncAll([...folders, ...unreferenced.flatMap((oid) => this.shared.blobWriter.pathsOf(oid))]);
    } catch (error) {
      throw new ObjectWriteError(
        `What was written early could not be forced to the disk: ${(error as Error).message}. ` +
          'Nothing refers to it; mend the cause and try again.',
        { cause: error, details: { path: this.shared.objectsFolder } },
      );
    }
  }

  /** Moves a staged tree out of memory, into a pack that git does not touch while it is protected. */
  async spill(tree: StagedTree): Promise<void> {
    if (this.bulk) await this.bulk.addTree(tree);
    else this.protections.addPack(await writePack(this.shared.objectsFolder, tree.unwritten()));
    tree.settle();
  }

  /**
   * Runs code that writes a great many objects: all that is written until it ends goes into one pack, which
   * {@link completePack} makes part of the repository; what has not become that by then is given up. Nobody else sees
   * the objects before, but they can be read here.
   *
   * @param code Gets the way to write an object that is not part of a tree yet.
   */
  async packEverything<T>(durability: Durability, code: (write: WriteObject) => Promise<T>): Promise<T> {
    const bulk = new BulkWrite(this.shared.objectsFolder, durability);
    this.bulk = bulk;
    try {
      return await code((object) => bulk.add(object));
    } finally {
      this.bulk = undefined;
      await bulk.abandon();
    }
  }

  /** While {@link packEverything} runs: completes the pack with what is left of a tree. */
  async completePack(tree: StagedTree): Promise<void> {
    if (!this.bulk) return;
    await this.bulk.addTree(tree);
    this.protections.addPack(await this.bulk.complete());
  }

  /** Gives up all protection, and, unless it is a {@link fork}, closes all files. Nothing is to be read any more. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.forks, (fork) => fork.close()));
    if (this.origin) this.origin.forks.delete(this);
    else this.reader.close();
    await this.protections.release([this.protections.all()]);
  }

  /**
   * Writes a blob from a file or a stream, of which little is in memory at a time, however large it is. Nothing
   * refers to it yet, so that `git prune` may take it away once it is two weeks old.
   *
   * @throws ObjectWriteError when the source fails, or it cannot be written; the source is closed then.
   * @throws InvalidArgumentError when the source is none, or brings something else than bytes and texts.
   */
  async writeBlobFrom(source: BlobSource): Promise<WrittenBlob> {
    const written = await this.shared.blobWriter.write(source);
    if (!written.content) this.protections.addBlob(written.oid);
    return written;
  }

  /**
   * Makes sure that a blob that is about to be staged by its oid is there, and still is when it is committed: it may
   * be known from what was staged once and taken back.
   *
   * @returns its content when it has to be written again; undefined when it is in the object database.
   * @throws ObjectNotFoundError when nobody has it.
   */
  async adopt(oid: string): Promise<Buffer | undefined> {
    if (this.bulk?.has(oid)) return undefined;
    if (!this.shared.blobWriter.refresh(oid)) return this.readBlob(oid);
    this.protections.addBlob(oid);
    return undefined;
  }

  /**
   * Which of the blobs that {@link writeBlobFrom} or {@link adopt} has seen, and that are still protected, are gone,
   * because somebody cleaned up too thoroughly. The others are marked as recently used.
   */
  findLost(): ReadonlySet<string> {
    return new Set([...this.protections.blobs].filter((oid) => !this.shared.blobWriter.refresh(oid)));
  }

  private readTreeNow(oid: ByteOid): TreeNode | undefined {
    if (oid === EMPTY_TREE) return TreeNode.empty();
    const object = this.reader.readNow(oid);
    try {
      return object?.type === 'tree' ? this.keepTree(oid, object.content) : undefined;
    } catch {
      return undefined;
    }
  }

  private async loadTree(oid: ByteOid): Promise<TreeNode> {
    return this.keepTree(oid, await this.read(fromByteOid(oid), 'tree'));
  }

  private keepTree(oid: ByteOid, content: Buffer): TreeNode {
    const node = TreeNode.decode(oid, content);
    // The folder of a record is read again as fast as it is kept, and would push out those that are on many ways.
    if (node.size > 1 && this.bulk?.has(node.oid) !== true) this.caches.trees.set(oid, node);
    return node;
  }

  private readBlobNow(oid: string, isToKeep: boolean): Buffer | undefined {
    const object = this.reader.readNow(toByteOid(oid));
    if (object?.type !== 'blob') return undefined;
    return isToKeep ? this.keepBlob(oid, object.content) : object.content;
  }

  private async loadBlob(oid: string): Promise<Buffer> {
    return this.keepBlob(oid, await this.read(oid, 'blob'));
  }

  private keepBlob(oid: string, content: Buffer): Buffer {
    if (this.bulk?.has(oid) !== true) this.caches.blobs.set(oid, content);
    return content;
  }

  private rememberAll(
    objects: readonly UnwrittenObject[],
    isToKeep: (oid: string) => boolean = () => true,
  ): void {
    for (const { type, oid, content, node } of objects) {
      if (node && isToKeep(oid)) this.caches.trees.set(node.byteOid, node);
      else if (type === 'blob') this.caches.blobs.set(oid, content);
    }
  }

  private async read(oid: string, expected: ObjectType): Promise<Buffer> {
    const { type, content } = (await this.bulk?.read(oid)) ?? (await this.reader.read(oid));
    if (type !== expected) throw wrongType(oid, type, expected);
    return content;
  }
}
