import type { Answer } from '../support/committing-process';
import { Committer, compileCommitter } from '../support/committer';
import { PageModel } from '../support/sample-models';
import { git } from '../support/temporary-repository';
import { emptyRepository, expectLog, filesAt, openWorkspace } from '../support/workspaces';

let project: string;

beforeAll(() => {
  project = compileCommitter();
});

/** A repository with one commit, and processes that have opened it at that. */
async function startProcesses(count: number): Promise<{ path: string; processes: Committer[] }> {
  const path = emptyRepository();
  const ws = await openWorkspace(path);
  await new (ws.register(PageModel))({ slug: 'first', title: 'First' }).save({
    commit: true,
    message: 'First',
  });
  await ws.close();
  return {
    path,
    processes: await Promise.all(Array.from({ length: count }, () => Committer.start(project, path))),
  };
}

function oidIn(answer: Answer): unknown {
  return 'result' in answer ? answer.result : answer;
}

describe('Two processes that commit to one branch', () => {
  it('do not overwrite each other: the slower one is refused, and both commits are there after a retry', async () => {
    const { path, processes } = await startProcesses(2);
    const [fast, slow] = processes as [Committer, Committer];
    const first = git(path, 'rev-parse', 'main');
    await fast.tell({ do: 'save', slug: 'fast' });
    await slow.tell({ do: 'save', slug: 'slow' });

    const won = oidIn(await fast.tell({ do: 'commit', message: 'Fast' }));
    expect(won).toBe(git(path, 'rev-parse', 'main'));
    expect(await slow.tell({ do: 'commit', message: 'Slow' })).toEqual({
      code: 'CONCURRENT_UPDATE',
      details: { ref: 'refs/heads/main', expected: first, actual: won },
    });
    expect(filesAt(path, 'main')).toEqual(['page/fast/data.json', 'page/first/data.json']);

    await slow.tell({ do: 'update' });
    await slow.tell({ do: 'save', slug: 'slow' });
    expect(oidIn(await slow.tell({ do: 'commit', message: 'Slow' }))).toBe(git(path, 'rev-parse', 'main'));
    expect(filesAt(path, 'main')).toEqual([
      'page/fast/data.json',
      'page/first/data.json',
      'page/slow/data.json',
    ]);
    expectLog(path, ['Slow', 'Fast', 'First']);
  });

  it('are refused the same with save and { commit: true }, of which nothing is left', async () => {
    const { path, processes } = await startProcesses(2);
    const [fast, slow] = processes as [Committer, Committer];
    await fast.tell({ do: 'saveAndCommit', slug: 'one' });

    expect(await slow.tell({ do: 'saveAndCommit', slug: 'one' })).toMatchObject({
      code: 'CONCURRENT_UPDATE',
    });
    await slow.tell({ do: 'update' });
    expect(await slow.tell({ do: 'saveAndCommit', slug: 'one' })).toMatchObject({ code: 'INTEGRITY' });
    expect(oidIn(await slow.tell({ do: 'saveAndCommit', slug: 'two' }))).toBe(git(path, 'rev-parse', 'main'));
    expectLog(path, ['two', 'one', 'First']);
  });

  it('are refused also when the other process is stock git', async () => {
    const { path, processes } = await startProcesses(1);
    const [ours] = processes as [Committer];
    await ours.tell({ do: 'save', slug: 'ours' });
    git(path, 'reset', '--quiet', '--hard');
    git(path, 'commit', '--quiet', '--allow-empty', '--message', 'By git');

    expect(await ours.tell({ do: 'commit', message: 'Ours' })).toMatchObject({ code: 'CONCURRENT_UPDATE' });
    await ours.tell({ do: 'update' });
    await ours.tell({ do: 'saveAndCommit', slug: 'ours' });
    expectLog(path, ['ours', 'By git', 'First']);
  });

  it('go on after one of them has closed its workspace, which nothing keeps from ending then', async () => {
    const { path, processes } = await startProcesses(2);
    const [one, other] = processes as [Committer, Committer];
    await one.tell({ do: 'saveAndCommit', slug: 'one' });
    await one.tell({ do: 'close' });
    expect(await one.leave()).toBe(0);
    await other.tell({ do: 'update' });
    await other.tell({ do: 'saveAndCommit', slug: 'other' });

    expectLog(path, ['other', 'one', 'First']);
  });
});

describe('Four processes that commit ten times each, and try again when they are refused', () => {
  it('leave all forty commits in the history, each with its page', async () => {
    const { path, processes } = await startProcesses(4);
    const answers = await Promise.all(
      processes.map((each, number) => each.tell({ do: 'commitMany', name: `p${number}`, count: 10 })),
    );

    for (const answer of answers) expect(oidIn(answer)).toEqual(expect.any(Number));
    const slugs = [0, 1, 2, 3].flatMap((each) =>
      Array.from({ length: 10 }, (_, number) => `p${each}-${number}`),
    );
    const log = git(path, 'log', '--format=%s').split('\n');
    expect([...log].sort()).toEqual([...slugs, 'First'].sort());
    expect(filesAt(path, 'HEAD').sort()).toEqual(
      [...slugs, 'first'].map((slug) => `page/${slug}/data.json`).sort(),
    );
    // Each process has made its own commits one after the other, and no commit has another parent than the one before.
    for (let each = 0; each < 4; each++) {
      expect(log.filter((subject) => subject.startsWith(`p${each}-`)).reverse()).toEqual(
        slugs.filter((slug) => slug.startsWith(`p${each}-`)),
      );
    }
    expect(git(path, 'rev-list', '--merges', '--count', 'HEAD')).toBe('0');
    expectLog(path, log);
  });
});
