import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Workspace } from 'gitmodel';
import { projectWithLibrary, transpile } from '../support/compiled';
import { EveryField } from '../support/every-field';
import type { EveryFieldOrder, EveryFieldResult } from '../support/every-field-process';
import { git } from '../support/temporary-repository';
import { emptyRepository, expectLog } from '../support/workspaces';

const PROGRAMS = ['every-field-process', 'every-field', 'arbitraries'];

/** Half of the records are the same in every run, and half are others. */
const SEEDS = [20_240_531, Math.floor(Math.random() * 2 ** 31)] as const;

const LOG = ['Version 1', 'Version 0', 'Things'];

let project: string;
let repository: string;
/** How many records Markdown could not hold. */
let refused: number;

beforeAll(async () => {
  project = projectWithLibrary(['fast-check']);
  for (const name of PROGRAMS) {
    const source = readFileSync(path.join(__dirname, '../support', `${name}.ts`), 'utf8');
    writeFileSync(path.join(project, `${name}.js`), transpile(source));
  }
  repository = emptyRepository();
  const ws = await Workspace.open(repository);
  const records = new EveryField(ws, SEEDS);
  await records.write();
  refused = records.unfitForMarkdown;
  await ws.close();
});

/** Lets another process do something with the records. */
function inAnotherProcess(order: Omit<EveryFieldOrder, 'seeds'>): EveryFieldResult {
  const whole: EveryFieldOrder = { ...order, seeds: SEEDS };
  const args = [path.join(project, 'every-field-process.js'), JSON.stringify(whole)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as EveryFieldResult;
}

// The second seed stands in the name so that a failure can be had again.
describe(`Records with any values of every field (seeds ${SEEDS.join(' and ')})`, () => {
  it('are read by another process as they were saved, in all versions', () => {
    expect(inAnotherProcess({ do: 'compare', repository })).toEqual({ differences: [], hasChanges: false });
    expectLog(repository, LOG);
  });

  it('are refused by Markdown where they have half of a surrogate pair, and only there', () => {
    const stored = git(repository, 'ls-tree', '--name-only', 'HEAD~1:record').split('\n').length;
    const held = git(repository, 'ls-tree', '--name-only', 'HEAD~1:document').split('\n').length;

    expect(refused).toBeGreaterThan(0);
    expect(stored - held).toBe(refused);
  });

  it('make the same trees in another repository and another process', () => {
    const other = emptyRepository();
    inAnotherProcess({ do: 'write', repository: other });

    const trees = (each: string): string => git(each, 'log', '--format=%s %T');
    expect(trees(other)).toBe(trees(repository));
    expectLog(other, LOG);
  });

  it('are the same when they are loaded and saved again', () => {
    expect(inAnotherProcess({ do: 'save again', repository })).toMatchObject({ hasChanges: false });
  });
});
