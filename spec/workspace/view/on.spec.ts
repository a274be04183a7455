import { GitModel, RelatedField, SlugField } from 'gitmodel';
import type { Related } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { NoteModel, PageModel } from '../../support/sample-models';
import { git } from '../../support/temporary-repository';
import {
  collect,
  commitMeanwhile,
  expectLog,
  filesAt,
  openPages,
  openWorkspace,
} from '../../support/workspaces';

/** A workspace with one page, and another one on the branch `draft`, which begins there. */
async function openDraft() {
  const { path, ws, Page } = await openPages();
  await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
  const draft = await ws.on('draft', { create: true });
  return { path, ws, Page, draft, DraftPage: draft.register(PageModel) };
}

describe('ws.on()', () => {
  it('gives a workspace on another branch, which is changed apart from this one', async () => {
    const { path, ws, Page, draft, DraftPage } = await openDraft();
    expect([ws.head, draft.head]).toEqual(['refs/heads/main', 'refs/heads/draft']);
    await new DraftPage({ slug: 'b', title: 'B' }).save();
    await new Page({ slug: 'c', title: 'C' }).save();

    expect(await collect(Page.all().ids())).toEqual(['a', 'c']);
    expect(await collect(DraftPage.all().ids())).toEqual(['a', 'b']);
    await Promise.all([ws.commit({ message: 'Main' }), draft.commit({ message: 'Draft' })]);
    expectLog(path, ['Main', 'One']);
    expectLog(path, ['Draft', 'One'], 'draft');
  });

  it('has the same models, bound to it', async () => {
    const { path, ws, Page, draft, DraftPage } = await openDraft();

    expect(draft.models).toEqual({ Page: DraftPage });
    expect(draft.register(Page)).toBe(DraftPage);
    expect(ws.register(DraftPage)).toBe(Page);
    expect(Page).not.toBe(DraftPage);
    expect(Object.getPrototypeOf(DraftPage)).toBe(PageModel);
    draft.register(NoteModel);
    expect(Object.keys(ws.models)).toEqual(['Page']);
    expectLog(path, ['One']);
  });

  it('follows relations on its own branch', async () => {
    class AuthorModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    class PostModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @RelatedField(AuthorModel) author!: Related<AuthorModel>;
    }
    const ws = await openWorkspace();
    const [Author, Post] = [ws.register(AuthorModel), ws.register(PostModel)];
    await new Author({ slug: 'ann' }).save();
    await new Post({ slug: 'hello', author: 'ann' }).save();
    const draft = await ws.on('draft');
    await new (draft.register(Author))({ slug: 'ann' }).save();
    await new (draft.register(Post))({ slug: 'hello', author: 'ann' }).save();
    const post = await draft.register(Post).get('hello');

    expect((await post.author).constructor).toBe(draft.models.AuthorModel);
    await draft.register(Author).delete('ann');
    expect(await post.author.loadOrNull()).toBeNull();
    expect(await (await Post.get('hello')).author).toBeInstanceOf(Author);
  });

  it('may be on a branch that does not exist yet: its first commit makes it', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const fresh = await ws.on('fresh');
    expect([fresh.branch, await fresh.register(Page).all().count()]).toEqual([null, 0]);
    await new (fresh.register(Page))({ slug: 'b', title: 'B' }).save({ commit: true, message: 'First' });

    expectLog(path, ['First'], 'fresh');
    expectLog(path, ['One']);
  });

  it('creates the branch on request, and takes the one that is there', async () => {
    const { path, ws, draft } = await openDraft();
    await new (draft.register(PageModel))({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Draft' });
    const again = await ws.on('draft', { create: true });

    expect(git(path, 'rev-parse', 'draft~1')).toBe(git(path, 'rev-parse', 'main'));
    expect(again.branch?.commit.message).toBe('Draft');
    expectLog(path, ['Draft', 'One'], 'draft');
  });

  it('creates no branch where there is no commit to begin at', async () => {
    const { path, ws } = await openPages();
    const draft = await ws.on('draft', { create: true });

    expect(draft.branch).toBeNull();
    expect(git(path, 'for-each-ref')).toBe('');
  });

  it.each([
    ['a name that Git refuses', 'a..b', {}, 'INVALID_REFERENCE_NAME'],
    ['options that are none', 'draft', null, 'INVALID_ARGUMENT'],
    ['a name below that of a branch', 'main/draft', { create: true }, 'REFERENCE_EXISTS'],
  ])('refuses %s', async (_what, name, options, code) => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });

    expect(await errorOf(() => ws.on(name, options as never))).toMatchObject({ code });
    expectLog(path, ['One']);
  });

  it('has settings of its own, which begin as those of the other one', async () => {
    const { path, ws, Page } = await openPages({ author: { name: 'Ann', email: 'ann@example.com' } });
    ws.config.maintenance = { looseObjects: 12_345 };
    const draft = await ws.on('draft');
    draft.config.author = { ...draft.config.author, name: 'Bob' };
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await new (draft.register(Page))({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Two' });

    expect(draft.config.maintenance).toEqual(ws.config.maintenance);
    expect(git(path, 'log', '--format=%an %ae', '--all')).toContain('Ann ann@example.com');
    expect(git(path, 'log', '--format=%an %ae', 'draft')).toBe('Bob ann@example.com');
    expectLog(path, ['Two'], 'draft');
    expectLog(path, ['One']);
  });

  it('may be on the same branch, of which only one can be the faster', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const beside = await ws.on('main');
    await new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Two' });
    const late = new (beside.register(Page))({ slug: 'c', title: 'C' });

    expect(await errorOf(() => late.save({ commit: true }))).toMatchObject({ code: 'CONCURRENT_UPDATE' });
    await beside.updateIndex();
    await late.save({ commit: true, message: 'Three' });
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('does not see what a bulk() of another one has not committed yet, nor does it hold that up', async () => {
    const { path, ws, Page, draft, DraftPage } = await openDraft();
    await ws.bulk(
      (async function* () {
        yield new Page({ slug: 'bulk', title: 'A' });
        expect(await DraftPage.getOrNull('bulk')).toBeNull();
        await new DraftPage({ slug: 'beside', title: 'B' }).save({ commit: true, message: 'Beside' });
        yield new Page({ slug: 'bulk2', title: 'A' });
      })(),
      { message: 'Bulk' },
    );

    expect(filesAt(path, 'draft')).toEqual(['page/a/data.json', 'page/beside/data.json']);
    expect(await draft.hasChanges()).toBe(false);
    expectLog(path, ['Beside', 'One'], 'draft');
    expectLog(path, ['Bulk', 'One']);
  });
});

describe('Closing', () => {
  it('a workspace closes those that come from it, and theirs', async () => {
    const { path, ws, draft, DraftPage } = await openDraft();
    const second = await draft.on('second');
    const view = await draft.at('main');
    await ws.close();

    const calls = [() => DraftPage.get('a'), () => second.commit(), () => view.register(PageModel).get('a')];
    for (const call of calls) expect(await errorOf(call)).toMatchObject({ code: 'WORKSPACE_CLOSED' });
    await expect(Promise.all([draft.close(), second.close(), view.close()])).resolves.toBeDefined();
    expectLog(path, ['One']);
  });

  it('one that comes from another leaves that open', async () => {
    const { path, ws, Page } = await openPages();
    {
      await using draft = await ws.on('draft');
      await new (draft.register(Page))({ slug: 'b', title: 'B' }).save();
    }
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });

    expect((await Page.get('a')).title).toBe('A');
    expectLog(path, ['One']);
  });

  it('waits for what runs in those that come from it', async () => {
    const { path, ws, DraftPage } = await openDraft();
    const saving = new DraftPage({ slug: 'b', title: 'B' }).save({ commit: true, message: 'In the draft' });
    await ws.close();

    await expect(saving).resolves.toMatch(/^[0-9a-f]{40}$/);
    expectLog(path, ['In the draft', 'One'], 'draft');
    expectLog(path, ['One']);
  });

  it('keeps the packs of the others', async () => {
    const { path, ws, Page, draft } = await openDraft();
    for (let n = 0; n < 200; n++) await new Page({ slug: `p${n}`, title: 'A' }).save();
    await ws.index.writeTree();
    await draft.close();
    git(path, 'gc', '--quiet', '--prune=now');
    await ws.commit({ message: 'Many' });

    expect(filesAt(path, 'main')).toHaveLength(201);
    commitMeanwhile(path);
    expectLog(path, ['Meanwhile', 'Many', 'One']);
  });
});
