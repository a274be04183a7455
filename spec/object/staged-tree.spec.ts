import { FileMode } from '../../lib/object/file-mode';
import { EMPTY_TREE_OID, fromByteOid, hashObject, toByteOid } from '../../lib/object/oid';
import type { ByteOid } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { decodeTree, encodeTree } from '../../lib/object/tree-codec';
import { errorOf } from '../support/error-of';
import { runGit, temporaryRepository } from '../support/temporary-repository';
import { MemoryTrees } from './memory-trees';

const SOME_OID = '0123456789abcdef0123456789abcdef01234567';

let trees: MemoryTrees;

beforeEach(() => {
  trees = new MemoryTrees();
});

/** A tree of files whose content is their path. */
async function treeOf(...paths: string[]): Promise<StagedTree> {
  let tree = StagedTree.empty(trees);
  for (const path of paths) tree = await tree.withBlob(path, Buffer.from(path));
  return tree;
}

/** The same tree, written and loaded anew. */
async function stored(tree: StagedTree): Promise<StagedTree> {
  trees.write(tree);
  trees.reads.length = 0;
  return StagedTree.load(tree.oid, trees);
}

async function pathsOf(tree: StagedTree, path?: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of tree.walk(path)) paths.push(entry.path);
  return paths;
}

describe('a staged tree', () => {
  it('is empty to begin with', async () => {
    const tree = StagedTree.empty(trees);
    expect(tree.oid).toBe(EMPTY_TREE_OID);
    expect(await pathsOf(tree)).toEqual([]);
    expect([...((await tree.list('')) ?? [])]).toEqual([]);
  });

  it('describes an entry', async () => {
    const tree = await treeOf('page/hello/data.json');
    expect(await tree.entry('page/hello/data.json')).toEqual({
      name: 'data.json',
      path: 'page/hello/data.json',
      kind: 'blob',
      mode: FileMode.BLOB,
      oid: hashObject('blob', Buffer.from('page/hello/data.json')),
      content: Buffer.from('page/hello/data.json'),
    });
    expect(await tree.entry('page')).toMatchObject({
      name: 'page',
      path: 'page',
      kind: 'tree',
      mode: FileMode.TREE,
      content: undefined,
    });
  });

  it('lets go of content that was written', async () => {
    const tree = await treeOf('a');
    trees.write(tree);
    expect(await tree.entry('a')).toMatchObject({ content: undefined });
  });

  it('has no entry where there is none, nor below a file', async () => {
    const tree = await treeOf('a/b');
    expect(await tree.entry('c')).toBeUndefined();
    expect(await tree.entry('a/c')).toBeUndefined();
    expect(await tree.entry('a/b/c')).toBeUndefined();
    expect(await tree.entry('c/d/e')).toBeUndefined();
  });

  it('lists a folder by the bytes of the names', async () => {
    const tree = await treeOf('f/b', 'f/a/x', 'f/a-b', 'f/😀', 'f/\ufffd', 'f/a0', 'g');
    const names = [...((await tree.list('f')) ?? [])].map(({ name }) => name);
    expect(names).toEqual(['a', 'a-b', 'a0', 'b', '\ufffd', '😀']);
  });

  it('lists nothing where there is no folder', async () => {
    const tree = await treeOf('a/b');
    expect(await tree.list('c')).toBeUndefined();
    expect(await tree.list('a/b')).toBeUndefined();
    expect(await tree.list('a/b/c')).toBeUndefined();
  });

  it('walks folders before what is in them', async () => {
    const tree = await treeOf('b', 'a/x/1', 'a/x/2', 'a-b', 'a/y');
    expect(await pathsOf(tree)).toEqual(['a', 'a/x', 'a/x/1', 'a/x/2', 'a/y', 'a-b', 'b']);
    expect(await pathsOf(await stored(tree))).toEqual(['a', 'a/x', 'a/x/1', 'a/x/2', 'a/y', 'a-b', 'b']);
  });

  it('walks a folder, a missing one and a file', async () => {
    const tree = await treeOf('b', 'a/x/1', 'a/y');
    expect(await pathsOf(tree, 'a')).toEqual(['a/x', 'a/x/1', 'a/y']);
    expect(await pathsOf(tree, 'c')).toEqual([]);
    expect(await pathsOf(tree, 'b')).toEqual([]);
  });

  it('refuses paths that no tree can have', async () => {
    const tree = await treeOf('a');
    for (const path of ['', '/a', 'a/', 'a/../b', '.git/config']) {
      expect(await errorOf(() => tree.entry(path))).toMatchObject({ code: 'INVALID_PATH' });
      expect(await errorOf(() => tree.withBlob(path, Buffer.alloc(0)))).toMatchObject({
        code: 'INVALID_PATH',
      });
      expect(await errorOf(() => tree.without(path))).toMatchObject({ code: 'INVALID_PATH' });
      expect(await errorOf(() => tree.withMoved('a', path))).toMatchObject({ code: 'INVALID_PATH' });
      expect(await errorOf(() => tree.withMoved(path, 'b'))).toMatchObject({ code: 'INVALID_PATH' });
    }
  });

  it('equals another that holds the same', async () => {
    const one = await treeOf('a', 'b/c');
    const other = await (await treeOf('b/c', 'a', 'd')).without('d');
    expect(one.equals(other)).toBe(true);
    expect(one.equals(await stored(other))).toBe(true);
    expect(one.equals(await one.without('a'))).toBe(false);
  });
});

describe('an edit of a staged tree', () => {
  it('gives the same tree when it changes nothing', async () => {
    const tree = await treeOf('a', 'b/c');
    const oid = hashObject('blob', Buffer.from('a'));
    expect(await tree.withBlob('a', Buffer.from('a'))).toBe(tree);
    expect(await tree.withEntry('a', { mode: FileMode.BLOB, oid })).toBe(tree);
    expect(await tree.without('x')).toBe(tree);
    expect(await tree.without('b/x/y')).toBe(tree);
    expect(await tree.without('a/x')).toBe(tree);
  });

  it('replaces a file by one with other content or mode', async () => {
    const tree = await treeOf('a');
    const edited = await tree.withBlob('a', Buffer.from('a'), FileMode.EXECUTABLE);
    expect(await edited.entry('a')).toMatchObject({ kind: 'blob', mode: FileMode.EXECUTABLE });
    expect(await (await edited.withBlob('a', Buffer.from('b'))).entry('a')).toMatchObject({
      mode: FileMode.BLOB,
      content: Buffer.from('b'),
    });
  });

  it('replaces a file by a symbolic link or a submodule', async () => {
    const tree = await treeOf('a');
    expect(await (await tree.withBlob('a', Buffer.from('b'), FileMode.SYMLINK)).entry('a')).toMatchObject({
      kind: 'symlink',
    });
    const entry = { mode: FileMode.SUBMODULE, oid: SOME_OID };
    expect(await (await tree.withEntry('a', entry)).entry('a')).toMatchObject({
      kind: 'submodule',
      ...entry,
    });
  });

  it('puts a stored folder in with all that is in it', async () => {
    const folder = await treeOf('x/1', 'y');
    trees.write(folder);
    const tree = await (await treeOf('a')).withEntry('b/c', { mode: FileMode.TREE, oid: folder.oid });
    expect(await pathsOf(tree)).toEqual(['a', 'b', 'b/c', 'b/c/x', 'b/c/x/1', 'b/c/y']);
  });

  it.each([
    [
      'a file where a folder is',
      'a',
      'There is a tree at "a", so no blob can be put there; remove it first.',
      'a',
    ],
    ['a file below a file', 'b/c', '"b/c" needs a folder at "b", but there is a blob; remove it first.', 'b'],
    [
      'a file far below a file',
      'a/x/y/z',
      '"a/x/y/z" needs a folder at "a/x", but there is a blob; remove it first.',
      'a/x',
    ],
  ])('refuses %s', async (_, path, message, at) => {
    for (const tree of [await treeOf('a/x', 'b'), await stored(await treeOf('a/x', 'b'))]) {
      const error = await errorOf(() => tree.withBlob(path, Buffer.from('new')));
      expect(error).toMatchObject({ code: 'PATH_CONFLICT', message, details: { path: at } });
      expect(await pathsOf(tree)).toEqual(['a', 'a/x', 'b']);
    }
  });

  it('refuses a folder where a file is, and a file below a submodule', async () => {
    const entry = { mode: FileMode.SUBMODULE, oid: SOME_OID };
    const tree = await (await treeOf('a')).withEntry('m', entry);
    const folder = { mode: FileMode.TREE, oid: EMPTY_TREE_OID };
    expect(await errorOf(() => tree.withEntry('a', folder))).toMatchObject({ code: 'PATH_CONFLICT' });
    expect(await errorOf(() => tree.withBlob('m/x', Buffer.alloc(0)))).toMatchObject({
      code: 'PATH_CONFLICT',
      message: '"m/x" needs a folder at "m", but there is a submodule; remove it first.',
    });
  });

  it("refuses a folder or a link under the name of one of Git's own files", async () => {
    const folder = await treeOf('x');
    const tree = await folder.withMoved('x', 'y/x');
    for (const call of [
      () => folder.withEntry('.gitmodules', { mode: FileMode.TREE, oid: folder.oid }),
      () => folder.withEntry('a/.gitattributes', { mode: FileMode.SUBMODULE, oid: SOME_OID }),
      () => folder.withBlob('.gitmodules', Buffer.from('x'), FileMode.SYMLINK),
      () => folder.withBlob('.gitmodules/x', Buffer.from('x')),
      () => tree?.withMoved('y', 'GITMOD~1'),
    ]) {
      expect(await errorOf(call)).toMatchObject({ code: 'INVALID_PATH' });
    }
    expect(await pathsOf(await folder.withBlob('.gitmodules', Buffer.from('x')))).toEqual([
      '.gitmodules',
      'x',
    ]);
  });

  it('removes a folder with all that is in it', async () => {
    const tree = await treeOf('a/x/1', 'a/x/2', 'a/y', 'b');
    expect(await pathsOf(await tree.without('a'))).toEqual(['b']);
    expect(await pathsOf(await tree.without('a/x'))).toEqual(['a', 'a/y', 'b']);
  });

  it('removes folders that become empty', async () => {
    const tree = await treeOf('a/b/c/d', 'a/e', 'f/g/h');
    expect(await pathsOf(await tree.without('a/b/c/d'))).toEqual(['a', 'a/e', 'f', 'f/g', 'f/g/h']);
    expect(await pathsOf(await tree.without('f/g/h'))).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/d', 'a/e']);
    expect((await treeOf('a/b/c/d').then((last) => last.without('a/b/c/d'))).oid).toBe(EMPTY_TREE_OID);
  });

  it('can put a folder where a file was removed, and the other way round', async () => {
    const tree = await (await (await treeOf('a')).without('a')).withBlob('a/b', Buffer.from('x'));
    expect(await pathsOf(tree)).toEqual(['a', 'a/b']);
    const back = await (await tree.without('a/b')).withBlob('a', Buffer.from('x'));
    expect(await pathsOf(back)).toEqual(['a']);
  });
});

describe('a move in a staged tree', () => {
  it.each<[string, string, string, string[]]>([
    ['a file', 'a/1', 'c', ['a', 'a/2', 'b', 'c']],
    ['a file into a new folder', 'b', 'x/y/z', ['a', 'a/1', 'a/2', 'x', 'x/y', 'x/y/z']],
    ['a file onto another, in whose place it goes', 'b', 'a/1', ['a', 'a/1', 'a/2']],
    ['a folder', 'a', 'x/y', ['b', 'x', 'x/y', 'x/y/1', 'x/y/2']],
    ['a folder into itself', 'a', 'a/c', ['a', 'a/c', 'a/c/1', 'a/c/2', 'b']],
    ['a file into a folder of its own name', 'b', 'b/c', ['a', 'a/1', 'a/2', 'b', 'b/c']],
    ['a file to where it is', 'b', 'b', ['a', 'a/1', 'a/2', 'b']],
    ['a folder to where it is', 'a', 'a', ['a', 'a/1', 'a/2', 'b']],
  ])('takes %s', async (_, from, to, paths) => {
    const tree = await treeOf('a/1', 'a/2', 'b');
    for (const start of [tree, await stored(tree)]) {
      const moved = await start.withMoved(from, to);
      expect(moved && (await pathsOf(moved))).toEqual(paths);
      expect(await pathsOf(start)).toEqual(['a', 'a/1', 'a/2', 'b']);
    }
  });

  it('takes content along that is not written yet', async () => {
    const moved = await (await treeOf('a/1')).withMoved('a', 'b');
    expect(await moved?.entry('b/1')).toMatchObject({ content: Buffer.from('a/1') });
  });

  it('is undefined when there is nothing to move', async () => {
    const tree = await treeOf('a/1');
    expect(await tree.withMoved('b', 'c')).toBeUndefined();
    expect(await tree.withMoved('a/1/x', 'c')).toBeUndefined();
  });

  it('leaves no empty folder behind', async () => {
    const moved = await (await treeOf('a/b/1', 'c')).withMoved('a/b/1', 'd');
    expect(moved && (await pathsOf(moved))).toEqual(['c', 'd']);
  });

  it('refuses to put a folder in the place of a file, or a file in that of a folder', async () => {
    const tree = await treeOf('a/1', 'b');
    expect(await errorOf(() => tree.withMoved('a', 'b'))).toMatchObject({ code: 'PATH_CONFLICT' });
    expect(await errorOf(() => tree.withMoved('b', 'a'))).toMatchObject({ code: 'PATH_CONFLICT' });
    expect(await errorOf(() => tree.withMoved('a', 'b/c'))).toMatchObject({ code: 'PATH_CONFLICT' });
  });
});

describe('a stored tree', () => {
  it('loads only the folders that a path leads through', async () => {
    const tree = await stored(await treeOf('a/b/1', 'a/c/1', 'd/1'));
    const edited = await tree.withBlob('a/b/2', Buffer.from('x'));
    const read = await Promise.all(['a', 'a/b'].map(async (path) => (await tree.entry(path))?.oid));
    expect(trees.reads.slice(0, 3)).toEqual([tree.oid, ...read]);
    trees.reads.length = 0;
    trees.write(edited);
    expect(trees.reads).toEqual([]);
  });

  it('loads a folder that stands in a tree twice for each place', async () => {
    const tree = await stored(await treeOf('a/1', 'b'));
    const folder = await tree.entry('a');
    const twice = await tree.withEntry('c', { mode: FileMode.TREE, oid: String(folder?.oid) });
    const edited = await twice.withBlob('c/2', Buffer.from('x'));
    expect(await pathsOf(edited)).toEqual(['a', 'a/1', 'b', 'c', 'c/1', 'c/2']);
  });

  it('is reported as damaged when a folder of it is', async () => {
    const broken = trees.addTree(Buffer.from('garbage'));
    const tree = await (await treeOf('b')).withEntry('a', { mode: FileMode.TREE, oid: broken });
    expect(await errorOf(() => tree.entry('a/x'))).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid: broken },
    });
    expect(await tree.entry('b')).toMatchObject({ kind: 'blob' });
  });
});

describe('a tree with names and modes of other programs', () => {
  const raw = (names: readonly string[]): Buffer =>
    encodeTree(names.map((name) => ({ name, mode: FileMode.BLOB, oid: toByteOid(SOME_OID) })));

  it('keeps names that are not UTF-8 byte for byte, in the root and below', async () => {
    const names = ['\xff\xfe', 'caf\xe9', 'caf\xea', 'z'].sort();
    const folder = trees.addTree(raw(names));
    const root = trees.addTree(
      encodeTree(
        [
          ...decodeTree(toByteOid(folder), raw(names)),
          { name: '\x80folder', mode: FileMode.TREE, oid: toByteOid(folder) },
          { name: 'folder', mode: FileMode.TREE, oid: toByteOid(folder) },
        ].sort((a, b) => (a.name < b.name ? -1 : 1)),
      ),
    );
    const tree = await (await StagedTree.load(root, trees)).withBlob('folder/new', Buffer.from('new'));
    trees.write(tree);
    const edited = decodeTree(toByteOid(tree.oid), trees.content(tree.oid));
    expect(edited.map(({ name }) => name)).toEqual([
      'caf\xe9',
      'caf\xea',
      'folder',
      'z',
      '\x80folder',
      '\xff\xfe',
    ]);
    const below = edited.find(({ name }) => name === 'folder')?.oid as ByteOid;
    expect(decodeTree(below, trees.content(fromByteOid(below))).map(({ name }) => name)).toEqual([
      'caf\xe9',
      'caf\xea',
      'new',
      'z',
      '\xff\xfe',
    ]);
  });

  it('is rewritten as git rewrites it', async () => {
    const repository = temporaryRepository({ bare: true });
    const oid = runGit(repository, ['hash-object', '-w', '--stdin'], { input: 'x' }).toString().trim();
    const lines = ['caf\xe9', '\xff', 'a', 'a-b', 'plain'].map((name) => `100644 blob ${oid}\t${name}\0`);
    const mktree = (input: string): string =>
      runGit(repository, ['mktree', '-z'], { input: Buffer.from(input, 'latin1') })
        .toString()
        .trim();
    const before = mktree(lines.join(''));
    trees.addTree(runGit(repository, ['cat-file', 'tree', before]));
    const after = await (
      await StagedTree.load(before, trees)
    ).withEntry('new', { mode: FileMode.SYMLINK, oid });
    expect(after.oid).toBe(mktree(`${lines.join('')}120000 blob ${oid}\tnew\0`));
  });

  it('shows such names so that the path leads back to them', async () => {
    const tree = await StagedTree.load(trees.addTree(raw(['caf\xe9'])), trees);
    expect(await pathsOf(tree)).toEqual(['caf\udce9']);
    expect(await tree.entry('caf\udce9')).toMatchObject({ name: 'caf\udce9', kind: 'blob' });
    expect(await tree.entry('caf\ufffd')).toBeUndefined();
    expect((await tree.without('caf\udce9')).oid).toBe(EMPTY_TREE_OID);
  });

  it('walks a folder with such a name', async () => {
    const folder = trees.addTree(raw(['x']));
    const root = encodeTree([{ name: '\xff', mode: FileMode.TREE, oid: toByteOid(folder) }]);
    const tree = await StagedTree.load(trees.addTree(root), trees);
    expect(await pathsOf(tree)).toEqual(['\udcff', '\udcff/x']);
  });

  it('keeps the mode of a file that git no longer writes', async () => {
    const entry = { name: 'a', mode: 0o100664, oid: toByteOid(SOME_OID) };
    const tree = await StagedTree.load(trees.addTree(encodeTree([entry])), trees);
    const edited = await tree.withBlob('b', Buffer.from('x'));
    trees.write(edited);
    expect(decodeTree(toByteOid(edited.oid), trees.content(edited.oid))[0]).toEqual(entry);
    expect(await edited.entry('a')).toMatchObject({ kind: 'blob', mode: 0o100664 });
  });
});
