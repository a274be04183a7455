import { Graph, Merge, Oid, Repository } from 'nodegit';
import { runChild } from '../support/child-process';
import { untyped } from '../support/nodegit-untyped';
import { commitFiles, git, temporaryRepository } from '../support/temporary-repository';

let folder: string;
let repository: Repository;
let base: string;
let ours: string;
let theirs: string;
let stranger: string;

beforeAll(async () => {
  folder = temporaryRepository();
  base = commitFiles(folder, 'refs/heads/base', { message: 'base' });
  ours = commitFiles(folder, 'refs/heads/ours', { message: 'ours', parents: [base] });
  theirs = commitFiles(folder, 'refs/heads/theirs', { message: 'theirs', parents: [base] });
  stranger = commitFiles(folder, 'refs/heads/stranger', { message: 'stranger' });
  repository = await Repository.open(folder);
});

function mergeBase(one: string, two: string): Promise<string> {
  return Merge.base(repository, Oid.fromString(one), Oid.fromString(two)).then((oid) => oid.tostrS());
}

describe('Merge.base', () => {
  test('finds the newest common ancestor', async () => {
    await expect(mergeBase(ours, theirs)).resolves.toBe(base);
    await expect(mergeBase(ours, base)).resolves.toBe(base);
    await expect(mergeBase(ours, ours)).resolves.toBe(ours);
  });

  test('finds one of several', async () => {
    const left = commitFiles(folder, 'refs/heads/left', { message: 'left', parents: [ours, theirs] });
    const right = commitFiles(folder, 'refs/heads/right', { message: 'right', parents: [theirs, ours] });

    expect(git(folder, 'merge-base', '--all', left, right).split('\n')).toContain(
      await mergeBase(left, right),
    );
  });

  test('rejects with -3 when there is none, and with -1 when one of the commits is not there', async () => {
    await expect(mergeBase(ours, stranger)).rejects.toMatchObject({
      errno: -3,
      message: 'no merge base found',
    });
    await expect(mergeBase(ours, '1'.repeat(40))).rejects.toMatchObject({ errno: -1 });
  });
});

test('Merge.bases, which should find all, ends the process', () => {
  const child = runChild(
    `const repository = await nodegit.Repository.open(process.argv[1]);
     const [one, two] = process.argv.slice(2).map((oid) => nodegit.Oid.fromString(oid));
     await nodegit.Merge.bases(repository, one, two);`,
    { args: [folder, ours, theirs] },
  );

  expect(child.signal).toBe('SIGSEGV');
});

describe('Graph', () => {
  test('tells descent as 1 or 0; a commit does not descend from itself', async () => {
    const descends = (commit: string, ancestor: string): Promise<number> =>
      Graph.descendantOf(repository, Oid.fromString(commit), Oid.fromString(ancestor));

    await expect(descends(ours, base)).resolves.toBe(1);
    await expect(descends(base, ours)).resolves.toBe(0);
    await expect(descends(ours, ours)).resolves.toBe(0);
    await expect(descends(ours, stranger)).resolves.toBe(0);
  });

  test('counts the commits on either side', async () => {
    const counts = await untyped.Graph.aheadBehind(repository, Oid.fromString(ours), Oid.fromString(theirs));

    expect(counts).toEqual({ ahead: 1, behind: 1 });
  });
});
