import fc from 'fast-check';
import { chmodSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import type { MergeResult } from 'gitmodel';
import { commitFiles, ENVIRONMENT, git, runGit } from '../../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Commits files to main and to draft, which both come from one commit, and merges. */
async function mergeFiles(
  base: Files,
  ours: Files,
  theirs: Files,
): Promise<{ path: string; result: MergeResult }> {
  const path = emptyRepository();
  const parents = [commitFiles(path, 'refs/heads/main', { files: base, message: 'Base' })];
  git(path, 'branch', 'draft');
  commitFiles(path, 'refs/heads/main', { files: ours, message: 'Ours', parents });
  commitFiles(path, 'refs/heads/draft', { files: theirs, message: 'Theirs', parents });
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

/** The contents by paths of which each character is a byte; null where nothing is. */
type RawFiles = Readonly<Record<string, string | null>>;

/** The same as {@link mergeFiles} for paths of any bytes; what the sides do not name is as in the base. */
async function mergeRaw(base: RawFiles, ours: RawFiles, theirs: RawFiles): ReturnType<typeof mergeFiles> {
  const path = emptyRepository();
  const quoted = (name: string): string =>
    `"${Array.from(name, (each) => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`).join('')}"`;
  const change = ([name, text]: [string, string | null]): string =>
    text === null ? `D ${quoted(name)}\n` : `M 100644 inline ${quoted(name)}\ndata ${text.length}\n${text}\n`;
  const commit = (ref: string, subject: string, files: RawFiles): string =>
    `commit refs/heads/${ref}\n${subject === 'Base' ? 'mark :1\n' : ''}committer A <a@example.com> 0 +0000\n` +
    `data ${subject.length}\n${subject}\n${subject === 'Base' ? '' : 'from :1\n'}` +
    Object.entries(files).map(change).join('');
  const stream =
    commit('main', 'Base', base) + commit('main', 'Ours', ours) + commit('draft', 'Theirs', theirs);
  runGit(path, ['fast-import', '--quiet'], { input: Buffer.from(stream, 'latin1') });
  const ws = await openWorkspace(path);
  return { path, result: await ws.merge('draft', { message: 'Merged' }) };
}

/** Says which commits there are. */
function stateBoth(path: string): void {
  for (const ref of ['main', 'draft'])
    expectLog(path, git(path, 'log', '--topo-order', '--format=%s', ref).split('\n'), ref);
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
        const { path, result } = await mergeFiles(base, ours, theirs);
        const before = git(path, 'rev-parse', result.status === 'merged' ? 'main~1' : 'main');
        const expected = byGit(path, before);
        if (result.status === 'up-to-date' || result.status === 'fast-forward') return;
        expect(result.status).toBe(expected.status === 0 ? 'merged' : 'conflicts');
        if (expected.status === 0) expect(result.tree).toBe(expected.tree);
        for (const ref of ['main', 'draft'])
          expectLog(path, git(path, 'log', '--topo-order', '--format=%s', ref).split('\n'), ref);
      }),
      { numRuns: 20 },
    );
  });

  it.each<[string, RawFiles, RawFiles, RawFiles]>([
    [
      'lines of one are changed on both sides',
      { 'x\xff': '1\n2\n3\n4\n5\n' },
      { 'x\xff': 'A\n2\n3\n4\n5\n' },
      { 'x\xff': '1\n2\n3\n4\nB\n' },
    ],
    [
      'names differ in such bytes alone',
      { 'x\xfe': '1', 'x\xff': '1' },
      { 'x\xff': 'ours' },
      { 'x\xfe': 'theirs' },
    ],
    [
      'another name has the character for what is not UTF-8',
      { 'x\xff': '1', 'x\xef\xbf\xbd': '1' },
      { 'x\xff': 'ours' },
      { 'x\xef\xbf\xbd': 'theirs' },
    ],
    ['one is changed on both sides', { 'x\xff': '1' }, { 'x\xff': 'ours' }, { 'x\xff': 'theirs' }],
    ['one is changed and deleted', { 'x\xff': '1', k: '1' }, { 'x\xff': 'ours' }, { 'x\xff': null }],
    ['one is added on both sides', { k: '1' }, { 'x\xff': 'ours' }, { 'x\xff': 'theirs' }],
    [
      'they are in a folder',
      { 'd\xff/f': '1', 'd\xff/g': '1' },
      { 'd\xff/f': 'ours' },
      { 'd\xff/g': 'theirs' },
    ],
    [
      'they are in the folder of a record',
      { 'page/home/data.json': '{"model":"Page","fields":{"n":1}}', 'page/home/x\xff': '1' },
      { 'page/home/data.json': '{"model":"Page","fields":{"n":2}}' },
      { 'page/home/x\xff': 'theirs' },
    ],
  ])('are merged as git merges them where names are not UTF-8: %s', async (_what, base, ours, theirs) => {
    const { path, result } = await mergeRaw(base, ours, theirs);
    const expected = byGit(path, result.status === 'merged' ? 'main~1' : 'main');
    expect(result.status).toBe(expected.status === 0 ? 'merged' : 'conflicts');
    if (expected.status === 0) expect(result.tree).toBe(expected.tree);
    stateBoth(path);
  });

  it.each<[string, RawFiles, RawFiles, RawFiles]>([
    ['a folder has come', { a: '1', k: '1' }, { a: null }, { 'a/0': 'theirs' }],
    ['a file has come', { 'a/0': '1', k: '1' }, { 'a/0': null }, { 'a/0': null, a: 'theirs' }],
    ['we have put a folder', { a: '1', k: '1' }, { 'a/0': 'ours' }, { a: null }],
    ['we have put a file', { 'a/0': '1', k: '1' }, { 'a/0': null, a: 'ours' }, { 'a/0': null }],
  ])('are no conflict where both sides have removed one, and in its place %s', async (_what, ...sides) => {
    const { path, result } = await mergeRaw(...sides);
    expect(result).toMatchObject({ status: 'merged', tree: byGit(path, 'main~1').tree });
    stateBoth(path);
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
});
