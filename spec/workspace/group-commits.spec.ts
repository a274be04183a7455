import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { ConcurrentUpdateError, GitModelError, ObjectWriteError } from 'gitmodel';
import type { Workspace } from 'gitmodel';
import { PageModel } from '../support/sample-models';
import { git } from '../support/temporary-repository';
import {
  collect,
  commitMeanwhile,
  expectLog,
  filesAt,
  openPages,
  openWorkspace,
} from '../support/workspaces';

const MAIN = 'refs/heads/main';

/** How often the branch has moved, as its log has it. */
const moves = (folder: string): string[] =>
  readFileSync(path.join(folder, '.git/logs', MAIN), 'utf8')
    .trimEnd()
    .split('\n');

const subjects = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => `page-${n + from}`).reverse();

describe('Commits that are asked for at the same time', () => {
  it('are each a commit of its own, and move the branch together', async () => {
    const { path: folder, ws, Page } = await openPages();
    const save = (n: number): Promise<string | null> =>
      new Page({ slug: `page-${n}`, title: `Title ${n}` }).save({
        commit: true,
        message: `page-${n}`,
        author: { name: `Author ${n}`, email: 'a@example.com' },
      });
    const oids = await Promise.all(Array.from({ length: 30 }, (_, n) => save(n)));

    expectLog(folder, subjects(30));
    expect(oids).toEqual(git(folder, 'rev-list', '--reverse', 'main').split('\n'));
    expect(git(folder, 'log', '-1', '--format=%an', String(oids[7]))).toBe('Author 7');
    for (const n of [0, 1, 20, 29]) expect(filesAt(folder, String(oids[n]))).toHaveLength(n + 1);
    expect(moves(folder)).toHaveLength(1);
    expect(ws.branch?.oid).toBe(oids.at(-1));
    expect(await ws.hasChanges()).toBe(false);
  });

  it('go in a few groups when they are many, so that the next one is prepared while one is written', async () => {
    const { path: folder, Page } = await openPages();
    const save = (n: number): Promise<string | null> =>
      new Page({ slug: `page-${n}`, title: 'x' }).save({ commit: true, message: `page-${n}` });
    await Promise.all(Array.from({ length: 100 }, (_, n) => save(n)));
    expectLog(folder, subjects(100));
    // Fifty, then 32 of the rest, then eighteen.
    expect(moves(folder)).toHaveLength(3);
  });

  it('wait for others when these hold very much, so that memory stays bounded', async () => {
    const { path: folder, Page } = await openPages();
    const save = (n: number): Promise<string | null> =>
      new Page({ slug: `page-${n}`, title: 'x', content: String(n).repeat(10_000_000) }).save({
        commit: true,
        message: `page-${n}`,
      });
    await Promise.all(Array.from({ length: 10 }, (_, n) => save(n)));
    expectLog(folder, subjects(10));
    // Seven hold more than 64 MiB; by the time of the eighth they are written.
    expect(moves(folder)).toHaveLength(2);
  });

  it('may be few, or more than git keeps in single files', async () => {
    const { path: folder, Page } = await openPages();
    for (const count of [2, 3, 100]) {
      const from = Number(count > 2) * 2 + Number(count > 3) * 3;
      await Promise.all(
        Array.from({ length: count }, (_, n) =>
          new Page({ slug: `page-${n + from}`, title: 'x' }).save({
            commit: true,
            message: `page-${n + from}`,
          }),
        ),
      );
    }
    expectLog(folder, subjects(105));
    const packs = readdirSync(path.join(folder, '.git/objects/pack'));
    const packCount = packs.filter((name) => name.endsWith('.pack')).length;
    expect(packCount).toBeGreaterThan(0);
    expect(packCount).toBeLessThan(4);
    expect(packs.filter((name) => name.endsWith('.keep'))).toEqual([]);
  });

  it('see what the ones before them have changed', async () => {
    const { path: folder, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'First' });
    const first = page.save({ commit: true, message: 'First' });
    page.title = 'Second';
    const second = page.save({ commit: true, message: 'Second' });
    const deleted = Page.delete('a', { commit: true, message: 'Deleted' });
    const again = new Page({ slug: 'a', title: 'Third' }).save({ commit: true, message: 'Third' });
    await Promise.all([first, second, deleted, again]);
    expectLog(folder, ['Third', 'Deleted', 'Second', 'First']);
    expect((await Page.get('a')).title).toBe('Third');
    expect((await Page.get('a', { at: 'HEAD~2' })).title).toBe('Second');
  });

  it('do without those that cannot be', async () => {
    const { path: folder, Page } = await openPages();
    const save = (slug: string, title: string): Promise<string | null> =>
      new Page({ slug, title }).save({ commit: true, message: slug });
    const results = await Promise.allSettled([
      save('a', 'A'),
      save('b', ''),
      save('c', 'C'),
      save('a', 'again'),
      Page.delete('missing', { commit: true }),
      save('d', 'D'),
    ]);
    const outcomes = results.map((each) =>
      each.status === 'fulfilled' ? 'done' : (each.reason as GitModelError).code,
    );
    expect(outcomes).toEqual(['done', 'VALIDATION_FAILED', 'done', 'INTEGRITY', 'DOES_NOT_EXIST', 'done']);
    expectLog(folder, ['d', 'c', 'a']);
  });

  it('take their turns with all else that changes the workspace', async () => {
    const { path: folder, ws, Page } = await openPages();
    const page = (slug: string): PageModel => new Page({ slug, title: slug });
    const all = [
      page('a').save({ commit: true, message: 'a' }),
      page('b').save(),
      page('c')
        .save({ commit: true, message: 'c' })
        .catch((error: unknown) => (error as GitModelError).code),
      ws.commit({ message: 'b' }),
      ws.commitOnSuccess(async () => page('d').save(), { message: 'd' }),
      page('e').save({ commit: true, message: 'e' }),
      ws.createBranch('draft'),
      page('f').save({ commit: true, message: 'f' }),
      ws.commit({ message: 'nothing' }),
    ] as const;
    const results = await Promise.all(all);
    expect(results[2]).toBe('PENDING_CHANGES');
    expect(results[8]).toBeNull();
    expectLog(folder, ['f', 'e', 'd', 'b', 'a']);
    expect(git(folder, 'log', '-1', '--format=%s', 'draft')).toBe('e');
  });

  it('within commitOnSuccess are in place when they say so', async () => {
    const { path: folder, ws, Page } = await openPages();
    await ws.commitOnSuccess(
      async () => {
        await Promise.all([
          new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'a' }),
          new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'b' }),
        ]);
        expect(git(folder, 'log', '--format=%s', 'main')).toBe('b\na');
        await new Page({ slug: 'c', title: 'C' }).save();
      },
      { message: 'c' },
    );
    expectLog(folder, ['c', 'b', 'a']);
  });

  it('are not shown as the state of the branch before they are in place', async () => {
    const { path: folder, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'a' });
    const before = ws.branch?.oid;
    let isDone = false;
    const saving = new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'b' }).then((oid) => {
      isDone = true;
      return oid;
    });
    let sawBefore = 0;
    while (!isDone) {
      const { oid } = ws.branch ?? {};
      if (oid === before) sawBefore++;
      else expect(git(folder, 'rev-parse', 'main')).toBe(oid);
      for (const commit of await collect(ws.walk())) git(folder, 'cat-file', '-e', commit.oid);
    }
    expect(sawBefore).toBeGreaterThan(0);
    expect(ws.branch?.oid).toBe(await saving);
    expectLog(folder, ['b', 'a']);
  });

  it('are waited for when the workspace is closed', async () => {
    const { path: folder, ws, Page } = await openPages();
    const saving = ['a', 'b', 'c'].map((slug) =>
      new Page({ slug, title: slug }).save({ commit: true, message: slug }),
    );
    await ws.close();
    await Promise.all(saving);
    expectLog(folder, ['c', 'b', 'a']);
  });
});

describe('When commits on their way do not get there', () => {
  it('because somebody else has moved the branch, all of them are taken back', async () => {
    const { path: folder, ws, Page } = await openPages();
    await new Page({ slug: 'old', title: 'Old' }).save({ commit: true, message: 'old' });
    commitMeanwhile(folder);
    const old = await Page.get('old');
    old.title = 'Changed';
    const fresh = new Page({ slug: 'fresh', title: 'Fresh' });
    const results = await Promise.allSettled([
      old.save({ commit: true, message: 'old again' }),
      fresh.save({ commit: true, message: 'fresh' }),
      Page.delete('old', { commit: true, message: 'gone' }),
    ]);
    for (const each of results)
      expect((each as PromiseRejectedResult).reason).toBeInstanceOf(ConcurrentUpdateError);
    expect(await ws.hasChanges()).toBe(false);
    expect(fresh.isNew).toBe(true);
    expect(Object.keys(old.changes())).toEqual(['title']);
    expect((await Page.get('old')).title).toBe('Old');
    expect(ws.branch?.commit.message).toBe('old');

    await ws.updateIndex();
    await Promise.all([
      old.save({ commit: true, message: 'old again' }),
      fresh.save({ commit: true, message: 'fresh' }),
    ]);
    expectLog(folder, ['fresh', 'old again', 'Meanwhile', 'old']);
  });

  it('everything that commit() was to commit stays staged', async () => {
    const { path: folder, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'a' });
    await new Page({ slug: 'b', title: 'B' }).save();
    commitMeanwhile(folder);
    await expect(
      Promise.all([ws.commit({ message: 'b' }), new Page({ slug: 'c', title: 'C' }).save({ commit: true })]),
    ).rejects.toBeInstanceOf(ConcurrentUpdateError);
    expect(await ws.hasChanges()).toBe(true);
    expect((await Page.get('b')).title).toBe('B');
    expect(await Page.getOrNull('c')).toBeNull();
    expectLog(folder, ['Meanwhile', 'a']);
  });

  it('because they cannot be written, they can be tried again', async () => {
    const { path: folder, Page } = await openPages();
    await new Page({ slug: 'old', title: 'Old' }).save({ commit: true, message: 'old' });
    const objects = path.join(folder, '.git/objects');
    for (const count of [1, 60]) {
      const pages = Array.from(
        { length: count },
        (_, n) => new Page({ slug: `p-${count}-${n}`, title: 'x' }),
      );
      renameSync(objects, `${objects}-away`);
      writeFileSync(objects, 'in the way');
      const failed = await Promise.allSettled(
        pages.map((page) => page.save({ commit: true, message: page.slug })),
      );
      rmSync(objects);
      renameSync(`${objects}-away`, objects);
      for (const each of failed)
        expect((each as PromiseRejectedResult).reason).toBeInstanceOf(ObjectWriteError);
      expect(pages.every((page) => page.isNew)).toBe(true);
      await Promise.all(pages.map((page) => page.save({ commit: true, message: page.slug })));
    }
    expect(await Page.all().count()).toBe(62);
    const log = git(folder, 'log', '--format=%s', 'main').split('\n');
    expectLog(folder, log);
    expect(log).toHaveLength(62);
  });

  it('because a workspace on the same branch was faster, every commit that was acknowledged is there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ who: fc.nat(1), what: fc.constantFrom('commit', 'stage', 'update'), page: fc.nat(4) }),
          {
            minLength: 5,
            maxLength: 40,
          },
        ),
        async (steps) => {
          const { path: folder } = await openPages();
          const both = [await openWorkspace(folder), await openWorkspace(folder)] as [Workspace, Workspace];
          const models = both.map((ws) => ws.register(PageModel));
          const acknowledged: string[] = [];
          await Promise.all(
            steps.map(async ({ who, what, page }, n) => {
              const [ws, Page] = [both[who] as Workspace, models[who] as (typeof models)[0]];
              try {
                if (what === 'update') {
                  await ws.updateIndex(undefined, { discardChanges: true });
                  return;
                }
                const record =
                  (await Page.getOrNull(`p${page}`)) ?? new Page({ slug: `p${page}`, title: 'x' });
                record.title = `step ${n}`;
                const oid = await record.save(what === 'stage' ? {} : { commit: true, message: `step ${n}` });
                if (oid !== null) acknowledged.push(oid);
              } catch (error) {
                if (!(error instanceof GitModelError)) throw error;
              }
            }),
          );
          const there = git(folder, 'rev-list', '--all').split('\n').filter(Boolean);
          expect([...acknowledged].sort()).toEqual([...there].sort());
          expectLog(folder, there.length === 0 ? [] : git(folder, 'log', '--format=%s', 'main').split('\n'));
        },
      ),
      { numRuns: 15 },
    );
  });
});
