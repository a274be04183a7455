import { diffTrees } from '../../lib/git/diff';
import type { ChangeStatus, TreeDiff } from '../../lib/git/diff';
import type { ObjectStore } from '../../lib/git/object-store';
import type { GitRepository } from '../../lib/git/repository';
import { FileMode } from '../../lib/object/file-mode';
import { EMPTY_TREE_OID } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { errorOf } from '../support/error-of';
import {
  commitFiles,
  expectCleanRepository,
  git,
  runGit,
  temporaryFolder,
} from '../support/temporary-repository';
import { open, storeTree } from './opened';

/** A file's content, alone or with its mode; the oid of a submodule. */
type FileOf = string | Buffer | { readonly mode: number; readonly content: string };

type FilesOf = Readonly<Record<string, FileOf>>;

const SUBMODULE = { mode: FileMode.SUBMODULE, content: '2'.repeat(40) };

/** One repository for all, since none of them changes what is there. */
let folder: string;
let repository: GitRepository;
let objects: ObjectStore;

beforeAll(async () => {
  ({ folder, repository, objects } = await open());
  commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
});

async function store(files: FilesOf): Promise<string> {
  let tree = StagedTree.empty(objects);
  for (const [file, given] of Object.entries(files)) {
    const { mode, content } =
      typeof given === 'string' || Buffer.isBuffer(given) ? { mode: FileMode.BLOB, content: given } : given;
    tree =
      mode === FileMode.SUBMODULE
        ? await tree.withEntry(file, { mode, oid: content })
        : await tree.withBlob(file, Buffer.from(content), mode);
  }
  return objects.writeTree(tree);
}

const STATUS_LETTERS: Readonly<Record<ChangeStatus, string>> = {
  added: 'A',
  deleted: 'D',
  modified: 'M',
  'type-changed': 'T',
};

/** The changes as `git diff --raw` prints them. */
function rawOf({ changes }: TreeDiff): string[] {
  const none = '0'.repeat(40);
  return changes.map(
    ({ oldOid, newOid, status, path }) =>
      `${oldOid ?? none} ${newOid ?? none} ${STATUS_LETTERS[status]} ${path}`,
  );
}

function rawOfGit(folder: string, from: string, to: string): string[] {
  const parts = git(folder, 'diff', '--raw', '--no-renames', '--no-abbrev', '-z', from, to).split('\0');
  const changes: string[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    changes.push(`${String(parts[at]?.split(' ').slice(2).join(' '))} ${String(parts[at + 1])}`);
  }
  return changes;
}

function patchOfGit(folder: string, from: string, to: string): string {
  return runGit(folder, ['diff', '--no-renames', from, to]).toString();
}

const lines = (count: number, changed = -1): string =>
  Array.from({ length: count }, (_, at) => `${at === changed ? 'changed' : 'line'} ${at}\n`).join('');

describe('the difference of two trees', () => {
  afterAll(() => {
    expectCleanRepository(folder);
  });

  it.each<[string, FilesOf, FilesOf]>([
    ['nothing', { a: 'x\n' }, { a: 'x\n' }],
    ['a file that was added', { b: 'x\n' }, { a: 'one\ntwo\n', b: 'x\n' }],
    ['a file that was deleted', { a: 'one\ntwo\n', b: 'x\n' }, { b: 'x\n' }],
    ['a line that was changed', { a: lines(30) }, { a: lines(30, 15) }],
    ['lines far apart that were changed', { a: lines(100, 3) }, { a: lines(100, 90) }],
    [
      'a line in a function',
      { 'a.c': `int main(void)\n{\n${lines(20)}}\n` },
      { 'a.c': `int main(void)\n{\n${lines(20, 10)}}\n` },
    ],
    ['a newline at the end that was added', { a: 'one' }, { a: 'one\n' }],
    ['a newline at the end that was taken away', { a: 'one\ntwo\n' }, { a: 'one\ntwo' }],
    ['a file that became executable', { a: 'x\n' }, { a: { mode: FileMode.EXECUTABLE, content: 'x\n' } }],
    [
      'a file that became executable and changed',
      { a: 'x\n' },
      { a: { mode: FileMode.EXECUTABLE, content: 'y\n' } },
    ],
    [
      'a file that became a symbolic link',
      { a: 'x\n', b: '1\n' },
      { a: { mode: FileMode.SYMLINK, content: 'to' }, b: '2\n' },
    ],
    ['a symbolic link that became a file', { a: { mode: FileMode.SYMLINK, content: 'to' } }, { a: 'x\n' }],
    ['a file that became a submodule', { a: 'x\n' }, { a: SUBMODULE }],
    ['a submodule that was added', {}, { a: SUBMODULE }],
    ['a submodule that moved on', { a: { ...SUBMODULE, content: '1'.repeat(40) } }, { a: SUBMODULE }],
    ['a binary file that was changed', { a: Buffer.from([0, 1, 2]) }, { a: Buffer.from([0, 1, 3]) }],
    ['a binary file that was added', {}, { a: Buffer.from([0, 255]) }],
    ['a file that became a folder', { a: 'x\n' }, { 'a/b': 'x\n' }],
    ['a folder that became a file', { 'a/b': 'x\n', 'a/c': 'y\n' }, { a: 'x\n' }],
    ['a file that was moved', { a: lines(20) }, { b: lines(20) }],
    ['a path in other scripts', { 'ä/世界': 'x\n' }, { 'ä/世界': 'y\n' }],
    ['a path with quotes, tabs and backslashes', { 'a"b\tc\\d': 'x\n' }, { 'a"b\tc\\d': 'y\n' }],
    ['paths in the order of git', {}, { 'a/b': '1\n', 'a-b': '2\n', 'a.b': '3\n', a0: '4\n', A: '5\n' }],
    ['text in other scripts', { a: 'Grüße\n' }, { a: '世界 😀\n' }],
    ['everything, from the empty tree', {}, { a: 'x\n', 'b/c': 'y\n' }],
    ['everything, to the empty tree', { a: 'x\n', 'b/c': 'y\n' }, {}],
    [
      'records as they are stored',
      { 'page/a/data.json': '{\n "a": 1,\n "b": 2\n}\n' },
      { 'page/a/data.json': '{\n "a": 1,\n "b": 3\n}\n' },
    ],
  ])('is what git diff prints for %s', async (_, before, after) => {
    const [from, to] = [await store(before), await store(after)];
    const diff = await diffTrees(repository, from, to);
    expect(rawOf(diff)).toEqual(rawOfGit(folder, from, to));
    expect(diff.patch).toBe(patchOfGit(folder, from, to));
    expect(diff.paths).toEqual(diff.changes.map(({ path }) => path));
  });

  it('describes each change', async () => {
    const from = await storeTree(objects, { deleted: 'one', modified: 'two' });
    const to = await storeTree(objects, { added: 'three', modified: 'four' });
    const oidOf = async (tree: string, file: string): Promise<unknown> =>
      (await (await StagedTree.load(tree, objects)).entry(file))?.oid;
    expect((await diffTrees(repository, from, to)).changes).toEqual([
      { path: 'added', status: 'added', oldOid: null, newOid: await oidOf(to, 'added') },
      { path: 'deleted', status: 'deleted', oldOid: await oidOf(from, 'deleted'), newOid: null },
      {
        path: 'modified',
        status: 'modified',
        oldOid: await oidOf(from, 'modified'),
        newOid: await oidOf(to, 'modified'),
      },
    ]);
  });

  it('is empty for the same tree', async () => {
    const tree = await storeTree(objects, { a: 'x' });
    expect(await diffTrees(repository, tree, tree)).toEqual({ changes: [], paths: [], patch: '' });
  });

  it('does not need the empty tree to be stored', async () => {
    const tree = await storeTree(objects, { a: 'x\n' });
    expect(await diffTrees(repository, EMPTY_TREE_OID, tree)).toMatchObject({
      changes: [{ status: 'added' }],
    });
    expect(await diffTrees(repository, tree, EMPTY_TREE_OID)).toMatchObject({
      changes: [{ status: 'deleted' }],
    });
    expect(await diffTrees(repository, EMPTY_TREE_OID, EMPTY_TREE_OID)).toMatchObject({ changes: [] });
  });

  it.each<[string, FilesOf, FilesOf]>([
    [
      'edits, additions and deletions',
      { a: lines(40), b: 'x\n', 'c/d': 'y\n' },
      { a: lines(40, 20), 'c/e': 'z\n' },
    ],
    ['an empty file', {}, { a: '' }],
    ['a path with a space', {}, { 'a b/ä c': 'x\n' }],
    [
      'changes of type',
      { a: 'x\n', b: { mode: FileMode.SYMLINK, content: 'to' } },
      { a: { mode: FileMode.SYMLINK, content: 'to' }, b: 'x\n' },
    ],
    ['a file in the place of a folder', { 'a/b': 'x\n' }, { a: 'x\n' }],
  ])('has a patch that git apply takes: %s', async (_, before, after) => {
    const [from, to] = [await store(before), await store(after)];
    const { patch } = await diffTrees(repository, from, to);
    const env = { GIT_INDEX_FILE: `${temporaryFolder()}/index` };
    runGit(folder, ['read-tree', from], { env });
    runGit(folder, ['apply', '--cached'], { env, input: patch });
    expect(runGit(folder, ['write-tree'], { env }).toString().trim()).toBe(to);
  });

  it('does not mark the end of a path with a space in it, as git does with a tab', async () => {
    const [from, to] = [
      await storeTree(objects, { 'a b': 'x\n' }),
      await storeTree(objects, { 'a b': 'y\n' }),
    ];
    const { patch } = await diffTrees(repository, from, to);
    expect(patch).toBe(patchOfGit(folder, from, to).replaceAll('a b\t\n', 'a b\n'));
  });

  it('names no content of a file that is added empty, where git leaves out the names', async () => {
    const to = await storeTree(objects, { a: '' });
    const from = await storeTree(objects, {});
    const { patch } = await diffTrees(repository, from, to);
    expect(patch).toBe(`${patchOfGit(folder, from, to)}--- /dev/null\n+++ b/a\n`);
  });

  it.each([
    ['nothing has', () => '1'.repeat(40)],
    ['a commit has', (folder: string) => git(folder, 'rev-parse', 'main')],
    ['a blob has', (folder: string) => git(folder, 'rev-parse', 'main:a')],
  ])('cannot be had for an oid that %s', async (_, oidIn) => {
    const oid = oidIn(folder);
    for (const call of [
      () => diffTrees(repository, oid, EMPTY_TREE_OID),
      () => diffTrees(repository, EMPTY_TREE_OID, oid),
    ]) {
      expect(await errorOf(call)).toMatchObject({ code: 'OBJECT_NOT_FOUND', details: { oid } });
    }
  });
});
