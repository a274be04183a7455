import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { Commit as NodegitCommit } from 'nodegit';
import type { Signature as NodegitSignature } from 'nodegit';
import { InvalidObjectError } from '../../lib/errors';
import { makeCommit, readCommit, walkCommits } from '../../lib/git/commits';
import type { Commit, WalkOrder } from '../../lib/git/commits';
import type { GitRepository } from '../../lib/git/repository';
import type { CommitFields, Signature } from '../../lib/object/commit-codec';
import { EMPTY_TREE_OID } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { errorOf } from '../support/error-of';
import {
  COMMIT_TIME,
  commitFiles,
  git,
  IDENTITY,
  runGit,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';
import { expectDamage, objectFile, open, writeCommit } from './opened';

/** Who commits what stock git commits. */
const SPEC_AUTHOR: Signature = { ...IDENTITY, time: new Date(COMMIT_TIME * 1000), offset: 0 };

async function walk(repository: GitRepository, from: string, order: WalkOrder): Promise<string[]> {
  const oids: string[] = [];
  for await (const { oid } of walkCommits(repository, from, order)) oids.push(oid);
  return oids;
}

/** What `git rev-list` prints for each order. */
const REV_LIST: Readonly<Record<WalkOrder, readonly string[]>> = {
  time: [],
  topological: ['--topo-order'],
  reverse: ['--reverse'],
};

const ORDERS = Object.keys(REV_LIST) as WalkOrder[];

function revList(folder: string, from: string, order: WalkOrder): string[] {
  return git(folder, 'rev-list', ...REV_LIST[order], from).split('\n');
}

describe('a commit that is read', () => {
  it('says what git wrote', async () => {
    const { folder, objects } = await open();
    const [one, two] = ['One', 'Two'].map((message) => commitFiles(folder, 'refs/heads/x', { message }));
    const args = ['commit-tree', EMPTY_TREE_OID, '-p', String(two), '-p', String(one), '-F', '-'];
    const env = {
      GIT_AUTHOR_NAME: 'Žofie Ň',
      GIT_AUTHOR_EMAIL: 'z@example.com',
      GIT_AUTHOR_DATE: '1600000000 -0330',
      GIT_COMMITTER_DATE: '1600000001 +0545',
    };
    git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
    const oid = runGit(folder, args, { input: 'Subject\n\nBody ✓', env }).toString().trim();
    const committer = { ...IDENTITY, time: new Date(1_600_000_001_000), offset: 345 };
    expect(await readCommit(objects, oid)).toEqual({
      oid,
      tree: EMPTY_TREE_OID,
      parents: [two, one],
      author: { name: 'Žofie Ň', email: 'z@example.com', time: new Date(1_600_000_000_000), offset: -210 },
      committer,
      message: 'Subject\n\nBody ✓',
      time: committer.time,
      offset: 345,
    });
  });

  it.each(['', '\n', '\n\nSubject', 'Subject', 'Subject\n', 'Subject\r\n\r\nBody\r\n\n\n', '  Subject'])(
    'has the message as it was stored: %j',
    async (message) => {
      const { folder, objects } = await open();
      git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
      const oid = runGit(folder, ['commit-tree', EMPTY_TREE_OID, '-F', '-'], { input: message });
      expect(await readCommit(objects, oid.toString().trim())).toMatchObject({ message });
    },
  );

  it('may have headers that mean nothing here', async () => {
    const { folder, objects } = await open();
    const tree = git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
    const lines = [
      `tree ${tree}`,
      'author A <a@x> 5 +0000',
      'committer B <b@x> 6 +0000',
      'gpgsig -----BEGIN PGP SIGNATURE-----',
      ' abc',
      ' -----END PGP SIGNATURE-----',
      'unknown header',
      '',
      'Signed',
    ];
    const args = ['hash-object', '-t', 'commit', '-w', '--stdin'];
    const oid = runGit(folder, args, { input: lines.join('\n') })
      .toString()
      .trim();
    expect(await readCommit(objects, oid)).toMatchObject({ message: 'Signed', author: { name: 'A' } });
  });

  describe('is what libgit2 reads', () => {
    const headers = (author: string, committer = author, more = ''): string =>
      `tree ${EMPTY_TREE_OID}\nauthor ${author}\ncommitter ${committer}\n${more}`;
    const ada = 'Ada <ada@x> 5 +0100';

    it.each<[string, string]>([
      ['without a time', `${headers('Ada <ada@x>')}\nx`],
      ['with a blank instead of a time', `${headers('Ada <ada@x> ')}\nx`],
      ['with two blanks before the time', `${headers('Ada <ada@x>  5 +0100')}\nx`],
      ['with a text for a time', `${headers('Ada <ada@x> five +0100')}\nx`],
      ['with a time before 1970', `${headers('Ada <ada@x> -5 +0100')}\nx`],
      ['with a time that is far away', `${headers('Ada <ada@x> 99999999999 +0100')}\nx`],
      ['with a time that is further away', `${headers('Ada <ada@x> 8640000000000 +0100')}\nx`],
      ['with a time beyond 64 bits', `${headers('Ada <ada@x> 99999999999999999999 +0100')}\nx`],
      ['without an offset', `${headers('Ada <ada@x> 5')}\nx`],
      ['with a blank instead of an offset', `${headers('Ada <ada@x> 5 ')}\nx`],
      ...[
        'UTC',
        '+',
        '-',
        '+1',
        '-0000',
        '+0060',
        '+1459',
        '-1459',
        '+1500',
        '0100',
        '+01:00',
        '+0100 x',
        '-30',
      ].map(
        (offset): [string, string] =>
          [`with the offset ${offset}`, `${headers(`Ada <ada@x> 5 ${offset}`)}\nx`] as const,
      ),
      ['with an offset beyond 32 bits', `${headers('Ada <ada@x> 5 +99999999999')}\nx`],
      ['without a blank before the address', `${headers('Ada<ada@x> 5 +0100')}\nx`],
      ['without a name', `${headers('<ada@x> 5 +0100')}\nx`],
      ['with a name of blanks', `${headers('  <ada@x> 5 +0100')}\nx`],
      ['with an empty address', `${headers('Ada <> 5 +0100')}\nx`],
      ['without an address', `${headers('Ada 5 +0100')}\nx`],
      ['with an address that is not closed', `${headers('Ada <ada@x 5 +0100')}\nx`],
      ['with brackets in the wrong order', `${headers('Ada >ada@x< 5 +0100')}\nx`],
      ['with more brackets', `${headers('Ada <b> <ada@x>> 5 +0100')}\nx`],
      ['with marks around the name', `${headers(`"'.,:;\\Ada's "A" \\;:,.'" <.,"ada@x;> 5 +0100`)}\nx`],
      ...Array.from(`,:;\\"'.!()-`).map((mark): [string, string] => [
        `with ${mark} around the name`,
        `${headers(`${mark}${mark} Ada ${mark} <${mark}ada@x${mark}> 5 +0100`)}\nx`,
      ]),
      ['with two authors', `${headers(`${ada}\nauthor Bob <b@x> 6 +0000`)}\nx`],
      ['with two committers', `${headers(ada, `${ada}\ncommitter Bob <b@x> 6 +0000`)}\nx`],
      ['without a committer', `tree ${EMPTY_TREE_OID}\nauthor ${ada}\n\nx`],
      ['without an author', `tree ${EMPTY_TREE_OID}\ncommitter ${ada}\n\nx`],
      ['without a tree', `author ${ada}\ncommitter ${ada}\n\nx`],
      ['with the parent after the author', `${headers(ada, ada, `parent ${EMPTY_TREE_OID}\n`)}\nx`],
      ['with a short parent', `tree ${EMPTY_TREE_OID}\nparent 12\nauthor ${ada}\ncommitter ${ada}\n\nx`],
      ['with a tree in upper case', `${headers(ada).replace(/[0-9a-f]{40}/, (oid) => oid.toUpperCase())}\nx`],
      ['with an encoding that nobody knows', `${headers(ada, ada, 'encoding x\n')}\nGr\xfc\xdfe`],
      ['with bytes that are no UTF-8', `${headers('Gr\xfc\xdfe <a@x> 5 +0100')}\nGr\xfc\xdfe \xe4\xbd`],
      ['with a tag that it merges', `${headers(ada, ada, 'mergetag object 1\n type commit\n \n x\n')}\nx`],
      ['with a signature', `${headers(ada, ada, 'gpgsig -----BEGIN\n \n abc\n -----END\n')}\nx\n`],
      ['without a message', headers(ada)],
      ['with an empty message', `${headers(ada)}\n`],
      ['with a message that begins with newlines', `${headers(ada)}\n\n\nx`],
      ['with a header that breaks off', `${headers(ada)}gpgsig abc`],
      ['with a committer that breaks off', headers(ada).slice(0, -1)],
      ['with NUL in the message', `${headers(ada)}\nab\0c`],
      ['with NUL in the name', `${headers('A\0da <ada@x> 5 +0100')}\nx`],
      ['with carriage returns', `${headers(`${ada}\r`)}\r\nx`],
    ])('%s', async (_, content) => {
      const { folder, repository, objects } = await open();
      expectDamage(folder);
      git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
      const args = ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'];
      const oid = runGit(folder, args, { input: Buffer.from(content, 'latin1') })
        .toString()
        .trim();
      const oracle = await NodegitCommit.lookup(repository.handle, oid).then(
        (commit) => ({
          tree: commit.treeId().tostrS(),
          parents: commit.parents().map((parent) => parent.tostrS()),
          message: commit.messageRaw(),
          author: signatureOf(commit.author()),
          committer: signatureOf(commit.committer()),
        }),
        () => 'refused',
      );
      const read = await readCommit(objects, oid).then(
        ({ tree, parents, message, author, committer }) => ({ tree, parents, message, author, committer }),
        (error: unknown) => (error instanceof InvalidObjectError ? 'refused' : error),
      );
      expect(read).toEqual(oracle);
    });
  });

  it('is the same when it comes from a walk', async () => {
    const { folder, repository, objects } = await open();
    const oid = commitFiles(folder, 'refs/heads/main', { message: 'One\n\nBody' });
    const walked: Commit[] = [];
    for await (const commit of walkCommits(repository, oid, 'time')) walked.push(commit);
    expect(walked).toEqual([await readCommit(objects, oid)]);
  });

  it('is the same as the one that was made of its fields', async () => {
    const { objects } = await open();
    const fields: CommitFields = {
      tree: await objects.writeTree(StagedTree.empty(objects)),
      parents: [],
      author: { name: 'Ada', email: 'a@x', time: new Date(1_500_000_000_999), offset: -210 },
      committer: { name: 'Bob', email: 'b@x', time: new Date(1_600_000_000_001), offset: 899 },
      message: '\nHello ✓\n',
    };
    const oid = await writeCommit(objects, fields);
    expect(makeCommit(oid, fields)).toEqual(await readCommit(objects, oid));
  });

  it.each([
    ['nothing has', () => '1'.repeat(40)],
    ['a tree has', (folder: string) => git(folder, 'rev-parse', 'main^{tree}')],
    ['a blob has', (folder: string) => git(folder, 'rev-parse', 'main:a')],
    ['a tag has', (folder: string) => git(folder, 'rev-parse', 'v1')],
  ])('cannot be had from an oid that %s', async (_, oidIn) => {
    const { folder, objects } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    git(folder, 'tag', '--annotate', '--message=x', 'v1', 'main');
    const oid = oidIn(folder);
    expect(await errorOf(() => readCommit(objects, oid))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
      message: `The repository has no commit ${oid}.`,
      details: { oid },
    });
  });

  it('cannot be had from a file that was cut short, and that is said instead of waited for', async () => {
    const { folder, objects } = await open();
    expectDamage(folder);
    const signature = { name: 'Ada', email: 'a@x', time: new Date(0), offset: 0 };
    const fields = { tree: EMPTY_TREE_OID, parents: [], author: signature, committer: signature };
    const oid = await writeCommit(objects, { ...fields, message: 'x' });
    const file = objectFile(folder, oid);
    const whole = readFileSync(file);
    rmSync(file);
    writeFileSync(file, whole.subarray(0, whole.length / 2));
    expect(await errorOf(() => readCommit(objects, oid))).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid, path: file },
    });
  });

  it('cannot be had from bytes that are no commit', async () => {
    const { folder, objects } = await open();
    expectDamage(folder);
    const args = ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'];
    const oid = runGit(folder, args, { input: 'garbage' }).toString().trim();
    expect(await errorOf(() => readCommit(objects, oid))).toMatchObject({
      code: 'INVALID_OBJECT',
      message: `The commit ${oid} is malformed: it names no tree; run "git fsck" on it.`,
      details: { oid },
    });
  });
});

describe('a walk of history', () => {
  it.each(ORDERS)('begins or ends with the commit itself: %s', async (order) => {
    const { folder, repository } = await open();
    const oid = commitFiles(folder, 'refs/heads/main');
    expect(await walk(repository, oid, order)).toEqual([oid]);
  });

  it('brings the newest first, also when all are of one second', async () => {
    const { folder, repository } = await open();
    const oids: string[] = [];
    for (let count = 0; count < 20; count++) {
      oids.unshift(
        commitFiles(folder, 'refs/heads/main', { message: `${count}`, parents: oids.slice(0, 1) }),
      );
    }
    expect(await walk(repository, String(oids[0]), 'time')).toEqual(oids);
    expect(await walk(repository, String(oids[0]), 'topological')).toEqual(oids);
    expect(await walk(repository, String(oids[0]), 'reverse')).toEqual([...oids].reverse());
  });

  it.each([255, 256, 257, 512, 600])('brings all of %d commits', async (count) => {
    const { folder, repository } = await open();
    const commits = Array.from({ length: count }, (_, at) => ({
      parents: at === 0 ? [] : [at - 1],
      time: at >> 2,
    }));
    const last = importHistory(folder, commits).at(-1) as string;
    for (const order of ORDERS) {
      expect(await walk(repository, last, order)).toEqual(revList(folder, last, order));
    }
  });

  it('has the order of git rev-list for any history, with merges, equal times and clocks that go wrong', async () => {
    const { folder, repository } = await open();
    const history = fc
      .array(
        fc.record({
          parents: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
          time: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1000 })),
        }),
        { minLength: 1, maxLength: 25 },
      )
      .map((list) =>
        list.map(({ parents, time }, at) => ({
          time,
          parents: parents.map((back) => at - 1 - back).filter((parent) => parent >= 0),
        })),
      );
    await fc.assert(
      fc.asyncProperty(history, async (commits) => {
        const last = importHistory(folder, commits).at(-1) as string;
        for (const order of ORDERS) {
          expect({ order, oids: await walk(repository, last, order) }).toEqual({
            order,
            oids: revList(folder, last, order),
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('can be left early', async () => {
    const { folder, repository } = await open();
    const one = commitFiles(folder, 'refs/heads/main', { message: 'One' });
    const two = commitFiles(folder, 'refs/heads/main', { message: 'Two', parents: [one] });
    for await (const commit of walkCommits(repository, two, 'time')) {
      expect(commit.oid).toBe(two);
      break;
    }
    expect(await walk(repository, two, 'time')).toEqual([two, one]);
  });

  it('can go on beside another', async () => {
    const { folder, repository } = await open();
    const commits = Array.from({ length: 300 }, (_, at) => ({ parents: at === 0 ? [] : [at - 1], time: at }));
    const last = importHistory(folder, commits).at(-1) as string;
    const walks = await Promise.all(ORDERS.map((order) => walk(repository, last, order)));
    expect(walks).toEqual(ORDERS.map((order) => revList(folder, last, order)));
  });

  it('follows a tag to its commit', async () => {
    const { folder, repository } = await open();
    const oid = commitFiles(folder, 'refs/heads/main');
    git(folder, 'tag', '--annotate', '--message=x', 'v1', 'main');
    expect(await walk(repository, git(folder, 'rev-parse', 'v1'), 'time')).toEqual([oid]);
  });

  it('ends where a shallow clone does', async () => {
    const origin = temporaryRepository();
    const commits = Array.from({ length: 6 }, (_, at) => ({ parents: at === 0 ? [] : [at - 1], time: at }));
    const last = importHistory(origin, commits).at(-1) as string;
    git(origin, 'update-ref', 'refs/heads/main', last);
    const clone = path.join(temporaryFolder(), 'clone');
    git(origin, 'clone', '--quiet', '--depth=3', `file://${origin}`, clone);
    const { repository } = await open(clone);
    for (const order of ORDERS) {
      const oids = await walk(repository, last, order);
      expect(oids).toHaveLength(3);
      expect(oids).toEqual(revList(clone, last, order));
    }
  });

  it.each(ORDERS)('from an oid that no commit has is an error: %s', async (order) => {
    const { folder, repository } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    for (const oid of ['1'.repeat(40), git(folder, 'rev-parse', 'main:a')]) {
      expect(await errorOf(() => walk(repository, oid, order))).toMatchObject({
        code: 'OBJECT_NOT_FOUND',
        details: { oid },
      });
    }
  });

  it.each<[string, (file: string) => void]>([
    [
      'missing',
      (file) => {
        rmSync(file);
      },
    ],
    [
      'damaged',
      (file) => {
        rmSync(file);
        writeFileSync(file, 'garbage');
      },
    ],
  ])('is an error where a commit is %s, and not the end', async (_, damage) => {
    const { folder } = await open();
    expectDamage(folder);
    const oids: string[] = [];
    const tree = git(folder, 'hash-object', '-t', 'tree', '-w', '/dev/null');
    for (let count = 0; count < 3; count++) {
      const parents = oids.slice(0, 1).flatMap((parent) => ['-p', parent]);
      oids.unshift(git(folder, 'commit-tree', tree, ...parents, '-m', `${count}`));
    }
    damage(objectFile(folder, String(oids[1])));
    const { repository } = await open(folder);
    expectDamage(folder);
    for (const order of ORDERS) {
      expect(await errorOf(() => walk(repository, String(oids[0]), order))).toMatchObject({
        code: 'GIT_ERROR',
        details: { operation: `walk from ${String(oids[0])}` },
      });
    }
  });
});

function signatureOf(signature: NodegitSignature): Signature {
  const when = signature.when();
  return {
    name: signature.name(),
    email: signature.email(),
    time: new Date(when.time() * 1000),
    offset: when.offset(),
  };
}

/** Commits by the positions of their parents, with times in seconds after the usual one; returns the oids. */
function importHistory(
  folder: string,
  commits: readonly { readonly parents: readonly number[]; readonly time: number }[],
): string[] {
  const { name, email, time: start } = SPEC_AUTHOR;
  const blocks = commits.map(({ parents, time }, at) => {
    const links = parents.map((parent, position) => `${position === 0 ? 'from' : 'merge'} :${parent + 1}\n`);
    const seconds = start.getTime() / 1000 + time;
    const message = `Commit ${at}`;
    return (
      `reset refs/heads/imported\ncommit refs/heads/imported\nmark :${at + 1}\n` +
      `committer ${name} <${email}> ${seconds} +0000\ndata ${message.length}\n${message}\n${links.join('')}\n`
    );
  });
  const marks = commits.map((_, at) => `get-mark :${at + 1}\n`);
  const input = `${blocks.join('')}${marks.join('')}`;
  return runGit(folder, ['fast-import', '--quiet', '--force'], { input }).toString().trim().split('\n');
}
