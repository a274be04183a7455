import { createHash } from 'node:crypto';
import { Repository, Revparse } from 'nodegit';
import { commitFiles, COMMIT_TIME, git, runGit, temporaryRepository } from '../support/temporary-repository';

/** `git_object_t`. */
const [COMMIT, TREE, BLOB, TAG] = [1, 2, 3, 4];

const DAY = 24 * 60 * 60;

let folder: string;
let repository: Repository;
let tip: string;

beforeAll(async () => {
  folder = temporaryRepository();
  for (let day = 0; day < 5; day++) {
    const env = { GIT_COMMITTER_DATE: `${COMMIT_TIME + day * DAY} +0000` };
    runGit(folder, ['commit', '--quiet', '--allow-empty', '--message', `commit ${day}`], { env });
  }
  tip = git(folder, 'rev-parse', 'HEAD');
  tip = commitFiles(folder, 'refs/heads/main', {
    parents: [tip],
    files: { 'folder/file': 'content' },
    time: COMMIT_TIME + 5 * DAY,
  });
  git(folder, 'tag', 'light');
  git(folder, 'tag', '--message', 'annotated', 'annotated');
  git(folder, 'tag', '--message', 'nested', 'nested', 'annotated');
  git(folder, 'branch', 'with/slash');
  repository = await Repository.open(folder);
});

async function resolve(revision: string): Promise<[type: number, oid: string]> {
  const object = await Revparse.single(repository, revision);
  return [object.type(), object.id().tostrS()];
}

describe('Revparse.single', () => {
  test('finds what git rev-parse finds', async () => {
    const revisions = [
      ...['main', 'HEAD', '@', 'refs/heads/main', 'heads/main', 'with/slash', 'light', 'tags/light'],
      ...[
        'HEAD~3',
        'HEAD^',
        'HEAD^0',
        'HEAD~',
        'HEAD~~',
        'light~1',
        'main@{1}',
        ':/commit 2',
        'HEAD^{/commit 2}',
      ],
      ...[tip, tip.toUpperCase(), tip.slice(0, 10), `light-1-g${tip.slice(0, 10)}`],
    ];

    for (const revision of revisions) {
      const expected = [COMMIT, git(folder, 'rev-parse', '--verify', revision)];
      expect([revision, ...(await resolve(revision))]).toEqual([revision, ...expected]);
    }
  });

  test('gives the tag object for an annotated tag, and follows it when asked to', async () => {
    for (const tag of ['annotated', 'nested']) {
      await expect(resolve(tag)).resolves.toEqual([TAG, git(folder, 'rev-parse', tag)]);
      for (const followed of [`${tag}^{}`, `${tag}^{commit}`, `${tag}~0`]) {
        await expect(resolve(followed)).resolves.toEqual([COMMIT, tip]);
      }
      await expect(resolve(`${tag}^{tree}`)).resolves.toEqual([
        TREE,
        git(folder, 'rev-parse', 'HEAD^{tree}'),
      ]);
    }
  });

  test('gives trees and blobs by path', async () => {
    await expect(resolve('HEAD:')).resolves.toEqual([TREE, git(folder, 'rev-parse', 'HEAD^{tree}')]);
    await expect(resolve('HEAD:folder')).resolves.toEqual([TREE, git(folder, 'rev-parse', 'HEAD:folder')]);
    await expect(resolve('HEAD:folder/file')).resolves.toEqual([
      BLOB,
      git(folder, 'rev-parse', 'HEAD:folder/file'),
    ]);
  });

  test('knows where a branch was at a time, by its log', async () => {
    const date = new Date((COMMIT_TIME + 2.5 * DAY) * 1000).toISOString().replace('T', ' ').slice(0, 19);
    const expected = git(folder, 'rev-parse', `main@{${date} +0000}`);

    await expect(resolve(`main@{${date} +0000}`)).resolves.toEqual([COMMIT, expected]);
    expect(git(folder, 'log', '-1', '--format=%s', expected)).toBe('commit 2');
  });

  test.each([
    'none',
    'main/none',
    'HEAD~99',
    'HEAD^2',
    'HEAD:none',
    'HEAD:/folder',
    'main@{99}',
    'main@{upstream}',
    '@{-1}',
    '1'.repeat(40),
    '0'.repeat(40),
  ])('rejects with -3 what is not there: %s', async (revision) => {
    await expect(resolve(revision)).rejects.toMatchObject({ errno: -3, errorFunction: 'Revparse.single' });
  });

  test.each([
    '',
    ' ',
    'a b',
    'main ',
    'HEAD^{',
    'HEAD^{none}',
    'main@{none}',
    'a..b',
    'HEAD..main',
    '^main',
    '..',
  ])('rejects with -12 what is no revision: %j', async (revision) => {
    await expect(resolve(revision)).rejects.toMatchObject({ errno: -12 });
  });

  test('rejects with -19 or -12 what is of another kind than asked for', async () => {
    await expect(resolve('annotated^{blob}')).rejects.toMatchObject({ errno: -19 });
    await expect(resolve('HEAD^{blob}')).rejects.toMatchObject({ errno: -12 });
  });

  test('rejects with -5 a short oid that stands for several objects', async () => {
    const seen = new Map<string, string>();
    let pair: [string, string] | undefined;
    for (let number = 0; !pair; number++) {
      const content = `${number}`;
      const prefix = createHash('sha1')
        .update(`blob ${content.length}\0${content}`)
        .digest('hex')
        .slice(0, 4);
      const other = seen.get(prefix);
      if (other !== undefined) pair = [other, content];
      seen.set(prefix, content);
    }
    const [oid = ''] = pair.map((input) =>
      runGit(folder, ['hash-object', '-w', '--stdin'], { input }).toString(),
    );

    await expect(resolve(oid.slice(0, 4))).rejects.toMatchObject({ errno: -5 });
  });

  test('does not know the paths of the index', async () => {
    await expect(resolve(':folder/file')).rejects.toMatchObject({ errno: -1, message: 'unimplemented' });
  });

  test('reads a revision up to a NUL', async () => {
    await expect(resolve('main\0, whatever')).resolves.toEqual([COMMIT, tip]);
  });
});

describe('object.peel', () => {
  test('follows nested tags to a commit or its tree', async () => {
    const tag = await Revparse.single(repository, 'nested');

    expect((await tag.peel(1)).id().tostrS()).toBe(tip);
    expect((await tag.peel(2)).id().tostrS()).toBe(git(folder, 'rev-parse', 'HEAD^{tree}'));
  });

  test('rejects what does not lead there', async () => {
    const blob = await Revparse.single(repository, 'HEAD:folder/file');

    await expect(blob.peel(2)).rejects.toMatchObject({ errno: -12, errorFunction: 'Object.peel' });
    await expect(blob.peel(1)).rejects.toMatchObject({ errno: -12 });
  });
});
