import { Decimal } from 'decimal.js';
import {
  BooleanField,
  CharField,
  DecimalField,
  GitModel,
  IntegerField,
  JSONField,
  Model,
  SlugField,
  UUIDField,
} from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { commitFiles, git } from '../../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

@Model({ name: 'Page' })
class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ required: false }) title!: string;
  @UUIDField({ required: false, nullable: true }) owner!: string | null;
  @BooleanField({ required: false }) hidden!: boolean;
  @IntegerField({ default: 7 }) rank!: number;
  @JSONField({ required: false }) extra!: Record<string, unknown> | null;
}

const DASHED = '00112233-4455-6677-8899-AABBCCDDEEFF';
const PLAIN = '00112233445566778899aabbccddeeff';

/** As no serializer writes it: another order, other spaces, other forms of values, and a field that nobody knows. */
const BY_HAND = `{ "fields":
    {"zoom": [1, {"b": 2,
 "a": 1}], "title":"Hello", "owner" : "${DASHED}", "hidden": null, "slug":"hello",
     "extra": {"z": 1, "a": 2}},
  "model": "page" }`;

async function openByHand(content = BY_HAND) {
  const path = emptyRepository();
  commitFiles(path, 'refs/heads/main', { files: { 'page/hello/data.json': content }, message: 'By hand' });
  const ws = await openWorkspace(path);
  const Page = ws.register(PageModel);
  return { path, ws, Page, page: await Page.get('hello') };
}

function fieldsAt(path: string, id = 'hello', treeish = 'HEAD'): Record<string, unknown> {
  const data = JSON.parse(git(path, 'show', `${treeish}:page/${id}/data.json`)) as {
    fields: Record<string, unknown>;
  };
  return data.fields;
}

describe('A record that was written by hand', () => {
  it('is not written when nothing of it has changed, and has no changes', async () => {
    const { path, ws, page } = await openByHand();

    expect(page).toMatchObject({
      title: 'Hello',
      owner: PLAIN,
      hidden: false,
      rank: 7,
      extra: { z: 1, a: 2 },
    });
    expect(page.changes()).toEqual({});
    expect(await page.save()).toBeNull();
    expect(await page.save({ commit: true, message: 'Nothing' })).toBeNull();
    expect(await ws.hasChanges()).toBe(false);
    expect(await ws.index.writeTree()).toBe(git(path, 'rev-parse', 'HEAD^{tree}'));
    expectLog(path, ['By hand']);
  });

  it('is not written either when values were assigned that mean the same', async () => {
    const { ws, page } = await openByHand();
    page.set({
      owner: `{${DASHED}}`.slice(1, -1).toLowerCase(),
      hidden: false,
      rank: 7,
      extra: { a: 2, z: 1 },
    });

    expect(page.changes()).toEqual({});
    await page.save();
    expect(await ws.hasChanges()).toBe(false);
  });

  it('keeps the form of the fields that have not changed, and the field that the model does not know', async () => {
    const { path, page } = await openByHand();
    page.title = 'Changed';
    await page.save({ commit: true, message: 'Title' });

    const fields = fieldsAt(path);
    expect(fields).toEqual({
      zoom: [1, { b: 2, a: 1 }],
      title: 'Changed',
      owner: DASHED,
      hidden: null,
      slug: 'hello',
      extra: { z: 1, a: 2 },
      rank: 7,
    });
    expect(JSON.stringify(fields.extra)).toBe('{"z":1,"a":2}');
    expect(JSON.stringify(fields.zoom)).toBe('[1,{"b":2,"a":1}]');
    expectLog(path, ['Title', 'By hand']);
  });

  it('keeps that form also when a value has changed and changed back, in one save or in two', async () => {
    const { path, page } = await openByHand();
    page.owner = 'f'.repeat(32);
    page.owner = PLAIN;
    page.title = 'Changed';
    await page.save({ commit: true, message: 'One' });
    expect(fieldsAt(path).owner).toBe(DASHED);
    page.hidden = true;
    await page.save({ commit: true, message: 'Two' });
    page.hidden = false;
    await page.save({ commit: true, message: 'Three' });

    expect(fieldsAt(path)).toMatchObject({ hidden: false, owner: DASHED });
    expectLog(path, ['Three', 'Two', 'One', 'By hand']);
  });

  it('keeps its fields also when its id changes', async () => {
    const { path, page } = await openByHand();
    page.slug = 'moved';
    await page.save({ commit: true, message: 'Moved' });

    expect(fieldsAt(path, 'moved')).toMatchObject({ slug: 'moved', owner: DASHED, hidden: null });
    expectLog(path, ['Moved', 'By hand']);
  });

  it('is saved whole again after it was deleted', async () => {
    const { path, ws, page } = await openByHand();
    await page.delete();
    await page.save();
    expect(await ws.index.writeTree()).not.toBe(git(path, 'rev-parse', 'HEAD^{tree}'));
    await ws.commit({ message: 'Again' });

    expect(fieldsAt(path)).toMatchObject({ owner: DASHED, hidden: null, zoom: [1, { b: 2, a: 1 }] });
    expectLog(path, ['Again', 'By hand']);
  });

  it('is changed when an object in it is, in place', async () => {
    const { path, page } = await openByHand();
    (page.extra as Record<string, unknown>).a = 3;

    expect(page.changes()).toEqual({ extra: { from: { z: 1, a: 2 }, to: { z: 1, a: 3 } } });
    await page.save({ commit: true, message: 'Three' });
    expect(fieldsAt(path).extra).toEqual({ z: 1, a: 3 });
    expect(page.changes()).toEqual({});
    expectLog(path, ['Three', 'By hand']);
  });
});

describe('A field that is missing in the stored record', () => {
  it('has its default, which is stored with the next change', async () => {
    const { path, page } = await openByHand();
    page.title = 'Changed';

    expect(page.changes()).toEqual({ title: { from: 'Hello', to: 'Changed' } });
    await page.save({ commit: true, message: 'Title' });
    expect(fieldsAt(path).rank).toBe(7);
    expectLog(path, ['Title', 'By hand']);
  });

  it('has changed when it has another value than the default', async () => {
    const { path, page } = await openByHand();
    page.rank = 8;

    expect(page.changes()).toEqual({ rank: { from: 7, to: 8 } });
    await page.save({ commit: true, message: 'Eight' });
    expect(fieldsAt(path).rank).toBe(8);
    expectLog(path, ['Eight', 'By hand']);
  });

  it('is not stored because its default is another one each time', async () => {
    let count = 0;
    @Model({ name: 'Page' })
    class Counted extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @IntegerField({ default: () => ++count }) count!: number;
    }
    const { path, ws } = await openByHand();
    await ws.close();
    const other = await openWorkspace(path);
    const Page = other.register(Counted);
    const [first, second] = [await Page.get('hello'), await Page.get('hello')];

    expect([first.count, second.count]).toEqual([1, 2]);
    await first.save();
    await second.save();
    expect(await other.hasChanges()).toBe(false);
  });

  it('is undefined when it is required without a default: to be given before the next save', async () => {
    @Model({ name: 'Page' })
    class Titled extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField() subtitle!: string;
    }
    const { path, ws } = await openByHand();
    await ws.close();
    const page = await (await openWorkspace(path)).register(Titled).get('hello');

    expect(page.subtitle).toBeUndefined();
    expect(page.changes()).toEqual({});
    expect(await errorOf(() => page.save())).toMatchObject({
      issues: [{ path: 'subtitle', code: 'required' }],
    });
    page.subtitle = 'There';
    expect(page.changes()).toEqual({ subtitle: { from: undefined, to: 'There' } });
    await page.save({ commit: true, message: 'There' });
    expect(fieldsAt(path)).toMatchObject({ subtitle: 'There', title: 'Hello', owner: DASHED });
    expectLog(path, ['There', 'By hand']);
  });
});

describe('A field whose values look like other stored ones', () => {
  it('is stored in its own form', async () => {
    @Model({ name: 'Item' })
    class ItemModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @DecimalField() price!: Decimal;
    }
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: { 'item/a/data.json': '{"model":"Item","fields":{"slug":"a","price":1.50}}' },
      message: 'By hand',
    });
    const Item = (await openWorkspace(path)).register(ItemModel);
    const item = await Item.get('a');
    await item.save();
    expect(item.changes()).toEqual({});
    item.set({ price: '1.5' });
    expect(item.changes()).toEqual({});
    item.set({ price: '1.75' });
    await item.save({ commit: true, message: 'More' });

    expect(git(path, 'show', 'HEAD:item/a/data.json')).toContain('"price": "1.75"');
    expectLog(path, ['More', 'By hand']);
  });
});

describe('Saves of one instance that are in flight together', () => {
  it('are done in their order, each with the values as of its call', async () => {
    const { path, ws, Page, page } = await openByHand();
    const saves: Promise<unknown>[] = [];
    for (const title of ['B', 'Hello', 'C', 'Hello', 'D']) {
      page.title = title;
      saves.push(page.save());
    }
    await Promise.all(saves);

    expect(await Page.get('hello')).toMatchObject({ title: 'D' });
    await ws.commit({ message: 'D' });
    expect(fieldsAt(path)).toMatchObject({ title: 'D', owner: DASHED, hidden: null });
    expectLog(path, ['D', 'By hand']);
  });

  it('store the value that it had at the beginning when that is the last', async () => {
    const { Page, page } = await openByHand();
    page.title = 'B';
    const first = page.save();
    page.title = 'Hello';
    const second = page.save();
    await Promise.all([first, second]);

    expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
    expect(page.changes()).toEqual({});
  });

  it('move the record where the last says', async () => {
    const { ws, Page, page } = await openByHand();
    const saves: Promise<unknown>[] = [];
    for (const slug of ['a', 'b', 'hello', 'c']) {
      page.slug = slug;
      saves.push(page.save());
    }
    await Promise.all(saves);

    expect((await Page.all().toArray()).map(({ slug }) => slug)).toEqual(['c']);
    page.slug = 'hello';
    await page.save();
    expect(await Page.get('hello')).toMatchObject({ owner: PLAIN });
    expect((await ws.index.entry('page/c'))?.path).toBeUndefined();
  });
});

describe('An old version', () => {
  it('is restored with { overwrite: true }, and not without', async () => {
    const { path, ws, Page, page } = await openByHand();
    git(path, 'tag', 'v1');
    page.title = 'Changed';
    page.rank = 9;
    await page.save({ commit: true, message: 'Changed' });
    const old = await Page.get('hello', { at: 'v1' });

    expect(await errorOf(() => old.save())).toMatchObject({ code: 'STALE_RECORD' });
    expect(await ws.hasChanges()).toBe(false);
    await old.save({ overwrite: true, commit: true, message: 'Restored' });
    expect(await Page.get('hello')).toMatchObject({ title: 'Hello', rank: 7 });
    expect(fieldsAt(path)).toMatchObject({ title: 'Hello', owner: DASHED, hidden: null });
    expectLog(path, ['Restored', 'Changed', 'By hand']);
  });

  it('is restored also when the record was deleted or moved since', async () => {
    const { path, Page, page } = await openByHand();
    git(path, 'tag', 'v1');
    await page.delete({ commit: true, message: 'Deleted' });
    const old = await Page.get('hello', { at: 'v1' });

    expect(await errorOf(() => old.save())).toMatchObject({ code: 'STALE_RECORD' });
    await old.save({ overwrite: true, commit: true, message: 'Restored' });
    expect(await Page.get('hello')).toMatchObject({ title: 'Hello', owner: PLAIN });
    expectLog(path, ['Restored', 'Deleted', 'By hand']);
  });
});
