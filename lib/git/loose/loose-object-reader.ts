import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { decodeObject, decodeObjectHeader, MAX_HEADER_BYTES } from '../../object/object-codec';
import type { DecodedObject } from '../../object/object-codec';
import type { ObjectType } from '../../object/oid';
import { inflateExactly, inflateInto, storedBlock } from '../compression/inflate';
import { damagedObject } from '../object-errors';
import { ON_THE_SPOT_BYTES, TOO_LARGE } from '../on-the-spot';
import type { TooLarge } from '../on-the-spot';
import { looseObjectFile } from './loose-object-file';

const inflateInBackground = promisify(inflate);

/** Where objects are inflated whose size is not known yet: it is part of what is inflated. */
const scratch = Buffer.allocUnsafeSlow(16 * 1024);

/**
 * Reads an object from its own file, if it has one.
 *
 * Much faster than through the binding, and safe: libgit2 1.9 never comes back from a file that was cut short, as
 * a crash of the machine leaves them.
 *
 * @param objectsFolder An `objects` folder.
 * @returns undefined when the object is not loose there: it is in a pack, in an alternate, or not there.
 * @throws InvalidObjectError when the file is damaged.
 */
export async function readLooseObject(
  objectsFolder: string,
  oid: string,
): Promise<DecodedObject | undefined> {
  const object = readLooseObjectNow(objectsFolder, oid);
  if (object !== TOO_LARGE) return object;
  const file = looseObjectFile(objectsFolder, oid);
  try {
    return decodeObject(oid, await inflateInBackground(await readFile(file)));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw damagedObject(oid, file, error);
  }
}

/** As {@link readLooseObject}, on the spot, unless the object is too large for that. */
export function readLooseObjectNow(objectsFolder: string, oid: string): DecodedObject | TooLarge | undefined {
  return withFile(objectsFolder, oid, (bytes) => {
    const stored = storedBlock(bytes, 0);
    if (stored) return decodeObject(oid, stored);
    const length = inflateInto(bytes, 0, scratch);
    // A copy, for the next one is put into the same place.
    if (length < scratch.length) return decodeObject(oid, Buffer.from(scratch.subarray(0, length)));
    const header = decodeObjectHeader(scratch);
    const whole = header.length + header.size;
    return whole > ON_THE_SPOT_BYTES ? TOO_LARGE : decodeObject(oid, inflateExactly(bytes, 0, whole));
  });
}

/**
 * What kind of object has a file of its own, on the spot; the content is not looked at.
 *
 * @returns undefined when the object is not loose there.
 * @throws InvalidObjectError when the file is damaged where it begins.
 */
export function readLooseType(objectsFolder: string, oid: string): ObjectType | TooLarge | undefined {
  return withFile(objectsFolder, oid, (bytes) => {
    const head = scratch.subarray(0, MAX_HEADER_BYTES);
    return decodeObjectHeader(head.subarray(0, inflateInto(bytes, 0, head))).type;
  });
}

function withFile<T>(
  objectsFolder: string,
  oid: string,
  use: (bytes: Buffer) => T,
): T | TooLarge | undefined {
  const file = looseObjectFile(objectsFolder, oid);
  try {
    // That a file is missing costs much less to be told than to be thrown.
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return undefined;
    return size > ON_THE_SPOT_BYTES ? TOO_LARGE : use(readWhole(file, size));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw damagedObject(oid, file, error);
  }
}

/** `readFileSync` would ask for the size again. */
function readWhole(file: string, size: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(size);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, size, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** The object may have been packed, and its file deleted, since. */
function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
