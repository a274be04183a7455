import { chownSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Checkout, Oid, Reference, Repository, Revparse, Tree } from 'nodegit';
import type { CheckoutOptions } from 'nodegit';
import { GitError, ObjectNotFoundError } from '../../lib/errors';
import { callGit, errnoOf, GitErrno, messageOf, translateError } from '../../lib/git/translate-error';
import { untyped } from '../support/nodegit-untyped';
import { commitFiles, git, runGit, temporaryRepository } from '../support/temporary-repository';

/** The error that a call into nodegit throws. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('It succeeded, where an error was expected.');
}

let folder: string;
let repository: Repository;

beforeEach(async () => {
  folder = temporaryRepository();
  repository = await Repository.open(folder);
});

/** Moves `refs/heads/main`, if it still is at the expected commit. */
function move(expected: string): Promise<unknown> {
  const target = git(folder, 'rev-parse', 'main');
  return untyped.Reference.createMatching(repository, 'refs/heads/main', target, 1, expected, 'log');
}

/** Commits two versions of a file, and checks the first out. */
function twoVersions(): string {
  const first = commitFiles(folder, 'refs/heads/main', { files: { a: 'one' } });
  const second = commitFiles(folder, 'refs/heads/main', { files: { a: 'two' }, parents: [first] });
  git(folder, 'reset', '--quiet', '--hard', first);
  return second;
}

async function lookUpTree(oid: string): Promise<Tree> {
  return Tree.lookup(repository, git(folder, 'rev-parse', `${oid}^{tree}`));
}

/** How libgit2 can be brought to answer with each of its numbers. */
const PROVOKED: Readonly<Record<keyof typeof GitErrno, () => unknown>> = {
  NOT_FOUND: () => Reference.lookup(repository, 'refs/heads/missing'),
  EXISTS: () => Repository.initExt(folder, { flags: 2 }),
  AMBIGUOUS: () => Revparse.single(repository, 'abc'),
  UNBORN_BRANCH: () => repository.head(),
  UNMERGED: async () => {
    twoVersions();
    const input = `0 ${'0'.repeat(40)}\ta\n100644 ${git(folder, 'rev-parse', 'main:a')} 2\ta\n`;
    runGit(folder, ['update-index', '--index-info'], { input });
    const index = await repository.index();
    return index.writeTree();
  },
  INVALID_SPEC: () => Reference.lookup(repository, 'refs/heads/a b'),
  CONFLICT: async () => {
    const second = twoVersions();
    writeFileSync(path.join(folder, 'a'), 'changed');
    const options = { checkoutStrategy: 0 } as unknown as CheckoutOptions;
    return Checkout.tree(repository, await lookUpTree(second), options);
  },
  LOCKED: () => {
    commitFiles(folder, 'refs/heads/main');
    writeFileSync(path.join(folder, '.git/refs/heads/main.lock'), '');
    return move(git(folder, 'rev-parse', 'main'));
  },
  MODIFIED: () => {
    commitFiles(folder, 'refs/heads/main');
    return move('1'.repeat(40));
  },
  PEEL: () => {
    commitFiles(folder, 'refs/heads/main', { files: { a: 'one' } });
    git(folder, 'tag', '--annotate', '--message=x', 'tree', 'main^{tree}');
    return Revparse.single(repository, 'tree^{commit}');
  },
  OWNER: () => {
    chownSync(folder, 12345, 12345);
    chownSync(path.join(folder, '.git'), 12345, 12345);
    return Repository.open(folder);
  },
};

/** Only root can give a folder to somebody else. */
const provocable = (Object.keys(PROVOKED) as (keyof typeof GitErrno)[]).filter(
  (name) => name !== 'OWNER' || process.getuid?.() === 0,
);

describe('an error of libgit2', () => {
  it.each(provocable)('has the number that stands for it: %s', async (name) => {
    const error = await failureOf(PROVOKED[name]);
    expect(errnoOf(error)).toBe(GitErrno[name]);
    expect(messageOf(error)).not.toBe('');
  });

  it('is said to have no reason when libgit2 gives none', async () => {
    commitFiles(folder, 'refs/heads/main');
    rmSync(path.join(folder, '.git/logs'), { recursive: true, force: true });
    const error = await failureOf(() => Revparse.single(repository, '@{-1}'));
    expect((error as Error).message).toBe('Method single has thrown an error.');
    expect(messageOf(error)).toBe('libgit2 gave no reason');
  });

  it('has no number when it is the binding that refuses the arguments', async () => {
    const error = await failureOf(() => Oid.fromString('not an oid'));
    expect(errnoOf(error)).toBeUndefined();
    expect(messageOf(error)).toMatch(/unable to parse OID/);
  });
});

describe('what is thrown that is no error', () => {
  it.each([
    ['a text', 'oops', 'oops'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an object with a number for a message', { message: 7 }, '[object Object]'],
  ])('has a message all the same: %s', (_, thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
    expect(errnoOf(thrown)).toBeUndefined();
  });
});

describe('a call into nodegit', () => {
  const missing = (): Promise<unknown> => Reference.lookup(repository, 'refs/heads/missing');

  it('gives what it returns', async () => {
    expect(await callGit('compute', () => 7)).toBe(7);
    expect(await callGit('open', () => Repository.open(folder))).toBeInstanceOf(Repository);
  });

  it('fails with an error that names the operation, and has the one of libgit2 as its cause', async () => {
    const cause = await failureOf(missing);
    const error = await failureOf(() => callGit('read the branch', () => Promise.reject(cause as Error)));
    expect(error).toBeInstanceOf(GitError);
    expect(error).toMatchObject({
      code: 'GIT_ERROR',
      message: "Git could not read the branch: reference 'refs/heads/missing' not found",
      details: { operation: 'read the branch', errno: GitErrno.NOT_FOUND },
    });
    expect((error as Error).cause).toBe(cause);
  });

  it('fails in the same way when it throws at once', async () => {
    const error = await failureOf(() => callGit('parse', () => Oid.fromString('not an oid')));
    expect(error).toBeInstanceOf(GitError);
    expect(error).toMatchObject({ details: { operation: 'parse', errno: undefined } });
  });

  it('fails as its caller translates the number', async () => {
    const translated = new ObjectNotFoundError('There is none.');
    const seen: unknown[] = [];
    const error = await failureOf(() =>
      callGit('look', missing, (errno, cause) => {
        seen.push(errno, messageOf(cause));
        return translated;
      }),
    );
    expect(error).toBe(translated);
    expect(seen).toEqual([GitErrno.NOT_FOUND, "reference 'refs/heads/missing' not found"]);
  });

  it('fails as usual for a number that its caller leaves alone', async () => {
    const error = await failureOf(() => callGit('look', missing, () => undefined));
    expect(error).toBeInstanceOf(GitError);
  });

  it('lets errors of the library itself through', async () => {
    const own = new ObjectNotFoundError('There is none.');
    expect(await failureOf(() => callGit('look', () => Promise.reject(own)))).toBe(own);
    expect(translateError('look', own)).toBe(own);
  });
});
