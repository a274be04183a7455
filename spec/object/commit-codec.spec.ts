import fc from 'fast-check';
import {
  checkOffset,
  checkSignature,
  decodeCommit,
  decodeCommitLinks,
  encodeCommit,
} from '../../lib/object/commit-codec';
import type { CommitFields, Signature } from '../../lib/object/commit-codec';
import { EMPTY_TREE_OID, hashObject } from '../../lib/object/oid';
import { errorOf } from '../support/error-of';
import { expectCleanRepository, git, runGit, temporaryRepository } from '../support/temporary-repository';

const repository = temporaryRepository({ bare: true });

const ADA: Signature = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  time: new Date('2017-07-14T02:40:00Z'),
  offset: 0,
};

function commit(fields: Partial<CommitFields> = {}): CommitFields {
  return { tree: EMPTY_TREE_OID, parents: [], author: ADA, committer: ADA, message: '', ...fields };
}

/** What git writes for the same commit. */
function commitOfGit({ tree, parents, author, committer, message }: CommitFields): string {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  const env = { ...signer('AUTHOR', author), ...signer('COMMITTER', committer) };
  const oid = runGit(repository, args, { input: message, env }).toString().trim();
  return runGit(repository, ['cat-file', 'commit', oid]).toString('latin1');
}

function signer(role: string, { name, email, time, offset }: Signature): Record<string, string> {
  const sign = offset < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
  return {
    [`GIT_${role}_NAME`]: name,
    [`GIT_${role}_EMAIL`]: email,
    [`GIT_${role}_DATE`]: `@${Math.floor(time.getTime() / 1000)} ${sign}${hours}${minutes}`,
  };
}

function store(content: Buffer): string {
  return runGit(repository, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input: content })
    .toString()
    .trim();
}

beforeAll(() => {
  git(repository, 'hash-object', '-t', 'tree', '-w', '/dev/null');
});

describe('an encoded commit', () => {
  const parent = (message: string): string => store(encodeCommit(commit({ message })));

  it.each<[string, () => Partial<CommitFields>]>([
    ['without a parent', () => ({ message: 'The first' })],
    ['with a parent', () => ({ parents: [parent('one')] })],
    ['with three parents, in their order', () => ({ parents: ['c', 'a', 'b'].map(parent) })],
    ['with a message that ends in a newline', () => ({ message: 'Subject\n\nBody\n' })],
    ['with a message that does not', () => ({ message: 'Subject\n\nBody' })],
    ['with an empty message', () => ({ message: '' })],
    ['with a message that begins with newlines', () => ({ message: '\n\nSubject' })],
    ['with carriage returns and tabs', () => ({ message: 'a\r\n\tb\r\n' })],
    ['with other scripts', () => ({ message: 'Grüße 世界 😀', author: { ...ADA, name: 'Žofie Ň 😀' } })],
    ['with another committer', () => ({ committer: { ...ADA, name: 'Charles', email: 'c@x' } })],
    ['with a name of several words and marks', () => ({ author: { ...ADA, name: "J. R. O'Neil (x)" } })],
    ['east of Greenwich', () => ({ author: { ...ADA, offset: 345 } })],
    ['west of Greenwich', () => ({ author: { ...ADA, offset: -210 } })],
    ['less than an hour to the west', () => ({ author: { ...ADA, offset: -30 } })],
    [
      'at the furthest offset',
      () => ({ author: { ...ADA, offset: 899 }, committer: { ...ADA, offset: -899 } }),
    ],
    ['at the beginning of time', () => ({ author: { ...ADA, time: new Date(0) } })],
    ['in a century to come', () => ({ author: { ...ADA, time: new Date('2121-01-01') } })],
    ['within a second', () => ({ author: { ...ADA, time: new Date(1_500_000_000_999) } })],
  ])('is what git commit-tree writes: %s', (_, fields) => {
    const given = commit(fields());
    expect(encodeCommit(given).toString('latin1')).toBe(commitOfGit(given));
  });

  it('is what git commit-tree writes, whatever is signed and said', () => {
    const signature = fc.record({
      name: fc.stringMatching(/^[A-Za-zÀ-ž][A-Za-zÀ-ž .'-]{0,20}[A-Za-zÀ-ž]$/),
      email: fc.stringMatching(/^[a-z0-9][a-z0-9.+'"-]{0,10}@[a-z0-9]+(\.[a-z]+)?$/),
      // Git takes a small number in the environment for another kind of date.
      time: fc.date({ min: new Date(1e11), max: new Date(4e12), noInvalidDate: true }),
      offset: fc.integer({ min: -899, max: 899 }),
    });
    const message = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''));
    fc.assert(
      fc.property(signature, signature, message, (author, committer, said) => {
        const given = commit({ author, committer, message: said });
        expect(encodeCommit(given).toString('latin1')).toBe(commitOfGit(given));
      }),
      { numRuns: 40 },
    );
  });

  it('keeps marks and spaces at the ends of a name, which git commit-tree leaves out', () => {
    const given = commit({ author: { ...ADA, name: ' Ada Jr.', email: 'ada@example.com.' } });
    expect(encodeCommit(given).toString()).toContain('\nauthor  Ada Jr. <ada@example.com.> ');
    expect(commitOfGit(given)).toContain('\nauthor Ada Jr <ada@example.com> ');
    store(encodeCommit(given));
  });

  it('writes an offset of minus zero as +0000', () => {
    const given = commit({ author: { ...ADA, offset: -0 } });
    expect(encodeCommit(given).toString()).toContain('<ada@example.com> 1500000000 +0000\n');
  });

  it('has the oid under which git stores it', () => {
    const content = encodeCommit(commit({ message: 'x' }));
    expect(store(content)).toBe(hashObject('commit', content));
  });

  afterAll(() => {
    expectCleanRepository(repository);
  });
});

describe('a commit that the format cannot hold', () => {
  it.each([
    ['NUL', 'a\0b', 'The commit message contains NUL, which Git cannot store. Remove it.'],
    ['half of a surrogate pair', 'a\ud83db', 'half of a surrogate pair'],
  ])('is refused for %s in its message', async (_, message, problem) => {
    const error = await errorOf(() => encodeCommit(commit({ message })));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'message', value: message } });
    expect(error.message).toContain(problem);
  });

  it.each<[string, string, unknown, string]>([
    ['a name that is missing', 'name', undefined, 'must be a string'],
    ['a name that is no text', 'name', 7, 'must be a string'],
    ['an empty name', 'name', '', 'must not be empty'],
    ['a name of spaces', 'name', '  \t', 'must not be empty'],
    ['a name with an angle bracket', 'name', 'Ada <x', 'must not contain <, >, or control characters'],
    ['a name with a newline', 'name', 'Ada\nparent x', 'must not contain <, >, or control characters'],
    ['a name with NUL', 'name', 'Ada\0', 'must not contain <, >, or control characters'],
    ['a name with half of a surrogate pair', 'name', 'Ada \ud83d', 'contains half of a surrogate pair'],
    ['an empty address', 'email', '', 'must not be empty'],
    ['an address with an angle bracket', 'email', 'a@b> 0 +0000', 'must not contain <, >, or control'],
    ['a time that is missing', 'time', undefined, 'must be a valid Date, not before 1970'],
    ['a time that is a number', 'time', 1_500_000_000, 'must be a valid Date, not before 1970'],
    ['an invalid date', 'time', new Date(NaN), 'must be a valid Date, not before 1970'],
    ['a time before 1970', 'time', new Date(-1), 'must be a valid Date, not before 1970'],
    ['an offset that is missing', 'offset', undefined, 'must be a whole number of minutes'],
    ['an offset that is text', 'offset', '+0200', 'must be a whole number of minutes'],
    ['half a minute', 'offset', 0.5, 'must be a whole number of minutes'],
    ['an offset that is not a number', 'offset', NaN, 'must be a whole number of minutes'],
    ['an offset that libgit2 would read as none', 'offset', 900, 'at most 899 to either side'],
    ['such an offset to the west', 'offset', -900, 'at most 899 to either side'],
  ])('is refused for %s', async (_, part, value, problem) => {
    for (const role of ['author', 'committer'] as const) {
      const error = await errorOf(() => encodeCommit(commit({ [role]: { ...ADA, [part]: value } })));
      expect(error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { option: `${role}.${part}`, value },
      });
      expect(error.message).toContain(problem);
    }
  });
});

describe('a signature that is checked', () => {
  it('comes back as it was', () => {
    expect(checkSignature('author', ADA)).toBe(ADA);
  });

  it('is named in the error by the role that was given', async () => {
    const error = await errorOf(() => checkSignature('reviewer', { ...ADA, name: '' }));
    expect(error.message).toBe(`The reviewer's name "" must not be empty.`);
  });
});

describe('an offset that is checked', () => {
  it.each([0, -210, 345, 899, -899])('comes back when it is %d', (offset) => {
    expect(checkOffset('timeZoneOffset', offset)).toBe(offset);
  });

  it('is named in the error by the option that was given', async () => {
    const error = await errorOf(() => checkOffset('timeZoneOffset', 1.5));
    expect(error).toMatchObject({ details: { option: 'timeZoneOffset', value: 1.5 } });
    expect(error.message).toMatch(/^timeZoneOffset must be a whole number of minutes/);
  });
});

describe('decodeCommitLinks', () => {
  const oid = '0'.repeat(40);
  const parents = ['1'.repeat(40), 'ab'.repeat(20)];

  it.each([
    ['of a root', commit()],
    ['of a merge', commit({ parents, message: 'committer X <x@y> 5 +0000\n' })],
    ['with odd names', commit({ author: { ...ADA, name: 'é > x'.replace('>', '') } })],
  ])('finds what decoding all of a commit %s finds', (_name, fields) => {
    const content = encodeCommit(fields);
    const { tree, parents, committer } = decodeCommit(oid, content);
    expect(decodeCommitLinks(oid, content)).toEqual({ tree, parents, time: committer.time.getTime() / 1000 });
  });

  it('reads as much of an odd commit as decoding it does', () => {
    const odd = Buffer.from(`tree ${EMPTY_TREE_OID}\nauthor A <a>\ncommitter A <a> x\n\n`);
    expect(() => decodeCommit(oid, odd)).toThrow();
    expect(() => decodeCommitLinks(oid, odd)).toThrow();
    const early = Buffer.from(`tree ${EMPTY_TREE_OID}\nauthor A <a>\ncommitter A <a> -5 +0000\n\n`);
    expect(decodeCommitLinks(oid, early).time).toBe(-5);
  });
});
