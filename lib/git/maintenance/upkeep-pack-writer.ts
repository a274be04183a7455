import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ObjectWriteError } from '../../errors';
import type { ObjectType } from '../../object/oid';
import { OidPages } from '../../object/pack/oid-pages';
import {
  putInPlace,
  removePackFiles,
  TEMPORARY_INDEX_PREFIX,
  TEMPORARY_PACK_PREFIX,
  temporaryPackFiles,
} from '../pack/pack-files';
import type { PackFiles } from '../pack/pack-files';
import { UnfinishedPack } from '../pack/unfinished-pack';

const MAKER = 'gitmodel_';

/** Whether a file of this name is a temporary one of an upkeep, of this one or an earlier one. */
export function isTemporaryOfUpkeep(name: string): boolean {
  return [TEMPORARY_PACK_PREFIX, TEMPORARY_INDEX_PREFIX].some((prefix) => name.startsWith(prefix + MAKER));
}

/** A pack that is in place. */
export interface WrittenPack {
  /** Without an ending: `pack-<checksum>`. */
  readonly name: string;
  readonly objects: number;
}

/**
 * Writes a pack of objects that are stored already, with little of them in memory at a time: 32 bytes an object. Pack
 * and index are complete and on the disk before they get their names, and the names are on the disk too when
 * {@link finish} has ended.
 *
 * Until then there are only temporary files, which {@link discard} removes.
 */
export class UpkeepPackWriter {
  private readonly oids = new OidPages();

  private constructor(
    private readonly folder: string,
    private readonly files: PackFiles,
    private readonly pack: UnfinishedPack,
  ) {}

  /**
   * Begins a pack.
   *
   * @param objectsFolder The `objects` folder of the repository.
   * @throws ObjectWriteError when no file can be made there.
   */
  static async open(objectsFolder: string): Promise<UpkeepPackWriter> {
    const folder = path.join(objectsFolder, 'pack');
    const files = temporaryPackFiles(folder, MAKER);
    try {
      await mkdir(folder, { recursive: true });
      return new UpkeepPackWriter(folder, files, UnfinishedPack.create(files));
    } catch (error) {
      throw writeError(folder, error);
    }
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.pack.position;
  }

  /** How many entries are complete. */
  get objects(): number {
    return this.pack.size;
  }

  /**
   * Compresses an object into an entry. What the promise is for, {@link write} says.
   *
   * @param source Bytes in which the object's oid stands.
   * @param at Where the oid begins in them.
   * @throws ObjectWriteError when the disk does not take it.
   */
  addObject(source: Buffer, at: number, type: ObjectType, content: Buffer): Promise<void> | undefined {
    this.oids.push(source, at);
    return this.translated(this.pack.addObject(type, content));
  }

  /**
   * Adds bytes of an entry that is encoded already. Without a promise when they were copied to memory; else they must
   * not change before it has resolved.
   *
   * @throws ObjectWriteError when the disk does not take them.
   */
  write(bytes: Buffer): Promise<void> | undefined {
    return this.translated(this.pack.write(bytes));
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
    this.oids.push(source, at);
    this.pack.completeEntry(offset, crc32);
  }

  /**
   * Completes the pack and puts it in place. Nothing keeps git from cleaning up what nobody refers to in it.
   *
   * @throws ObjectWriteError when that fails; the temporary files are gone then, and at most a pack without an index
   *   is left, which nobody looks into.
   */
  async finish(): Promise<WrittenPack> {
    try {
      const name = `pack-${await this.pack.finish(this.oids.pages)}`;
      this.pack.close();
      await putInPlace(this.files, path.join(this.folder, name), true);
      return { name, objects: this.objects };
    } catch (error) {
      await this.discard();
      throw writeError(this.folder, error);
    }
  }

  /** Gives the pack up. */
  async discard(): Promise<void> {
    try {
      this.pack.close();
    } catch {
      // What cannot be closed is given up all the same.
    }
    await removePackFiles(this.files);
  }

  private translated(writing: Promise<void> | undefined): Promise<void> | undefined {
    return writing?.catch((error: unknown) => {
      throw writeError(this.folder, error);
    });
  }
}

function writeError(folder: string, error: unknown): ObjectWriteError {
  return new ObjectWriteError(
    `The pack could not be written to "${folder}": ${(error as Error).message}. ` +
      'All objects are where they were; mend the cause and try again.',
    { cause: error, details: { path: folder } },
  );
}
