import {
  existsSync,
  readdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import path from 'node:path';
import type { MaintenanceProgress } from '../../../lib/git/maintenance/step';
import { packLooseObjects } from '../../../lib/git/maintenance/loose-packer';
import {
  commitFiles,
  expectCleanRepository,
  git,
  runGit,
  temporaryFolder,
} from '../../support/temporary-repository';
import {
  addCommits,
  contextOf,
  countOf,
  danglingBlob,
  expectUnharmed,
  looseFile,
  looseRepository,
  makeOld,
  objectsOf,
  packFiles,
} from './repositories';

describe('Packing loose objects', () => {
  it('makes one pack of all that references lead to, with the very same objects', async () => {
    const folder = looseRepository();
    git(folder, 'tag', '-a', '-m', 'A tag', 'v1', 'main~3');
    git(folder, 'update-ref', 'refs/notes/one', 'main~5');
    git(folder, 'pack-refs', '--all');
    const before = objectsOf(folder);

    expect(await packLooseObjects(contextOf(folder))).toEqual({ packed: before.length, left: 0 });
    expect(countOf(folder, 'count')).toBe(0);
    expect(packFiles(folder, '.pack')).toHaveLength(1);
    expectUnharmed(folder, before);
  });

  it('does nothing where there is nothing', async () => {
    const folder = looseRepository(0);
    expect(await packLooseObjects(contextOf(folder))).toEqual({ packed: 0, left: 0 });
    expect(readdirSync(path.join(folder, 'objects/pack'))).toEqual([]);
  });

  it('packs what is new on top of packs', async () => {
    const folder = looseRepository(3);
    await packLooseObjects(contextOf(folder));
    addCommits(folder, 3);
    const before = objectsOf(folder);
    const { packed, left } = await packLooseObjects(contextOf(folder));

    expect(packed).toBeGreaterThan(0);
    expect(left).toBe(0);
    expect(packFiles(folder, '.pack')).toHaveLength(2);
    expectUnharmed(folder, before);
  });

  it('packs what is loose behind commits in packs', async () => {
    const folder = looseRepository(3);
    const base = git(folder, 'rev-parse', 'main');
    // What is made on top comes in a pack alone, as a commit of many objects does.
    const files = { 'one/file': 'One', 'two/file': 'Two' };
    const top = commitFiles(folder, 'refs/heads/main', { files, parents: [base], message: 'Top' });
    git(folder, 'tag', '-a', '-m', 'On top', 'v9', top);
    git(folder, '-c', 'gc.auto=0', 'pack-refs', '--all');
    const input = git(folder, 'rev-list', '--objects', `${base}..${top}`).split('\n');
    const oids = input.map((line) => line.slice(0, 40)).join('\n');
    const prefix = path.join(folder, 'objects/pack/pack');
    runGit(folder, ['pack-objects', '-q', prefix], { input: oids });
    git(folder, 'prune-packed', '-q');
    const before = objectsOf(folder);

    const { left } = await packLooseObjects(contextOf(folder));
    expect(left).toBe(0);
    expect(countOf(folder, 'count')).toBe(0);
    expectUnharmed(folder, before);
  });

  it('tells how far it has come', async () => {
    const folder = looseRepository(2);
    const context = contextOf(folder);
    await packLooseObjects(context);
    const total = countOf(folder, 'in-pack');
    expect(context.told.at(0)).toEqual({ step: 'loose-objects', done: 0, total });
    expect(context.told.at(-1)).toEqual({ step: 'loose-objects', done: total, total });
  });

  it('stops when it is told to, and leaves no temporary file', async () => {
    const folder = looseRepository(2);
    const before = objectsOf(folder);
    const abort = new AbortController();
    const context = contextOf(folder, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(packLooseObjects(context)).rejects.toThrow('enough');
    expect(readdirSync(path.join(folder, 'objects/pack'))).toEqual([]);
    expectUnharmed(folder, before);
  });

  describe('leaves alone what nothing refers to', () => {
    it('while it is young, so that "git repack -a -d" does not drop it', async () => {
      const folder = looseRepository(2);
      const blob = danglingBlob(folder, 'about to be referred to');
      const tree = runGit(folder, ['mktree'], { input: `100644 blob ${blob}\tfile\n` })
        .toString()
        .trim();
      const commit = git(folder, 'commit-tree', '-m', 'In flight', tree);
      const before = objectsOf(folder);

      expect((await packLooseObjects(contextOf(folder))).left).toBe(3);
      git(folder, 'repack', '-a', '-d', '-q');
      git(folder, 'update-ref', 'refs/heads/late', commit);
      expectUnharmed(folder, before);
    });

    it('also what only an index or the log of a reference refers to', async () => {
      const folder = looseRepository(2);
      git(folder, 'config', 'core.logAllRefUpdates', 'always');
      git(folder, 'update-ref', 'refs/heads/side', 'main');
      const tree = git(folder, 'rev-parse', 'main^{tree}');
      const amended = git(folder, 'commit-tree', '-m', 'Amended away', tree);
      git(folder, 'update-ref', 'refs/heads/side', amended);
      git(folder, 'update-ref', 'refs/heads/side', 'main');
      const staged = danglingBlob(folder, 'staged');
      git(folder, 'update-index', '--add', '--cacheinfo', `100644,${staged},file`);

      await packLooseObjects(contextOf(folder));
      for (const oid of [amended, staged]) expect(existsSync(looseFile(folder, oid))).toBe(true);
      expectCleanRepository(folder);
    });

    it('but packs it when nobody has used it for two weeks', async () => {
      const folder = looseRepository(2);
      const old = danglingBlob(folder, 'old');
      const young = danglingBlob(folder, 'young');
      makeOld(looseFile(folder, old));
      const before = objectsOf(folder);

      expect((await packLooseObjects(contextOf(folder))).left).toBe(1);
      expect(existsSync(looseFile(folder, old))).toBe(false);
      expect(existsSync(looseFile(folder, young))).toBe(true);
      expectUnharmed(folder, before);
    });

    it('and keeps the file of one that a writer finds and refreshes in the middle of it', async () => {
      const folder = looseRepository(2);
      const old = danglingBlob(folder, 'old');
      makeOld(looseFile(folder, old));
      const context = contextOf(folder);
      const progress = ({ done, total }: MaintenanceProgress): void => {
        // When it is in the pack, and its file is still there.
        if (done === total) utimesSync(looseFile(folder, old), new Date(), new Date());
      };
      // Every object in a turn of its own.
      const now = jest.spyOn(performance, 'now');
      let time = 0;
      now.mockImplementation(() => (time += 10));
      await packLooseObjects({ ...context, progress });
      now.mockRestore();
      expect(existsSync(looseFile(folder, old))).toBe(true);
      expect(countOf(folder, 'prune-packable')).toBe(1);
    });
  });

  it('takes HEADs of all worktrees for references', async () => {
    const folder = looseRepository(3);
    const tree = git(folder, 'rev-parse', 'main^{tree}');
    const detached = git(folder, 'commit-tree', '-m', 'Detached', tree);
    const worktree = path.join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', '--detach', worktree, detached);
    expect((await packLooseObjects(contextOf(folder))).left).toBe(0);
    git(folder, 'repack', '-a', '-d', '-q');
    expect(git(worktree, 'log', '--format=%s')).toBe('Detached');
  });

  it('leaves damaged objects as they are, and tells which', async () => {
    const folder = looseRepository(2, 3);
    const oid = git(folder, 'rev-parse', 'main:folder-0/file-0');
    const file = looseFile(folder, oid);
    chmodSync(file, 0o644);
    truncateSync(file, statSync(file).size - 8);
    const context = contextOf(folder);

    expect((await packLooseObjects(context)).left).toBe(1);
    expect(context.problems).toEqual([
      { path: file, message: expect.stringContaining(`The object ${oid} is damaged: `) as string },
    ]);
    expect(existsSync(file)).toBe(true);
    const [name = ''] = packFiles(folder, '.idx');
    git(folder, 'verify-pack', path.join(folder, 'objects/pack', name));
  });

  it('leaves an object under a wrong name where it is', async () => {
    const folder = looseRepository(2, 3);
    const [oid, other] = git(folder, 'rev-parse', 'main:folder-0/file-0', 'main:folder-1/file-1').split(
      '\n',
    ) as [string, string];
    chmodSync(looseFile(folder, oid), 0o644);
    writeFileSync(looseFile(folder, oid), runGit(folder, ['cat-file', 'blob', other]));
    const context = contextOf(folder);
    await packLooseObjects(context);
    expect(context.problems).toHaveLength(1);
    expect(existsSync(looseFile(folder, oid))).toBe(true);
  });

  it('leaves large objects in files of their own', async () => {
    const folder = looseRepository(0);
    const large = 'x'.repeat(17 * 1024 * 1024);
    commitFiles(folder, 'refs/heads/main', { files: { large, small: 'small' } });
    const oid = git(folder, 'rev-parse', 'main:large');
    const before = objectsOf(folder);
    const context = contextOf(folder);

    expect((await packLooseObjects(context)).left).toBe(1);
    expect(existsSync(looseFile(folder, oid))).toBe(true);
    expect(context.problems).toEqual([]);
    expectUnharmed(folder, before);
  });

  it('packs what a pack has already, rather than trust that pack', async () => {
    const folder = looseRepository(2);
    const before = objectsOf(folder);
    git(folder, 'repack', '-q');
    expect(countOf(folder, 'prune-packable')).toBe(before.length);
    expect((await packLooseObjects(contextOf(folder))).left).toBe(0);
    expect(countOf(folder, 'count')).toBe(0);
    expectUnharmed(folder, before);
  });

  it('leaves the objects of alternates to them', async () => {
    const lender = looseRepository(3);
    const folder = looseRepository(0);
    writeFileSync(path.join(folder, 'objects/info/alternates'), `${path.join(lender, 'objects')}\n`);
    const base = git(lender, 'rev-parse', 'main');
    commitFiles(folder, 'refs/heads/main', { files: { own: 'own' }, parents: [base] });
    const loose = countOf(lender, 'count');

    expect(await packLooseObjects(contextOf(folder))).toEqual({ packed: 3, left: 0 });
    expect(countOf(folder, 'in-pack')).toBe(3);
    expect(countOf(lender, 'count')).toBe(loose);
    expectCleanRepository(folder);
  });
});
