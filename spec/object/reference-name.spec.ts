import fc from 'fast-check';
import { branchRef, checkReferenceName, isBranchRef, shortBranchName } from '../../lib/object/reference-name';
import { errorOf } from '../support/error-of';
import { acceptedReferences } from './git-verdicts';

/** Full names that Git accepts. */
const ACCEPTED: readonly string[] = [
  'refs/heads/main',
  'refs/heads/feature/one',
  'refs/tags/v1.0',
  'refs/heads/@',
  'refs/heads/a@b',
  'refs/heads/{}',
  'refs/heads/a{b',
  'refs/heads/-x',
  'refs/heads/HEAD',
  'refs/heads/a.b',
  'refs/heads/a./b',
  'refs/heads/lock',
  'refs/heads/a.lock.x',
  'refs/heads/a!"#$%&\'()+,;<=>]_`|',
  'refs/heads/ä/世界/😀',
  'refs/heads/\u0080',
  'refs/x',
  'a/b',
  `refs/heads/${'x'.repeat(250)}`,
  `refs/heads/${'ä'.repeat(125)}`,
];

/** Full names that Git refuses, and why. */
const REFUSED: readonly (readonly [ref: string, reason: string])[] = [
  ['main', 'has no slash'],
  ['HEAD', 'has no slash'],
  ['@', 'has no slash'],
  ['', 'has no slash'],
  ['refs/heads/', 'is empty or has an empty component between slashes'],
  ['/refs/heads/a', 'is empty or has an empty component between slashes'],
  ['refs//heads/a', 'is empty or has an empty component between slashes'],
  ['refs/heads/.a', 'has a component that starts with a dot'],
  ['refs/.heads/a', 'has a component that starts with a dot'],
  ['refs/heads/.', 'ends with a dot'],
  ['refs/heads/a.', 'ends with a dot'],
  ['refs/heads/a..b', 'contains ".."'],
  ['refs/heads/..', 'contains ".."'],
  ['refs/heads/a.lock', 'has a component that ends with ".lock"'],
  ['refs/heads/a.lock/b', 'has a component that ends with ".lock"'],
  ['refs/heads/.lock', 'has a component that starts with a dot'],
  ['refs/heads/a@{b', 'contains "@{"'],
  ['refs/heads/@{', 'contains "@{"'],
  ['refs/heads/a b', 'contains " "'],
  ['refs/heads/a~1', 'contains "~"'],
  ['refs/heads/a^', 'contains "^"'],
  ['refs/heads/a:b', 'contains ":"'],
  ['refs/heads/a?', 'contains "?"'],
  ['refs/heads/*', 'contains "*"'],
  ['refs/heads/a[b', 'contains "["'],
  ['refs/heads/a\\b', 'contains "\\\\"'],
  ['refs/heads/a\nb', 'contains "\\n"'],
  ['refs/heads/a\x01', 'contains "\\u0001"'],
  ['refs/heads/a\x1f', 'contains "\\u001f"'],
  ['refs/heads/a\x7f', 'contains "\x7f"'],
];

/** Names of branches that Git accepts, and what they are in full. */
const BRANCHES: readonly (readonly [name: string, ref: string])[] = [
  ['main', 'refs/heads/main'],
  ['feature/one', 'refs/heads/feature/one'],
  ['refs/heads/main', 'refs/heads/main'],
  ['heads/main', 'refs/heads/heads/main'],
  ['refs/tags/v1', 'refs/heads/refs/tags/v1'],
  ['head', 'refs/heads/head'],
  ['HEAD/x', 'refs/heads/HEAD/x'],
  ['a-b', 'refs/heads/a-b'],
  ['a/-b', 'refs/heads/a/-b'],
];

/** Names that Git refuses for a branch, and why. */
const NO_BRANCHES: readonly (readonly [name: string, reason: string])[] = [
  ['', 'is empty or has an empty component between slashes'],
  ['HEAD', 'is "HEAD"'],
  ['-d', 'starts with a dash, so git would take it for an option'],
  ['a b', 'contains " "'],
  ['a..b', 'contains ".."'],
  ['/a', 'is empty or has an empty component between slashes'],
  ['a.lock', 'has a component that ends with ".lock"'],
];

function accepts(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

describe('the name of a reference', () => {
  it.each(ACCEPTED)('is accepted: %j', (ref) => {
    expect(checkReferenceName(ref)).toBe(ref);
  });

  it.each(REFUSED)('is refused: %j', async (ref, reason) => {
    const error = await errorOf(() => checkReferenceName(ref));
    expect(error).toMatchObject({ code: 'INVALID_REFERENCE_NAME', details: { ref, reason } });
    expect(error.message).toBe(
      `${JSON.stringify(ref)} is not a valid name of a reference: it ${reason}. See "git help check-ref-format".`,
    );
  });

  it.each([
    ['NUL, which git never gets to see', 'refs/heads/a\0', 'contains "\\u0000"'],
    ['half of a surrogate pair', 'refs/heads/\ud83d', 'contains half of a surrogate pair'],
    ['a component too long for a file with .lock', `refs/heads/${'x'.repeat(251)}`, 'longer than 250 bytes'],
    ['a component too long in bytes', `refs/${'ä'.repeat(126)}/x`, 'longer than 250 bytes'],
  ])('is refused for %s', async (_, ref, reason) => {
    const error = await errorOf(() => checkReferenceName(ref));
    expect(error).toMatchObject({ code: 'INVALID_REFERENCE_NAME', details: { ref } });
    expect(error.message).toContain(reason);
  });

  it.each([[undefined], [null], [7]])('is refused when it is no text: %j', async (ref) => {
    for (const check of [checkReferenceName, branchRef]) {
      const error = await errorOf(() => check(ref as unknown as string));
      expect(error).toMatchObject({
        code: 'INVALID_REFERENCE_NAME',
        details: { ref, reason: 'is not a string' },
      });
    }
  });

  it('is judged as by git check-ref-format, whatever it is made of', () => {
    const part = fc.constantFrom(
      ...['a', 'B', '.', '..', '/', '@', '{', '@{', '.lock', 'lock', '-', '~', '^', ':', '?', '*', '['],
      ...[']', '\\', ' ', '\t', '\x7f', 'ä', '😀', 'HEAD', 'refs/heads/'],
    );
    const made = fc
      .tuple(fc.array(part, { maxLength: 6 }), fc.boolean())
      .map(([parts, prefixed]) => `${prefixed ? 'refs/' : ''}${parts.join('')}`)
      // Git would take it for an option.
      .filter((ref) => !ref.startsWith('-'));
    const refs = [...ACCEPTED, ...REFUSED.map(([ref]) => ref), ...fc.sample(made, 400)];
    expect(refs.map((ref) => [ref, accepts(() => checkReferenceName(ref))])).toEqual(
      acceptedReferences(refs),
    );
  });
});

describe('the name of a branch', () => {
  it.each(BRANCHES)('%j is in full %j', (name, ref) => {
    expect(branchRef(name)).toBe(ref);
  });

  it.each(NO_BRANCHES)('is refused: %j', async (name, reason) => {
    const error = await errorOf(() => branchRef(name));
    expect(error).toMatchObject({ details: { ref: `refs/heads/${name}`, reason } });
  });

  it.each(['refs/heads/', 'refs/heads/HEAD', 'refs/heads/-d'])(
    'is refused in full as in short: %j',
    async (ref) => {
      expect(await errorOf(() => branchRef(ref))).toMatchObject({
        code: 'INVALID_REFERENCE_NAME',
        details: { ref },
      });
    },
  );

  it('is judged as by git check-ref-format --branch', () => {
    const names = [...BRANCHES, ...NO_BRANCHES].map(([name]) => name);
    expect(names.map((name) => [name, accepts(() => branchRef(name))])).toEqual(
      acceptedReferences(names, '--branch'),
    );
  });

  it('may be given in full, where git would make a branch inside a folder "refs"', () => {
    expect(branchRef(branchRef('main'))).toBe(branchRef('main'));
  });

  it('is never an expression, where git looks up the branch that was checked out before', async () => {
    const error = await errorOf(() => branchRef('@{-1}'));
    expect(error).toMatchObject({ details: { reason: 'contains "@{"' } });
  });

  it.each([
    ['refs/heads/main', true, 'main'],
    ['refs/heads/feature/one', true, 'feature/one'],
    ['refs/tags/v1', false, 'refs/tags/v1'],
    ['refs/headsmain', false, 'refs/headsmain'],
    ['HEAD', false, 'HEAD'],
  ])('is told from other references, and shortened: %j', (ref, isBranch, short) => {
    expect(isBranchRef(ref)).toBe(isBranch);
    expect(shortBranchName(ref)).toBe(short);
  });
});
