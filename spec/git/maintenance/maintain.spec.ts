import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { maintain } from '../../../lib/git/maintenance/maintain';
import type { MaintainOptions, MaintenanceDone } from '../../../lib/git/maintenance/maintain';
import { openRepository } from '../../../lib/git/repository';
import { commitFiles, git, temporaryFolder } from '../../support/temporary-repository';
import {
  addCommits,
  countOf,
  expectUnharmed,
  looseRepository,
  makeOld,
  objectsOf,
  packedRepository,
  packFiles,
} from './repositories';

async function run(folder: string, options?: MaintainOptions): Promise<MaintenanceDone> {
  const report = await maintain(await openRepository(folder), options);
  if (report.status === 'busy') throw new Error('Somebody else is at it.');
  return report;
}

describe('Maintaining a repository', () => {
  it('brings it in order, and tells what it did', async () => {
    const folder = packedRepository(4);
    addCommits(folder, 3);
    const garbage = path.join(folder, 'objects/tmp_obj_left');
    writeFileSync(garbage, 'half');
    makeOld(garbage);
    const before = objectsOf(folder);
    const loose = countOf(folder, 'count');

    const report = await run(folder);
    expect(report).toMatchObject({
      status: 'done',
      looseObjects: { packed: loose, left: 0 },
      packs: { before: 4, consolidated: 5, after: 1 },
      multiPackIndex: { status: 'up-to-date' },
      commitGraph: { status: 'written' },
      removed: { temporaryFiles: 1, keepFiles: 0, lockFiles: 0, bytes: 4 },
      problems: [],
    });
    expect(report.bytes.after).toBeLessThan(report.bytes.before);
    expect(report.milliseconds).toBeGreaterThanOrEqual(0);
    expectUnharmed(folder, before);
  });

  it('finds nothing to do the second time', async () => {
    const folder = looseRepository(2);
    await run(folder);
    const files = packFiles(folder, '');
    expect(await run(folder)).toMatchObject({ status: 'nothing-to-do', packs: { consolidated: 0 } });
    expect(packFiles(folder, '')).toEqual(files);
  });

  it('is right for an empty repository', async () => {
    expect(await run(looseRepository(0))).toMatchObject({ looseObjects: { packed: 0, left: 0 } });
  });

  it('tells how far it has come, step after step', async () => {
    const folder = packedRepository(2);
    addCommits(folder, 1);
    const steps: string[] = [];
    await run(folder, {
      progress: ({ step, done, total }) => {
        expect(done).toBeLessThanOrEqual(total);
        if (steps.at(-1) !== step) steps.push(step);
      },
    });
    expect(steps).toEqual(['clean-up', 'loose-objects', 'packs', 'indexes']);
  });

  it('does nothing while somebody else cleans up, and says who', async () => {
    const folder = looseRepository(2);
    writeFileSync(path.join(folder, 'gc.pid'), '1 another.example');
    expect(await maintain(await openRepository(folder))).toEqual({
      status: 'busy',
      holder: { pid: 1, host: 'another.example' },
    });
    expect(packFiles(folder, '')).toEqual([]);
  });

  it('runs once at a time', async () => {
    const folder = looseRepository(2);
    const repository = await openRepository(folder);
    const reports = await Promise.all([maintain(repository), maintain(repository)]);
    expect(reports.map(({ status }) => status).sort()).toEqual(['busy', 'done']);
    expect(reports).toContainEqual({ status: 'busy', holder: { pid: process.pid, host: hostname() } });
  });

  it.each(['clean-up', 'loose-objects', 'packs', 'indexes'] as const)(
    'can be stopped during the step "%s"; nothing is lost, and git may clean up again',
    async (stop) => {
      const folder = packedRepository(3);
      addCommits(folder, 2);
      const before = objectsOf(folder);
      const abort = new AbortController();
      const stopped = run(folder, {
        signal: abort.signal,
        progress: ({ step }) => {
          if (step === stop) abort.abort(new Error('enough'));
        },
      });
      await expect(stopped).rejects.toThrow('enough');
      expectUnharmed(folder, before);
      expect(packFiles(folder, '').filter((name) => name.startsWith('tmp_'))).toEqual([]);
      git(folder, 'gc', '--quiet');
      await expect(run(folder, { signal: abort.signal })).rejects.toThrow('enough');
      expect(existsSync(path.join(folder, 'gc.pid'))).toBe(false);
    },
  );

  it('does all the rest when a pack and an object are damaged, and tells of both', async () => {
    const folder = packedRepository(3);
    addCommits(folder, 2);
    const [name = ''] = packFiles(folder, '.idx');
    const oid = git(folder, 'rev-parse', 'main:folder-0/file-0');
    const object = path.join(folder, 'objects', oid.slice(0, 2), oid.slice(2));
    const index = path.join(folder, 'objects/pack', name);
    for (const file of [index, object]) {
      chmodSync(file, 0o644);
      writeFileSync(file, 'damaged');
    }
    const report = await run(folder);
    expect(report.problems.map((problem) => problem.path)).toEqual([object, index]);
    expect(report.looseObjects.left).toBe(1);
    expect(report.packs.after).toBe(2);
    expect(git(folder, 'log', '--format=%s', '-1')).toMatch(/^Commit/);
  });

  it('maintains the repository that a linked worktree belongs to', async () => {
    const folder = looseRepository(2);
    const worktree = path.join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', worktree, 'main');
    const before = objectsOf(folder);
    expect(await run(worktree)).toMatchObject({ looseObjects: { left: 0 } });
    expectUnharmed(folder, before);
    expect(git(worktree, 'status', '--porcelain')).toBe('');
  });

  it('leaves what belongs to alternates to them', async () => {
    const lender = packedRepository(3);
    const folder = looseRepository(0);
    writeFileSync(path.join(folder, 'objects/info/alternates'), `${path.join(lender, 'objects')}\n`);
    commitFiles(folder, 'refs/heads/main', { parents: [git(lender, 'rev-parse', 'main')] });
    const files = packFiles(lender, '');
    await run(folder);
    expect(packFiles(lender, '')).toEqual(files);
    expect(packFiles(folder, '.pack')).toHaveLength(1);
  });

  it.each<object>([{ progress: 'yes' }, { signal: {} }])('refuses %j', async (options) => {
    const repository = await openRepository(looseRepository(0));
    await expect(maintain(repository, options as MaintainOptions)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: Object.keys(options)[0] },
    });
  });
});
