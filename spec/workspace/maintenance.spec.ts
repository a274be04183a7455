import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { AutomaticMaintenanceOptions, MaintenanceOutcome } from 'gitmodel';
import { hashObject } from '../../lib/object/oid';
import { Committer, compileCommitter } from '../support/committer';
import { errorOf } from '../support/error-of';
import { PageModel } from '../support/sample-models';
import { expectCleanRepository, git } from '../support/temporary-repository';
import { emptyRepository, expectLog, openPages, openWorkspace } from '../support/workspaces';

const execute = promisify(execFile);

function objectsFolder(folder: string): string {
  return path.join(folder, '.git/objects');
}

function looseCount(folder: string): number {
  return Number(/^count: (\d+)$/m.exec(git(folder, 'count-objects', '-v'))?.[1]);
}

function packNames(folder: string): string[] {
  return readdirSync(path.join(objectsFolder(folder), 'pack'));
}

describe('The upkeep of a workspace', () => {
  it('packs what is committed, and leaves what is staged to be committed', async () => {
    const { path: folder, ws, Page } = await openPages();
    await new Page({ slug: 'first', title: 'First' }).save({ commit: true, message: 'First' });
    await new Page({ slug: 'second', title: 'Second' }).save();
    await ws.index.writeTree();
    const report = await ws.maintain();
    expect(report).toMatchObject({ status: 'done', looseObjects: { packed: 5 }, packs: { after: 1 } });
    git(folder, 'repack', '-a', '-d', '-q');
    await ws.commit({ message: 'Second' });

    expect((await Page.get('first')).title).toBe('First');
    expectLog(folder, ['Second', 'First']);
    expect(await (await openWorkspace(folder)).register(PageModel).all().count()).toBe(2);
  });

  it('counts what objects are stored in', async () => {
    const { path: folder, ws, Page } = await openPages();
    await new Page({ slug: 'first', title: 'First' }).save({ commit: true, message: 'First' });
    expect((await ws.storage()).looseObjects.count).toBe(5);
    await ws.maintain();
    expect(await ws.storage()).toMatchObject({ looseObjects: { count: 0 }, packs: { count: 1, objects: 5 } });
    expectLog(folder, ['First']);
  });

  it('is refused by a workspace that is closed', async () => {
    const { ws } = await openPages();
    await ws.close();
    expect(await errorOf(() => ws.maintain())).toMatchObject({ code: 'WORKSPACE_CLOSED' });
    expect(await errorOf(() => ws.storage())).toMatchObject({ code: 'WORKSPACE_CLOSED' });
  });
});

describe('Upkeep by itself', () => {
  /** A workspace that is maintained after every commit, and what was told of it. */
  async function openMaintained(
    options: AutomaticMaintenanceOptions = {},
  ): Promise<Awaited<ReturnType<typeof openPages>> & { outcomes: MaintenanceOutcome[] }> {
    const outcomes: MaintenanceOutcome[] = [];
    const onFinished = (outcome: MaintenanceOutcome): void => {
      outcomes.push(outcome);
    };
    const pages = await openPages({ maintenance: { looseObjects: 0, onFinished, ...options } });
    // By one of 256 folders it is seen that there is something.
    let n = 0;
    while (!hashObject('blob', Buffer.from(String(n))).startsWith('17')) n++;
    writeFileSync(path.join(pages.path, 'sample'), String(n));
    git(pages.path, 'hash-object', '-w', 'sample');
    expect(readdirSync(objectsFolder(pages.path))).toContain('17');
    return { ...pages, outcomes };
  }

  it('does not happen unless it is wished', async () => {
    const { path: folder, ws, Page } = await openPages();
    expect(ws.config.maintenance).toBeNull();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'A' });
    await ws.close();
    expect(packNames(folder)).toEqual([]);
    expectLog(folder, ['A']);
  });

  it('happens after a commit, when there is more than is wished; closing waits for it', async () => {
    const { path: folder, ws, Page, outcomes } = await openMaintained();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'A' });
    await ws.close();
    expect(outcomes).toEqual([{ report: expect.objectContaining({ status: 'done' }) as object }]);
    expect(packNames(folder).filter((name) => name.endsWith('.pack'))).toHaveLength(1);
    expectLog(folder, ['A']);
  });

  it('happens after a commit that is made by hand', async () => {
    const { path: folder, ws, outcomes } = await openMaintained();
    await ws.createCommit('by-hand', await ws.index.writeTree(), { message: 'By hand' });
    await ws.close();
    expect(outcomes).toHaveLength(1);
    expectLog(folder, ['By hand'], 'by-hand');
  });

  it('does not happen below the thresholds', async () => {
    const { path: folder, ws, Page, outcomes } = await openMaintained({ looseObjects: 100_000 });
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'A' });
    await ws.close();
    expect(outcomes).toEqual([]);
    expectLog(folder, ['A']);
  });

  it('happens once, not again for what cannot be packed', async () => {
    const { path: folder, ws, Page, outcomes } = await openMaintained();
    const messages: string[] = [];
    for (let n = 0; n < 3; n++) {
      await new Page({ slug: `p${n}`, title: 'A' }).save({ commit: true, message: `Commit ${n}` });
      messages.unshift(`Commit ${n}`);
      await pause(1100);
    }
    await ws.close();
    expect(outcomes.length).toBeGreaterThanOrEqual(1);
    expect(outcomes.length).toBeLessThan(3);
    expectLog(folder, messages);
  });

  it('tells when somebody else is at it', async () => {
    const { path: folder, ws, Page, outcomes } = await openMaintained();
    writeFileSync(path.join(folder, '.git/gc.pid'), `${process.pid} ${hostname()}`);
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'A' });
    await ws.close();
    expect(outcomes).toEqual([
      { report: { status: 'busy', holder: { pid: process.pid, host: hostname() } } },
    ]);
    expectLog(folder, ['A']);
  });

  /** The lock cannot be taken: a folder is in its place. */
  function makeItFail(folder: string): void {
    git(folder, 'init', '--quiet', '--bare', '.git/gc.pid');
  }

  it('tells why it failed; the commit does not fail with it', async () => {
    const { path: folder, ws, Page, outcomes } = await openMaintained();
    makeItFail(folder);
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'A' });
    await ws.close();
    expect(outcomes).toEqual([{ error: expect.objectContaining({ code: 'OBJECT_WRITE_FAILED' }) as Error }]);
    expectLog(folder, ['A']);
  });

  it.each([
    [
      'when nobody wants to be told',
      /^The repository could not be maintained: The lock .* EISDIR/,
      undefined,
    ],
    [
      'when who is told fails',
      /^"maintenance.onFinished" has thrown: EISDIR in the callback$/,
      (): void => {
        throw new Error('EISDIR in the callback');
      },
    ],
  ])('warns of a failure %s', async (_, message, onFinished) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { path: folder, ws, Page } = await openMaintained();
    ws.config.maintenance = { looseObjects: 0, onFinished };
    makeItFail(folder);
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'A' });
    await ws.close();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(message), { code: 'GITMODEL_MAINTENANCE' }]]);
    warn.mockRestore();
    expectLog(folder, ['A']);
  });

  it.each<[string, unknown]>([
    ['maintenance', 'yes'],
    ['maintenance.looseObjects', { looseObjects: -1 }],
    ['maintenance.packs', { packs: 0 }],
    ['maintenance.packs', { packs: '50' }],
    ['maintenance.onFinished', { onFinished: true }],
    ['maintenance.packs', { packs: 1.5 }],
    ['maintenance.looseObjects', { looseObjects: NaN }],
  ])('refuses a wrong %s', async (option, maintenance) => {
    const { ws } = await openPages();
    expect(() => {
      ws.config.maintenance = maintenance as boolean;
    }).toThrow(`"${option}" must be`);
  });

  it('refuses an option that there is not', async () => {
    const { ws } = await openPages();
    const options = { maintenance: { looseObject: 1 } as AutomaticMaintenanceOptions };
    await expect(openWorkspace(undefined, options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'There is no option "maintenance.looseObject"; there are looseObjects, packs, onFinished.',
      details: { option: 'maintenance.looseObject', value: 1 },
    });
    ws.config.maintenance = { packs: Infinity };
    expect(ws.config.maintenance).toMatchObject({ packs: Infinity });
  });

  it('has git’s thresholds by default', async () => {
    const { ws } = await openPages({ maintenance: true });
    expect(ws.config.maintenance).toEqual({ looseObjects: 6700, packs: 50 });
    ws.config.maintenance = false;
    expect(ws.config.maintenance).toBeNull();
  });
});

describe('Upkeep beside other processes', () => {
  const project = compileCommitter();

  it('loses nothing and fails nobody, beside writers, readers, "git gc", "git repack" and "git pack-refs"', async () => {
    const folder = emptyRepository();
    const ws = await openWorkspace(folder);
    const Page = ws.register(PageModel);
    await new Page({ slug: 'first', title: 'First' }).save({ commit: true, message: 'first' });
    const names = ['a', 'b'];
    const count = 40;
    const writers = await Promise.all(names.map(() => Committer.start(project, folder)));
    let writing = true;
    const written = Promise.all(
      writers.map((each, n) => each.tell({ do: 'commitMany', name: names[n] as string, count })),
    ).finally(() => {
      writing = false;
    });
    const meanwhile = async (work: () => Promise<unknown>): Promise<number> => {
      let rounds = 0;
      for (; writing; rounds++) await work();
      return rounds;
    };
    const runGit = async (...args: string[]): Promise<unknown> =>
      execute('git', args, { cwd: folder, env: { ...process.env, LC_ALL: 'C' } });

    const statuses = new Set<string>();
    const rounds = await Promise.all([
      meanwhile(async () => statuses.add((await ws.maintain()).status)),
      meanwhile(async () => {
        await runGit('repack', '-a', '-d', '-q');
        await runGit('pack-refs', '--all');
      }),
      meanwhile(async () =>
        // Excluded by the upkeep, as it should be.
        runGit('gc', '--quiet').catch((error: unknown) => {
          if (!/gc is already running|gc\.pid\.lock': File exists/.test((error as Error).message))
            throw error;
        }),
      ),
      meanwhile(async () => runGit('rev-list', '--objects', '--all')),
      meanwhile(async () => {
        await ws.updateIndex();
        for await (const page of Page.all()) expect(page.title).not.toBe('');
      }),
    ]);
    for (const answer of await written) expect(answer).toHaveProperty('result');
    expect(Math.min(...rounds)).toBeGreaterThan(0);
    expect(statuses).toContain('done');

    await ws.updateIndex();
    await ws.maintain();
    expect(await Page.all().count()).toBe(1 + names.length * count);
    const log = git(folder, 'log', '--format=%s').split('\n');
    const expected = names.flatMap((name) => Array.from({ length: count }, (_, n) => `${name}-${n}`));
    expect([...log].sort()).toEqual(['first', ...expected].sort());
    expectLog(folder, log);
  }, 180_000);

  it('loses nothing when it is killed at any moment, and the next one cleans up', async () => {
    const { path: folder, ws, Page } = await openPages();
    const program = path.join(project, 'maintain.js');
    writeFileSync(
      program,
      `const { spawn } = require('node:child_process');
       const { Workspace } = require('gitmodel');
       const round = Number(process.argv[3]);
       let told = 0;
       const progress = () => {
         told++;
         // At a point that is known to be one, or at any other.
         if (round % 2 === 1 && told === round) process.kill(process.pid, 'SIGKILL');
         if (round % 2 === 0 && told === 3) {
           spawn('sh', ['-c', 'sleep ' + Math.random() / 10 + '; kill -9 ' + process.pid]);
         }
       };
       Workspace.open(process.argv[2]).then((ws) => ws.maintain({ progress }));`,
    );
    const messages: string[] = [];
    let killed = 0;
    for (let round = 1; round <= 14; round++) {
      for (let n = 0; n < 12; n++) {
        const message = `Page ${round} ${n}`;
        await new Page({ slug: `p-${round}-${n}`, title: message }).save({ commit: true, message });
        messages.unshift(message);
      }
      // Packs too, of which the upkeep makes one.
      if (round % 2 === 0) git(folder, 'repack', '-d', '-q');
      const before = git(folder, 'cat-file', '--batch-all-objects', '--batch-check').split('\n').sort();
      await execute(process.execPath, [program, folder, String(round)]).catch((error: unknown) => {
        expect(error).toMatchObject({ signal: 'SIGKILL' });
        killed++;
      });
      expect(git(folder, 'cat-file', '--batch-all-objects', '--batch-check').split('\n').sort()).toEqual(
        before,
      );
      expectCleanRepository(folder);
    }
    expect(killed).toBeGreaterThan(3);

    expect(await ws.maintain()).toMatchObject({ looseObjects: { left: 0 }, problems: [] });
    expect(
      packNames(folder).filter((name) => !/^(pack-[0-9a-f]{40}\.(idx|pack)|multi-pack-index)$/.test(name)),
    ).toEqual([]);
    expect(readdirSync(path.join(folder, '.git')).filter((name) => name.startsWith('gc.pid'))).toEqual([]);
    expect(looseCount(folder)).toBe(0);
    expectLog(folder, messages);
  }, 180_000);
});
