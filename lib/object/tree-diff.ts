import type { Awaitable } from './awaitable';
import type { ByteName } from './byte-name';
import { isTreeMode } from './file-mode';
import { isSameEntry } from './node-entry';
import type { NodeEntry, NodePair } from './node-entry';
import { folderOf, joinPath, parseNames } from './staged-tree';
import type { StagedTree } from './staged-tree';
import { TreeNode } from './tree-node';

/** A path at which two trees do not have the same. What is there is never a folder. */
export interface PathChange {
  readonly path: string;
  /** What the first tree has there; undefined when that is nothing, or a folder. */
  readonly before: NodeEntry | undefined;
  /** What the second tree has there. */
  readonly after: NodeEntry | undefined;
}

/** What differs between two folders, and how many of these pairs were looked at. */
interface Level {
  readonly folder: string;
  readonly pairs: readonly NodePair[];
  done: number;
}

/**
 * What differs between two trees, by the bytes of the names on the paths. Folders that are equal are not read, so it
 * costs what has changed, not what there is. A file in whose place a folder has come is a change of its own, beside those
 * of what is in the folder.
 *
 * @param to Its source has to know the folders of both trees.
 * @param visit Gets each change; what it returns is waited for.
 * @param path Only what is in this folder, or is at this path. Default: all.
 */
export async function diffPaths(
  from: StagedTree,
  to: StagedTree,
  visit: (change: PathChange) => Awaitable<void>,
  path = '',
): Promise<void> {
  const open = (entry: NodeEntry | undefined): Awaitable<TreeNode> =>
    entry ? to.open(entry) : TreeNode.empty();
  const levels = [path === '' ? levelOf('', from.root, to.root) : await levelAt(path, from, to)];
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const pair = level.pairs[level.done++];
    if (!pair) {
      levels.pop();
      continue;
    }
    const [name, before, after] = pair;
    const at = joinPath(level.folder, name);
    const [folderBefore, folderAfter] = [folderIn(before), folderIn(after)];
    const change = {
      path: at,
      before: folderBefore ? undefined : before,
      after: folderAfter ? undefined : after,
    };
    // Nearly all that is to be waited for is there, and to await it would cost more than to look at it.
    if (change.before ?? change.after) {
      const visited = visit(change);
      if (visited instanceof Promise) await visited;
    }
    if (!folderBefore && !folderAfter) continue;
    const opened = open(folderBefore);
    const nodeBefore = opened instanceof Promise ? await opened : opened;
    const other = open(folderAfter);
    const nodeAfter = other instanceof Promise ? await other : other;
    levels.push(levelOf(at, nodeBefore, nodeAfter));
  }
}

function levelOf(folder: string, before: TreeNode, after: TreeNode): Level {
  return { folder, pairs: before.differences(after), done: 0 };
}

/** The one pair that there is at a path, if it differs. */
async function levelAt(path: string, from: StagedTree, to: StagedTree): Promise<Level> {
  const names = parseNames(path);
  const [before, after] = [await from.find(names), await to.find(names)];
  const isSame = isSameEntry(before, after);
  return {
    folder: folderOf(path),
    pairs: isSame ? [] : [[names.at(-1) as ByteName, before, after]],
    done: 0,
  };
}

function folderIn(entry: NodeEntry | undefined): NodeEntry | undefined {
  return entry && isTreeMode(entry.mode) ? entry : undefined;
}
