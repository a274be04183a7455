import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run, typeErrors } from '../support/program';
import type { Program } from '../support/program';
import { expectCleanRepository, temporaryFolder } from '../support/temporary-repository';

const PAGE = path.resolve(__dirname, '../../README.md');
const PATH_IN_EXAMPLES = 'path/to/my-repo';

const programs: Program[] = [...readFileSync(PAGE, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(
  (match, position) => ({
    name: `example ${position + 1}`,
    source: match[1] as string,
  }),
);

describe('The README', () => {
  it('has examples', () => {
    expect(programs.length).toBeGreaterThanOrEqual(2);
  });

  it('has examples that compile', () => {
    expect(typeErrors(programs)).toEqual([]);
  });

  it.each(programs)('has an $name that runs', async ({ name, source }) => {
    const folder = temporaryFolder();
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await run({ name, source: source.replaceAll(PATH_IN_EXAMPLES, folder) });
    expectCleanRepository(folder);
    log.mockRestore();
  });

  it('tells the whole story of the demo in at most 40 lines of code', () => {
    const lines = (programs[0] as Program).source.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(40);
  });
});
