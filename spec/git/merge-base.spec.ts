import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { isAncestor, mergeBases } from '../../lib/git/merge-base';
import { commitObject } from '../../lib/object/commit-codec';
import { EMPTY_TREE_OID } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { COMMIT_TIME, ENVIRONMENT, IDENTITY } from '../support/temporary-repository';
import { open } from './opened';
import type { Opened } from './opened';

/** Of each commit: which of the commits before it are its parents, and how wrong the clock was, in seconds. */
type History = readonly { readonly parents: readonly number[]; readonly skew: number }[];

/** Stores commits and returns their oids. */
async function storeHistory({ objects }: Opened, history: History): Promise<string[]> {
  await objects.writeTree(StagedTree.empty(objects));
  const oids: string[] = [];
  for (const [position, { parents, skew }] of history.entries()) {
    const signature = { ...IDENTITY, time: new Date((COMMIT_TIME + position * 10 + skew) * 1000), offset: 0 };
    const commit = commitObject({
      tree: EMPTY_TREE_OID,
      parents: parents.map((each) => oids[each] as string),
      author: signature,
      committer: signature,
      message: `Commit ${position}`,
    });
    await objects.publish([commit], 'git', () => Promise.resolve());
    oids.push(commit.oid);
  }
  return oids;
}

/** What git says; it ends with 1 when there is none. */
function basesByGit(folder: string, one: string, other: string): string[] {
  const args = ['merge-base', '--all', one, other];
  const { stdout, status } = spawnSync('git', args, { cwd: folder, env: ENVIRONMENT, encoding: 'utf8' });
  expect([0, 1]).toContain(status);
  return stdout.split('\n').filter(Boolean);
}

const HISTORY: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      back: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
      skew: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -60, max: 60 })),
    }),
    { minLength: 2, maxLength: 14 },
  )
  .map((commits) =>
    commits.map(({ back, skew }, position) => ({
      parents: back.map((each) => position - each).filter((each) => each >= 0),
      skew,
    })),
  );

describe('mergeBases', () => {
  it('finds what git finds, in histories of every form and with clocks that go wrong', async () => {
    await fc.assert(
      fc.asyncProperty(HISTORY, async (history) => {
        const opened = await open();
        const oids = await storeHistory(opened, history);
        const [one, other] = [oids.at(-1) as string, oids.at(-2) as string];
        const bases = await mergeBases(opened.objects, one, other);
        expect([...bases].sort()).toEqual(basesByGit(opened.folder, one, other).sort());
        expect(await isAncestor(opened.objects, other, one)).toBe(bases.includes(other));
      }),
      { numRuns: 40 },
    );
  });

  it('finds both bases of branches that were merged crosswise', async () => {
    const opened = await open();
    const flat = (parents: number[]) => ({ parents, skew: 0 });
    const oids = await storeHistory(opened, [flat([]), flat([0]), flat([0]), flat([1, 2]), flat([2, 1])]);
    const bases = await mergeBases(opened.objects, oids[3] as string, oids[4] as string);
    expect([...bases].sort()).toEqual([oids[1], oids[2]].sort());
  });

  it('finds none in histories that have nothing in common', async () => {
    const opened = await open();
    const oids = await storeHistory(opened, [
      { parents: [], skew: 0 },
      { parents: [], skew: 0 },
    ]);
    expect(await mergeBases(opened.objects, oids[0] as string, oids[1] as string)).toEqual([]);
  });

  it('says of a commit that it is its own base', async () => {
    const opened = await open();
    const [oid = ''] = await storeHistory(opened, [{ parents: [], skew: 0 }]);
    expect(await mergeBases(opened.objects, oid, oid)).toEqual([oid]);
    expect(await isAncestor(opened.objects, oid, oid)).toBe(true);
  });

  it('reads no more of the history than what happened since the base', async () => {
    const opened = await open();
    const line = Array.from({ length: 60 }, (_, n) => ({ parents: n === 0 ? [] : [n - 1], skew: 0 }));
    const oids = await storeHistory(opened, [
      ...line,
      { parents: [59], skew: 0 },
      { parents: [59], skew: 0 },
    ]);
    const read = jest.spyOn(opened.objects, 'readObject');
    expect(await mergeBases(opened.objects, oids[60] as string, oids[61] as string)).toEqual([oids[59]]);
    expect(read.mock.calls.length).toBeLessThan(6);
  });
});
