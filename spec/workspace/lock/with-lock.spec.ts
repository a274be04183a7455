import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lock, Workspace } from 'gitmodel';
import { thisProcess } from '../../../lib/git/process';
import { encodeLock } from '../../../lib/workspace/lock/lock-content';
import type { LockContent } from '../../../lib/workspace/lock/lock-content';
import { lockRef } from '../../../lib/workspace/lock/lock-name';
import { LockStore } from '../../../lib/workspace/lock/lock-store';
import { errorOf } from '../../support/error-of';
import { PageModel } from '../../support/sample-models';
import { commitFiles, git, runGit } from '../../support/temporary-repository';
import { emptyRepository, expectLog, openPages, openWorkspace } from '../../support/workspaces';

const REF = 'refs/locks/other/job';

let path: string;
let ws: Workspace;

beforeEach(async () => {
  path = emptyRepository();
  ws = await openWorkspace(path, { lockWaitInterval: 5 });
});

const locks = (): string[] =>
  git(path, 'for-each-ref', '--format=%(refname)', 'refs/locks').split('\n').filter(Boolean);

/** Writes a lock as another process would. */
function plant(content: Partial<LockContent> | string, ref = REF): string {
  const now = Date.now();
  const bytes =
    typeof content === 'string'
      ? content
      : encodeLock({
          ...{ model: null, id: 'job', owner: 'Other', ...thisProcess(), machine: 'another' },
          ...{ acquired: new Date(now), expires: new Date(now + 30_000), expiry: 30_000, token: 'planted' },
          ...content,
        });
  const oid = runGit(path, ['hash-object', '-w', '--stdin'], { input: bytes }).toString().trim();
  git(path, 'update-ref', ref, oid);
  return oid;
}

const busy = (id = 'job'): Promise<string> =>
  errorOf(() => ws.lock(id, () => undefined, { timeout: 20 })).then(({ code }) => code);

describe('A lock', () => {
  it('is held while the function runs, and gives what that returns', async () => {
    const result = await ws.lock('job', async (lock) => {
      expect(locks()).toEqual([REF]);
      expect(lock).toMatchObject({
        id: 'job',
        model: null,
        ref: REF,
        owner: 'gitmodel <gitmodel@local>',
        pid: process.pid,
        isHeld: true,
      });
      expect(lock.expires.getTime() - lock.acquired.getTime()).toBe(30_000);
      lock.assertHeld();
      expect(git(path, 'cat-file', 'blob', REF)).toContain('"gitmodel": "lock"');
      await sleep(1);
      return 'done';
    });
    expect(result).toBe('done');
    expect(locks()).toEqual([]);
  });

  it('is released also when the function throws, which is what comes out', async () => {
    const error = new Error('mine');
    await expect(ws.lock('job', () => Promise.reject(error))).rejects.toBe(error);
    const failing = (): never => {
      throw error;
    };
    await expect(ws.lock('job', failing)).rejects.toBe(error);
    expect(locks()).toEqual([]);
  });

  it('lets one after another run', async () => {
    const other = await openWorkspace(path, { lockWaitInterval: 5 });
    let [inside, most, count] = [0, 0, 0];
    const job = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      const before = count;
      await sleep(1);
      count = before + 1;
      inside--;
    };
    await Promise.all(Array.from({ length: 12 }, (_, each) => (each % 2 ? ws : other).lock('job', job)));
    expect([most, count]).toEqual([1, 12]);
  });

  it('keeps nobody out who asks for another one', async () => {
    const { path: pages, ws: workspace, Page } = await openPages();
    path = pages;
    const page = new Page({ slug: 'job', title: 'A' });
    await page.lock(async (lock) => {
      expect(lock).toMatchObject({ model: 'Page', id: 'job', ref: 'refs/locks/record/%50age/job' });
      await workspace.lock('job', () => new Page({ slug: 'other', title: 'B' }).lock(() => undefined));
    });
    expect(locks()).toEqual([]);
  });

  it('says that it is not held any more when it is over', async () => {
    const lock = await ws.lock('job', (each) => each);
    expect(lock.isHeld).toBe(false);
    expect(
      (
        await errorOf(() => {
          lock.assertHeld();
        })
      ).code,
    ).toBe('LOCK_LOST');
  });

  it('of a record lets changes of several workspaces come one after another', async () => {
    const Page = ws.register(PageModel);
    await new Page({ slug: 'counter', title: '0' }).save({ commit: true, message: 'Zero' });
    const workspaces = await Promise.all([1, 2, 3].map(() => openWorkspace(path, { lockWaitInterval: 5 })));
    const raise = async (each: Workspace): Promise<void> => {
      const page = await each.register(PageModel).get('counter');
      await page.lock(async () => {
        await each.updateIndex();
        await page.reload();
        page.title = String(Number(page.title) + 1);
        await page.save({ commit: true, message: page.title });
      });
    };
    await Promise.all(workspaces.map(raise));
    await ws.updateIndex();
    expect((await Page.get('counter')).title).toBe('3');
    expectLog(path, ['3', '2', '1', 'Zero']);
  });

  it('is renewed while the function runs, with a new time to expire', async () => {
    await ws.lock(
      'job',
      async (lock) => {
        const [first, before] = [lock.expires, git(path, 'rev-parse', REF)];
        while (lock.expires.getTime() === first.getTime()) await sleep(10);
        expect(git(path, 'rev-parse', REF)).not.toBe(before);
        await sleep(200);
        lock.assertHeld();
      },
      { expiry: 150 },
    );
    expect(locks()).toEqual([]);
  });
});

describe('Code that holds a lock', () => {
  it('cannot ask for the same one again, but for others, and when it is over', async () => {
    await ws.lock('job', async () => {
      expect(await errorOf(() => ws.lock('job', () => undefined))).toMatchObject({
        code: 'LOCK_REENTRY',
        details: { ref: REF, id: 'job', model: null },
      });
      await ws.lock('other', async () => {
        expect((await errorOf(() => ws.lock('job', () => undefined))).code).toBe('LOCK_REENTRY');
      });
    });
    let later: Promise<unknown> | undefined;
    await ws.lock('job', () => {
      later = sleep(50).then(() => ws.lock('job', () => 'again'));
    });
    expect(await later).toBe('again');
  });

  it('cannot do so by way of another workspace of the process either', async () => {
    const other = await openWorkspace(path);
    const code = await ws.lock('job', async () => (await errorOf(() => other.lock('job', () => 1))).code);
    expect(code).toBe('LOCK_REENTRY');
  });

  it('may close the workspace; those that wait are sent away', async () => {
    const waiting = ws.lock('job', async () => {
      const refused = errorOf(() => waiter);
      await ws.close();
      expect((await refused).code).toBe('WORKSPACE_CLOSED');
    });
    const waiter = ws.lock('job', () => undefined);
    await waiting;
    expect(locks()).toEqual([]);
  });
});

it('A lock that is held is no concern of the signal that would have ended the waiting', async () => {
  const abort = new AbortController();
  const result = await ws.lock(
    'job',
    async (lock) => {
      abort.abort();
      await sleep(1);
      return lock.isHeld;
    },
    { signal: abort.signal },
  );
  expect(result).toBe(true);
  expect(locks()).toEqual([]);
});

describe('A lock of somebody else', () => {
  it('is waited for', async () => {
    const oid = plant({});
    const taken = ws.lock('job', () => 'mine', { timeout: 20_000 });
    await sleep(40);
    git(path, 'update-ref', '-d', REF, oid);
    expect(await taken).toBe('mine');
  });

  it('is waited for until a signal is aborted, whose reason comes out', async () => {
    const oid = plant({});
    const abort = new AbortController();
    let ran = false;
    const page = new (ws.register(PageModel))({ slug: 'a', title: 'A' });
    const recordRef = lockRef({ model: 'Page', id: 'a' });
    plant({ model: 'Page', id: 'a' }, recordRef);
    const options = { signal: abort.signal, interval: 60_000 };
    const run = (): void => {
      ran = true;
    };
    const waiting = [ws.lock('job', run, options), page.lock(run, options)];
    const reason = new Error('no more');
    const ends = waiting.map((each) => expect(each).rejects.toBe(reason));
    await sleep(30);
    abort.abort(reason);
    await Promise.all(ends);
    await expect(ws.lock('free', run, options)).rejects.toBe(reason);
    expect(ran).toBe(false);
    expect(git(path, 'rev-parse', REF)).toBe(oid);
    expect(locks()).toEqual([REF, recordRef]);
  });

  it('is looked at as seldom as it is told, however long that is', async () => {
    const oid = plant({});
    const abort = new AbortController();
    const options = { signal: abort.signal, interval: Infinity, timeout: Infinity };
    const waiting = ws.lock('job', () => 'mine', options);
    await sleep(20);
    git(path, 'update-ref', '-d', REF, oid);
    await sleep(50);
    abort.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
  });

  it('is given back when the signal is aborted in the moment in which it is taken', async () => {
    const abort = new AbortController();
    const reason = new Error('no more');
    const write = jest.spyOn(LockStore.prototype, 'write');
    write.mockImplementationOnce(async function (this: LockStore, ...args) {
      const oid = await LockStore.prototype.write.apply(this, args);
      abort.abort(reason);
      return oid;
    });
    const taken = ws.lock('job', () => undefined, { signal: abort.signal });
    await expect(taken).rejects.toBe(reason);
    expect(write).toHaveBeenCalled();
    write.mockRestore();
    expect(locks()).toEqual([]);
  });

  it('is taken over when it is not renewed for as long as it was taken for', async () => {
    plant({ expiry: 100 });
    expect(await busy()).toBe('LOCK_WAIT_TIMEOUT');
    expect(await ws.lock('job', () => 'mine', { timeout: 20_000 })).toBe('mine');
  });

  it('is taken over when it has ended long ago, but not when clocks may just differ', async () => {
    plant({ expires: new Date(Date.now() - 50_000) });
    expect(await busy()).toBe('LOCK_WAIT_TIMEOUT');
    plant({ expires: new Date(Date.now() - 70_000) });
    expect(await ws.lock('job', () => 'mine', { timeout: 0 })).toBe('mine');
  });

  it('is taken over when its process is gone, or another one has its number', async () => {
    for (const dead of [{ pid: 2 ** 22 + 1 }, { pid: process.pid, start: '0123456789abcdef' }]) {
      plant({ machine: thisProcess().machine, ...dead });
      expect(await ws.lock('job', () => 'mine', { timeout: 0 })).toBe('mine');
    }
    plant({ pid: 2 ** 22 + 1 });
    expect(await busy()).toBe('LOCK_WAIT_TIMEOUT');
  });

  it('is not harmed by the late release of the holder before', async () => {
    let theirs = '';
    const error = await errorOf(() =>
      ws.lock('job', () => {
        theirs = plant({});
      }),
    );
    expect(error).toMatchObject({ code: 'LOCK_LOST', details: { ref: REF, id: 'job' } });
    expect(git(path, 'rev-parse', REF)).toBe(theirs);
  });

  it('is noticed by the holder before, when it renews its own', async () => {
    const seen: Lock[] = [];
    const result = errorOf(() =>
      ws.lock(
        'job',
        async (lock) => {
          seen.push(lock);
          plant({});
          await new Promise((resolve) => {
            lock.signal.addEventListener('abort', resolve);
          });
          lock.assertHeld();
        },
        { expiry: 100 },
      ),
    );
    expect((await result).code).toBe('LOCK_LOST');
    expect(seen[0]?.isHeld).toBe(false);
  });

  it('does not hide what the function itself has thrown', async () => {
    const error = new Error('mine');
    const result = ws.lock('job', () => {
      plant({});
      throw error;
    });
    await expect(result).rejects.toBe(error);
  });
});

describe('What is no lock under the name of one', () => {
  it.each([
    ['nonsense', () => plant('nonsense')],
    ['JSON of something else', () => plant('{"gitmodel": "record"}')],
    ['large', () => plant(' '.repeat(1_000_000))],
    [
      'a commit',
      () => git(path, 'update-ref', REF, commitFiles(path, 'refs/heads/main', { message: 'One' })),
    ],
    ['symbolic', () => git(path, 'symbolic-ref', REF, 'refs/heads/new')],
    ['a folder of others', () => plant({}, `${REF}/below`)],
    ['another name above', () => plant({}, 'refs/locks/other')],
  ])('is left alone, with a typed error: %s', async (_, prepare) => {
    prepare();
    const before = git(path, 'for-each-ref');
    expect(await errorOf(() => ws.lock('job', () => undefined))).toMatchObject({
      code: 'INVALID_LOCK',
      details: { ref: REF },
    });
    expect(git(path, 'for-each-ref')).toBe(before);
    if (git(path, 'for-each-ref', 'refs/heads')) expectLog(path, ['One']);
  });

  it('may be a reference whose blob is gone: it is waited for, and nobody is named', async () => {
    const file = nodePath.join(path, '.git', REF);
    mkdirSync(nodePath.dirname(file), { recursive: true });
    writeFileSync(file, `${'1'.repeat(40)}\n`);
    expect(await errorOf(() => ws.lock('job', () => undefined, { timeout: 10 }))).toMatchObject({
      code: 'LOCK_WAIT_TIMEOUT',
      details: { owner: null },
    });
    rmSync(file);
  });
});

describe('What a lock is asked for with', () => {
  it.each([
    ['id', () => ws.lock(1 as never, () => undefined)],
    ['fn', () => ws.lock('job', 'x' as never)],
    ['options', () => ws.lock('job', () => undefined, null as never)],
    ['timeout', () => ws.lock('job', () => undefined, { timeout: -1 })],
    ['interval', () => ws.lock('job', () => undefined, { interval: 0 })],
    ['expiry', () => ws.lock('job', () => undefined, { expiry: 99 })],
    ['expiry', () => ws.lock('job', () => undefined, { expiry: Infinity })],
    ['owner', () => ws.lock('job', () => undefined, { owner: 1 as never })],
    ['signal', () => ws.lock('job', () => undefined, { signal: 1 as never })],
  ])('is checked: %s', async (option, call) => {
    expect(await errorOf(call)).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option } });
    expect(locks()).toEqual([]);
  });

  it('may be any text, and the owner too', async () => {
    for (const id of ['', ' ', '../../HEAD', 'a'.repeat(1000), 'é\u0000\ud800', 'x.lock']) {
      await ws.lock(
        id,
        (lock) => {
          expect(lock).toMatchObject({ id, owner: 'Ann' });
        },
        { owner: 'Ann' },
      );
    }
    expect(locks()).toEqual([]);
  });
});
