import type { ByteName } from './byte-name';
import type { EncodedEntries } from './encoded-entries';
import { isTreeMode } from './file-mode';
import type { NodeEntry } from './node-entry';
import { isBeforeFolder } from './tree-codec';

/** How many edits there may be at least, and at most. */
const [FEW_EDITS, MANY_EDITS] = [32, 512];

/** For how many entries there may be one edit. */
const ENTRIES_PER_EDIT = 32;

/** With more edits of so many entries a tree of them all is sooner made than the list of edits is copied for each. */
export function mostEdits(size: number): number {
  return Math.min(Math.max(FEW_EDITS, Math.floor(size / ENTRIES_PER_EDIT)), MANY_EDITS);
}

/** One entry that is not the encoded one. */
export interface Edit {
  readonly name: ByteName;
  /** What is there instead; undefined for nothing. */
  readonly entry: NodeEntry | undefined;
  /** The first of the encoded entries whose name is not less. */
  readonly place: number;
  /** Whether that one has the same name. */
  readonly replaces: boolean;
}

/** Encoded entries whose objects are in memory only. There are very many where much is staged, and asked for its oid meanwhile. */
type Unwritten = ReadonlyMap<ByteName, NodeEntry>;

/**
 * The entries of a folder of which a few were edited: encoded ones, and what is not as it is encoded. Most commits change one
 * entry of each folder on their way, and to copy the bytes of the others takes a small part of what it takes to decode and
 * to encode them.
 *
 * What the entries are never changes; how they are held does when they are encoded.
 */
export class EditedEntries {
  private constructor(
    private encoded: EncodedEntries,
    private unwritten: Unwritten,
    /** By the bytes of their names. */
    private edits: readonly Edit[],
  ) {}

  /** Entries to edit, all of whose objects are in the object database. */
  static of(stored: EncodedEntries): EditedEntries {
    return new EditedEntries(stored, new Map(), []);
  }

  get size(): number {
    return this.edits.reduce((size, edit) => size + growthOf(edit), this.encoded.size);
  }

  /** The entry of a name; undefined when there is none. */
  get(name: ByteName): NodeEntry | undefined {
    const edit = this.edits[placeOf(this.edits, name)];
    return edit?.name === name ? edit.entry : (this.unwritten.get(name) ?? this.encoded.get(name));
  }

  /** All entries, by the bytes of their names; also when these are encoded before the last one was asked for. */
  *entries(): IterableIterator<[ByteName, NodeEntry]> {
    // The places of the edits are those of the encoded entries that they were made for.
    const { encoded, unwritten, edits } = this;
    let next = 0;
    for (const { name, entry, place, replaces } of edits) {
      yield* encodedEntries(encoded, unwritten, next, place);
      if (entry) yield [name, entry];
      next = replaces ? place + 1 : place;
    }
    yield* encodedEntries(encoded, unwritten, next, encoded.size);
  }

  /**
   * These entries with one added, replaced or, where there is none, removed.
   *
   * @returns undefined when that makes too many edits, or the order of the names is not that of the entries any more.
   */
  with(name: ByteName, entry: NodeEntry | undefined): EditedEntries | undefined {
    const { encoded, edits } = this;
    const at = placeOf(edits, name);
    const known = edits[at]?.name === name ? edits[at] : undefined;
    const place = known?.place ?? encoded.search(name);
    const replaces = known?.replaces ?? encoded.isAt(place, name);
    const [before, after] = [edits.slice(0, at), edits.slice(known ? at + 1 : at)];
    if (entry && !this.fits({ name, entry, place, replaces }, entry, before.at(-1), after[0]))
      return undefined;
    const changed = [...before, ...(entry || replaces ? [{ name, entry, place, replaces }] : []), ...after];
    if (changed.length > mostEdits(encoded.size)) return undefined;
    return new EditedEntries(encoded, this.unwritten, changed);
  }

  /** The tree object. */
  encode(): Buffer {
    this.unwritten = this.findUnwritten();
    this.encoded = this.encoded.withEdits(this.edits);
    this.edits = [];
    return this.encoded.encode();
  }

  /** The entries whose objects the object database may lack. */
  listUnwritten(): NodeEntry[] {
    return [...this.findUnwritten().values()];
  }

  /** These entries when all their objects are in the object database. */
  settled(): EncodedEntries {
    return this.edits.length > 0 ? this.encoded.withEdits(this.edits) : this.encoded;
  }

  private findUnwritten(): Unwritten {
    const found = new Map<ByteName, NodeEntry>();
    for (const [name, entry] of this.unwritten) if (entry.isUnwritten) found.set(name, entry);
    for (const { name, entry } of this.edits) {
      if (entry?.isUnwritten) found.set(name, entry);
      else found.delete(name);
    }
    return found;
  }

  /**
   * Whether Git's order has an entry between the same neighbours as the bytes of the names: not if one of them is a folder.
   * Neighbours that were removed count too, which at worst makes a B+ tree of a folder that could do without.
   */
  private fits({ name, place, replaces }: Edit, { mode }: NodeEntry, before?: Edit, after?: Edit): boolean {
    const { encoded } = this;
    if (replaces && encoded.modeOf(place) === mode) return true;
    const [previous, next] = [place - 1, replaces ? place + 1 : place];
    const follows =
      (previous >= 0 &&
        isTreeMode(encoded.modeOf(previous)) &&
        isBeforeFolder(name, encoded.nameOf(previous))) ||
      (before?.entry && isTreeMode(before.entry.mode) && isBeforeFolder(name, before.name));
    const precedes =
      isTreeMode(mode) &&
      ((next < encoded.size && isBeforeFolder(encoded.nameOf(next), name)) ||
        (after && isBeforeFolder(after.name, name)));
    return !follows && !precedes;
  }
}

function* encodedEntries(
  encoded: EncodedEntries,
  unwritten: Unwritten,
  from: number,
  to: number,
): Generator<[ByteName, NodeEntry], void> {
  for (const [name, entry] of encoded.entries(from, to)) yield [name, unwritten.get(name) ?? entry];
}

/** The first place where the name of the edit is not less. */
function placeOf(edits: readonly Edit[], name: ByteName): number {
  let [low, high] = [0, edits.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edits[middle] as Edit).name < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function growthOf({ entry, replaces }: Edit): number {
  return (entry ? 1 : 0) - (replaces ? 1 : 0);
}
