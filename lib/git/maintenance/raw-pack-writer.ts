import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ObjectWriteError } from '../../errors';
import { OID_BYTES } from '../../object/oid';
import { encodePackHeader } from '../../object/pack/pack-entry-codec';
import { encodePackTable } from '../../object/pack/pack-listing';
import { syncPath } from '../durable';
import { orderOids } from './order-in-turns';

/** Git lets everybody read packs, and nobody change them. */
const PACK_PERMISSIONS = 0o444;

/** So much is gathered before it is written, and read back at a time. */
const BUFFER_BYTES = 1024 * 1024;

/**
 * What the temporary files of upkeep begin with: as git's own, whose `gc` clears them away after two weeks, and so
 * that the next upkeep knows them.
 */
export const TEMPORARY_PACK_PREFIX = 'tmp_pack_gitmodel_';
export const TEMPORARY_INDEX_PREFIX = 'tmp_idx_gitmodel_';

/** A pack that is in place. */
export interface WrittenPack {
  /** Without an ending: `pack-<checksum>`. */
  readonly name: string;
  readonly objects: number;
}

/**
 * Writes a pack of entries that are encoded already, with little of them in memory at a time: 32 bytes an object.
 * Pack and index are complete and on the disk before they get their names, the index last, by which readers find
 * the pack; and the names are on the disk too when {@link finish} has ended.
 *
 * Until then there are only temporary files, which {@link discard} removes.
 */
export class RawPackWriter {
  private buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  private buffered = 0;
  private written = 0;
  private count = 0;
  private oids = Buffer.allocUnsafe(1024 * OID_BYTES);
  private offsets = new Float64Array(1024);
  private crc32s = new Uint32Array(1024);

  private constructor(
    private readonly folder: string,
    private readonly random: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Begins a pack.
   *
   * @param objectsFolder The `objects` folder of the repository.
   * @throws ObjectWriteError when no file can be made there.
   */
  static async open(objectsFolder: string): Promise<RawPackWriter> {
    const folder = path.join(objectsFolder, 'pack');
    const random = randomBytes(6).toString('hex');
    try {
      await mkdir(folder, { recursive: true });
      const handle = await open(path.join(folder, TEMPORARY_PACK_PREFIX + random), 'wx+', PACK_PERMISSIONS);
      const writer = new RawPackWriter(folder, random, handle);
      // How many objects there will be is written in the end.
      await writer.write(encodePackHeader(0));
      return writer;
    } catch (error) {
      throw writeError(folder, error);
    }
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.written + this.buffered;
  }

  /** How many entries are complete. */
  get objects(): number {
    return this.count;
  }

  /**
   * Adds bytes of an entry. Without a promise when they were copied to memory; else they must not change before it
   * has resolved.
   *
   * @throws ObjectWriteError when the disk does not take them.
   */
  write(bytes: Buffer): Promise<void> | undefined {
    if (this.buffered + bytes.length > BUFFER_BYTES) return this.writeThrough(bytes);
    bytes.copy(this.buffer, this.buffered);
    this.buffered += bytes.length;
    return undefined;
  }

  /**
   * States what was written since a position.
   *
   * @param source Bytes in which the object's oid stands.
   * @param at Where the oid begins in them.
   * @param offset Where the entry begins in the pack.
   * @param crc32 Of the entry.
   */
  completeEntry(source: Buffer, at: number, offset: number, crc32: number): void {
    if (this.count === this.crc32s.length) this.grow();
    source.copy(this.oids, this.count * OID_BYTES, at, at + OID_BYTES);
    this.offsets[this.count] = offset;
    this.crc32s[this.count] = crc32;
    this.count++;
  }

  /**
   * Completes the pack and puts it in place. Nothing keeps git from cleaning up what nobody refers to in it.
   *
   * @throws ObjectWriteError when that fails; the temporary files are gone then, and at most a pack without an index
   *   is left, which nobody looks into.
   */
  async finish(): Promise<WrittenPack> {
    try {
      await this.flush();
      const header = encodePackHeader(this.count);
      await this.handle.write(header, 0, header.length, 0);
      const packChecksum = await this.checksum();
      await this.handle.write(packChecksum, 0, packChecksum.length, this.written);
      await this.handle.sync();
      await this.handle.close();
      await this.writeIndex(packChecksum);
      const name = `pack-${packChecksum.toString('hex')}`;
      await rename(this.temporaryPack, path.join(this.folder, `${name}.pack`));
      await rename(this.temporaryIndex, path.join(this.folder, `${name}.idx`));
      await syncPath(this.folder);
      return { name, objects: this.count };
    } catch (error) {
      await this.discard();
      throw writeError(this.folder, error);
    }
  }

  /** Gives the pack up. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.temporaryPack, { force: true });
    await rm(this.temporaryIndex, { force: true });
  }

  private get temporaryPack(): string {
    return path.join(this.folder, TEMPORARY_PACK_PREFIX + this.random);
  }

  private get temporaryIndex(): string {
    return path.join(this.folder, TEMPORARY_INDEX_PREFIX + this.random);
  }

  private async writeThrough(bytes: Buffer): Promise<void> {
    try {
      await this.flush();
      if (bytes.length <= BUFFER_BYTES / 2) {
        bytes.copy(this.buffer);
        this.buffered = bytes.length;
      } else {
        await this.append(bytes);
      }
    } catch (error) {
      throw writeError(this.folder, error);
    }
  }

  private async flush(): Promise<void> {
    await this.append(this.buffer.subarray(0, this.buffered));
    this.buffered = 0;
  }

  private async append(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, at, bytes.length - at, this.written);
      at += bytesWritten;
      this.written += bytesWritten;
    }
  }

  /**
   * The SHA-1 of the pack. It begins with the number of objects, which was not known at first; so the file is read
   * once more, from the system's cache as a rule.
   */
  private async checksum(): Promise<Buffer> {
    const hash = createHash('sha1');
    for (let at = 0; at < this.written;) {
      const { bytesRead } = await this.handle.read(this.buffer, 0, BUFFER_BYTES, at);
      if (bytesRead === 0) throw new Error('the pack became shorter while it was written');
      hash.update(this.buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return hash.digest();
  }

  private async writeIndex(packChecksum: Buffer): Promise<void> {
    const oids = this.oids.subarray(0, this.count * OID_BYTES);
    const { offsets, crc32s } = this;
    const handle = await open(this.temporaryIndex, 'wx', PACK_PERMISSIONS);
    try {
      const hash = createHash('sha1');
      const order = await orderOids(oids);
      for (const piece of encodePackTable({ oids, offsets, crc32s, order, packChecksum })) {
        hash.update(piece);
        await handle.writeFile(piece);
      }
      await handle.writeFile(hash.digest());
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private grow(): void {
    const room = this.crc32s.length * 2;
    const oids = Buffer.allocUnsafe(room * OID_BYTES);
    this.oids.copy(oids);
    this.oids = oids;
    const offsets = new Float64Array(room);
    offsets.set(this.offsets);
    this.offsets = offsets;
    const crc32s = new Uint32Array(room);
    crc32s.set(this.crc32s);
    this.crc32s = crc32s;
  }
}

function writeError(folder: string, error: unknown): ObjectWriteError {
  if (error instanceof ObjectWriteError) return error;
  return new ObjectWriteError(
    `The pack could not be written to "${folder}": ${(error as Error).message}. ` +
      'All objects are where they were; mend the cause and try again.',
    { cause: error, details: { path: folder } },
  );
}
