import { GitModel, JSONField, Model, sharded, SlugField } from 'gitmodel';
import type { GitModelError } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { openPages, openWorkspace } from '../../support/workspaces';

describe('getMany()', () => {
  it('gives records in the order of the ids, and null for those that are not there', async () => {
    const { Page } = await openPages();
    for (const slug of ['b', 'c', 'a']) await new Page({ slug, title: slug.toUpperCase() }).save();
    const pages = await Page.getMany(['c', 'none', 'a', 'b', 'nothing']);

    expect(pages.map((page) => page?.title)).toEqual(['C', undefined, 'A', 'B', undefined]);
    expect(pages[1]).toBeNull();
    expect(pages[0]).toBeInstanceOf(Page);
    expect(await Page.getMany([])).toEqual([]);
  });

  it('takes any iterable, and gives one instance for an id that is there twice', async () => {
    const { Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    const [one, other, missing, again] = await Page.getMany(['a', 'a', 'b', 'b'].values());

    expect(one).toBe(other);
    expect([missing, again]).toEqual([null, null]);
    expect(await Page.get('a')).not.toBe(one);
  });

  it.each([50, 3000])('gives %p records as get() does, staged or committed', async (count) => {
    @Model({ name: 'Item', dataPath: sharded() })
    class ItemModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @JSONField() data!: unknown;
    }
    const ws = await openWorkspace();
    const Item = ws.register(ItemModel);
    const slugs = Array.from({ length: count }, (_, n) => `item-${(n * 7919) % count}`);
    for (const slug of slugs) await new Item({ slug, data: { slug } }).save();
    const staged = await Item.getMany(slugs);

    expect(staged.map((each) => each?.data)).toEqual(slugs.map((slug) => ({ slug })));
    const tree = await ws.index.writeTree();
    await new Item({ slug: 'late', data: 0 }).save();
    const written = await Item.getMany([...slugs, 'late'], { at: tree });
    expect(written.map((each) => each?.data)).toEqual([...slugs.map((slug) => ({ slug })), undefined]);
  });

  it('reads at a treeish', async () => {
    const { ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'Old' }).save();
    const tree = await ws.index.writeTree();
    const page = await Page.get('a');
    page.title = 'New';
    await page.save();
    await new Page({ slug: 'b', title: 'B' }).save();

    expect((await Page.getMany(['b', 'a'], { at: tree })).map((each) => each?.title)).toEqual([
      undefined,
      'Old',
    ]);
    expect((await Page.getMany(['b', 'a'])).map((each) => each?.title)).toEqual(['B', 'New']);
  });

  it('refuses what can never be an id, and an id that Git refuses, as get() does', async () => {
    const { Page } = await openPages();

    for (const id of ['.git', 'a/b', '', undefined, 1.5] as string[]) {
      const expected = await errorOf(() => Page.get(id));
      expect(await errorOf(() => Page.getMany(['a', id]))).toMatchObject({
        code: expected.code,
        message: expected.message,
      });
    }
  });

  it('fails with the first invalid record in the order of the ids, or leaves them out', async () => {
    const { ws, Page } = await openPages();
    await new Page({ slug: 'fine', title: 'Fine' }).save();
    await ws.index.addBlob('page/broken/data.json', '{');
    await ws.index.addBlob('page/away/data.json', '{"model": "Page", "fields": {"slug": "b", "title": "B"}}');

    const error = await errorOf(() => Page.getMany(['fine', 'broken', 'away']));
    expect(error).toMatchObject({ code: 'INVALID_RECORD', details: { path: 'page/broken/data.json' } });
    const errors: GitModelError[] = [];
    const pages = await Page.getMany(['fine', 'away', 'broken', 'away'], {
      onInvalid: (each) => errors.push(each),
    });
    expect(pages.map((page) => page?.slug)).toEqual(['fine', undefined, undefined, undefined]);
    expect(errors.map(({ details }) => details.path)).toEqual([
      'page/away/data.json',
      'page/broken/data.json',
    ]);
  });

  it('waits for the hooks of what it loads', async () => {
    class Counted extends GitModel {
      @SlugField({ id: true }) slug!: string;
      loaded = false;
      override async afterLoad(): Promise<void> {
        await Promise.resolve();
        this.loaded = true;
      }
    }
    const Bound = (await openWorkspace()).register(Counted);
    for (const slug of ['a', 'b']) await new Bound({ slug }).save();

    expect((await Bound.getMany(['b', 'a'])).map((each) => each?.loaded)).toEqual([true, true]);
  });

  it('gives plain records too, by any way to write their ids', async () => {
    const ws = await openWorkspace();
    const notes = ws.records('note');
    for (const id of ['x', 'y']) await notes.save({ id, fields: { text: id } });
    const [y, none, x, again] = await notes.getMany(['y', 'z', 'x', 'y']);

    expect([y?.fields, none, x?.fields]).toEqual([{ text: 'y' }, null, { text: 'x' }]);
    expect(again).toBe(y);
    expect((await errorOf(() => notes.getMany([1 as never]))).code).toBe('INVALID_ARGUMENT');
  });
});
