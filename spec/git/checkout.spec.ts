import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GitModelError } from '../../lib/errors';
import { syncIndex } from '../../lib/git/checkout';
import type { IndexSync } from '../../lib/git/checkout';
import { compareAndSwap } from '../../lib/git/references';
import { FileMode } from '../../lib/object/file-mode';
import { EMPTY_TREE_OID } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { runChild } from '../support/child-process';
import { projectWithLibrary } from '../support/compiled';
import { errorOf } from '../support/error-of';
import {
  commitFiles,
  git,
  temporaryCopy,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';
import { objectFile, open, readText, storeTree, WAIT, writeFiles } from './opened';
import type { Files, Opened } from './opened';

const MAIN = 'refs/heads/main';

let original: string;
let opened: Opened;
let folder: string;

/** A repository with a commit that is checked out. */
beforeAll(() => {
  original = temporaryRepository();
  writeFiles(original, { a: 'one\n', b: 'untouched\n' });
  git(original, 'add', '.');
  git(original, 'commit', '--quiet', '--message=One');
});

beforeEach(async () => {
  opened = await open(temporaryCopy(original));
  ({ folder } = opened);
});

/** Commits files to main as a workspace does: neither index nor work tree change. Returns the tree. */
async function commit(files: Files): Promise<string> {
  const tree = await storeTree(opened.objects, files);
  const parent = git(folder, 'rev-parse', MAIN);
  const oid = git(folder, 'commit-tree', tree, '-p', parent, '-m', 'A commit');
  const update = { ref: MAIN, oid, expected: parent, logMessage: 'commit: A commit' };
  await compareAndSwap(opened.repository, update, WAIT);
  return tree;
}

function sync(tree: string, options: Partial<IndexSync> = {}): Promise<void> {
  return syncIndex(opened.repository, { tree, checkout: true, head: null, ...options }, WAIT);
}

const status = (): string[] => git(folder, 'status', '--porcelain').split('\n').filter(Boolean);

/** The files of the work tree, hidden ones included. */
function workTree(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (file === '.git' || file.startsWith('.git/') || statSync(path.join(folder, file)).isDirectory())
      continue;
    files[file] = readFileSync(path.join(folder, file), 'utf8');
  }
  return files;
}

/** Everything that a refused sync must leave as it is. */
function stateOf(): unknown {
  return {
    files: workTree(),
    index: git(folder, 'ls-files', '--stage'),
    head: readText(folder, '.git/HEAD'),
    references: git(folder, 'for-each-ref'),
    synced: readText(folder, '.git/gitmodel-synced.json'),
    locks: readdirSync(path.join(folder, '.git')).filter((name) => name.endsWith('.lock')),
  };
}

/** The error of a sync that is refused, after which nothing has changed. */
async function refusalOf(tree: string, options: Partial<IndexSync> = {}): Promise<GitModelError> {
  const before = stateOf();
  const error = await errorOf(() => sync(tree, options));
  expect(stateOf()).toEqual(before);
  return error;
}

describe('a checkout', () => {
  it('brings work tree and index to a tree that HEAD has moved on to', async () => {
    const tree = await commit({ a: 'two\n', 'new/file': 'x\n' });
    expect(status()).toEqual(['M  a', 'A  b', 'D  new/file']);
    await sync(tree);
    expect(workTree()).toEqual({ a: 'two\n', 'new/file': 'x\n' });
    expect(status()).toEqual([]);
  });

  it('does so however many commits it was left behind', async () => {
    await commit({ a: 'two\n', c: 'x\n' });
    await commit({ a: 'three\n', d: 'x\n' });
    await sync(await commit({ a: 'four\n' }));
    expect(workTree()).toEqual({ a: 'four\n' });
    expect(status()).toEqual([]);
  });

  it('can be repeated, with commits in between or none', async () => {
    for (const content of ['two\n', 'three\n', 'three\n', 'one\n']) {
      const tree = await commit({ a: content });
      await sync(tree);
      await sync(tree);
      expect(workTree()).toEqual({ a: content });
      expect(status()).toEqual([]);
    }
  });

  it('can bring any tree, which need not be committed', async () => {
    await sync(await storeTree(opened.objects, { a: 'other\n' }));
    expect(workTree()).toEqual({ a: 'other\n' });
    expect(status()).toEqual(['M  a', 'D  b']);
    await sync(git(folder, 'rev-parse', `${MAIN}^{tree}`));
    expect(status()).toEqual([]);
  });

  it('can bring the empty tree', async () => {
    await sync(EMPTY_TREE_OID);
    expect(workTree()).toEqual({});
    await sync(git(folder, 'rev-parse', `${MAIN}^{tree}`));
    expect(workTree()).toEqual({ a: 'one\n', b: 'untouched\n' });
  });

  it('is the first thing that happens to a new repository', async () => {
    opened = await open(temporaryRepository());
    ({ folder } = opened);
    const oid = commitFiles(folder, MAIN, { files: { a: 'x\n', 'b/c': 'y\n' } });
    await sync(git(folder, 'rev-parse', `${oid}^{tree}`));
    expect(workTree()).toEqual({ a: 'x\n', 'b/c': 'y\n' });
    expect(status()).toEqual([]);
  });

  it('turns files into folders, folders into files, and removes folders that become empty', async () => {
    await sync(await commit({ 'a/x': '1\n', 'b/y/z': '2\n' }));
    expect(workTree()).toEqual({ 'a/x': '1\n', 'b/y/z': '2\n' });
    await sync(await commit({ a: '3\n' }));
    expect(workTree()).toEqual({ a: '3\n' });
    expect(existsSync(path.join(folder, 'b'))).toBe(false);
    expect(status()).toEqual([]);
  });

  it('brings executable files and symbolic links', async () => {
    let tree = StagedTree.empty(opened.objects);
    tree = await tree.withBlob('run', Buffer.from('#!/bin/sh\n'), FileMode.EXECUTABLE);
    tree = await tree.withBlob('link', Buffer.from('run'), FileMode.SYMLINK);
    await sync(await opened.objects.writeTree(tree));
    expect(statSync(path.join(folder, 'run')).mode & 0o111).not.toBe(0);
    expect(readFileSync(path.join(folder, 'link'), 'utf8')).toBe('#!/bin/sh\n');
    expect(git(folder, 'diff', '--name-only')).toBe('');
  });

  it('makes HEAD name a branch', async () => {
    git(folder, 'branch', 'draft');
    await sync(git(folder, 'rev-parse', 'draft^{tree}'), { head: 'refs/heads/draft' });
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/draft');
    expect(status()).toEqual([]);
  });

  it('leaves untracked files alone that are not in its way', async () => {
    writeFiles(folder, { untracked: 'mine\n', 'b.orig': 'mine too\n' });
    await sync(await commit({ a: 'two\n' }));
    expect(workTree()).toEqual({ a: 'two\n', untracked: 'mine\n', 'b.orig': 'mine too\n' });
  });

  it('leaves a file alone that was changed by hand and is the same in both trees', async () => {
    writeFiles(folder, { b: 'changed\n' });
    await sync(await commit({ a: 'two\n', b: 'untouched\n' }));
    expect(workTree()).toEqual({ a: 'two\n', b: 'changed\n' });
    expect(status()).toEqual([' M b']);
  });

  it('brings back a file that was deleted by hand', async () => {
    rmSync(path.join(folder, 'b'));
    await sync(await commit({ a: 'two\n', b: 'untouched\n' }));
    expect(workTree()).toEqual({ a: 'two\n', b: 'untouched\n' });
  });

  it('goes on from what git has checked out since', async () => {
    await sync(await commit({ a: 'two\n' }));
    git(folder, 'checkout', '--quiet', '-b', 'side', 'HEAD~1');
    writeFiles(folder, { a: 'of the side\n' });
    git(folder, 'commit', '--quiet', '--all', '--message=Side');
    await sync(git(folder, 'rev-parse', `${MAIN}^{tree}`), { head: MAIN });
    expect(workTree()).toEqual({ a: 'two\n' });
    expect(status()).toEqual([]);
  });

  it('goes on from the last one when a commit by git has come in between', async () => {
    await sync(await commit({ a: 'two\n', b: 'untouched\n' }));
    writeFiles(folder, { b: 'by git\n' });
    git(folder, 'commit', '--quiet', '--all', '--message=By git');
    await sync(await commit({ a: 'three\n', b: 'by git\n' }));
    expect(workTree()).toEqual({ a: 'three\n', b: 'by git\n' });
    expect(status()).toEqual([]);
  });

  it('takes place in a linked worktree, and leaves the main one alone', async () => {
    const linked = path.join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', '-b', 'other', linked);
    const there = await open(linked);
    const tree = await storeTree(there.objects, { a: 'in the other\n' });
    await syncIndex(there.repository, { tree, checkout: true, head: null }, WAIT);
    expect(readText(linked, 'a')).toBe('in the other\n');
    expect(git(linked, 'write-tree')).toBe(tree);
    expect(workTree()).toEqual({ a: 'one\n', b: 'untouched\n' });
    expect(status()).toEqual([]);
  });
});

describe('the index alone', () => {
  it('is brought to a tree, and the work tree stays as it is', async () => {
    const tree = await commit({ a: 'two\n', b: 'untouched\n' });
    await sync(tree, { checkout: false, head: 'refs/heads/ignored' });
    expect(git(folder, 'write-tree')).toBe(tree);
    expect(workTree()).toEqual({ a: 'one\n', b: 'untouched\n' });
    expect(status()).toEqual([' M a']);
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe(MAIN);
  });

  it('may be brought to a tree when files were changed by hand', async () => {
    writeFiles(folder, { a: 'mine\n' });
    await sync(await commit({ a: 'two\n', b: 'untouched\n' }), { checkout: false });
    expect(workTree()).toMatchObject({ a: 'mine\n' });
    expect(status()).toEqual([' M a']);
  });

  it('may be ahead of the work tree when that is checked out', async () => {
    await sync(await commit({ a: 'two\n' }), { checkout: false });
    await sync(await commit({ a: 'three\n' }), { checkout: false });
    await sync(await commit({ a: 'four\n' }));
    expect(workTree()).toEqual({ a: 'four\n' });
    expect(status()).toEqual([]);
  });

  it('may be what is checked out', async () => {
    const tree = await commit({ a: 'two\n' });
    await sync(tree, { checkout: false });
    await sync(tree);
    expect(workTree()).toEqual({ a: 'two\n' });
    expect(status()).toEqual([]);
  });

  it.each([
    ['git reset --hard', ['reset', '--quiet', '--hard']],
    ['git checkout', ['checkout', '--quiet', '--', '.']],
  ])('may have been checked out with %s since', async (_, command) => {
    await sync(await commit({ a: 'two\n', b: 'untouched\n' }), { checkout: false });
    git(folder, ...command);
    expect(workTree()).toMatchObject({ a: 'two\n' });
    await sync(await commit({ a: 'three\n', b: 'untouched\n' }));
    expect(workTree()).toEqual({ a: 'three\n', b: 'untouched\n' });
    expect(status()).toEqual([]);
  });

  it('does not hide changes by hand from the next checkout', async () => {
    writeFiles(folder, { a: 'mine\n' });
    await sync(await commit({ a: 'two\n', b: 'untouched\n' }), { checkout: false });
    const error = await refusalOf(await commit({ a: 'three\n', b: 'untouched\n' }));
    expect(error).toMatchObject({ code: 'CHECKOUT_CONFLICT', details: { paths: ['a'] } });
  });
});

describe('files that were changed by hand', () => {
  it('are named, and nothing is touched', async () => {
    writeFiles(folder, { a: 'mine\n', b: 'mine too\n', c: 'untracked\n' });
    const error = await refusalOf(await commit({ a: 'two\n', b: 'two\n', c: 'two\n', d: 'two\n' }));
    expect(error).toMatchObject({
      code: 'CHECKOUT_CONFLICT',
      message:
        `Files in "${folder}/" were changed by hand and would be overwritten: a, b, c. ` +
        'Commit them or put them aside ("git status" shows them), then try again. Nothing was changed.',
      details: { path: `${folder}/`, paths: ['a', 'b', 'c'] },
    });
  });

  it('are named only in part in the message when there are many', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `file-${String(at).padStart(2, '0')}`);
    writeFiles(folder, Object.fromEntries(names.map((name) => [name, 'mine\n'])));
    const error = await refusalOf(await commit(Object.fromEntries(names.map((name) => [name, 'two\n']))));
    expect(error.message).toContain(': file-00, file-01, file-02, file-03, file-04, …. Commit');
    expect(error.details).toMatchObject({ paths: names });
  });

  it.each<[string, Files, Files]>([
    ['one that the tree changes', { a: 'mine\n' }, { a: 'two\n', b: 'untouched\n' }],
    ['one that the tree deletes', { a: 'mine\n' }, { b: 'untouched\n' }],
    ['one that becomes a folder', { a: 'mine\n' }, { 'a/x': 'two\n', b: 'untouched\n' }],
    ['an untracked one that the tree has', { c: 'mine\n' }, { a: 'one\n', b: 'untouched\n', c: 'two\n' }],
    [
      'an ignored one that the tree has',
      { '.git/info/exclude': 'ignored\n', ignored: 'mine\n' },
      { a: 'one\n', ignored: 'two\n' },
    ],
  ])('refuse the checkout: %s', async (_, changed, files) => {
    writeFiles(folder, changed);
    const [name] = Object.keys(changed).slice(-1);
    expect(await refusalOf(await commit(files))).toMatchObject({
      code: 'CHECKOUT_CONFLICT',
      details: { paths: [name] },
    });
  });

  it('do not refuse it any more once they are as they were', async () => {
    writeFiles(folder, { a: 'mine\n' });
    const tree = await commit({ a: 'two\n', b: 'untouched\n' });
    await refusalOf(tree);
    writeFiles(folder, { a: 'one\n' });
    await sync(tree);
    expect(workTree()).toEqual({ a: 'two\n', b: 'untouched\n' });
    expect(status()).toEqual([]);
  });

  it('survive untracked in a folder that should become a file, although what git tracks there does not', async () => {
    await sync(await commit({ 'a/tracked': 'one\n' }));
    writeFiles(folder, { 'a/untracked': 'mine\n' });
    const index = git(folder, 'write-tree');
    const error = await errorOf(async () => sync(await commit({ a: 'two\n' })));
    expect(error).toMatchObject({ code: 'GIT_ERROR' });
    expect(error.message).toContain('Is a directory');
    expect(workTree()).toMatchObject({ 'a/untracked': 'mine\n' });
    expect(git(folder, 'write-tree')).toBe(index);
    rmSync(path.join(folder, 'a/untracked'));
    await sync(git(folder, 'rev-parse', `${MAIN}^{tree}`));
    expect(workTree()).toEqual({ a: 'two\n' });
    expect(status()).toEqual([]);
  });
});

describe('an index that holds what is in no commit', () => {
  const words =
    'holds changes that are in no commit of its branch. Commit them with git, or drop them with "git reset"';

  it.each([true, false])('is not written over (checkout: %s)', async (checkout) => {
    writeFiles(folder, { a: 'staged by hand\n' });
    git(folder, 'add', 'a');
    const error = await refusalOf(await commit({ a: 'two\n' }), { checkout });
    expect(error).toMatchObject({ code: 'CHECKOUT_CONFLICT', details: { path: `${folder}/.git/` } });
    expect(error.message).toContain(words);
  });

  it('is not written over when it was empty before, and the repository has been open all the time', async () => {
    opened = await open(temporaryRepository());
    ({ folder } = opened);
    await sync(EMPTY_TREE_OID);
    writeFiles(folder, { a: 'staged by hand\n' });
    git(folder, 'add', 'a');
    const tree = await storeTree(opened.objects, { a: 'two\n' });
    for (const checkout of [true, false]) {
      expect((await refusalOf(tree, { checkout })).message).toContain(words);
    }
  });

  it('is not written over after it was synced', async () => {
    await sync(await commit({ a: 'two\n', b: 'untouched\n' }));
    git(folder, 'rm', '--quiet', '--cached', 'a');
    expect((await refusalOf(await commit({ a: 'three\n', b: 'untouched\n' }))).message).toContain(words);
  });

  it('is written over once that is dropped, or committed', async () => {
    writeFiles(folder, { c: 'staged by hand\n' });
    git(folder, 'add', 'c');
    await refusalOf(await commit({ a: 'two\n' }));
    git(folder, 'reset', '--quiet', '--hard');
    await sync(git(folder, 'rev-parse', `${MAIN}^{tree}`));
    writeFiles(folder, { c: 'committed by hand\n' });
    git(folder, 'add', 'c');
    git(folder, 'commit', '--quiet', '--message=By hand');
    await sync(await commit({ a: 'three\n' }));
    expect(workTree()).toEqual({ a: 'three\n' });
  });

  it('is not written over during a merge', async () => {
    git(folder, 'checkout', '--quiet', '-b', 'side');
    writeFiles(folder, { a: 'side\n' });
    git(folder, 'commit', '--quiet', '--all', '--message=Side');
    git(folder, 'checkout', '--quiet', 'main');
    writeFiles(folder, { a: 'main\n' });
    git(folder, 'commit', '--quiet', '--all', '--message=Main');
    expect(() => git(folder, 'merge', 'side')).toThrow();
    const tree = git(folder, 'rev-parse', 'side^{tree}');
    for (const checkout of [true, false]) {
      expect(await refusalOf(tree, { checkout })).toMatchObject({
        code: 'CHECKOUT_CONFLICT',
        message: `The index of "${folder}/.git/" is in the middle of a merge. Finish or abort that with git.`,
      });
    }
    writeFiles(folder, { a: 'resolved\n' });
    git(folder, 'add', 'a');
    expect((await refusalOf(tree)).message).toContain(words);
    git(folder, 'merge', '--abort');
    await sync(tree);
    expect(workTree()).toMatchObject({ a: 'side\n' });
  });
});

describe('an index that is locked', () => {
  const lock = (): string => path.join(folder, '.git/index.lock');

  it.each([true, false])('is waited for (checkout: %s)', async (checkout) => {
    const tree = await commit({ a: 'two\n', b: 'untouched\n' });
    writeFileSync(lock(), '');
    const wait = { timeout: 20_000, interval: 10 };
    const synced = syncIndex(opened.repository, { tree, checkout, head: null }, wait);
    await sleep(60);
    expect(workTree()).toMatchObject({ a: 'one\n' });
    rmSync(lock());
    await synced;
    expect(git(folder, 'write-tree')).toBe(tree);
    expect(workTree()).toMatchObject({ a: checkout ? 'two\n' : 'one\n' });
  });

  it.each([true, false])(
    'is given up on when the lock stays, and nothing is changed (checkout: %s)',
    async (checkout) => {
      const tree = await commit({ a: 'two\n', b: 'untouched\n' });
      writeFileSync(lock(), '');
      const error = await refusalOf(tree, { checkout });
      expect(error).toMatchObject({
        code: 'LOCK_WAIT_TIMEOUT',
        details: { ref: path.join(folder, '.git/index') },
      });
      expect(error.message).toMatch(
        /index has been locked by another process for \d+ ms \(.*[^.]\)\. If no process/,
      );
      rmSync(lock());
      await sync(tree, { checkout });
    },
  );
});

describe('an index that cannot be synced', () => {
  it('is that of a bare repository', async () => {
    const bare = await open(temporaryRepository({ bare: true }));
    const error = await errorOf(() =>
      syncIndex(bare.repository, { tree: EMPTY_TREE_OID, checkout: false, head: null }, WAIT),
    );
    expect(error).toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
      message: `The repository at "${bare.folder}/" is bare: it has no index and no work tree to write.`,
      details: { path: `${bare.folder}/` },
    });
  });

  it('is one to be brought to a tree that is not there', async () => {
    for (const checkout of [true, false]) {
      expect(await refusalOf('1'.repeat(40), { checkout })).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    }
  });

  it('is one to be brought to a tree that lacks a folder', async () => {
    const tree = await storeTree(opened.objects, { 'folder/file': 'x\n' });
    const missing = objectFile(folder, git(folder, 'rev-parse', `${tree}:folder`));
    const bytes = readFileSync(missing);
    rmSync(missing);
    for (const checkout of [true, false]) {
      expect(await refusalOf(tree, { checkout })).toMatchObject({
        code: 'GIT_ERROR',
        details: { operation: 'write the index' },
      });
    }
    writeFileSync(missing, bytes);
  });

  it('is one that is damaged; that is said, and does not end the process', () => {
    const tree = git(folder, 'rev-parse', `${MAIN}^{tree}`);
    const program = `
      const [library, folder, tree] = process.argv.slice(1);
      const { openRepository } = require(library + '/git/repository');
      const { syncIndex } = require(library + '/git/checkout');
      const repository = await openRepository(folder);
      const sync = () => syncIndex(repository, { tree, checkout: true, head: null }, { timeout: 0, interval: 1 });
      await sync();
      require('node:fs').writeFileSync(folder + '/.git/index', 'garbage');
      const error = await sync().catch((error) => error);
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(error.code, error.details.operation);`;
    const library = path.join(projectWithLibrary(), 'node_modules/gitmodel');
    expect(runChild(program, { args: [library, folder, tree] })).toEqual({
      status: 0,
      signal: null,
      stdout: 'GIT_ERROR read the index\n',
      stderr: '',
    });
    rmSync(path.join(folder, '.git/index'));
  });
});

describe('the memory of what was synced', () => {
  const file = (): string => path.join(folder, '.git/gitmodel-synced.json');

  it.each([
    [
      'gone',
      () => {
        rmSync(file());
      },
    ],
    [
      'damaged',
      () => {
        writeFileSync(file(), '{"index": 7');
      },
    ],
    [
      'of another shape',
      () => {
        writeFileSync(file(), '{"index": "x", "workTree": null}');
      },
    ],
    [
      'of other trees',
      () => {
        writeFileSync(file(), JSON.stringify({ index: '1'.repeat(40), workTree: '2'.repeat(40) }));
      },
    ],
  ])('may be %s: then what is committed counts', async (_, damage) => {
    await sync(await commit({ a: 'two\n' }));
    damage();
    await sync(await commit({ a: 'three\n' }));
    expect(workTree()).toEqual({ a: 'three\n' });
    expect(status()).toEqual([]);
  });

  it('leaves nothing else behind in the folder of the repository', async () => {
    const before = readdirSync(path.join(folder, '.git'));
    await sync(await commit({ a: 'two\n' }));
    await sync(await commit({ a: 'three\n' }), { checkout: false });
    const added = readdirSync(path.join(folder, '.git')).filter((name) => !before.includes(name));
    expect(added).toEqual(['gitmodel-synced.json']);
  });
});
