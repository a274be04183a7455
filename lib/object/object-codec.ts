import { hashEncodedObject } from './oid';
import type { ObjectType } from './oid';

/** An object as it was stored. */
export interface DecodedObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

const HEADER = /^(blob|tree|commit|tag) (0|[1-9]\d*)$/;

/** The longest header there can be: `commit`, a space, and as many digits as a size has. */
export const MAX_HEADER_BYTES = 32;

/** What an object's header says, and how many bytes it takes. */
export interface ObjectHeader {
  readonly type: ObjectType;
  readonly size: number;
  readonly length: number;
}

/**
 * Reads an object's header.
 *
 * @param bytes The first {@link MAX_HEADER_BYTES} of the object, or more, or all.
 * @throws Error when they do not begin with a header.
 */
export function decodeObjectHeader(bytes: Buffer): ObjectHeader {
  const nul = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(0);
  const header = HEADER.exec(bytes.toString('latin1', 0, Math.max(nul, 0)));
  if (!header) throw new Error('it has no valid header');
  return { type: header[1] as ObjectType, size: Number(header[2]), length: nul + 1 };
}

/**
 * Takes an object, header and all, apart.
 *
 * Format: `<type> <size>\0<content>`,
 * https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 *
 * @throws Error that says what is wrong with the bytes; also when they are not those that have this oid.
 */
export function decodeObject(oid: string, bytes: Buffer): DecodedObject {
  const { type, size, length } = decodeObjectHeader(bytes);
  const content = bytes.subarray(length);
  if (content.length !== size) throw new Error('it does not have the size that its header says');
  if (hashEncodedObject(bytes) !== oid) throw new Error('its content has another oid');
  return { type, content };
}
