import { DoesNotExistError, InvalidArgumentError, StaleRecordError } from 'gitmodel';
import type { BoundModel, GitBlob, Workspace } from 'gitmodel';
import { git, runGit } from '../../support/temporary-repository';
import { collect, emptyRepository, expectLog, messagesOf, openWorkspace } from '../../support/workspaces';
import { PageModel } from './page-model';

const START = 1_600_000_000;

let path: string;
let ws: Workspace;
let Page: BoundModel<typeof PageModel>;
let time: number;

beforeEach(async () => {
  path = emptyRepository();
  ws = await openWorkspace(path);
  Page = ws.register(PageModel);
  time = START;
});

/** By whom and when something is committed: each time a second later. */
function by(name: string, message: string) {
  return {
    message,
    author: { name, email: `${name.toLowerCase()}@example.com`, time: new Date(1000 * time++) },
  };
}

async function set(id: string, values: object, name: string, message: string): Promise<void> {
  const page = await Page.get(id);
  await page.set(values).save({ commit: true, ...by(name, message) });
}

/** Two branches that have changed different fields, merged. */
async function makeMerge(): Promise<void> {
  const image = Buffer.from('one');
  await new Page({ slug: 'old', title: 'A', text: 'Text', image }).save({
    commit: true,
    ...by('Ann', 'Base'),
  });
  await set('old', { slug: 'a' }, 'Ann', 'Move');
  await ws.createBranch('draft');
  await set('a', { title: 'Ours' }, 'Ben', 'Ours');
  await ws.setBranch('draft');
  await set('a', { text: 'Theirs' }, 'Cleo', 'Theirs');
  await set('a', { text: 'Theirs', image: Buffer.from('two') }, 'Cleo', 'Image');
  await ws.setBranch('main');
  await ws.merge('draft', by('Ann', 'Merge'));
}

const MERGE_LOG = ['Merge', 'Image', 'Theirs', 'Ours', 'Move', 'Base'];

describe('blame', () => {
  it('names the commit that has made each field what it is, through merges and earlier ids', async () => {
    await makeMerge();
    const page = await Page.get('a');
    const { slug, title, text, image } = await page.blame();

    const messages = [slug, title, text, image].map((each) => each?.commit.message);
    expect(messages).toEqual(['Move', 'Ours', 'Theirs', 'Image']);
    expect([title?.author.name, text?.author.name]).toEqual(['Ben', 'Cleo']);
    expect(title?.time).toEqual(new Date(1000 * (START + 2)));
    expect([slug?.from, title?.from, text?.from]).toEqual(['old', 'A', 'Text']);
    expect(await (image?.from as GitBlob).text()).toBe('one');
    expect((await Page.blame('a', { from: 'main~1' })).text?.commit.message).toBe('Base');
    expectLog(path, MERGE_LOG);
  });

  it('names a merge where a field is as in none of its parents', async () => {
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, ...by('Ann', 'Base') });
    await ws.createBranch('draft');
    await set('a', { title: 'Ours' }, 'Ben', 'Ours');
    await ws.setBranch('draft');
    await set('a', { title: 'Theirs' }, 'Cleo', 'Theirs');
    await ws.setBranch('main');
    await ws.merge('draft', { ...by('Ann', 'Merge'), onConflict: () => ({ value: 'Both' }) });

    const { title } = await Page.blame('a');
    expect([title?.commit.message, title?.from]).toEqual(['Merge', 'Ours']);
    expectLog(path, ['Merge', 'Theirs', 'Ours', 'Base']);
  });

  it('rejects a record that there is not', async () => {
    await expect(Page.blame('never')).rejects.toThrow(DoesNotExistError);
  });
});

describe('log', () => {
  it('gives what `git log` gives, of all, of a model and of a record', async () => {
    await makeMerge();
    await ws.index.addBlob('readme.txt', 'No record');
    await ws.commit(by('Dan', 'Readme'));
    const logOf = (...paths: string[]): string[] => git(path, 'log', '--format=%s', ...paths).split('\n');

    expect(await messagesOf(ws.log())).toEqual(logOf());
    expect(await messagesOf(ws.log({ model: Page }))).toEqual(logOf('--', 'page'));
    expect(await messagesOf(ws.log({ model: 'page', id: 'a' }))).toEqual([...logOf('--', 'page/a'), 'Base']);
    expect(await messagesOf(ws.log({ from: 'draft' }))).toEqual(logOf('draft'));
    expectLog(path, ['Readme', ...MERGE_LOG]);
  });

  it('looks for authors, messages and times', async () => {
    await makeMerge();

    expect(await messagesOf(ws.log({ author: 'Cleo' }))).toEqual(['Image', 'Theirs']);
    expect(await messagesOf(ws.log({ author: /^ben <ben@/i }))).toEqual(['Ours']);
    expect(await messagesOf(ws.log({ message: /^(Move|Base)$/g }))).toEqual(['Move', 'Base']);
    const [since, until] = [new Date(1000 * (START + 1)), new Date(1000 * (START + 2))];
    expect(await messagesOf(ws.log({ since, until }))).toEqual(['Ours', 'Move']);
    expect(await messagesOf(ws.log({ model: Page, id: 'a', since, until }))).toEqual(['Ours', 'Move']);
    expectLog(path, MERGE_LOG);
  });

  it('goes on behind a commit of a time that no Date has', async () => {
    await new Page({ slug: 'a', title: 'A' }).save();
    await ws.commit(by('Ann', 'One'));
    const tree = git(path, 'rev-parse', 'HEAD^{tree}');
    const head = `tree ${tree}\nparent ${git(path, 'rev-parse', 'HEAD')}\n`;
    const far = 'Ann <ann@example.com> 8640000000001 +0000';
    const raw = `${head}author ${far}\ncommitter ${far}\n\nFar\n`;
    const odd = runGit(path, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input: raw })
      .toString()
      .trim();
    git(path, 'update-ref', 'refs/heads/main', odd);
    await ws.updateIndex();
    expect(await messagesOf(ws.log())).toEqual(['Far\n', 'One']);
    expectLog(path, ['Far', 'One']);
  });

  it('refuses what cannot be asked for', () => {
    expect(() => ws.log({ since: new Date('never') })).toThrow(InvalidArgumentError);
    // @ts-expect-error an author is a text or an expression
    expect(() => ws.log({ author: 5 })).toThrow(InvalidArgumentError);
    expect(() => ws.log({ id: 'a' })).toThrow('"model" must be given');
    expect(() => ws.log({ model: 'thing', id: 'a' })).toThrow('not registered');
  });
});

describe('restore', () => {
  beforeEach(async () => {
    await new Page({ slug: 'a', title: 'A', text: 'Text', image: Buffer.from('one') }).save({
      commit: true,
      ...by('Ann', 'One'),
    });
  });

  it('saves the values and blobs that a record had, and the instance has them', async () => {
    await set('a', { title: 'B', image: null }, 'Ann', 'Two');
    const page = await Page.get('a');
    page.text = 'Not saved';
    const commit = await page.restore({ at: 'HEAD~1', commit: true, ...by('Ann', 'Restored') });

    expect(commit).toBe(git(path, 'rev-parse', 'HEAD'));
    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(git(path, 'rev-parse', 'HEAD~2^{tree}'));
    expect([page.title, page.text, await page.image?.text()]).toEqual(['A', 'Text', 'one']);
    page.title = 'C';
    await page.save({ commit: true, ...by('Ann', 'On') });
    expectLog(path, ['On', 'Restored', 'Two', 'One']);
  });

  it('stages only, unless it is to be committed, and writes nothing when nothing has changed', async () => {
    const page = await Page.get('a');
    expect(await page.restore({ at: 'HEAD' })).toBeNull();
    expect(await ws.hasChanges()).toBe(false);
    await set('a', { title: 'B' }, 'Ann', 'Two');
    await (await Page.get('a')).restore({ at: 'HEAD~1' });

    expect((await Page.get('a')).title).toBe('A');
    expect(await ws.hasChanges()).toBe(true);
    expectLog(path, ['Two', 'One']);
  });

  it('does not overwrite what somebody else has changed, unless it is to', async () => {
    const page = await Page.get('a');
    await set('a', { title: 'B' }, 'Ann', 'Two');
    page.text = 'Mine';

    await expect(page.restore({ at: 'HEAD~1' })).rejects.toThrow(StaleRecordError);
    expect([page.title, page.text]).toEqual(['A', 'Mine']);
    await page.restore({ at: 'HEAD~1', overwrite: true, commit: true, ...by('Ann', 'Three') });
    expect((await Page.get('a')).title).toBe('A');
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('brings a deleted record back', async () => {
    await Page.delete('a', { commit: true, ...by('Ann', 'Two') });
    await Page.restore('a', { at: 'HEAD~1', commit: true, ...by('Ann', 'Back') });

    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(git(path, 'rev-parse', 'HEAD~2^{tree}'));
    await expect(Page.restore('a', { at: 'HEAD~1' })).rejects.toThrow(DoesNotExistError);
    expect(await collect(Page.all().ids())).toEqual(['a']);
    expectLog(path, ['Back', 'Two', 'One']);
  });
});
