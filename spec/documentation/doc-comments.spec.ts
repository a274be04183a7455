import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as gitmodel from 'gitmodel';
import { run, typeErrors } from '../support/program';
import type { Program } from '../support/program';
import { temporaryFolder } from '../support/temporary-repository';

const LIBRARY = path.resolve(__dirname, '../../lib');
const FOLDER_IN_EXAMPLES = 'path/to/repository';

/** What the examples take for granted: all public names, an open workspace, and a model of pages. */
const PRELUDE = `
import * as gitmodel from 'gitmodel';
import { ${Object.keys(gitmodel).join(', ')} } from 'gitmodel';

class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
}
const ws = await Workspace.open('${FOLDER_IN_EXAMPLES}', { create: true });
const Page = ws.register(PageModel, 'Website');
await new Page({ slug: 'first', title: 'First' }).save({ commit: true, message: 'First' });
const page = await Page.get('first');
class AuthorModel extends GitModel {
  @CharField() name!: string;
}
const models = { AuthorModel };
try {
  {
`;
const CODA = `
  }
} finally {
  await ws.close();
}
`;

function examplesOf(file: string): Program[] {
  const source = readFileSync(path.join(LIBRARY, file), 'utf8');
  return [...source.matchAll(/@example\n *\* ```ts\n(.*?)^ *\* ```$/gms)].map((match) => {
    const line = source.slice(0, match.index).split('\n').length;
    const example = (match[1] as string).replaceAll(/^ *\* ?/gm, '');
    return { name: `lib/${file}:${line}`, source: PRELUDE + example + CODA };
  });
}

const files = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const examples = files.sort().flatMap(examplesOf);

describe('The examples of the doc comments', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThanOrEqual(10);
  });

  it('compile', () => {
    expect(typeErrors(examples)).toEqual([]);
  });

  it.each(examples)('run: $name', async ({ name, source }) => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await run({ name, source: source.replaceAll(FOLDER_IN_EXAMPLES, temporaryFolder()) });
    log.mockRestore();
  });
});
