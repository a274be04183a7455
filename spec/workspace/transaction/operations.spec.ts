import { existsSync } from 'node:fs';
import nodePath from 'node:path';
import { flat, TransactionError } from 'gitmodel';
import type { BoundModel, ConflictResolution, KeptMerge, MergeConflict, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { PageModel } from '../../support/sample-models';
import { git } from '../../support/temporary-repository';
import {
  collect,
  commitMeanwhile,
  copyRepository,
  expectLog,
  filesAt,
  messagesOf,
  once,
  openPages,
  openWorkspace,
} from '../../support/workspaces';

interface Opened {
  readonly path: string;
  readonly ws: Workspace;
  readonly Page: BoundModel<typeof PageModel>;
  /** Another workspace on the same branch. */
  readonly other: Workspace;
  readonly OtherPage: BoundModel<typeof PageModel>;
}

/** A workspace that is a commit behind its branch, because something is staged. */
async function openBehind(): Promise<Opened> {
  const { path, ws, Page } = await openPages();
  await new Page({ slug: 'a', title: 'One' }).save({ commit: true, message: 'One' });
  const other = await ws.on('main');
  const OtherPage = other.register(PageModel);
  await new Page({ slug: 'staged', title: 'Staged' }).save();
  await retitle(OtherPage, 'Two');
  return { path, ws, Page, other, OtherPage };
}

async function retitle(Page: BoundModel<typeof PageModel>, title: string): Promise<void> {
  const page = await Page.get('a');
  page.title = title;
  await page.save({ commit: true, message: title });
}

/** A repository whose branches `main` and `draft` cannot be merged, and in which that merge is kept. */
const withKeptMerge = once(async () => {
  const { path, ws, Page } = await openPages();
  await new Page({ slug: 'a', title: 'One' }).save({ commit: true, message: 'One' });
  const draft = await ws.on('draft', { create: true });
  await retitle(draft.register(PageModel), 'Draft');
  await retitle(Page, 'Main');
  await ws.merge('draft', { message: 'Merge', keepConflicts: true });
  await ws.tags.create('v1');
  expectLog(path, ['Main', 'One']);
  expectLog(path, ['Draft', 'One'], 'draft');
  expectLog(
    path,
    ['Merge', 'Draft', 'Main', 'One'],
    git(path, 'for-each-ref', '--format=%(refname)', 'refs/gitmodel'),
  );
  return path;
});

/** What is called within a transaction. */
interface Within {
  readonly ws: Workspace;
  readonly Page: BoundModel<typeof PageModel>;
  readonly page: PageModel;
  readonly kept: KeptMerge;
  readonly conflict: MergeConflict;
}

describe('Within a transaction', () => {
  it.each<[operation: string, call: (within: Within) => unknown]>([
    ['commit()', ({ ws }) => ws.commit()],
    ['commitOnSuccess()', ({ ws }) => ws.commitOnSuccess(() => undefined)],
    ['bulk()', ({ ws, page }) => ws.bulk([page])],
    ['relayout()', ({ ws, Page }) => ws.relayout(Page, { from: flat() })],
    ['createCommit()', async ({ ws }) => ws.createCommit(null, await ws.index.writeTree())],
    ['setBranch()', ({ ws }) => ws.setBranch('draft')],
    ['updateIndex()', ({ ws }) => ws.updateIndex('draft')],
    ['syncRepoIndex()', ({ ws }) => ws.syncRepoIndex()],
    ['merge()', ({ ws }) => ws.merge('draft')],
    ['mergePreview()', ({ ws }) => ws.mergePreview('draft')],
    ['revert()', ({ ws }) => ws.revert('HEAD')],
    ['conflicts()', ({ kept }) => kept.conflicts()],
    ['resolve()', ({ kept, conflict }) => kept.resolve(conflict, 'ours')],
    ['complete()', ({ kept }) => kept.complete()],
    ['abort()', ({ kept }) => kept.abort()],
    ['lock()', ({ ws }) => ws.lock('a', () => undefined)],
    ['lock()', ({ page }) => page.lock(() => undefined)],
    ['changes() with { live }', ({ ws }) => ws.changes({ live: true })],
    ['tags.create()', ({ ws }) => ws.tags.create('v2')],
    ['tags.delete()', ({ ws }) => ws.tags.delete('v1')],
    ['branches.create()', ({ ws }) => ws.branches.create('other')],
    ['branches.create()', ({ ws }) => ws.createBranch('other')],
    ['branches.rename()', ({ ws }) => ws.branches.rename('draft', 'other')],
    ['branches.delete()', ({ ws }) => ws.branches.delete('draft', { force: true })],
    ['branches.setUpstream()', ({ ws }) => ws.branches.setUpstream('draft', 'main')],
    ['on() with { create }', ({ ws }) => ws.on('other', { create: true })],
    ['{ commit: true }', ({ page }) => page.save({ commit: true })],
    ['{ commit: true }', ({ Page }) => Page.delete('a', { commit: true })],
    ['{ commit: true }', ({ page }) => page.restore({ at: 'HEAD~1', commit: true })],
  ])('%s is refused, and nothing has changed', async (operation, call) => {
    const path = copyRepository(await withKeptMerge());
    const ws = await openWorkspace(path);
    const Page = ws.register(PageModel);
    const [kept] = (await ws.keptMerges()) as [KeptMerge];
    const [conflict] = (await kept.conflicts()) as [MergeConflict];
    const before = [git(path, 'for-each-ref'), git(path, 'config', '--list')];
    const { commit } = await ws.transaction(async () => {
      const page = await Page.get('a');
      page.title = 'Inside';
      const error = await errorOf(() => call({ ws, Page, page, kept, conflict }));
      expect(error).toBeInstanceOf(TransactionError);
      expect(error.details).toEqual({ operation });
    });

    expect(commit).toBeNull();
    expect(await ws.hasChanges()).toBe(false);
    expect([git(path, 'for-each-ref'), git(path, 'config', '--list')]).toEqual(before);
    expect(existsSync(nodePath.join(path, '.git/index'))).toBe(false);
  });

  it('what is refused says what to do instead', async () => {
    const { path, ws } = await openPages();
    await ws.transaction(async () => {
      expect(await errorOf(() => ws.tags.create('v1'))).toMatchObject({
        message:
          'tags.create() cannot be called within a transaction, which commits by itself when its function has ended. ' +
          'Call it before or afterwards.',
      });
      expect(await errorOf(() => ws.lock('a', () => undefined))).toMatchObject({
        message:
          'lock() cannot be called within a transaction, which commits by itself when its function has ended. ' +
          'The lock would be released before; call transaction() within lock().',
      });
    });
    expectLog(path, []);
  });

  it('histories begin at the commit that it has begun at, whatever the workspace is at and others commit', async () => {
    const { path, ws, Page, OtherPage } = await openBehind();
    const two = git(path, 'rev-parse', 'main');
    await ws.transaction(async () => {
      await retitle(OtherPage, 'Three');
      expect([ws.head, ws.branch?.oid]).toEqual(['refs/heads/main', two]);
      expect(await messagesOf(ws.walk())).toEqual(['Two', 'One']);
      expect(await messagesOf(ws.log())).toEqual(['Two', 'One']);
      expect(await messagesOf(ws.log({ model: Page, id: 'a' }))).toEqual(['Two', 'One']);
      expect((await collect(ws.changes())).map(({ commit }) => commit.message)).toEqual(['One', 'Two']);
      const versions = await collect(Page.history('a'));
      expect(versions.map(({ commit }) => commit.message)).toEqual(['Two', 'One']);
      expect((await Page.blame('a'))?.title?.commit.message).toBe('Two');
    });

    expect(await messagesOf(ws.walk())).toEqual(['One']);
    expect((await collect(ws.changes())).map(({ commit }) => commit.message)).toEqual([
      'One',
      'Two',
      'Three',
    ]);
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('what is named is read as it is in the repository by then', async () => {
    const { path, ws, Page, OtherPage } = await openBehind();
    await ws.branches.create('draft');
    await ws.tags.create('v1');
    await ws.transaction(async () => {
      await retitle(OtherPage, 'Three');
      expect((await Page.get('a', { at: 'main' })).title).toBe('Three');
      expect(await messagesOf(ws.walk({ from: 'main' }))).toEqual(['Three', 'Two', 'One']);
      expect(await messagesOf(ws.log({ from: 'main~1' }))).toEqual(['Two', 'One']);
      expect(await collect(ws.changes({ branch: 'main', since: 'main~1' }))).toHaveLength(1);
      expect((await ws.branches.get('main')).commit.message).toBe('Three');
      expect((await ws.branches.list()).map(({ name }) => name)).toEqual(['draft', 'main']);
      expect(await ws.branches.upstream('draft')).toBeNull();
      expect((await ws.tags.list()).map(({ name }) => name)).toEqual(['v1']);
      expect((await ws.tags.get('v1')).target).toBe(git(path, 'rev-parse', 'main~2'));
      expect(await ws.keptMerges()).toEqual([]);
      expect((await ws.storage()).packs.count).toBe(0);
    });
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('views and other workspaces are what they are outside', async () => {
    const { path, ws, Page } = await openBehind();
    const { commit } = await ws.transaction(
      async () => {
        await new Page({ slug: 'b', title: 'Inside' }).save();
        await using view = await ws.at('main');
        await using beside = await ws.on('main');
        const [ViewPage, BesidePage] = [view.register(PageModel), beside.register(PageModel)];
        expect([await ViewPage.all().count(), await BesidePage.all().count()]).toEqual([1, 1]);
        await new BesidePage({ slug: 'c', title: 'Beside' }).save({ commit: true, message: 'Beside' });
        await beside.lock('a', () => undefined);
        const inner = await beside.transaction(() => BesidePage.delete('c'), { message: 'Beside again' });
        expect(inner.commit).toBe(git(path, 'rev-parse', 'main'));
      },
      { message: 'Inside' },
    );

    expect(commit).toBe(git(path, 'rev-parse', 'main'));
    expectLog(path, ['Inside', 'Beside again', 'Beside', 'Two', 'One']);
  });

  it('a list of commits is that of where its iteration begins', async () => {
    const { path, ws } = await openBehind();
    const outside = ws.walk();
    let inside: typeof outside | undefined;
    await ws.transaction(async () => {
      inside = ws.log();
      expect(await messagesOf(outside)).toEqual(['Two', 'One']);
    });

    expect(inside && (await messagesOf(inside))).toEqual(['One']);
    expectLog(path, ['Two', 'One']);
  });

  it('no reading waits for those who wait for the transaction', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'One' }).save({ commit: true, message: 'One' });
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const running = ws.transaction(async () => {
      await begun;
      await using view = await ws.at(new Date());
      await using beside = await ws.on('main');
      return await Promise.all([
        messagesOf(ws.walk()),
        messagesOf(ws.log()),
        messagesOf(view.walk()),
        messagesOf(beside.walk()),
        ws.branches.list().then((branches) => branches.map(({ commit }) => commit.message)),
        collect(ws.changes()).then((changes) => changes.map(({ commit }) => commit.message)),
        ws.keptMerges(),
        ws.tags.list(),
        ws.diff().then(({ paths }) => paths),
      ]);
    });
    await ws.commitOnSuccess(async () => {
      begin();
      await running;
    });

    const one = ['One'];
    expect((await running).result).toEqual([one, one, one, one, one, one, [], [], []]);
    expectLog(path, ['One']);
  });

  it.each<[what: string, runs: number, read: (ws: Workspace) => Promise<unknown>]>([
    ['a difference to what is staged counts as read', 2, (ws) => collect(ws.diff('HEAD~1').files())],
    ['a difference in the form of git diff counts as read', 2, (ws) => ws.diff()],
    ['a difference of what is named does not', 1, (ws) => collect(ws.diff('main~1', 'main').files())],
    ['nor does a history', 1, (ws) => collect(ws.walk())],
  ])('%s where it is serializable', async (_what, expected, read) => {
    const { path, ws } = await openPages();
    const other = await ws.on('main');
    const commitFile = async (content: string, message: string): Promise<void> => {
      await other.index.addBlob('file', content);
      await other.commit({ message });
    };
    await commitFile('one\n', 'One');
    await commitFile('1\n2\n3\n4\n5\n', 'Two');
    await ws.updateIndex();
    let meanwhile = true;
    const { runs } = await ws.transaction(
      async () => {
        await ws.index.addBlob('file', 'Inside\n2\n3\n4\n5\n');
        await read(ws);
        if (meanwhile) await commitFile('1\n2\n3\n4\nThree\n', 'Three');
        meanwhile = false;
      },
      { isolation: 'serializable', message: 'Inside' },
    );

    expect(runs).toBe(expected);
    expectLog(path, ['Inside', 'Three', 'Two', 'One']);
  });

  it('everything can be called again when it has ended', async () => {
    const { path, ws, Page } = await openPages();
    await ws.transaction(() => new Page({ slug: 'a', title: 'One' }).save(), { message: 'One' });
    await ws.branches.create('draft');
    await ws.lock('a', () => ws.transaction(() => Page.delete('a'), { message: 'Two' }));
    expect((await ws.merge('draft')).status).toBe('up-to-date');
    commitMeanwhile(path);
    expectLog(path, ['Meanwhile', 'Two', 'One']);
  });
});

describe('A transaction within something else', () => {
  it('is no part of commitOnSuccess(), which finds the branch moved when it has changed something already', async () => {
    const { path, ws, Page } = await openPages();
    const save = (slug: string) => () => new Page({ slug, title: slug }).save();
    const transact = (slug: string): Promise<unknown> => ws.transaction(save(slug), { message: slug });
    await ws.commitOnSuccess(
      async () => {
        await transact('before');
        await save('a')();
      },
      { message: 'a' },
    );
    const error = await errorOf(() =>
      ws.commitOnSuccess(async () => {
        await save('b')();
        await transact('after');
      }),
    );

    expect(error).toMatchObject({ code: 'CONCURRENT_UPDATE' });
    expect(await ws.hasChanges()).toBe(false);
    expect(filesAt(path, 'main').map((file) => file.split('/')[1])).toEqual(['a', 'after', 'before']);
    expectLog(path, ['after', 'a', 'before']);
  });

  it('is no part of a merge that asks about a conflict, which can be made again', async () => {
    const path = copyRepository(await withKeptMerge());
    const ws = await openWorkspace(path);
    const Page = ws.register(PageModel);
    const note = (): Promise<unknown> =>
      ws.transaction(() => new Page({ slug: 'note', title: 'Asked' }).save(), { message: 'Asked' });
    const asking = ws.merge('draft', {
      onConflict: async (): Promise<ConflictResolution> => {
        await note();
        return 'theirs';
      },
    });

    expect(await errorOf(() => asking)).toMatchObject({ code: 'CONCURRENT_UPDATE' });
    await ws.updateIndex();
    expect((await ws.merge('draft', { onConflict: () => 'theirs', message: 'Merged' })).status).toBe(
      'merged',
    );
    expect((await Page.get('a')).title).toBe('Draft');
    expectLog(path, ['Merged', 'Draft', 'Asked', 'Main', 'One']);
  });

  it('is no part of what gives bulk() its records', async () => {
    const { path, ws, Page } = await openPages();
    const error = await errorOf(() =>
      ws.bulk(
        (async function* () {
          yield new Page({ slug: 'a', title: 'A' });
          await ws.transaction(() => new Page({ slug: 'b', title: 'B' }).save(), { message: 'b' });
        })(),
      ),
    );

    expect(error).toMatchObject({ code: 'CONCURRENT_UPDATE' });
    expect(filesAt(path, 'main')).toEqual(['page/b/data.json']);
    expectLog(path, ['b']);
  });
});
