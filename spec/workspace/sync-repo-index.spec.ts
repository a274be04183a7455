import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import { errorOf } from '../support/error-of';
import { commitFiles, git, temporaryRepository } from '../support/temporary-repository';
import { emptyRepository, expectLog, openPages, openWorkspace } from '../support/workspaces';

describe('syncRepoIndex', () => {
  it('makes what is staged the index of the repository', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await new Page({ slug: 'b', title: 'B' }).save();
    await ws.syncRepoIndex();

    expect(git(path, 'ls-files')).toBe('page/a/data.json\npage/b/data.json');
    expect(git(path, 'diff', '--cached', '--name-status')).toBe('A\tpage/b/data.json');
    expect(git(path, 'write-tree')).toBe(await ws.index.writeTree());
    expect(existsSync(nodePath.join(path, 'page'))).toBe(false);
    expect(await ws.hasChanges()).toBe(true);
    expectLog(path, ['One']);
  });

  it('with { checkout: true } writes the files too, and `git status` finds nothing to do', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save({ commit: true, message: 'One' });
    await ws.syncRepoIndex({ checkout: true });
    expect(git(path, 'status', '--porcelain', '--branch')).toBe('## main');
    expect(readFileSync(nodePath.join(path, 'page/a/data.json'), 'utf8')).toContain('"title": "A"');
    page.title = 'B';
    page.slug = 'b';
    await page.save({ commit: true, message: 'Two' });
    await ws.syncRepoIndex({ checkout: true });

    expect(git(path, 'status', '--porcelain', '--branch')).toBe('## main');
    expect(existsSync(nodePath.join(path, 'page/a'))).toBe(false);
    expect(readFileSync(nodePath.join(path, 'page/b/data.json'), 'utf8')).toContain('"title": "B"');
    expectLog(path, ['Two', 'One']);
  });

  it('lets stock git go on from there, and the workspace from what git has done', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await ws.syncRepoIndex({ checkout: true });
    const file = nodePath.join(path, 'page/a/data.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"A"', '"Edited by hand"'));
    git(path, 'commit', '--quiet', '--all', '--message', 'By hand');
    await ws.updateIndex();
    expect(await Page.get('a')).toMatchObject({ title: 'Edited by hand' });
    await new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Three' });
    await ws.syncRepoIndex({ checkout: true });

    expect(git(path, 'status', '--porcelain')).toBe('');
    expectLog(path, ['Three', 'By hand', 'One']);
  });

  it('makes HEAD name the branch of the workspace when it checks out, and only then', async () => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', { files: { 'a.txt': 'a' }, message: 'On main' });
    commitFiles(path, 'refs/heads/draft', { files: { 'b.txt': 'b' }, message: 'On draft' });
    git(path, 'reset', '--quiet', '--hard');
    const ws = await openWorkspace(path, { branch: 'draft' });
    await ws.syncRepoIndex({ checkout: true });

    expect(git(path, 'status', '--porcelain', '--branch')).toBe('## draft');
    expect([existsSync(nodePath.join(path, 'a.txt')), existsSync(nodePath.join(path, 'b.txt'))]).toEqual([
      false,
      true,
    ]);
    await ws.setBranch('main');
    await ws.syncRepoIndex();
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/draft');
    git(path, 'reset', '--quiet', '--hard');
  });

  it('never overwrites what was changed by hand', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save({ commit: true, message: 'One' });
    await ws.syncRepoIndex({ checkout: true });
    const file = nodePath.join(path, 'page/a/data.json');
    writeFileSync(file, 'by hand');
    page.title = 'B';
    await page.save({ commit: true, message: 'Two' });
    const index = git(path, 'write-tree');

    expect(await errorOf(() => ws.syncRepoIndex({ checkout: true }))).toMatchObject({
      code: 'CHECKOUT_CONFLICT',
    });
    expect(readFileSync(file, 'utf8')).toBe('by hand');
    expect(git(path, 'write-tree')).toBe(index);
    git(path, 'checkout', '--force', 'HEAD', '--', '.');
    await ws.syncRepoIndex({ checkout: true });
    expect(git(path, 'status', '--porcelain')).toBe('');
    expectLog(path, ['Two', 'One']);
  });

  it('keeps files that git knows nothing of', async () => {
    const { path, ws, Page } = await openPages();
    writeFileSync(nodePath.join(path, 'mine.txt'), 'mine');
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await ws.syncRepoIndex({ checkout: true });

    expect(git(path, 'status', '--porcelain')).toBe('?? mine.txt');
    expect(readFileSync(nodePath.join(path, 'mine.txt'), 'utf8')).toBe('mine');
    expectLog(path, ['One']);
  });

  it('is refused in a bare repository, which has neither', async () => {
    const path = temporaryRepository({ bare: true });
    const ws = await openWorkspace(path);
    await ws.index.addBlob('a.txt', 'a');

    for (const checkout of [false, true]) {
      expect(await errorOf(() => ws.syncRepoIndex({ checkout }))).toMatchObject({
        code: 'UNSUPPORTED_REPOSITORY',
        details: { path: `${path}/` },
      });
    }
  });

  it('waits for the lock of the index, and gives up after a while', async () => {
    const { path, ws } = await openPages({ lockWaitTimeout: 50, lockWaitInterval: 5 });
    await ws.index.addBlob('a.txt', 'a');
    writeFileSync(nodePath.join(path, '.git/index.lock'), '');

    expect(await errorOf(() => ws.syncRepoIndex())).toMatchObject({ code: 'LOCK_WAIT_TIMEOUT' });
  });
});
