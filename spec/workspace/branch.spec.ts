import { errorOf } from '../support/error-of';
import { commitFiles, git } from '../support/temporary-repository';
import {
  emptyRepository,
  commitMeanwhile,
  expectLog,
  openPages,
  openWorkspace,
  copyRepository,
  once,
} from '../support/workspaces';

/** A repository with two commits on `main`, and tags of both kinds at the first. */
const history = once(() => {
  const path = emptyRepository();
  const first = commitFiles(path, 'refs/heads/main', { files: { 'a.txt': '1' }, message: 'First' });
  const second = commitFiles(path, 'refs/heads/main', {
    files: { 'a.txt': '2' },
    message: 'Second',
    parents: [first],
  });
  git(path, 'tag', 'light', first);
  git(path, 'tag', '--annotate', '--message', 'Annotated', 'v1', first);
  return { path, first, second };
});

/** A copy of that, to do with as one likes. */
function repositoryWithHistory(): ReturnType<typeof history> {
  return { ...history(), path: copyRepository(history().path) };
}

describe('createBranch', () => {
  it('starts at the commit that the index is based on', async () => {
    const { path, second } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    const branch = await ws.createBranch('draft');

    expect(branch).toEqual({
      name: 'draft',
      ref: 'refs/heads/draft',
      oid: second,
      commit: ws.branch?.commit,
      tree: git(path, 'rev-parse', 'HEAD^{tree}'),
    });
    expect(git(path, 'rev-parse', 'draft')).toBe(second);
    expect(ws.head).toBe('refs/heads/main');
  });

  it('starts there also when the branch has moved on since, or when changes are staged', async () => {
    const { path, second } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    await ws.index.addBlob('b.txt', 'b');
    commitMeanwhile(path);
    await ws.createBranch('draft');

    expect(git(path, 'rev-parse', 'draft')).toBe(second);
    expect(await ws.hasChanges()).toBe(true);
    expectLog(path, ['Meanwhile', 'Second', 'First']);
  });

  it.each(['light', 'v1', 'refs/tags/v1', 'HEAD~1', 'main~1', 'v1^{commit}'])(
    'starts at %p when that is given',
    async (from) => {
      const { path, first } = repositoryWithHistory();
      const ws = await openWorkspace(path);

      expect(await ws.createBranch('draft', { from })).toMatchObject({
        oid: first,
        commit: { message: 'First' },
      });
      expect(git(path, 'rev-parse', 'draft')).toBe(first);
    },
  );

  it('starts at a branch or a commit', async () => {
    const { path, first, second } = repositoryWithHistory();
    const ws = await openWorkspace(path);

    expect((await ws.createBranch('one', { from: first })).oid).toBe(first);
    expect((await ws.createBranch('short', { from: first.slice(0, 10) })).oid).toBe(first);
    expect((await ws.createBranch('two', { from: 'refs/heads/main' })).oid).toBe(second);
    expect((await ws.createBranch('three', { from: 'one' })).oid).toBe(first);
  });

  it('takes full names, and names with slashes and letters of all kinds', async () => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);

    expect((await ws.createBranch('refs/heads/full')).name).toBe('full');
    for (const name of [
      'feature/one',
      'feature/two/three',
      'é☃',
      'a@b',
      '@',
      'a.b',
      "it's",
      'a{b}',
      'heads/x',
    ]) {
      expect((await ws.createBranch(name)).name).toBe(name);
      expect(git(path, 'rev-parse', '--verify', `refs/heads/${name}`)).toBe(ws.branch?.oid);
    }
  });

  it('writes to the log of the branch', async () => {
    const { path } = repositoryWithHistory();
    await (await openWorkspace(path)).createBranch('draft', { from: 'v1' });

    expect(git(path, 'reflog', 'show', '--format=%gs', 'draft')).toBe('branch: Created from v1');
  });

  it('refuses a branch that exists, and leaves it where it is', async () => {
    const { path, second } = repositoryWithHistory();
    const ws = await openWorkspace(path);

    expect(await errorOf(() => ws.createBranch('main', { from: 'v1' }))).toMatchObject({
      code: 'REFERENCE_EXISTS',
      message: `refs/heads/main exists already, at ${second}. Choose another name or delete it first.`,
      details: { ref: 'refs/heads/main' },
    });
    expect(await errorOf(() => ws.createBranch('main'))).toMatchObject({ code: 'REFERENCE_EXISTS' });
    expect(git(path, 'rev-parse', 'main')).toBe(second);
  });

  it.each([
    ['is below another one', 'main/x'],
    ['is above another one', 'feature'],
    ['is below another one, and packed', 'packed/x'],
  ])('refuses a branch whose name %s', async (_what, name) => {
    const { path } = repositoryWithHistory();
    git(path, 'branch', 'packed');
    git(path, 'pack-refs', '--all');
    git(path, 'branch', 'feature/one');
    const ws = await openWorkspace(path);

    expect(await errorOf(() => ws.createBranch(name))).toMatchObject({
      code: 'REFERENCE_EXISTS',
      details: { ref: `refs/heads/${name}` },
    });
  });

  it.each([
    ['a name of nothing', 'missing', 'OBJECT_NOT_FOUND'],
    ['a tree', 'HEAD^{tree}', 'OBJECT_NOT_FOUND'],
    ['a blob', 'HEAD:a.txt', 'OBJECT_NOT_FOUND'],
    ['nothing', '', 'INVALID_ARGUMENT'],
    ['a number', 5, 'INVALID_ARGUMENT'],
  ])('cannot start at %s', async (_what, from, code) => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);

    expect((await errorOf(() => ws.createBranch('draft', { from: from as string }))).code).toBe(code);
    expect(git(path, 'branch', '--list', 'draft')).toBe('');
  });

  it('says what is missing when there is no commit to start at', async () => {
    const { ws } = await openPages();

    expect(await errorOf(() => ws.createBranch('draft'))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
      message:
        'There is no commit yet for the branch "draft" to start at. Commit something first, or give { from }.',
      details: { ref: 'refs/heads/draft' },
    });
  });

  it('lets one of many win that ask for the same name at once', async () => {
    const { path } = repositoryWithHistory();
    const workspaces = await Promise.all(Array.from({ length: 4 }, () => openWorkspace(path)));
    const results = await Promise.allSettled(
      workspaces.flatMap((ws) => [ws.createBranch('draft'), ws.createBranch('draft', { from: 'v1' })]),
    );

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'REFERENCE_EXISTS' });
    }
  });
});

/** Names that Git's own `check-ref-format --branch` refuses; the API refuses them with code. */
const INVALID_NAMES = [
  '',
  '/',
  'a b',
  'a..b',
  '.a',
  'a/.b',
  'a.lock',
  'a.lock/b',
  'a/',
  '/a',
  'a//b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{1}',
  'a.',
  '-a',
  'HEAD',
  'a\tb',
  'a\x7f',
  'a\nb',
];

describe('A name that no branch can have', () => {
  it.each(INVALID_NAMES)('is refused by git, and by every method: %j', async (name) => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    const tree = git(path, 'rev-parse', 'HEAD^{tree}');
    expect(() => git(path, 'check-ref-format', '--branch', name)).toThrow();

    for (const call of [
      () => ws.createBranch(name),
      () => ws.getBranch(name),
      () => ws.setBranch(name),
      () => ws.createCommit(name, tree),
    ]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'INVALID_REFERENCE_NAME', details: { ref: `refs/heads/${name}` } });
      expect(error.message).toContain(JSON.stringify(`refs/heads/${name}`));
    }
  });

  it.each([
    ['NUL', 'a\0b'],
    ['half of a surrogate pair', 'a\ud800'],
    ['more bytes than a file system takes', 'é'.repeat(126)],
    ['a number', 5],
    ['null', null],
    ['undefined', undefined],
    ['an array', ['main']],
  ])('is refused by every method: %s', async (_what, value) => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    const name = value as string;

    for (const call of [() => ws.createBranch(name), () => ws.getBranch(name), () => ws.setBranch(name)]) {
      expect((await errorOf(call)).code).toBe('INVALID_REFERENCE_NAME');
    }
  });
});

describe('getBranch', () => {
  it('reads a branch as it is now, by either name', async () => {
    const { path, second } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    expect((await ws.getBranch('main')).oid).toBe(second);
    const oid = commitMeanwhile(path);

    expect(await ws.getBranch('main')).toMatchObject({ oid, commit: { message: 'Meanwhile\n' } });
    expect((await ws.getBranch('refs/heads/main')).oid).toBe(oid);
    expect(ws.branch?.oid).toBe(second);
    expectLog(path, ['Meanwhile', 'Second', 'First']);
  });

  it.each(['missing', 'v1', 'refs/heads/main/x'])('fails for %p, which is no branch', async (name) => {
    const { path } = repositoryWithHistory();
    const ref = name.startsWith('refs/') ? name : `refs/heads/${name}`;
    const ws = await openWorkspace(path);

    expect(await errorOf(() => ws.getBranch(name))).toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
      message: `There is no reference ${ref}. Create it with createBranch(), or commit to it first.`,
      details: { ref },
    });
  });
});

describe('setBranch', () => {
  it('makes the index the tree of another branch, to which commits then go', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'On main' }).save({ commit: true, message: 'One' });
    await ws.createBranch('draft');

    expect(await ws.setBranch('draft')).toMatchObject({ name: 'draft', commit: { message: 'One' } });
    expect(ws.head).toBe('refs/heads/draft');
    const page = await Page.get('a');
    page.title = 'On draft';
    await page.save({ commit: true, message: 'Two' });
    await ws.setBranch('refs/heads/main');
    expect(await Page.get('a')).toMatchObject({ title: 'On main' });
    await ws.setBranch('draft');
    expect(await Page.get('a')).toMatchObject({ title: 'On draft' });
    expectLog(path, ['One'], 'main');
    expectLog(path, ['Two', 'One'], 'draft');
  });

  it('brings the branch up to date when it is the present one', async () => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    const oid = commitMeanwhile(path);

    expect((await ws.setBranch('main')).oid).toBe(oid);
    expect(ws.branch?.oid).toBe(oid);
    expectLog(path, ['Meanwhile', 'Second', 'First']);
  });

  it('is refused while changes are staged', async () => {
    const { path } = repositoryWithHistory();
    git(path, 'branch', 'draft');
    const ws = await openWorkspace(path);
    await ws.index.addBlob('b.txt', 'b');

    expect(await errorOf(() => ws.setBranch('draft'))).toMatchObject({
      code: 'PENDING_CHANGES',
      message:
        'Changes are staged and not committed, and switching to another branch would drop them. ' +
        'Commit them, or drop them with updateIndex(undefined, { discardChanges: true }).',
    });
    expect(ws.head).toBe('refs/heads/main');
    await ws.updateIndex(undefined, { discardChanges: true });
    expect((await ws.setBranch('draft')).name).toBe('draft');
  });

  it.each(['missing', 'v1'])('fails for %p, which is no branch, and stays where it is', async (name) => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);

    expect((await errorOf(() => ws.setBranch(name))).code).toBe('REFERENCE_NOT_FOUND');
    expect(ws.head).toBe('refs/heads/main');
  });
});

describe('branch', () => {
  it('is the branch as the index is based on it', async () => {
    const { path, ws, Page } = await openPages();
    expect(ws.branch).toBeNull();
    const oid = await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });

    expect(ws.branch).toEqual({
      name: 'main',
      ref: 'refs/heads/main',
      oid,
      commit: (await ws.getBranch('main')).commit,
      tree: git(path, 'rev-parse', 'HEAD^{tree}'),
    });
    expectLog(path, ['One']);
  });
});
