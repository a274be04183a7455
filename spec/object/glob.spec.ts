import * as fc from 'fast-check';
import { compileGlob } from '../../lib/object/glob';
import { commitFiles, git, runGit, temporaryRepository } from '../support/temporary-repository';

const NAMES = [
  'v1',
  'v1.0',
  'v2.0-rc1',
  'release/v1',
  'release/2024/v1',
  'a',
  'b',
  'ab',
  'Z',
  'a-b',
  'a]b',
  'größe',
  'x!',
];

describe('A pattern of names', () => {
  let folder: string;

  beforeAll(() => {
    folder = temporaryRepository({ bare: true });
    const oid = commitFiles(folder, 'refs/heads/main');
    const input = NAMES.map((name) => `create refs/tags/${name} ${oid}\n`).join('');
    runGit(folder, ['update-ref', '--stdin'], { input });
  });

  const byGit = (pattern: string): string[] =>
    git(folder, 'tag', '--list', '--', pattern).split('\n').filter(Boolean).sort();
  const byUs = (pattern: string): string[] => NAMES.filter(compileGlob(pattern)).sort();

  it.each([
    ...[
      '*',
      'v*',
      '*1',
      'v?',
      'v1.0',
      'release/*',
      'release*v1',
      '?',
      '[ab]',
      '[a-c]*',
      '[!a]',
      '[^a]*',
      'v[0-9].*',
    ],
    ...[
      'a[]]b',
      'a[!]]b',
      'a\\]b',
      '\\a',
      '[[:upper:]]',
      '[[:digit:][:alpha:]]',
      '[[:none:]]',
      '[\\a]',
      '[',
      'a\\',
    ],
    ...['*v*1*', '**', 'none', '[a', 'x[!]', 'x[!!]', 'x!', '[b-a]', 'a[-]b', 'a[a-]b', 'gr*e', 'r*/*/*'],
  ])('matches what git finds by %j', (pattern) => {
    expect(byUs(pattern)).toEqual(byGit(pattern));
  });

  it('matches what git finds, whatever it is', () => {
    const parts = fc.constantFrom(
      '*',
      '?',
      '[',
      ']',
      '!',
      '^',
      '-',
      'a',
      'b',
      'v',
      '1',
      '.',
      '/',
      '\\',
      '[a-z]',
      '[:alpha:]',
    );
    const patterns = fc.array(parts, { minLength: 1, maxLength: 6 }).map((each) => each.join(''));
    fc.assert(
      fc.property(patterns, (pattern) => {
        expect({ pattern, names: byUs(pattern) }).toEqual({ pattern, names: byGit(pattern) });
      }),
      { numRuns: 150 },
    );
  });

  it('takes no time that grows without bounds', () => {
    expect(compileGlob(`${'*a'.repeat(50)}b`)('a'.repeat(5000))).toBe(false);
  });
});
