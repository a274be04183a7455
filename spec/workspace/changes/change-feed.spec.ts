import { setTimeout as sleep } from 'node:timers/promises';
import { DetachedHeadError, InvalidArgumentError, NotAnAncestorError } from 'gitmodel';
import type { BoundModel, PlainRecord, RecordCommitChange, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { PageModel } from '../../support/sample-models';
import { git } from '../../support/temporary-repository';
import { collect, commitMeanwhile, expectLog, openPages, openWorkspace } from '../../support/workspaces';

let path: string;
let ws: Workspace;
let Page: BoundModel<typeof PageModel>;

beforeEach(async () => {
  ({ path, ws, Page } = await openPages());
});

function inShort({ commit, status, id, isLast }: RecordCommitChange): string {
  return `${commit.message.trim()}: ${status} ${id}${isLast ? '.' : ''}`;
}

async function add(slug: string, message: string): Promise<string> {
  return (await new Page({ slug, title: slug }).save({ commit: true, message })) ?? '';
}

/** What there is when all changes are applied, in their order, to nothing or to what there was. */
async function apply(
  changes: AsyncIterable<RecordCommitChange>,
  records = new Map<string, unknown>(),
): Promise<Map<string, unknown>> {
  for await (const change of changes) {
    const { model, id, previousId, status } = change;
    if (previousId !== null) records.delete(`${model} ${previousId}`);
    const record = await change.after();
    if (status === 'removed') records.delete(`${model} ${id}`);
    else records.set(`${model} ${id}`, JSON.parse(JSON.stringify(record)));
  }
  return records;
}

async function present(): Promise<Map<string, unknown>> {
  const records = new Map<string, unknown>();
  for await (const page of Page.all({ at: 'main' }))
    records.set(`Page ${page.slug}`, JSON.parse(JSON.stringify(page)));
  return records;
}

/** A history with additions, changes, a move, a removal, a merge, and commits of stock git. */
async function makeHistory(): Promise<void> {
  await add('a', 'One');
  await add('b', 'Two');
  commitMeanwhile(path, 'Empty');
  await ws.updateIndex();
  await ws.createBranch('draft');
  const a = await Page.get('a');
  a.set({ slug: 'moved', content: 'Text' });
  await a.save({ commit: true, message: 'Move' });
  await ws.setBranch('draft');
  await add('c', 'Draft');
  const b = await Page.get('b');
  b.title = 'B2';
  await b.save({ commit: true, message: 'Draft 2' });
  await ws.setBranch('main');
  await ws.merge('draft', { message: 'Merge' });
  await Page.delete('c', { commit: true, message: 'Delete' });
}

const LOG = ['Delete', 'Merge', 'Draft 2', 'Draft', 'Move', 'Empty', 'Two', 'One'];

describe('changes', () => {
  it('gives each change once, in the order of the commits; a merge is one step', async () => {
    await makeHistory();

    expect((await collect(ws.changes())).map(inShort)).toEqual([
      'One: added a.',
      'Two: added b.',
      'Move: moved moved.',
      'Merge: changed b',
      'Merge: added c.',
      'Delete: removed c.',
    ]);
    expectLog(path, LOG);
  });

  it('reproduces the branch, from the beginning and from every commit on the way', async () => {
    await makeHistory();
    const all = await collect(ws.changes());
    const expected = await present();
    expect(await apply(ws.changes())).toEqual(expected);

    for (const { commit, isLast } of all) {
      if (!isLast) continue;
      const upTo = all.slice(0, all.findLastIndex((each) => each.commit.oid === commit.oid) + 1);
      const records = await apply(toAsync(upTo));
      expect(await apply(ws.changes({ since: commit.oid }), records)).toEqual(expected);
    }
    expectLog(path, LOG);
  });

  it('keeps to models, and gives plain records of those that are not registered', async () => {
    await add('a', 'One');
    await ws.records('thing').save({ id: 'x', fields: { n: 1 } }, { commit: true, message: 'Thing' });

    expect((await collect(ws.changes({ models: [Page] }))).map(inShort)).toEqual(['One: added a.']);
    const [thing] = await collect(ws.changes({ models: ['thing'] }));
    expect(((await thing?.after()) as PlainRecord).fields).toEqual({ n: 1 });
    expectLog(path, ['Thing', 'One']);
  });

  it('refuses to go on from what is no ancestor', async () => {
    const one = await add('a', 'One');
    await ws.createBranch('draft');
    await ws.setBranch('draft');
    const other = await add('b', 'Draft');

    expect(await errorOf(() => collect(ws.changes({ since: other, branch: 'main' })))).toBeInstanceOf(
      NotAnAncestorError,
    );
    expect((await collect(ws.changes({ since: one }))).map(inShort)).toEqual(['Draft: added b.']);
    expect(() => ws.changes({ interval: 0 })).toThrow(InvalidArgumentError);
    expectLog(path, ['Draft', 'One'], 'draft');
  });

  it('has nothing to give on an unborn branch', async () => {
    expect(await collect(ws.changes())).toEqual([]);
  });
});

describe('changes with live', () => {
  const live = { live: true, interval: 5 };

  it('goes on with commits that come, also of others, until it is told to return', async () => {
    await add('a', 'One');
    const feed = ws.changes(live);
    expect(inShort((await feed.next()).value as RecordCommitChange)).toBe('One: added a.');
    const next = feed.next();
    const other = await openWorkspace(path);
    await new (other.register(PageModel))({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Two' });

    expect(inShort((await next).value as RecordCommitChange)).toBe('Two: added b.');
    const never = feed.next();
    await feed.return?.();
    expect(await never).toEqual({ done: true, value: undefined });
    expectLog(path, ['Two', 'One']);
  });

  it.each([Infinity, 2 ** 31])('looks as seldom as it is told, at an interval of %p', async (interval) => {
    const one = await add('a', 'One');
    const feed = ws.changes({ ...live, interval, since: one });
    const next = feed.next();
    await sleep(20);
    await add('b', 'Two');
    await sleep(50);
    await feed.return?.();

    expect(await next).toEqual({ done: true, value: undefined });
    expectLog(path, ['Two', 'One']);
  });

  it('ends by its signal', async () => {
    const one = await add('a', 'One');
    const controller = new AbortController();
    const rest = collect(ws.changes({ ...live, since: one, signal: controller.signal }));
    await sleep(20);
    controller.abort();

    expect(await rest).toEqual([]);
    expect(await collect(ws.changes({ signal: controller.signal }))).toEqual([]);
    expectLog(path, ['One']);
  });

  it('ends when the workspace is closed, which does not wait for it', async () => {
    const one = await add('a', 'One');
    const rest = collect(ws.changes({ live: true, interval: 60_000, since: one }));
    await sleep(20);
    await ws.close();

    expect(await rest).toEqual([]);
    expectLog(path, ['One']);
  });

  it('tells when the branch is set to another history', async () => {
    await add('a', 'One');
    const two = await add('b', 'Two');
    const feed = ws.changes({ ...live, since: two });
    const next = errorOf(() => feed.next());
    await sleep(20);
    git(path, 'update-ref', 'refs/heads/main', `${two}~1`);

    expect(await next).toBeInstanceOf(NotAnAncestorError);
    git(path, 'update-ref', 'refs/heads/main', two);
    expectLog(path, ['Two', 'One']);
  });

  it('needs a branch to follow', async () => {
    const one = await add('a', 'One');
    await ws.updateIndex(one);

    expect(() => ws.changes(live)).toThrow(DetachedHeadError);
    expect((await collect(ws.changes())).map(inShort)).toEqual(['One: added a.']);
    expectLog(path, ['One']);
  });
});

async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T, void> {
  for (const item of items) yield await Promise.resolve(item);
}
