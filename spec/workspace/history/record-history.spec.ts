import { InvalidRecordError } from 'gitmodel';
import type { BoundModel, RecordVersion, Workspace } from 'gitmodel';
import { git } from '../../support/temporary-repository';
import { collect, emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';
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

/** Changes a record, and commits it; each commit is a second later. */
async function commit(message: string, change: () => Promise<unknown>): Promise<string> {
  await change();
  const author = { name: 'Ann', email: 'ann@example.com', time: new Date(1000 * time++) };
  return (await ws.commit({ message, author })) ?? '';
}

async function set(id: string, values: object): Promise<void> {
  const page = await Page.get(id);
  await page.set(values).save();
}

async function inShort({ commit: { message }, status, id, fields }: RecordVersion): Promise<string> {
  return `${message}: ${status} ${id} ${Object.keys(await fields()).join(' ')}`.trim();
}

async function shortOf(history: AsyncIterable<RecordVersion<PageModel>>): Promise<string[]> {
  const versions = await collect(history);
  return Promise.all(versions.map((each) => inShort(each as unknown as RecordVersion)));
}

/** The commits that `git log` finds for a path. */
function logOf(file: string, ...options: string[]): string[] {
  return git(path, 'log', '--format=%H', ...options, 'main', '--', file)
    .split('\n')
    .filter(Boolean);
}

describe('history', () => {
  it('gives each version once, whichever way the commits are come to', async () => {
    const at = new Date(1_500_000_000_000);
    const author = { name: 'Ann', email: 'ann@example.com', time: at };
    const options = { commit: true, author } as const;
    await new Page({ slug: 'a', title: 'A' }).save({ ...options, message: 'Base' });
    const draft = await ws.on('draft', { create: true });
    const Draft = draft.register(PageModel);
    await (await Page.get('a')).set({ title: 'B' }).save({ ...options, message: 'Ours' });
    for (const slug of ['x', 'y', 'z']) {
      await new Draft({ slug, title: 'X' }).save({ ...options, message: slug });
    }
    await (await Draft.get('a')).set({ text: 'Text' }).save({ ...options, message: 'Theirs' });
    await ws.merge('draft', { message: 'Merge', author });
    await draft.close();

    const versions = await collect(Page.history('a'));
    expect(versions.map((each) => each.commit.oid)).toEqual(logOf('page/a'));
    expect(versions).toHaveLength(4);
    expect(await collect(ws.log({ model: Page, id: 'a' }))).toHaveLength(4);
    expectLog(path, git(path, 'log', '--topo-order', '--format=%s', 'main').split('\n'), 'main');
  });

  it('gives the versions of a record, newest first, with what each has changed', async () => {
    await commit('One', () => new Page({ slug: 'a', title: 'A' }).save());
    await commit('Other', () => new Page({ slug: 'b', title: 'B' }).save());
    await commit('Two', () => set('a', { title: 'A2' }));
    await commit('Image', () => set('a', { image: Buffer.from('image') }));
    await commit('Elsewhere', () => ws.index.addBlob('page/a/notes.txt', 'Not of the record'));
    await commit('Gone', () => Page.delete('a'));

    const versions = await collect(Page.history('a'));
    expect(await shortOf(Page.history('a'))).toEqual([
      'Gone: removed a slug title text image',
      'Image: changed a image',
      'Two: changed a title',
      'One: added a slug title text',
    ]);
    expect((await versions[2]?.fields())?.title).toEqual({ from: 'A', to: 'A2' });
    expect(versions[0]?.commit.author.name).toBe('Ann');
    expect(await versions[0]?.load()).toBeNull();
    const [image, two] = [await versions[1]?.load(), await versions[2]?.load()];
    expect([two?.title, two?.image]).toEqual(['A2', null]);
    expect(await image?.image?.text()).toBe('image');
    expectLog(path, ['Gone', 'Elsewhere', 'Image', 'Two', 'Other', 'One']);
  });

  it('goes on under the id that the record had before', async () => {
    await commit('One', () => new Page({ slug: 'old', title: 'A title', text: 'And a text' }).save());
    await commit('Two', () => set('old', { text: 'And another text' }));
    await commit('Moved', () => set('old', { slug: 'new' }));
    await commit('Three', () => set('new', { title: 'Another title' }));
    const page = await Page.get('new');

    expect(await shortOf(page.history())).toEqual([
      'Three: changed new title',
      'Moved: moved new slug',
      'Two: changed old text',
      'One: added old slug title text',
    ]);
    expect((await collect(page.history()))[1]).toMatchObject({ previousId: 'old', id: 'new' });
    expectLog(path, ['Three', 'Moved', 'Two', 'One']);
  });

  it('follows merges as `git log` does', async () => {
    await commit('Base', async () => {
      await new Page({ slug: 'a', title: 'A', text: 'Text' }).save();
      await new Page({ slug: 'b', title: 'B' }).save();
    });
    await ws.createBranch('draft');
    await commit('Ours', () => set('a', { title: 'Ours' }));
    await ws.setBranch('draft');
    await commit('Theirs', () => set('a', { text: 'Theirs' }));
    await commit('Theirs alone', () => set('b', { title: 'B2' }));
    await ws.setBranch('main');
    const { status } = await ws.merge('draft', {
      message: 'Merge',
      author: { name: 'Ann', email: 'ann@example.com', time: new Date(1000 * time++) },
    });

    expect(status).toBe('merged');
    expect(await shortOf(Page.history('a'))).toEqual([
      'Merge: changed a text',
      'Theirs: changed a text',
      'Ours: changed a title',
      'Base: added a slug title text',
    ]);
    expect(await shortOf(Page.history('b'))).toEqual([
      'Theirs alone: changed b title',
      'Base: added b slug title text',
    ]);
    for (const id of ['a', 'b']) {
      expect((await collect(Page.history(id))).map((each) => each.commit.oid)).toEqual(logOf(`page/${id}`));
    }
    expectLog(path, ['Merge', 'Theirs alone', 'Theirs', 'Ours', 'Base']);
  });

  it('begins where it is told to, and gives nothing of a record that never was', async () => {
    await commit('One', () => new Page({ slug: 'a', title: 'A' }).save());
    await commit('Two', () => set('a', { title: 'A2' }));

    expect(await shortOf(Page.history('a', { from: 'HEAD~1' }))).toEqual(['One: added a slug title text']);
    expect(await shortOf(Page.history('never'))).toEqual([]);
    await expect(collect(Page.history('a', { from: 'nowhere' }))).rejects.toMatchObject({
      code: 'OBJECT_NOT_FOUND',
    });
    expectLog(path, ['Two', 'One']);
  });

  it('is empty on an unborn branch', async () => {
    expect(await shortOf(Page.history('a'))).toEqual([]);
  });

  it('fails where a version is read that is no record, or leaves it out', async () => {
    await commit('One', () => new Page({ slug: 'a', title: 'A' }).save());
    await commit('Broken', () => ws.index.addBlob('page/a/data.json', 'broken'));
    await commit('Two', () =>
      ws.index.addBlob('page/a/data.json', git(path, 'show', 'HEAD~1:page/a/data.json')),
    );
    const [two, broken] = await collect(Page.history('a'));
    expect([two?.commit.message, broken?.commit.message]).toEqual(['Two', 'Broken']);
    await expect(two?.fields()).rejects.toThrow(InvalidRecordError);
    await expect(broken?.load()).rejects.toThrow(InvalidRecordError);
    expect(await two?.load()).toMatchObject({ title: 'A' });
    const onInvalid = jest.fn();

    expect(await shortOf(Page.history('a', { onInvalid }))).toEqual(['One: added a slug title text']);
    expect(onInvalid).toHaveBeenCalledTimes(2);
    expectLog(path, ['Two', 'Broken', 'One']);
  });
});
