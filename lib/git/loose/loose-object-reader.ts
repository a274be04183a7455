import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';
import { decodeObject } from '../../object/object-codec';
import type { DecodedObject } from '../../object/object-codec';
import { looseObjectFile } from './loose-object-file';
import { damagedObject } from '../object-errors';

const inflateInBackground = promisify(inflate);

/** Up to this size a file is read and inflated on the spot, for a hop to another thread alone costs more. */
const ON_THE_SPOT_BYTES = 32 * 1024;

/** zlib allocates its output in chunks of this size; the default is made for larger data, and costs more. */
const SMALL_CHUNK = 2048;

/**
 * Reads an object from its own file, if it has one.
 *
 * Twice as fast as through the binding, and safe: libgit2 1.9 never comes back from a file that was cut short, as
 * a crash of the machine leaves them.
 *
 * @param objectsFolder The `objects` folder of the repository.
 * @returns undefined when the object is not loose: it is in a pack, in an alternate, or not there.
 * @throws InvalidObjectError when the file is damaged.
 */
export async function readLooseObject(
  objectsFolder: string,
  oid: string,
): Promise<DecodedObject | undefined> {
  const file = looseObjectFile(objectsFolder, oid);
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return undefined;
    return decodeObject(oid, size <= ON_THE_SPOT_BYTES ? inflateSmall(file) : await inflateLarge(file));
  } catch (error) {
    // It may have been packed, and its file deleted, since.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw damagedObject(oid, file, error);
  }
}

function inflateSmall(file: string): Buffer {
  return inflateSync(readFileSync(file), { chunkSize: SMALL_CHUNK });
}

async function inflateLarge(file: string): Promise<Buffer> {
  return inflateInBackground(await readFile(file));
}
