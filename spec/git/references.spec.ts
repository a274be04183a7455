import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compareAndSwap,
  createReference,
  pointHeadAt,
  readHead,
  readReference,
} from '../../lib/git/references';
import type { ReferenceUpdate } from '../../lib/git/references';
import type { GitRepository } from '../../lib/git/repository';
import { errorOf } from '../support/error-of';
import { commitFiles, git, temporaryCopy, temporaryRepository } from '../support/temporary-repository';
import { open, WAIT } from './opened';

const MAIN = 'refs/heads/main';

let original: string;
let one: string;
let two: string;

let folder: string;
let repository: GitRepository;

beforeAll(() => {
  original = temporaryRepository();
  one = commitFiles(original, MAIN, { message: 'One' });
  two = commitFiles(original, MAIN, { message: 'Two', parents: [one] });
  git(original, 'update-ref', MAIN, one);
});

beforeEach(async () => {
  ({ folder, repository } = await open(temporaryCopy(original)));
});

/** Moves main from the first commit to the second, unless told otherwise. */
function swap(update: Partial<ReferenceUpdate> = {}, wait = WAIT): Promise<void> {
  return compareAndSwap(
    repository,
    { ref: MAIN, oid: two, expected: one, logMessage: 'commit: Two', ...update },
    wait,
  );
}

const tip = (ref: string): string => git(folder, 'for-each-ref', '--format=%(objectname)', ref);
const inGit = (file: string): string => path.join(folder, '.git', file);
const packRefs = (): string => git(folder, 'pack-refs', '--all');

describe('HEAD', () => {
  it('names a branch', async () => {
    expect(await readHead(repository)).toEqual({ ref: MAIN });
  });

  it('names a branch that does not exist yet', async () => {
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/unborn');
    expect(await readHead(repository)).toEqual({ ref: 'refs/heads/unborn' });
  });

  it('is the commit that it is detached at', async () => {
    git(folder, 'checkout', '--quiet', '--detach', two);
    expect(await readHead(repository)).toEqual({ oid: two });
  });

  it('can be pointed at a branch, which need not exist', async () => {
    for (const ref of ['refs/heads/new', 'refs/heads/a/b', MAIN]) {
      await pointHeadAt(repository, ref);
      expect(git(folder, 'symbolic-ref', 'HEAD')).toBe(ref);
      expect(await readHead(repository)).toEqual({ ref });
    }
  });

  it('is an error when it is damaged', async () => {
    writeFileSync(inGit('HEAD'), 'garbage');
    expect(await errorOf(() => readHead(repository))).toMatchObject({
      code: 'GIT_ERROR',
      details: { operation: 'read HEAD' },
    });
    writeFileSync(inGit('HEAD'), `ref: ${MAIN}\n`);
  });
});

describe('a reference', () => {
  it.each([
    ['loose', () => undefined],
    ['packed', packRefs],
  ])('has its oid when it is %s', async (_, prepare) => {
    git(folder, 'tag', 'v1', two);
    prepare();
    expect(await readReference(repository, MAIN)).toBe(one);
    expect(await readReference(repository, 'refs/tags/v1')).toBe(two);
  });

  it('has the newest oid, whoever has moved it', async () => {
    expect(await readReference(repository, MAIN)).toBe(one);
    git(folder, 'update-ref', MAIN, two);
    expect(await readReference(repository, MAIN)).toBe(two);
    packRefs();
    git(folder, 'update-ref', MAIN, one);
    expect(await readReference(repository, MAIN)).toBe(one);
  });

  it('has the oid of the one that it names when it is symbolic', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/alias', MAIN);
    expect(await readReference(repository, 'refs/heads/alias')).toBe(one);
  });

  it('has none when it does not exist', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/missing');
    for (const ref of ['refs/heads/missing', 'refs/heads/alias', `${MAIN}/below`, 'refs/heads']) {
      expect({ ref, oid: await readReference(repository, ref) }).toEqual({ ref, oid: null });
    }
    git(folder, 'symbolic-ref', '--delete', 'refs/heads/alias');
  });

  it('is not looked up under a name that Git refuses', async () => {
    const error = await errorOf(() => readReference(repository, 'refs/heads/a b'));
    expect(error).toMatchObject({ code: 'INVALID_REFERENCE_NAME', details: { ref: 'refs/heads/a b' } });
  });

  it('is an error when its file is damaged', async () => {
    writeFileSync(inGit('refs/heads/broken'), 'garbage\n');
    expect(await errorOf(() => readReference(repository, 'refs/heads/broken'))).toMatchObject({
      code: 'GIT_ERROR',
      details: { operation: 'read refs/heads/broken' },
    });
    rmSync(inGit('refs/heads/broken'));
  });
});

describe('a compare-and-swap', () => {
  it('moves a reference that has the expected value', async () => {
    await swap();
    expect(tip(MAIN)).toBe(two);
  });

  it('moves a reference back as well', async () => {
    await swap();
    await swap({ oid: one, expected: two });
    expect(tip(MAIN)).toBe(one);
  });

  it('moves a packed reference', async () => {
    packRefs();
    await swap();
    expect(tip(MAIN)).toBe(two);
  });

  it('creates a reference that is expected not to exist', async () => {
    await swap({ ref: 'refs/heads/new/branch', expected: null });
    expect(tip('refs/heads/new/branch')).toBe(two);
  });

  it('creates the branch that HEAD names', async () => {
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/unborn');
    await swap({ ref: 'refs/heads/unborn', expected: null });
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(two);
  });

  it('creates a reference where empty folders have stayed behind', async () => {
    mkdirSync(inGit('refs/heads/new/empty'), { recursive: true });
    mkdirSync(inGit('logs/refs/heads/new/empty'), { recursive: true });
    await swap({ ref: 'refs/heads/new', expected: null });
    expect(tip('refs/heads/new')).toBe(two);
  });

  it('moves the reference that a symbolic one names', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/alias', MAIN);
    git(folder, 'symbolic-ref', 'refs/heads/alias-of-alias', 'refs/heads/alias');
    await swap({ ref: 'refs/heads/alias-of-alias' });
    expect(tip(MAIN)).toBe(two);
    expect(readFileSync(inGit('refs/heads/alias'), 'utf8')).toBe(`ref: ${MAIN}\n`);
    expect(readFileSync(inGit('refs/heads/alias-of-alias'), 'utf8')).toBe('ref: refs/heads/alias\n');
  });

  it('creates the reference that a symbolic one names', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/new');
    await swap({ ref: 'refs/heads/alias', expected: null });
    expect(tip('refs/heads/new')).toBe(two);
    expect(git(folder, 'symbolic-ref', 'refs/heads/alias')).toBe('refs/heads/new');
  });

  it.each<[string, () => void, Partial<ReferenceUpdate>, () => unknown, string]>([
    [
      'has another value',
      () => git(folder, 'update-ref', MAIN, two),
      {},
      () => ({ ref: MAIN, expected: one, actual: two }),
      'it was at ONE when the changes were based on it, and is at TWO now',
    ],
    [
      'has another value, packed',
      () => {
        git(folder, 'update-ref', MAIN, two);
        packRefs();
      },
      {},
      () => ({ ref: MAIN, expected: one, actual: two }),
      'it was at ONE when the changes were based on it, and is at TWO now',
    ],
    [
      'was deleted',
      () => git(folder, 'update-ref', '-d', MAIN),
      {},
      () => ({ ref: MAIN, expected: one, actual: null }),
      'it was at ONE when the changes were based on it, and does not exist now',
    ],
    [
      'was deleted, and made room for one below it',
      () => {
        git(folder, 'update-ref', '-d', MAIN);
        git(folder, 'update-ref', `${MAIN}/below`, one);
      },
      {},
      () => ({ ref: MAIN, expected: one, actual: null }),
      'it was at ONE when the changes were based on it, and does not exist now',
    ],
    [
      'was deleted, and made room for one above it',
      () => git(folder, 'update-ref', 'refs/heads/a', one),
      { ref: 'refs/heads/a/b' },
      () => ({ ref: 'refs/heads/a/b', expected: one, actual: null }),
      'it was at ONE when the changes were based on it, and does not exist now',
    ],
    [
      'exists although it was expected not to',
      () => undefined,
      { expected: null },
      () => ({ ref: MAIN, expected: null, actual: one }),
      'it did not exist when the changes were based on it, and is at ONE now',
    ],
    [
      'is symbolic, and what it names has another value',
      () => {
        git(folder, 'update-ref', MAIN, two);
        git(folder, 'symbolic-ref', 'refs/heads/alias', MAIN);
      },
      { ref: 'refs/heads/alias' },
      () => ({ ref: 'refs/heads/alias', expected: one, actual: two }),
      'it was at ONE when the changes were based on it, and is at TWO now',
    ],
  ])('refuses to move a reference that %s', async (_, prepare, update, details, words) => {
    prepare();
    const before = git(folder, 'for-each-ref');
    const error = await errorOf(() => swap(update));
    expect(error).toMatchObject({ code: 'CONCURRENT_UPDATE', details: details() });
    expect(error.message.replaceAll(one, 'ONE').replaceAll(two, 'TWO')).toBe(
      `${update.ref ?? MAIN} was moved by somebody else: ${words}. Nothing was overwritten. ` +
        'Update the index to the branch and make the changes again.',
    );
    expect(error.cause).toMatchObject({ errno: expect.any(Number) as number });
    expect(git(folder, 'for-each-ref')).toBe(before);
  });

  it('refuses to go round in a circle of symbolic references', async () => {
    writeFileSync(inGit('refs/heads/a'), 'ref: refs/heads/b\n');
    writeFileSync(inGit('refs/heads/b'), 'ref: refs/heads/a\n');
    await errorOf(() => swap({ ref: 'refs/heads/a' }));
    expect(readFileSync(inGit('refs/heads/a'), 'utf8')).toBe('ref: refs/heads/b\n');
    expect(readFileSync(inGit('refs/heads/b'), 'utf8')).toBe('ref: refs/heads/a\n');
    for (const name of ['a', 'b']) rmSync(inGit(`refs/heads/${name}`));
  });

  it('refuses an oid that nothing has', async () => {
    expect(await errorOf(() => swap({ oid: '1'.repeat(40) }))).toMatchObject({
      code: 'GIT_ERROR',
      details: { operation: `move ${MAIN} to ${'1'.repeat(40)}` },
    });
    expect(tip(MAIN)).toBe(one);
  });

  it('refuses a name that Git refuses', async () => {
    const error = await errorOf(() => swap({ ref: 'refs/heads/a..b', expected: null }));
    expect(error).toMatchObject({ code: 'INVALID_REFERENCE_NAME' });
  });

  it('lets one of many through that expect the same value', async () => {
    const commits = Array.from({ length: 10 }, (_, at) =>
      commitFiles(folder, 'refs/heads/side', { message: `Commit ${at}`, parents: [one] }),
    );
    const results = await Promise.allSettled(
      commits.map((oid) => swap({ oid }, { ...WAIT, timeout: 10_000 })),
    );
    const moved = commits.filter((_, at) => results[at]?.status === 'fulfilled');
    expect(moved).toEqual([tip(MAIN)]);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONCURRENT_UPDATE' });
    }
  });
});

describe('references whose names collide', () => {
  it.each([
    ['a', 'a/b', () => undefined],
    ['a/b', 'a', () => undefined],
    ['a', 'a/b/c/d', () => undefined],
    ['a/b/c/d', 'a', () => undefined],
    ['a', 'a/b', packRefs],
    ['a/b', 'a', packRefs],
    ['a', 'a/b/c/d', packRefs],
    ['a/b/c/d', 'a', packRefs],
  ])('cannot stand side by side: %s and %s', async (there, wanted, prepare) => {
    git(folder, 'update-ref', `refs/heads/${there}`, one);
    prepare();
    const [existing, ref] = [`refs/heads/${there}`, `refs/heads/${wanted}`];
    const error = await errorOf(() => swap({ ref, expected: null }));
    expect(error).toMatchObject({
      code: 'REFERENCE_EXISTS',
      message: `${ref} cannot be created, because there is ${existing} and Git keeps references like files in folders.`,
      details: { ref, existing },
    });
    expect({ existing: tip(existing), wanted: await readReference(repository, ref) }).toEqual({
      existing: one,
      wanted: null,
    });
  });

  it('are not those that only begin alike', async () => {
    git(folder, 'update-ref', 'refs/heads/a', one);
    await swap({ ref: 'refs/heads/ab', expected: null });
    await swap({ ref: 'refs/heads/a-/b', expected: null });
    expect(tip('refs/heads/ab')).toBe(two);
  });
});

describe('a locked reference', () => {
  it('is moved when the lock is gone', async () => {
    writeFileSync(inGit('refs/heads/main.lock'), '');
    const swapped = swap({}, { timeout: 20_000, interval: 10 });
    await sleep(60);
    expect(tip(MAIN)).toBe(one);
    rmSync(inGit('refs/heads/main.lock'));
    await swapped;
    expect(tip(MAIN)).toBe(two);
  });

  it('is not moved when the lock stays, and keeps its value and the lock', async () => {
    writeFileSync(inGit('refs/heads/main.lock'), '');
    expect(await errorOf(() => swap())).toMatchObject({ code: 'LOCK_WAIT_TIMEOUT', details: { ref: MAIN } });
    expect(tip(MAIN)).toBe(one);
    expect(existsSync(inGit('refs/heads/main.lock'))).toBe(true);
    rmSync(inGit('refs/heads/main.lock'));
  });

  it('is reported as moved when it was moved while it was locked', async () => {
    writeFileSync(inGit('refs/heads/main.lock'), `${two}\n`);
    const swapped = errorOf(() => swap({ oid: one }, { timeout: 20_000, interval: 10 }));
    await sleep(30);
    writeFileSync(inGit('refs/heads/main'), `${two}\n`);
    rmSync(inGit('refs/heads/main.lock'));
    expect(await swapped).toMatchObject({ code: 'CONCURRENT_UPDATE', details: { actual: two } });
  });

  it('does not keep others from being moved', async () => {
    writeFileSync(inGit('refs/heads/main.lock'), '');
    await swap({ ref: 'refs/heads/other', expected: null });
    expect(tip('refs/heads/other')).toBe(two);
    rmSync(inGit('refs/heads/main.lock'));
  });
});

describe('a reference that is created', () => {
  it('has its value', async () => {
    await createReference(
      repository,
      { ref: 'refs/heads/new', oid: one, logMessage: 'branch: Created' },
      WAIT,
    );
    expect(tip('refs/heads/new')).toBe(one);
  });

  it('must not exist, not even with that value', async () => {
    const update = { ref: MAIN, oid: one, logMessage: 'branch: Created' };
    const error = await errorOf(() => createReference(repository, update, WAIT));
    expect(error).toMatchObject({
      code: 'REFERENCE_EXISTS',
      message: `${MAIN} exists already, at ${one}. Choose another name or delete it first.`,
      details: { ref: MAIN },
    });
    expect(error.cause).toMatchObject({ code: 'CONCURRENT_UPDATE' });
  });

  it('must not collide with another', async () => {
    const update = { ref: `${MAIN}/below`, oid: one, logMessage: 'branch: Created' };
    expect(await errorOf(() => createReference(repository, update, WAIT))).toMatchObject({
      code: 'REFERENCE_EXISTS',
      details: { existing: MAIN },
    });
  });
});

describe('the log of a reference', () => {
  const log = (ref: string): string[] =>
    git(folder, 'reflog', 'show', '--format=%H %gs', ref).split('\n').filter(Boolean);

  it('says what was done, newest first, for the branch and for HEAD', async () => {
    rmSync(inGit('logs'), { recursive: true, force: true });
    await swap({ logMessage: 'commit: Second' });
    await swap({ oid: one, expected: two, logMessage: 'reset: moving back' });
    const entries = [`${one} reset: moving back`, `${two} commit: Second`];
    expect(log(MAIN)).toEqual(entries);
    expect(log('HEAD')).toEqual(entries);
  });

  it('begins with the creation of a branch', async () => {
    await swap({ ref: 'refs/heads/new', expected: null, logMessage: 'commit (initial): First' });
    expect(log('refs/heads/new')).toEqual([`${two} commit (initial): First`]);
    expect(git(folder, 'rev-parse', 'new@{0}')).toBe(two);
  });

  it('has one line for a message of several', async () => {
    await swap({ logMessage: 'commit: One\nTwo\n\nThree\n' });
    expect(log(MAIN)[0]).toBe(`${two} commit: One Two  Three`);
  });

  it('says nothing about a move that was refused', async () => {
    rmSync(inGit('logs'), { recursive: true, force: true });
    await errorOf(() => swap({ oid: one, expected: two }));
    expect(log(MAIN)).toEqual([]);
  });

  it('is not kept in a bare repository, as git does not either', async () => {
    const bare = await open(temporaryRepository({ bare: true }));
    const oid = commitFiles(bare.folder, 'refs/heads/side');
    await compareAndSwap(bare.repository, { ref: MAIN, oid, expected: null, logMessage: 'commit: x' }, WAIT);
    expect(git(bare.folder, 'reflog', 'show', 'main')).toBe('');
  });
});
