import fc from 'fast-check';
import { NotAnAncestorError } from '../../lib/errors';
import { commitChain, commitsBetween } from '../../lib/git/commit-chain';
import { ObjectStore } from '../../lib/git/object-store';
import { openRepository } from '../../lib/git/repository';
import { errorOf } from '../support/error-of';
import {
  COMMIT_TIME,
  commitFiles,
  commitSeries,
  git,
  temporaryRepository,
} from '../support/temporary-repository';

const path = temporaryRepository({ bare: true });
let objects: ObjectStore;

beforeAll(async () => {
  objects = await ObjectStore.open(await openRepository(path));
});

afterAll(() => objects.close());

/** Makes a commit of nothing, so many seconds after the first. */
function commit(parents: readonly string[], time: number, message = ''): string {
  return commitFiles(path, 'refs/heads/main', { parents, time: COMMIT_TIME + time, message });
}

describe('commitChain', () => {
  it('gives the commits since another one, oldest first, and all from the beginning without one', async () => {
    const one = commit([], 0);
    const two = commit([one], 1);
    const three = commit([two], 2);

    expect(await commitChain(objects, one, three)).toEqual([two, three]);
    expect(await commitChain(objects, null, three)).toEqual([one, two, three]);
    expect(await commitChain(objects, three, three)).toEqual([]);
  });

  it('prefers first parents, and leaves them where only others lead there', async () => {
    const base = commit([], 0);
    const ours = commit([base], 1, 'ours');
    const theirs = commit([base], 2, 'theirs');
    const merge = commit([ours, theirs], 3);

    expect(await commitChain(objects, base, merge)).toEqual([ours, merge]);
    expect(await commitChain(objects, theirs, merge)).toEqual([merge]);
  });

  it('refuses a commit that is no ancestor', async () => {
    const one = commit([], 0, 'here');
    const other = commit([commit([], 0, 'there')], 1);

    const error = await errorOf(() => commitChain(objects, one, other));
    expect(error).toBeInstanceOf(NotAnAncestorError);
    expect(error).toMatchObject({ code: 'NOT_AN_ANCESTOR', details: { oid: one, descendant: other } });
    expect(await errorOf(() => commitChain(objects, other, one))).toBeInstanceOf(NotAnAncestorError);
  });

  it('leads from one to the other by parents, whatever the clocks say, exactly when git says it is an ancestor', async () => {
    const someHistory = fc.array(
      fc.record({ first: fc.nat(6), second: fc.option(fc.nat(6)), time: fc.nat(10) }),
      { minLength: 3, maxLength: 9 },
    );
    await fc.assert(
      fc.asyncProperty(someHistory, fc.nat(), async (history, seed) => {
        const parents = history.map(({ first, second }, n) => {
          const numbers = [first, second].filter((back) => back !== null).map((back) => n - 1 - back);
          return [...new Set(numbers)].filter((number) => number >= 0);
        });
        const made = commitSeries(
          path,
          history.map(({ time }, n) => ({
            ref: 'refs/heads/main',
            parents: (parents[n] ?? []).map((number) => `:${number + 1}`),
            time: COMMIT_TIME + time,
            message: `${seed} ${n}`,
          })),
        );
        const parentsOf = new Map(
          made.map((oid, n) => [oid, parents[n]?.map((number) => made[number])] as const),
        );
        const tip = made.at(-1) as string;
        const ancestors = new Set(git(path, 'rev-list', tip).split('\n'));
        for (const since of made) {
          const between = new Set((await commitsBetween(objects, since, tip)).keys());
          const wanted = git(path, 'rev-list', tip, `^${since}`).split('\n').filter(Boolean);
          const below = new Set(git(path, 'rev-list', since).split('\n'));
          expect([...between].filter((oid) => !below.has(oid)).sort()).toEqual(wanted.sort());
          expect(between.has(since)).toBe(false);
          if (!ancestors.has(since)) {
            expect(await errorOf(() => commitChain(objects, since, tip))).toBeInstanceOf(NotAnAncestorError);
            continue;
          }
          const chain = [since, ...(await commitChain(objects, since, tip))];
          expect(chain.at(-1)).toBe(tip);
          chain.slice(1).forEach((oid, n) => {
            expect(parentsOf.get(oid)).toContain(chain[n]);
          });
        }
      }),
      { numRuns: 15 },
    );
  });
});
