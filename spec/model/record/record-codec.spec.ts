import { CharField, GitModel, IntegerField, Model, SlugField } from 'gitmodel';
import type { BoundModel, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { NoteModel, PageModel, TicketModel } from '../../support/sample-models';
import { commitFiles, git, runGit } from '../../support/temporary-repository';
import { emptyRepository, expectLog, openPages, openWorkspace, valuesOf } from '../../support/workspaces';

const PATH = 'page/hello/data.json';

/** A repository in which stock git has committed this text as the record `hello`, and a workspace on it. */
async function stored(text: string): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Page: BoundModel<typeof PageModel>;
}> {
  const path = emptyRepository();
  commitFiles(path, 'refs/heads/main', { files: { [PATH]: text }, message: 'By hand' });
  const ws = await openWorkspace(path);
  return { path, ws, Page: ws.register(PageModel) };
}

/** The text of a record with these fields, as python-gitmodel writes it: all on one line. */
function record(fields: object, model = 'Page'): string {
  return JSON.stringify({ model, fields });
}

describe('A stored record', () => {
  it('is what git shows, a line for each field', async () => {
    const { path, Page } = await openPages();
    await new Page({ slug: 'hello', title: 'Hello "World"', content: 'one\ntwo' }).save({
      commit: true,
      message: 'A page',
    });

    expect(runGit(path, ['show', `HEAD:${PATH}`]).toString()).toBe(`{
  "model": "Page",
  "fields": {
    "slug": "hello",

    "title": "Hello \\"World\\"",

    "content": "one\\ntwo",

    "published": true
  }
}
`);
    expectLog(path, ['A page']);
  });

  it('has the oid that git gives to its bytes', async () => {
    const { path, Page } = await openPages();
    const page = new Page({ slug: 'hello', title: 'Hello' });
    await page.save({ commit: true, message: 'A page' });

    expect(page.oid).toBe(git(path, 'rev-parse', `HEAD:${PATH}`));
    expect((await Page.get('hello')).oid).toBe(page.oid);
    expectLog(path, ['A page']);
  });

  it('gives back every text as it was', async () => {
    const { Page } = await openPages();
    const texts = ['é☃🐙', '\ud800', '\udc00\ud800', '\u2028\u0000\u001f"\\', '__proto__', '</script>', ' '];
    for (const [number, title] of texts.entries()) await new Page({ slug: `p${number}`, title }).save();

    expect((await Page.all().toArray()).map(({ title }) => title)).toEqual(texts);
  });

  it('is not changed by a save that changes nothing', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'hello', title: 'Hello' }).save({ commit: true, message: 'A page' });
    const page = await Page.get('hello');
    await page.save();

    expect(await ws.hasChanges()).toBe(false);
    expect(await page.save({ commit: true, message: 'Nothing' })).toBeNull();
    expectLog(path, ['A page']);
  });
});

describe('Changes of two branches', () => {
  /** A commit on a branch by a workspace of its own, which changes one record. */
  async function commitTo(path: string, branch: string, change: Partial<PageModel>): Promise<void> {
    await using ws = await openWorkspace(path, { branch });
    const page = await ws.register(PageModel).get('hello');
    // Times that differ put the commits of both branches in order.
    const author = {
      ...ws.config.author,
      time: new Date(branch === 'draft' ? 2_000_000_000_000 : Date.now()),
    };
    await Object.assign(page, change).save({ commit: true, message: `On ${branch}`, author });
  }

  it('of neighbouring fields are merged by stock git, and the result is read', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Page = ws.register(PageModel);
    await new Page({ slug: 'hello', title: 'Hello', content: 'Text' }).save({
      commit: true,
      message: 'A page',
    });
    await ws.createBranch('draft');
    await commitTo(path, 'main', { title: 'Hello from main', published: false });
    await commitTo(path, 'draft', { content: 'Text from draft' });
    git(path, 'reset', '--quiet', '--hard');
    git(path, 'merge', '--quiet', '--message', 'Merge', 'draft');
    await ws.updateIndex();

    expect(valuesOf(await Page.get('hello'))).toEqual({
      slug: 'hello',
      title: 'Hello from main',
      content: 'Text from draft',
      published: false,
    });
    expectLog(path, ['Merge', 'On draft', 'On main', 'A page']);
  });

  it('of one field are a conflict for git, and are not read as a record', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Page = ws.register(PageModel);
    await new Page({ slug: 'hello', title: 'Hello' }).save({ commit: true, message: 'A page' });
    await ws.createBranch('draft');
    await commitTo(path, 'main', { title: 'From main' });
    await commitTo(path, 'draft', { title: 'From draft' });
    git(path, 'reset', '--quiet', '--hard');
    expect(() => git(path, 'merge', '--quiet', 'draft')).toThrow();
    git(path, 'commit', '--quiet', '--all', '--message', 'Conflict and all');
    await ws.updateIndex();

    expect(await errorOf(() => Page.get('hello'))).toMatchObject({
      code: 'INVALID_RECORD',
      details: { path: PATH },
    });
    expectLog(path, ['Conflict and all', 'On draft', 'On main', 'A page']);
  });
});

describe('Fields that the class does not know', () => {
  const fields = {
    zulu: { nested: [1, 2.5, null, true, 'ü'] },
    title: 'Hello',
    'two words': 'a\nb',
    slug: 'hello',
    alpha: 0.30000000000000004,
    constructor: 'not a constructor',
    empty: null,
  };

  it('survive a save, behind those it knows, in their order', async () => {
    const { path, Page } = await stored(record(fields));
    const page = await Page.get('hello');
    page.title = 'Changed';
    await page.save({ commit: true, message: 'Changed' });

    const saved = JSON.parse(git(path, 'show', `HEAD:${PATH}`)) as { fields: object };
    expect(Object.entries(saved.fields)).toEqual(
      Object.entries({
        slug: 'hello',
        title: 'Changed',
        content: '',
        published: true,
        zulu: fields.zulu,
        'two words': 'a\nb',
        alpha: 0.30000000000000004,
        constructor: 'not a constructor',
        empty: null,
      }),
    );
    expectLog(path, ['Changed', 'By hand']);
  });

  it('are no values of the record', async () => {
    const { Page } = await stored(record(fields));

    expect(Object.keys(await Page.get('hello'))).toEqual(['slug', 'title', 'content', 'published']);
    expect((await Page.get('hello')).constructor).toBe(Page);
  });

  it('go with the record when its id changes, and stay when it is saved again and again', async () => {
    const { path, ws, Page } = await stored(record(fields));
    const page = await Page.get('hello');
    page.slug = 'moved';
    await page.save();
    await page.save();
    await ws.commit({ message: 'Moved' });
    await page.delete();
    await page.save();

    expect((await ws.index.read('page/moved/data.json')).toString()).toContain('"zulu": {"nested":[1,2.5,');
    expectLog(path, ['Moved', 'By hand']);
  });

  it('stay with their own record', async () => {
    const { ws, Page } = await stored(record(fields));
    await Page.get('hello');
    await new Page({ slug: 'other', title: 'Other' }).save();

    expect((await ws.index.read('page/other/data.json')).toString()).not.toContain('zulu');
  });
});

describe('A stored record that lacks fields', () => {
  it('has their defaults, else their empty values', async () => {
    const { Page } = await stored(record({ slug: 'hello', title: 'Hello' }));

    expect(valuesOf(await Page.get('hello'))).toEqual({
      slug: 'hello',
      title: 'Hello',
      content: '',
      published: true,
    });
  });

  it('has nothing where the field is required and has no default, and cannot be saved like that', async () => {
    const { Page } = await stored(record({ slug: 'hello' }));
    const page = await Page.get('hello');

    expect(page.title).toBeUndefined();
    expect(await errorOf(() => page.save())).toMatchObject({ issues: [{ path: 'title', code: 'required' }] });
  });

  it('takes a null that is stored for no value, and not for the default', async () => {
    const { Page } = await stored(record({ slug: 'hello', title: null, published: null }));

    expect(await Page.get('hello')).toMatchObject({ title: '', published: null });
  });
});

describe('A stored record that does not fit the class', () => {
  it.each([
    [
      'a number where text should be',
      { slug: 'hello', title: 5 },
      'title',
      'invalid_type',
      'must be a string',
      '5',
    ],
    [
      'text where a boolean should be',
      { slug: 'hello', title: 'A', published: 'yes' },
      'published',
      'invalid_type',
      'must be true or false',
      '"yes"',
    ],
    [
      'an object where text should be',
      { slug: 'hello', title: { a: 1 } },
      'title',
      'invalid_type',
      'must be a string',
      '{"a":1}',
    ],
  ])('is refused: %s', async (_what, fields, field, code, problem, shown) => {
    const { Page } = await stored(record(fields));

    for (const read of [() => Page.get('hello'), () => Page.getOrNull('hello'), () => Page.all().toArray()]) {
      expect(await errorOf(read)).toMatchObject({
        code: 'INVALID_RECORD',
        message: `The field "${field}" of the record at "${PATH}" ${problem}, but is ${shown}.`,
        details: { path: PATH, field, code, value: (fields as Record<string, unknown>)[field] },
      });
    }
  });

  it('is refused when its number would be rounded', async () => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: { 'count/a/data.json': '{"model":"Count","fields":{"slug":"a","total":12345678901234567890}}' },
    });
    @Model({ name: 'Count' })
    class CountModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @IntegerField() total!: number;
    }
    const Count = (await openWorkspace(path)).register(CountModel);

    expect(await errorOf(() => Count.get('a'))).toMatchObject({
      code: 'INVALID_RECORD',
      details: { path: 'count/a/data.json' },
    });
  });

  it('is refused when it is of another model that the workspace knows', async () => {
    const { ws, Page } = await stored(record({ text: 'A' }, 'Note'));
    ws.register(NoteModel);

    expect(await errorOf(() => Page.get('hello'))).toMatchObject({
      code: 'INVALID_RECORD',
      message: `The record at "${PATH}" is a Note, not a Page.`,
      details: { path: PATH, model: 'Note', expected: 'Page' },
    });
  });

  it.each(['Note', '__proto__', 'constructor', ''])(
    'is refused when it is of the model %p, which the workspace does not know',
    async (model) => {
      const { Page } = await stored(record({ slug: 'hello', title: 'A' }, model));

      expect(await errorOf(() => Page.get('hello'))).toMatchObject({
        code: 'MODEL_NOT_FOUND',
        message:
          `The record at "${PATH}" is of the model ${JSON.stringify(model)}, which this workspace does not know; ` +
          'a Page was expected.',
        details: { path: PATH, model, expected: 'Page' },
      });
    },
  );

  it('is accepted when the name of the model differs in case only, as its folder does not', async () => {
    const { Page } = await stored(record({ slug: 'hello', title: 'A' }, 'PAGE'));

    expect(await Page.get('hello')).toMatchObject({ title: 'A' });
  });

  it.each([
    ['another one', { slug: 'other', title: 'A' }, '"other"'],
    ['another one, by the case of a letter', { slug: 'Hello', title: 'A' }, '"Hello"'],
    ['an empty one', { slug: '', title: 'A' }, '""'],
    ['null', { slug: null, title: 'A' }, '""'],
  ])('is refused when its id is not the name of its folder: %s', async (_what, fields, shown) => {
    const { Page } = await stored(record(fields));

    expect(await errorOf(() => Page.get('hello'))).toMatchObject({
      code: 'INVALID_RECORD',
      message: expect.stringContaining(`The record at "${PATH}" says that its slug is ${shown}. `) as string,
      details: { path: PATH, field: 'slug' },
    });
  });

  it.each([
    ['5', { number: 5, title: 'A' }, true],
    ['05', { number: 5, title: 'A' }, false],
    ['5', { number: '5', title: 'A' }, false],
    ['5', { title: 'A' }, false],
  ])('is accepted in the folder %p as %j: %p', async (folder, fields, accepted) => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: { [`ticket/${folder}/data.json`]: record(fields, 'Ticket') },
    });
    const Ticket = (await openWorkspace(path)).register(TicketModel);
    const read = Ticket.all().toArray();

    if (accepted) expect(await read).toMatchObject([{ number: 5, id: 5 }]);
    else expect((await errorOf(() => read)).code).toBe('INVALID_RECORD');
  });

  it('says that it has no id, rather than an invented one, when an automatic one is missing', async () => {
    const path = emptyRepository();
    const id = '0'.repeat(32);
    commitFiles(path, 'refs/heads/main', {
      files: { [`note/${id}/data.json`]: record({ text: 'A' }, 'Note') },
    });
    const Note = (await openWorkspace(path)).register(NoteModel);

    expect(await errorOf(() => Note.get(id))).toMatchObject({
      code: 'INVALID_RECORD',
      message: `The record at "note/${id}/data.json" has no field "id", which holds the id. Add it.`,
    });
  });

  it('pollutes nothing, and names the path, when it has "__proto__" as a key', async () => {
    const { Page } = await stored('{"model":"Page","fields":{"slug":"hello","__proto__":{"polluted":true}}}');

    for (const read of [() => Page.get('hello'), () => Page.getOrNull('hello'), () => Page.all().first()]) {
      const error = await errorOf(read);
      expect(error).toMatchObject({ code: 'INVALID_RECORD', details: { path: PATH } });
      expect(error.message).toContain(`"${PATH}"`);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('can be replaced after it was deleted', async () => {
    const { path, Page } = await stored('not a record');

    expect(await errorOf(() => Page.get('hello'))).toMatchObject({ code: 'INVALID_RECORD' });
    await Page.delete('hello', { commit: true, message: 'Away with it' });
    await new Page({ slug: 'hello', title: 'Hello' }).save({ commit: true, message: 'Anew' });
    expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
    expectLog(path, ['Anew', 'Away with it', 'By hand']);
  });
});

describe('A field with a name of its own in storage', () => {
  it('is read and written under that name only', async () => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: {
        'author/a/data.json': record({ slug: 'a', first_name: 'Ann', firstName: 'unknown' }, 'Author'),
      },
      message: 'By hand',
    });
    class Author extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField({ name: 'first_name' }) firstName!: string;
    }
    const ws = await openWorkspace(path);
    const author = await ws.register(Author).get('a');
    expect(author.firstName).toBe('Ann');
    author.firstName = 'Bea';
    await author.save();

    expect(JSON.parse((await ws.index.read('author/a/data.json')).toString())).toEqual({
      model: 'Author',
      fields: { slug: 'a', first_name: 'Bea', firstName: 'unknown' },
    });
  });
});
