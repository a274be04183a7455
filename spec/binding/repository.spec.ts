import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Reference, Repository } from 'nodegit';
import { runChild } from '../support/child-process';
import { untyped, untypedRepository } from '../support/nodegit-untyped';
import { commitFiles, git, temporaryFolder, temporaryRepository } from '../support/temporary-repository';

const MAIN = 'refs/heads/main';
const MUST_NOT_EXIST = '0'.repeat(40);

/** `git_repository_open_flag_t`. */
const { OPEN_NO_SEARCH, OPEN_BARE, OPEN_NO_DOTGIT } = untyped.Repository.OPEN_FLAG;

/** `git_repository_init_flag_t`. */
const { BARE = 0, NO_REINIT = 0, MKPATH = 0 } = untyped.Repository.INIT_FLAG;

let folder: string;

beforeEach(() => {
  folder = temporaryRepository();
  mkdirSync(path.join(folder, 'below'));
});

/** A folder with a linked worktree of the repository, on the branch `linked`. */
function linkedWorktree(): string {
  commitFiles(folder, MAIN);
  const worktree = path.join(temporaryFolder(), 'linked');
  git(folder, 'worktree', 'add', '--quiet', '-b', 'linked', worktree, MAIN);
  return worktree;
}

describe('Repository.open', () => {
  test.each(['', '/', '/.git', '/.git/'])(
    'opens a work tree by its folder and its .git folder: %j',
    async (end) => {
      const repository = await Repository.open(`${folder}${end}`);

      expect(repository.path()).toBe(`${folder}/.git/`);
      expect(repository.commondir()).toBe(`${folder}/.git/`);
      expect(repository.workdir()).toBe(`${folder}/`);
    },
  );

  test('opens a bare repository, which has no work tree', async () => {
    const bare = temporaryRepository({ bare: true });
    const repository = await Repository.open(bare);

    expect(repository.path()).toBe(`${bare}/`);
    expect(untypedRepository(repository).workdir()).toBeUndefined();
  });

  test('opens a linked worktree: its own folder and the common one differ', async () => {
    const worktree = linkedWorktree();

    for (const opened of [worktree, `${worktree}/.git`, `${folder}/.git/worktrees/linked`]) {
      const repository = await Repository.open(opened);
      expect(repository.path()).toBe(`${folder}/.git/worktrees/linked/`);
      expect(repository.commondir()).toBe(`${folder}/.git/`);
      expect(repository.workdir()).toBe(`${worktree}/`);
      expect(untypedRepository(repository).isWorktree()).toBe(1);
    }
  });

  test('resolves links and a path relative to the working directory', async () => {
    const link = path.join(temporaryFolder(), 'link');
    symlinkSync(folder, link);

    for (const opened of [link, path.relative(process.cwd(), folder)]) {
      expect((await Repository.open(opened)).path()).toBe(`${folder}/.git/`);
    }
  });

  test('takes a path up to a NUL', async () => {
    expect((await Repository.open(`${folder}\0/elsewhere`)).path()).toBe(`${folder}/.git/`);
  });

  test('rejects with -3 what is no repository, and looks in no folder above', async () => {
    const ordinary = temporaryFolder();
    writeFileSync(path.join(ordinary, 'file'), '');
    mkdirSync(path.join(ordinary, 'dangling'));
    writeFileSync(path.join(ordinary, 'dangling/.git'), 'gitdir: ../nowhere\n');

    for (const wrong of [
      '',
      ordinary,
      path.join(ordinary, 'file'),
      path.join(ordinary, 'missing'),
      path.join(ordinary, 'dangling'),
      path.join(folder, 'below'),
      path.join(folder, '.git/objects'),
    ]) {
      await expect(Repository.open(wrong)).rejects.toMatchObject({ errno: -3 });
    }
  });

  test('rejects with -21 what keeps SHA-256 objects', async () => {
    const sha256 = temporaryFolder();
    git(sha256, 'init', '--quiet', '--object-format=sha256');

    await expect(Repository.open(sha256)).rejects.toMatchObject({
      errno: -21,
      message: "unknown object format 'sha256'",
    });
  });

  test.each([
    [
      'a partial clone',
      'extensions.partialClone',
      'origin',
      'unsupported extension name extensions.partialclone',
    ],
    [
      'references in tables',
      'extensions.refStorage',
      'reftable',
      'unsupported extension name extensions.refstorage',
    ],
    ['a version to come', 'core.repositoryFormatVersion', '2', 'unsupported repository version 2'],
  ])('rejects with -1 what libgit2 does not support: %s', async (_, key, value, message) => {
    git(folder, 'config', 'core.repositoryFormatVersion', '1');
    git(folder, 'config', key, value);

    await expect(Repository.open(folder)).rejects.toMatchObject({
      errno: -1,
      message: expect.stringContaining(message) as unknown,
    });
  });

  // Only root can give a folder to somebody else.
  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('rejects with -36 what belongs to another user', async () => {
    execFileSync('chown', ['-R', '12345', folder]);

    for (const opened of [folder, `${folder}/.git`]) {
      await expect(Repository.open(opened)).rejects.toMatchObject({
        errno: -36,
        message: expect.stringContaining('is not owned by current user') as unknown,
      });
    }
  });

  asRoot('opens what belongs to another user when the user’s configuration calls it safe', () => {
    execFileSync('chown', ['-R', '12345', folder]);
    const home = temporaryFolder();
    git(folder, 'config', '--file', path.join(home, '.gitconfig'), 'safe.directory', folder);

    const program = `console.log((await nodegit.Repository.open(process.argv[1])).path());`;
    const child = runChild(program, { args: [folder], env: { HOME: home } });
    expect(child).toMatchObject({ status: 0, stdout: `${folder}/.git/\n` });
  });
});

describe('Repository.openExt', () => {
  test('searches the folders above, unless told not to or only up to a ceiling', async () => {
    const below = path.join(folder, 'below');

    expect((await Repository.openExt(below, 0, '')).path()).toBe(`${folder}/.git/`);
    await expect(Repository.openExt(below, OPEN_NO_SEARCH, '')).rejects.toMatchObject({ errno: -3 });
    await expect(Repository.openExt(below, 0, folder)).rejects.toMatchObject({ errno: -3 });
  });

  test('can leave the work tree out of account, given the .git folder itself', async () => {
    const flags = Number(OPEN_NO_SEARCH) | Number(OPEN_BARE);
    const repository = await Repository.openExt(`${folder}/.git`, flags, '');

    expect([repository.isBare(), untypedRepository(repository).workdir()]).toEqual([1, undefined]);
    for (const flag of [OPEN_BARE, OPEN_NO_DOTGIT]) {
      await expect(Repository.openExt(folder, flag, '')).rejects.toMatchObject({ errno: -3 });
    }
  });

  test('needs a string for the ceilings', async () => {
    await expect(Repository.openExt(folder, 0)).rejects.toThrow('String ceiling_dirs is required.');
  });
});

describe('Repository.initExt', () => {
  test.each([0, 1])('makes a repository with all folders on the way (bare: %i)', async (bare) => {
    const made = path.join(temporaryFolder(), 'deep/er');
    const flags = MKPATH | (bare ? BARE : 0);
    const repository = await Repository.initExt(made, { flags, initialHead: 'trunk' });

    expect(repository.isBare()).toBe(bare);
    expect(repository.path()).toBe(bare ? `${made}/` : `${made}/.git/`);
    expect(git(made, 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk');
    expect(git(made, 'config', 'core.bare')).toBe(bare ? 'true' : 'false');
  });

  test('takes a branch or a full reference for HEAD, and does not check the name', async () => {
    const heads = { 'refs/heads/full': 'refs/heads/full', 'a b': 'refs/heads/a b' };

    for (const [initialHead, stored] of Object.entries(heads)) {
      const made = temporaryFolder();
      await Repository.initExt(made, { flags: MKPATH, initialHead });
      expect(readFileSync(path.join(made, '.git/HEAD'), 'utf8')).toBe(`ref: ${stored}\n`);
    }
  });

  test('leaves an existing repository and its HEAD as they are, or rejects with -4 under NO_REINIT', async () => {
    const tip = commitFiles(folder, MAIN);
    await Repository.initExt(folder, { flags: MKPATH, initialHead: 'other' });
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe(MAIN);
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(tip);

    await expect(Repository.initExt(folder, { flags: MKPATH | NO_REINIT })).rejects.toMatchObject({
      errno: -4,
    });
  });

  test('makes no folders on the way without MKPATH', async () => {
    const made = path.join(temporaryFolder(), 'deep/er');

    await expect(Repository.initExt(made, { flags: 0 })).rejects.toMatchObject({ errno: -1 });
  });
});

describe('What a repository says of itself', () => {
  test('is 1 and 0, not true and false', async () => {
    const repository = await Repository.open(folder);

    expect([repository.isBare(), repository.headUnborn(), repository.headDetached()]).toEqual([0, 1, 0]);
    expect(repository.isShallow()).toBe(0);
  });

  test('is that it is not empty, in isEmpty, as soon as HEAD names another branch than the default', async () => {
    git(folder, 'config', 'init.defaultBranch', 'main');
    expect((await Repository.open(folder)).isEmpty()).toBe(1);

    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/other');
    const repository = await Repository.open(folder);
    expect([repository.isEmpty(), repository.headUnborn()]).toEqual([0, 1]);
  });
});

describe('HEAD', () => {
  test('that names a branch without commits: head() rejects with -9, Reference.lookup tells the branch', async () => {
    const repository = await Repository.open(folder);

    await expect(repository.head()).rejects.toMatchObject({ errno: -9 });
    await expect(repository.getHeadCommit()).resolves.toBeNull();
    expect((await Reference.lookup(repository, 'HEAD')).symbolicTarget()).toBe(MAIN);
  });

  test('that is at a commit itself: head() is a reference named HEAD', async () => {
    const tip = commitFiles(folder, MAIN);
    git(folder, 'checkout', '--quiet', '--detach', tip);
    const repository = await Repository.open(folder);
    const head = await repository.head();

    expect([repository.headDetached(), head.name(), head.isBranch()]).toEqual([1, 'HEAD', 0]);
    expect(head.target().tostrS()).toBe(tip);
  });

  test('can be made to name a branch, which need not exist', async () => {
    const repository = await Repository.open(folder);
    await repository.setHead('refs/heads/elsewhere');

    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/elsewhere');
  });

  test('is rejected with -14 while HEAD.lock is there', async () => {
    const repository = await Repository.open(folder);
    writeFileSync(path.join(folder, '.git/HEAD.lock'), '');

    await expect(repository.setHead('refs/heads/elsewhere')).rejects.toMatchObject({ errno: -14 });
  });

  test('is a linked worktree’s own; branches belong to all', async () => {
    const worktree = linkedWorktree();
    const linked = await Repository.open(worktree);
    const tip = git(folder, 'rev-parse', MAIN);
    await untyped.Reference.createMatching(linked, 'refs/heads/shared', tip, 1, MUST_NOT_EXIST, '');

    expect((await linked.head()).name()).toBe('refs/heads/linked');
    expect(git(folder, 'rev-parse', 'refs/heads/shared')).toBe(tip);
    await linked.setHead('refs/heads/shared');
    expect(git(worktree, 'symbolic-ref', 'HEAD')).toBe('refs/heads/shared');
    expect(git(folder, 'symbolic-ref', 'HEAD')).toBe(MAIN);
  });
});

test('replacement references (git replace) are not followed, other than by git', async () => {
  const original = commitFiles(folder, MAIN, { message: 'original' });
  const replacement = commitFiles(folder, 'refs/heads/other', { message: 'replacement' });
  git(folder, 'replace', original, replacement);
  const repository = await Repository.open(folder);

  expect(git(folder, 'log', '--format=%s', original)).toBe('replacement');
  expect((await repository.getCommit(original)).message()).toBe('original');
});
