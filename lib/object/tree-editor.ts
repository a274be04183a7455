import type { ByteName } from './byte-name';
import { isTreeMode } from './file-mode';
import { NodeEntry } from './node-entry';
import type { UnwrittenObject } from './node-entry';
import { parseNames, StagedTree } from './staged-tree';
import type { TreeSource } from './staged-tree';
import { TreeNode } from './tree-node';
import type { NodeOwner } from './tree-node';

/** Done at once, or to be waited for: a folder has to be loaded first. */
type Soon<T> = T | Promise<T>;

/**
 * Makes a great many edits of a staged tree, in place where nobody else has seen the folder: one edit costs a
 * look-up in each folder on its path instead of a copy of each. What {@link tree} gives is not touched by later edits:
 * these copy what they change once more.
 */
export class TreeEditor {
  private owner: NodeOwner = { owns: 'folders' };
  private root: TreeNode;
  /** The present tree, if somebody has asked for it. */
  private seen: StagedTree | undefined;

  constructor(
    tree: StagedTree,
    private readonly source: TreeSource,
  ) {
    this.root = tree.root;
    this.seen = tree;
  }

  /** The tree as it is now. */
  get tree(): StagedTree {
    if (!this.seen) {
      this.seen = StagedTree.of(this.root, this.source);
      this.owner = { owns: 'folders' };
    }
    return this.seen;
  }

  /** Goes on from another tree. */
  reset(tree: StagedTree): void {
    this.root = tree.root;
    this.seen = tree;
  }

  /**
   * Adds an entry where nothing is; missing folders are made.
   *
   * @param names The names on its path, checked.
   * @returns false when there is something at the path, or something that is no folder on the way; then nothing has
   *   changed.
   */
  add(names: readonly ByteName[], entry: NodeEntry): Soon<boolean> {
    const last = names.length - 1;
    let folder = this.root;
    const folders = [folder];
    for (let depth = 0; depth < last; depth++) {
      const found = folder.get(names[depth] as ByteName);
      if (!found) break;
      if (!isTreeMode(found.mode)) return false;
      const node = found.node ?? this.source.readTree(found.byteOid);
      if (node instanceof Promise) {
        // It stays in memory from now on, for more is likely to be added to it.
        const path = names.slice(0, depth + 1);
        return node.then((loaded) => {
          this.put(path, folders, NodeEntry.folder(loaded.ownedBy(this.owner)));
          return this.add(names, entry);
        });
      }
      folder = node;
      folders.push(folder);
    }
    if (folders.length > last && folder.get(names[last] as ByteName)) return false;
    this.put(names, folders, entry);
    return true;
  }

  /**
   * Gives away what is in memory at a path, to be written: the file, or the folder and all in it. Only its oid is
   * kept.
   */
  async drain(path: string, write: (object: UnwrittenObject) => Promise<void> | undefined): Promise<void> {
    const names = parseNames(path);
    let folder = this.root;
    for (const [depth, name] of names.entries()) {
      const entry = folder.get(name);
      if (!entry?.isUnwritten) return;
      if (depth === names.length - 1) {
        for (const object of entry.unwritten()) {
          const room = write(object);
          if (room) await room;
        }
        entry.settle();
      } else {
        // A file has nothing below it.
        if (!entry.node) return;
        folder = entry.node;
      }
    }
  }

  private put(names: readonly ByteName[], folders: readonly TreeNode[], entry: NodeEntry): void {
    this.seen = undefined;
    const { owner } = this;
    let folder = (this.root = this.root.ownedBy(owner));
    const last = names.length - 1;
    for (let depth = 0; depth < last; depth++) {
      const name = names[depth] as ByteName;
      const before = folders[depth + 1];
      const owned = before ? before.ownedBy(owner) : TreeNode.empty(owner);
      folder.edit(name, owned === before ? undefined : NodeEntry.folder(owned));
      folder = owned;
    }
    folder.edit(names[last] as ByteName, entry);
  }
}
