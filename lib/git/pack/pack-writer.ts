import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ObjectWriteError } from '../../errors';
import type { UnwrittenObject } from '../../object/node-entry';
import { ObjectFrame } from '../../object/pack/object-frame';
import type { FramedObject } from '../../object/pack/object-frame';
import { OidTable } from '../../object/pack/oid-table';
import type { Durability } from '../durable';
import { keepContent } from './keep-file';
import { putInPlace, uniquePackName, removePackFiles, temporaryPackFiles } from './pack-files';
import type { PackFiles } from './pack-files';
import { PackOutput } from './pack-output';
import type { PackSink } from './pack-output';
import { PackThread } from './pack-thread';

/**
 * From so many frames on a thread of its own compresses the objects, which takes 40 ms to start: as long as
 * compressing 3,000 small objects.
 */
const FRAMES_FOR_THREAD = 4;

/** How many frames may wait before who adds objects has to. */
const WAITING_FRAMES = 6;

/** A frame that waits to be compressed, and the number of its first object. */
interface WaitingFrame {
  readonly frame: ObjectFrame;
  readonly first: number;
}

/**
 * Writes many objects as one pack with its index, without deltas. Objects are added one by one and are soon out of
 * memory, of which a pack of millions of objects takes 50 bytes for each. What has been added can be read back, although
 * nobody else sees it before {@link finish}.
 *
 * Both files are complete and on the disk before they get their names, the index last.
 *
 * Nothing refers to the objects yet, and `git repack -a -d` deletes what nothing refers to from packs, however
 * new it is. So a file `.keep` stands beside the pack, as when git receives one; git leaves such a pack alone. The
 * caller removes that file when the objects are referred to, or are not wanted any more.
 */
export class PackWriter {
  private readonly folder: string;
  private readonly files: PackFiles;
  private readonly oids = new OidTable();
  private readonly waiting: WaitingFrame[] = [];
  private current: WaitingFrame | undefined;
  private sink: PackSink | undefined;
  private pumping: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  /**
   * @param objectsFolder The `objects` folder of the repository.
   * @param durability With `fsync` the names are on the disk too when the pack is complete.
   */
  constructor(
    objectsFolder: string,
    private readonly durability: Durability = 'git',
  ) {
    this.folder = path.join(objectsFolder, 'pack');
    this.files = temporaryPackFiles(this.folder);
  }

  /**
   * Adds an object, of which nothing is held on to; one that is there already is left out.
   *
   * @returns a promise to wait for before the next one, when writing does not keep up.
   * @throws ObjectWriteError when the pack cannot be written; it has to be abandoned then.
   */
  add({ oid, type, content }: Pick<UnwrittenObject, 'oid' | 'type' | 'content'>): Promise<void> | undefined {
    if (this.failure) throw this.writeError(this.failure.error);
    if (!this.oids.add(oid)) return undefined;
    if (this.current?.frame.append(type, content)) return undefined;
    this.seal();
    this.current = { frame: ObjectFrame.for(content.length), first: this.oids.size - 1 };
    this.current.frame.append(type, content);
    if (this.waiting.length >= FRAMES_FOR_THREAD) this.pump();
    return this.waiting.length > WAITING_FRAMES ? this.whenRoom() : undefined;
  }

  /** Whether an object was added. */
  has(oid: string): boolean {
    return this.oids.find(oid) !== undefined;
  }

  /** An object that was added; undefined when it was not, or the pack is in place or given up. */
  async read(oid: string): Promise<FramedObject | undefined> {
    const number = this.oids.find(oid);
    if (number === undefined) return undefined;
    for (const { frame, first } of this.current ? [this.current, ...this.waiting] : this.waiting) {
      const found = number < first ? undefined : frame.at(number - first);
      if (found) return { type: found.type, content: Buffer.from(found.content) };
    }
    const { sink } = this;
    if (!sink) return undefined;
    try {
      return await sink.read(number);
    } catch (error) {
      throw this.writeError(error);
    }
  }

  /**
   * Completes the pack and gives it its name.
   *
   * @returns the path of the `.keep` file; null when nothing was added, and nothing is written.
   * @throws ObjectWriteError when it cannot be written; at most a pack without an index is there then, which nobody
   *   looks into.
   */
  async finish(): Promise<string | null> {
    if (this.oids.size === 0) return null;
    try {
      this.seal();
      // A few objects are compressed here sooner than a thread starts.
      if (!this.sink && !this.pumping) this.sink = this.openFile();
      while (this.waiting.length > 0) {
        this.pump();
        await this.pumping;
        if (this.failure) throw this.failure.error;
      }
      const sink = this.sink as PackSink;
      const checksum = await sink.finish(this.oids.pages);
      // What is in it can be read here until everybody finds it.
      const keep = await this.place(path.join(this.folder, uniquePackName(checksum)));
      this.sink = undefined;
      await sink.close();
      return keep;
    } catch (error) {
      await this.abandon();
      throw this.writeError(error);
    }
  }

  /** Gives up the pack: nothing of it is left. */
  async abandon(): Promise<void> {
    this.waiting.length = 0;
    this.current = undefined;
    await this.pumping;
    const { sink } = this;
    this.sink = undefined;
    await sink?.close().catch(() => undefined);
    await removePackFiles(this.files);
  }

  private async place(name: string): Promise<string> {
    const keep = `${name}.keep`;
    try {
      writeFileSync(keep, keepContent());
      await putInPlace(this.files, name, this.durability === 'fsync');
      return keep;
    } catch (error) {
      // Nobody has found the pack yet: it has no index.
      await Promise.allSettled([keep, `${name}.pack`].map((file) => rm(file, { force: true })));
      throw error;
    }
  }

  /** Ends the current frame. */
  private seal(): void {
    if (this.current) this.waiting.push(this.current);
    this.current = undefined;
  }

  /** Hands over the frames that wait, in the background. */
  private pump(): void {
    this.pumping ??= this.handOver()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => {
        this.pumping = undefined;
      });
  }

  private async handOver(): Promise<void> {
    this.sink ??= (await this.startThread()) ?? this.openFile();
    for (;;) {
      const next = this.waiting.shift();
      if (!next) return;
      await this.sink.write(next.frame.bytes);
    }
  }

  private async whenRoom(): Promise<void> {
    await this.pumping;
    if (this.failure) throw this.writeError(this.failure.error);
  }

  private async startThread(): Promise<PackSink | undefined> {
    mkdirSync(this.folder, { recursive: true });
    const thread = await PackThread.start(this.files);
    if (!thread) await removePackFiles(this.files);
    return thread;
  }

  private openFile(): PackSink {
    mkdirSync(this.folder, { recursive: true });
    return PackOutput.create(this.files);
  }

  private writeError(error: unknown): ObjectWriteError {
    return new ObjectWriteError(
      `${this.oids.size} objects could not be written as a pack to "${this.folder}": ${(error as Error).message}. ` +
        'Nothing refers to them; mend the cause and try again.',
      { cause: error, details: { path: this.folder } },
    );
  }
}

/**
 * Writes objects as one pack; see {@link PackWriter}.
 *
 * @returns the path of the `.keep` file; null when there are no objects.
 */
export async function writePack(
  objectsFolder: string,
  objects: Iterable<UnwrittenObject>,
  durability?: Durability,
): Promise<string | null> {
  const writer = new PackWriter(objectsFolder, durability);
  try {
    for (const object of objects) {
      const room = writer.add(object);
      if (room) await room;
    }
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return writer.finish();
}
