import {
  BlobField,
  CharField,
  DoesNotExistError,
  GitBlob,
  GitModel,
  IntegerField,
  Model,
  StaleRecordError,
} from 'gitmodel';
import type { BoundModel, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { git } from '../../support/temporary-repository';
import { collect, emptyRepository, expectLog, filesAt, openWorkspace } from '../../support/workspaces';
import { PageModel } from './page-model';

let path: string;
let ws: Workspace;
let Page: BoundModel<typeof PageModel>;

beforeEach(async () => {
  path = emptyRepository();
  ws = await openWorkspace(path);
  Page = ws.register(PageModel);
});

let time = 1_600_000_000;

/** What is said of a commit: each is a second later. */
function saying(message: string) {
  return { message, author: { name: 'Ann', email: 'ann@example.com', time: new Date(1000 * time++) } };
}

/** Changes something, and commits it. */
async function commit(message: string, change: () => Promise<unknown>): Promise<string> {
  await change();
  return (await ws.commit(saying(message))) ?? '';
}

async function set(id: string, values: object): Promise<void> {
  const page = await Page.get(id);
  await page.set(values).save();
}

/** What git shows of a file. */
function show(treeish: string, file: string): string {
  return git(path, 'show', `${treeish}:${file}`);
}

/** A record that has got another id, and has changed altogether since. */
async function makeMoved(): Promise<readonly string[]> {
  const image = Buffer.from('one');
  const [title, text] = ['A title of some length', 'And a text that is longer than that'];
  const first = await commit('One', () => new Page({ slug: 'old', title, text, image }).save());
  const moved = await commit('Moved', () => set('old', { slug: 'new' }));
  const last = await commit('Three', () => set('new', { title: 'X', text: 'Y', image: Buffer.from('two') }));
  return [first, moved, last];
}

describe('restore, from before the record has got another id,', () => {
  it('gives it what it was, blobs included, and leaves it the id that it has', async () => {
    const [first = ''] = await makeMoved();
    const page = await Page.get('new');
    const oid = await page.restore({ at: first, commit: true, ...saying('Restored') });

    expect(oid).toBe(git(path, 'rev-parse', 'HEAD'));
    expect(filesAt(path, 'HEAD')).toEqual(['page/new/data.json', 'page/new/image.data']);
    const before = show(first, 'page/old/data.json');
    expect(show('HEAD', 'page/new/data.json')).toBe(before.replace('"slug": "old"', '"slug": "new"'));
    expect(before).toContain('"slug": "old"');
    expect(git(path, 'rev-parse', 'HEAD:page/new/image.data')).toBe(
      git(path, 'rev-parse', `${first}:page/old/image.data`),
    );
    expect([page.slug, page.title, page.changes()]).toEqual(['new', 'A title of some length', {}]);
    expect(await page.image?.text()).toBe('one');
    await page.set({ title: 'Onward' }).save({ commit: true, ...saying('On') });
    expectLog(path, ['On', 'Restored', 'Three', 'Moved', 'One']);
  });

  it('does so by id as well, also when the record is gone', async () => {
    const [first = ''] = await makeMoved();
    await Page.restore('new', { at: 'HEAD~2', commit: true, ...saying('Restored') });
    const tree = git(path, 'rev-parse', 'HEAD^{tree}');
    await Page.delete('new', { commit: true, ...saying('Gone') });
    await Page.restore('new', { at: first, commit: true, ...saying('Back') });

    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(tree);
    expect(await collect(Page.all().ids())).toEqual(['new']);
    expectLog(path, ['Back', 'Gone', 'Restored', 'Three', 'Moved', 'One']);
  });

  it('takes every version that history() gives, through merges and several ids', async () => {
    const [title, text] = ['A title of some length', 'And a text that is longer than that'];
    await commit('One', () => new Page({ slug: 'a', title, text }).save());
    await ws.createBranch('draft');
    await commit('Ours', () => set('a', { title: 'Ours, of some length as well' }));
    await ws.setBranch('draft');
    await commit('Moved', () => set('a', { slug: 'b' }));
    await commit('Theirs', () => set('b', { image: Buffer.from('theirs') }));
    await ws.setBranch('main');
    expect((await ws.merge('draft', saying('Merge'))).status).toBe('merged');
    await commit('Moved again', () => set('b', { slug: 'c' }));
    await commit('Rewritten', () => set('c', { title: 'X', text: 'Y' }));

    const versions = await collect(Page.history('c'));
    expect(versions.map(({ id }) => id)).toEqual(['c', 'c', 'b', 'b', 'b', 'a', 'a']);
    for (const { commit: at, id, load } of versions) {
      const page = await Page.get('c');
      await page.restore({ at: at.oid });
      const version = await load();
      const { slug, ...values } = page.toJSON();
      expect([slug, values]).toEqual(['c', { ...version?.toJSON(), slug: undefined }]);
      expect(JSON.parse(show(at.oid, `page/${id}/data.json`))).toEqual({
        model: 'Page',
        fields: { ...values, slug: id, image: undefined },
      });
    }
    expectLog(path, ['Rewritten', 'Moved again', 'Merge', 'Theirs', 'Moved', 'Ours', 'One']);
  });

  it('is not led astray by another record that had the id then', async () => {
    await commit('One', async () => {
      await new Page({ slug: 'a', title: 'The one that was a', text: 'With some text' }).save();
      await new Page({ slug: 'b', title: 'The one that was b', text: 'And other words of it' }).save();
    });
    await commit('Gone', () => Page.delete('a'));
    await commit('Moved', () => set('b', { slug: 'a' }));
    await commit('Rewritten', () => set('a', { title: 'X', text: 'Y' }));
    await Page.restore('a', { at: 'HEAD~3', commit: true, ...saying('Restored') });

    expect((await Page.get('a')).title).toBe('The one that was b');
    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(git(path, 'rev-parse', 'HEAD~2^{tree}'));
    expectLog(path, ['Restored', 'Rewritten', 'Moved', 'Gone', 'One']);
  });

  it('finds it on a branch that its history does not lead to, because that has not changed it', async () => {
    await commit('One', () => new Page({ slug: 'old', title: 'A title', text: 'And some text' }).save());
    await ws.createBranch('draft');
    await commit('Moved', () => set('old', { slug: 'new' }));
    await commit('Rewritten', () => set('new', { title: 'X', text: 'Y' }));
    await ws.setBranch('draft');
    const aside = await commit('Aside', () => ws.index.addBlob('readme.txt', 'No record'));
    await ws.setBranch('main');
    await ws.merge('draft', saying('Merge'));

    const page = await Page.get('new');
    await page.restore({ at: aside });
    expect(page).toMatchObject({ slug: 'new', title: 'A title' });
    expectLog(path, ['Merge', 'Aside', 'Rewritten', 'Moved', 'One']);
  });

  it.each([['without a commit graph'], ['with one that knows the changed paths']])(
    'finds it among commits that have not changed it, %s',
    async (which) => {
      await commit('One', () => new Page({ slug: 'old', title: 'A title', text: 'And some text' }).save());
      const asides: string[] = [];
      const aside = async (): Promise<void> => {
        const n = String(asides.length);
        asides.push(await commit(`Aside ${n}`, () => ws.index.addBlob('readme.txt', n)));
      };
      for (let n = 0; n < 6; n++) await aside();
      await commit('Moved', () => set('old', { slug: 'new' }));
      await commit('Rewritten', () => set('new', { title: 'X', text: 'Y' }));
      for (let n = 0; n < 6; n++) await aside();
      if (which.startsWith('with ')) git(path, 'commit-graph', 'write', '--reachable', '--changed-paths');

      const fresh = await openWorkspace(path);
      const FreshPage = fresh.register(PageModel);
      const titles: string[] = [];
      for (const at of asides) {
        const page = await FreshPage.get('new');
        await page.restore({ at });
        titles.push(page.title);
      }
      expect(titles).toEqual([...Array<string>(6).fill('A title'), ...Array<string>(6).fill('X')]);
      expectLog(path, git(path, 'log', '--format=%s').split('\n'));
    },
  );

  it('keeps ids that are numbers, and those that only records tell', async () => {
    @Model({ name: 'Ticket', dataPath: (id) => `${id.padStart(4, '0')}.json` })
    class TicketModel extends GitModel<number> {
      @IntegerField({ id: true }) number!: number;
      @CharField() title!: string;
      @BlobField({ required: false }) scan!: GitBlob | null;
    }
    const Ticket = ws.register(TicketModel);
    const scan = Buffer.from('scan');
    const [one, other] = ['It does not work at all', 'It works now'];
    await commit('One', () => new Ticket({ number: 7, title: one, scan }).save());
    await commit('Moved', async () => (await Ticket.get(7)).set({ number: 12 }).save());
    await commit('Other', async () => (await Ticket.get(12)).set({ title: other, scan: null }).save());
    await Ticket.restore(12, { at: 'HEAD~2', commit: true, ...saying('Restored') });

    expect(await Ticket.get(12)).toMatchObject({ number: 12, title: one });
    expect(filesAt(path, 'HEAD')).toEqual(['ticket/0012.json', 'ticket/0012.scan.data']);
    expect(show('HEAD', 'ticket/0012.json')).toContain('"number": 12');
    expectLog(path, ['Restored', 'Other', 'Moved', 'One']);
  });

  it('does not overwrite what somebody else has changed', async () => {
    const [first = ''] = await makeMoved();
    const page = await Page.get('new');
    await commit('Meanwhile', () => set('new', { title: 'Theirs' }));

    await expect(page.restore({ at: first })).rejects.toThrow(StaleRecordError);
    expect([page.slug, page.title]).toEqual(['new', 'X']);
    expectLog(path, ['Meanwhile', 'Three', 'Moved', 'One']);
  });
});

describe('restore', () => {
  it('says that a record was not there, and changes nothing', async () => {
    const before = await commit('Before', () => new Page({ slug: 'other', title: 'Other' }).save());
    await makeMoved();
    const page = await Page.get('new');
    const error = await errorOf(() => page.restore({ at: before }));

    expect(error).toBeInstanceOf(DoesNotExistError);
    expect(error).toMatchObject({
      code: 'DOES_NOT_EXIST',
      message: `There is no Page with the id "new" at ${before}, nor does its history have it there under another id.`,
      details: { model: 'Page', id: 'new', at: before },
    });
    expect(await errorOf(() => Page.restore('never', { at: 'HEAD' }))).toMatchObject({
      details: { model: 'Page', id: 'never', at: 'HEAD' },
    });
    expect([page.title, await ws.hasChanges()]).toEqual(['X', false]);
    expectLog(path, ['Three', 'Moved', 'One', 'Before']);
  });

  it('says how to put another record that had the id in its place', async () => {
    await commit('One', () => new Page({ slug: 'a', title: 'The one that was a' }).save());
    await commit('Gone', () => Page.delete('a'));
    await commit('Two', () => new Page({ slug: 'b', title: 'Another one, with more words' }).save());
    await commit('Moved', () => set('b', { slug: 'a' }));
    const error = await errorOf(() => Page.restore('a', { at: 'HEAD~3' }));

    expect(error).toBeInstanceOf(DoesNotExistError);
    expect(error).toMatchObject({ details: { model: 'Page', id: 'a', at: 'HEAD~3' } });
    expect(String(error)).toContain('where another one had that id');
    expect(String(error)).toContain('get it with { at } and save it with { overwrite: true }');
    const other = await Page.get('a', { at: 'HEAD~3' });
    await other.save({ overwrite: true, commit: true, ...saying('In its place') });
    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(git(path, 'rev-parse', 'HEAD~4^{tree}'));
    expectLog(path, ['In its place', 'Moved', 'Two', 'Gone', 'One']);
  });

  it('finds the record on another branch under the id that it had when that began', async () => {
    const [first = ''] = await makeMoved();
    await ws.createBranch('draft', { from: first });
    await ws.setBranch('draft');
    await commit('Draft', async () => {
      await new Page({ slug: 'new', title: 'Another record' }).save();
      await set('old', { title: 'The same record' });
    });
    await ws.setBranch('main');
    const page = await Page.get('new');

    await page.restore({ at: 'draft' });
    expect(page).toMatchObject({ slug: 'new', title: 'The same record' });
    expectLog(path, ['Three', 'Moved', 'One']);
    expectLog(path, ['Draft', 'One'], 'draft');
  });

  it('takes the record with the same id where no history leads', async () => {
    const base = await commit('Base', () => ws.index.addBlob('readme.txt', 'No record'));
    const [first = '', , last = ''] = await makeMoved();
    await ws.createBranch('draft', { from: base });
    await ws.setBranch('draft');
    await commit('Draft', async () => {
      await new Page({ slug: 'new', title: 'The same id' }).save();
      await new Page({ slug: 'old', title: 'Another record' }).save();
    });
    await ws.setBranch('main');
    const page = await Page.get('new');

    await page.restore({ at: 'draft' });
    expect(page.title).toBe('The same id');
    await page.restore({ at: `${last}^{tree}` });
    expect([page.title, await ws.hasChanges()]).toEqual(['X', false]);
    await expect(page.restore({ at: `${first}^{tree}` })).rejects.toThrow(DoesNotExistError);
    await expect(page.restore({ at: 'nowhere' })).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expectLog(path, ['Three', 'Moved', 'One', 'Base']);
    expectLog(path, ['Draft', 'Base'], 'draft');
  });

  it('finds what both branches have added under the same id, also where the history goes by the other one', async () => {
    await commit('Base', () => ws.index.addBlob('readme.txt', 'No record'));
    await ws.createBranch('draft');
    await commit('Ours', () => new Page({ slug: 'a', title: 'A' }).save());
    await ws.setBranch('draft');
    await commit('First', () => new Page({ slug: 'a', title: 'First' }).save());
    await commit('Theirs', () => set('a', { title: 'A' }));
    await ws.setBranch('main');
    await ws.merge('draft', saying('Merge'));

    const page = await Page.get('a');
    await page.restore({ at: 'draft~1' });
    expect(page.title).toBe('First');
    expectLog(path, ['Merge', 'Theirs', 'First', 'Ours', 'Base']);
  });
});
