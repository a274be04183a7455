import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConcurrentUpdateError } from '../../lib/errors';
import * as durable from '../../lib/git/durable';
import { deleteReferenceFile, renameReferenceFile, swapReferenceFile } from '../../lib/git/reference-file';
import { compareAndSwap, readReference } from '../../lib/git/references';
import type { ChangeOutcome } from '../../lib/git/reference-file';
import { openRepository } from '../../lib/git/repository';
import type { GitRepository } from '../../lib/git/repository';
import {
  commitFiles,
  ENVIRONMENT,
  git,
  IDENTITY,
  temporaryCopy,
  temporaryRepository,
} from '../support/temporary-repository';
import { open, WAIT, writeCommit } from './opened';

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
const swap = (oid = two, expected: string | null = one, ref = MAIN): ReturnType<typeof swapReferenceFile> =>
  swapReferenceFile(repository, { ref, oid, expected, logMessage: 'changed' }, 'git');

describe('A branch that is moved by its file', () => {
  it.each(['git', 'fsync'] as const)(
    'is where it should be, with the durability of %s',
    async (durability) => {
      const update = { ref: MAIN, oid: two, expected: one, logMessage: 'changed' };
      expect(await swapReferenceFile(repository, update, durability)).toBe('changed');
      expect(tip()).toBe(two);
      expect(readFileSync(file(MAIN), 'utf8')).toBe(`${two}\n`);
      expect(existsSync(file(`${MAIN}.lock`))).toBe(false);
    },
  );

  it('leaves the lock of the next one alone when its folder cannot be synced after the move', async () => {
    // A disk that fails cannot be provoked.
    const sync = jest.spyOn(durable, 'syncAll').mockImplementation(() => {
      writeFileSync(file(`${MAIN}.lock`), '');
      return Promise.reject(new Error('EIO'));
    });
    try {
      const update = { ref: MAIN, oid: two, expected: one, logMessage: 'changed' };
      await expect(swapReferenceFile(repository, update, 'fsync')).rejects.toThrow('EIO');
    } finally {
      sync.mockRestore();
    }
    expect(existsSync(file(`${MAIN}.lock`))).toBe(true);
    expect(tip()).toBe(two);
  });

  it('is where it should be, also when the commit is in a pack', async () => {
    git(folder, 'gc', '--quiet');
    expect(await swap()).toBe('changed');
    expect(tip()).toBe(two);
  });

  it('may be any other reference, as a tag', async () => {
    git(folder, 'update-ref', 'refs/tags/v1', one);
    expect(await swap(two, one, 'refs/tags/v1')).toBe('changed');
    expect(await swap(two, null, 'refs/own/deep/x')).toBe('changed');
    expect([git(folder, 'rev-parse', 'v1'), git(folder, 'rev-parse', 'refs/own/deep/x')]).toEqual([two, two]);
  });

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
    expect(all.filter((each) => each === 'changed')).toHaveLength(1);
    expect(tip()).toBe(two);
  });
});

describe('A branch without a file of its own', () => {
  it('is moved from where packed-refs has it, also when the folder of its file is gone', async () => {
    const ref = 'refs/heads/deep/down';
    git(folder, 'update-ref', ref, one);
    git(folder, 'pack-refs', '--all');
    expect(existsSync(file('refs/heads/deep'))).toBe(false);
    expect(await swap(one, two, ref)).toBe('modified');
    expect(await swap(two, one, ref)).toBe('changed');
    expect(git(folder, 'rev-parse', ref)).toBe(two);
    expect(git(folder, 'rev-parse', MAIN)).toBe(one);
  });

  it('has the value of the file as soon as there is one', async () => {
    git(folder, 'pack-refs', '--all');
    await swap();
    expect(await swap(two, one)).toBe('modified');
    expect(await swap(one, two)).toBe('changed');
  });

  it('is made when it is to be new, and only then', async () => {
    const ref = 'refs/heads/deep/down';
    expect(await swap(two, one, ref)).toBe('modified');
    expect(await swap(two, null, ref)).toBe('changed');
    expect(git(folder, 'rev-parse', ref)).toBe(two);
    expect(await swap(one, null, ref)).toBe('modified');
    git(folder, 'pack-refs', '--all');
    expect(await swap(one, null, ref)).toBe('modified');
    expect(git(folder, 'rev-parse', ref)).toBe(two);
  });

  it('takes the place of empty folders, of whatever depth, but of no file', async () => {
    mkdirSync(file('refs/heads/new/empty/below'), { recursive: true });
    expect(await swap(two, null, 'refs/heads/new')).toBe('changed');
    mkdirSync(file('refs/heads/full/below'), { recursive: true });
    writeFileSync(file('refs/heads/full/below/file'), '');
    expect(await swap(two, null, 'refs/heads/full')).toBe('unsuited');
    expect(existsSync(file('refs/heads/full/below/file'))).toBe(true);
    expect(existsSync(file('refs/heads/full.lock'))).toBe(false);
    rmSync(file('refs/heads/full'), { recursive: true });
  });

  it.each([
    ['a file', () => undefined],
    ['packed', () => git(folder, 'pack-refs', '--all')],
  ])('is not made beside one whose name collides, %s', async (_, prepare) => {
    git(folder, 'update-ref', 'refs/heads/a/b', one);
    git(folder, 'update-ref', 'refs/heads/c', one);
    prepare();
    for (const name of ['a', 'a/b/c', 'c/d', 'c/d/e']) {
      expect(await swap(two, null, `refs/heads/${name}`)).toBe('unsuited');
      expect(git(folder, 'for-each-ref', `refs/heads/${name}`, '--format=%(objectname)')).not.toContain(two);
    }
  });

  it('is not moved while somebody holds its lock', async () => {
    git(folder, 'pack-refs', '--all');
    writeFileSync(file(`${MAIN}.lock`), 'mine');
    expect(await swap()).toBe('locked');
    rmSync(file(`${MAIN}.lock`));
  });
});

describe('With stock git at work beside it,', () => {
  it('no move is lost while references are packed, and branches come and go', async () => {
    const script = `
      for i in $(seq 40); do
        git pack-refs --all
        git update-ref refs/heads/deep/other ${one} && git update-ref -d refs/heads/deep/other
        tip=$(git rev-parse ${MAIN})
        next=$(git commit-tree -p $tip -m git $tip^{tree})
        git update-ref ${MAIN} $next $tip 2>/dev/null && echo $next
      done`;
    const beside = spawn('bash', ['-c', script], { cwd: folder, env: ENVIRONMENT });
    const theirs: string[] = [];
    beside.stdout.on('data', (chunk: Buffer) => theirs.push(...chunk.toString().split('\n').filter(Boolean)));
    let isOver = false;
    const over = once(beside, 'close').then(() => (isOver = true));
    const { objects } = await open(folder);
    const author = { ...IDENTITY, time: new Date(), offset: 0 };
    const fields = { tree: git(folder, 'rev-parse', `${one}^{tree}`), author, committer: author };
    const ours: string[] = [];
    const wait = { timeout: 20_000, interval: 2 };
    for (let n = 0; !isOver; n++) {
      const expected = await readReference(repository, MAIN);
      const parents = expected === null ? [] : [expected];
      const oid = await writeCommit(objects, { ...fields, message: `ours ${n}`, parents });
      const update = { ref: MAIN, oid, expected, logMessage: 'ours' };
      try {
        await compareAndSwap(repository, update, wait, 'fsync');
        ours.push(oid);
      } catch (error) {
        expect(error).toBeInstanceOf(ConcurrentUpdateError);
      }
      // Its folder is one that git removes while it is empty.
      const made = { ref: `refs/heads/deep/new-${n}`, oid: one, expected: null, logMessage: 'new' };
      await compareAndSwap(repository, made, wait);
      // A pause now and then, or git, which starts three processes for a move, would never be in time.
      await sleep(n % 4 === 0 ? 30 : 0);
    }
    await over;
    const history = new Set(git(folder, 'rev-list', MAIN).split('\n'));
    expect(ours.length).toBeGreaterThan(0);
    expect(theirs.length).toBeGreaterThan(0);
    expect([...ours, ...theirs].filter((oid) => !history.has(oid))).toEqual([]);
    expect(history.size).toBe(ours.length + theirs.length + 1);
    const names = git(folder, 'for-each-ref', '--format=%(refname)', 'refs/heads/deep').split('\n');
    expect(names.length).toBeGreaterThan(0);
  }, 60_000);
});

describe('A branch is left to libgit2', () => {
  afterEach(() => {
    expect(existsSync(file(`${MAIN}.lock`))).toBe(false);
  });

  it('when it is one that each work tree has for itself, or no reference at all', async () => {
    for (const ref of ['refs/bisect/bad', 'refs/worktree/a', 'refs/rewritten/a', 'hooks/post-commit'])
      expect(await swap(two, null, ref)).toBe('unsuited');
  });

  it('when it is symbolic, a link, or damaged', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/alias', MAIN);
    symlinkSync('main', file('refs/heads/link'));
    writeFileSync(file('refs/heads/damaged'), '');
    for (const name of ['alias', 'link', 'damaged'])
      expect(await swap(two, one, `refs/heads/${name}`)).toBe('unsuited');
    expect(tip()).toBe(one);
  });

  it('when the object is not there', async () => {
    expect(await swap('0123456789'.repeat(4))).toBe('unsuited');
  });
});

/** Puts a branch into a file and into packed-refs. */
function makeBoth(): void {
  git(folder, 'pack-refs', '--all');
  for (const oid of [two, one]) git(folder, 'update-ref', 'refs/heads/deep/down', oid);
}

describe('A reference that is deleted', () => {
  const remove = async (
    ref = 'refs/heads/deep/down',
    expected = one,
    durability: 'git' | 'fsync' = 'git',
  ): Promise<ChangeOutcome> => deleteReferenceFile(repository, ref, expected, durability);
  const names = (): string[] => git(folder, 'for-each-ref', '--format=%(refname)').split('\n');

  beforeEach(() => {
    for (const ref of ['refs/heads/deep/down', 'refs/heads/deeper', 'refs/tags/größe'])
      git(folder, 'update-ref', ref, one);
  });

  it.each([
    ['loose', 'git', (): void => undefined],
    ['packed', 'git', (): string => git(folder, 'pack-refs', '--all')],
    ['both', 'fsync', makeBoth],
  ] as const)('is gone, and no other, when it is %s', async (_, durability, prepare) => {
    prepare();
    const before = names();
    expect(await remove('refs/heads/deep/down', one, durability)).toBe('changed');
    expect(names()).toEqual(before.filter((each) => each !== 'refs/heads/deep/down'));
    expect(existsSync(file('refs/heads/deep'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('lock'))).toEqual([]);
  });

  it('takes the line with it that says what a packed tag is of', async () => {
    git(folder, 'tag', '--annotate', '--message=x', 'a-tag', one);
    git(folder, 'tag', '--annotate', '--message=x', 'z-tag', one);
    git(folder, 'pack-refs', '--all');
    const oid = git(folder, 'rev-parse', 'a-tag');
    expect(await remove('refs/tags/a-tag', oid)).toBe('changed');
    expect(readFileSync(file('packed-refs'), 'utf8').match(/^\^/gm)).toHaveLength(1);
    expect(git(folder, 'rev-parse', 'z-tag^{}')).toBe(one);
  });

  it('stays when it has another value, or does not exist', async () => {
    expect(await remove('refs/heads/deep/down', two)).toBe('modified');
    expect(await remove('refs/heads/none')).toBe('modified');
    expect(git(folder, 'rev-parse', 'deep/down')).toBe(one);
  });

  it('stays while it or packed-refs is locked', async () => {
    for (const lock of ['packed-refs.lock', 'refs/heads/deep/down.lock']) {
      writeFileSync(file(lock), '');
      expect(await remove()).toBe('locked');
      rmSync(file(lock));
    }
    expect(git(folder, 'rev-parse', 'deep/down')).toBe(one);
    expect(await remove()).toBe('changed');
  });

  it('stays when it is symbolic or damaged', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/alias', MAIN);
    expect(await remove('refs/heads/alias')).toBe('unsuited');
    writeFileSync(file('refs/heads/damaged'), 'x');
    expect(await remove('refs/heads/damaged')).toBe('unsuited');
    rmSync(file('refs/heads/damaged'));
  });

  it('keeps names of others in packed-refs that are not UTF-8', async () => {
    git(folder, 'pack-refs', '--all');
    const odd = Buffer.concat([Buffer.from(`${one} refs/tags/zz-`), Buffer.from([0xff, 0xfe, 0x0a])]);
    writeFileSync(file('packed-refs'), Buffer.concat([readFileSync(file('packed-refs')), odd]));
    expect(await remove()).toBe('changed');
    expect(readFileSync(file('packed-refs')).includes(odd)).toBe(true);
  });
});

describe('A reference that is renamed', () => {
  const rename = (
    from: string,
    ref: string,
    between = () => Promise.resolve(),
  ): ReturnType<typeof renameReferenceFile> =>
    renameReferenceFile(repository, { from, ref, oid: one, logMessage: 'renamed' }, 'fsync', between, WAIT);

  it('has the new name only, and both in between, whatever happens then', async () => {
    git(folder, 'pack-refs', '--all');
    const seen: string[] = [];
    const look = (): Promise<void> => {
      seen.push(git(folder, 'for-each-ref', '--format=%(refname:short)', 'refs/heads'));
      return Promise.resolve();
    };
    expect(await rename(MAIN, 'refs/heads/deep/new', look)).toBe('changed');
    await look();
    expect(seen).toEqual(['deep/new\nmain\nother', 'deep/new\nother']);
    await expect(
      rename('refs/heads/deep/new', 'refs/heads/a', () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(git(folder, 'rev-parse', 'a', 'deep/new')).toBe(`${one}\n${one}`);
  });

  it('does not take the place of another one, or collide with one or with itself', async () => {
    expect(await rename(MAIN, 'refs/heads/other')).toBe('modified');
    for (const name of ['main/sub', 'other/sub'])
      expect(await rename(MAIN, `refs/heads/${name}`)).toBe('unsuited');
    expect(git(folder, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')).toBe('main\nother');
  });

  it('takes its log along, as git does it', async () => {
    const clone = temporaryCopy(folder);
    for (const each of [folder, clone]) {
      git(each, 'config', 'core.logAllRefUpdates', 'true');
      git(each, 'update-ref', '-m', 'first', 'refs/heads/logged', two);
      git(each, 'update-ref', '-m', 'second', 'refs/heads/logged', one);
    }
    repository = await openRepository(folder);
    const message = 'Branch: renamed refs/heads/logged to refs/heads/new';
    await renameReferenceFile(
      repository,
      { from: 'refs/heads/logged', ref: 'refs/heads/new', oid: one, logMessage: message },
      'git',
      () => Promise.resolve(),
      WAIT,
    );
    git(clone, 'branch', '--move', 'logged', 'new');
    const log = (each: string): string[] =>
      readFileSync(path.join(each, 'logs/refs/heads/new'), 'utf8')
        .replace(/(?<=^.{81}) .*\t/gm, '')
        .split('\n');
    expect(log(folder)).toEqual(log(clone));
    expect(existsSync(file('logs/refs/heads/logged'))).toBe(false);
  });
});
