import { BlobField, GitModel, RelatedField, SlugField, View } from 'gitmodel';
import type { GitBlob, Related, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { NoteModel, PageModel } from '../../support/sample-models';
import { commitFiles, git } from '../../support/temporary-repository';
import {
  collect,
  emptyRepository,
  expectLog,
  messagesOf,
  openPages,
  openWorkspace,
} from '../../support/workspaces';

class AuthorModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @BlobField({ required: false }) photo!: GitBlob | null;
}

class PostModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @RelatedField(AuthorModel) author!: Related<AuthorModel>;
}

/** A workspace with three commits, in each of which the page has another title. */
async function openHistory() {
  const opened = await openPages();
  const page = new opened.Page({ slug: 'a', title: 'One' });
  for (const title of ['One', 'Two', 'Three']) {
    page.title = title;
    await page.save({ commit: true, message: title });
  }
  return opened;
}

async function titleIn(view: View): Promise<string> {
  return (await view.register(PageModel).get('a')).title;
}

describe('ws.at()', () => {
  it('reads at a branch, a tag, a commit, a tree, or what is built on these', async () => {
    const { path, ws } = await openHistory();
    git(path, 'branch', 'draft', 'main~1');
    git(path, 'tag', 'light', 'main~2');
    git(path, 'tag', '-a', 'annotated', '-m', 'One', 'main~2');
    git(path, 'tag', '-a', 'nested', '-m', 'Again', 'annotated');
    git(path, 'tag', '-a', 'tree', '-m', 'Of a tree', 'main~1^{tree}');

    // As for git, a tag comes before a branch of its name, and an oid before either.
    git(path, 'branch', 'both', 'main');
    git(path, 'tag', 'both', 'main~2');
    git(path, 'branch', git(path, 'rev-parse', 'main~2'), 'main');

    const expected: Readonly<Record<string, string>> = {
      main: 'Three',
      both: 'One',
      draft: 'Two',
      'refs/heads/draft': 'Two',
      light: 'One',
      annotated: 'One',
      nested: 'One',
      tree: 'Two',
      'HEAD~1': 'Two',
      'main^{tree}': 'Three',
      [git(path, 'rev-parse', 'main~2')]: 'One',
      [git(path, 'rev-parse', '--short=8', 'main~2')]: 'One',
    };
    for (const [treeish, title] of Object.entries(expected)) {
      await using view = await ws.at(treeish);
      expect([treeish, await titleIn(view)]).toEqual([treeish, title]);
      expect([treeish, view.tree]).toEqual([treeish, git(path, 'rev-parse', `${treeish}^{tree}`)]);
    }
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('knows its commit and what that descends from, where there is one', async () => {
    const { path, ws } = await openHistory();
    const view = await ws.at('HEAD~1');
    const tree = await ws.at('HEAD^{tree}');

    expect(view.commit).toMatchObject({ oid: git(path, 'rev-parse', 'HEAD~1'), message: 'Two' });
    expect(await messagesOf(view.walk())).toEqual(['Two', 'One']);
    expect([tree.commit, await collect(tree.walk())]).toEqual([null, []]);
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('does not see what is staged, nor what is committed later', async () => {
    const { path, ws, Page } = await openHistory();
    const view = await ws.at('main');
    const page = await Page.get('a');
    page.title = 'Four';
    await page.save();
    expect(await titleIn(view)).toBe('Three');
    await ws.commit({ message: 'Four' });

    expect(await titleIn(view)).toBe('Three');
    expectLog(path, ['Four', 'Three', 'Two', 'One']);
  });

  it('reads relations and blobs there too', async () => {
    const ws = await openWorkspace();
    const [Author, Post] = [ws.register(AuthorModel), ws.register(PostModel)];
    const ann = new Author({ slug: 'ann', photo: Buffer.from('old') });
    await ann.save();
    await new Post({ slug: 'hello', author: ann }).save();
    const tree = await ws.index.writeTree();
    ann.set({ photo: Buffer.from('new') });
    await ann.save();
    const view = await ws.at(tree);

    const post = await view.register(Post).get('hello');
    expect(await (await post.author).photo?.text()).toBe('old');
    const [loaded] = await view.register(PostModel).all().with('author').toArray();
    expect(await loaded?.author.record?.photo?.text()).toBe('old');
    expect(await (await Author.get('ann')).photo?.text()).toBe('new');
    expect((await view.index.read('authormodel/ann/photo.data')).toString()).toBe('old');
  });

  it('has the workspace’s models from the beginning, and may get others', async () => {
    const { path, ws, Page } = await openHistory();
    const view = await ws.at('main');
    expect(Object.keys(view.models)).toEqual(['Page']);
    expect(view.register(Page)).toBe(view.models.Page);
    const { NoteModel: Note } = view.importModels({ NoteModel });

    expect([await Note.all().count(), Object.keys(ws.models)]).toEqual([0, ['Page']]);
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('reads records without a class, and files', async () => {
    const { path, ws } = await openHistory();
    const view = await ws.at('main~2');
    const pages = view.records('page');

    expect((await pages.get('a')).fields).toMatchObject({ title: 'One' });
    expect(await collect(pages.all())).toHaveLength(1);
    expect(await view.index.entry('page/a/data.json')).toMatchObject({ kind: 'blob' });
    expect((await collect(view.index.walk())).map((each) => each.path)).toEqual([
      'page',
      'page/a',
      'page/a/data.json',
    ]);
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('can be at a branch that has no commit yet only if it is named otherwise', async () => {
    const ws = await openWorkspace();
    expect(await errorOf(() => ws.at('main'))).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expect(await errorOf(() => ws.at(''))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await errorOf(() => ws.at(5 as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('A view', () => {
  it('refuses all changes', async () => {
    const { path, ws } = await openHistory();
    const view = await ws.at('main');
    const ViewPage = view.register(PageModel);
    const page = await ViewPage.get('a');
    page.title = 'Changed';
    const pages = view.records('page') as ReturnType<Workspace['records']>;

    const calls = [
      () => page.save(),
      () => page.save({ commit: true }),
      () => page.delete(),
      () => new ViewPage({ slug: 'b', title: 'B' }).save(),
      () => ViewPage.delete('a'),
      () => page.lock(() => undefined),
      () => page.restore({ at: 'main~1' }),
      () => ViewPage.restore('a', { at: 'main~1', commit: true }),
      () => pages.save({ id: 'c', fields: { title: 'C' } }),
      () => pages.delete('a'),
    ];
    for (const call of calls) {
      expect(await errorOf(call)).toMatchObject({
        code: 'READ_ONLY',
        message:
          'The record belongs to a view, in which nothing can be changed. ' +
          'Get it in a workspace that is on a branch, and change it there.',
      });
    }
    expect(await titleIn(view)).toBe('Three');
    expect(await errorOf(() => ws.bulk([page]))).toMatchObject({ code: 'BULK_SAVE_FAILED' });
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('has the histories of its records, from its commit back', async () => {
    const { path, ws } = await openHistory();
    const view = await ws.at('main~1');
    const ViewPage = view.register(PageModel);
    const page = await ViewPage.get('a');
    const versions = await collect(page.history());

    expect(versions.map(({ commit, status }) => [commit.message, status])).toEqual([
      ['Two', 'changed'],
      ['One', 'added'],
    ]);
    expect((await versions[1]?.load())?.title).toBe('One');
    expect((await page.blame()).title?.commit.message).toBe('Two');
    expect(await collect((await ws.at('main~1^{tree}')).register(PageModel).history('a'))).toEqual([]);
    expect((await ViewPage.get('a', { at: 'main' })).title).toBe('Three');
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('takes no part in a transaction of the workspace, wherever it was made', async () => {
    const { path, ws, Page } = await openHistory();
    const outside = await ws.at('main');
    await ws.transaction(
      async () => {
        const page = await Page.get('a');
        page.title = 'Four';
        await page.save();
        await using inside = await ws.at('main');
        expect([await titleIn(outside), await titleIn(inside)]).toEqual(['Three', 'Three']);
        expect((await (await ws.at(await ws.index.writeTree())).register(PageModel).get('a')).title).toBe(
          'Four',
        );
        expect(await errorOf(() => outside.register(PageModel).delete('a'))).toMatchObject({
          code: 'READ_ONLY',
        });
      },
      { message: 'Four' },
    );

    expect([await titleIn(outside), await titleIn(await ws.at('main'))]).toEqual(['Three', 'Four']);
    expectLog(path, ['Four', 'Three', 'Two', 'One']);
  });

  it('fails after close(), which leaves the workspace open', async () => {
    const { path, ws, Page } = await openHistory();
    const view = await ws.at('main');
    const ViewPage = view.register(PageModel);
    const page = await ViewPage.get('a');
    await view.close();
    await view.close();

    const calls = [
      () => ViewPage.get('a'),
      () => page.save(),
      () => view.register(NoteModel),
      () => view.importModels({ NoteModel }),
      () => view.records('page'),
      () => view.walk(),
      () => view.index.entry('page'),
      () => view.index.walk(),
    ];
    for (const call of calls) expect(await errorOf(call)).toMatchObject({ code: 'WORKSPACE_CLOSED' });
    expect([view.commit?.message, Object.keys(view.models)]).toEqual(['Three', ['Page']]);
    expect((await Page.get('a')).title).toBe('Three');
    expectLog(path, ['Three', 'Two', 'One']);
  });
});

describe('ws.at() with a time', () => {
  const at = (days: number): Date => new Date(Date.UTC(2020, 0, 1) + days * 24 * 60 * 60 * 1000);
  const secondsAt = (days: number): number => at(days).getTime() / 1000;

  /** A branch with a commit a day, and one of another branch that was merged. */
  async function openDays(): Promise<{ path: string; ws: Workspace }> {
    const path = emptyRepository();
    const commit = (n: number, parents: readonly string[], message = `Day ${n}`): string =>
      commitFiles(path, 'refs/heads/main', { files: { day: `${n}` }, parents, time: secondsAt(n), message });
    const first = commit(1, []);
    const second = commit(2, [first]);
    const side = commit(3, [first], 'Side');
    const fourth = commit(4, [second, side]);
    commit(6, [fourth]);
    return { path, ws: await openWorkspace(path) };
  }

  it.each([
    [1, 'Day 1'],
    [1.5, 'Day 1'],
    [3.5, 'Day 2'],
    [4, 'Day 4'],
    [5.9, 'Day 4'],
    [6, 'Day 6'],
    [2000, 'Day 6'],
  ])('is at the newest commit of the branch that is not later: on day %p, %p', async (day, message) => {
    const { ws } = await openDays();
    const view = await ws.at(at(day));

    expect(view.commit?.message).toBe(message);
    expect((await view.index.read('day')).toString()).toBe(message.slice(4));
  });

  it('takes the branch as it is now', async () => {
    const { path, ws } = await openDays();
    const parents = [git(path, 'rev-parse', 'main')];
    commitFiles(path, 'refs/heads/main', { parents, time: secondsAt(7), message: 'Day 7' });

    expect((await ws.at(at(8))).commit?.message).toBe('Day 7');
    expectLog(path, ['Day 7', 'Day 6', 'Day 4', 'Side', 'Day 2', 'Day 1']);
  });

  it('is at the present commit or older when the workspace is detached', async () => {
    const { ws } = await openDays();
    await ws.updateIndex('main~2');

    expect((await ws.at(at(20))).commit?.message).toBe('Day 2');
  });

  it('fails for a time before the first commit, and for what is no time', async () => {
    const { ws } = await openDays();

    expect(await errorOf(() => ws.at(at(0.5)))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
      message: 'refs/heads/main has no commit that is as old as 2020-01-01T12:00:00.000Z.',
    });
    expect(await errorOf(() => ws.at(new Date(NaN)))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await errorOf(async () => (await ws.on('unborn')).at(at(9)))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
    });
  });
});
