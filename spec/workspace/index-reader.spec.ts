import { FileMode, IndexReader } from 'gitmodel';
import type { TreeEntry, Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { commitFiles, git } from '../support/temporary-repository';
import {
  collect,
  copyRepository,
  emptyRepository,
  expectLog,
  once,
  openWorkspace,
} from '../support/workspaces';

const files = once(() => {
  const path = emptyRepository();
  commitFiles(path, 'refs/heads/main', {
    files: { 'a.txt': 'A', 'folder/b.txt': 'B', 'folder/deep/c.txt': 'C' },
    message: 'Files',
  });
  return path;
});

/** Runs code where there is a reader of the same tree: of a workspace, a view, and within a transaction. */
const READERS: readonly [
  where: string,
  use: (ws: Workspace, code: (index: IndexReader) => Promise<void>) => Promise<unknown>,
][] = [
  ['of a workspace', (ws, code) => code(ws.index)],
  ['of a view', async (ws, code) => code((await ws.at('main')).index)],
  ['within a transaction', (ws, code) => ws.transaction(() => code(ws.index))],
];

function pathsOf(entries: readonly TreeEntry[]): string[] {
  return entries.map(({ path }) => path);
}

describe.each(READERS)('The files %s', (_where, use) => {
  it('are described, read and listed as git has them', async () => {
    const path = copyRepository(files());
    const ws = await openWorkspace(path);
    await use(ws, async (index) => {
      expect(index).toBeInstanceOf(IndexReader);
      expect(await index.entry('folder/b.txt')).toEqual({
        name: 'b.txt',
        path: 'folder/b.txt',
        kind: 'blob',
        mode: FileMode.BLOB,
        oid: git(path, 'rev-parse', 'main:folder/b.txt'),
      });
      expect((await index.read('folder/deep/c.txt')).toString()).toBe('C');
      const listed = git(path, 'ls-tree', '-r', '-t', '--name-only', 'main').split('\n');
      expect(pathsOf(await collect(index.walk()))).toEqual(listed);
      expect(pathsOf(await collect(index.walk('folder/deep')))).toEqual(['folder/deep/c.txt']);
    });
    expectLog(path, ['Files']);
  });

  it('are missed where there is nothing, or no file', async () => {
    const path = copyRepository(files());
    const ws = await openWorkspace(path);
    await use(ws, async (index) => {
      expect(await index.entry('folder/none')).toBeNull();
      expect(await errorOf(() => index.read('folder/none'))).toMatchObject({
        code: 'PATH_NOT_FOUND',
        message: 'There is nothing at "folder/none" in the index.',
        details: { path: 'folder/none' },
      });
      expect(await errorOf(() => index.read('folder'))).toMatchObject({
        code: 'INVALID_OBJECT',
        message: '"folder" is a tree, which has no content.',
        details: { path: 'folder' },
      });
      expect(await errorOf(() => index.entry('a/../b'))).toMatchObject({ code: 'INVALID_PATH' });
    });
    expectLog(path, ['Files']);
  });
});

describe('A list of files', () => {
  it('is of the tree that is there when its iteration begins', async () => {
    const path = copyRepository(files());
    const ws = await openWorkspace(path);
    const walk = ws.index.walk('folder/deep');
    await ws.index.addBlob('folder/deep/d.txt', 'D');
    const iterator = walk[Symbol.asyncIterator]();
    await iterator.next();
    await ws.index.remove('folder/deep/d.txt');

    expect(await iterator.next()).toMatchObject({ value: { path: 'folder/deep/d.txt' } });
    expect(pathsOf(await collect(walk))).toEqual(['folder/deep/c.txt']);
    await ws.transaction(async () => {
      await ws.index.remove('folder/deep/c.txt');
      await ws.index.addBlob('folder/deep/e.txt', 'E');
      expect(pathsOf(await collect(walk))).toEqual(['folder/deep/e.txt']);
      await ws.index.remove('folder/deep/e.txt');
      await ws.index.addBlob('folder/deep/c.txt', 'C');
    });
    expectLog(path, ['Files']);
  });

  it('is none of a workspace that was closed', async () => {
    const ws = await openWorkspace(copyRepository(files()));
    const walk = ws.index.walk();
    await ws.close();

    expect(await errorOf(() => ws.index.walk())).toMatchObject({ code: 'WORKSPACE_CLOSED' });
    expect(await errorOf(() => collect(walk))).toMatchObject({ code: 'WORKSPACE_CLOSED' });
  });
});

describe('In a serializable transaction', () => {
  it.each<[what: string, runs: number, read: (index: IndexReader) => Promise<unknown>]>([
    ['a file that somebody else changes, is run again', 2, (index) => index.read('a.txt')],
    ['its description, is run again', 2, (index) => index.entry('a.txt')],
    ['a file that somebody else adds, is run again', 2, (index) => index.entry('new.txt')],
    [
      'the list of a folder in which somebody adds one, is run again',
      2,
      (index) => collect(index.walk('folder')),
    ],
    ['the list of all, is run again', 2, (index) => collect(index.walk())],
    ['what nobody changes, is not', 1, (index) => collect(index.walk('folder/deep'))],
  ])('who has read %s', async (_what, expected, read) => {
    const path = copyRepository(files());
    const ws = await openWorkspace(path);
    let meanwhile = true;
    const { runs } = await ws.transaction(
      async () => {
        await read(ws.index);
        await ws.index.addBlob('inside.txt', 'I');
        if (!meanwhile) return;
        meanwhile = false;
        await using other = await ws.on('main');
        for (const name of ['a.txt', 'new.txt', 'folder/new.txt']) await other.index.addBlob(name, 'Changed');
        await other.commit({ message: 'Meanwhile' });
      },
      { isolation: 'serializable', message: 'Inside' },
    );

    expect(runs).toBe(expected);
    expectLog(path, ['Inside', 'Meanwhile', 'Files']);
  });
});
