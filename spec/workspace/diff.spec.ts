import { FileMode } from 'gitmodel';
import type { Workspace } from 'gitmodel';
import { commitFiles, git, runGit } from '../support/temporary-repository';
import {
  emptyRepository,
  changesOf,
  expectLog,
  openPages,
  openWorkspace,
  copyRepository,
  once,
} from '../support/workspaces';

let path: string;
let ws: Workspace;

const files = once(() => {
  const path = emptyRepository();
  commitFiles(path, 'refs/heads/main', {
    files: { 'a.txt': 'one\ntwo\nthree\n', 'b.bin': Buffer.from([0, 1, 255]), 'folder/c.txt': 'C\n' },
    message: 'Files',
  });
  return path;
});

beforeEach(async () => {
  path = copyRepository(files());
  ws = await openWorkspace(path);
});

describe('diff', () => {
  it('is empty when nothing is staged', async () => {
    expect(await ws.diff()).toEqual({ changes: [], paths: [], patch: '' });
  });

  it('lists what is added, deleted and modified, with the oids of both sides', async () => {
    const added = await ws.index.addBlob('folder/new.txt', 'New\n');
    const modified = await ws.index.addBlob('a.txt', 'one\n2\nthree\n');
    await ws.index.remove('b.bin');
    const { changes, paths } = await ws.diff();

    expect(changes).toEqual([
      { path: 'a.txt', status: 'modified', oldOid: git(path, 'rev-parse', 'HEAD:a.txt'), newOid: modified },
      { path: 'b.bin', status: 'deleted', oldOid: git(path, 'rev-parse', 'HEAD:b.bin'), newOid: null },
      { path: 'folder/new.txt', status: 'added', oldOid: null, newOid: added },
    ]);
    expect(paths).toEqual(['a.txt', 'b.bin', 'folder/new.txt']);
  });

  it('has the patch that `git diff` prints', async () => {
    await ws.index.addBlob('a.txt', 'one\n2\nthree\n');
    await ws.index.addBlob('new-é☃.txt', 'no newline');
    await ws.index.remove('folder/c.txt');
    const tree = await ws.index.writeTree();
    const { patch } = await ws.diff();

    expect(patch).toBe(runGit(path, ['diff', '--no-renames', 'HEAD', tree]).toString());
    expect(patch).toContain('-two\n+2\n');
  });

  it('has a patch that `git apply` applies', async () => {
    await ws.index.addBlob('a.txt', 'one\n2\nthree\nfour\n');
    await ws.index.addBlob('folder/new.txt', 'New\n');
    await ws.index.remove('folder/c.txt');
    const { patch } = await ws.diff();
    git(path, 'reset', '--quiet', '--hard');
    runGit(path, ['apply', '--index'], { input: patch });

    expect(git(path, 'write-tree')).toBe(await ws.index.writeTree());
  });

  it('tells when a file has become something else, or may be executed', async () => {
    await ws.index.addBlob('a.txt', 'one\ntwo\nthree\n', { mode: FileMode.EXECUTABLE });
    await ws.index.addBlob('folder/c.txt', 'elsewhere', { mode: FileMode.SYMLINK });
    const { changes, patch } = await ws.diff();

    expect(changesOf(changes)).toEqual(['modified a.txt', 'type-changed folder/c.txt']);
    expect(patch).toContain('old mode 100644\nnew mode 100755\n');
  });

  it('says so where files are binary', async () => {
    await ws.index.addBlob('b.bin', Buffer.from([0, 2, 255]));

    expect((await ws.diff()).patch).toContain('Binary files a/b.bin and b/b.bin differ\n');
  });

  it('is against nothing on an unborn branch', async () => {
    const fresh = await openWorkspace(path, { branch: 'fresh' });
    expect((await fresh.diff()).paths).toEqual([]);
    await fresh.index.addBlob('new.txt', 'New\n');

    expect(changesOf((await fresh.diff()).changes)).toEqual(['added new.txt']);
  });

  it('is against everything when all is removed', async () => {
    for (const each of ['a.txt', 'b.bin', 'folder']) await ws.index.remove(each);

    expect(changesOf((await ws.diff()).changes)).toEqual([
      'deleted a.txt',
      'deleted b.bin',
      'deleted folder/c.txt',
    ]);
  });

  it('is against what the index is based on, not where the branch is now', async () => {
    commitFiles(path, 'refs/heads/main', {
      message: 'Nothing left',
      parents: [git(path, 'rev-parse', 'main')],
    });

    expect((await ws.diff()).paths).toEqual([]);
    await ws.updateIndex();
    expect((await ws.diff()).paths).toEqual([]);
    expectLog(path, ['Nothing left', 'Files']);
  });

  it('shows the change of one field of a record as one line', async () => {
    const pages = await openPages();
    const page = new pages.Page({ slug: 'a', title: 'A', content: 'Text' });
    await page.save({ commit: true, message: 'One' });
    page.title = 'B';
    await page.save();

    const lines = (await pages.ws.diff()).patch.split('\n').filter((line) => /^[-+] /.test(line));
    expect(lines).toEqual(['-    "title": "A",', '+    "title": "B",']);
    expectLog(pages.path, ['One']);
  });
});

describe('hasChanges', () => {
  it('is true while what is staged differs from what it is based on, and only then', async () => {
    expect(await ws.hasChanges()).toBe(false);
    await ws.index.addBlob('new.txt', 'New');
    expect(await ws.hasChanges()).toBe(true);
    await ws.index.remove('new.txt');
    expect(await ws.hasChanges()).toBe(false);
    await ws.index.addBlob('a.txt', 'one\ntwo\nthree\n', { mode: FileMode.EXECUTABLE });
    expect(await ws.hasChanges()).toBe(true);
    await ws.commit({ message: 'May be executed' });
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['May be executed', 'Files']);
  });

  it('writes nothing', async () => {
    const before = git(path, 'count-objects');
    await ws.index.addBlob('new.txt', 'New');
    expect(await ws.hasChanges()).toBe(true);

    expect(git(path, 'count-objects')).toBe(before);
  });
});
