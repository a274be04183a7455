import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Workspace } from 'gitmodel';
import type { OpenOptions } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { commitFiles, git, temporaryFolder, temporaryRepository } from '../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace, watchRepository } from '../support/workspaces';

/** A repository with a commit on `main` and one on `draft`; HEAD names `main`. */
function repositoryWithBranches({ bare = false } = {}): string {
  const folder = temporaryRepository({ bare });
  const main = commitFiles(folder, 'refs/heads/main', { files: { 'a.txt': 'a' }, message: 'On main' });
  commitFiles(folder, 'refs/heads/draft', {
    files: { 'a.txt': 'a', 'b.txt': 'b' },
    message: 'On draft',
    parents: [main],
  });
  return folder;
}

describe('Workspace.open', () => {
  it('takes a work tree, a .git folder, and a bare repository', async () => {
    const folder = repositoryWithBranches();
    const bare = repositoryWithBranches({ bare: true });

    for (const place of [folder, path.join(folder, '.git'), `${folder}/`, path.relative('.', folder), bare]) {
      const ws = await openWorkspace(place);
      expect(ws.branch).toMatchObject({ name: 'main', commit: { message: 'On main' } });
      expect((await ws.index.read('a.txt')).toString()).toBe('a');
    }
  });

  it('takes a linked work tree, which has a HEAD of its own', async () => {
    const folder = repositoryWithBranches();
    const linked = path.join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', linked, 'draft');
    const ws = await openWorkspace(linked);
    await ws.index.addBlob('c.txt', 'c');
    await ws.commit({ message: 'From the linked work tree' });

    expect(ws.head).toBe('refs/heads/draft');
    expectLog(linked, ['From the linked work tree', 'On draft', 'On main']);
  });

  it('does not search the folders above', async () => {
    const folder = repositoryWithBranches();
    mkdirSync(path.join(folder, 'sub'));

    expect(await errorOf(() => Workspace.open(path.join(folder, 'sub')))).toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
    });
  });

  it('works on the branch that HEAD names', async () => {
    const folder = repositoryWithBranches();
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/draft');
    const ws = await openWorkspace(folder);

    expect(ws.head).toBe('refs/heads/draft');
    expect(ws.branch?.oid).toBe(git(folder, 'rev-parse', 'draft'));
  });

  it('works on an unborn branch, which the first commit brings into being', async () => {
    const folder = emptyRepository();
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
    const ws = await openWorkspace(folder);
    expect([ws.head, ws.branch]).toEqual(['refs/heads/trunk', null]);
    await ws.index.addBlob('a.txt', 'a');
    await ws.commit({ message: 'First' });

    expect(ws.branch?.name).toBe('trunk');
    expect(git(folder, 'log', '--format=%P')).toBe('');
    expectLog(folder, ['First'], 'trunk');
  });

  it('is on no branch when HEAD is detached', async () => {
    const folder = repositoryWithBranches();
    git(folder, 'checkout', '--quiet', '--detach', 'draft');
    const ws = await openWorkspace(folder);
    await ws.index.addBlob('c.txt', 'c');

    expect([ws.head, ws.branch]).toEqual([null, null]);
    expect((await ws.index.read('b.txt')).toString()).toBe('b');
    expect(await errorOf(() => ws.commit({ message: 'Nowhere' }))).toMatchObject({
      code: 'DETACHED_HEAD',
      message:
        'The workspace is not on a branch, so there is none to commit to. ' +
        'Create one with createBranch() and switch to it with setBranch(), or use createCommit().',
    });
  });

  it.each(['draft', 'refs/heads/draft'])('works on the branch that is given: %p', async (branch) => {
    const folder = repositoryWithBranches();
    const ws = await openWorkspace(folder, { branch });

    expect(ws.head).toBe('refs/heads/draft');
    expect((await ws.index.read('b.txt')).toString()).toBe('b');
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
  });

  it('works on a branch that is given and not yet born, which then has no parent', async () => {
    const folder = repositoryWithBranches();
    const ws = await openWorkspace(folder, { branch: 'orphan' });
    expect(ws.branch).toBeNull();
    await ws.index.addBlob('c.txt', 'c');
    await ws.commit({ message: 'Alone' });

    expect(git(folder, 'ls-tree', '--name-only', 'orphan')).toBe('c.txt');
    expectLog(folder, ['Alone'], 'orphan');
    expectLog(folder, ['On main'], 'main');
  });

  it('works on what HEAD names also when that is not a branch', async () => {
    const folder = repositoryWithBranches();
    git(folder, 'update-ref', 'refs/other/thing', 'main');
    writeFileSync(path.join(folder, '.git/HEAD'), 'ref: refs/other/thing\n');
    const ws = await openWorkspace(folder);
    await ws.index.addBlob('c.txt', 'c');

    expect([ws.head, ws.branch?.name]).toEqual(['refs/other/thing', 'refs/other/thing']);
    await ws.commit({ message: 'On another reference' });
    expectLog(folder, ['On another reference', 'On main'], 'refs/other/thing');
  });

  it('never touches HEAD, the index and the work tree', async () => {
    const folder = repositoryWithBranches();
    git(folder, 'reset', '--quiet', '--hard');
    const ws = await openWorkspace(folder, { branch: 'draft' });
    await ws.index.addBlob('c.txt', 'c');
    await ws.commit({ message: 'On draft too' });

    expect(git(folder, 'status', '--porcelain', '--branch')).toBe('## main');
    expectLog(folder, ['On draft too', 'On draft', 'On main'], 'draft');
  });
});

describe('Workspace.open with { create: true }', () => {
  it('makes a repository with a work tree, and the folders on the way to it', async () => {
    const folder = path.join(temporaryFolder(), 'deep', 'down');
    const ws = await Workspace.open(folder, { create: true });
    watchRepository(folder);
    await ws.index.addBlob('a.txt', 'a');
    await ws.commit({ message: 'First' });
    await ws.close();

    expect(git(folder, 'rev-parse', '--is-bare-repository')).toBe('false');
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expectLog(folder, ['First']);
  });

  it('makes a bare one with { bare: true }', async () => {
    const folder = path.join(temporaryFolder(), 'pages.git');
    const ws = await Workspace.open(folder, { create: true, bare: true });
    watchRepository(folder);
    await ws.close();

    expect(git(folder, 'rev-parse', '--is-bare-repository')).toBe('true');
    expect(existsSync(path.join(folder, '.git'))).toBe(false);
  });

  it('makes HEAD name the branch that is given', async () => {
    const folder = path.join(temporaryFolder(), 'pages');
    const ws = await Workspace.open(folder, { create: true, branch: 'trunk' });
    watchRepository(folder);
    expect(ws.head).toBe('refs/heads/trunk');
    await ws.close();

    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk');
  });

  it('makes one repository for all who ask for it at the same time', async () => {
    const folder = path.join(temporaryFolder(), 'shared');
    const all = await Promise.all(
      Array.from({ length: 8 }, () => Workspace.open(folder, { create: true, bare: true })),
    );

    expect(new Set(all.map((ws) => ws.repo.path())).size).toBe(1);
    await Promise.all(all.map((ws) => ws.close()));
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
  });

  it('opens what is there already, and leaves it as it is', async () => {
    const folder = repositoryWithBranches();
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/draft');
    const ws = await openWorkspace(folder, { create: true, bare: true });

    expect(ws.branch?.name).toBe('draft');
    expect(git(folder, 'rev-parse', '--is-bare-repository')).toBe('false');
  });

  it('fails with an error of its own when a file is in the way', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');

    expect(
      (await errorOf(() => Workspace.open(path.join(file, 'pages'), { create: true }))).message,
    ).toContain(file);
    expect((await errorOf(() => Workspace.open(file, { create: true }))).message).toContain(file);
  });
});

describe('Workspace.open without a repository', () => {
  it.each([
    ['nothing at the path', (): string => path.join(temporaryFolder(), 'missing')],
    ['an empty folder', temporaryFolder],
    [
      'a file',
      (): string => {
        const file = path.join(temporaryFolder(), 'file');
        writeFileSync(file, '');
        return file;
      },
    ],
    [
      'a folder with files',
      (): string => {
        const folder = temporaryFolder();
        writeFileSync(path.join(folder, 'HEAD'), 'ref: refs/heads/main\n');
        return folder;
      },
    ],
  ])('says so, and what to do: %s', async (_what, make) => {
    const folder = make();

    expect(await errorOf(() => Workspace.open(folder))).toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
      message: `There is no Git repository at "${folder}". Check the path, or pass { create: true }.`,
      details: { path: folder },
    });
  });

  it('says more when it is there but cannot be read', async () => {
    const folder = repositoryWithBranches();
    git(folder, 'config', 'core.repositoryFormatVersion', '99');

    expect(await errorOf(() => Workspace.open(folder))).toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
      details: { path: folder },
    });
    expect(await errorOf(() => Workspace.open(folder, { create: true }))).toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
    });
  });

  it('finds it where it was moved to', async () => {
    const folder = repositoryWithBranches();
    const moved = path.join(temporaryFolder(), 'moved');
    renameSync(folder, moved);

    expect(await errorOf(() => Workspace.open(folder))).toMatchObject({ code: 'REPOSITORY_NOT_FOUND' });
    expect((await openWorkspace(moved)).branch?.name).toBe('main');
  });
});

describe('Workspace.open of a damaged repository', () => {
  it('fails when the commit of the branch is missing, and names it', async () => {
    const folder = repositoryWithBranches();
    const oid = git(folder, 'rev-parse', 'main');
    git(folder, 'repack', '-adq');
    rmSync(path.join(folder, '.git/objects/pack'), { recursive: true });

    expect(await errorOf(() => Workspace.open(folder))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
      message: `The repository has no commit ${oid}.`,
      details: { oid },
    });
  });

  it('fails when HEAD is unreadable', async () => {
    const folder = repositoryWithBranches();
    writeFileSync(path.join(folder, '.git/HEAD'), 'ref: refs/heads/../../etc/passwd\n');

    expect((await errorOf(() => Workspace.open(folder))).code).toMatch(
      /^(INVALID_REFERENCE_NAME|GIT_ERROR)$/,
    );
  });

  it('fails with an error of its own when it must not be written to', async () => {
    const folder = repositoryWithBranches();
    const ws = await openWorkspace(folder);
    await ws.index.addBlob('c.txt', 'c');
    const objects = path.join(folder, '.git/objects');
    renameSync(objects, `${objects}-away`);
    writeFileSync(objects, '');
    const error = await errorOf(() => ws.commit({ message: 'No place to write to' }));
    rmSync(objects);
    renameSync(`${objects}-away`, objects);

    expect(error.code).toBe('OBJECT_WRITE_FAILED');
    expect(await ws.hasChanges()).toBe(true);
    await ws.commit({ message: 'Now there is' });
    expectLog(folder, ['Now there is', 'On main']);
  });
});

describe('The arguments of Workspace.open', () => {
  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['a text with NUL', 'a\0b'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a URL', new URL('file:///tmp')],
  ])('refuse a path that is %s', async (_what, place) => {
    expect(await errorOf(() => Workspace.open(place as string, { create: true }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'path', value: place },
    });
  });

  it.each([
    '',
    '/',
    'a b',
    'a..b',
    '.a',
    'a.lock',
    'a/',
    '/a',
    'a//b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    'a@{1}',
    'a.',
    '-a',
    'HEAD',
    'a\0',
    'a\n',
    '\ud800',
    'x'.repeat(300),
    5 as never,
    null as never,
    {} as never,
  ])('refuse the branch %j', async (branch) => {
    const folder = repositoryWithBranches();

    expect((await errorOf(() => Workspace.open(folder, { branch }))).code).toBe('INVALID_REFERENCE_NAME');
  });

  it.each<[OpenOptions, string]>([
    [{ author: { name: '', email: 'a' } }, 'author.name'],
    [{ timeZoneOffset: 0.5 }, 'timeZoneOffset'],
    [{ lockWaitTimeout: -1 }, 'lockWaitTimeout'],
    [{ lockWaitInterval: 0 }, 'lockWaitInterval'],
  ])('are checked before a repository is made: %j', async (options, option) => {
    const folder = path.join(temporaryFolder(), 'pages');

    expect(await errorOf(() => Workspace.open(folder, { create: true, ...options }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option },
    });
    expect(existsSync(folder)).toBe(false);
  });
});
