import BTree from 'sorted-btree';
import { InvalidObjectError } from '../errors';
import type { ByteName } from './byte-name';
import { EditedEntries } from './edited-entries';
import { EncodedEntries } from './encoded-entries';
import { isSameEntry, NodeEntry } from './node-entry';
import type { Gatherer, NodePair, UnwrittenObject } from './node-entry';
import { byteHashObject, fromByteOid } from './oid';
import type { ByteOid } from './oid';
import { decodeTree, encodeTree } from './tree-codec';
import type { RawTreeEntry } from './tree-codec';

type EntryTree = BTree<ByteName, NodeEntry>;

/** Entries that are added, replaced or, where there is none, removed. */
type Changes = readonly (readonly [name: ByteName, entry: NodeEntry | undefined])[];

/** Who may edit a folder in place: whoever has made it, and nobody else has seen it. Compared by identity. */
export interface NodeOwner {
  readonly owns: 'folders';
}

/**
 * One folder of a staged tree: immutable, unless an owner edits it in place, and sharing structure with the folder it
 * was made from. Its oid and its encoded form are computed when somebody asks.
 *
 * A few edits are held beside the entries as they are stored. Where there are many, or an owner edits, the entries are a B+ tree
 * that is copied on write, so that an edit of a folder with n entries costs O(log n) and leaves the original as it is.
 */
export class TreeNode {
  private encoded: Buffer | undefined;
  private knownOid: string | undefined;
  private gatherer: Gatherer | undefined;

  private constructor(
    private entries: EncodedEntries | EditedEntries | EntryTree,
    private knownByteOid: ByteOid | undefined,
    private stored: boolean,
    private owner?: NodeOwner,
  ) {}

  /** A folder without entries. */
  static empty(owner?: NodeOwner): TreeNode {
    return new TreeNode(owner ? treeOf([]) : EncodedEntries.NONE, undefined, false, owner);
  }

  /**
   * The folder that a stored tree object describes.
   *
   * @throws InvalidObjectError when the bytes are not a tree.
   */
  static decode(oid: ByteOid, raw: Buffer): TreeNode {
    return new TreeNode(EncodedEntries.of(oid, raw) ?? treeOfRaw(oid, decodeTree(oid, raw)), oid, true);
  }

  /** How many entries there are. */
  get size(): number {
    return this.entries.size;
  }

  get(name: ByteName): NodeEntry | undefined {
    return this.entries.get(name);
  }

  /** The entries by the bytes of their names. */
  list(): IterableIterator<[ByteName, NodeEntry]> {
    return this.entries.entries();
  }

  /** The entries that are not the same in another folder, by the bytes of their names. */
  differences(other: TreeNode): NodePair[] {
    if (this === other) return [];
    if (this.entries instanceof EncodedEntries && other.entries instanceof EncodedEntries) {
      return this.entries.differences(other.entries);
    }
    return differencesOf(this.list(), other.list());
  }

  /** This folder with the entry added or replaced. */
  with(name: ByteName, entry: NodeEntry): TreeNode {
    return this.withAll([[name, entry]]);
  }

  /** This folder without the entry. */
  without(name: ByteName): TreeNode {
    return this.withAll([[name, undefined]]);
  }

  /** This folder with all these entries added, replaced or, where there is none, removed; itself when there are no changes. */
  withAll(changes: Changes): TreeNode {
    if (changes.length === 0) return this;
    return new TreeNode(this.editList(changes) ?? this.editTree(changes), undefined, false);
  }

  /** This folder if the owner may edit it in place, else a copy for it to edit. */
  ownedBy(owner: NodeOwner): TreeNode {
    return this.owner === owner ? this : new TreeNode(this.editable().clone(), undefined, false, owner);
  }

  /** Adds or replaces an entry in place, or says that one is to be changed; only for the owner. */
  edit(name: ByteName, entry?: NodeEntry): void {
    if (entry) this.editable().set(name, entry);
    this.knownOid = undefined;
    this.knownByteOid = undefined;
    this.encoded = undefined;
  }

  /** The oid of this folder's tree object; changed folders below are hashed first. */
  get oid(): string {
    this.knownOid ??= fromByteOid(this.byteOid);
    return this.knownOid;
  }

  /** The same as bytes. As long as a folder is not written, all that is made of its parent asks for them. */
  get byteOid(): ByteOid {
    this.knownByteOid ??= byteHashObject('tree', this.encode());
    return this.knownByteOid;
  }

  /** The entries with some changes as a list of edits; undefined when that does not do. */
  private editList(changes: Changes): EditedEntries | undefined {
    const { entries } = this;
    if (entries instanceof BTree) return undefined;
    let edited: EditedEntries | undefined =
      entries instanceof EncodedEntries ? EditedEntries.of(entries) : entries;
    for (const [name, entry] of changes) {
      edited = edited.with(name, entry);
      if (!edited) return undefined;
    }
    return edited;
  }

  private editTree(changes: Changes): EntryTree {
    const entries = this.editable().clone();
    for (const [name, entry] of changes) {
      if (entry) entries.set(name, entry);
      else entries.delete(name);
    }
    return entries;
  }

  /** The entries as a tree, which is kept, so that it is not made again for the next edit. */
  private editable(): EntryTree {
    if (!(this.entries instanceof BTree)) this.entries = treeOf([...this.list()]);
    return this.entries;
  }

  private encode(): Buffer {
    this.encoded ??=
      this.entries instanceof BTree ? encodeTree(rawEntries(this.entries)) : this.entries.encode();
    return this.encoded;
  }

  /**
   * The objects below and with this folder that the object database may lack, children before their parents.
   *
   * @param gatherer Takes care of what this gives; what it does already is left out.
   */
  *unwritten(gatherer?: Gatherer): Generator<UnwrittenObject, void> {
    // One generator with a list of the folders on the way: of one within another each object would go through all of them.
    const way: { readonly node: TreeNode; readonly entries: readonly NodeEntry[]; next: number }[] = [];
    const enter = (node: TreeNode): void => {
      if (node.stored || (gatherer && node.gatherer === gatherer)) return;
      if (gatherer) node.gatherer = gatherer;
      way.push({ node, entries: node.unwrittenEntries(), next: 0 });
    };
    enter(this);
    for (let folder = way.at(-1); folder; folder = way.at(-1)) {
      const entry = folder.entries[folder.next++];
      if (entry?.node) {
        enter(entry.node);
      } else if (entry) {
        const file = entry.gather(gatherer);
        if (file) yield file;
      } else {
        way.pop();
        const { node } = folder;
        yield { type: 'tree', oid: node.oid, content: node.encode(), node };
      }
    }
  }

  private unwrittenEntries(): NodeEntry[] {
    if (this.entries instanceof EncodedEntries) return [];
    if (this.entries instanceof EditedEntries) return this.entries.listUnwritten();
    const found: NodeEntry[] = [];
    this.entries.forEachPair((_, entry) => {
      if (entry.isUnwritten) found.push(entry);
    });
    return found;
  }

  /** Lets go of what is held in memory: all that is {@link unwritten} has been written. */
  settle(): void {
    if (this.stored) return;
    for (const entry of this.unwrittenEntries()) entry.settle();
    this.entries = this.settledEntries();
    this.encoded = undefined;
    this.stored = true;
    // It may be in a cache from now on, under its oid.
    this.owner = undefined;
  }

  /** As they are stored, which the next edit can begin with; but an owner goes on with the tree. */
  private settledEntries(): EncodedEntries | EditedEntries | EntryTree {
    const { entries, encoded } = this;
    if (entries instanceof EditedEntries) return entries.settled();
    if (!(entries instanceof BTree) || this.owner || !encoded) return entries;
    return EncodedEntries.of(this.byteOid, encoded) ?? entries;
  }
}

function rawEntries(tree: EntryTree): RawTreeEntry[] {
  const raw: RawTreeEntry[] = [];
  tree.forEachPair((name, entry) => {
    raw.push({ name, mode: entry.mode, oid: entry.byteOid });
  });
  return raw;
}

function storedPair({ name, mode, oid }: RawTreeEntry): [ByteName, NodeEntry] {
  return [name, NodeEntry.stored(mode, oid)];
}

/** What differs between lists that are in the same order. */
function differencesOf(left: NodeEntries, right: NodeEntries): NodePair[] {
  const found: NodePair[] = [];
  let [a, b] = [nextOf(left), nextOf(right)];
  while (a ?? b) {
    const order = !b ? -1 : !a ? 1 : compareNames(a[0], b[0]);
    const [before, after] = [order <= 0 ? a?.[1] : undefined, order >= 0 ? b?.[1] : undefined];
    const [name] = (order <= 0 ? a : b) as [ByteName, NodeEntry];
    if (!isSameEntry(before, after)) found.push([name, before, after]);
    if (order <= 0) a = nextOf(left);
    if (order >= 0) b = nextOf(right);
  }
  return found;
}

type NodeEntries = Iterator<[ByteName, NodeEntry], unknown>;

function nextOf(entries: NodeEntries): [ByteName, NodeEntry] | undefined {
  const step = entries.next();
  return step.done === true ? undefined : step.value;
}

/** @throws InvalidObjectError when a name is there twice: an edit would drop one of the entries. */
function treeOfRaw(oid: ByteOid, entries: readonly RawTreeEntry[]): EntryTree {
  const tree = treeOf(entries.map(storedPair));
  if (tree.size === entries.length) return tree;
  const hex = fromByteOid(oid);
  throw new InvalidObjectError(`The tree ${hex} has several entries of one name; run "git fsck" on it.`, {
    details: { oid: hex },
  });
}

function treeOf(pairs: [ByteName, NodeEntry][]): EntryTree {
  return new BTree(pairs, compareNames);
}

function compareNames(a: ByteName, b: ByteName): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
