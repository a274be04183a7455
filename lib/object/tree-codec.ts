import { InvalidObjectError } from '../errors';
import type { ByteName } from './byte-name';
import { FileMode, isTreeMode } from './file-mode';
import { fromByteOid, OID_BYTES } from './oid';
import type { ByteOid } from './oid';

/** One entry as it stands in a tree object. */
export interface RawTreeEntry {
  readonly name: ByteName;
  readonly mode: number;
  readonly oid: ByteOid;
}

const SPACE = 0x20;
const NUL = 0x00;
const ZERO = 0x30;
const FOUR = 0x34;

/**
 * The entries of a tree object, in stored order.
 *
 * Format, for each entry: the mode in octal ASCII, a space, the name, NUL, the oid's 20 bytes. Git's
 * documentation: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_tree_objects
 *
 * @throws InvalidObjectError when the bytes are not a tree.
 */
export function decodeTree(oid: ByteOid, raw: Buffer): RawTreeEntry[] {
  const { starts } = boundsOfEntries(oid, raw);
  return starts.slice(1).map((end, place) => {
    const start = starts[place] as number;
    const space = endOfMode(raw, start);
    const nul = end - OID_BYTES - 1;
    return {
      mode: parseMode(raw, start, space),
      name: raw.toString('latin1', space + 1, nul),
      oid: raw.toString('latin1', nul + 1, end) as ByteOid,
    };
  });
}

/** How a tree object is divided. */
export interface TreeBounds {
  /** Where the entries begin, and where the last one ends. */
  readonly starts: readonly number[];
  /**
   * Whether the entries are in the order of the names' bytes, no name is there twice, and no mode begins with a zero, as some
   * programs have written folders'. (That is nearly Git's order, where a folder `a` comes behind a file `a.b`.)
   */
  readonly isPlain: boolean;
}

/**
 * Where the entries of a tree object are.
 *
 * @throws InvalidObjectError when the bytes are not a tree.
 */
export function boundsOfEntries(oid: ByteOid, raw: Buffer): TreeBounds {
  const starts = [0];
  const { length } = raw;
  let isPlain = true;
  let previous = 0;
  for (let start = 0; start < length;) {
    const name = endOfMode(raw, start) + 1;
    if (raw[start] === ZERO) isPlain = false;
    let nul = name;
    // NUL ends every name, and is less than all that may be in one.
    if (start > 0) {
      let before = previous;
      while (raw[nul] === raw[before] && raw[nul] !== NUL) {
        nul++;
        before++;
      }
      if ((raw[nul] ?? NUL) <= (raw[before] as number)) isPlain = false;
    }
    while (nul < length && raw[nul] !== NUL) nul++;
    const end = nul + 1 + OID_BYTES;
    if (name === 0 || nul === name || end > length) {
      const hex = fromByteOid(oid);
      throw new InvalidObjectError(`The tree ${hex} is malformed at byte ${start}; run "git fsck" on it.`, {
        details: { oid: hex, position: start },
      });
    }
    starts.push(end);
    previous = name;
    start = end;
  }
  return { starts, isPlain };
}

/**
 * The entry of this name in a tree object; undefined when it has none. Nothing but the entry is decoded, which takes a
 * tenth of the time.
 *
 * @param name The bytes of the name.
 */
export function findInTree(raw: Buffer, name: Buffer): RawTreeEntry | undefined {
  for (let at = 0; at < raw.length;) {
    const space = endOfMode(raw, at);
    if (space < 0) return undefined;
    const start = space + 1;
    let length = 0;
    while (length < name.length && raw[start + length] === name[length]) length++;
    let end = start + length;
    if (length === name.length && raw[end] === NUL) {
      if (end + 1 + OID_BYTES > raw.length) return undefined;
      return {
        mode: parseMode(raw, at, space),
        name: name.toString('latin1'),
        oid: raw.toString('latin1', end + 1, end + 1 + OID_BYTES) as ByteOid,
      };
    }
    while (end < raw.length && raw[end] !== NUL) end++;
    at = end + 1 + OID_BYTES;
  }
  return undefined;
}

/**
 * Where the space behind a mode of five or six octal digits is; -1 when there is no such mode. What is less than that of a
 * folder says of no kind what it is.
 */
function endOfMode(raw: Buffer, start: number): number {
  let at = start;
  while (((raw[at] ?? NUL) & ~0x07) === ZERO) at++;
  const length = at - start;
  if (raw[at] !== SPACE || (length !== 5 && length !== 6)) return -1;
  const hasKind = (raw[at - 5] as number) >= FOUR || (length === 6 && raw[start] !== ZERO);
  return hasKind ? at : -1;
}

function parseMode(raw: Buffer, start: number, end: number): number {
  let mode = 0;
  for (let at = start; at < end; at++) mode = mode * 8 + ((raw[at] as number) - ZERO);
  return mode;
}

/**
 * The content of a tree object.
 *
 * @param entries In the order of their names' bytes, which is nearly Git's; they may be put into Git's.
 */
export function encodeTree(entries: RawTreeEntry[]): Buffer {
  if (needsSorting(entries)) entries.sort(compareEntries);
  // One long string is made much faster than many short ones are written into a buffer.
  let text = '';
  for (const entry of entries) text += encodeEntry(entry);
  return Buffer.from(text, 'latin1');
}

/** An entry as it stands in a tree object, a character for each byte. */
export function encodeEntry({ name, mode, oid }: RawTreeEntry): string {
  return `${modeText(mode)} ${name}\0${oid}`;
}

function modeText(mode: number): string {
  switch (mode) {
    case FileMode.BLOB:
      return '100644';
    case FileMode.TREE:
      return '40000';
    default:
      return mode.toString(8);
  }
}

const SLASH = 0x2f;

/**
 * Git sorts by the bytes of the names, where a folder's name counts as if it ended with a slash
 * (`base_name_compare` in Git's read-cache.c; `git fsck` reports any other order). That differs from the order
 * of the names only where a folder's name is followed by one that goes on with a character before the slash.
 */
function needsSorting(entries: readonly RawTreeEntry[]): boolean {
  return entries.some(({ name, mode }, position) => {
    const next = entries[position + 1]?.name;
    return next !== undefined && isBeforeFolder(next, name) && isTreeMode(mode);
  });
}

/** Whether a name, by its bytes behind that of a folder, comes before the folder in a tree object. */
export function isBeforeFolder(name: ByteName, folder: ByteName): boolean {
  return name.startsWith(folder) && name.charCodeAt(folder.length) < SLASH;
}

function compareEntries(a: RawTreeEntry, b: RawTreeEntry): number {
  const left = isTreeMode(a.mode) ? a.name + '/' : a.name;
  const right = isTreeMode(b.mode) ? b.name + '/' : b.name;
  return left < right ? -1 : left > right ? 1 : 0;
}
