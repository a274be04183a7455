import type { Commit, WalkOptions, Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { COMMIT_TIME, commitFiles, git, IDENTITY, runGit } from '../support/temporary-repository';
import {
  emptyRepository,
  collect,
  expectLog,
  messagesOf,
  openPages,
  openWorkspace,
  copyRepository,
  once,
} from '../support/workspaces';

/**
 * A history with a merge, its commits named by the minute they were made in:
 *
 * ```
 * 0 ── 1 ── 3 ── 4 (merge, main)
 *  └── 2 ───────┘  (side, tag v2)
 * ```
 */
const merged = once(() => {
  const path = emptyRepository();
  const commit = (ref: string, minute: number, ...parents: string[]): string =>
    commitFiles(path, ref, {
      files: { 'a.txt': String(minute) },
      message: String(minute),
      parents,
      time: COMMIT_TIME + minute * 60,
    });
  const zero = commit('refs/heads/main', 0);
  const one = commit('refs/heads/main', 1, zero);
  const two = commit('refs/heads/side', 2, zero);
  const three = commit('refs/heads/main', 3, one);
  commit('refs/heads/main', 4, three, two);
  git(path, 'tag', '--annotate', '--message', 'Two', 'v2', two);
  return path;
});

/** A copy of that, to do with as one likes. */
function repositoryWithMerge(): string {
  return copyRepository(merged());
}

async function walk(ws: Workspace, options?: WalkOptions): Promise<string[]> {
  return messagesOf(ws.walk(options));
}

describe('walk', () => {
  it('gives the commits of the branch, newest first, as `git log` does', async () => {
    const path = repositoryWithMerge();
    const ws = await openWorkspace(path);

    expect(await walk(ws)).toEqual(['4', '3', '2', '1', '0']);
    expect((await collect(ws.walk())).map(({ oid }) => oid)).toEqual(
      git(path, 'log', '--format=%H').split('\n'),
    );
  });

  it.each<[WalkOptions, string[]]>([
    [{ sort: 'time' }, ['4', '3', '2', '1', '0']],
    [{ sort: 'topological' }, ['4', '2', '3', '1', '0']],
    [{ sort: 'reverse' }, ['0', '1', '2', '3', '4']],
    [{ from: 'side' }, ['2', '0']],
    [{ from: 'refs/heads/side' }, ['2', '0']],
    [{ from: 'v2' }, ['2', '0']],
    [{ from: 'HEAD~1' }, ['3', '1', '0']],
    [{ from: 'main^2', sort: 'reverse' }, ['0', '2']],
  ])('with %j gives %j', async (options, messages) => {
    const ws = await openWorkspace(repositoryWithMerge());

    expect(await walk(ws, options)).toEqual(messages);
  });

  it('tells all about a commit', async () => {
    const path = repositoryWithMerge();
    const ws = await openWorkspace(path);
    const commit = (await collect(ws.walk()))[0] as Commit;
    const time = new Date((COMMIT_TIME + 240) * 1000);

    expect(commit).toEqual({
      oid: git(path, 'rev-parse', 'main'),
      message: '4',
      author: { ...IDENTITY, time, offset: 0 },
      committer: { ...IDENTITY, time, offset: 0 },
      time,
      offset: 0,
      parents: [git(path, 'rev-parse', 'main^1'), git(path, 'rev-parse', 'main^2')],
      tree: git(path, 'rev-parse', 'main^{tree}'),
    });
  });

  it('tells the same about a commit as was said when it was made', async () => {
    const { path, ws } = await openPages();
    const author = {
      name: 'Ann Áuthor',
      email: 'a@example.com',
      time: new Date(1_600_000_000_000),
      offset: 330,
    };
    const committer = { name: 'Bea', email: 'b', time: new Date(1_700_000_000_000), offset: -720 };
    await ws.index.addBlob('a.txt', 'a');
    await ws.commit({ message: 'One é☃🐙\n\nBody', author, committer });

    expect(await collect(ws.walk())).toEqual([ws.branch?.commit]);
    expect(await collect(ws.walk())).toMatchObject([
      { author, committer, time: committer.time, offset: -720, message: 'One é☃🐙\n\nBody' },
    ]);
    expectLog(path, ['One é☃🐙']);
  });

  it('gives nothing on an unborn branch, and at a tree', async () => {
    const path = repositoryWithMerge();
    const ws = await openWorkspace(path, { branch: 'unborn' });
    expect(await walk(ws)).toEqual([]);
    await ws.updateIndex('main^{tree}');
    expect(await walk(ws)).toEqual([]);
    expect(await walk(ws, { from: 'side' })).toEqual(['2', '0']);
  });

  it('begins where the index is based, not where the branch is now', async () => {
    const path = repositoryWithMerge();
    const ws = await openWorkspace(path);
    await ws.updateIndex('side');
    git(path, 'update-ref', 'refs/heads/side', 'main');

    expect(await walk(ws)).toEqual(['2', '0']);
    await ws.updateIndex('v2');
    expect(await walk(ws)).toEqual(['2', '0']);
  });

  it('can be left early, and walked again', async () => {
    const ws = await openWorkspace(repositoryWithMerge());
    const commits = ws.walk();
    for (let time = 0; time < 2; time++) {
      const seen: string[] = [];
      for await (const { message } of commits) {
        seen.push(message);
        if (message === '3') break;
      }
      expect(seen).toEqual(['4', '3']);
    }

    expect(await messagesOf(commits)).toHaveLength(5);
  });

  it('sees a commit that was made since, the next time', async () => {
    const path = repositoryWithMerge();
    const ws = await openWorkspace(path);
    const commits = ws.walk();
    expect(await messagesOf(commits)).toHaveLength(5);
    await ws.index.addBlob('b.txt', 'b');
    await ws.commit({ message: '5' });

    expect(await messagesOf(commits)).toEqual(['5', '4', '3', '2', '1', '0']);
    expectLog(path, ['5', '4', '2', '3', '1', '0']);
  });

  it('goes on while commits are made', async () => {
    const { path, ws, Page } = await openPages();
    for (const slug of ['a', 'b', 'c'])
      await new Page({ slug, title: slug }).save({ commit: true, message: slug });
    const seen: string[] = [];
    for await (const { message } of ws.walk()) {
      seen.push(message);
      await new Page({ slug: `x-${message}`, title: 'X' }).save({ commit: true, message: `x-${message}` });
    }

    expect(seen).toEqual(['c', 'b', 'a']);
    expectLog(path, ['x-a', 'x-b', 'x-c', 'c', 'b', 'a']);
  });

  it('gives more commits than are read at a time', async () => {
    const path = emptyRepository();
    const numbers = Array.from({ length: 600 }, (_, number) => String(number).padStart(3, '0'));
    const script = numbers.map(
      (number) => `commit refs/heads/main\ncommitter A <a> ${COMMIT_TIME} +0000\ndata 3\n${number}\n`,
    );
    runGit(path, ['fast-import', '--quiet'], { input: script.join('') });
    const ws = await openWorkspace(path);

    expect(await walk(ws)).toEqual([...numbers].reverse());
    expect(await walk(ws, { sort: 'reverse' })).toEqual(numbers);
  });

  it.each([
    ['a name of nothing', 'missing', 'OBJECT_NOT_FOUND'],
    ['a tree', 'HEAD^{tree}', 'OBJECT_NOT_FOUND'],
    ['a blob', 'HEAD:a.txt', 'OBJECT_NOT_FOUND'],
    ['an empty text', '', 'INVALID_ARGUMENT'],
    ['a number', 5, 'INVALID_ARGUMENT'],
  ])('cannot begin at %s', async (_what, from, code) => {
    const ws = await openWorkspace(repositoryWithMerge());

    expect((await errorOf(() => walk(ws, { from: from as string }))).code).toBe(code);
  });

  it.each(['newest', 'TIME', '', null, 0, 'toString'])('refuses to sort by %p', async (sort) => {
    const ws = await openWorkspace(repositoryWithMerge());

    expect(await errorOf(() => ws.walk({ sort: sort as 'time' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `"sort" must be "time", "topological" or "reverse", not ${JSON.stringify(sort)}.`,
      details: { option: 'sort', value: sort },
    });
  });
});
