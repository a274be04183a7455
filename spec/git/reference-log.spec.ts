import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Oid, Reference } from 'nodegit';
import { swapReferenceFile } from '../../lib/git/reference-file';
import { openRepository } from '../../lib/git/repository';
import {
  commitFiles,
  expectCleanRepository,
  git,
  runGit,
  temporaryCopy,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';

const MAIN = 'refs/heads/main';
const NONE = '0'.repeat(40);

/** A move of a branch: to the first or second commit, from one of them or from nothing. */
type Move = readonly [ref: string, to: 1 | 2, from: 0 | 1 | 2, message: string];

const MOVES: readonly Move[] = [
  [MAIN, 2, 1, 'commit: second'],
  [MAIN, 1, 2, 'reset: moving back'],
  ['refs/heads/new/deep', 1, 0, 'branch: Created from main'],
  ['refs/heads/new/deep', 2, 1, 'commit: over there'],
  [MAIN, 1, 1, 'nothing'],
  [MAIN, 2, 1, ''],
  [MAIN, 1, 2, 'größe \ttab  blanks'],
];

let original: string;
let commits: readonly [one: string, two: string];

beforeAll(() => {
  original = temporaryRepository();
  // Both are to be in files of their own, and named by a tag; nothing has been logged yet.
  const one = commitFiles(original, 'refs/tags/one', { files: { a: '1' } });
  commits = [one, commitFiles(original, 'refs/tags/two', { files: { a: '2' }, parents: [one] })];
  git(original, 'config', '--unset', 'core.logAllRefUpdates');
  git(original, 'config', 'user.name', 'The User');
  git(original, 'config', 'user.email', 'user@example.com');
});

/** A copy of the repository with main at the first commit, without any log. */
function prepare(...configuration: readonly (readonly [string, string])[]): string {
  const folder = temporaryCopy(original);
  for (const [name, value] of configuration) git(folder, 'config', name, value);
  git(folder, '-c', 'core.logAllRefUpdates=false', 'update-ref', MAIN, commits[0]);
  return folder;
}

const oidOf = (which: 0 | 1 | 2): string => (which === 0 ? NONE : (commits[which - 1] ?? NONE));

async function moveByFile(
  folder: string,
  moves: readonly Move[],
  durability: 'git' | 'fsync',
): Promise<void> {
  const repository = await openRepository(folder);
  for (const [ref, to, from, logMessage] of moves) {
    const update = { ref, oid: oidOf(to), expected: from === 0 ? null : oidOf(from), logMessage };
    expect(await swapReferenceFile(repository, update, durability)).toBe('changed');
  }
}

async function moveByLibgit2(folder: string, moves: readonly Move[]): Promise<void> {
  const { handle } = await openRepository(folder);
  for (const [ref, to, from, message] of moves) {
    const [value, old] = [Oid.fromString(oidOf(to)), Oid.fromString(oidOf(from))];
    await Reference.createMatching(handle, ref, value, 1, old, message);
  }
}

function moveByGit(folder: string, moves: readonly Move[]): void {
  const env = { GIT_COMMITTER_NAME: 'The User', GIT_COMMITTER_EMAIL: 'user@example.com' };
  for (const [ref, to, from, message] of moves) {
    const log = message === '' ? [] : ['-m', message];
    runGit(folder, ['update-ref', ...log, ref, oidOf(to), oidOf(from)], { env });
  }
}

const inGit = (folder: string, file: string): string => path.join(folder, '.git', file);

/** All logs that there are, by name, with their times taken out. */
function logsOf(folder: string): Record<string, string> {
  const logs: Record<string, string> = {};
  for (const name of ['HEAD', MAIN, 'refs/heads/new/deep']) {
    const file = inGit(folder, `logs/${name}`);
    if (existsSync(file)) logs[name] = readFileSync(file, 'utf8').replace(/> \d+ [+-]\d{4}/g, '> TIME');
  }
  return logs;
}

/** What git reads out of a repository. */
function seen(folder: string): unknown {
  expectCleanRepository(folder);
  const reflogs = ['HEAD', MAIN].map((ref) =>
    git(folder, 'reflog', 'show', '--format=%H %gd %gn %ge %gs', ref),
  );
  return { references: git(folder, 'for-each-ref'), reflogs };
}

describe('The logs of a branch that is moved by its file', () => {
  it.each(['git', 'fsync'] as const)(
    'are those of libgit2, with the durability of %s',
    async (durability) => {
      const [ours, theirs] = [prepare(), prepare()];
      await moveByFile(ours, MOVES, durability);
      await moveByLibgit2(theirs, MOVES);
      expect(logsOf(ours)).toEqual(logsOf(theirs));
      expect(Object.keys(logsOf(ours))).toEqual(['HEAD', MAIN, 'refs/heads/new/deep']);
      expect(seen(ours)).toEqual(seen(theirs));
    },
  );

  it('are those of git, but that git makes blanks one, and tells HEAD of moves that are none', async () => {
    const [ours, theirs] = [prepare(), prepare()];
    const moves = MOVES.slice(0, 6).filter(([, to, from]) => to !== from);
    await moveByFile(ours, moves, 'git');
    moveByGit(theirs, moves);
    expect(logsOf(ours)).toEqual(logsOf(theirs));
    expect(seen(ours)).toEqual(seen(theirs));
  });

  it.each([
    ['true', 'false', true],
    ['always', 'true', true],
    ['true', 'true', true],
    ['false', 'false', false],
    [undefined, 'true', false],
    [undefined, 'false', true],
  ])('are begun when core.logAllRefUpdates is %s and core.bare %s: %s', async (option, bare, isLogged) => {
    const logged = option === undefined ? [] : [['core.logAllRefUpdates', option] as const];
    const settings = [['core.bare', bare] as const, ...logged];
    const [ours, theirs] = [prepare(...settings), prepare(...settings)];
    await moveByFile(ours, MOVES.slice(0, 4), 'git');
    moveByGit(theirs, MOVES.slice(0, 4));
    expect(logsOf(ours)).toEqual(logsOf(theirs));
    expect(existsSync(inGit(ours, 'logs/refs'))).toBe(isLogged);
  });

  it('are kept up where they are wanted no longer', async () => {
    const folders = [prepare(), prepare()] as const;
    for (const folder of folders) {
      moveByGit(folder, MOVES.slice(0, 1));
      git(folder, 'config', 'core.logAllRefUpdates', 'false');
    }
    await moveByFile(folders[0], MOVES.slice(1, 4), 'git');
    moveByGit(folders[1], MOVES.slice(1, 4));
    expect(logsOf(folders[0])).toEqual(logsOf(folders[1]));
    expect(Object.keys(logsOf(folders[0]))).toEqual(['HEAD', MAIN]);
  });

  it('are not those of HEAD when HEAD names another branch, or none', async () => {
    const folder = prepare();
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/other');
    await moveByFile(folder, MOVES.slice(0, 1), 'git');
    expect(Object.keys(logsOf(folder))).toEqual([MAIN]);
    git(folder, 'update-ref', '--no-deref', 'HEAD', commits[0]);
    const before = logsOf(folder).HEAD;
    await moveByFile(folder, MOVES.slice(1, 2), 'git');
    expect(logsOf(folder).HEAD).toBe(before);
  });

  it('are those of the worktree’s own HEAD in a linked worktree', async () => {
    const folder = prepare();
    const linked = path.join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', '-b', 'side', linked, commits[0]);
    const before = logsOf(folder);
    const headLog = inGit(folder, 'worktrees/linked/logs/HEAD');
    const lines = readFileSync(headLog, 'utf8').split('\n').length;
    await moveByFile(linked, [['refs/heads/side', 2, 1, 'over here']], 'fsync');
    expect(readFileSync(headLog, 'utf8').split('\n')).toHaveLength(lines + 1);
    expect(git(linked, 'reflog', 'show', '-1', '--format=%H %gs', 'HEAD')).toBe(`${commits[1]} over here`);
    expect(logsOf(folder)).toEqual(before);
  });

  it('say who was given to setIdent, or that nobody is known', async () => {
    const folder = prepare();
    const repository = await openRepository(folder);
    repository.handle.setIdent('Given', 'given@example.com');
    const update = { ref: MAIN, oid: commits[1], expected: commits[0], logMessage: 'x' };
    await swapReferenceFile(repository, update, 'git');
    expect(logsOf(folder)[MAIN]).toBe(`${commits[0]} ${commits[1]} Given <given@example.com> TIME\tx\n`);
    const { handle } = await openRepository(folder);
    const unknown = { ...repository, handle, logIdentity: { name: 'unknown', email: 'unknown' } };
    await swapReferenceFile(unknown, { ...update, oid: commits[0], expected: commits[1] }, 'git');
    expect(logsOf(folder)[MAIN]).toContain(' unknown <unknown> TIME');
  });

  it('take the place of empty folders that are left of other logs; others are left to libgit2', async () => {
    const folder = prepare();
    mkdirSync(inGit(folder, `logs/${MAIN}/empty`), { recursive: true });
    await moveByFile(folder, MOVES.slice(0, 1), 'git');
    expect(logsOf(folder)[MAIN]).toContain('commit: second');
    rmSync(inGit(folder, `logs/${MAIN}`));
    mkdirSync(inGit(folder, `logs/${MAIN}`));
    writeFileSync(inGit(folder, `logs/${MAIN}/old`), '');
    const update = { ref: MAIN, oid: commits[0], expected: commits[1], logMessage: 'x' };
    expect(await swapReferenceFile(await openRepository(folder), update, 'git')).toBe('unsuited');
    expect(git(folder, 'rev-parse', MAIN)).toBe(commits[1]);
    expect(existsSync(inGit(folder, `${MAIN}.lock`))).toBe(false);
  });
});
