import type { RecordSet } from 'gitmodel';
import { PageModel, WordModel } from '../../support/sample-models';
import { commitFiles } from '../../support/temporary-repository';
import { emptyRepository, collect, openPages, openWorkspace } from '../../support/workspaces';

describe('A set of records', () => {
  let pages: RecordSet<PageModel>;

  beforeEach(async () => {
    const { Page } = await openPages();
    for (const slug of ['b', 'c', 'a']) await new Page({ slug, title: slug.toUpperCase() }).save();
    pages = Page.all();
  });

  it('is iterated over in the order of the ids', async () => {
    expect((await collect(pages)).map(({ title }) => title)).toEqual(['A', 'B', 'C']);
  });

  it('can be iterated over again, and by several at a time', async () => {
    const titles = async (): Promise<string[]> => (await collect(pages)).map(({ title }) => title);

    expect(await Promise.all([titles(), titles()])).toEqual([
      ['A', 'B', 'C'],
      ['A', 'B', 'C'],
    ]);
    expect(await titles()).toEqual(['A', 'B', 'C']);
  });

  it('can be left early, again and again', async () => {
    for (let time = 0; time < 3; time++) {
      const seen: string[] = [];
      for await (const page of pages) {
        seen.push(page.slug);
        if (page.slug === 'b') break;
      }
      expect(seen).toEqual(['a', 'b']);
    }
  });

  it('gives new instances each time', async () => {
    const [one] = await pages.toArray();
    const [other] = await pages.toArray();

    expect(one).not.toBe(other);
    expect(one).toEqual(other);
  });

  it('gives all, the first, the ids and their number', async () => {
    expect((await pages.toArray()).map(({ slug }) => slug)).toEqual(['a', 'b', 'c']);
    expect(await pages.first()).toMatchObject({ slug: 'a' });
    expect(await collect(pages.ids())).toEqual(['a', 'b', 'c']);
    expect(await pages.count()).toBe(3);
  });

  it('can give its ids twice', async () => {
    const ids = pages.ids();

    expect([await collect(ids), await collect(ids)]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  });
});

describe('A set of no records', () => {
  it('is empty in every respect', async () => {
    const pages = (await openPages()).Page.all();

    expect(await pages.toArray()).toEqual([]);
    expect(await pages.first()).toBeUndefined();
    expect(await collect(pages.ids())).toEqual([]);
    expect(await pages.count()).toBe(0);
  });
});

describe('A set of records that change', () => {
  it('sees the changes at its next iteration', async () => {
    const { Page } = await openPages();
    const pages = Page.all();
    expect(await pages.count()).toBe(0);
    await new Page({ slug: 'a', title: 'A' }).save();
    expect(await pages.count()).toBe(1);
    await Page.delete('a');
    expect(await pages.count()).toBe(0);
  });

  it('sees none of them in the middle of one, so that each record may be changed in its turn', async () => {
    const { Page } = await openPages();
    for (let number = 0; number < 200; number++) {
      await new Page({ slug: `p${String(number).padStart(3, '0')}`, title: 'Old' }).save();
    }
    let seen = 0;
    for await (const page of Page.all()) {
      seen++;
      page.slug = `z-${page.slug}`;
      page.title = 'New';
      await page.save();
    }

    expect(seen).toBe(200);
    const pages = await Page.all().toArray();
    expect(pages.map(({ title }) => title)).toEqual(Array(200).fill('New'));
    expect(pages.every(({ slug }) => slug.startsWith('z-p'))).toBe(true);
  });
});

describe('All ids', () => {
  it('are there, in the order of their bytes, whatever they begin with', async () => {
    const words = ['-', '.', '..', '.a', 'A', 'a', 'a b', 'a.', 'a.b', 'a-', 'ab', 'é', '\uffff', '🐙'];
    const Word = (await openWorkspace()).register(WordModel);
    const stored = words.filter((word) => !['.', '..'].includes(word));
    for (const word of stored) await new Word({ word }).save();

    const byBytes = [...stored].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await collect(Word.all().ids())).toEqual(byBytes);
    expect((await Word.all().toArray()).map(({ word }) => word)).toEqual(byBytes);
  });

  it('do not include files in the folder of the model, nor folders without data', async () => {
    const path = emptyRepository();
    const data = '{"model":"Page","fields":{"slug":"a","title":"A"}}';
    commitFiles(path, 'refs/heads/main', {
      files: {
        'page/README.md': 'Pages are kept here.',
        'page/a/data.json': data,
        'page/b/notes.txt': 'No data here.',
        'page/c/data.json/oops.txt': '',
      },
    });
    const ws = await openWorkspace(path);
    const Page = ws.register(PageModel);
    await ws.index.remove('page/c');

    expect(await collect(Page.all().ids())).toEqual(['a']);
    expect(await Page.all().toArray()).toMatchObject([{ slug: 'a' }]);
  });
});
