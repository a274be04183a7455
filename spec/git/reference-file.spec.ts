import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { swapBranchFile } from '../../lib/git/reference-file';
import { openRepository } from '../../lib/git/repository';
import type { GitRepository } from '../../lib/git/repository';
import { commitFiles, git, temporaryCopy, temporaryRepository } from '../support/temporary-repository';

const MAIN = 'refs/heads/main';

let original: string;
let one: string;
let two: string;
let folder: string;
let repository: GitRepository;

/** A bare repository with two commits, each in a file of its own, and the branch at the first. */
beforeAll(() => {
  original = temporaryRepository({ bare: true });
  one = commitFiles(original, MAIN, { files: { a: '1' } });
  two = commitFiles(original, 'refs/heads/other', { files: { a: '2' }, parents: [one] });
});

beforeEach(async () => {
  folder = temporaryCopy(original);
  repository = await openRepository(folder);
});

const tip = (): string => git(folder, 'rev-parse', MAIN);
const file = (name: string): string => path.join(folder, name);
const swap = (oid = two, expected: string | null = one, ref = MAIN): ReturnType<typeof swapBranchFile> =>
  swapBranchFile(repository, { ref, oid, expected }, 'git');

describe('A branch that is moved by its file', () => {
  it.each(['git', 'fsync'] as const)(
    'is where it should be, with the durability of %s',
    async (durability) => {
      expect(await swapBranchFile(repository, { ref: MAIN, oid: two, expected: one }, durability)).toBe(
        'moved',
      );
      expect(tip()).toBe(two);
      expect(readFileSync(file(MAIN), 'utf8')).toBe(`${two}\n`);
      expect(existsSync(file(`${MAIN}.lock`))).toBe(false);
    },
  );

  it('stays when it has another value than the expected one', async () => {
    expect(await swap(one, two)).toBe('modified');
    expect(tip()).toBe(one);
    expect(existsSync(file(`${MAIN}.lock`))).toBe(false);
  });

  it('stays while somebody holds its lock, which is left alone', async () => {
    writeFileSync(file(`${MAIN}.lock`), 'mine');
    expect(await swap()).toBe('locked');
    expect(tip()).toBe(one);
    expect(readFileSync(file(`${MAIN}.lock`), 'utf8')).toBe('mine');
  });

  it('keeps git from moving it at the same time', () => {
    writeFileSync(file(`${MAIN}.lock`), '');
    expect(() => git(folder, 'update-ref', MAIN, two)).toThrow(/main.lock/);
  });

  it('has one winner among many who move it', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => swap()));
    expect(all.filter((each) => each === 'moved')).toHaveLength(1);
    expect(tip()).toBe(two);
  });
});

describe('A branch is left to libgit2', () => {
  afterEach(() => {
    expect(existsSync(file(`${MAIN}.lock`))).toBe(false);
  });

  it('when it is to be new', async () => {
    expect(await swap(two, null)).toBe('unsuited');
    expect(await swap(two, one, 'refs/heads/missing')).toBe('unsuited');
  });

  it('when it has no file of its own', async () => {
    git(folder, 'pack-refs', '--all');
    expect(await swap()).toBe('unsuited');
    expect(tip()).toBe(one);
  });

  it('when it is no branch', async () => {
    git(folder, 'update-ref', 'refs/tags/v1', one);
    expect(await swap(two, one, 'refs/tags/v1')).toBe('unsuited');
  });

  it('when it is symbolic, a link, or damaged', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/alias', MAIN);
    symlinkSync('main', file('refs/heads/link'));
    writeFileSync(file('refs/heads/damaged'), '');
    for (const name of ['alias', 'link', 'damaged'])
      expect(await swap(two, one, `refs/heads/${name}`)).toBe('unsuited');
    expect(tip()).toBe(one);
  });

  it('when its moves are logged, or have been', async () => {
    mkdirSync(file('logs/refs/heads'), { recursive: true });
    writeFileSync(file(`logs/${MAIN}`), '');
    expect(await swap()).toBe('unsuited');
    rmSync(file('logs'), { recursive: true });
    git(folder, 'config', 'core.logAllRefUpdates', 'always');
    repository = await openRepository(folder);
    expect(await swap()).toBe('unsuited');
    git(folder, 'config', 'core.logAllRefUpdates', 'false');
    repository = await openRepository(folder);
    expect(await swap()).toBe('moved');
  });

  it('when the repository has a work tree, unless it keeps no logs', async () => {
    git(folder, 'config', 'core.bare', 'false');
    repository = await openRepository(folder);
    expect(repository.keepsLogs).toBe(true);
    expect(await swap()).toBe('unsuited');
  });

  it('when the commit has no file of its own, so that it may not be there at all', async () => {
    expect(await swap('0123456789'.repeat(4))).toBe('unsuited');
    git(folder, 'gc', '--quiet');
    git(folder, 'update-ref', MAIN, two);
    git(folder, 'update-ref', MAIN, one);
    expect(await swap()).toBe('unsuited');
  });
});
