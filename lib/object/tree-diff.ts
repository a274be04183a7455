import type { ByteName } from './byte-name';
import { isTreeMode } from './file-mode';
import { describeEntry, joinPath } from './staged-tree';
import type { StagedEntry, StagedTree } from './staged-tree';
import { TreeNode } from './tree-node';
import type { NodeEntry } from './tree-node';

/** A path at which two trees do not have the same. What is there is never a folder. */
export interface PathChange {
  readonly path: string;
  /** What the first tree has there; undefined when that is nothing, or a folder. */
  readonly before: StagedEntry | undefined;
  /** What the second tree has there. */
  readonly after: StagedEntry | undefined;
}

/**
 * What differs between two trees, by the bytes of the names on the paths. Folders that are equal are not read, so it
 * costs what has changed, not what there is. A file in whose place a folder has come is a change of its own, beside those
 * of what is in the folder.
 *
 * @param path Only what is in this folder, or is at this path. Default: all.
 */
export async function* diffPaths(
  from: StagedTree,
  to: StagedTree,
  path = '',
): AsyncGenerator<PathChange, void> {
  const walk = await begin(from, to, path);
  for (let step = walk.next(); !step.done;) {
    if (step.value instanceof Promise) {
      step = walk.next(await step.value);
      continue;
    }
    yield step.value;
    step = walk.next();
  }
}

/** Finds changes; a promise is of a folder, to be handed back when it has come. */
type Walk = Generator<PathChange | Promise<TreeNode>, void, TreeNode | undefined>;

async function begin(from: StagedTree, to: StagedTree, path: string): Promise<Walk> {
  if (path === '') return walkFolders(to, '', from.root, to.root);
  const [before, after] = [await from.lookUp(path), await to.lookUp(path)];
  const [folderBefore, folderAfter] = [await from.folder(path), await to.folder(path)];
  return (function* (): Walk {
    const change = { path, before: leaf(before), after: leaf(after) };
    if (!isSameLeaf(change)) yield change;
    yield* walkFolders(to, path, folderBefore, folderAfter);
  })();
}

function leaf(entry: StagedEntry | undefined): StagedEntry | undefined {
  return entry?.kind === 'tree' ? undefined : entry;
}

function isSameLeaf({ before, after }: PathChange): boolean {
  return before?.oid === after?.oid && before?.mode === after?.mode;
}

/** @param tree Whose source knows the folders of both trees. */
function* walkFolders(
  tree: StagedTree,
  path: string,
  from: TreeNode = TreeNode.empty(),
  to: TreeNode = TreeNode.empty(),
): Walk {
  for (const [name, before, after] of from.differences(to)) yield* compare(tree, path, name, before, after);
}

function* compare(
  tree: StagedTree,
  folder: string,
  name: ByteName,
  before: NodeEntry | undefined,
  after: NodeEntry | undefined,
): Walk {
  const [inside, outside] = [subfolder(before), subfolder(after)];
  const [old, now] = [
    before && !inside ? describeEntry(folder, name, before) : undefined,
    after && !outside ? describeEntry(folder, name, after) : undefined,
  ];
  const described = old ?? now;
  if (described) yield { path: described.path, before: old, after: now };
  if (!inside && !outside) return;
  yield* walkFolders(
    tree,
    joinPath(folder, name),
    inside && (yield* open(tree, inside)),
    outside && (yield* open(tree, outside)),
  );
}

function subfolder(entry: NodeEntry | undefined): NodeEntry | undefined {
  return entry && isTreeMode(entry.mode) ? entry : undefined;
}

function* open(
  tree: StagedTree,
  entry: NodeEntry,
): Generator<Promise<TreeNode>, TreeNode, TreeNode | undefined> {
  const folder = tree.open(entry);
  return folder instanceof Promise ? ((yield folder) as TreeNode) : folder;
}
