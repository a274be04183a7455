import fc from 'fast-check';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import type { MergeResult } from 'gitmodel';
import { commitFiles, commitSeries, ENVIRONMENT, git } from '../../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace, stateCommits } from '../../support/workspaces';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Commits files to main and to draft, which both come from one commit, and merges. */
async function mergeFiles(
  base: Files,
  ours: Files,
  theirs: Files,
): Promise<{ path: string; result: MergeResult }> {
  const path = emptyRepository();
  commitSeries(path, [
    { ref: 'refs/heads/main', files: base, message: 'Base' },
    { ref: 'refs/heads/main', files: ours, message: 'Ours', parents: [':1'] },
    { ref: 'refs/heads/draft', files: theirs, message: 'Theirs', parents: [':1'] },
  ]);
  const ws = await openWorkspace(path);
  const result = await ws.merge('draft', { message: 'Merged' });
  return { path, result };
}

/** What stock git makes of it: the tree, and whether there are conflicts. */
function byGit(path: string, ours: string): { status: number | null; tree: string | undefined } {
  const args = ['merge-tree', '--write-tree', ours, 'draft'];
  const { status, stdout } = spawnSync('git', args, { cwd: path, env: ENVIRONMENT, encoding: 'utf8' });
  return { status, tree: stdout.split('\n')[0] };
}

/** Expects what stock git makes of the same: a merge with the same tree, or conflicts. */
function expectAsGit({ path, result }: { readonly path: string; readonly result: MergeResult }): void {
  const { status, tree } = byGit(path, result.status === 'merged' ? 'main~1' : 'main');
  expect(result.status).toBe(status === 0 ? 'merged' : 'conflicts');
  if (status === 0) expect(result.tree).toBe(tree);
  stateCommits(path);
}

const LINES = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 8 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

const PATHS = ['one.txt', 'two.txt', 'folder/one.txt', 'folder/two.txt'] as const;

/** Each file begins with lines of its own, by which git does not take it for another one that was renamed. */
const TREE = fc
  .dictionary(fc.constantFrom(...PATHS), LINES, { noNullPrototype: true, minKeys: 1 })
  .map((files) =>
    Object.fromEntries(Object.entries(files).map(([path, lines]) => [path, `${path}\n`.repeat(20) + lines])),
  );

describe('files that are no records', () => {
  it('are merged as git merges them, whatever the sides do', async () => {
    await fc.assert(
      fc.asyncProperty(TREE, TREE, TREE, async (base, ours, theirs) => {
        expectAsGit(await mergeFiles(base, ours, theirs));
      }),
      { numRuns: 20 },
    );
  });

  it.each<[string, Files, Files, Files]>([
    [
      'lines of one are changed on both sides',
      { 'x\udcff': '1\n2\n3\n4\n5\n' },
      { 'x\udcff': 'A\n2\n3\n4\n5\n' },
      { 'x\udcff': '1\n2\n3\n4\nB\n' },
    ],
    [
      'names differ in such bytes alone',
      { 'x\udcfe': '1', 'x\udcff': '1' },
      { 'x\udcfe': '1', 'x\udcff': 'ours' },
      { 'x\udcfe': 'theirs', 'x\udcff': '1' },
    ],
    [
      'another name has the character for what is not UTF-8',
      { 'x\ufffd': '1', 'x\udcff': '1' },
      { 'x\ufffd': '1', 'x\udcff': 'ours' },
      { 'x\ufffd': 'theirs', 'x\udcff': '1' },
    ],
    ['one is changed on both sides', { 'x\udcff': '1' }, { 'x\udcff': 'ours' }, { 'x\udcff': 'theirs' }],
    ['one is changed and deleted', { 'x\udcff': '1', k: '1' }, { 'x\udcff': 'ours', k: '1' }, { k: '1' }],
    [
      'one is added on both sides',
      { k: '1' },
      { 'x\udcff': 'ours', k: '1' },
      { 'x\udcff': 'theirs', k: '1' },
    ],
    [
      'they are in a folder',
      { 'd\udcff/f': '1', 'd\udcff/g': '1' },
      { 'd\udcff/f': 'ours', 'd\udcff/g': '1' },
      { 'd\udcff/f': '1', 'd\udcff/g': 'theirs' },
    ],
    [
      'they are in the folder of a record',
      { 'page/home/data.json': '{"model":"Page","fields":{"n":1}}', 'page/home/x\udcff': '1' },
      { 'page/home/data.json': '{"model":"Page","fields":{"n":2}}', 'page/home/x\udcff': '1' },
      { 'page/home/data.json': '{"model":"Page","fields":{"n":1}}', 'page/home/x\udcff': 'theirs' },
    ],
  ])('are merged as git merges them where names are not UTF-8: %s', async (_what, ...sides) => {
    expectAsGit(await mergeFiles(...sides));
  });

  it.each<[string, Files, Files, Files]>([
    ['they have put a folder', { a: '1', k: '1' }, { k: '1' }, { 'a/0': 'theirs', k: '1' }],
    ['they have put a file', { 'a/0': '1', k: '1' }, { k: '1' }, { a: 'theirs', k: '1' }],
    ['we have put a folder', { a: '1', k: '1' }, { 'a/0': 'ours', k: '1' }, { k: '1' }],
    ['we have put a file', { 'a/0': '1', k: '1' }, { a: 'ours', k: '1' }, { k: '1' }],
  ])('are no conflict where both sides have removed one, and in its place %s', async (_what, ...sides) => {
    const { path, result } = await mergeFiles(...sides);
    expect(result).toMatchObject({ status: 'merged', tree: byGit(path, 'main~1').tree });
    stateCommits(path);
  });

  it('are a conflict as a whole when they are binary', async () => {
    const [a, b, c] = [0, 1, 2].map((byte) => Uint8Array.from([0, byte]));
    const { path, result } = await mergeFiles(
      { 'image.png': a as Uint8Array },
      { 'image.png': b as Uint8Array },
      { 'image.png': c as Uint8Array },
    );
    expect(result.conflicts).toMatchObject([{ kind: 'file', path: 'image.png', model: null }]);
    expect(result.conflicts[0]?.ours).toBe(git(path, 'rev-parse', 'main:image.png'));
    expectLog(path, ['Ours', 'Base'], 'main');
    expectLog(path, ['Theirs', 'Base'], 'draft');
  });

  it('are a conflict where one side has a folder, and either can be chosen', async () => {
    const path = emptyRepository();
    const parents = [
      commitFiles(path, 'refs/heads/main', { files: { 'begun.txt': 'Begun\n' }, message: 'Base' }),
    ];
    git(path, 'branch', 'draft');
    commitFiles(path, 'refs/heads/main', {
      files: { 'begun.txt': 'Begun\n', place: 'A file\n' },
      message: 'Ours',
      parents,
    });
    commitFiles(path, 'refs/heads/draft', {
      files: { 'begun.txt': 'Begun\n', 'place/inside.txt': 'In a folder\n' },
      message: 'Theirs',
      parents,
    });
    const ws = await openWorkspace(path);
    const preview = await ws.mergePreview('draft');
    expect(preview.conflicts).toMatchObject([{ kind: 'file', path: 'place' }]);
    await ws.merge('draft', { message: 'Merged', onConflict: () => 'theirs' });
    expect(git(path, 'show', 'main:place/inside.txt')).toBe('In a folder');
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base']);
  });

  it('keep what git keeps of links and of files that can be run', async () => {
    const path = emptyRepository();
    const commit = (branch: string, message: string, change: () => void): void => {
      git(path, 'checkout', '--quiet', branch);
      change();
      git(path, 'add', '--all');
      git(path, 'commit', '--quiet', '--allow-empty', '-m', message);
    };
    commitFiles(path, 'refs/heads/main', { files: { 'run.sh': 'a\nb\nc\n' }, message: 'Base' });
    git(path, 'branch', 'draft');
    git(path, 'reset', '--quiet', '--hard');
    commit('main', 'Ours', () => {
      chmodSync(`${path}/run.sh`, 0o755);
    });
    commit('draft', 'Theirs', () => {
      symlinkSync('run.sh', `${path}/link`);
    });
    const ws = await openWorkspace(path, { branch: 'main' });
    expect(await ws.merge('draft', { message: 'Merged' })).toMatchObject({ status: 'merged' });
    expect(
      git(path, 'ls-tree', 'main')
        .split('\n')
        .map((line) => line.slice(0, 6)),
    ).toEqual(['120000', '100755']);
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base'], 'main');
  });

  it('are a conflict when both sides have added one, and one of them to be run; what is given can be run as ours', async () => {
    const path = emptyRepository();
    const parents = [commitFiles(path, 'refs/heads/main', { files: { k: '1' }, message: 'Base' })];
    commitFiles(path, 'refs/heads/draft', { files: { k: '1', run: 'a\n' }, message: 'Theirs', parents });
    git(path, 'reset', '--quiet', '--hard');
    writeFileSync(`${path}/run`, 'a\n');
    chmodSync(`${path}/run`, 0o755);
    git(path, 'add', 'run');
    git(path, 'commit', '--quiet', '-m', 'Ours');
    const ws = await openWorkspace(path, { branch: 'main' });
    expect((await ws.mergePreview('draft')).conflicts).toMatchObject([{ kind: 'file', path: 'run' }]);
    expect(byGit(path, 'main').status).toBe(1);
    await ws.merge('draft', { message: 'Merged', onConflict: () => ({ value: 'b\n' }) });
    expect(git(path, 'ls-tree', 'main', 'run')).toMatch(/^100755 /);
    expect(git(path, 'show', 'main:run')).toBe('b');
    expectLog(path, ['Merged', 'Theirs', 'Ours', 'Base'], 'main');
  });
});
