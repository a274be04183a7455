import { InvalidObjectError } from '../errors';
import type { ByteName } from './byte-name';
import { FileMode, isTreeMode } from './file-mode';

/** One entry as it stands in a tree object. */
export interface RawTreeEntry {
  readonly name: ByteName;
  readonly mode: number;
  readonly oid: string;
}

const SPACE = 0x20;
const NUL = 0x00;
const OID_BYTES = 20;

/**
 * The entries of a tree object, in stored order.
 *
 * Format, for each entry: the mode in octal ASCII, a space, the name, NUL, the oid's 20 bytes. Git's
 * documentation: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_tree_objects
 *
 * @throws InvalidObjectError when the bytes are not a tree.
 */
export function decodeTree(oid: string, raw: Buffer): RawTreeEntry[] {
  const entries: RawTreeEntry[] = [];
  let position = 0;
  while (position < raw.length) {
    const space = raw.indexOf(SPACE, position);
    const nul = space < 0 ? -1 : raw.indexOf(NUL, space);
    const end = nul + 1 + OID_BYTES;
    const mode = space < 0 ? NaN : parseMode(raw.toString('latin1', position, space));
    if (nul <= space + 1 || end > raw.length || Number.isNaN(mode)) {
      throw new InvalidObjectError(
        `The tree ${oid} is malformed at byte ${position}; run "git fsck" on it.`,
        {
          details: { oid, position },
        },
      );
    }
    entries.push({
      mode,
      name: raw.toString('latin1', space + 1, nul),
      oid: raw.toString('hex', nul + 1, end),
    });
    position = end;
  }
  return entries;
}

function parseMode(text: string): number {
  return /^[0-7]{5,6}$/.test(text) ? parseInt(text, 8) : NaN;
}

/** The content of a tree object with these entries; they may come in any order. */
export function encodeTree(entries: RawTreeEntry[]): Buffer {
  const sorted = entries.sort(compareEntries);
  let size = 0;
  for (const { name, mode } of sorted) size += modeText(mode).length + 1 + name.length + 1 + OID_BYTES;
  const raw = Buffer.allocUnsafe(size);
  let position = 0;
  for (const { name, mode, oid } of sorted) {
    position += raw.write(`${modeText(mode)} ${name}\0`, position, 'latin1');
    position += raw.write(oid, position, 'hex');
  }
  return raw;
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

/**
 * Git's order of tree entries: by the bytes of the names, where a folder's name counts as if it ended with a
 * slash (`base_name_compare` in Git's read-cache.c; `git fsck` reports any other order).
 */
function compareEntries(a: RawTreeEntry, b: RawTreeEntry): number {
  const left = isTreeMode(a.mode) ? a.name + '/' : a.name;
  const right = isTreeMode(b.mode) ? b.name + '/' : b.name;
  return left < right ? -1 : left > right ? 1 : 0;
}
