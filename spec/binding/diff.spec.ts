import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Repository, Tree } from 'nodegit';
import { untyped } from '../support/nodegit-untyped';
import type { UntypedDiff } from '../support/nodegit-untyped';
import { git, runGit, temporaryRepository } from '../support/temporary-repository';

const { PATCH = NaN, NAME_ONLY = NaN } = untyped.Diff.FORMAT;
const { INCLUDE_TYPECHANGE = NaN, DISABLE_PATHSPEC_MATCH = NaN } = untyped.Diff.OPTION;

let folder: string;
let repository: Repository;

beforeEach(async () => {
  folder = temporaryRepository();
  repository = await Repository.open(folder);
});

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), content);
}

/** The work tree as a stored tree. */
function snapshot(): string {
  git(folder, 'add', '--all');
  return git(folder, 'write-tree');
}

async function lookUp(oid: string | null): Promise<Tree | null> {
  return oid === null ? null : Tree.lookup(repository, oid);
}

async function compare(from: string | null, to: string | null, options?: object): Promise<UntypedDiff> {
  return untyped.Diff.treeToTree(repository, await lookUp(from), await lookUp(to), options ?? null);
}

function changes(diff: UntypedDiff): string[] {
  return Array.from({ length: diff.numDeltas() }, (_, position) => {
    const delta = diff.getDelta(position);
    const [status] = Object.entries(untyped.Diff.DELTA).find(([, number]) => number === delta.status()) ?? [];
    return `${String(status)} ${delta.newFile().path()}`;
  });
}

function expectedPatch(from: string, to: string): string {
  return runGit(folder, ['diff', '--no-renames', from, to]).toString();
}

describe('The changes between two trees', () => {
  let before: string;
  let after: string;

  beforeEach(() => {
    for (const file of ['deleted', 'folder/modified', 'mode', 'moved', 'same', 'type'])
      write(file, `${file}\n`);
    before = snapshot();
    rmSync(path.join(folder, 'deleted'));
    write('folder/modified', 'otherwise\n');
    chmodSync(path.join(folder, 'mode'), 0o755);
    renameSync(path.join(folder, 'moved'), path.join(folder, 'renamed'));
    rmSync(path.join(folder, 'type'));
    symlinkSync('same', path.join(folder, 'type'));
    write('added', 'added\n');
    after = snapshot();
  });

  test('are listed by path: renamed and type-changed files are two changes each', async () => {
    expect(changes(await compare(before, after))).toEqual([
      'ADDED added',
      'DELETED deleted',
      'MODIFIED folder/modified',
      'MODIFIED mode',
      'DELETED moved',
      'ADDED renamed',
      'DELETED type',
      'ADDED type',
    ]);
  });

  test('have a type change in one piece when asked to', async () => {
    const diff = await compare(before, after, { flags: INCLUDE_TYPECHANGE });

    expect(changes(diff).slice(-1)).toEqual(['TYPECHANGE type']);
  });

  test('carry the path, oid and mode of either side; the side that is missing has the path and zeros', async () => {
    const diff = await compare(before, after);
    const [added, , modified] = [0, 1, 2].map((position) => diff.getDelta(position));
    const oid = (revision: string): string => git(folder, 'rev-parse', revision);

    expect([added?.oldFile().path(), added?.oldFile().id().tostrS(), added?.oldFile().mode()]).toEqual([
      'added',
      '0'.repeat(40),
      0,
    ]);
    expect(modified?.oldFile().id().tostrS()).toBe(oid(`${before}:folder/modified`));
    expect(modified?.newFile().id().tostrS()).toBe(oid(`${after}:folder/modified`));
    expect(modified?.newFile().mode()).toBe(0o100644);
    expect(diff.getDelta(99)).toBeUndefined();
  });

  test('of no tree, null or undefined, are additions or deletions of all files', async () => {
    const added = changes(await compare(null, after));
    const deleted = changes(await compare(after, null));

    expect(added).toEqual(
      git(folder, 'ls-tree', '-r', '--name-only', after)
        .split('\n')
        .map((file) => `ADDED ${file}`),
    );
    expect(deleted).toEqual(added.map((change) => change.replace('ADDED', 'DELETED')));
    expect(changes(await untyped.Diff.treeToTree(repository, undefined, null))).toEqual([]);
  });

  test('are, for an oid given instead of a tree, those of no tree, without a word', async () => {
    const to = await Tree.lookup(repository, after);
    const diff = await untyped.Diff.treeToTree(repository, before, to);

    expect(changes(diff).every((change) => change.startsWith('ADDED'))).toBe(true);
  });

  test('can be limited to paths, which are patterns unless that is switched off', async () => {
    const limited = async (pathspec: string[], flags = 0): Promise<string[]> =>
      changes(await compare(before, after, { pathspec, flags }));

    await expect(limited(['folder'])).resolves.toEqual(['MODIFIED folder/modified']);
    await expect(limited(['d*'])).resolves.toEqual(['DELETED deleted']);
    await expect(limited(['d*'], DISABLE_PATHSPEC_MATCH)).resolves.toEqual([]);
  });

  test('are printed as git prints them, by toBuf, which gives a string', async () => {
    const diff = await compare(before, after);

    await expect(diff.toBuf(PATCH)).resolves.toBe(expectedPatch(before, after));
  });

  test('are printed without the content of a file that changed its type, when that is one change', async () => {
    const diff = await compare(before, after, { flags: INCLUDE_TYPECHANGE, pathspec: ['type'] });

    await expect(diff.toBuf(NAME_ONLY)).resolves.toBe('type\n');
    expect(expectedPatch(before, after)).toContain('-type\n');
    expect((await diff.toBuf(PATCH)).split('\n').slice(1)).toEqual([
      'old mode 100644',
      'new mode 120000',
      expect.stringMatching(/^index /),
      '--- a/type',
      '+++ b/type',
      '',
    ]);
  });
});

describe('The patch of toBuf', () => {
  async function patches(
    file: string,
    old: string | Uint8Array | null,
    young: string | Uint8Array,
  ): Promise<{ ours: string; gits: string }> {
    write('constant', 'content');
    if (old !== null) write(file, old);
    const before = snapshot();
    write(file, young);
    const after = snapshot();
    return { ours: await (await compare(before, after)).toBuf(PATCH), gits: expectedPatch(before, after) };
  }

  const long = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join('');
  test.each([
    ['text without a newline at its end', 'file', 'before', 'after'],
    ['several hunks', 'file', long, long.replace('line 3\n', '').replace('line 30', 'line thirty')],
    ['Unicode', 'grün', 'ü\n', 'ö\n'],
    ['a name that has to be quoted', 'line\nand"quote"', 'a\n', 'b\n'],
    ['binary files', 'file', Uint8Array.of(0, 1, 2), Uint8Array.of(0, 1, 3)],
    ['an empty file that gets content', 'file', '', 'content\n'],
  ])('equals git’s for %s', async (_, file, old, young) => {
    const { ours, gits } = await patches(file, old, young);

    expect(ours).toBe(gits);
  });

  test('differs from git’s for a new empty file: two lines too many', async () => {
    const { ours, gits } = await patches('empty', null, '');

    expect(ours).toBe(`${gits}--- /dev/null\n+++ b/empty\n`);
  });

  test('differs from git’s for a name with a blank or tab: the tabs that git puts after it are missing', async () => {
    const { ours, gits } = await patches('a blank', 'a\n', 'b\n');

    expect(gits).toContain('--- a/a blank\t\n');
    expect(ours).toBe(gits.replaceAll('blank\t\n', 'blank\n'));
  });

  test('loses the bytes of text that is not UTF-8, and so do the lines of a patch', async () => {
    const { ours } = await patches(
      'file',
      Buffer.from('caf\xe9\n', 'latin1'),
      Buffer.from('caf\xe8\n', 'latin1'),
    );

    expect(ours).toContain('-caf\ufffd\n+caf\ufffd\n');
  });
});
