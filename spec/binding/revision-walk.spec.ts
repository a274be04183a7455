import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Oid, Repository, Revwalk } from 'nodegit';
import { untyped } from '../support/nodegit-untyped';
import {
  commitFiles,
  COMMIT_TIME,
  git,
  runGit,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';

const MAIN = 'refs/heads/main';
const MISSING = '1'.repeat(40);
const { TOPOLOGICAL = NaN, TIME = NaN, REVERSE = NaN } = untyped.Revwalk.SORT;

let folder: string;
let repository: Repository;
let tip: string;
let clock: number;

/**
 *     base - a - c - merge
 *         \- b ------/
 */
beforeEach(async () => {
  folder = temporaryRepository();
  clock = COMMIT_TIME;
  const base = commit('base');
  const a = commit('a', base);
  const b = commit('b', base);
  const c = commit('c', a);
  tip = commit('merge', c, b);
  repository = await Repository.open(folder);
});

function commit(message: string, ...parents: string[]): string {
  return commitFiles(folder, MAIN, { message, parents, time: clock++ });
}

function walkFrom(oid = tip): Revwalk {
  const walk = Revwalk.create(repository);
  expect(walk.push(Oid.fromString(oid))).toBe(0);
  return walk;
}

function messages(commits: readonly { message(): string }[]): string {
  return commits.map((commit) => commit.message()).join(' ');
}

describe('fastWalk and commitWalk', () => {
  test('give up to as many as asked for, go on where they stopped, and end with an empty list, ever after', async () => {
    const walk = walkFrom();
    const counts: number[] = [];
    for (const count of [2, 2, 100, 100, 1]) counts.push((await walk.fastWalk(count)).length);
    expect(counts).toEqual([2, 2, 1, 0, 0]);
    await expect(walkFrom().fastWalk(0)).resolves.toEqual([]);

    const commits = walkFrom();
    expect(messages(await commits.commitWalk(2))).toBe('merge c');
    expect(messages(await commits.commitWalk(100))).toBe('b a base');
    await expect(commits.commitWalk(1)).resolves.toEqual([]);
  });

  test('never say that there are no more, as next does with -31', async () => {
    const walk = walkFrom();
    await walk.fastWalk(100);

    await expect(walk.next()).rejects.toMatchObject({ errno: -31 });
  });

  test('give commits that lack the property repo, so that those methods fail which need it', async () => {
    const [commit] = await walkFrom().commitWalk(1);

    expect(commit?.parentId(0)).toBeDefined();
    expect(commit?.treeId().tostrS()).toBe(git(folder, 'rev-parse', `${tip}^{tree}`));
    expect(() => commit?.getTree()).toThrow(TypeError);
  });

  test('end where a shallow clone does, with commits that have no parents there', async () => {
    const clone = path.join(temporaryFolder(), 'clone');
    git(folder, 'clone', '--quiet', '--depth=2', pathToFileURL(folder).href, clone);
    repository = await Repository.open(clone);
    const commits = await walkFrom().commitWalk(100);

    expect(repository.isShallow()).toBe(1);
    expect(messages(commits)).toBe('merge c b');
    expect(commits.map((each) => each.parentcount())).toEqual([2, 0, 0]);
  });

  test('reject with -3 at a commit whose parent is missing', async () => {
    const tree = git(folder, 'rev-parse', `${tip}^{tree}`);
    const person = 'A <mail> 1 +0000';
    const input = `tree ${tree}\nparent ${MISSING}\nauthor ${person}\ncommitter ${person}\n\nbroken\n`;
    const broken = runGit(folder, ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], { input });

    await expect(walkFrom(broken.toString().trim()).fastWalk(10)).rejects.toMatchObject({ errno: -3 });
  });
});

describe('The order', () => {
  test('without sorting is that of git log: newest first', async () => {
    expect(messages(await walkFrom().commitWalk(100))).toBe('merge c b a base');
    expect(git(folder, 'log', '--format=%s', tip).replaceAll('\n', ' ')).toBe('merge c b a base');
  });

  test('without sorting leaves commits of one second in the order of their descent', async () => {
    let oid = tip;
    for (let number = 0; number < 12; number++) {
      oid = commitFiles(folder, MAIN, { message: `${number}`, parents: [oid], time: clock });
    }

    const newest = await walkFrom(oid).commitWalk(12);
    expect(newest.map((each) => Number(each.message()))).toEqual(
      Array.from({ length: 12 }, (_, back) => 11 - back),
    );
  });

  test.each([
    ['TOPOLOGICAL', TOPOLOGICAL, 'merge b c a base'],
    ['TOPOLOGICAL and TIME', TOPOLOGICAL | TIME, 'merge c b a base'],
    ['TIME', TIME, 'merge c b a base'],
    ['REVERSE', REVERSE, 'base a b c merge'],
    ['TOPOLOGICAL and REVERSE', TOPOLOGICAL | REVERSE, 'base a c b merge'],
  ])('by %s', async (_, sorting, expected) => {
    const walk = walkFrom();
    walk.sorting(sorting);

    expect(messages(await walk.commitWalk(100))).toBe(expected);
  });

  test('can follow first parents only', async () => {
    const walk = walkFrom();
    walk.simplifyFirstParent();

    expect(messages(await walk.commitWalk(100))).toBe('merge c a base');
  });
});

describe('Where a walk starts', () => {
  test('may be a tag object, which is followed', async () => {
    git(folder, 'tag', '--message', 'A tag', 'annotated', tip);

    expect(messages(await walkFrom(git(folder, 'rev-parse', 'annotated')).commitWalk(1))).toBe('merge');
  });

  test('is refused by a number that push returns: -12 for a tree, -3 for what is not there', () => {
    const walk = Revwalk.create(repository);

    expect(walk.push(Oid.fromString(git(folder, 'rev-parse', `${tip}^{tree}`)))).toBe(-12);
    expect(walk.push(Oid.fromString(MISSING))).toBe(-3);
    expect(walk.pushRef('refs/heads/none')).toBe(-1);
  });

  test('stays, wherever the reference moves meanwhile', async () => {
    const walk = Revwalk.create(repository);
    walk.pushRef(MAIN);
    await walk.fastWalk(2);
    git(folder, 'update-ref', MAIN, `${tip}~2`);

    await expect(walk.fastWalk(100)).resolves.toHaveLength(3);
  });

  test('can leave out what another commit descends from', async () => {
    const walk = walkFrom();
    expect(walk.hide(Oid.fromString(git(folder, 'rev-parse', `${tip}^2`)))).toBe(0);

    expect(messages(await walk.commitWalk(100))).toBe('merge c a');
  });

  test('is forgotten by reset', async () => {
    const walk = walkFrom();
    walk.reset();
    await expect(walk.fastWalk(100)).resolves.toEqual([]);
  });
});
