import { Readable } from 'node:stream';
import {
  BlobField,
  CharField,
  DateTimeField,
  GitBlob,
  GitModel,
  InvalidArgumentError,
  JSONField,
  keyedList,
  Model,
  Related,
  RelatedField,
  SlugField,
} from 'gitmodel';
import type { BoundModel, ConflictHandler } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { SpanModel } from '../../support/sample-models';
import { expectLog } from '../../support/workspaces';
import { change, openSides } from './sides';

@Model({ name: 'Page' })
class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @DateTimeField({ required: false }) due!: Date | null;
  @BlobField({ required: false }) image!: GitBlob | null;
  @RelatedField('Page', { required: false }) parent!: Related<PageModel> | null;
  @JSONField({ required: false }) settings!: Record<string, unknown> | null;
  @JSONField({ default: [], merge: keyedList('sku') }) lines!: { sku: string; count: number }[];
}

@Model({ name: 'User' })
class UserModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @CharField({ unique: true }) email!: string;
}

const MERGED = ['Merged', 'Theirs', 'Ours', 'Base'];

const page = { slug: 'home', title: 'Home' };

/** Two branches on which a page has got other values. */
async function openPages(ours: object, theirs: object) {
  const sides = await openSides(PageModel, {
    base: (Page) => new Page(page).save(),
    ours: (Page) => change(Page, 'home', ours),
    theirs: (Page) => change(Page, 'home', theirs),
  });
  const merge = (onConflict: ConflictHandler) => sides.ws.merge('draft', { message: 'Merged', onConflict });
  return { ...sides, merge };
}

describe('A resolution with a value', () => {
  it('has what the constructor of the model takes for each field', async () => {
    const { model, merge, path } = await openPages(
      { title: 'A', due: '2026-01-01T00:00:00Z', image: 'Ours', parent: 'a' },
      { title: 'B', due: '2026-02-02T00:00:00Z', image: 'Theirs', parent: 'b' },
    );
    const result = await merge((conflict) => {
      if (!conflict.isOf(model)) return undefined;
      switch (conflict.field) {
        case 'title':
          return conflict.with(`${conflict.ours} and ${conflict.theirs}`);
        case 'due':
          return conflict.with('2026-03-03T00:00:00Z');
        case 'image':
          return conflict.with(Readable.from(['A ', 'stream']));
        case 'parent':
          return conflict.with('home');
        default:
          return undefined;
      }
    });
    expect(result.status).toBe('merged');
    const { title, due, image, parent } = await model.get('home');
    expect([title, due?.toISOString(), await image?.text(), parent?.id]).toEqual([
      'A and B',
      '2026-03-03T00:00:00.000Z',
      'A stream',
      'home',
    ]);
    expectLog(path, MERGED);
  });

  it('is kept with a merge that waits', async () => {
    const { ws, model, path } = await openPages({ title: 'A' }, { title: 'B' });
    const { kept } = await ws.merge('draft', { message: 'Merged', keepConflicts: true });
    for (const conflict of (await kept?.conflicts()) ?? []) {
      if (conflict.isOf(model) && conflict.field === 'title')
        await kept?.resolve(conflict, conflict.with('Both'));
    }
    expect((await kept?.complete())?.status).toBe('merged');
    expect((await model.get('home')).title).toBe('Both');
    expectLog(path, MERGED);
  });

  it('has the values of a record that is in conflict as a whole, or null', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: async (Page) => {
        await new Page(page).save();
        await new Page({ slug: 'news', title: 'News' }).save();
      },
      ours: async (Page) => {
        await change(Page, 'home', { title: 'A' });
        await change(Page, 'news', { title: 'Ours' });
      },
      theirs: async (Page) => {
        await Page.delete('home');
        await Page.delete('news');
      },
    });
    await ws.merge('draft', {
      message: 'Merged',
      onConflict: (conflict) => {
        if (!conflict.isOf(model) || conflict.field !== null) return undefined;
        return conflict.with(conflict.id === 'home' ? { title: 'Back', parent: 'home' } : null);
      },
    });
    expect((await model.get('home')).title).toBe('Back');
    expect(await model.getOrNull('news')).toBeNull();
    expectLog(path, MERGED);
  });

  it('gives the field its value also where the record is not valid because of it', async () => {
    const { ws, model, path } = await openSides(SpanModel, {
      base: (Span) => new Span({ name: 'a', from: 1, to: 9 }).save(),
      ours: (Span) => change(Span, 'a', { from: 7 }),
      theirs: (Span) => change(Span, 'a', { to: 3 }),
    });
    const kinds: string[] = [];
    await ws.merge('draft', {
      message: 'Merged',
      onConflict: (conflict) => {
        kinds.push(conflict.kind);
        return conflict.isOf(model) && conflict.field === 'to' ? conflict.with(8) : undefined;
      },
    });
    expect(kinds).toEqual(['invalid']);
    expect(await model.get('a')).toMatchObject({ from: 7, to: 8 });
    expectLog(path, MERGED);
  });

  it('is refused where one of two records has to be chosen', async () => {
    const { ws, model, path } = await openSides(UserModel, {
      base: () => Promise.resolve(),
      ours: (User) => new User({ name: 'a', email: 'a@example.org' }).save(),
      theirs: (User) => new User({ name: 'b', email: 'a@example.org' }).save(),
    });
    const error = await errorOf(() =>
      ws.merge('draft', {
        onConflict: (conflict) =>
          conflict.isOf(model) && conflict.field === 'email' ? conflict.with('b@example.org') : undefined,
      }),
    );
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain("must be 'ours' or 'theirs'");
    expectLog(path, ['Ours', 'Base'], 'main');
    expectLog(path, ['Theirs', 'Base'], 'draft');
  });
});

describe('A conflict about a field of JSON', () => {
  const settle =
    (model: BoundModel<typeof PageModel>, seen: unknown[]): ConflictHandler =>
    (conflict) => {
      if (!conflict.isOf(model)) return undefined;
      seen.push([conflict.field, conflict.isWhole, conflict.ours]);
      if (conflict.field === 'settings' || conflict.field === 'lines') {
        if (!conflict.isWhole) return { value: conflict.keys.join('/') };
        return conflict.field === 'settings'
          ? conflict.with({ ...conflict.theirs, ...conflict.ours })
          : conflict.with([...(conflict.ours ?? []), { sku: 'y', count: 1 }]);
      }
      return undefined;
    };

  it('is about all of it where one side has no object', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page({ ...page, settings: { a: 1 } }).save(),
      ours: (Page) => change(Page, 'home', { settings: { a: 2 } }),
      theirs: (Page) => change(Page, 'home', { settings: null }),
    });
    const seen: unknown[] = [];
    await ws.merge('draft', { message: 'Merged', onConflict: settle(model, seen) });
    expect(seen).toEqual([['settings', true, { a: 2 }]]);
    expect((await model.get('home')).settings).toEqual({ a: 2 });
    expectLog(path, MERGED);
  });

  it('is about the value inside where it is in an object or an item of a list', async () => {
    const { model, merge, path } = await openPages(
      { settings: { color: 'red', size: 1 }, lines: [{ sku: 'x', count: 1, note: 'Ours' }] },
      { settings: { color: 'blue' }, lines: [{ sku: 'x', count: 1, note: 'Theirs' }] },
    );
    const seen: unknown[] = [];
    expect((await merge(settle(model, seen))).status).toBe('merged');
    expect(seen).toEqual([
      ['settings', false, 'red'],
      ['lines', false, 'Ours'],
    ]);
    expect(await model.get('home')).toMatchObject({
      settings: { color: 'color', size: 1 },
      lines: [{ sku: 'x', count: 1, note: 'x/note' }],
    });
    expectLog(path, MERGED);
  });
});
