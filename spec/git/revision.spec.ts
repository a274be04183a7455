import { rmSync } from 'node:fs';
import type { GitModelError } from '../../lib/errors';
import { ObjectStore } from '../../lib/git/object-store';
import { openRepository } from '../../lib/git/repository';
import type { GitRepository } from '../../lib/git/repository';
import { resolveRevision } from '../../lib/git/revision';
import type { Revision } from '../../lib/git/revision';
import { EMPTY_TREE_OID, hashObject } from '../../lib/object/oid';
import { errorOf } from '../support/error-of';
import {
  commitFiles,
  expectCleanRepository,
  git,
  runGit,
  temporaryCopy,
  temporaryRepository,
} from '../support/temporary-repository';
import { expectDamage, objectFile, open, storeTree } from './opened';
import type { Opened } from './opened';

/** Three commits on main, one on side, a merge of both, and tags of all kinds. */
let template: string;
let shared: GitRepository;

let folder: string;
let repository: GitRepository;

beforeAll(async () => {
  template = temporaryRepository();
  const commit = (ref: string, file: string, parents: string[]): string =>
    commitFiles(template, ref, { files: { 'dir/file': file }, message: `The ${file} one`, parents });
  const one = commit('refs/heads/main', 'first', []);
  const two = commit('refs/heads/main', 'second', [one]);
  const side = commit('refs/heads/feature/side', 'other', [one]);
  commit('refs/heads/main', 'last', [two, side]);
  const tag = (name: string, what: string): string =>
    git(template, 'tag', '--annotate', '--message=x', name, what);
  tag('v1', 'main~1');
  tag('v1-again', 'v1');
  tag('v1-once-more', 'v1-again');
  git(template, 'tag', 'light', 'main~1');
  git(template, 'tag', 'main-tree', 'main^{tree}');
  tag('annotated-tree', 'main^{tree}');
  git(template, 'tag', 'file', 'main:dir/file');
  tag('annotated-file', 'main:dir/file');
  git(template, 'update-ref', 'refs/remotes/origin/main', side);
  expectCleanRepository(template);
  shared = await openRepository(template);
});

beforeEach(() => {
  [folder, repository] = [template, shared];
});

/** For a test that changes the repository: one of its own. */
async function change(): Promise<Opened> {
  const opened = await open(temporaryCopy(template));
  ({ folder, repository } = opened);
  return opened;
}

/** As the library does it, and by libgit2 alone: both find the same, or fail for the same reason. */
async function resolve(revision: string): Promise<Revision> {
  const attempt = async (store?: ObjectStore): Promise<Revision | string> =>
    resolveRevision(repository, revision, store).catch((error: unknown) => (error as GitModelError).code);
  const objects = await ObjectStore.open(repository);
  expect(await attempt(objects)).toEqual(await attempt());
  await objects.close();
  return resolveRevision(repository, revision);
}

function revParse(revision: string): string | null {
  try {
    return git(folder, 'rev-parse', '--quiet', '--verify', '--end-of-options', revision);
  } catch {
    return null;
  }
}

describe('a revision', () => {
  it.each([
    'HEAD',
    '@',
    'main',
    'heads/main',
    'refs/heads/main',
    'feature/side',
    'origin/main',
    'main~',
    'main~2',
    'main^',
    'main^2',
    'main^2~1',
    'main^0',
    'main^^',
    'main@{0}',
    'light',
    'tags/light',
    'v1',
    'v1-again',
    'v1-once-more',
    'v1^{}',
    'v1-once-more^{commit}',
    'v1~1',
    'main^{/first}',
    ':/The first one',
  ])('leads to the commit and the tree that git finds: %s', async (revision) => {
    const commit = revision.startsWith(':/') ? revParse('main~2') : revParse(`${revision}^{commit}`);
    expect(await resolve(revision)).toEqual({
      commit,
      tree: revParse(`${String(commit)}^{tree}`),
    });
  });

  it.each(['main^{tree}', 'main:', 'main:dir', 'main-tree', 'annotated-tree', 'v1^{tree}', 'v1-again:dir'])(
    'leads to the tree alone when it names no commit: %s',
    async (revision) => {
      const tree = revParse(`${revision}^{tree}`) ?? revParse(revision);
      expect(await resolve(revision)).toEqual({ commit: null, tree });
    },
  );

  it('may be an oid, of a commit, a tree or a tag', async () => {
    const [commit, tree] = [revParse('v1^{commit}'), revParse('v1^{tree}')];
    expect(await resolve(String(commit))).toEqual({ commit, tree });
    expect(await resolve(String(commit).toUpperCase())).toEqual({ commit, tree });
    expect(await resolve(String(tree))).toEqual({ commit: null, tree });
    expect(await resolve(String(revParse('v1')))).toEqual({ commit, tree });
  });

  it('may be the beginning of an oid', async () => {
    const [commit, tree] = [String(revParse('v1^{commit}')), String(revParse('v1^{tree}'))];
    for (const digits of [4, 7, 12, 39]) {
      expect(await resolve(commit.slice(0, digits))).toEqual({ commit, tree });
      expect(await resolve(tree.slice(0, digits))).toEqual({ commit: null, tree });
    }
  });

  it('may be what git describe prints', async () => {
    const described = git(folder, 'describe', 'main');
    expect(described).toMatch(/^v1-once-more-2-g[0-9a-f]{7}$|^v1.*-g[0-9a-f]+$/);
    expect(await resolve(described)).toMatchObject({ commit: revParse('main') });
  });

  it('may be the empty tree, which nobody has stored', async () => {
    expect(await resolve(EMPTY_TREE_OID)).toEqual({ commit: null, tree: EMPTY_TREE_OID });
  });

  it('is a branch before it is the beginning of an oid', async () => {
    await change();
    const short = String(revParse('v1^{commit}')).slice(0, 7);
    git(folder, 'branch', short, 'feature/side');
    expect(await resolve(short)).toMatchObject({ commit: revParse('feature/side') });
  });

  it('is a tag before it is a branch', async () => {
    await change();
    git(folder, 'tag', 'main', 'feature/side');
    expect(await resolve('main')).toMatchObject({ commit: revParse('feature/side') });
  });

  it('is what it is now, after a branch was moved by git', async () => {
    await change();
    await resolve('main');
    git(folder, 'update-ref', 'refs/heads/main', 'feature/side');
    git(folder, 'pack-refs', '--all');
    expect(await resolve('main')).toMatchObject({ commit: revParse('feature/side') });
  });
});

describe('a revision that names nothing', () => {
  it.each([
    'missing',
    'refs/heads/missing',
    'main~5',
    'main^3',
    'main@{1000}',
    'main:missing',
    'main^{/no such message}',
    ':/no such message',
    '@{-1}',
    '1111',
    '1'.repeat(40),
    'annotated-tree^{commit}',
    '-x',
  ])('is not found: %s', async (revision) => {
    const error = await errorOf(() => resolve(revision));
    expect(error).toMatchObject({ code: 'OBJECT_NOT_FOUND', details: { treeish: revision } });
    expect(error.message).toMatch(
      /^"[^"]+" does not name one branch, tag, commit or tree of the repository: /,
    );
    expect(error.message).not.toMatch(/has thrown an error/);
    expect(revParse(`${revision}^{object}`)).toBeNull();
  });

  it('is not found when it is too short', async () => {
    expect(await errorOf(() => resolve('abc'))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
      message: expect.stringContaining('OID prefix is too short') as string,
    });
  });

  it('is not found when it is the beginning of several oids', async () => {
    await change();
    const prefixes = new Map<string, string>();
    for (let count = 0; ; count++) {
      const content = `content ${count}`;
      const prefix = hashObject('blob', Buffer.from(content)).slice(0, 4);
      const other = prefixes.get(prefix);
      prefixes.set(prefix, content);
      if (other === undefined) continue;
      for (const input of [content, other]) runGit(folder, ['hash-object', '-w', '--stdin'], { input });
      const error = await errorOf(() => resolve(prefix));
      expect(error).toMatchObject({ code: 'OBJECT_NOT_FOUND', details: { treeish: prefix } });
      expect(error.message).toContain('ambiguous');
      break;
    }
  });

  it.each(['file', 'annotated-file', 'main:dir/file'])(
    'is not found when it is a file: %s',
    async (revision) => {
      const error = await errorOf(() => resolve(revision));
      expect(error).toMatchObject({ code: 'OBJECT_NOT_FOUND', details: { treeish: revision } });
      expect(error.message).toBe(`"${revision}" leads to ${String(revParse(revision))}, which has no tree.`);
    },
  );

  it('is not found when HEAD names a branch without commits', async () => {
    await change();
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/unborn');
    expect(await errorOf(() => resolve('HEAD'))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
    });
  });

  it('is not found when its tree is missing', async () => {
    const { objects } = await change();
    expectDamage(folder);
    const tree = await storeTree(objects, { lost: 'x' });
    git(folder, 'update-ref', 'refs/heads/broken', git(folder, 'commit-tree', tree, '-m', 'x'));
    rmSync(objectFile(folder, tree));
    const error = await errorOf(() => resolve('broken'));
    expect(error).toMatchObject({ code: 'OBJECT_NOT_FOUND', details: { treeish: 'broken' } });
    expect(error.message).toContain('which has no tree');
  });
});

describe('a text that is no revision', () => {
  it.each(['', 'main\0', ':dir/file', ':0:dir/file'])(
    'is refused before libgit2 sees it: %j',
    async (text) => {
      expect(await errorOf(() => resolve(text))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `${JSON.stringify(text)} is not a treeish; give a branch, a tag, or the oid of a commit or tree.`,
        details: { option: 'treeish', value: text },
      });
    },
  );

  it.each([[undefined], [null], [7], [{}]])('is refused when it is not even text: %j', async (value) => {
    const error = await errorOf(() => resolve(value as string));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'treeish', value } });
  });

  it.each(['main..feature/side', '..', '^main', 'main^{nonsense}', 'main~x', 'a b', ' ', '[', 'refs/heads/'])(
    'is refused with the words of libgit2: %j',
    async (text) => {
      const error = await errorOf(() => resolve(text));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { treeish: text } });
      expect(error.message).toContain(`"${text}" is not a treeish: `);
      expect(error.cause).toMatchObject({ errno: -12 });
    },
  );
});
