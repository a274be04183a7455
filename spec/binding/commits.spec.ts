import { Commit, Oid, Repository, Signature, Tree } from 'nodegit';
import { runChild } from '../support/child-process';
import { untyped } from '../support/nodegit-untyped';
import {
  commitFiles,
  expectCleanRepository,
  git,
  runGit,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';

const MAIN = 'refs/heads/main';

let folder: string;
let repository: Repository;
let tree: Tree;

beforeEach(async () => {
  folder = temporaryRepository();
  const tip = commitFiles(folder, 'refs/heads/fixture', { files: { file: 'content' } });
  repository = await Repository.open(folder);
  tree = await Tree.lookup(repository, git(folder, 'rev-parse', `${tip}^{tree}`));
});

interface NewCommit {
  readonly message?: string;
  readonly ref?: string | null;
  readonly signature?: Signature;
  readonly encoding?: string | null;
  readonly parents?: readonly Commit[];
}

async function commit(fields: NewCommit = {}): Promise<string> {
  const { message = 'message', ref = null, encoding = null, parents = [] } = fields;
  const { signature = Signature.create('Name', 'mail', 1000, 60) } = fields;
  const oid = await untyped.Commit.create(
    repository,
    ref,
    signature,
    signature,
    encoding,
    message,
    tree,
    parents.length,
    parents,
  );
  return oid.tostrS();
}

/** A commit's object without the line of its tree. */
function stored(oid: string): string {
  return runGit(folder, ['cat-file', 'commit', oid])
    .toString()
    .replace(/^tree .*\n/, '');
}

const HEADER = 'author Name <mail> 1000 +0100\ncommitter Name <mail> 1000 +0100\n';

describe('The message of a commit', () => {
  test.each([
    'no newline',
    'with newline\n',
    '',
    '\n\nlines before\n\n\nand after \n\n',
    '# hash\n',
    'Grüße €',
    'a\r\nb',
  ])('is stored as it is: %j', async (message) => {
    const oid = await commit({ message });

    expect(stored(oid)).toBe(`${HEADER}\n${message}`);
    expect((await Commit.lookup(repository, oid)).messageRaw()).toBe(message);
  });

  test('loses the newlines before it when read by message, not by messageRaw', async () => {
    const read = await Commit.lookup(repository, await commit({ message: '\n\nsubject\n' }));

    expect([read.message(), read.messageRaw(), read.summary()]).toEqual([
      'subject\n',
      '\n\nsubject\n',
      'subject',
    ]);
  });

  test('ends at a NUL', async () => {
    expect(stored(await commit({ message: 'before\0after' }))).toBe(`${HEADER}\nbefore`);
  });

  test('has half a surrogate pair replaced', async () => {
    expect(stored(await commit({ message: '\ud800' }))).toBe(`${HEADER}\n\ufffd`);
  });

  test('is UTF-8 whatever encoding is named beside it', async () => {
    const oid = await commit({ message: 'é', encoding: 'ISO-8859-1' });

    expect(stored(oid)).toBe(`${HEADER}encoding ISO-8859-1\n\né`);
  });

  test('in another encoding is read as if it were UTF-8', async () => {
    const person = 'J\xe9r\xf4me <mail> 1 +0000';
    const input = Buffer.from(
      `tree ${tree.id().tostrS()}\nauthor ${person}\ncommitter ${person}\nencoding ISO-8859-1\n\ncaf\xe9\n`,
      'latin1',
    );
    const oid = runGit(folder, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input }).toString().trim();
    const read = await Commit.lookup(repository, oid);

    expect(read.messageEncoding()).toBe('ISO-8859-1');
    expect([read.message(), read.author().name()]).toEqual(['caf\ufffd\n', 'J\ufffdr\ufffdme']);
  });
});

describe('A signature', () => {
  test.each([
    ['is trimmed', ' Name ', ' mail ', 'Name', 'mail'],
    ['loses quotes, and punctuation at its ends', '"Name",', "'mail';", 'Name', 'mail'],
    ['ends at a NUL', 'Na\0me', 'ma\0il', 'Na', 'ma'],
    ['may have any letters', 'Jérôme', 'ü@example.com', 'Jérôme', 'ü@example.com'],
  ])('%s', (_, name, email, storedName, storedEmail) => {
    const signature = Signature.create(name, email, 0, 0);

    expect([signature.name(), signature.email()]).toEqual([storedName, storedEmail]);
  });

  test.each([
    ['', 'mail'],
    ['Name', ''],
    [' ', 'mail'],
    ['Name', ','],
  ])('without name or address is refused: %j, %j', (name, email) => {
    expect(() => Signature.create(name, email, 0, 0)).toThrow('Signature cannot have an empty name or email');
  });

  test.each(['A <B', 'A> B', '<>'])('with angle brackets is refused: %s', (name) => {
    expect(() => Signature.create(name, 'mail', 0, 0)).toThrow('angle brackets');
    expect(() => Signature.create('Name', name, 0, 0)).toThrow('angle brackets');
  });

  test('may have newlines, with which the commit is broken for git and for libgit2', async () => {
    const oid = await commit({ signature: Signature.create('Name\nparent', 'ma\nil', 0, 0) });

    expect(stored(oid)).toContain('author Name\nparent <ma\nil> 0 +0000\n');
    expect(() => git(folder, 'fsck', '--strict')).toThrow('missingEmail');
    await expect(Commit.lookup(repository, oid)).rejects.toMatchObject({ errno: -1 });
  });

  test.each([
    [0, '0'],
    [2 ** 31, '2147483648'],
    [2 ** 32 - 1, '4294967295'],
    [1.9, '1'],
    // From here on the time is not what was asked for.
    [2 ** 32 + 5, '5'],
    [-1, '4294967295'],
  ])('of the time %d is stored as %s, for times are written with 32 bits', async (time, text) => {
    const signature = Signature.create('Name', 'mail', time, 0);

    expect(signature.when().time()).toBe(Math.trunc(time));
    expect(stored(await commit({ signature }))).toContain(`author Name <mail> ${text} +0000\n`);
  });

  test('of a later time that others wrote is read as it is', async () => {
    const time = 2 ** 40;
    const person = `Name <mail> ${time} +0000`;
    const input = `tree ${tree.id().tostrS()}\nauthor ${person}\ncommitter ${person}\n\nlater\n`;
    const oid = runGit(folder, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input }).toString().trim();
    const read = await Commit.lookup(repository, oid);

    expect([read.time(), read.author().when().time()]).toEqual([time, time]);
  });

  test.each([
    [60, '+0100', 60],
    [-30, '-0030', -30],
    [-720, '-1200', -720],
    [899, '+1459', 899],
    // Further from UTC than any place on earth: written, but read as none.
    [1439, '+2359', 0],
  ])('of the offset %d is stored as %s and read as %d', async (offset, text, read) => {
    const oid = await commit({ signature: Signature.create('Name', 'mail', 1, offset) });

    expect(stored(oid)).toContain(`author Name <mail> 1 ${text}\n`);
    expect((await Commit.lookup(repository, oid)).author().when().offset()).toBe(read);
    expectCleanRepository(folder);
  });

  test('by default is that of the configuration; without one Signature.default rejects with -3', () => {
    const child = runChild(
      `const repository = await nodegit.Repository.open(process.argv[1]);
       const attempt = () => nodegit.Signature.default(repository).then(String, ({ errno }) => errno);
       console.log(await attempt());
       const config = await repository.config();
       await config.setString('user.name', 'Configured');
       await config.setString('user.email', 'configured@example.com');
       console.log(await attempt());`,
      {
        args: [folder],
        env: { HOME: temporaryFolder(), XDG_CONFIG_HOME: '', GIT_AUTHOR_NAME: 'Environment' },
      },
    );

    expect(child.stdout).toBe('-3\nConfigured <configured@example.com>\n');
  });
});

describe('Commit.create with a reference', () => {
  test('moves it, when it is at the first parent', async () => {
    const root = await commit({ ref: MAIN });
    expect(git(folder, 'rev-parse', MAIN)).toBe(root);

    const parents = [await Commit.lookup(repository, root)];
    const child = await commit({ ref: MAIN, parents });
    expect(git(folder, 'log', '--format=%H', MAIN)).toBe(`${child}\n${root}`);
    expectCleanRepository(folder);
  });

  test('rejects with -15 when it is elsewhere, or there although no parent is given', async () => {
    const root = await commit({ ref: MAIN });
    const parents = [await Commit.lookup(repository, root)];
    const child = await commit({ ref: MAIN, parents });

    const error = { errno: -15, message: 'failed to create commit: current tip is not the first parent' };
    await expect(commit({ ref: MAIN, parents, message: 'other' })).rejects.toMatchObject(error);
    await expect(commit({ ref: MAIN, message: 'other' })).rejects.toMatchObject(error);
    expect(git(folder, 'rev-parse', MAIN)).toBe(child);
  });

  test('follows HEAD to its branch', async () => {
    const oid = await commit({ ref: 'HEAD' });

    expect(git(folder, 'rev-parse', MAIN)).toBe(oid);
    expect(repository.headDetached()).toBe(0);
  });

  test('null moves nothing, an empty name is rejected with -12', async () => {
    await commit({ ref: null });
    expect(git(folder, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/fixture');
    await expect(commit({ ref: '' })).rejects.toMatchObject({ errno: -12 });
  });
});

test('the same parent may be given twice', async () => {
  const parent = await Commit.lookup(repository, await commit());

  expect(stored(await commit({ parents: [parent, parent] })).match(/^parent /gm)).toHaveLength(2);
});

test('a commit is looked up by an oid as string or object', async () => {
  const oid = await commit();

  for (const id of [oid, Oid.fromString(oid)]) expect((await Commit.lookup(repository, id)).sha()).toBe(oid);
});
