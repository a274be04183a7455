import { Blob, Commit, Oid, Reference, Repository, Revwalk, Signature } from 'nodegit';
import { runChild } from '../support/child-process';
import { untyped } from '../support/nodegit-untyped';
import { commitFiles, git, temporaryRepository } from '../support/temporary-repository';

/** `git_error_code` in libgit2's include/git2/errors.h: the numbers that the specs of this folder speak of. */
const CODES = {
  ERROR: -1,
  ENOTFOUND: -3,
  EEXISTS: -4,
  EAMBIGUOUS: -5,
  EBAREREPO: -8,
  EUNBORNBRANCH: -9,
  EUNMERGED: -10,
  ENONFASTFORWARD: -11,
  EINVALIDSPEC: -12,
  ECONFLICT: -13,
  ELOCKED: -14,
  EMODIFIED: -15,
  EAUTH: -16,
  EPEEL: -19,
  EINVALID: -21,
  EDIRECTORY: -23,
  ITEROVER: -31,
  EMISMATCH: -33,
  EOWNER: -36,
};

const MISSING = '1'.repeat(40);

let folder: string;
let repository: Repository;
let tip: string;

beforeAll(async () => {
  folder = temporaryRepository();
  tip = commitFiles(folder, 'refs/heads/main', { files: { file: 'content\n' } });
  repository = await Repository.open(folder);
});

test('the numbers of the errors are those of libgit2', () => {
  expect(untyped.Error.CODE).toMatchObject(CODES);
});

describe('An asynchronous method', () => {
  test('rejects with libgit2’s number in errno, its words in message and the method in errorFunction', async () => {
    const error: unknown = await Blob.lookup(repository, MISSING).catch((error: unknown) => error);

    expect(error).toMatchObject({
      errno: -3,
      errorFunction: 'Blob.lookup',
      message: `object not found - no match for id (${MISSING})`,
    });
    // `instanceof Error` fails in jest, whose files have an Error of their own.
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
    expect(Object.keys(error as object)).toEqual(['errno', 'errorFunction']);
  });

  test.each([
    ['an oid that is not hexadecimal', 'z'.repeat(40)],
    ['an oid that is too short', '1234567'],
    ['an oid that is empty', ''],
  ])('rejects %s with neither errno nor errorFunction', async (_, oid) => {
    const error: unknown = await Blob.lookup(repository, oid).catch((error: unknown) => error);

    expect(error).toMatchObject({ message: 'unable to parse OID - contains invalid characters' });
    expect(Object.keys(error as object)).toEqual([]);
  });

  test('rejects an argument that is missing or no object, with no errno, and never throws on the spot', async () => {
    await expect(untyped.Blob.lookup(repository)).rejects.toThrow(/is required/);
    await expect(untyped.Blob.lookup(undefined, tip)).rejects.toThrow('Repository repo is required.');
    await expect(untyped.Blob.lookup(repository, 5)).rejects.toThrow('Oid id is required.');
    await expect(untyped.Blob.lookup(repository, null)).rejects.toThrow('Oid id is required.');
  });

  test('says "Method … has thrown an error." where libgit2 gave no words', async () => {
    const walk = Revwalk.create(repository);

    await expect(walk.next()).rejects.toMatchObject({
      errno: -31,
      errorFunction: 'Revwalk.next',
      message: 'Method next has thrown an error.',
    });
  });
});

describe('A synchronous method', () => {
  test('throws without errno', async () => {
    const builder = await untyped.Treebuilder.create(repository, null);
    const attempts = [
      () => Oid.fromString('not an oid'),
      () => Signature.create('', 'mail@example.com', 0, 0),
      () => builder.insert('file', MISSING, 0o100644),
    ];

    for (const attempt of attempts) {
      let thrown: unknown;
      try {
        attempt();
      } catch (error) {
        thrown = error;
      }
      expect(Object.prototype.toString.call(thrown)).toBe('[object Error]');
      expect(thrown).not.toHaveProperty('errno');
    }
  });

  test('may return the error’s number instead, which goes unnoticed unless it is looked at', async () => {
    git(folder, 'update-ref', 'refs/heads/moving', tip);
    const stale = await Reference.lookup(repository, 'refs/heads/moving');
    git(folder, 'update-ref', '-d', 'refs/heads/moving');
    const builder = await untyped.Treebuilder.create(repository, null);
    const walk = Revwalk.create(repository);

    expect(stale.delete()).toBe(-3);
    expect(builder.remove('no such entry')).toBe(-1);
    expect(walk.push(Oid.fromString(MISSING))).toBe(-3);
    expect(walk.pushRef('refs/heads/none')).toBe(-1);
    // Not even the walk that follows says that it starts nowhere.
    await expect(walk.fastWalk(10)).resolves.toEqual([]);
  });
});

describe('What is no nodegit object where one is expected', () => {
  test.each([
    ['a plain object for a repository', 'nodegit.Blob.lookup({}, "1".repeat(40))'],
    ['a plain object for an oid', 'nodegit.Blob.lookup(repository, {})'],
    ['a call with too few arguments, whose callback is taken for the oid', 'odb.read()'],
  ])('aborts the process: %s', (_, call) => {
    const child = runChild(
      `const repository = await nodegit.Repository.open(process.argv[1]);
       const odb = await repository.odb();
       await ${call}.catch(() => {});
       console.log('still alive');`,
      { args: [folder] },
    );

    expect(child).toMatchObject({ signal: 'SIGABRT', stdout: '' });
    expect(child.stderr).toContain('Unwrap');
  });

  test('is not told apart from the right kind when it is another nodegit object: it is read as raw memory', async () => {
    const commit = await Commit.lookup(repository, tip);

    // A commit's structure in C happens to begin with its oid, so this looks for a blob of that oid.
    await expect(untyped.Blob.lookup(repository, commit)).rejects.toMatchObject({
      errno: -3,
      message: 'the requested type does not match the type in the ODB',
    });
  });
});
