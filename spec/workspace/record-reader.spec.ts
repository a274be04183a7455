import { GitModel, JSONField, Model, SlugField } from 'gitmodel';
import { ObjectStore } from '../../lib/git/object-store';
import { errorOf } from '../support/error-of';
import { collect, openPages, openWorkspace } from '../support/workspaces';

/** More records than are read at a time. */
const MANY = 500;

async function manyPages(): ReturnType<typeof openPages> {
  const opened = await openPages();
  for (let n = 0; n < MANY; n++) await new opened.Page({ slug: `page-${n}`, title: `Page ${n}` }).save();
  await opened.ws.index.writeTree();
  return opened;
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('What was parsed once', () => {
  @Model({ name: 'Item' })
  class ItemModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @JSONField() data!: { list: number[]; inner: { text: string } };
  }

  it.each([
    ['a model', true],
    ['plain records', false],
  ])('is shared by nobody who could change it: %s', async (_what, isBound) => {
    const ws = await openWorkspace();
    await new (ws.register(ItemModel))({ slug: 'a', data: { list: [1], inner: { text: 'A' } } }).save();
    const tree = await ws.index.writeTree();
    const Item = ws.models.Item as unknown as { get(id: string, options?: object): Promise<ItemModel> };
    const read = async (): Promise<ItemModel['data']> =>
      isBound
        ? (await Item.get('a', { at: tree })).data
        : ((await ws.records('item').get('a')).fields.data as unknown as ItemModel['data']);

    for (let time = 0; time < 3; time++) {
      const data = await read();
      expect(data).toEqual({ list: [1], inner: { text: 'A' } });
      data.list.push(2);
      data.inner.text = 'B';
    }
  });

  it('is as another class reads it', async () => {
    const { ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    await Page.get('a');

    expect((await ws.records('page').get('a')).fields).toMatchObject({ title: 'A' });
    const page = await Page.get('a');
    page.title = 'B';
    await page.save();
    expect([(await Page.get('a')).title, (await ws.records('page').get('a')).fields.title]).toEqual([
      'B',
      'B',
    ]);
  });

  it('is not read from the store again', async () => {
    const { Page } = await manyPages();
    await Page.get('page-7');
    const readBlob = jest.spyOn(ObjectStore.prototype, 'readBlob');
    const readTree = jest.spyOn(ObjectStore.prototype, 'readTree');
    await Page.get('page-7');
    await Page.getMany(['page-7', 'page-7']);

    expect(readBlob).not.toHaveBeenCalled();
    expect(readTree).not.toHaveBeenCalled();
  });
});

describe('Reading all records', () => {
  it('reads a few only for who wants the first', async () => {
    const { Page } = await manyPages();
    const readBlob = jest.spyOn(ObjectStore.prototype, 'readBlob');
    await Page.all().first();

    expect(readBlob.mock.calls.length).toBeLessThan(10);
  });

  it('reads no more than it has to ahead of who takes them one by one', async () => {
    const { Page } = await manyPages();
    const readBlob = jest.spyOn(ObjectStore.prototype, 'readBlob');
    let taken = 0;
    for await (const page of Page.all()) {
      expect(page.isNew).toBe(false);
      expect(readBlob.mock.calls.length).toBeLessThanOrEqual(++taken + 128);
    }
    expect(taken).toBe(MANY);
  });

  it('sees one state from the beginning to the end', async () => {
    const { Page } = await manyPages();
    const titles: string[] = [];
    for await (const page of Page.all()) {
      if (titles.length === 0) {
        await Page.delete('page-99');
        await new Page({ slug: 'page-00', title: 'New' }).save();
      }
      titles.push(page.title);
    }

    expect(titles).toHaveLength(MANY);
    expect(titles).toContain('Page 99');
    expect(titles).not.toContain('New');
  });

  it('fails at its next step once the workspace is closed, also where that is in memory', async () => {
    const { ws, Page } = await manyPages();
    const pages = Page.all()[Symbol.asyncIterator]();
    for (let n = 0; n < 10; n++) await pages.next();
    await ws.close();

    expect((await errorOf(() => pages.next())).code).toBe('WORKSPACE_CLOSED');
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });

  it('gives a step that is under way when the workspace is closed', async () => {
    const { ws, Page } = await manyPages();
    const first = Page.all()[Symbol.asyncIterator]().next();
    await ws.close();

    expect((await first).value).toMatchObject({ title: 'Page 0' });
  });
});

describe('Reading what is in memory', () => {
  /** Whether a timer of the event loop gets its turn while this goes on for a while. */
  async function letsOthersRun(step: () => Promise<unknown>): Promise<boolean> {
    let hasRun = false;
    setImmediate(() => {
      hasRun = true;
    });
    const end = performance.now() + 2000;
    while (!hasRun && performance.now() < end) await step();
    return hasRun;
  }

  it('lets other work of the process run', async () => {
    const { Page } = await manyPages();
    await Page.getMany(await collect(Page.all().ids()));

    expect(await letsOthersRun(() => Page.get('page-1'))).toBe(true);
    expect(await letsOthersRun(() => Page.getMany(['page-1', 'page-2']))).toBe(true);
    let pages = Page.all()[Symbol.asyncIterator]();
    const step = async (): Promise<void> => {
      if ((await pages.next()).done) pages = Page.all()[Symbol.asyncIterator]();
    };
    expect(await letsOthersRun(step)).toBe(true);
  });
});
