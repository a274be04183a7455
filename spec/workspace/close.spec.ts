import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import {
  BranchCollection,
  CharField,
  GitModel,
  IndexReader,
  RecordSet,
  sharded,
  TagCollection,
  Workspace,
  WorkspaceIndex,
} from 'gitmodel';
import type { BoundModel } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { NoteModel, PageModel } from '../support/sample-models';
import { git } from '../support/temporary-repository';
import {
  emptyRepository,
  collect,
  expectLog,
  filesAt,
  openPages,
  openWorkspace,
  watchRepository,
} from '../support/workspaces';

/** What the calls below are made on: a workspace that is closed, and what it had given out before. */
interface Closed {
  readonly ws: Workspace;
  readonly Page: BoundModel<typeof PageModel>;
  readonly page: PageModel;
  readonly oid: string;
}

type Call = (closed: Closed) => unknown;

/** Everything public that reaches into the repository or changes the workspace. */
const FAILING: Readonly<Record<string, Call>> = {
  'Workspace.repo': ({ ws }) => ws.repo,
  'Workspace.register': ({ ws }) => ws.register(NoteModel),
  'Workspace.model': ({ ws }) => {
    @ws.model()
    class Late extends GitModel {
      @CharField() text!: string;
    }
    return Late;
  },
  'Workspace.importModels': ({ ws }) => ws.importModels({ NoteModel }),
  'Workspace.records': ({ ws }) => ws.records('page').get('a'),
  'Workspace.hasChanges': ({ ws }) => ws.hasChanges(),
  'Workspace.diff': ({ ws }) => ws.diff(),
  'Workspace.bulk': ({ ws }) => ws.bulk([]),
  'Workspace.commit': ({ ws }) => ws.commit({ message: 'Too late' }),
  'Workspace.commitOnSuccess': ({ ws }) =>
    ws.commitOnSuccess(() => {
      throw new Error('It must not be called.');
    }),
  'Workspace.createCommit': ({ ws, oid }) => ws.createCommit(null, oid),
  'Workspace.walk': ({ ws }) => ws.walk(),
  'Workspace.log': ({ ws }) => ws.log(),
  'Workspace.changes': ({ ws }) => ws.changes(),
  'Workspace.getBranch': ({ ws }) => ws.getBranch('main'),
  'Workspace.relayout': ({ ws, Page }) => ws.relayout(Page, { from: sharded() }),
  'Workspace.maintain': ({ ws }) => ws.maintain(),
  'Workspace.storage': ({ ws }) => ws.storage(),
  'Workspace.transaction': ({ ws }) => ws.transaction(() => undefined),
  'Workspace.merge': ({ ws }) => ws.merge('main'),
  'Workspace.mergePreview': ({ ws }) => ws.mergePreview('main'),
  'Workspace.keptMerges': ({ ws }) => ws.keptMerges(),
  'Workspace.revert': ({ ws }) => ws.revert('main'),
  'Workspace.on': ({ ws }) => ws.on('draft'),
  'Workspace.at': ({ ws }) => ws.at('main'),
  'Workspace.createBranch': ({ ws }) => ws.createBranch('draft'),
  'Workspace.setBranch': ({ ws }) => ws.setBranch('main'),
  'Workspace.updateIndex': ({ ws }) => ws.updateIndex(),
  'Workspace.syncRepoIndex': ({ ws }) => ws.syncRepoIndex(),
  'Workspace.lock': ({ ws }) => ws.lock('a', () => undefined),
  'GitModel#lock': ({ page }) => page.lock(() => undefined),
  'BranchCollection.create': ({ ws }) => ws.branches.create('draft'),
  'BranchCollection.get': ({ ws }) => ws.branches.get('main'),
  'BranchCollection.list': ({ ws }) => ws.branches.list(),
  'BranchCollection.rename': ({ ws }) => ws.branches.rename('main', 'trunk'),
  'BranchCollection.delete': ({ ws }) => ws.branches.delete('main'),
  'BranchCollection.upstream': ({ ws }) => ws.branches.upstream('main'),
  'BranchCollection.setUpstream': ({ ws }) => ws.branches.setUpstream('main', null),
  'TagCollection.create': ({ ws }) => ws.tags.create('v1'),
  'TagCollection.get': ({ ws }) => ws.tags.get('v1'),
  'TagCollection.list': ({ ws }) => ws.tags.list(),
  'TagCollection.delete': ({ ws }) => ws.tags.delete('v1'),
  'WorkspaceIndex.addBlob': ({ ws }) => ws.index.addBlob('a.txt', 'a'),
  'WorkspaceIndex.add': ({ ws, oid }) => ws.index.add('a.txt', { oid }),
  'WorkspaceIndex.remove': ({ ws }) => ws.index.remove('page'),
  'IndexReader.entry': ({ ws }) => ws.index.entry('page'),
  'IndexReader.read': ({ ws }) => ws.index.read('page/a/data.json'),
  'IndexReader.walk': ({ ws }) => ws.index.walk(),
  'WorkspaceIndex.writeTree': ({ ws }) => ws.index.writeTree(),
  'WorkspaceIndex.tree': ({ ws }) => ws.index.tree(),
  'GitModel.get': ({ Page }) => Page.get('a'),
  'GitModel.getMany': ({ Page }) => Page.getMany(['a']),
  'GitModel.getOrNull': ({ Page }) => Page.getOrNull('a'),
  'GitModel.all': ({ Page }) => collect(Page.all()),
  'GitModel.delete': ({ Page }) => Page.delete('a'),
  'GitModel.blame': ({ Page }) => Page.blame('a'),
  'GitModel.restore': ({ Page }) => Page.restore('a', { at: 'HEAD' }),
  'GitModel.history': ({ Page }) => collect(Page.history('a')),
  'GitModel#save': ({ page }) => page.save(),
  'GitModel#delete': ({ page }) => page.delete(),
  'GitModel#reload': ({ page }) => page.reload(),
  'GitModel#blame': ({ page }) => page.blame(),
  'GitModel#restore': ({ page }) => page.restore({ at: 'HEAD' }),
  'GitModel#history': ({ page }) => collect(page.history()),
  'RecordSet.Symbol(Symbol.asyncIterator)': ({ Page }) => Page.all()[Symbol.asyncIterator]().next(),
  'RecordSet.ids': ({ Page }) => collect(Page.all().ids()),
  'RecordSet.toArray': ({ Page }) => Page.all().toArray(),
  'RecordSet.first': ({ Page }) => Page.all().first(),
  'RecordSet.count': ({ Page }) => Page.all().count(),
  'RecordSet.with': ({ Page }) => Page.all().with().toArray(),
};

/** Everything else that is public: it closes, or tells what is in memory and can be told at any time. */
const WORKING: Readonly<Record<string, Call>> = {
  'Workspace.close': ({ ws }) => ws.close(),
  [`Workspace.${String(Symbol.asyncDispose)}`]: ({ ws }) => ws[Symbol.asyncDispose](),
  'Workspace.models': ({ ws }) => ws.models.Page,
  'Workspace.head': ({ ws }) => ws.head,
  'Workspace.branch': ({ ws }) => ws.branch,
  'GitModel.getDataPath': ({ Page }) => Page.getDataPath('a'),
  'GitModel#oid': ({ page }) => page.oid,
  'GitModel#getId': ({ page }) => page.getId(),
  'GitModel#getDataPath': ({ page }) => page.getDataPath(),
  'GitModel#clean': ({ page }) => page.clean(),
  'GitModel#fullClean': ({ page }) => page.fullClean(),
  'GitModel#isNew': ({ page }) => page.isNew,
  'GitModel#set': ({ page }) => page.set({ title: 'B' }),
  'GitModel#changes': ({ page }) => page.changes(),
  'GitModel#equals': ({ page }) => page.equals(page),
  'GitModel#toJSON': ({ page }) => page.toJSON(),
  'GitModel#toString': ({ page }) => page.toString(),
  [`GitModel#${String(inspect.custom)}`]: ({ page }) => inspect(page),
  'GitModel#beforeSave': ({ page }) => page.beforeSave(),
  'GitModel#afterSave': ({ page }) => page.afterSave({ commit: null }),
  'GitModel#beforeDelete': ({ page }) => page.beforeDelete(),
  'GitModel#afterDelete': ({ page }) => page.afterDelete({ commit: null }),
  'GitModel#afterLoad': ({ page }) => page.afterLoad(),
};

/** What the classes themselves say that they have. */
function publicNames(): string[] {
  const names = (prefix: string, owner: object): string[] =>
    Reflect.ownKeys(owner)
      .filter((key) => !['constructor', 'prototype', 'length', 'name'].includes(String(key)))
      .map((key) => `${prefix}${String(key)}`);
  return [
    ...names('Workspace.', Workspace.prototype),
    ...names('IndexReader.', IndexReader.prototype),
    ...names('WorkspaceIndex.', WorkspaceIndex.prototype),
    ...names('BranchCollection.', BranchCollection.prototype),
    ...names('TagCollection.', TagCollection.prototype),
    ...names('GitModel.', GitModel),
    ...names('GitModel#', GitModel.prototype),
    ...names('RecordSet.', RecordSet.prototype),
  ];
}

async function closed(): Promise<Closed & { path: string }> {
  const { path, ws, Page } = await openPages();
  const page = new Page({ slug: 'a', title: 'A' });
  await page.save({ commit: true, message: 'One' });
  const oid = git(path, 'rev-parse', 'HEAD:page');
  await ws.close();
  expectLog(path, ['One']);
  return { path, ws, Page, page, oid };
}

describe('After close()', () => {
  it('is spoken of here for every public method, getter and iterator there is', () => {
    expect([...Object.keys(FAILING), ...Object.keys(WORKING)].sort()).toEqual(publicNames().sort());
  });

  it.each(Object.keys(FAILING))('%s fails', async (name) => {
    const each = await closed();

    expect(await errorOf(() => FAILING[name]?.(each))).toMatchObject({
      code: 'WORKSPACE_CLOSED',
      message: `The workspace on "${each.path}" was closed. Open another one.`,
      details: { path: each.path },
    });
    expectLog(each.path, ['One']);
  });

  it.each(Object.keys(WORKING))('%s still answers', async (name) => {
    const each = await closed();

    expect(await errorOf(() => FAILING['Workspace.repo']?.(each))).toMatchObject({
      code: 'WORKSPACE_CLOSED',
    });
    await expect(Promise.resolve(WORKING[name]?.(each))).resolves.not.toBeNull();
  });

  it('what was asked for before, and is iterated over only now, fails', async () => {
    const { ws, Page } = await openPages();
    const iterables = [ws.walk(), ws.index.walk(), Page.all(), Page.all().ids()];
    await ws.close();

    for (const each of iterables) {
      expect((await errorOf(() => collect<unknown>(each))).code).toBe('WORKSPACE_CLOSED');
    }
  });

  it('an iteration that has begun fails at its next step', async () => {
    const { path, ws, Page } = await openPages();
    for (const slug of ['a', 'b', 'c'])
      await new Page({ slug, title: slug }).save({ commit: true, message: slug });
    const iterators = [ws.walk(), ws.index.walk(), Page.all(), Page.all().ids()].map((each) =>
      (each as AsyncIterable<unknown>)[Symbol.asyncIterator](),
    );
    for (const iterator of iterators) expect((await iterator.next()).done).toBe(false);
    await ws.close();

    for (const iterator of iterators) {
      expect((await errorOf(() => iterator.next())).code).toBe('WORKSPACE_CLOSED');
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
    }
    expectLog(path, ['c', 'b', 'a']);
  });
});

describe('close()', () => {
  it('can be called again, and at the same time', async () => {
    const { ws } = await openPages();
    await Promise.all([ws.close(), ws.close()]);

    await expect(ws.close()).resolves.toBeUndefined();
    await expect(ws[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it('waits for what is running, all of which takes place', async () => {
    const { path, ws, Page } = await openPages();
    const running = [
      ...Array.from({ length: 50 }, (_, number) => new Page({ slug: `p${number}`, title: 'A' }).save()),
      ws.commit({ message: 'All of them' }),
    ];
    await ws.close();

    expect(filesAt(path, 'HEAD')).toHaveLength(50);
    await expect(Promise.all(running)).resolves.toHaveLength(51);
    expectLog(path, ['All of them']);
  });

  it('waits for reading, too', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    await using other = await openWorkspace(path);
    const Other = other.register(PageModel);
    let read: PageModel | undefined;
    void Other.get('a').then((page) => (read = page));
    await other.close();
    // What was read has come by now; only promises have to hand it on.
    await new Promise(setImmediate);

    expect(read).toMatchObject({ title: 'A' });
    await ws.close();
    expectLog(path, ['One']);
  });

  it('waits for commitOnSuccess, whose function can go on', async () => {
    const { path, ws, Page } = await openPages();
    const committing = ws.commitOnSuccess(
      async () => {
        await new Page({ slug: 'a', title: 'A' }).save();
        await delay(20);
      },
      { message: 'One' },
    );
    await delay(1);
    const closing = ws.close();

    await Promise.all([committing, closing]);
    expect(filesAt(path, 'HEAD')).toEqual(['page/a/data.json']);
    expectLog(path, ['One']);
  });

  it('lets nothing in while it waits', async () => {
    const { path, ws, Page } = await openPages();
    const saving = new Page({ slug: 'a', title: 'A' }).save();
    const closing = ws.close();

    expect((await errorOf(() => new Page({ slug: 'b', title: 'B' }).save())).code).toBe('WORKSPACE_CLOSED');
    await Promise.all([saving, closing]);
    expectLog(path, []);
  });

  it('is not held up by what fails', async () => {
    const { ws, Page } = await openPages();
    const failing = [
      Page.get('missing'),
      ws.setBranch('missing'),
      ws.commitOnSuccess(() => Promise.reject(new Error('No'))),
    ];
    const settled = Promise.allSettled(failing);
    await ws.close();

    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('is not held up by an iteration that nobody carries on', async () => {
    const { path, ws, Page } = await openPages();
    for (const slug of ['a', 'b'])
      await new Page({ slug, title: slug }).save({ commit: true, message: slug });
    await ws.walk()[Symbol.asyncIterator]().next();
    await Page.all()[Symbol.asyncIterator]().next();

    await expect(ws.close()).resolves.toBeUndefined();
    expectLog(path, ['b', 'a']);
  });

  it('drops what is staged and not committed', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    await ws.close();

    expect(await (await openWorkspace(path)).register(PageModel).all().count()).toBe(0);
    expectLog(path, []);
  });

  it('leaves other workspaces on the repository open', async () => {
    const { path, ws } = await openPages();
    const other = await openWorkspace(path);
    await ws.close();
    await other.index.addBlob('a.txt', 'a');
    await other.commit({ message: 'Still open' });

    expectLog(path, ['Still open']);
  });

  it('happens at the end of an `await using` block, also when that throws', async () => {
    const path = emptyRepository();
    watchRepository(path);
    let escaped: Workspace | undefined;
    const block = async (): Promise<void> => {
      await using ws = await Workspace.open(path);
      escaped = ws;
      await ws.index.addBlob('a.txt', 'a');
      throw new RangeError('A mistake');
    };

    await expect(block()).rejects.toThrow(RangeError);
    expect((await errorOf(() => escaped?.commit())).code).toBe('WORKSPACE_CLOSED');
  });
});

describe('Operations that are asked for at once', () => {
  it('take place in the order of the calls, each as a whole', async () => {
    const { path, ws, Page } = await openPages();
    await Promise.all([
      ws.index.addBlob('a.txt', '1'),
      ws.commit({ message: 'One' }),
      ws.index.addBlob('a.txt', '2'),
      new Page({ slug: 'a', title: 'A' }).save(),
      ws.commit({ message: 'Two' }),
      ws.createBranch('draft'),
      ws.index.remove('a.txt'),
      ws.commit({ message: 'Three' }),
      ws.setBranch('draft'),
      ws.index.addBlob('b.txt', 'b'),
      ws.commit({ message: 'Four' }),
    ]);

    expect(filesAt(path, 'main')).toEqual(['page/a/data.json']);
    expect(filesAt(path, 'draft')).toEqual(['a.txt', 'b.txt', 'page/a/data.json']);
    expectLog(path, ['Three', 'Two', 'One']);
    expectLog(path, ['Four', 'Two', 'One'], 'draft');
  });

  it('do not hold each other up when one fails', async () => {
    const { path, ws } = await openPages();
    const results = await Promise.allSettled([
      ws.index.addBlob('a.txt', 'a'),
      ws.index.addBlob('a.txt/b', 'b'),
      ws.index.remove('missing'),
      ws.setBranch('missing'),
      ws.commit({ message: 'One' }),
    ]);

    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expectLog(path, ['One']);
  });
});
