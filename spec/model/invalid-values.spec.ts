import { CharField, DateTimeField, GitModel, IntegerField, Model, SlugField } from 'gitmodel';
import type { ModelOptions } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { commitFiles, git } from '../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../support/workspaces';

const STORED = {
  slug: 'a',
  title: ['no', { text: 'at all' }],
  count: 'seven',
  date: '2024-02-30',
  fine: 'Fine',
};

async function openBroken(invalidValues?: ModelOptions['invalidValues'], stored: object = STORED) {
  @Model({ name: 'Page', ...(invalidValues === undefined ? {} : { invalidValues }) })
  class PageModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField({ required: false }) title!: string;
    @IntegerField({ required: false }) count!: number | null;
    @DateTimeField({ required: false }) date!: Date | null;
    @CharField() fine!: string;
  }
  const path = emptyRepository();
  commitFiles(path, 'refs/heads/main', {
    files: {
      'page/a/data.json': JSON.stringify({ fields: stored, model: 'Page' }),
      'page/b/data.json': JSON.stringify({ fields: { slug: 'b', fine: 'B' }, model: 'Page' }),
    },
    message: 'By hand',
  });
  const ws = await openWorkspace(path);
  return { path, ws, Page: ws.register(PageModel) };
}

function fieldsAt(path: string): Record<string, unknown> {
  return (JSON.parse(git(path, 'show', 'HEAD:page/a/data.json')) as { fields: Record<string, unknown> })
    .fields;
}

describe.each([undefined, 'abort'] as const)('With { invalidValues: %p }', (option) => {
  it('a record with a value that is not valid cannot be read', async () => {
    const { Page } = await openBroken(option);

    for (const read of [() => Page.get('a'), () => Page.getOrNull('a'), () => Page.all().toArray()]) {
      expect(await errorOf(read)).toMatchObject({
        code: 'INVALID_RECORD',
        details: { path: 'page/a/data.json', field: 'title', code: 'invalid_type', value: STORED.title },
      });
    }
    expect(await Page.get('b')).toMatchObject({ fine: 'B' });
  });

  it('all({ onInvalid }) leaves it out, and reports it', async () => {
    const { Page } = await openBroken(option);
    const reported: unknown[] = [];
    const pages = await Page.all({
      onInvalid: ({ code, details }) => reported.push([code, details.path]),
    }).toArray();

    expect(pages.map(({ slug }) => slug)).toEqual(['b']);
    expect(reported).toEqual([['INVALID_RECORD', 'page/a/data.json']]);
    expect(await Page.all({ onInvalid: () => undefined, at: 'main' }).first()).toMatchObject({ slug: 'b' });
  });
});

describe('With { invalidValues: "empty" }', () => {
  it('such a value is read as the empty one', async () => {
    const { Page } = await openBroken('empty');
    const page = await Page.get('a');

    expect(page).toMatchObject({ title: '', count: null, date: null, fine: 'Fine' });
    expect(page.changes()).toEqual({});
    expect(await Page.all().toArray()).toHaveLength(2);
  });

  it('what is stored stays, until another value is assigned', async () => {
    const { path, ws, Page } = await openBroken('empty');
    const page = await Page.get('a');
    await page.save();
    expect(await ws.hasChanges()).toBe(false);
    page.fine = 'Changed';
    await page.save({ commit: true, message: 'One' });
    expect(fieldsAt(path)).toEqual({ ...STORED, fine: 'Changed' });
    page.set({ title: '', count: null });
    await page.save();
    expect(await ws.hasChanges()).toBe(false);
    page.set({ title: 'Title', count: 7, date: new Date(0) });
    expect(page.changes()).toMatchObject({
      title: { from: STORED.title, to: 'Title' },
      count: { from: 'seven', to: 7 },
    });
    await page.save({ commit: true, message: 'Two' });

    expect(fieldsAt(path)).toMatchObject({ title: 'Title', count: 7, date: '1970-01-01T00:00:00.000Z' });
    page.set({ title: '', count: null });
    await page.save({ commit: true, message: 'Three' });
    expect(fieldsAt(path)).toMatchObject({ title: '', count: null });
    expectLog(path, ['Three', 'Two', 'One', 'By hand']);
  });

  it('a required value has to be given before the record can be saved', async () => {
    const { ws, Page } = await openBroken('empty', { ...STORED, fine: 5 });
    const page = await Page.get('a');

    expect(page.fine).toBe('');
    expect(await errorOf(() => page.save())).toMatchObject({ issues: [{ path: 'fine', code: 'required' }] });
    expect(await ws.hasChanges()).toBe(false);
  });
});

describe('With { invalidValues: "keep" }', () => {
  it('such a value is left to the property', async () => {
    const { Page } = await openBroken('keep');
    const page = await Page.get('a');

    expect(page).toMatchObject({ title: STORED.title, count: 'seven', date: '2024-02-30', fine: 'Fine' });
    expect(page.changes()).toEqual({});
    expect(JSON.parse(JSON.stringify(page))).toEqual(STORED);
  });

  it('what is stored stays, until another value is assigned', async () => {
    const { path, ws, Page } = await openBroken('keep');
    const page = await Page.get('a');
    await page.save();
    expect(await ws.hasChanges()).toBe(false);
    page.fine = 'Changed';
    await page.save({ commit: true, message: 'One' });
    expect(fieldsAt(path)).toEqual({ ...STORED, fine: 'Changed' });
    expect(page.title).toEqual(STORED.title);
    page.set({ title: 'Title', count: 7 });
    await page.save({ commit: true, message: 'Two' });

    expect(fieldsAt(path)).toEqual({ ...STORED, fine: 'Changed', title: 'Title', count: 7 });
    expectLog(path, ['Two', 'One', 'By hand']);
  });

  it('another value that is not valid is refused, also one that was changed in place', async () => {
    const { ws, Page } = await openBroken('keep');
    const page = await Page.get('a');
    (page.title as unknown as string[]).push('more');
    page.count = 'eight' as never;

    expect(page.changes()).toMatchObject({
      title: { from: STORED.title },
      count: { from: 'seven', to: 'eight' },
    });
    expect(await errorOf(() => page.save())).toMatchObject({
      issues: [
        { path: 'title', code: 'invalid_type' },
        { path: 'count', code: 'invalid_type' },
      ],
    });
    expect(await ws.hasChanges()).toBe(false);
  });

  it('the rules hold for values that are of the field', async () => {
    const { Page } = await openBroken('keep', { slug: 'a', fine: '' });
    const page = await Page.get('a');

    expect(await errorOf(() => page.save())).toMatchObject({ issues: [{ path: 'fine', code: 'required' }] });
  });
});

describe('An id that is not valid', () => {
  it.each(['abort', 'empty', 'keep'] as const)('is refused with { invalidValues: %p }', async (option) => {
    const { Page } = await openBroken(option, { ...STORED, slug: 5 });

    expect(await errorOf(() => Page.get('a'))).toMatchObject({
      code: 'INVALID_RECORD',
      details: { field: 'slug' },
    });
  });
});

describe('Another value of the option', () => {
  it('is refused when the model is registered', async () => {
    expect(await errorOf(() => openBroken('ignore' as never))).toMatchObject({ code: 'INVALID_MODEL' });
  });
});
