import { PathConflictError } from '../errors';
import { andThen } from './awaitable';
import type { Awaitable } from './awaitable';
import { fromByteName, toByteName } from './byte-name';
import type { ByteName } from './byte-name';
import { FileMode, isTreeMode, kindOfMode } from './file-mode';
import type { EntryKind } from './file-mode';
import { NodeEntry } from './node-entry';
import type { Gatherer, UnwrittenObject } from './node-entry';
import { hashObject, toByteOid } from './oid';
import type { ByteOid } from './oid';
import { parsePath } from './path';
import { TreeNode } from './tree-node';

/** Where a staged tree gets the folders from that it has not loaded. */
export interface TreeSource {
  /** The folder stored under this oid; without a promise when there is nothing to wait for. */
  readTree(oid: ByteOid): Awaitable<TreeNode>;
}

/** An entry of a tree, as the outside sees it. */
export interface TreeEntry {
  /**
   * The entry's own name, without the folders above it. Names are bytes in Git: each that is not part of UTF-8 is half of a
   * surrogate pair here, U+DC80 to U+DCFF, as in Python (https://peps.python.org/pep-0383/), so that the path leads back to the entry.
   */
  readonly name: string;
  /** The path from the root. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Git's mode, for example `0o100644`. */
  readonly mode: number;
  readonly oid: string;
}

/** An entry together with content that may be in memory only. */
export interface StagedEntry extends TreeEntry {
  /** A blob's content while it is not in the object database. */
  readonly content: Buffer | undefined;
}

/**
 * A tree of files in memory: what a workspace has staged. Immutable: every edit gives a new tree that shares
 * all but the edited path with the old one, so keeping an old tree around costs nothing and going back to it
 * is an assignment. Folders are loaded when a path leads into them.
 */
export class StagedTree {
  private constructor(
    /** The folder of all others. */
    readonly root: TreeNode,
    private readonly source: TreeSource,
  ) {}

  /** The tree with this folder as its root. */
  static of(root: TreeNode, source: TreeSource): StagedTree {
    return new StagedTree(root, source);
  }

  /** The tree without entries. */
  static empty(source: TreeSource): StagedTree {
    return new StagedTree(TreeNode.empty(), source);
  }

  /** The tree that is stored under this oid. */
  static async load(oid: string, source: TreeSource): Promise<StagedTree> {
    return new StagedTree(await source.readTree(toByteOid(oid)), source);
  }

  /** The oid of the root tree, computed when asked for. The tree need not be in the object database. */
  get oid(): string {
    return this.root.oid;
  }

  /** Whether both trees hold the same. Costs nothing when one was made from the other without an edit. */
  equals(other: StagedTree): boolean {
    return this.root === other.root || this.oid === other.oid;
  }

  /**
   * The entry at a path, or undefined.
   *
   * @throws InvalidPathError when no tree could have such a path.
   */
  async entry(path: string): Promise<StagedEntry | undefined> {
    return this.lookUp(path);
  }

  /** The same as {@link entry}; without a promise when there is nothing to wait for. */
  lookUp(path: string): Awaitable<StagedEntry | undefined> {
    const names = parseNames(path);
    return andThen(
      this.find(names),
      (entry) => entry && describeEntry(folderOf(path), names.at(-1) as ByteName, entry),
    );
  }

  /**
   * The entries of a folder, by the bytes of their names; the root's for `''`. Undefined when there is no
   * folder at the path.
   */
  async list(path: string): Promise<Iterable<StagedEntry> | undefined> {
    const folder = await this.folder(path);
    return folder && listFolder(path, folder);
  }

  /** Every entry below a folder, folders before what is in them; of the whole tree for `''`. */
  async *walk(path = ''): AsyncGenerator<StagedEntry, void> {
    const folder = await this.folder(path);
    if (folder) yield* this.walkFolder(path, folder);
  }

  /**
   * This tree with a file of this content at the path; missing folders are made.
   *
   * @param oid The blob's oid, if it is known already.
   */
  withBlob(
    path: string,
    content: Buffer,
    mode: number = FileMode.BLOB,
    oid = hashObject('blob', content),
  ): Promise<StagedTree> {
    return this.put(path, NodeEntry.blob(content, toByteOid(oid), mode));
  }

  /** This tree with an object that is stored already at the path; missing folders are made. */
  withEntry(path: string, entry: { readonly mode: number; readonly oid: string }): Promise<StagedTree> {
    return this.put(path, NodeEntry.stored(entry.mode, toByteOid(entry.oid)));
  }

  /** This tree with what another one has at a path, be it a folder; the same tree where that has nothing. */
  async withCopy(path: string, other: StagedTree): Promise<StagedTree> {
    const entry = await other.find(parseNames(path));
    return entry ? this.put(path, entry) : this;
  }

  /**
   * This tree with the entry at `from`, and all that is below it, at `to` instead.
   *
   * @returns undefined when there is nothing at `from`.
   */
  async withMoved(from: string, to: string): Promise<StagedTree | undefined> {
    const entry = await this.find(parseNames(from));
    return entry && (await this.without(from)).put(to, entry);
  }

  /** This tree without the entry at the path; folders that become empty go too. The same tree when there is none. */
  async without(path: string): Promise<StagedTree> {
    const names = parseNames(path);
    if (!(await this.find(names))) return this;
    const folders = await this.foldersAbove(names);
    let depth = names.length - 1;
    while (depth > 0 && folders[depth]?.size === 1) depth--;
    const pruned = (folders[depth] as TreeNode).without(names[depth] as ByteName);
    return this.withFolder(names, folders.slice(0, depth), pruned);
  }

  /** The objects of this tree that the object database may lack; see {@link TreeNode.unwritten}. */
  unwritten(gatherer?: Gatherer): Generator<UnwrittenObject, void> {
    return this.root.unwritten(gatherer);
  }

  /** Lets go of what is held in memory: all that is {@link unwritten} has been written. */
  settle(): void {
    this.root.settle();
  }

  private async put(path: string, entry: NodeEntry): Promise<StagedTree> {
    const names = parseNames(path, kindOfMode(entry.mode));
    const folders = await this.foldersAbove(names, { create: true });
    const folder = folders.at(-1) as TreeNode;
    const name = names.at(-1) as ByteName;
    const existing = folder.get(name);
    if (existing && isTreeMode(existing.mode) !== isTreeMode(entry.mode)) {
      throw new PathConflictError(
        `There is a ${kindOfMode(existing.mode)} at "${path}", so no ${kindOfMode(entry.mode)} can be put there; ` +
          'remove it first.',
        { details: { path } },
      );
    }
    if (existing?.mode === entry.mode && existing.byteOid === entry.byteOid) return this;
    return this.withFolder(names, folders.slice(0, -1), folder.with(name, entry));
  }

  /** This tree with a changed folder, below the given ones on the way to it. */
  private withFolder(names: readonly ByteName[], above: readonly TreeNode[], changed: TreeNode): StagedTree {
    const root = above.reduceRight(
      (child, folder, depth) => folder.with(names[depth] as ByteName, NodeEntry.folder(child)),
      changed,
    );
    return new StagedTree(root, this.source);
  }

  /** The folder at a path, the root for `''`; undefined when there is none. */
  folder(path: string): Awaitable<TreeNode | undefined> {
    if (path === '') return this.root;
    return andThen(this.find(parseNames(path)), (entry) =>
      entry && isTreeMode(entry.mode) ? this.open(entry) : undefined,
    );
  }

  /** The folder that an entry of one of this tree's folders stands for. */
  open(folder: NodeEntry): Awaitable<TreeNode> {
    return folder.node ?? this.source.readTree(folder.byteOid);
  }

  /** The entry that these names, from `depth` on, lead to from a folder. */
  find(names: readonly ByteName[], from: TreeNode = this.root, depth = 0): Awaitable<NodeEntry | undefined> {
    let folder = from;
    for (let level = depth; level < names.length - 1; level++) {
      const entry = folder.get(names[level] as ByteName);
      if (!entry || !isTreeMode(entry.mode)) return undefined;
      const opened = this.open(entry);
      if (opened instanceof Promise) return opened.then((node) => this.find(names, node, level + 1));
      folder = opened;
    }
    return folder.get(names.at(-1) as ByteName);
  }

  /**
   * The folders on the way to an entry, the root first: one for each name, fewer when the path leaves the
   * tree. With `create`, empty folders go on from there.
   *
   * @throws PathConflictError with `create`, when something that is no folder is in the way.
   */
  private async foldersAbove(names: readonly ByteName[], { create = false } = {}): Promise<TreeNode[]> {
    let folder = this.root;
    const folders = [folder];
    for (const name of names.slice(0, -1)) {
      const entry = folder.get(name);
      if (entry && isTreeMode(entry.mode)) {
        folder = await this.open(entry);
      } else if (!create) {
        break;
      } else if (entry) {
        throw inTheWay(names, folders.length, entry);
      } else {
        folder = TreeNode.empty();
      }
      folders.push(folder);
    }
    return folders;
  }

  private async *walkFolder(path: string, folder: TreeNode): AsyncGenerator<StagedEntry, void> {
    for (const [name, entry] of folder.list()) {
      const described = describeEntry(path, name, entry);
      yield described;
      if (described.kind === 'tree') yield* this.walkFolder(described.path, await this.open(entry));
    }
  }
}

/** The names on a path; see {@link parsePath}. */
export function parseNames(path: string, kind?: EntryKind): ByteName[] {
  return parsePath(path, kind).map(toByteName);
}

function inTheWay(names: readonly ByteName[], depth: number, entry: NodeEntry): PathConflictError {
  const path = names.map(fromByteName).join('/');
  const blocked = names.slice(0, depth).map(fromByteName).join('/');
  return new PathConflictError(
    `"${path}" needs a folder at "${blocked}", but there is a ${kindOfMode(entry.mode)}; remove it first.`,
    { details: { path: blocked } },
  );
}

function* listFolder(path: string, folder: TreeNode): Generator<StagedEntry, void> {
  for (const [name, entry] of folder.list()) yield describeEntry(path, name, entry);
}

/** An entry of a folder, as the outside sees it. */
export function describeEntry(folder: string, byteName: ByteName, entry: NodeEntry): StagedEntry {
  return {
    name: fromByteName(byteName),
    path: joinPath(folder, byteName),
    kind: kindOfMode(entry.mode),
    mode: entry.mode,
    // A changed folder has to be hashed for its oid, so that waits until somebody reads it.
    get oid() {
      return entry.oid;
    },
    content: entry.content,
  };
}

/** The path of an entry of a folder. */
export function joinPath(folder: string, byteName: ByteName): string {
  const name = fromByteName(byteName);
  return folder === '' ? name : `${folder}/${name}`;
}

/** The path of the folder that an entry is in; `''` for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
