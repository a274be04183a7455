import { closeSync, fsync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ObjectWriteError } from '../../errors';
import type { UnwrittenObject } from '../../object/node-entry';
import { objectHeader } from '../../object/oid';
import { deflateLooseObject } from '../compression/deflate';
import { syncAll } from '../durable';
import type { Durability } from '../durable';
import { retryIfSweptAway } from '../swept-away';
import { Turn } from '../turn';
import {
  looseObjectFile,
  moveIntoPlace,
  OBJECT_PERMISSIONS,
  refreshObjectFile,
  temporaryObjectPrefix,
} from './loose-object-file';

/**
 * Writes objects as Git's loose files: `objects/<first two digits>/<the other 38>`, zlib-compressed, under a
 * temporary name first and then renamed into place, so that a reader sees all of an object or none. The
 * temporary names are those of Git, whose `gc` clears away what a killed process left behind.
 *
 * Several times as fast as writing through the binding, which pays for a hop between threads at every object;
 * the specs compare both, byte for byte.
 *
 * Format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 */
export class LooseObjectWriter {
  private readonly temporaryPrefix = temporaryObjectPrefix();
  private temporaryFiles = 0;

  /** @param objectsFolder The `objects` folder of the repository. */
  constructor(private readonly objectsFolder: string) {}

  /**
   * Writes the objects in their order; those that are there already are only marked as recently used.
   *
   * @param durability With `fsync` all of them are on the disk when this is done, also those that were there already.
   * @throws ObjectWriteError when one cannot be written; some of the others may be in place.
   */
  async write(objects: readonly UnwrittenObject[], durability: Durability = 'git'): Promise<void> {
    await retryIfSweptAway(() => this.writeOnce(objects, durability));
  }

  private async writeOnce(objects: readonly UnwrittenObject[], durability: Durability): Promise<void> {
    const turn = new Turn();
    const batch: SyncedBatch | undefined = durability === 'fsync' ? new SyncedBatch() : undefined;
    try {
      for (const object of objects) {
        const file = looseObjectFile(this.objectsFolder, object.oid);
        try {
          if (refreshObjectFile(file)) {
            batch?.addPresent(file);
          } else {
            const { type, content } = object;
            const header = objectHeader(type, content.length);
            const deflated = deflateLooseObject(type, Buffer.concat([header, content]));
            const bytes = deflated instanceof Buffer ? deflated : await deflated;
            if (batch) batch.add(this.create(bytes), file);
            else this.place(bytes, file);
          }
        } catch (error) {
          throw this.asWriteError(error, object, file);
        }
        if (turn.isOver()) await turn.next();
      }
      await batch?.finish(this.objectsFolder);
    } catch (error) {
      batch?.abandon();
      throw error instanceof ObjectWriteError ? error : this.asWriteError(error);
    }
  }

  /** Puts the file there in one step: complete under another name first. */
  private place(bytes: Buffer, file: string): void {
    const { temporary, descriptor } = this.create(bytes);
    closeSync(descriptor);
    try {
      moveIntoPlace(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** A file with these bytes, under a temporary name. */
  private create(bytes: Buffer): TemporaryObject {
    // All in one folder: a file system lays out files by the folder that they are created in, and creating them
    // in 256 different ones costs several times as much.
    const temporary = path.join(this.objectsFolder, `${this.temporaryPrefix}${this.temporaryFiles++}`);
    const descriptor = openSync(temporary, 'wx', OBJECT_PERMISSIONS);
    try {
      writeFileSync(descriptor, bytes);
      return { temporary, descriptor };
    } catch (error) {
      closeSync(descriptor);
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  private asWriteError(cause: unknown, object?: UnwrittenObject, file?: string): ObjectWriteError {
    const what = object ? `The ${object.type} ${object.oid}` : 'Objects';
    return new ObjectWriteError(
      `${what} could not be written to "${this.objectsFolder}": ${(cause as Error).message}. ` +
        'Nothing refers to it; mend the cause and try again.',
      { cause, details: { oid: object?.oid, path: file ?? this.objectsFolder } },
    );
  }
}

interface TemporaryObject {
  readonly temporary: string;
  readonly descriptor: number;
}

const syncDescriptor = promisify(fsync);

/** Files that get their names when all of them are on the disk: they are synced side by side. */
class SyncedBatch {
  private readonly descriptors: number[] = [];
  private readonly moves: { readonly temporary: string; readonly file: string }[] = [];
  private readonly present: string[] = [];

  /** A file that is there, but perhaps not on the disk. */
  addPresent(file: string): void {
    this.present.push(file);
  }

  add({ temporary, descriptor }: TemporaryObject, file: string): void {
    this.descriptors.push(descriptor);
    this.moves.push({ temporary, file });
  }

  async finish(objectsFolder: string): Promise<void> {
    const syncs = [...this.descriptors.map((each) => syncDescriptor(each)), syncAll(this.present)];
    await Promise.allSettled(syncs);
    await Promise.all(syncs);
    this.close();
    const files = [...this.present];
    for (let next = this.moves.at(-1); next; next = this.moves.at(-1)) {
      moveIntoPlace(next.temporary, next.file);
      files.push(next.file);
      this.moves.pop();
    }
    // The folder of a file may itself be new.
    await syncAll([objectsFolder, ...files.map((file) => path.dirname(file))]);
  }

  /** Removes what has no name yet. */
  abandon(): void {
    this.close();
    for (const { temporary } of this.moves) rmSync(temporary, { force: true });
  }

  /** Each is forgotten before it is closed: its number may be somebody else's in a moment. */
  private close(): void {
    for (let next = this.descriptors.pop(); next !== undefined; next = this.descriptors.pop())
      closeSync(next);
  }
}
