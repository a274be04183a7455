import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Repository } from 'nodegit';
import { createRepository, openRepository } from '../../lib/git/repository';
import { errorOf } from '../support/error-of';
import {
  commitFiles,
  expectCleanRepository,
  git,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';

/** Where the parts of a repository are, relative to a folder. */
async function partsOf(opened: ReturnType<typeof openRepository>, folder: string): Promise<unknown> {
  const { handle, gitFolder, commonFolder, workFolder } = await opened;
  expect(handle).toBeInstanceOf(Repository);
  const relative = (part: string): string => path.relative(folder, part);
  return {
    git: relative(gitFolder),
    common: relative(commonFolder),
    work: workFolder === null ? null : relative(workFolder),
  };
}

const IN_DOT_GIT = { git: '.git', common: '.git', work: '' };

describe('a repository that is opened', () => {
  it.each([
    ['its work tree', ''],
    ['its .git folder', '.git'],
    ['its work tree, with a slash at the end', './'],
  ])('may be given as %s', async (_, given) => {
    const folder = temporaryRepository();
    expect(await partsOf(openRepository(`${folder}/${given}`), folder)).toEqual(IN_DOT_GIT);
  });

  it('may be given by a relative path', async () => {
    const folder = temporaryRepository();
    const opened = openRepository(path.relative(process.cwd(), folder));
    expect(await partsOf(opened, folder)).toEqual(IN_DOT_GIT);
  });

  it('has no work tree when it is bare', async () => {
    const folder = temporaryRepository({ bare: true });
    expect(await partsOf(openRepository(folder), folder)).toEqual({ git: '', common: '', work: null });
  });

  it.each(['', '/.git'])('may be a linked worktree, which shares all but HEAD and index: %j', async (end) => {
    const folder = temporaryRepository();
    commitFiles(folder, 'refs/heads/main');
    const linked = path.join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', '-b', 'other', linked, 'main');
    expect(await partsOf(openRepository(`${linked}${end}`), folder)).toEqual({
      git: '.git/worktrees/linked',
      common: '.git',
      work: path.relative(folder, linked),
    });
  });

  it('may have its folder elsewhere', async () => {
    const folder = temporaryFolder();
    git(folder, 'init', '--quiet', '--separate-git-dir=store', 'work');
    expect(await partsOf(openRepository(path.join(folder, 'work')), folder)).toEqual({
      git: 'store',
      common: 'store',
      work: 'work',
    });
  });
});

describe('a path without a repository', () => {
  it.each<[string, (folder: string) => string]>([
    ['a folder that does not exist', () => '/nonexistent/folder'],
    ['a plain folder', () => temporaryFolder()],
    ['a folder in a work tree', (folder) => path.join(folder, 'sub')],
    ['a folder inside .git', (folder) => path.join(folder, '.git/objects')],
    ['a file', (folder) => path.join(folder, 'sub/file')],
    ['nothing', () => ''],
    ['a repository without HEAD', (folder) => withoutPart(folder, 'HEAD')],
    ['a repository without objects', (folder) => withoutPart(folder, 'objects')],
  ])('is said to have none: %s', async (_, pathIn) => {
    const folder = temporaryRepository();
    mkdirSync(path.join(folder, 'sub'));
    writeFileSync(path.join(folder, 'sub/file'), '');
    const given = pathIn(folder);
    const error = await errorOf(() => openRepository(given));
    expect(error).toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
      message: `There is no Git repository at "${given}". Check the path, or pass { create: true }.`,
      details: { path: given },
    });
    expect(error.cause).toMatchObject({ errno: -3 });
  });
});

function withoutPart(folder: string, part: string): string {
  rmSync(path.join(folder, '.git', part), { recursive: true });
  return folder;
}

describe('a repository that libgit2 cannot open', () => {
  it.each<[string, (folder: string) => unknown, string]>([
    [
      'with oids of SHA-256',
      (folder) => {
        rmSync(path.join(folder, '.git'), { recursive: true });
        git(folder, 'init', '--quiet', '--object-format=sha256');
      },
      "unknown object format 'sha256'",
    ],
    [
      'of a later version',
      (folder) => git(folder, 'config', 'core.repositoryFormatVersion', '2'),
      'unsupported repository version 2; only versions up to 1 are supported',
    ],
    [
      'with an extension that is too new',
      (folder) => {
        git(folder, 'config', 'core.repositoryFormatVersion', '1');
        git(folder, 'config', 'extensions.refStorage', 'reftable');
      },
      'unsupported extension name extensions.refstorage',
    ],
    [
      'with a broken configuration',
      (folder) => {
        writeFileSync(path.join(folder, '.git/config'), '[core');
      },
      'failed to parse config file',
    ],
  ])('is refused with the reason: one %s', async (_, prepare, reason) => {
    const folder = temporaryRepository();
    prepare(folder);
    const error = await errorOf(() => openRepository(folder));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_REPOSITORY', details: { path: folder } });
    expect(error.message).toContain(`The repository at "${folder}" cannot be opened: ${reason}`);
  });

  // Only root can give a folder to somebody else.
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot.each([false, true])(
    'is refused with the remedy when it is of another user (bare: %s)',
    async (bare) => {
      const folder = temporaryRepository({ bare });
      for (const part of bare ? [''] : ['', '.git']) chownSync(path.join(folder, part), 12345, 12345);
      const error = await errorOf(() => openRepository(folder));
      expect(error).toMatchObject({
        code: 'UNSUPPORTED_REPOSITORY',
        message:
          `The repository at "${folder}" belongs to another user. If you trust it, run: ` +
          `git config --global --add safe.directory "${folder}"`,
        details: { path: folder },
      });
    },
  );
});

describe('a repository that is created', () => {
  const head = (gitFolder: string): string => readFileSync(path.join(gitFolder, 'HEAD'), 'utf8');

  it('has a work tree, and an unborn branch of the name that was asked for', async () => {
    const folder = path.join(temporaryFolder(), 'new');
    const created = createRepository(folder, { bare: false, initialBranch: 'refs/heads/trunk' });
    expect(await partsOf(created, folder)).toEqual(IN_DOT_GIT);
    expect(git(folder, 'status', '--porcelain', '--branch')).toBe('## No commits yet on trunk');
    expectCleanRepository(folder);
  });

  it('has no work tree when it is to be bare', async () => {
    const folder = path.join(temporaryFolder(), 'new.git');
    const created = createRepository(folder, { bare: true, initialBranch: 'refs/heads/main' });
    expect(await partsOf(created, folder)).toEqual({ git: '', common: '', work: null });
    expect(git(folder, 'rev-parse', '--is-bare-repository')).toBe('true');
    expectCleanRepository(folder);
  });

  it.each(['refs/heads/main', 'refs/heads/feature/one', 'refs/heads/refs/heads/odd', 'refs/heads/ä'])(
    'has the branch %s to begin with',
    async (initialBranch) => {
      const folder = temporaryFolder();
      await createRepository(folder, { bare: true, initialBranch });
      expect(head(folder)).toBe(`ref: ${initialBranch}\n`);
      expect(git(folder, 'symbolic-ref', 'HEAD')).toBe(initialBranch);
    },
  );

  it('may stand in folders that are yet to be made', async () => {
    const folder = path.join(temporaryFolder(), 'a/b/c');
    const created = createRepository(folder, { bare: false, initialBranch: 'refs/heads/main' });
    expect(await partsOf(created, folder)).toEqual(IN_DOT_GIT);
  });

  it('leaves files alone that are there', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'file'), 'content');
    await createRepository(folder, { bare: false, initialBranch: 'refs/heads/main' });
    expect(git(folder, 'status', '--porcelain')).toBe('?? file');
    expect(readFileSync(path.join(folder, 'file'), 'utf8')).toBe('content');
  });

  it('is opened when somebody else has made it in the meantime', async () => {
    const folder = temporaryRepository();
    const created = createRepository(folder, { bare: false, initialBranch: 'refs/heads/trunk' });
    expect(await partsOf(created, folder)).toEqual(IN_DOT_GIT);
    expect(head(path.join(folder, '.git'))).toBe('ref: refs/heads/main\n');
  });

  it('may be made side by side by many, who all get the same one', async () => {
    for (const bare of [false, true]) {
      const folder = path.join(temporaryFolder(), 'new');
      const options = { bare, initialBranch: 'refs/heads/main' };
      const opened = await Promise.all(Array.from({ length: 8 }, () => createRepository(folder, options)));
      expect(new Set(opened.map(({ gitFolder }) => gitFolder)).size).toBe(1);
      expect(readdirSync(path.dirname(folder))).toEqual(['new']);
      expect(readdirSync(folder).filter((name) => name.startsWith('.gitmodel'))).toEqual([]);
      expectCleanRepository(folder);
    }
  });

  // Root may mount file systems, though not in most containers.
  const withMount = canMount() ? it : it.skip;

  withMount.each([false, true])(
    'may be made in a folder where a file system is mounted (bare: %s)',
    async (bare) => {
      const folder = temporaryFolder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
      try {
        const { workFolder } = await createRepository(folder, { bare, initialBranch: 'refs/heads/main' });
        expect(workFolder === null).toBe(bare);
        expectCleanRepository(folder);
      } finally {
        execFileSync('umount', ['--lazy', folder]);
      }
    },
  );

  it('cannot be made where a file is', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, 'content');
    for (const given of [file, path.join(file, 'below')]) {
      const creation = createRepository(given, { bare: false, initialBranch: 'refs/heads/main' });
      const error = await errorOf(() => creation);
      expect(error).toMatchObject({
        code: 'GIT_ERROR',
        details: { operation: `create a repository at ${given}` },
      });
      expect(error.message).toContain(given);
    }
    expect(readFileSync(file, 'utf8')).toBe('content');
  });
});

/** Whether file systems can be mounted here: root can, outside of most containers. */
function canMount(): boolean {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gitmodel-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
