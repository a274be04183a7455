import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { Oid, Reference, Repository, Signature } from 'nodegit';
import { runChild } from '../support/child-process';
import { untyped, untypedRepository } from '../support/nodegit-untyped';
import {
  commitFiles,
  expectCleanRepository,
  git,
  temporaryCopy,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';

const MAIN = 'refs/heads/main';
const MISSING = '1'.repeat(40);
const MUST_NOT_EXIST = '0'.repeat(40);

let folder: string;
let repository: Repository;
let first: string;
let second: string;
let third: string;

const originals: Partial<Record<'bare' | 'ordinary', string>> = {};

beforeAll(() => {
  originals.ordinary = temporaryRepository();
  originals.bare = temporaryRepository({ bare: true });
  for (const original of Object.values(originals)) {
    first = commitFiles(original, MAIN, { message: 'first' });
    second = commitFiles(original, MAIN, { message: 'second', parents: [first] });
    third = commitFiles(original, MAIN, { message: 'third', parents: [second] });
    git(original, 'update-ref', MAIN, first);
  }
});

beforeEach(async () => {
  await prepare('ordinary');
});

/** Opens a repository with three commits; `main` is at the first. */
async function prepare(kind: keyof typeof originals): Promise<void> {
  folder = temporaryCopy(originals[kind] ?? '');
  repository = await Repository.open(folder);
}

interface Swap {
  readonly ref?: string;
  readonly to: string;
  readonly expected: string;
  readonly force?: 0 | 1;
  readonly log?: string;
}

async function swap({
  ref = MAIN,
  to,
  expected,
  force = 1,
  log = 'a log message',
}: Swap): Promise<Reference> {
  return untyped.Reference.createMatching(repository, ref, to, force, expected, log);
}

function inGitFolder(...names: string[]): string {
  return path.join(repository.commondir(), ...names);
}

function log(ref: string): string {
  return readFileSync(inGitFolder('logs', ref), 'utf8');
}

describe.each(['loose', 'packed'])('Reference.createMatching on a %s reference', (kind) => {
  beforeEach(() => {
    if (kind === 'packed') git(folder, 'pack-refs', '--all');
    expect(existsSync(inGitFolder(MAIN))).toBe(kind === 'loose');
  });

  test('moves it when it has the expected value', async () => {
    const moved = await swap({ to: second, expected: first });

    expect(moved.target().tostrS()).toBe(second);
    expect(git(folder, 'rev-parse', MAIN)).toBe(second);
  });

  test('rejects with -15 when it has another one, and changes nothing', async () => {
    await expect(swap({ to: third, expected: second })).rejects.toMatchObject({
      errno: -15,
      message: 'old reference value does not match',
    });
    expect(git(folder, 'rev-parse', MAIN)).toBe(first);
    expect(existsSync(inGitFolder(`${MAIN}.lock`))).toBe(false);
  });

  test('rejects with -15 when it must not exist (all zeros)', async () => {
    await expect(swap({ to: second, expected: MUST_NOT_EXIST })).rejects.toMatchObject({ errno: -15 });
    expect(git(folder, 'rev-parse', MAIN)).toBe(first);
  });

  test('rejects with -4 without force, even when the expected value is right', async () => {
    await expect(swap({ to: second, expected: first, force: 0 })).rejects.toMatchObject({ errno: -4 });
  });

  test('sees what another process did in the meantime', async () => {
    git(folder, 'update-ref', MAIN, second);
    await expect(swap({ to: third, expected: first })).rejects.toMatchObject({ errno: -15 });

    git(folder, 'pack-refs', '--all');
    await expect(swap({ to: third, expected: first })).rejects.toMatchObject({ errno: -15 });
    await swap({ to: third, expected: second });

    git(folder, 'pack-refs', '--all');
    git(folder, 'update-ref', MAIN, first);
    git(folder, 'pack-refs', '--all');
    await expect(swap({ to: second, expected: third })).rejects.toMatchObject({ errno: -15 });
    await swap({ to: second, expected: first });
    expect(git(folder, 'rev-parse', MAIN)).toBe(second);
  });

  test.each([
    ['a reference that would be a folder of it', 'refs/heads/main/sub'],
    ['a reference that would be a file in it', 'refs/heads'],
  ])('does not create %s', async (_, ref) => {
    await expect(swap({ ref, to: first, expected: MUST_NOT_EXIST })).rejects.toThrow();
    expect(git(folder, 'for-each-ref', '--format=%(refname)')).toBe(MAIN);
  });
});

describe('Reference.createMatching', () => {
  test.each([0, 1] as const)(
    'creates what is missing when all zeros are expected (force %i)',
    async (force) => {
      await swap({ ref: 'refs/heads/new/deep', to: second, expected: MUST_NOT_EXIST, force });
      expect(git(folder, 'rev-parse', 'refs/heads/new/deep')).toBe(second);
    },
  );

  test('rejects with -3 when another value is expected of what is missing', async () => {
    await expect(swap({ ref: 'refs/heads/none', to: second, expected: first })).rejects.toMatchObject({
      errno: -3,
      message: "reference 'refs/heads/none' not found",
    });
    expect(existsSync(inGitFolder('refs/heads/none.lock'))).toBe(false);
  });

  test('rejects with -1 when the new value is no object of the repository', async () => {
    await expect(swap({ to: MISSING, expected: first })).rejects.toMatchObject({
      errno: -1,
      message: "target OID for the reference doesn't exist on the repository",
    });
  });

  test('does not mind that a branch is given something else than a commit', async () => {
    const tree = git(folder, 'rev-parse', `${first}^{tree}`);

    await expect(swap({ to: tree, expected: first })).resolves.toBeDefined();
  });

  test('rejects with -14 at once when the lock file is there, and names it', async () => {
    const lock = inGitFolder(`${MAIN}.lock`);
    writeFileSync(lock, '');

    await expect(swap({ to: second, expected: first })).rejects.toMatchObject({
      errno: -14,
      message: expect.stringContaining(lock) as unknown,
    });
    expect(existsSync(lock)).toBe(true);
  });

  test('rejects with -14 also when the lock is a link that leads nowhere, which is no reference', async () => {
    const lock = inGitFolder(`${MAIN}.lock`);
    symlinkSync('nowhere', lock);
    writeFileSync(inGitFolder('refs/heads/.hidden.lock'), `${first}\n`);

    await expect(swap({ to: second, expected: first })).rejects.toMatchObject({ errno: -14 });
    expect(await Reference.list(repository)).toEqual([MAIN]);
    expect(() => git(folder, 'update-ref', MAIN, second)).toThrow(/File exists/);
    expect(git(folder, 'for-each-ref', '--format=%(refname)')).toBe(MAIN);
    expect((await Reference.lookup(repository, MAIN)).delete()).toBe(-14);
    expectCleanRepository(folder);
  });

  test('tells a collision of names by different numbers', async () => {
    git(folder, 'update-ref', 'refs/heads/folder/file', first);
    const below = { ref: 'refs/heads/main/sub', to: first, expected: MUST_NOT_EXIST };
    const above = { ref: 'refs/heads/folder', to: first, expected: MUST_NOT_EXIST };

    await expect(swap(below)).rejects.toMatchObject({ errno: -1 });
    await expect(swap(above)).rejects.toMatchObject({ errno: -23 });
    git(folder, 'pack-refs', '--all');
    for (const collision of [below, above]) {
      await expect(swap(collision)).rejects.toMatchObject({
        errno: -1,
        message: `path to reference '${collision.ref}' collides with existing one`,
      });
    }
  });

  test('removes empty folders that stand where the reference goes', async () => {
    mkdirSync(inGitFolder('refs/heads/new/a/b'), { recursive: true });

    await swap({ ref: 'refs/heads/new', to: first, expected: MUST_NOT_EXIST });
    expect(git(folder, 'rev-parse', 'refs/heads/new')).toBe(first);
  });

  test('rejects with -23 when a folder of logs of other references stands where its log goes', async () => {
    mkdirSync(inGitFolder('logs/refs/heads/new'), { recursive: true });
    writeFileSync(inGitFolder('logs/refs/heads/new/old'), '');

    await expect(swap({ ref: 'refs/heads/new', to: first, expected: MUST_NOT_EXIST })).rejects.toMatchObject({
      errno: -23,
      message: expect.stringContaining('cannot create reflog') as unknown,
    });
    expect(existsSync(inGitFolder('refs/heads/new'))).toBe(false);
  });

  test('does not follow a symbolic reference: -15 whatever is expected, HEAD included', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/symbolic', MAIN);

    for (const ref of ['HEAD', 'refs/heads/symbolic']) {
      await expect(swap({ ref, to: second, expected: first })).rejects.toMatchObject({ errno: -15 });
    }
  });

  test('lets exactly one of many writers through', async () => {
    const handles = await Promise.all(Array.from({ length: 6 }, () => Repository.open(folder)));
    const attempts = await Promise.allSettled(
      handles.map((handle) => untyped.Reference.createMatching(handle, MAIN, second, 1, first, '')),
    );

    const failures = attempts.filter((attempt) => attempt.status === 'rejected');
    expect(failures).toHaveLength(5);
    for (const { reason } of failures) {
      expect([-14, -15]).toContain((reason as { errno: number }).errno);
    }
    expect(git(folder, 'rev-parse', MAIN)).toBe(second);
    expectCleanRepository(folder);
  });

  test('goes on while packed-refs is locked, unlike a deletion of what is packed', async () => {
    git(folder, 'pack-refs', '--all');
    const packed = await Reference.lookup(repository, MAIN);
    writeFileSync(inGitFolder('packed-refs.lock'), '');

    expect(packed.delete()).toBe(-14);
    await expect(swap({ to: second, expected: first })).resolves.toBeDefined();
  });
});

describe('The name of a reference', () => {
  test('is rejected with -12 when it breaks Git’s rules', async () => {
    const invalid = [
      ...['', 'main', 'refs', 'refs/heads/', '/refs/heads/a', 'refs/heads/.a', 'refs/heads/a.lock'],
      ...[
        'a b',
        'a..b',
        'a~1',
        'a^',
        'a:b',
        'a?',
        'a*',
        'a[',
        'a\\b',
        'a\nb',
        '@{',
        '.git',
        '../../../evil',
      ].map((name) => `refs/heads/${name}`),
      `refs/heads/${'x'.repeat(300)}`,
    ];

    for (const ref of invalid) {
      await expect(swap({ ref, to: first, expected: MUST_NOT_EXIST })).rejects.toMatchObject({ errno: -12 });
    }
  });

  test.each([
    ['ends at a NUL', 'refs/heads/before\0after', 'refs/heads/before'],
    ['loses doubled slashes', 'refs/heads//doubled', 'refs/heads/doubled'],
    ['may begin with a dash, which git branch refuses', 'refs/heads/-dash', 'refs/heads/-dash'],
    ['may be @', 'refs/heads/@', 'refs/heads/@'],
    ['may have any letters', 'refs/heads/grün', 'refs/heads/grün'],
  ])('%s', async (_, ref, stored) => {
    const created = await swap({ ref, to: first, expected: MUST_NOT_EXIST });

    expect(created.name()).toBe(stored);
    expect(git(folder, 'rev-parse', stored)).toBe(first);
  });

  test('need not begin with refs/: anything with a slash is written below the repository’s folder', async () => {
    await swap({ ref: 'hooks/post-commit', to: first, expected: MUST_NOT_EXIST });

    expect(readFileSync(inGitFolder('hooks/post-commit'), 'utf8')).toBe(`${first}\n`);
  });

  test('is needed in full by Reference.lookup; Reference.dwim takes a short one', async () => {
    await expect(Reference.lookup(repository, 'main')).rejects.toMatchObject({ errno: -12 });
    expect((await Reference.dwim(repository, 'main')).name()).toBe(MAIN);
  });
});

describe('The log of a reference', () => {
  test('gets a line with the identity of the repository’s configuration', async () => {
    git(folder, 'config', 'user.name', 'Configured');
    git(folder, 'config', 'user.email', 'configured@example.com');
    repository = await Repository.open(folder);
    await swap({ to: second, expected: first, log: 'moved' });

    const line = new RegExp(
      `^${first} ${second} Configured <configured@example.com> \\d+ [+-]\\d{4}\\tmoved\\n$`,
      'm',
    );
    expect(log(MAIN)).toMatch(line);
    expect(log('HEAD')).toMatch(line);
  });

  test('gets a line with the identity given to setIdent, whatever the configuration says', async () => {
    repository.setIdent('Given', 'given@example.com');
    await swap({ to: second, expected: first });

    expect(untypedRepository(repository).ident()).toEqual({ name: 'Given', email: 'given@example.com' });
    expect(log(MAIN)).toContain(' Given <given@example.com> ');
  });

  test('gets a line with the identity unknown where nothing says who it is; the environment does not count', () => {
    const child = runChild(
      `const repository = await nodegit.Repository.open(process.argv[1]);
       const [first, second] = process.argv.slice(2);
       await nodegit.Reference.createMatching(repository, '${MAIN}', second, 1, first, '');`,
      {
        args: [folder, first, second],
        env: { HOME: temporaryFolder(), XDG_CONFIG_HOME: '', GIT_COMMITTER_NAME: 'Environment' },
      },
    );

    expect(child).toMatchObject({ status: 0, stderr: '' });
    expect(log(MAIN)).toContain(' unknown <unknown> ');
  });

  test('has a message on one line, up to a NUL; an empty one leaves out the tab', async () => {
    repository.setIdent('Name', 'mail');
    await swap({ to: second, expected: first, log: 'one\ntwo\0three' });
    await swap({ to: third, expected: second, log: '' });

    const [, newest] = log(MAIN).trimEnd().split('\n').slice(-2);
    expect(log(MAIN)).toContain('\tone two\n');
    expect(newest).toMatch(/ Name <mail> \d+ [+-]\d{4}$/);
  });

  test('gets no line when the reference has that value already', async () => {
    const before = log(MAIN);
    await swap({ to: first, expected: first });

    expect(log(MAIN)).toBe(before);
  });

  test('is not written in a bare repository, unless core.logAllRefUpdates says so', async () => {
    await prepare('bare');
    await swap({ to: second, expected: first });
    expect(existsSync(inGitFolder('logs'))).toBe(false);

    git(folder, 'config', 'core.logAllRefUpdates', 'true');
    repository = await Repository.open(folder);
    await swap({ to: third, expected: second });
    expect(log(MAIN)).toContain(`${second} ${third}`);
  });
});

describe('Reading references', () => {
  test('Reference.nameToId follows symbolic ones; what is missing or leads nowhere is -3', async () => {
    git(folder, 'symbolic-ref', 'refs/heads/symbolic', MAIN);
    git(folder, 'symbolic-ref', 'refs/heads/nowhere', 'refs/heads/none');

    expect((await Reference.nameToId(repository, 'refs/heads/symbolic')).tostrS()).toBe(first);
    for (const ref of ['refs/heads/none', 'refs/heads/nowhere']) {
      await expect(Reference.nameToId(repository, ref)).rejects.toMatchObject({ errno: -3 });
    }
  });

  test('Reference.lookup tells a symbolic one from a direct one', async () => {
    const head = await Reference.lookup(repository, 'HEAD');
    const main = await Reference.lookup(repository, MAIN);

    expect([head.isSymbolic(), head.symbolicTarget(), head.target()]).toEqual([true, MAIN, undefined]);
    expect([main.isSymbolic(), main.symbolicTarget(), main.target().tostrS()]).toEqual([
      false,
      undefined,
      first,
    ]);
  });

  test('a list of names has loose and packed ones, each once; getReferences resolves and drops symbolic ones', async () => {
    git(folder, 'pack-refs', '--all');
    git(folder, 'update-ref', MAIN, second);
    git(folder, 'update-ref', 'refs/tags/loose', first);
    git(folder, 'symbolic-ref', 'refs/heads/nowhere', 'refs/heads/none');
    git(folder, 'symbolic-ref', 'refs/heads/symbolic', MAIN);

    const names = ['refs/heads/nowhere', 'refs/heads/symbolic', MAIN, 'refs/tags/loose'];
    expect((await Reference.list(repository)).sort()).toEqual(names.sort());
    const references = await repository.getReferences();
    expect(references.map((each) => each.name()).sort()).toEqual([MAIN, MAIN, 'refs/tags/loose']);
    const named = await untypedRepository(repository).getReferenceNames(untyped.Reference.TYPE.ALL);
    expect(named.sort()).toEqual([MAIN, MAIN, 'refs/tags/loose']);
  });

  test('an empty file, as a power failure leaves it, is -1 for every reader and writer', async () => {
    git(folder, 'pack-refs', '--all');
    writeFileSync(inGitFolder(MAIN), '');
    const error = { errno: -1, message: `corrupted loose reference file: ${MAIN}` };

    await expect(Reference.lookup(repository, MAIN)).rejects.toMatchObject(error);
    await expect(swap({ to: second, expected: first })).rejects.toMatchObject(error);
    await expect(swap({ to: second, expected: MUST_NOT_EXIST })).rejects.toMatchObject(error);
    await expect(untyped.Reference.create(repository, MAIN, second, 1, '')).rejects.toMatchObject(error);
  });

  test('a damaged file drops out of a list of names; where a packed value stands behind it, getReferences rejects', async () => {
    git(folder, 'update-ref', 'refs/heads/other', first);
    writeFileSync(inGitFolder(MAIN), '');
    await expect(Reference.list(repository)).resolves.toEqual(['refs/heads/other']);
    await expect(repository.getReferences()).resolves.toHaveLength(1);

    writeFileSync(inGitFolder(MAIN), first);
    git(folder, 'pack-refs', '--all');
    writeFileSync(inGitFolder(MAIN), '');
    await expect(Reference.list(repository)).resolves.toEqual([MAIN, 'refs/heads/other']);
    await expect(repository.getReferences()).rejects.toThrow(`corrupted loose reference file: ${MAIN}`);
  });
});

describe('Deleting a reference', () => {
  test('answers a number: 0, or -15 when it was moved since it was looked up, or -3 when it is gone', async () => {
    const stale = await Reference.lookup(repository, MAIN);
    git(folder, 'update-ref', MAIN, second);
    expect(stale.delete()).toBe(-15);
    expect(git(folder, 'rev-parse', MAIN)).toBe(second);

    const fresh = await Reference.lookup(repository, MAIN);
    expect(fresh.delete()).toBe(0);
    expect(fresh.delete()).toBe(-3);
    expect(existsSync(inGitFolder('logs', MAIN))).toBe(false);
  });

  test('with Reference.remove compares nothing, and does not mind when there is none', async () => {
    await untyped.Reference.remove(repository, MAIN);
    await untyped.Reference.remove(repository, MAIN);

    expect(git(folder, 'for-each-ref')).toBe('');
  });

  test('removes it from packed-refs and leaves the others there', async () => {
    git(folder, 'update-ref', 'refs/heads/other', second);
    git(folder, 'pack-refs', '--all');

    expect((await Reference.lookup(repository, MAIN)).delete()).toBe(0);
    expect(git(folder, 'for-each-ref', '--format=%(refname) %(objectname)')).toBe(
      `refs/heads/other ${second}`,
    );
    expectCleanRepository(folder);
  });
});

describe('Creating a reference', () => {
  test('without force rejects with -4 when it is there, be it at the same commit', async () => {
    await expect(untyped.Reference.create(repository, MAIN, first, 0, '')).rejects.toMatchObject({
      errno: -4,
    });
  });

  test('with force makes HEAD itself point at the commit', async () => {
    await untyped.Reference.create(repository, 'HEAD', second, 1, '');

    expect(repository.headDetached()).toBe(1);
    expect(git(folder, 'rev-parse', MAIN)).toBe(first);
  });

  test('by setTarget compares with the value at the time it was looked up', async () => {
    const stale = await Reference.lookup(repository, MAIN);
    git(folder, 'update-ref', MAIN, second);

    await expect(stale.setTarget(Oid.fromString(third), '')).rejects.toMatchObject({ errno: -15 });
  });
});

describe('A transaction', () => {
  test('holds the lock while others can read, and writes on commit', async () => {
    const transaction = await untyped.Transaction.create(repository);
    const signature = Signature.create('Name', 'mail', 1_000_000_000, 60);

    expect(transaction.lockRef(MAIN)).toBe(0);
    expect((await Reference.nameToId(repository, MAIN)).tostrS()).toBe(first);
    await expect(swap({ to: second, expected: first })).rejects.toMatchObject({ errno: -14 });
    expect(transaction.setTarget(MAIN, Oid.fromString(third), signature, 'by transaction')).toBe(0);
    expect(transaction.commit()).toBe(0);
    expect(git(folder, 'rev-parse', MAIN)).toBe(third);
    expect(log(MAIN)).toContain(`${first} ${third} Name <mail> 1000000000 +0100\tby transaction\n`);
    expect(readdirSync(inGitFolder('refs/heads'))).toEqual(['main']);
  });

  test('tells by its return value alone that it could not lock', async () => {
    const lock = inGitFolder(`${MAIN}.lock`);
    writeFileSync(lock, '');
    const transaction = await untyped.Transaction.create(repository);

    expect(transaction.lockRef(MAIN)).toBe(-14);
    rmSync(lock);
  });

  test('that is given up keeps its lock file until it is garbage-collected', () => {
    const child = runChild(
      `const repository = await nodegit.Repository.open(process.argv[1]);
       const exists = () => require('node:fs').existsSync(process.argv[2]);
       await (async () => (await nodegit.Transaction.create(repository)).lockRef('${MAIN}'))();
       console.log(exists());
       for (let round = 0; exists() && round < 500; round++) {
         await new Promise((resolve) => setTimeout(resolve, 5));
         gc();
       }
       console.log(exists());`,
      { args: [folder, inGitFolder(`${MAIN}.lock`)], nodeFlags: ['--expose-gc'] },
    );

    expect(child.stdout).toBe('true\nfalse\n');
  });
});
