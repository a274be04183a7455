import {
  CharField,
  DoesNotExistError,
  GitModel,
  IntegerField,
  Model,
  ModelNotRegisteredError,
  SlugField,
} from 'gitmodel';
import type { BoundModel, MergeConflict } from 'gitmodel';
import { NoteModel, PageModel } from '../../support/sample-models';
import { git } from '../../support/temporary-repository';
import { errorOf } from '../../support/error-of';
import { expectLog, openPages, stateCommits } from '../../support/workspaces';
import { change, openSides } from './sides';

const page = { slug: 'home', title: 'Home', content: 'Welcome' };

@Model({ name: 'Counter' })
class CounterModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @IntegerField({ default: 0, merge: 'counter' }) hits!: number;
  @CharField({ required: false, unique: true }) label!: string;
}

function said(conflicts: readonly MergeConflict[]): string[] {
  return conflicts.map(({ message }) => message);
}

describe('merge', () => {
  it('merges changes of different fields of one record', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { title: 'Start' }),
      theirs: (Page) => change(Page, 'home', { content: 'Hello' }),
    });
    const result = await ws.merge('draft');
    expect(result).toMatchObject({ status: 'merged', conflicts: [] });
    expect(await model.get('home')).toMatchObject({ title: 'Start', content: 'Hello' });
    expect(ws.branch?.oid).toBe(result.commit);
    expectLog(path, ['Merge "draft" into main', 'Theirs', 'Ours', 'Base']);
    // As stock git merges it.
    expect(git(path, 'merge-tree', '--write-tree', 'main~1', 'draft')).toBe(result.tree);
  });

  it('takes records that only one side has changed, added or deleted', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: async (Page) => {
        for (const slug of ['a', 'b', 'c', 'd']) await new Page({ ...page, slug }).save();
      },
      ours: async (Page) => {
        await change(Page, 'a', { title: 'Ours' });
        await Page.delete('b');
        await new Page({ ...page, slug: 'ours' }).save();
      },
      theirs: async (Page) => {
        await change(Page, 'c', { title: 'Theirs' });
        await Page.delete('d');
        await new Page({ ...page, slug: 'theirs' }).save();
      },
    });
    expect(await ws.merge('draft', { message: 'Merged' })).toMatchObject({ status: 'merged' });
    const titles = (await model.all().toArray()).map(({ slug, title }) => `${slug} ${title}`);
    expect(titles).toEqual(['a Ours', 'c Theirs', 'ours Home', 'theirs Home']);
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
    expect(git(path, 'merge-tree', '--write-tree', 'main~1', 'draft')).toBe(
      git(path, 'rev-parse', 'main^{tree}'),
    );
  });

  it('leaves nothing for the next commit to write again', async () => {
    const slugs = Array.from({ length: 60 }, (_, n) => `page-${n}`);
    const { ws, model, path } = await openSides(PageModel, {
      base: async (Page) => {
        for (const slug of slugs) await new Page({ ...page, slug }).save();
      },
      ours: async (Page) => {
        for (const slug of slugs) await change(Page, slug, { title: 'Start' });
      },
      theirs: async (Page) => {
        for (const slug of slugs) await change(Page, slug, { content: 'Hello' });
      },
    });
    await ws.merge('draft');
    const count = (): number[] =>
      ['count', 'in-pack'].map((what) =>
        Number(new RegExp(`^${what}: (.*)$`, 'm').exec(git(path, 'count-objects', '-v'))?.[1]),
      );
    const [loose = NaN, packed] = count();
    await new model(page).save({ commit: true, message: 'One' });
    // The data, the folders of the record, the model and the root, and the commit.
    expect(count()).toEqual([loose + 5, packed]);
    expectLog(path, ['One', 'Merge "draft" into main', 'Theirs', 'Ours', 'Base']);
  });

  it('gives a conflict with its values and commits, and commits nothing', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { title: 'A' }),
      theirs: (Page) => change(Page, 'home', { title: 'B' }),
    });
    const { status, conflicts, commit } = await ws.merge('draft');
    expect({ status, commit }).toEqual({ status: 'conflicts', commit: null });
    expect(conflicts).toMatchObject([
      {
        kind: 'field',
        model: 'Page',
        id: 'home',
        field: 'title',
        path: 'page/home/data.json',
        base: 'Home',
        ours: 'A',
        theirs: 'B',
        commits: {
          base: git(path, 'rev-parse', 'main~1'),
          ours: git(path, 'rev-parse', 'main'),
          theirs: git(path, 'rev-parse', 'draft'),
        },
      },
    ]);
    expect(said(conflicts)).toEqual([`Page "home": title is 'A' on our side and 'B' on theirs`]);
    expect(await model.get('home')).toMatchObject({ title: 'A' });
    expectLog(path, ['Ours', 'Base'], 'main');
    expectLog(path, ['Theirs', 'Base'], 'draft');
  });

  it('lets conflicts be resolved, also by a function that reads', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { title: 'A', content: 'Ours', published: false }),
      theirs: (Page) => change(Page, 'home', { title: 'B', content: 'Theirs' }),
    });
    const result = await ws.merge('draft', {
      message: 'Merged',
      onConflict: async (conflict) => {
        const { title } = await model.get('home', { at: conflict.commits.base ?? '' });
        if (conflict.isOf(model) && conflict.field === 'title')
          return conflict.with(`${title}: ${conflict.ours} or ${conflict.theirs}`);
        return 'theirs';
      },
    });
    expect(result.status).toBe('merged');
    expect(await model.get('home')).toMatchObject({
      title: 'Home: A or B',
      content: 'Theirs',
      published: false,
    });
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
  });

  it('adds up counters, also when both sides have counted the same', async () => {
    const { ws, model, path } = await openSides(CounterModel, {
      base: (Counter) => new Counter({ name: 'a', hits: 5 }).save(),
      ours: (Counter) => change(Counter, 'a', { hits: 6 }),
      theirs: (Counter) => change(Counter, 'a', { hits: 6 }),
    });
    await ws.merge('draft', { message: 'Merged' });
    expect((await model.get('a')).hits).toBe(7);
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
  });

  it('says that it knows a class only as it is bound, which no conflict is of otherwise', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { title: 'A' }),
      theirs: (Page) => change(Page, 'home', { title: 'B' }),
    });
    const [conflict] = (await ws.mergePreview('draft')).conflicts;
    expect([conflict?.isOf(model), conflict?.isOf(ws.register(NoteModel))]).toEqual([true, false]);
    expect(await errorOf(() => conflict?.isOf(PageModel))).toBeInstanceOf(ModelNotRegisteredError);
    stateCommits(path);
  });

  it('has a conflict where one side deletes what the other one changes', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { title: 'A' }),
      theirs: (Page) => Page.delete('home'),
    });
    const { conflicts } = await ws.merge('draft');
    expect(conflicts).toMatchObject([
      { kind: 'delete', theirs: null, ours: { title: 'A' }, base: { title: 'Home' } },
    ]);
    await ws.merge('draft', { message: 'Merged', onConflict: () => 'theirs' });
    expect(await errorOf(() => model.get('home'))).toBeInstanceOf(DoesNotExistError);
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
  });

  it('follows a record that one side has given another id', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { slug: 'start' }),
      theirs: (Page) => change(Page, 'home', { title: 'Hello' }),
    });
    expect(await ws.merge('draft', { message: 'Merged' })).toMatchObject({ status: 'merged' });
    expect(await model.all().ids()[Symbol.asyncIterator]().next()).toMatchObject({ value: 'start' });
    expect(await model.get('start')).toMatchObject({ title: 'Hello', slug: 'start' });
    expect(await model.all().count()).toBe(1);
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
  });

  it('has a conflict where both sides have given a record another id', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { slug: 'start' }),
      theirs: (Page) => change(Page, 'home', { slug: 'index', title: 'Hello' }),
    });
    const { conflicts } = await ws.merge('draft');
    expect(conflicts).toMatchObject([{ kind: 'moved', base: 'home', ours: 'start', theirs: 'index' }]);
    await ws.merge('draft', { message: 'Merged', onConflict: () => 'theirs' });
    expect(await model.all().toArray()).toMatchObject([{ slug: 'index', title: 'Hello' }]);
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
  });

  it.each([
    ['another record on each side', 'b', '(it was "a" on our side and was "b" on theirs)'],
    ['one that they have added', 'new', '(it was "a" on our side and is new on theirs)'],
    ['the same one on both sides', 'a', '(it was "a" on both sides)'],
  ])('says what it was before that got an id: %s', async (_, theirs, words) => {
    const give =
      (id: string) =>
      async (Page: BoundModel<typeof PageModel>): Promise<void> => {
        if (id === 'new') await new Page({ slug: 'x', title: 'New', content: 'Something else' }).save();
        else await change(Page, id, { slug: 'x', published: id === 'b' });
      };
    const { ws, path } = await openSides(PageModel, {
      base: async (Page) => {
        for (const slug of ['a', 'b', 'c'])
          await new Page({ slug, title: `Title of ${slug}`, content: `The content of ${slug}` }).save();
      },
      ours: async (Page) => {
        await give('a')(Page);
        await change(Page, 'x', { title: 'Ours' });
      },
      theirs: async (Page) => {
        await give(theirs)(Page);
        await change(Page, 'x', { title: 'Theirs' });
      },
    });
    const { conflicts } = await ws.merge('draft');
    const title = conflicts.find(({ field }) => field === 'title');
    expect(title).toMatchObject({ kind: 'field', id: 'x' });
    expect(title?.message).toBe(`Page "x" ${words}: title is 'Ours' on our side and 'Theirs' on theirs`);
    for (const ref of ['main', 'draft'])
      expectLog(path, git(path, 'log', '--topo-order', '--format=%s', ref).split('\n'), ref);
  });

  it('has a conflict where a value that only one record may have comes from both sides', async () => {
    const { ws, model, path } = await openSides(CounterModel, {
      base: (Counter) => new Counter({ name: 'a' }).save(),
      ours: (Counter) => new Counter({ name: 'b', label: 'First' }).save(),
      theirs: (Counter) => new Counter({ name: 'c', label: 'First' }).save(),
    });
    const { conflicts } = await ws.merge('draft');
    expect(conflicts).toMatchObject([{ kind: 'unique', id: 'c', field: 'label' }]);
    await ws.merge('draft', { message: 'Merged', onConflict: () => 'ours' });
    expect(await model.all().toArray()).toMatchObject([{ name: 'a' }, { name: 'b' }]);
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
  });

  it('moves the branch where it has nothing of its own, and does nothing where it has all', async () => {
    const { ws, path } = await openPages();
    await ws.index.addBlob('a.txt', 'A');
    await ws.commit({ message: 'One' });
    await ws.createBranch('draft');
    expect(await ws.merge('draft')).toMatchObject({ status: 'up-to-date', commit: null });
    await ws.setBranch('draft');
    await ws.index.addBlob('b.txt', 'B');
    const two = await ws.commit({ message: 'Two' });
    await ws.setBranch('main');
    expect(await ws.mergePreview('draft')).toMatchObject({ status: 'fast-forward', commit: null });
    expect(await ws.merge('draft')).toMatchObject({ status: 'fast-forward', commit: two });
    expect(git(path, 'rev-parse', 'main')).toBe(two);
    expect(await ws.index.entry('b.txt')).toMatchObject({ kind: 'blob' });
    expectLog(path, ['Two', 'One']);
  });
});
