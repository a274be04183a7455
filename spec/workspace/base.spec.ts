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

/** Two commits on `main`, one more on `draft`, a tag of each kind at the first; returns the oids. */
const history = once(() => {
  const path = emptyRepository();
  const commit = (ref: string, text: string, ...parents: string[]): string =>
    commitFiles(path, ref, { files: { 'a.txt': text }, message: text, parents });
  const first = commit('refs/heads/main', 'First');
  const second = commit('refs/heads/main', 'Second', first);
  const third = commit('refs/heads/draft', 'Third', second);
  git(path, 'tag', 'light', first);
  git(path, 'tag', '--annotate', '--message', 'Annotated', 'v1', first);
  git(path, 'tag', '--annotate', '--message', 'Nested', 'v1-again', 'v1');
  return { path, first, second, third };
});

/** A copy of that, to do with as one likes. */
function repositoryWithHistory(): ReturnType<typeof history> {
  return { ...history(), path: copyRepository(history().path) };
}

describe('updateIndex', () => {
  it.each(['draft', 'refs/heads/draft'])('moves to a branch by the name %p', async (name) => {
    const { path, third } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    await ws.updateIndex(name);

    expect([ws.head, ws.branch?.oid]).toEqual(['refs/heads/draft', third]);
    expect((await ws.index.read('a.txt')).toString()).toBe('Third');
    await ws.index.addBlob('b.txt', 'b');
    await ws.commit({ message: 'Fourth' });
    expectLog(path, ['Fourth', 'Third', 'Second', 'First'], 'draft');
  });

  it.each([
    'light',
    'refs/tags/light',
    'v1',
    'refs/tags/v1',
    'v1-again',
    'HEAD~1',
    'main~1',
    'draft~2',
    'main@{1}',
    ':/First',
  ])('goes to %p, off every branch', async (treeish) => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    if (treeish.includes('@{')) git(path, 'update-ref', '-m', 'log', 'refs/heads/main', 'main~1');
    if (treeish.includes('@{')) git(path, 'update-ref', '-m', 'log', 'refs/heads/main', 'draft~1');
    await ws.updateIndex(treeish);

    expect([ws.head, ws.branch]).toEqual([null, null]);
    expect((await ws.index.read('a.txt')).toString()).toBe('First');
    expect(await ws.hasChanges()).toBe(false);
    await ws.index.addBlob('b.txt', 'b');
    expect((await errorOf(() => ws.commit())).code).toBe('DETACHED_HEAD');
  });

  it('goes to a commit, by its full or short oid, even of a branch', async () => {
    const { path, first, third } = repositoryWithHistory();
    const ws = await openWorkspace(path);

    for (const [oid, text] of [
      [first, 'First'],
      [third, 'Third'],
      [first.slice(0, 10), 'First'],
    ] as const) {
      await ws.updateIndex(oid);
      expect(ws.head).toBeNull();
      expect((await ws.index.read('a.txt')).toString()).toBe(text);
    }
  });

  it('goes to a tree, also to one that is in no commit, and to a folder', async () => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    await ws.index.addBlob('folder/b.txt', 'b');
    const tree = await ws.index.writeTree();
    await ws.updateIndex(undefined, { discardChanges: true });
    await ws.updateIndex(tree);
    expect((await ws.index.read('folder/b.txt')).toString()).toBe('b');
    await ws.updateIndex(`${tree}:folder`);

    expect((await ws.index.read('b.txt')).toString()).toBe('b');
    expect(ws.head).toBeNull();
  });

  it('prefers a branch to a tag of the same name, as `git switch` does', async () => {
    const { path, third } = repositoryWithHistory();
    git(path, 'tag', 'draft', 'main');
    const ws = await openWorkspace(path);
    await ws.updateIndex('draft');
    expect([ws.head, ws.branch?.oid]).toEqual(['refs/heads/draft', third]);
    await ws.updateIndex('refs/tags/draft');

    expect(ws.head).toBeNull();
    expect((await ws.index.read('a.txt')).toString()).toBe('Second');
  });

  it('follows the present branch when nothing is given', async () => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    const oid = commitMeanwhile(path);
    expect(ws.branch?.oid).not.toBe(oid);
    await ws.updateIndex();

    expect(ws.branch?.oid).toBe(oid);
    expectLog(path, ['Meanwhile', 'Second', 'First']);
  });

  it('stays at a commit or a tree when nothing is given', async () => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    for (const treeish of ['v1', 'v1^{tree}']) {
      await ws.updateIndex(treeish);
      await ws.index.addBlob('b.txt', 'b');
      await ws.updateIndex(undefined, { discardChanges: true });

      expect(ws.head).toBeNull();
      expect((await ws.index.read('a.txt')).toString()).toBe('First');
      expect(await ws.hasChanges()).toBe(false);
    }
  });

  it('sees an unborn branch come into being, and refuses to follow it when it goes away', async () => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path, { branch: 'fresh' });
    await ws.updateIndex();
    expect(ws.branch).toBeNull();
    git(path, 'branch', 'fresh', 'v1');
    await ws.updateIndex();
    expect((await ws.index.read('a.txt')).toString()).toBe('First');
    git(path, 'branch', '-D', '--quiet', 'fresh');

    expect(await errorOf(() => ws.updateIndex())).toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
    expect((await ws.index.read('a.txt')).toString()).toBe('First');
  });

  it.each([undefined, 'main', 'draft', 'v1'])(
    'is refused while changes are staged, and loses none: %p',
    async (treeish) => {
      const { path, second } = repositoryWithHistory();
      const ws = await openWorkspace(path);
      await ws.index.addBlob('b.txt', 'b');

      expect(await errorOf(() => ws.updateIndex(treeish))).toMatchObject({
        code: 'PENDING_CHANGES',
        message:
          'Changes are staged and not committed, and updating the index would drop them. ' +
          'Commit them, or drop them with updateIndex(undefined, { discardChanges: true }).',
      });
      expect((await ws.index.read('b.txt')).toString()).toBe('b');
      expect([ws.head, ws.branch?.oid]).toEqual(['refs/heads/main', second]);
    },
  );

  it('drops what is staged with { discardChanges: true }, and makes unsaved records new again', async () => {
    const { path, ws, Page } = await openPages();
    const stored = new Page({ slug: 'stored', title: 'One' });
    await stored.save({ commit: true, message: 'One' });
    const { oid } = stored;
    stored.title = 'Two';
    stored.slug = 'moved';
    await stored.save();
    const fresh = new Page({ slug: 'fresh', title: 'A' });
    await fresh.save();
    const gone = await Page.get('fresh');
    await gone.delete();
    await ws.updateIndex(undefined, { discardChanges: true });

    expect(await ws.hasChanges()).toBe(false);
    expect([stored.oid, fresh.oid]).toEqual([oid, null]);
    await fresh.save();
    await stored.save();
    await ws.commit({ message: 'Two' });
    expect((await Page.all().toArray()).map(({ slug, title }) => [slug, title])).toEqual([
      ['fresh', 'A'],
      ['moved', 'Two'],
    ]);
    expectLog(path, ['Two', 'One']);
  });

  it.each([
    ['a name of nothing', 'missing', 'OBJECT_NOT_FOUND'],
    ['a branch that is not there', 'refs/heads/missing', 'OBJECT_NOT_FOUND'],
    ['a tag that is not there', 'refs/tags/missing', 'OBJECT_NOT_FOUND'],
    ['an oid of nothing', '1'.repeat(40), 'OBJECT_NOT_FOUND'],
    ['a blob', 'main:a.txt', 'OBJECT_NOT_FOUND'],
    ['a path that is not there', 'main:missing', 'OBJECT_NOT_FOUND'],
    ['more parents than there are', 'main~5', 'OBJECT_NOT_FOUND'],
    ['an empty text', '', 'INVALID_ARGUMENT'],
    ['a text with NUL', 'a\0b', 'INVALID_ARGUMENT'],
    ['a number', 5, 'INVALID_ARGUMENT'],
    ['null', null, 'INVALID_ARGUMENT'],
  ])('fails for %s, and stays where it is', async (_what, treeish, code) => {
    const { path, second } = repositoryWithHistory();
    const ws = await openWorkspace(path);

    expect((await errorOf(() => ws.updateIndex(treeish as string))).code).toBe(code);
    expect([ws.head, ws.branch?.oid]).toEqual(['refs/heads/main', second]);
  });

  it('fails for a short oid that stands for several objects', async () => {
    const { path } = repositoryWithHistory();
    const ws = await openWorkspace(path);
    // Until two of them share their first four digits, the fewest that git takes.
    const prefixes = new Map<string, string>();
    let ambiguous: string | undefined;
    for (let number = 0; ambiguous === undefined; number++) {
      const oid = await ws.index.addBlob(`file-${number}`, String(number));
      const prefix = oid.slice(0, 4);
      if (prefixes.has(prefix)) ambiguous = prefix;
      prefixes.set(prefix, oid);
    }
    await ws.index.writeTree();
    await ws.updateIndex(undefined, { discardChanges: true });

    expect((await errorOf(() => ws.updateIndex(ambiguous))).code).toBe('OBJECT_NOT_FOUND');
  });
});
