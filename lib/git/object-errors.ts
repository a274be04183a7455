import { InvalidObjectError } from '../errors';
import type { ObjectType } from '../object/oid';

/** The error for an object whose bytes in a file, its own or a pack, are not what they should be. */
export function damagedObject(oid: string, file: string, cause: unknown): InvalidObjectError {
  return new InvalidObjectError(
    `The object ${oid} is damaged: ${(cause as Error).message}. Run "git fsck", and fetch it anew from a clone.`,
    { cause, details: { oid, path: file } },
  );
}

/** The error for an object that is sound, but of another type than the one asked for. */
export function wrongType(oid: string, type: ObjectType, expected: ObjectType): InvalidObjectError {
  return new InvalidObjectError(`${oid} is a ${type}, not a ${expected}.`, {
    details: { oid, type, expected },
  });
}
