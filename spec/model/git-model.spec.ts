import { Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { NoteModel, PageModel, TicketModel, WordModel } from '../support/sample-models';
import { commitFiles, git } from '../support/temporary-repository';
import {
  emptyRepository,
  changesOf,
  collect,
  commitMeanwhile,
  expectLog,
  filesAt,
  openPages,
  openWorkspace,
  valuesOf,
} from '../support/workspaces';

describe('save', () => {
  it('stages the record and commits nothing', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'Hello' });

    expect(await page.save()).toBeNull();
    expect(await ws.hasChanges()).toBe(true);
    expect(valuesOf(await Page.get('hello'))).toEqual(valuesOf(page));
    expectLog(path, []);
  });

  it('can be followed by others, which are committed together', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    await new Page({ slug: 'b', title: 'B' }).save();
    await ws.commit({ message: 'Two pages' });

    expectLog(path, ['Two pages']);
    expect(filesAt(path, 'HEAD')).toEqual(['page/a/data.json', 'page/b/data.json']);
  });

  it('replaces what was saved before', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'Hello' });
    await page.save();
    const { oid } = page;
    page.title = 'Hello again';
    await page.save();

    expect(page.oid).not.toBe(oid);
    expect(await Page.get('hello')).toMatchObject({ title: 'Hello again', oid: page.oid });
  });

  it('cleans the values of the record', async () => {
    const { ws } = await openPages();
    const ticket = new (ws.register(TicketModel))({ number: -0, title: 'A' });
    await ticket.save();

    expect(Object.is(ticket.number, 0)).toBe(true);
    expect(ticket.getDataPath()).toBe('ticket/0/data.json');
  });
});

describe('save with { commit: true }', () => {
  it('commits the record and returns the oid of the commit', async () => {
    const { path, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'Hello' });
    const oid = await page.save({
      commit: true,
      message: 'Say hello\n\nTo all.',
      author: { name: 'Ann', email: 'ann@example.com', time: new Date(1_600_000_000_000), offset: 90 },
      committer: { name: 'Bea', email: 'bea@example.com', time: new Date(1_600_000_001_000), offset: -570 },
    });

    expect(git(path, 'log', '--format=%H|%an|%ae|%ad|%cn|%ce|%cd|%B', '--date=raw')).toBe(
      `${oid ?? ''}|Ann|ann@example.com|1600000000 +0130|Bea|bea@example.com|1600000001 -0930|Say hello\n\nTo all.`,
    );
    expectLog(path, ['Say hello']);
  });

  it('commits nothing when nothing has changed', async () => {
    const { path, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'Hello' });
    await page.save({ commit: true, message: 'One' });

    expect(await page.save({ commit: true, message: 'Two' })).toBeNull();
    expectLog(path, ['One']);
  });

  it('is refused while other changes are pending, and changes nothing', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    const page = new Page({ slug: 'b', title: 'B' });

    expect(await errorOf(() => page.save({ commit: true, message: 'B' }))).toMatchObject({
      code: 'PENDING_CHANGES',
      message:
        'Other changes are staged, and { commit: true } would commit them too. ' +
        'Commit them first, or leave out { commit: true }.',
    });
    expect(page.oid).toBeNull();
    expect(await collect(Page.all().ids())).toEqual(['a']);
    await ws.commit({ message: 'A' });
    await page.save({ commit: true, message: 'B' });
    expectLog(path, ['B', 'A']);
  });

  it.each([
    ['a message that is not a text', { message: 5 as never }],
    ['a message with NUL', { message: 'a\0b' }],
    ['an author without a name', { author: { name: '', email: 'a@example.com' } }],
    ['an author that is none', { author: null as never }],
    ['a committer with a bracket', { committer: { name: 'A', email: 'a>b' } }],
    ['an author of no time', { author: { name: 'A', email: 'a', time: new Date(NaN) } }],
  ])('takes place as a whole or not at all: %s', async (_what, options) => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'Hello' });

    expect(await errorOf(() => page.save({ commit: true, ...options }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await ws.hasChanges()).toBe(false);
    expect(page.oid).toBeNull();
    await page.save({ commit: true, message: 'In the end' });
    expectLog(path, ['In the end']);
  });

  it('leaves nothing behind when somebody else has moved the branch', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'Hello' });
    await page.save({ commit: true, message: 'One' });
    const { oid } = page;
    commitMeanwhile(path);
    page.slug = 'moved';
    page.title = 'Changed';

    expect(await errorOf(() => page.save({ commit: true, message: 'Two' }))).toMatchObject({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/main', actual: git(path, 'rev-parse', 'HEAD') },
    });
    expect(await ws.hasChanges()).toBe(false);
    // The object keeps what the user has assigned; what is known of its storage is as it was.
    expect(page).toMatchObject({ slug: 'moved', title: 'Changed', oid });
    await ws.updateIndex();
    await page.save({ commit: true, message: 'Two' });
    expect(filesAt(path, 'HEAD')).toEqual(['page/moved/data.json']);
    expectLog(path, ['Two', 'Meanwhile', 'One']);
  });

  it('is refused when the workspace is not on a branch, and can be done on one afterwards', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    const oid = await page.save({ commit: true, message: 'One' });
    await ws.updateIndex(oid as string);
    page.title = 'Changed';
    const fresh = new Page({ slug: 'b', title: 'B' });

    expect(await errorOf(() => page.save({ commit: true }))).toMatchObject({ code: 'DETACHED_HEAD' });
    expect(await errorOf(() => fresh.save({ commit: true }))).toMatchObject({ code: 'DETACHED_HEAD' });
    expect(fresh.oid).toBeNull();
    await ws.setBranch('main');
    await page.save({ commit: true, message: 'Two' });
    await fresh.save({ commit: true, message: 'Three' });
    expectLog(path, ['Three', 'Two', 'One']);
  });
});

describe('A new record whose id exists', () => {
  it.each([false, true])('is refused, with { commit: %p }', async (commit) => {
    const { path, Page } = await openPages();
    await new Page({ slug: 'hello', title: 'First' }).save({ commit: true, message: 'First' });
    const second = new Page({ slug: 'hello', title: 'Second' });

    expect(await errorOf(() => second.save({ commit, message: 'Second' }))).toMatchObject({
      code: 'INTEGRITY',
      message:
        'There is a Page with the id "hello" already. Get that one to change it, or choose another id.',
      details: { model: 'Page', id: 'hello', path: 'page/hello/data.json' },
    });
    expect(second.oid).toBeNull();
    expect(await Page.get('hello')).toMatchObject({ title: 'First' });
    second.slug = 'other';
    await second.save({ commit, message: 'Second' });
    expectLog(path, commit ? ['Second', 'First'] : ['First']);
  });

  it('is refused also when the other one is staged only, or was loaded from the repository', async () => {
    const { path, Page } = await openPages();
    await new Page({ slug: 'staged', title: 'A' }).save();
    expect(await errorOf(() => new Page({ slug: 'staged', title: 'B' }).save())).toMatchObject({
      code: 'INTEGRITY',
    });
    await Page.delete('staged');
    await new Page({ slug: 'stored', title: 'A' }).save({ commit: true, message: 'A' });
    const Elsewhere = (await openWorkspace(path)).register(PageModel);
    expect(await errorOf(() => new Elsewhere({ slug: 'stored', title: 'B' }).save())).toMatchObject({
      code: 'INTEGRITY',
    });
    expectLog(path, ['A']);
  });

  it('is accepted once the other one is deleted', async () => {
    const { Page } = await openPages();
    await new Page({ slug: 'hello', title: 'First' }).save();
    await Page.delete('hello');
    await new Page({ slug: 'hello', title: 'Second' }).save();

    expect(await Page.get('hello')).toMatchObject({ title: 'Second' });
  });

  it('is accepted where only other files are in the folder of the id, which stay', async () => {
    const { ws, Page } = await openPages();
    await ws.index.addBlob('page/hello/notes.txt', 'Notes');
    await new Page({ slug: 'hello', title: 'Hello' }).save();

    expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
    expect((await ws.index.read('page/hello/notes.txt')).toString()).toBe('Notes');
  });
});

describe('A record whose id has changed', () => {
  it('moves when it is saved', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'old', title: 'Hello' });
    await page.save({ commit: true, message: 'One' });
    page.slug = 'new';
    await page.save();

    expect(await Page.getOrNull('old')).toBeNull();
    expect(await Page.get('new')).toMatchObject({ slug: 'new', title: 'Hello' });
    expect(changesOf((await ws.diff()).changes)).toEqual([
      'added page/new/data.json',
      'deleted page/old/data.json',
    ]);
    await ws.commit({ message: 'Two' });
    expectLog(path, ['Two', 'One']);
  });

  it('moves also after it was loaded elsewhere, with all files in its folder', async () => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: {
        'page/old/data.json': '{"model":"Page","fields":{"slug":"old","title":"Hello"}}',
        'page/old/image.data': Buffer.from([0, 255, 1]),
        'page/old/more/notes.txt': 'Notes',
        'page/other/data.json': '{"model":"Page","fields":{"slug":"other","title":"Other"}}',
      },
      message: 'By hand',
    });
    const Page = (await openWorkspace(path)).register(PageModel);
    const page = await Page.get('old');
    page.slug = 'new';
    page.title = 'Changed';
    await page.save({ commit: true, message: 'Moved' });

    expect(filesAt(path, 'HEAD')).toEqual([
      'page/new/data.json',
      'page/new/image.data',
      'page/new/more/notes.txt',
      'page/other/data.json',
    ]);
    expect(git(path, 'rev-parse', 'HEAD:page/new/image.data')).toBe(
      git(path, 'rev-parse', 'HEAD~1:page/old/image.data'),
    );
    expectLog(path, ['Moved', 'By hand']);
  });

  it('can move on, and back again', async () => {
    const { ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    const tree = await ws.index.writeTree();
    for (const slug of ['b', 'c', 'a']) {
      page.slug = slug;
      await page.save();
      expect(await collect(Page.all().ids())).toEqual([slug]);
    }

    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('never takes the place of another record', async () => {
    const { ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    const page = new Page({ slug: 'b', title: 'B' });
    await page.save();
    const tree = await ws.index.writeTree();
    page.slug = 'a';

    expect(await errorOf(() => page.save())).toMatchObject({
      code: 'INTEGRITY',
      details: { model: 'Page', id: 'a', path: 'page/a' },
    });
    expect(await ws.index.writeTree()).toBe(tree);
    page.slug = 'b';
    await page.save();
    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('never takes along a record that has taken its place meanwhile', async () => {
    const { ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'The first' }).save();
    const [stale, other] = [await Page.get('a'), await Page.get('a')];
    other.slug = 'b';
    await other.save();
    await new Page({ slug: 'a', title: 'The second' }).save();
    const tree = await ws.index.writeTree();
    stale.slug = 'c';

    expect(await errorOf(() => stale.save())).toMatchObject({
      code: 'STALE_RECORD',
      details: { model: 'Page', id: 'a', path: 'page/a/data.json' },
    });
    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('never takes the place of other files either', async () => {
    const { ws, Page } = await openPages();
    await ws.index.addBlob('page/taken/notes.txt', 'Notes');
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    page.slug = 'taken';

    expect(await errorOf(() => page.save())).toMatchObject({ code: 'INTEGRITY' });
    expect(await ws.index.read('page/taken/notes.txt')).toEqual(Buffer.from('Notes'));
  });

  it('may differ from the old one by the case of a letter', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'A' });
    await page.save();
    page.slug = 'Hello';
    await page.save();

    expect(await collect(Page.all().ids())).toEqual(['Hello']);
  });

  it('is found under the old one where it was', async () => {
    const { path, Page } = await openPages();
    const page = new Page({ slug: 'old', title: 'A' });
    await page.save({ commit: true, message: 'One' });
    page.slug = 'new';
    await page.save({ commit: true, message: 'Two' });

    expect(await Page.get('old', { at: 'HEAD~1' })).toMatchObject({ slug: 'old' });
    expect(await Page.getOrNull('new', { at: 'HEAD~1' })).toBeNull();
    expectLog(path, ['Two', 'One']);
  });

  it('leaves no empty folder behind', async () => {
    const { ws, Page } = await openPages();
    const page = new Page({ slug: 'old', title: 'A' });
    await page.save();
    page.slug = 'new';
    await page.save();

    expect(await ws.index.entry('page/old')).toBeNull();
  });

  it('is deleted under the id that it is stored under', async () => {
    const { Page } = await openPages();
    const other = new Page({ slug: 'b', title: 'B' });
    await other.save();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    page.slug = 'b';
    await page.delete();

    expect(await collect(Page.all().ids())).toEqual(['b']);
  });
});

describe('get', () => {
  it('throws for an id that does not exist, and getOrNull gives null', async () => {
    const { Page } = await openPages();

    expect(await errorOf(() => Page.get('missing'))).toMatchObject({
      code: 'DOES_NOT_EXIST',
      message: 'There is no Page with the id "missing".',
      details: { model: 'Page', id: 'missing', at: undefined },
    });
    expect(await Page.getOrNull('missing')).toBeNull();
  });

  it.each(['', '.', '..', 'a/b', '.git'])('throws for %p, which can be no id', async (id) => {
    const { Page } = await openPages();

    expect(await errorOf(() => Page.get(id))).toMatchObject({ code: 'INVALID_PATH' });
    expect(await errorOf(() => Page.getOrNull(id))).toMatchObject({ code: 'INVALID_PATH' });
  });

  it.each([undefined, null, {}, [], NaN, 1.5, 2 ** 53, true, Symbol('a')])(
    'throws for %p, which is neither a text nor a whole number',
    async (id) => {
      const { Page } = await openPages();

      expect(await errorOf(() => Page.get(id as string))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { option: 'id' },
      });
    },
  );

  it('finds a record whose id is a number', async () => {
    const { ws } = await openPages();
    const Ticket = ws.register(TicketModel);
    await new Ticket({ number: 12, title: 'Twelve' }).save();
    await new Ticket({ number: 5, title: 'Five' }).save();

    expect(await Ticket.get(5)).toMatchObject({ number: 5, title: 'Five' });
    expect((await Ticket.get(12)).getId()).toBe(12);
    expect(await Ticket.getOrNull(6)).toBeNull();
  });

  it('finds a record with an automatic id', async () => {
    const { ws } = await openPages();
    const Note = ws.register(NoteModel);
    const note = new Note({ text: 'A' });
    await note.save();

    expect(await Note.get(note.id)).toMatchObject({ id: note.id, text: 'A' });
  });
});

describe('{ at }', () => {
  it('reads where a branch, a tag, a commit or a tree is', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'One' });
    await page.save({ commit: true, message: 'One' });
    git(path, 'branch', 'draft');
    git(path, 'tag', 'light');
    git(path, 'tag', '--annotate', '--message', 'Annotated', 'v1.0');
    const [commit, tree] = [git(path, 'rev-parse', 'HEAD'), git(path, 'rev-parse', 'HEAD^{tree}')];
    page.title = 'Two';
    await page.save({ commit: true, message: 'Two' });
    await new Page({ slug: 'new', title: 'New' }).save({ commit: true, message: 'Three' });

    const old = [
      'draft',
      'refs/heads/draft',
      'light',
      'v1.0',
      'refs/tags/v1.0',
      commit,
      commit.slice(0, 12),
      tree,
    ];
    for (const at of [...old, 'HEAD~2', 'v1.0^{commit}', 'main@{2}']) {
      expect(await Page.get('hello', { at })).toMatchObject({ title: 'One' });
      expect(await Page.getOrNull('new', { at })).toBeNull();
      expect(await collect(Page.all({ at }).ids())).toEqual(['hello']);
      expect(await Page.all({ at }).toArray()).toMatchObject([{ title: 'One' }]);
      expect(await Page.all({ at }).count()).toBe(1);
    }
    expect(await Page.get('hello')).toMatchObject({ title: 'Two' });
    expect(await Page.get('hello', { at: 'HEAD' })).toMatchObject({ title: 'Two' });
    expect(await errorOf(() => Page.get('new', { at: 'v1.0' }))).toMatchObject({
      code: 'DOES_NOT_EXIST',
      message: 'There is no Page with the id "new" at v1.0.',
      details: { model: 'Page', id: 'new', at: 'v1.0' },
    });
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('does not see what is staged', async () => {
    const { path, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'One' });
    await page.save({ commit: true, message: 'One' });
    page.title = 'Staged';
    await page.save();

    expect(await Page.get('hello')).toMatchObject({ title: 'Staged' });
    expect(await Page.get('hello', { at: 'main' })).toMatchObject({ title: 'One' });
    expectLog(path, ['One']);
  });

  it('brings an old state back when the record is saved to overwrite the present one', async () => {
    const { path, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'One' });
    await page.save({ commit: true, message: 'One' });
    page.title = 'Two';
    await page.save({ commit: true, message: 'Two' });
    const old = await Page.get('hello', { at: 'HEAD~1' });
    expect(await errorOf(() => old.save())).toMatchObject({ code: 'STALE_RECORD' });
    await old.save({ commit: true, message: 'Back', overwrite: true });

    expect(await Page.get('hello')).toMatchObject({ title: 'One' });
    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(git(path, 'rev-parse', 'HEAD~2^{tree}'));
    expectLog(path, ['Back', 'Two', 'One']);
  });

  it.each([
    ['a name of nothing', 'no-such-branch', 'OBJECT_NOT_FOUND'],
    ['an oid of nothing', '1'.repeat(40), 'OBJECT_NOT_FOUND'],
    ['a blob', 'HEAD:page/hello/data.json', 'OBJECT_NOT_FOUND'],
    ['no name', '', 'INVALID_ARGUMENT'],
    ['a name with NUL', 'a\0b', 'INVALID_ARGUMENT'],
    ['a number', 5 as never, 'INVALID_ARGUMENT'],
    ['null', null as never, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_what, at, code) => {
    const { path, Page } = await openPages();
    await new Page({ slug: 'hello', title: 'One' }).save({ commit: true, message: 'One' });

    expect((await errorOf(() => Page.get('hello', { at }))).code).toBe(code);
    expect((await errorOf(() => Page.getOrNull('hello', { at }))).code).toBe(code);
    expect((await errorOf(() => Page.all({ at }).toArray())).code).toBe(code);
    expect((await errorOf(() => Page.all({ at }).count())).code).toBe(code);
    expectLog(path, ['One']);
  });
});

describe('delete', () => {
  it('stages the removal of a record, and of all files in its folder', async () => {
    const { path, ws, Page } = await openPages();
    for (const slug of ['a', 'b']) await new Page({ slug, title: slug }).save();
    await ws.index.addBlob('page/a/image.data', 'Image');
    await ws.commit({ message: 'Two pages' });

    expect(await Page.delete('a')).toBeNull();
    expect(await collect(Page.all().ids())).toEqual(['b']);
    expect((await ws.diff()).paths).toEqual(['page/a/data.json', 'page/a/image.data']);
    expectLog(path, ['Two pages']);
  });

  it('can commit at once', async () => {
    const { path, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const page = new Page({ slug: 'b', title: 'B' });
    await page.save({ commit: true, message: 'Two' });
    const [three, four] = [
      await Page.delete('a', { commit: true, message: 'Three' }),
      await page.delete({ commit: true, message: 'Four' }),
    ];

    expect([three, four]).toEqual([git(path, 'rev-parse', 'HEAD~1'), git(path, 'rev-parse', 'HEAD')]);
    expect(filesAt(path, 'HEAD')).toEqual([]);
    expectLog(path, ['Four', 'Three', 'Two', 'One']);
  });

  it('leaves no empty folders behind', async () => {
    const { ws, Page } = await openPages();
    await ws.index.addBlob('readme.txt', 'Hello');
    await new Page({ slug: 'a', title: 'A' }).save();
    await Page.delete('a');

    expect(await collect(ws.index.walk())).toMatchObject([{ path: 'readme.txt' }]);
  });

  it('makes the instance a new one, which can be saved again', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    await page.delete();

    expect(page.oid).toBeNull();
    expect(await errorOf(() => page.delete())).toMatchObject({ code: 'DOES_NOT_EXIST' });
    await page.save();
    expect(await Page.get('a')).toMatchObject({ title: 'A', oid: page.oid });
  });

  it('fails for an id that does not exist', async () => {
    const { ws, Page } = await openPages();

    expect(await errorOf(() => Page.delete('missing'))).toMatchObject({
      code: 'DOES_NOT_EXIST',
      message: 'There is no Page with the id "missing" to delete.',
      details: { model: 'Page', id: 'missing' },
    });
    expect(await ws.hasChanges()).toBe(false);
  });

  it('fails for a record that was never saved, and leaves the one that has its id alone', async () => {
    const { Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();

    expect(await errorOf(() => new Page({ slug: 'a', title: 'B' }).delete())).toMatchObject({
      code: 'DOES_NOT_EXIST',
      details: { model: 'Page', id: 'a' },
    });
    expect(await errorOf(() => new Page().delete())).toMatchObject({ code: 'DOES_NOT_EXIST' });
    expect(await Page.get('a')).toMatchObject({ title: 'A' });
  });

  it('with { commit: true } is refused while other changes are pending', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save({ commit: true, message: 'One' });
    await ws.index.addBlob('pending.txt', '');
    const { oid } = page;

    expect(await errorOf(() => page.delete({ commit: true }))).toMatchObject({ code: 'PENDING_CHANGES' });
    expect(await errorOf(() => Page.delete('a', { commit: true }))).toMatchObject({
      code: 'PENDING_CHANGES',
    });
    expect(await Page.get('a')).toMatchObject({ oid });
    expect(page.oid).toBe(oid);
    expectLog(path, ['One']);
  });

  it('with { commit: true } leaves all as it was when somebody else has moved the branch', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save({ commit: true, message: 'One' });
    const { oid } = page;
    commitMeanwhile(path);

    expect(await errorOf(() => page.delete({ commit: true }))).toMatchObject({ code: 'CONCURRENT_UPDATE' });
    expect(page.oid).toBe(oid);
    expect(await ws.hasChanges()).toBe(false);
    await ws.updateIndex();
    await page.delete({ commit: true, message: 'Two' });
    expectLog(path, ['Two', 'Meanwhile', 'One']);
  });
});

describe('What is asked for without waiting', () => {
  it('takes place in the order of the calls', async () => {
    const { path, ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'One' });
    const done = [page.save(), ws.commit({ message: 'One' })];
    page.title = 'Two';
    done.push(page.save({ commit: true, message: 'Two' }));
    page.slug = 'b';
    done.push(page.save({ commit: true, message: 'Three' }), page.delete(), ws.commit({ message: 'Four' }));
    await Promise.all(done);

    expect(await Page.get('a', { at: 'HEAD~3' })).toMatchObject({ title: 'One' });
    expect(await Page.get('a', { at: 'HEAD~2' })).toMatchObject({ title: 'Two' });
    expect(await Page.get('b', { at: 'HEAD~1' })).toMatchObject({ title: 'Two' });
    expect(filesAt(path, 'HEAD')).toEqual([]);
    expectLog(path, ['Four', 'Three', 'Two', 'One']);
  });

  it('stores the values that were checked, not those that were assigned afterwards', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'Checked' });
    const saved = page.save();
    page.title = 5 as never;
    await saved;

    expect(await Page.get('a')).toMatchObject({ title: 'Checked' });
  });
});

describe('Hundreds of saves at once', () => {
  it('all take place', async () => {
    const { path, ws, Page } = await openPages();
    const slugs = Array.from({ length: 500 }, (_, number) => `page-${String(number).padStart(3, '0')}`);
    await Promise.all(slugs.map((slug) => new Page({ slug, title: slug }).save()));
    await ws.commit({ message: 'All' });

    expect(await collect(Page.all().ids())).toEqual(slugs);
    expect((await Page.all().toArray()).map(({ title }) => title)).toEqual(slugs);
    expect(filesAt(path, 'HEAD')).toHaveLength(500);
    expectLog(path, ['All']);
  });

  it('each have their commit, when they ask for one', async () => {
    const { path, Page } = await openPages();
    const slugs = Array.from({ length: 60 }, (_, number) => `page-${number}`);
    await Promise.all(
      slugs.map((slug) => new Page({ slug, title: slug }).save({ commit: true, message: slug })),
    );

    expectLog(path, [...slugs].reverse());
  });

  it('of one new id let one of them win', async () => {
    const { Page } = await openPages();
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, number) => new Page({ slug: 'one', title: `T${number}` }).save()),
    );

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', ...Array<string>(49).fill('rejected')]);
    expect(await Page.get('one')).toMatchObject({ title: 'T0' });
  });
});

describe('getId, getDataPath and oid', () => {
  it('tell where a record is, also before it is there', async () => {
    const { ws, Page } = await openPages();
    const page = new Page({ slug: 'hello' });

    expect([page.getId(), page.getDataPath(), page.oid]).toEqual(['hello', 'page/hello/data.json', null]);
    expect(Page.getDataPath('hello')).toBe('page/hello/data.json');
    expect(ws.register(TicketModel).getDataPath(5)).toBe('ticket/5/data.json');
  });

  it('say which path cannot be', async () => {
    const { ws } = await openPages();
    const Word = ws.register(WordModel);

    expect(await errorOf(() => new Word({ word: 'a/b' }).getDataPath())).toMatchObject({
      code: 'INVALID_PATH',
      message: 'The name "a/b" cannot be stored in Git: it contains a slash. Choose another name.',
      details: { path: 'a/b', name: 'a/b', reason: 'contains a slash' },
    });
    expect((await errorOf(() => Word.getDataPath('a/b'))).code).toBe('INVALID_PATH');
  });
});

describe('Two workspaces on one repository', () => {
  it('see what the other one has committed once they update their index', async () => {
    const path = emptyRepository();
    const [one, two] = [await openWorkspace(path), await openWorkspace(path)];
    const [One, Two] = [one.register(PageModel), two.register(PageModel)];
    await new One({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });

    expect(await Two.getOrNull('a')).toBeNull();
    await two.updateIndex();
    expect(await Two.get('a')).toMatchObject({ title: 'A' });
    expectLog(path, ['One']);
  });

  it('read the same after all were closed', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await ws.close();
    await using again = await Workspace.open(path);

    expect(await again.register(PageModel).get('a')).toMatchObject({ title: 'A' });
    expectLog(path, ['One']);
  });
});
