import { createHash } from 'node:crypto';
import { sha1 } from './sha1';

declare const IS_BYTES: unique symbol;

/**
 * An oid as it stands in a tree object: a string with one character (U+0000 to U+00FF) for each of 20 bytes. All other oids are
 * hexadecimal digits, and the compiler tells one from the other.
 */
export type ByteOid = string & { readonly [IS_BYTES]: true };

/** How many bytes an oid has. */
export const OID_BYTES = 20;

/** The four kinds of objects in a Git object database. */
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** The tree without entries; it need not be stored to be known. */
export const EMPTY_TREE_OID = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const OID = /^[0-9a-f]{40}$/;

/** Whether the value is a full object id: 40 lower-case hexadecimal digits. */
export function isOid(value: unknown): value is string {
  return typeof value === 'string' && OID.test(value);
}

/**
 * What stands before an object's content when it is hashed and stored: `<type> <size>\0`.
 *
 * Format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 */
export function objectHeader(type: ObjectType, size: number): Buffer {
  return Buffer.from(`${type} ${size}\0`, 'latin1');
}

/** The oid of an object: the SHA-1 of its header and content. Nothing has to be stored to know it. */
export function hashObject(type: ObjectType, content: Uint8Array): string {
  return hashAs('hex', type, content);
}

/** The same as bytes. */
export function byteHashObject(type: ObjectType, content: Uint8Array): ByteOid {
  return hashAs('binary', type, content) as ByteOid;
}

function hashAs(encoding: 'hex' | 'binary', type: ObjectType, content: Uint8Array): string {
  const { length } = content;
  if (length > JOINED_BYTES) {
    return createHash('sha1').update(objectHeader(type, length)).update(content).digest(encoding);
  }
  joined.set(content, HEADER_BYTES);
  return sha1(joined.subarray(writeHeader(type, length), HEADER_BYTES + length), encoding);
}

/**
 * Puts a header before what is at {@link HEADER_BYTES} in {@link joined}; byte by byte, which for so few of them is faster than a
 * call out of JavaScript.
 *
 * @returns where it begins.
 */
function writeHeader(type: ObjectType, size: number): number {
  let at = HEADER_BYTES - 1;
  joined[at] = 0;
  let rest = size;
  do {
    joined[--at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  } while (rest > 0);
  joined[--at] = 0x20;
  for (let letter = type.length - 1; letter >= 0; letter--) joined[--at] = type.charCodeAt(letter);
  return at;
}

/** As {@link hashObject}, of an object whose header stands before its content. */
export function hashEncodedObject(bytes: Uint8Array): string {
  return sha1(bytes);
}

/** Larger contents take longer to be copied behind their header than a stream takes to be made (measured). */
const JOINED_BYTES = 16 * 1024;

/** More than any header takes. */
const HEADER_BYTES = 32;

/** Where header and content are put together; every call is done with it when it returns. */
const joined = Buffer.allocUnsafeSlow(HEADER_BYTES + JOINED_BYTES);

/** The bytes of an oid. */
export function toByteOid(oid: string): ByteOid {
  // What is no oid becomes fewer bytes, and not those of the one before.
  return scratch.toString('latin1', 0, scratch.write(oid, 'hex')) as ByteOid;
}

/** The oid of these bytes. */
export function fromByteOid(bytes: ByteOid): string {
  scratch.write(bytes, 'latin1');
  return scratch.toString('hex');
}

/** Used again and again, which takes half as long as a buffer for each. */
const scratch = Buffer.alloc(OID_BYTES);
