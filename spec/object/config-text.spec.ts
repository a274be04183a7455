import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { removeSection, renameSection, setInSection } from '../../lib/object/config-text';
import { git, temporaryFolder } from '../support/temporary-repository';

const SECTION = { section: 'branch', name: 'main' };

let folder: string;
let file: string;

beforeAll(() => {
  folder = temporaryFolder();
  file = path.join(folder, 'config');
});

/** What git reads in a configuration, a line each. */
function listed(text: string): string[] {
  writeFileSync(file, text);
  return git(folder, 'config', '--file', file, '--list').split('\n').filter(Boolean);
}

/*
 * What the list has to be when a section is renamed or removed. `git config --rename-section` is no judge: it takes a
 * line that continues a value for a header, and a header in capitals for none.
 */
const renamed = (list: readonly string[]): string[] =>
  list.map((line) => line.replace(/^branch\.main\./, 'branch.new.'));
const removed = (list: readonly string[]): string[] =>
  list.filter((line) => !line.startsWith('branch.main.'));

const TEXT = `# The first line is a comment \\
[core]
	bare = false ; [branch "main"]
[branch "main"]
	remote = origin
	merge = refs/heads/main
	description = "a text [branch \\"main\\"]" \\
[branch "main"]
	Remote = second
[Branch "Main"]
	remote = upper
[branch "ma\\"in"]
	remote = quoted
[remote "main"]
	url = x
[branch "main"] rebase = true
[other]`;

const texts = fc
  .array(
    fc.constantFrom(
      '[core]\n',
      '[branch "main"]\n',
      '[branch "main"] # note\n',
      '[branch "main"]\tremote = same line\n',
      '[branch "other"]\n',
      '[BRANCH "main"]\n',
      '\tremote = origin\n',
      '\tmerge = refs/heads/x\n',
      '  rebase\n',
      '; a comment\n',
      '\tdescription = a \\\n[branch "main"]\n',
      '\n',
    ),
    { maxLength: 12 },
  )
  // Options belong to some section.
  .map((lines) => `[first]\n${lines.join('')}`);

describe('A section of a configuration', () => {
  it('is renamed and nothing else is changed', () => {
    expect(listed(renameSection(TEXT, SECTION, 'new'))).toEqual(renamed(listed(TEXT)));
    expect(renameSection(TEXT, { ...SECTION, name: 'none' }, 'new')).toBe(TEXT);
  });

  it('is removed and nothing else is changed', () => {
    expect(listed(removeSection(TEXT, SECTION))).toEqual(removed(listed(TEXT)));
    expect(removeSection(TEXT, { ...SECTION, name: 'ma"in' })).not.toContain('quoted');
  });

  it('gets values, in place of those that it has', () => {
    const text = setInSection(TEXT, SECTION, { remote: 'new', merge: null });
    expect(listed(text).filter((line) => line.startsWith('branch.main.'))).toEqual([
      'branch.main.remote=new',
      'branch.main.description=a text [branch "main"] [branch main]',
      'branch.main.rebase=true',
    ]);
    expect(listed(text).filter((line) => !line.startsWith('branch.main.'))).toEqual(
      listed(TEXT).filter((line) => !line.startsWith('branch.main.')),
    );
  });

  it('is made when there is none, and goes when nothing is left in it', () => {
    for (const name of ['main', 'a.b', 'it"s', 'größe', 'x]y', 'a#b']) {
      const section = { section: 'branch', name };
      const text = setInSection('[core]', section, { remote: 'a # "b"', merge: 'refs/heads/x' });
      expect(listed(text)).toEqual([`branch.${name}.remote=a # "b"`, `branch.${name}.merge=refs/heads/x`]);
      expect(setInSection(text, section, { remote: null, merge: null })).toBe('[core]\n');
    }
    expect(setInSection('[core]\n', SECTION, { remote: null })).toBe('[core]\n');
  });

  it('is read by git as it should be, whatever the file looks like', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(listed(renameSection(text, SECTION, 'new'))).toEqual(renamed(listed(text)));
        expect(listed(removeSection(text, SECTION))).toEqual(removed(listed(text)));
        const isRemote = (line: string): boolean => line.startsWith('branch.main.remote');
        const set = listed(setInSection(text, SECTION, { remote: 'new' }));
        expect(set.filter(isRemote)).toEqual(['branch.main.remote=new']);
        expect(set.filter((line) => !isRemote(line)).sort()).toEqual(
          listed(text)
            .filter((line) => !isRemote(line))
            .sort(),
        );
      }),
      { numRuns: 15 },
    );
  });
});
