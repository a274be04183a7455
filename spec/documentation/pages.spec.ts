import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as gitmodel from 'gitmodel';
import { notPlainJavaScript, run, typeErrors } from '../support/program';
import type { Program } from '../support/program';
import { expectCleanRepository, temporaryFolder } from '../support/temporary-repository';
import { once } from '../support/workspaces';

const PATH_IN_EXAMPLES = 'path/to/my-repo';

function read(page: string): string {
  return readFileSync(path.resolve(__dirname, '../..', page), 'utf8');
}

/** The examples of a page, in TypeScript or in JavaScript. */
function programsOf(page: string): (Program & { readonly language: string })[] {
  return [...read(page).matchAll(/^```([jt]s)\n(.*?)^```$/gms)].map((match, position) => ({
    name: `example ${position + 1}`,
    language: match[1] as string,
    source: match[2] as string,
  }));
}

const PAGES_WITH_EXAMPLES = [
  'README.md',
  'docs/branches-and-locks.md',
  'docs/fields.md',
  'docs/history.md',
  'docs/merging.md',
  'docs/models.md',
  'docs/transactions.md',
  'docs/upkeep.md',
];

/** All are compiled together: to read the library takes longer than to check an example. */
const allTypeErrors = once(() =>
  typeErrors(
    PAGES_WITH_EXAMPLES.flatMap((page) =>
      programsOf(page).map(({ name, source }) => ({ name: `${page}, ${name}`, source })),
    ),
  ),
);

describe.each(PAGES_WITH_EXAMPLES)('The page %s', (page) => {
  const programs = programsOf(page);

  it('has examples that compile', () => {
    expect(programs.length).toBeGreaterThanOrEqual(2);
    const others = PAGES_WITH_EXAMPLES.filter((other) => other !== page).map((other) => `${other}, `);
    expect(allTypeErrors().filter((error) => !others.some((other) => error.startsWith(other)))).toEqual([]);
  });

  it.each(programs)('has an $name that runs', async ({ name, source }) => {
    const folder = temporaryFolder();
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await run({ name, source: source.replaceAll(PATH_IN_EXAMPLES, folder) });
    expectCleanRepository(folder);
    log.mockRestore();
  });
});

describe.each([
  'README.md',
  'docs/branches-and-locks.md',
  'docs/fields.md',
  'docs/history.md',
  'docs/merging.md',
  'docs/models.md',
  'docs/performance.md',
  'docs/transactions.md',
])('The page %s', (page) => {
  it('links to pages that there are', () => {
    for (const [, target] of read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(() => read(path.join(path.dirname(page), target as string))).not.toThrow();
    }
  });
});

describe('Examples in JavaScript', () => {
  it('are that and nothing else', () => {
    const scripts = PAGES_WITH_EXAMPLES.flatMap(programsOf).filter(({ language }) => language === 'js');
    expect(scripts.length).toBeGreaterThanOrEqual(1);
    expect(scripts.flatMap(notPlainJavaScript)).toEqual([]);
    for (const source of ['const n: number = 1;', 'await using other = ws;']) {
      expect(notPlainJavaScript({ name: 'other', source })).toHaveLength(1);
    }
  });
});

describe('The README', () => {
  it('makes a field of one’s own in less than 15 lines', () => {
    const own = programsOf('README.md').find(({ source }) => source.includes('extends FieldType<'));
    const [, definition] = /(class \w+ extends FieldType.*?)\n\nclass /s.exec(own?.source ?? '') ?? [];
    expect(definition?.split('\n').length).toBeLessThan(15);
  });

  it('tells the whole story of the demo in at most 40 lines of code', () => {
    const [story] = programsOf('README.md');
    const lines = (story as Program).source.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(40);
  });
});

describe('The page about fields', () => {
  const page = read('docs/fields.md');

  it('has every field in its table', () => {
    const fields = Object.keys(gitmodel).filter((name) => name.endsWith('Field'));
    expect(fields.length).toBeGreaterThanOrEqual(20);
    for (const field of fields) expect(page).toMatch(new RegExp(`^\\| \`${field}(?:\\(\\w+\\))?\` `, 'm'));
  });
});
