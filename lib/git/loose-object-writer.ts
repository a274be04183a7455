import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ObjectWriteError } from '../errors';
import { objectHeader } from '../object/oid';
import type { UnwrittenObject } from '../object/tree-node';
import { deflateObject } from './deflate';
import { Turn } from './turn';

/** Git lets everybody read objects, and nobody change them. */
const OBJECT_PERMISSIONS = 0o444;

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
  private readonly temporaryPrefix = `tmp_obj_${randomBytes(6).toString('hex')}_`;
  private temporaryFiles = 0;

  /** @param objectsFolder The `objects` folder of the repository. */
  constructor(private readonly objectsFolder: string) {}

  /**
   * Writes the objects in their order; those that are there already are only marked as recently used.
   *
   * @throws ObjectWriteError when one cannot be written; the ones before it are in place.
   */
  async write(objects: Iterable<UnwrittenObject>): Promise<void> {
    const turn = new Turn();
    for (const object of objects) {
      const file = this.locate(object.oid);
      try {
        if (!this.refresh(file)) {
          const { type, content } = object;
          const header = objectHeader(type, content.length);
          const deflated = deflateObject(type, Buffer.concat([header, content]));
          this.place(file, deflated instanceof Buffer ? deflated : await deflated);
        }
      } catch (error) {
        throw new ObjectWriteError(
          `The ${object.type} ${object.oid} could not be written to "${this.objectsFolder}": ` +
            `${(error as Error).message}. Nothing refers to it; mend the cause and try again.`,
          { cause: error, details: { oid: object.oid, path: file } },
        );
      }
      if (turn.isOver()) await turn.next();
    }
  }

  private locate(oid: string): string {
    return path.join(this.objectsFolder, oid.slice(0, 2), oid.slice(2));
  }

  /**
   * Whether the object is there already. Its time is set to now, as Git does, so that a `git gc` that runs
   * meanwhile does not take it for forgotten. An empty file, as a power failure leaves it, does not count.
   */
  private refresh(file: string): boolean {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0) return false;
    const now = Date.now() / 1000;
    try {
      utimesSync(file, now, now);
      return true;
    } catch {
      // Swept away in between, or somebody else's file whose time is not ours to set: write it anew.
      return false;
    }
  }

  /** Puts the file there in one step: complete under another name first. */
  private place(file: string, bytes: Buffer): void {
    // All in one folder: a file system lays out files by the folder that they are created in, and creating them
    // in 256 different ones costs several times as much.
    const temporary = path.join(this.objectsFolder, `${this.temporaryPrefix}${this.temporaryFiles++}`);
    const descriptor = openSync(temporary, 'wx', OBJECT_PERMISSIONS);
    try {
      try {
        writeFileSync(descriptor, bytes);
      } finally {
        closeSync(descriptor);
      }
      moveIntoPlace(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
}

/** Renames a file; makes the folder when there is none yet, or `git gc` has taken the empty one away. */
function moveIntoPlace(temporary: string, file: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(temporary, file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === MOVE_ATTEMPTS) throw error;
      mkdirSync(path.dirname(file), { recursive: true });
    }
  }
}

/** `git prune-packed` may take the empty folder away again and again, but not this often in a row. */
const MOVE_ATTEMPTS = 10;
