import fc from 'fast-check';
import { FileMode } from '../../lib/object/file-mode';
import { StagedTree } from '../../lib/object/staged-tree';
import { diffPaths } from '../../lib/object/tree-diff';
import type { PathChange } from '../../lib/object/tree-diff';
import { MemoryTrees } from './memory-trees';

type Files = Readonly<Record<string, string>>;

let source: MemoryTrees;

beforeEach(() => {
  source = new MemoryTrees();
});

async function treeOf(files: Files, start = StagedTree.empty(source)): Promise<StagedTree> {
  let tree = start;
  for (const [path, content] of Object.entries(files)) tree = await tree.withBlob(path, Buffer.from(content));
  return tree;
}

/** The tree read anew, of which no folder is in memory. */
async function stored(tree: StagedTree): Promise<StagedTree> {
  source.write(tree);
  const loaded = await StagedTree.load(tree.oid, source);
  source.reads.length = 0;
  return loaded;
}

async function changesOf(from: StagedTree, to: StagedTree, path?: string): Promise<PathChange[]> {
  const changes: PathChange[] = [];
  await diffPaths(from, to, (change) => void changes.push(change), path);
  return changes;
}

async function pathsOf(from: StagedTree, to: StagedTree, path?: string): Promise<string[]> {
  return (await changesOf(from, to, path)).map(
    ({ path, before, after }) => `${before ? '-' : ''}${after ? '+' : ''} ${path}`,
  );
}

/** Paths of few names, so that many of them are alike, and files come into the place of folders. */
const somePath = fc
  .array(fc.constantFrom('a', 'a.b', 'a-b', 'b', 'é'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));

/** Files of which none is in the place of another one's folder. */
const someFiles = fc.dictionary(somePath, fc.constantFrom('one', 'two'), { maxKeys: 12 }).map((files) => {
  const paths = Object.keys(files);
  return Object.fromEntries(
    Object.entries(files).filter(([path]) => !paths.some((other) => other.startsWith(`${path}/`))),
  );
});

describe('diffPaths', () => {
  it('gives what a plain comparison of all paths gives, by their bytes', async () => {
    await fc.assert(
      fc.asyncProperty(someFiles, someFiles, fc.boolean(), async (one, other, isStored) => {
        source = new MemoryTrees();
        const [made, changed] = [await treeOf(one), await treeOf(other)];
        const [from, to] = isStored ? [await stored(made), await stored(changed)] : [made, changed];
        const found = await changesOf(from, to);

        const expected = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
          (path) => one[path] !== other[path],
        );
        expect(found.map(({ path }) => path).sort()).toEqual(expected.sort());
        for (const { path, before, after } of found) {
          expect(before?.oid).toBe(
            (await from.entry(path))?.kind === 'blob' ? (await from.entry(path))?.oid : undefined,
          );
          expect(after?.oid).toBe(
            (await to.entry(path))?.kind === 'blob' ? (await to.entry(path))?.oid : undefined,
          );
        }
      }),
    );
  });

  it('does not read folders that are equal', async () => {
    const base = await treeOf({ 'a/x/1': '1', 'a/y/1': '1', 'b/1': '1', 'c/1': '1' });
    const from = await stored(base);
    const to = await stored(await treeOf({ 'a/x/1': '2' }, base));

    expect(await pathsOf(from, to)).toEqual(['-+ a/x/1']);
    // Of both trees, "a" and "a/x".
    expect(source.reads).toHaveLength(4);
  });

  it('reads nothing of equal trees', async () => {
    const tree = await treeOf({ 'a/x/1': '1', 'b/1': '1' });
    const [from, to] = [await stored(tree), await stored(tree)];

    expect(await pathsOf(from, to)).toEqual([]);
    expect(source.reads).toEqual([]);
  });

  it('takes a file for removed in whose place a folder has come, and the other way round', async () => {
    const file = await treeOf({ a: 'file', b: 'same' });
    const folder = await treeOf({ 'a/x': 'x', 'a/y': 'y', b: 'same' });

    expect(await pathsOf(file, folder)).toEqual(['- a', '+ a/x', '+ a/y']);
    expect(await pathsOf(folder, file)).toEqual(['+ a', '- a/x', '- a/y']);
  });

  it('takes another mode for a change', async () => {
    const file = await treeOf({ a: 'file' });
    const program = await file.withBlob('a', Buffer.from('file'), FileMode.EXECUTABLE);

    expect(await pathsOf(file, program)).toEqual(['-+ a']);
  });

  it('keeps to a folder, or to one path', async () => {
    const from = await treeOf({ 'a/x': '1', 'a/y': '1', 'b/x': '1' });
    const to = await treeOf({ 'a/x': '2', 'a/z': '1', 'b/x': '2' });

    expect(await pathsOf(from, to, 'a')).toEqual(['-+ a/x', '- a/y', '+ a/z']);
    expect(await pathsOf(from, to, 'a/x')).toEqual(['-+ a/x']);
    expect(await pathsOf(from, to, 'nowhere')).toEqual([]);
  });
});
