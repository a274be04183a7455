import { rmSync, writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import type { Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { git, temporaryRepository } from '../support/temporary-repository';
import { commitMeanwhile, expectLog, openWorkspace } from '../support/workspaces';
import { openTwoCommits, twoCommits } from './two-commits';

const branches = (path: string): string[] =>
  git(path, 'for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n').filter(Boolean);

describe('The branches', () => {
  it('are created, read and listed, by the short forms and these', async () => {
    const { path, ws, first, second } = await openTwoCommits();
    const draft = await ws.branches.create('draft', { from: 'main~1' });
    expect(draft).toMatchObject({ name: 'draft', ref: 'refs/heads/draft', oid: first });
    expect(await ws.getBranch('draft')).toEqual(await ws.branches.get('draft'));
    git(path, 'pack-refs', '--all');
    await ws.branches.create('feature/a');
    expect((await ws.branches.list()).map(({ name, oid }) => [name, oid])).toEqual([
      ['draft', first],
      ['feature/a', second],
      ['main', second],
    ]);
    expect((await ws.branches.list({ pattern: 'f*' })).map(({ name }) => name)).toEqual(['feature/a']);
    expect((await errorOf(() => ws.branches.get('none'))).code).toBe('REFERENCE_NOT_FOUND');
    expect((await errorOf(() => ws.branches.create('a..b'))).code).toBe('INVALID_REFERENCE_NAME');
  });
});

describe('A branch that is renamed', () => {
  it('takes its log, its configuration, HEAD and this workspace along, with what is staged', async () => {
    const { path, ws, second } = await openTwoCommits();
    git(path, 'config', 'branch.main.remote', 'origin');
    git(path, 'config', 'branch.main.merge', 'refs/heads/main');
    await ws.index.addBlob('b.txt', 'b');
    expect(await ws.branches.rename('main', 'trunk/main')).toMatchObject({ name: 'trunk/main', oid: second });
    expect(branches(path)).toEqual(['trunk/main']);
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk/main');
    expect(git(path, 'config', '--get-regexp', '^branch')).toBe(
      'branch.trunk/main.remote origin\nbranch.trunk/main.merge refs/heads/main',
    );
    expect(git(path, 'reflog', 'show', '--format=%gs', 'trunk/main').split('\n')[0]).toBe(
      'Branch: renamed refs/heads/main to refs/heads/trunk/main',
    );
    expect([ws.head, ws.branch?.name]).toEqual(['refs/heads/trunk/main', 'trunk/main']);
    await ws.commit({ message: 'Third' });
    expectLog(path, ['Third', 'Second', 'First']);
  });

  it('is found gone by other workspaces that are on it', async () => {
    const { path, ws } = await openTwoCommits();
    const other = await openWorkspace(path);
    await ws.branches.create('aside');
    await ws.branches.rename('main', 'trunk');
    await other.index.addBlob('b.txt', 'b');
    expect(await errorOf(() => other.commit())).toMatchObject({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/main', actual: null },
    });
    expect(branches(path)).toEqual(['aside', 'trunk']);
  });

  it('takes linked work trees along', async () => {
    const { path, ws } = await openTwoCommits();
    git(path, 'worktree', 'add', '--quiet', '-b', 'side', nodePath.join(path, 'linked'));
    await ws.branches.rename('side', 'other');
    expect(git(nodePath.join(path, 'linked'), 'symbolic-ref', 'HEAD')).toBe('refs/heads/other');
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
  });

  it('does not get a name that is taken, collides or is refused', async () => {
    const { path, ws } = await openTwoCommits();
    await ws.branches.create('other');
    await ws.branches.create('a/b');
    for (const [name, code] of [
      ['other', 'REFERENCE_EXISTS'],
      ['a', 'REFERENCE_EXISTS'],
      ['main/sub', 'REFERENCE_EXISTS'],
      ['a..b', 'INVALID_REFERENCE_NAME'],
    ] as const) {
      expect({ name, code: (await errorOf(() => ws.branches.rename('main', name))).code }).toEqual({
        name,
        code,
      });
    }
    expect(await ws.branches.rename('main', 'main')).toMatchObject({ name: 'main' });
    expect((await errorOf(() => ws.branches.rename('none', 'x'))).code).toBe('REFERENCE_NOT_FOUND');
    expect(branches(path)).toEqual(['a/b', 'main', 'other']);
  });

  it('has its old name while a lock is in the way', async () => {
    const { path, ws } = await openTwoCommits();
    ws.config.lockWaitTimeout = 30;
    for (const lock of ['refs/heads/main.lock', 'refs/heads/new.lock']) {
      writeFileSync(nodePath.join(path, '.git', lock), '');
      expect((await errorOf(() => ws.branches.rename('main', 'new'))).code).toBe('LOCK_WAIT_TIMEOUT');
      expect(branches(path)).toEqual(['main']);
      rmSync(nodePath.join(path, '.git', lock));
    }
  });
});

describe('A branch that is deleted', () => {
  it('is gone when the present branch has its commits, with its configuration', async () => {
    const { path, ws, first } = await openTwoCommits();
    await ws.branches.create('old', { from: first });
    git(path, 'config', 'branch.old.remote', 'origin');
    git(path, 'pack-refs', '--all');
    expect(await ws.branches.delete('old')).toBe(first);
    expect(branches(path)).toEqual(['main']);
    expect(() => git(path, 'config', 'branch.old.remote')).toThrow();
    expect((await errorOf(() => ws.branches.delete('old'))).code).toBe('REFERENCE_NOT_FOUND');
  });

  it('stays when it has commits that nothing else has, unless it is forced', async () => {
    const { path, ws } = await openTwoCommits();
    await ws.branches.create('side');
    const oid = commitMeanwhile(path, 'Aside', 'side');
    expect(await errorOf(() => ws.branches.delete('side'))).toMatchObject({
      code: 'BRANCH_NOT_MERGED',
      details: { ref: 'refs/heads/side', oid },
    });
    expect(branches(path)).toEqual(['main', 'side']);
    expect(await ws.branches.delete('side', { force: true })).toBe(oid);
    expect(branches(path)).toEqual(['main']);
  });

  it('is gone when its upstream has its commits', async () => {
    const { path, ws } = await openTwoCommits();
    await ws.branches.create('side');
    commitMeanwhile(path, 'Aside', 'side');
    await ws.branches.create('copy', { from: 'side' });
    await ws.branches.setUpstream('side', 'copy');
    await ws.branches.delete('side');
    expect(branches(path)).toEqual(['copy', 'main']);
    expectLog(path, ['Aside', 'Second', 'First'], 'copy');
  });

  it('stays when this workspace, a work tree or HEAD is on it, also when it is forced', async () => {
    const { path, ws } = await openTwoCommits();
    git(path, 'worktree', 'add', '--quiet', '-b', 'side', nodePath.join(path, 'linked'));
    const refusal = async (name: string): Promise<unknown> =>
      (await errorOf(() => ws.branches.delete(name, { force: true }))).details;
    expect(await refusal('main')).toEqual({ ref: 'refs/heads/main', path: null });
    expect(await refusal('side')).toEqual({
      ref: 'refs/heads/side',
      path: nodePath.join(path, '.git/worktrees/linked'),
    });
    await ws.branches.create('free');
    await ws.setBranch('free');
    expect(await errorOf(() => ws.branches.delete('main'))).toMatchObject({
      code: 'BRANCH_IN_USE',
      message: expect.stringContaining('git switch') as unknown,
    });
    git(path, 'switch', '--quiet', '--detach');
    await ws.branches.delete('main');
    expect(branches(path)).toEqual(['free', 'side']);
    expectLog(path, ['Second', 'First'], 'free');
  });

  it('stays when it is symbolic, and what it leads to as well', async () => {
    const { path, ws } = await openTwoCommits();
    git(path, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
    expect((await errorOf(() => ws.branches.delete('alias'))).code).toBe('GIT_ERROR');
    expect(branches(path)).toEqual(['alias', 'main']);
  });
});

describe('The upstream of a branch', () => {
  /** A clone of a repository, with one branch of it fetched. */
  async function cloned(): Promise<{ readonly path: string; readonly ws: Workspace }> {
    const path = temporaryRepository();
    git(path, 'remote', 'add', 'origin', twoCommits().path);
    git(path, 'remote', 'add', 'up/stream', twoCommits().path);
    git(path, 'fetch', '--quiet', 'origin');
    git(path, 'fetch', '--quiet', 'up/stream');
    git(path, 'reset', '--quiet', '--hard', 'origin/main');
    return { path, ws: await openWorkspace(path) };
  }
  const byGit = (path: string, name = 'main'): string =>
    git(path, 'for-each-ref', '--format=%(upstream)', `refs/heads/${name}`);

  it.each([
    ['origin/main', 'origin', 'refs/heads/main', 'refs/remotes/origin/main'],
    ['refs/remotes/up/stream/main', 'up/stream', 'refs/heads/main', 'refs/remotes/up/stream/main'],
    ['other', '.', 'refs/heads/other', 'refs/heads/other'],
    ['refs/heads/it"s.one', '.', 'refs/heads/it"s.one', 'refs/heads/it"s.one'],
  ])('may be %s, as git sees it too', async (given, remote, branch, ref) => {
    const { path, ws } = await cloned();
    for (const name of ['other', 'it"s.one']) await ws.branches.create(name);
    expect(await ws.branches.upstream('main')).toBeNull();
    for (const name of ['main', 'it"s.one']) {
      expect(await ws.branches.setUpstream(name, given)).toEqual({ remote, branch, ref });
      expect(await ws.branches.upstream(name)).toEqual({ remote, branch, ref });
      expect(byGit(path, name)).toBe(ref);
    }
    expect(await ws.branches.setUpstream('main', null)).toBeNull();
    expect(await ws.branches.upstream('main')).toBeNull();
    expect(byGit(path)).toBe('');
  });

  it('may be one that was not fetched yet, or is not fetched', async () => {
    const { ws } = await cloned();
    expect(await ws.branches.setUpstream('main', { remote: 'origin', branch: 'new' })).toEqual({
      remote: 'origin',
      branch: 'refs/heads/new',
      ref: 'refs/remotes/origin/new',
    });
    expect(await ws.branches.setUpstream('main', { remote: 'nowhere', branch: 'new' })).toMatchObject({
      ref: null,
    });
  });

  it('is what git has written', async () => {
    const { path, ws } = await cloned();
    git(path, 'branch', '--set-upstream-to=origin/main');
    expect(await ws.branches.upstream('main')).toMatchObject({ remote: 'origin', branch: 'refs/heads/main' });
  });

  it('is refused when it is not there, or nonsense; and of a branch that is not there', async () => {
    const { path, ws } = await cloned();
    git(path, 'update-ref', 'refs/remotes/lost/main', 'main');
    for (const [name, given, code] of [
      ['main', 'none', 'REFERENCE_NOT_FOUND'],
      ['main', 'lost/main', 'INVALID_ARGUMENT'],
      ['main', {}, 'INVALID_ARGUMENT'],
      ['main', { remote: 'a b', branch: 'x' }, 'INVALID_ARGUMENT'],
      ['main', { remote: 'origin', branch: 'a..b' }, 'INVALID_REFERENCE_NAME'],
      ['none', 'origin/main', 'REFERENCE_NOT_FOUND'],
    ] as const) {
      const error = await errorOf(() => ws.branches.setUpstream(name, given as string));
      expect({ given, code: error.code }).toEqual({ given, code });
    }
    expect(await ws.branches.upstream('main')).toBeNull();
  });

  it('is not written while somebody else has the configuration locked', async () => {
    const { path, ws } = await cloned();
    ws.config.lockWaitTimeout = 30;
    writeFileSync(nodePath.join(path, '.git/config.lock'), '');
    expect((await errorOf(() => ws.branches.setUpstream('main', 'origin/main'))).code).toBe(
      'LOCK_WAIT_TIMEOUT',
    );
    expect(byGit(path)).toBe('');
  });
});
