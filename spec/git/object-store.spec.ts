import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ObjectStore } from '../../lib/git/object-store';
import { lookUpTree } from '../../lib/git/trees';
import type { CommitFields } from '../../lib/object/commit-codec';
import { FileMode } from '../../lib/object/file-mode';
import { EMPTY_TREE_OID, toByteOid } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { runChild } from '../support/child-process';
import { projectWithLibrary } from '../support/compiled';
import { errorOf } from '../support/error-of';
import {
  commitFiles,
  expectCleanRepository,
  git,
  runGit,
  temporaryFolder,
  temporaryRepository,
} from '../support/temporary-repository';
import { expectDamage, objectFile, open, storeTree, writeCommit } from './opened';

const MISSING = '1'.repeat(40);

function storeBlob(folder: string, input: string | Uint8Array): string {
  return runGit(folder, ['hash-object', '-w', '--stdin'], { input }).toString().trim();
}

/** The texts of all files of a tree, by path. */
async function textsOf(objects: ObjectStore, oid: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const entry of (await StagedTree.load(oid, objects)).walk()) {
    if (entry.kind !== 'tree') texts[entry.path] = (await objects.readBlob(entry.oid)).toString();
  }
  return texts;
}

describe('an object that is read', () => {
  it.each([
    ['empty', Buffer.alloc(0)],
    ['a text', Buffer.from('Hello, wörld\n')],
    ['binary', Buffer.from([0, 255, 10, 13, 0])],
    ['large', randomBytes(700_000)],
  ])('has the content that git has put in: %s', async (_, content) => {
    const { folder, objects } = await open();
    const oid = storeBlob(folder, content);
    expect((await objects.readBlob(oid)).equals(content)).toBe(true);
    expect((await objects.readBlob(oid)).equals(content)).toBe(true);
  });

  it('may be a tree', async () => {
    const { folder, objects } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { 'a/b': 'one', c: 'two' } });
    const tree = git(folder, 'rev-parse', 'main^{tree}');
    expect(await textsOf(objects, tree)).toEqual({ 'a/b': 'one', c: 'two' });
    expect((await objects.readTree(toByteOid(tree))).oid).toBe(tree);
  });

  it('has its type', async () => {
    const { folder, objects } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    git(folder, 'tag', '--annotate', '--message=x', 'v1', 'main');
    for (const revision of ['main', 'main^{tree}', 'main:a', 'v1']) {
      const type = git(folder, 'cat-file', '-t', revision);
      expect(await objects.readType(git(folder, 'rev-parse', revision))).toBe(type);
    }
  });

  it('is not found when nothing has its oid', async () => {
    const { objects } = await open();
    for (const call of [
      () => objects.readBlob(MISSING),
      () => objects.readTree(toByteOid(MISSING)),
      () => objects.readType(MISSING),
    ]) {
      expect(await errorOf(call)).toMatchObject({
        code: 'OBJECT_NOT_FOUND',
        message: `The repository has no object ${MISSING}. If something refers to it, "git fsck" tells what.`,
        details: { oid: MISSING },
      });
    }
  });

  it('is found as soon as git has written it', async () => {
    const { folder, objects } = await open();
    const oid = storeBlob((await open()).folder, 'content');
    expect(await errorOf(() => objects.readBlob(oid))).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    storeBlob(folder, 'content');
    expect((await objects.readBlob(oid)).toString()).toBe('content');
  });

  it('is refused when it is of another type', async () => {
    const { folder, objects } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    const [commit, tree, blob] = ['main', 'main^{tree}', 'main:a'].map((revision) =>
      git(folder, 'rev-parse', revision),
    ) as [string, string, string];
    for (const [call, message, details] of [
      [
        () => objects.readTree(toByteOid(blob)),
        `${blob} is a blob, not a tree.`,
        { oid: blob, type: 'blob', expected: 'tree' },
      ],
      [
        () => objects.readTree(toByteOid(commit)),
        `${commit} is a commit, not a tree.`,
        { oid: commit, type: 'commit' },
      ],
      [() => objects.readBlob(tree), `${tree} is a tree, not a blob.`, { oid: tree, expected: 'blob' }],
    ] as const) {
      expect(await errorOf(call)).toMatchObject({ code: 'INVALID_OBJECT', message, details });
    }
  });

  it('is refused when it is no tree although it is stored as one', async () => {
    const { folder, objects } = await open();
    expectDamage(folder);
    const args = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'];
    const oid = runGit(folder, args, { input: 'garbage' }).toString().trim();
    expect(await errorOf(() => objects.readTree(toByteOid(oid)))).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid },
    });
  });

  it('may be the empty tree, which nobody has stored', async () => {
    const { objects } = await open();
    expect((await objects.readTree(toByteOid(EMPTY_TREE_OID))).size).toBe(0);
  });

  it('brings no warning of Node about how the binding makes its buffers', () => {
    const folder = temporaryRepository();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'content' } });
    git(folder, 'repack', '-adq');
    const program = `
      const [library, folder, oid] = process.argv.slice(1);
      const { openRepository } = require(library + '/git/repository');
      const { ObjectStore } = require(library + '/git/object-store');
      const objects = await ObjectStore.open(await openRepository(folder));
      console.log((await objects.readBlob(oid)).toString());
      await new Promise(setImmediate);`;
    // Inside of node_modules Node would be silent anyway; a program that bundles the library is not there.
    const project = projectWithLibrary();
    const library = path.join(project, 'bundled');
    cpSync(path.join(project, 'node_modules/gitmodel'), library, { recursive: true });
    const args = [library, folder, git(folder, 'rev-parse', 'main:a')];
    expect(runChild(program, { args })).toMatchObject({ status: 0, stdout: 'content\n', stderr: '' });
  });
});

describe('an object that is not in a file of its own', () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`folder/${at % 3}/${at}`, `content ${at}`]),
  );

  it.each([
    ['git repack', ['repack', '-adq']],
    ['git gc', ['gc', '--quiet', '--prune=now']],
  ])('is read after %s, also when packs were replaced since', async (_, command) => {
    const { folder, objects } = await open();
    const tree = await storeTree(objects, files);
    const commit = (): void => {
      git(folder, 'update-ref', 'refs/heads/main', git(folder, 'commit-tree', tree, '-m', 'x'));
    };
    commit();
    const fresh = await open(folder);
    git(folder, ...command);
    expect(git(folder, 'count-objects')).toMatch(/^0 objects/);
    expect(await textsOf(fresh.objects, tree)).toEqual(files);
    const other = await open(folder);
    await other.objects.readTree(toByteOid(tree));
    storeBlob(folder, 'something else to pack');
    git(folder, 'repack', '-adfq', '--depth=2', '--window=3');
    git(folder, 'gc', '--quiet', '--prune=now');
    expect(await textsOf(other.objects, tree)).toEqual(files);
  });

  it('is read from an alternate', async () => {
    const origin = await open();
    const tree = await storeTree(origin.objects, files);
    git(origin.folder, 'update-ref', 'refs/heads/main', git(origin.folder, 'commit-tree', tree, '-m', 'x'));
    const clone = path.join(temporaryFolder(), 'clone');
    git(origin.folder, 'clone', '--quiet', '--shared', origin.folder, clone);
    const { objects } = await open(clone);
    expect(await textsOf(objects, tree)).toEqual(files);
    expect(git(clone, 'count-objects')).toMatch(/^0 objects/);
  });

  it('is shared by all worktrees of a repository', async () => {
    const { folder, objects } = await open();
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x' } });
    const linked = path.join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', '-b', 'other', linked, 'main');
    const there = await open(linked);
    const tree = await storeTree(there.objects, files);
    expect(await textsOf(objects, tree)).toEqual(files);
    expect(git(folder, 'ls-tree', '-r', '--name-only', tree).split('\n')).toHaveLength(20);
  });
});

describe('the caches', () => {
  it('give the same content as long as it is asked for, without a look at the disk', async () => {
    const { folder, objects } = await open();
    expectDamage(folder);
    const oid = storeBlob(folder, 'content');
    const first = await objects.readBlob(oid);
    rmSync(objectFile(folder, oid));
    expect(await objects.readBlob(oid)).toBe(first);
  });

  it('give the same folder', async () => {
    const { folder, objects } = await open();
    expectDamage(folder);
    commitFiles(folder, 'refs/heads/main', { files: { a: 'x', b: 'y' } });
    const tree = git(folder, 'rev-parse', 'main^{tree}');
    const first = await objects.readTree(toByteOid(tree));
    rmSync(path.join(folder, '.git/objects'), { recursive: true });
    expect(await objects.readTree(toByteOid(tree))).toBe(first);
  });

  it('have what was written', async () => {
    const { folder, objects } = await open();
    expectDamage(folder);
    const tree = await storeTree(objects, { 'a/b': 'content' });
    rmSync(path.join(folder, '.git/objects'), { recursive: true });
    expect(await textsOf(objects, tree)).toEqual({ 'a/b': 'content' });
  });

  it('have no room for a large blob', async () => {
    const { folder, objects } = await open();
    expectDamage(folder);
    const oid = storeBlob(folder, Buffer.alloc(300_000));
    await objects.readBlob(oid);
    rmSync(objectFile(folder, oid));
    expect(await errorOf(() => objects.readBlob(oid))).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  it('do not remember that an object was missing', async () => {
    const { folder, objects } = await open();
    const other = await open();
    const oid = storeBlob(other.folder, 'content');
    expect(await errorOf(() => objects.readBlob(oid))).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expect(storeBlob(folder, 'content')).toBe(oid);
    expect((await objects.readBlob(oid)).toString()).toBe('content');
  });

  it('let timers and other work of the process run, however much is in them', async () => {
    const { folder, objects } = await open();
    const oid = storeBlob(folder, 'content');
    let ticked = false;
    setTimeout(() => (ticked = true), 0);
    const end = performance.now() + 5000;
    while (!ticked && performance.now() < end) await objects.readBlob(oid);
    expect(ticked).toBe(true);
  });
});

describe('a staged tree that is written', () => {
  it('is the one that git reads', async () => {
    const { folder, objects } = await open();
    let tree = StagedTree.empty(objects);
    tree = await tree.withBlob('a/b', Buffer.from('one'));
    tree = await tree.withBlob('run', Buffer.from('two'), FileMode.EXECUTABLE);
    tree = await tree.withBlob('link', Buffer.from('a/b'), FileMode.SYMLINK);
    const oid = await objects.writeTree(tree);
    expect(oid).toBe(tree.oid);
    expect(git(folder, 'ls-tree', '-r', '--format=%(objectmode) %(path)', oid).split('\n')).toEqual([
      '100644 a/b',
      '120000 link',
      '100755 run',
    ]);
    expect(git(folder, 'cat-file', 'blob', `${oid}:a/b`)).toBe('one');
  });

  it('may be empty', async () => {
    const { folder, objects } = await open();
    expect(await objects.writeTree(StagedTree.empty(objects))).toBe(EMPTY_TREE_OID);
    expect(git(folder, 'cat-file', '-t', EMPTY_TREE_OID)).toBe('tree');
  });

  it('may be written together with others that share folders with it', async () => {
    const { folder, objects } = await open();
    let shared = StagedTree.empty(objects);
    for (const at of [0, 1, 2, 3]) {
      const content = Buffer.concat([Buffer.alloc(200_000, 'large'), Buffer.from(String(at))]);
      shared = await shared.withBlob(`shared/${at}/file`, content);
    }
    const forks = await Promise.all(['a', 'b', 'c'].map((name) => shared.withBlob(name, Buffer.from(name))));
    const trees = [shared, ...forks, shared];
    const oids = await Promise.all(trees.map((tree) => objects.writeTree(tree)));
    expect(oids).toEqual(trees.map(({ oid }) => oid));
    for (const oid of oids)
      git(folder, 'update-ref', `refs/heads/${oid}`, git(folder, 'commit-tree', oid, '-m', 'x'));
    expectCleanRepository(folder);
  });

  it('can be written again after it has failed', async () => {
    const { folder, objects } = await open();
    const tree = await (
      await StagedTree.empty(objects).withBlob('a/1', Buffer.from('one'))
    ).withBlob('b/2', Buffer.from('two'));
    const inTheWay = path.dirname(objectFile(folder, String((await tree.entry('b/2'))?.oid)));
    writeFileSync(inTheWay, '');
    expect(await errorOf(() => objects.writeTree(tree))).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    rmSync(inTheWay);
    const oid = await objects.writeTree(tree);
    expect(git(folder, 'cat-file', 'blob', `${oid}:b/2`)).toBe('two');
  });
});

describe('a staged tree of many objects', () => {
  const many = Object.fromEntries(
    Array.from({ length: 150 }, (_, at) => [`page/${at}/data.json`, `{"at": ${at}}\n`]),
  );

  /** What `git count-objects -v` says of the objects in files of their own, in packs, and of what is neither. */
  function countsOf(folder: string): Record<string, number> {
    const counts = git(folder, 'count-objects', '-v').matchAll(/^(count|packs|in-pack|garbage): (\d+)$/gm);
    return Object.fromEntries(Array.from(counts, ([, name, count]) => [String(name), Number(count)]));
  }

  it('is written as one pack, in which everybody finds the objects at once', async () => {
    const { folder, objects } = await open();
    const before = await open(folder);
    expect(await errorOf(() => before.objects.readTree(toByteOid(MISSING)))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
    });
    const tree = await storeTree(objects, many);
    expect(countsOf(folder)).toEqual({ count: 0, packs: 1, 'in-pack': 150 + 150 + 2, garbage: 0 });
    for (const reader of [objects, before.objects, (await open(folder)).objects]) {
      expect(await textsOf(reader, tree)).toEqual(many);
    }
    expect((await lookUpTree(before.repository, tree)).entries()).toHaveLength(1);
    expect(git(folder, 'ls-tree', '-r', '--name-only', tree).split('\n')).toHaveLength(150);
  });

  it('needs a few files after an edit, or none, once it is settled', async () => {
    const { folder, objects } = await open();
    const tree = await StagedTree.load(await storeTree(objects, many), objects);
    tree.settle();
    await objects.writeTree(tree);
    expect(countsOf(folder)).toMatchObject({ count: 0, packs: 1 });
    await objects.writeTree(await tree.withBlob('page/7/data.json', Buffer.from('edited')));
    expect(countsOf(folder)).toMatchObject({ count: 4, packs: 1 });
  });

  it('has its large objects in the same pack', async () => {
    const { folder, objects } = await open();
    const large = { 'large/a': randomBytes(1_100_000), 'large/b': Buffer.alloc(2_000_000) };
    const tree = await storeTree(objects, { ...many, ...large });
    expect(countsOf(folder)).toMatchObject({ count: 0, packs: 1, 'in-pack': 150 + 150 + 3 + 2 });
    for (const [file, content] of Object.entries(large)) {
      const { oid } = (await (await StagedTree.load(tree, objects)).entry(file)) ?? {};
      expect((await objects.readBlob(String(oid))).equals(content)).toBe(true);
    }
  });

  it('can be written again after it has failed', async () => {
    const { folder, objects } = await open();
    const packs = path.join(folder, '.git/objects/pack');
    rmSync(packs, { recursive: true });
    writeFileSync(packs, '');
    let tree = StagedTree.empty(objects);
    for (const [file, content] of Object.entries(many))
      tree = await tree.withBlob(file, Buffer.from(content));
    expect(await errorOf(() => objects.writeTree(tree))).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    rmSync(packs);
    expect(await textsOf(objects, await objects.writeTree(tree))).toEqual(many);
    expect(countsOf(folder)).toMatchObject({ count: 0, packs: 1, garbage: 0 });
  });
});

describe('what is written and not referred to', () => {
  const few = { 'a/b': 'one', c: 'two' };
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`folder/${at}`, `content ${at}`]));

  async function stage(objects: ObjectStore, files: Record<string, string>): Promise<StagedTree> {
    let tree = StagedTree.empty(objects);
    for (const [file, content] of Object.entries(files))
      tree = await tree.withBlob(file, Buffer.from(content));
    return tree;
  }

  /** Cleans up as radically as git can. */
  function cleanUp(folder: string): void {
    git(folder, 'repack', '-a', '-d', '-q');
    git(folder, 'prune', '--expire=now');
    git(folder, 'gc', '--quiet', '--prune=now');
  }

  function keepFiles(folder: string): string[] {
    return readdirSync(path.join(folder, '.git/objects/pack')).filter((name) => name.endsWith('.keep'));
  }

  it('stays in memory, so that it can be written again when git has cleaned it up', async () => {
    const { folder, objects } = await open();
    const tree = await stage(objects, few);
    await objects.writeTree(tree);
    expect(await tree.entry('a/b')).toMatchObject({ content: Buffer.from('one') });
    cleanUp(folder);
    expect(() => git(folder, 'cat-file', '-t', tree.oid)).toThrow();
    await objects.writeTree(tree);
    expect(await textsOf((await open(folder)).objects, tree.oid)).toEqual(few);
  });

  it('is out of reach for git while it is in a pack, until it is released', async () => {
    const { folder, objects } = await open();
    const tree = await stage(objects, many);
    await objects.writeTree(tree);
    cleanUp(folder);
    expect(await textsOf((await open(folder)).objects, tree.oid)).toEqual(many);
    await objects.protections.release([objects.protections.all()]);
    expect(keepFiles(folder)).toEqual([]);
    cleanUp(folder);
    expect(() => git(folder, 'cat-file', '-t', tree.oid)).toThrow();
  });

  it('may be moved out of memory, however little it is', async () => {
    const { folder, objects } = await open();
    const tree = await stage(objects, few);
    await objects.spill(tree);
    expect(await tree.entry('a/b')).toMatchObject({ content: undefined });
    cleanUp(folder);
    expect(await textsOf(objects, tree.oid)).toEqual(few);
    const edited = await tree.withBlob('d', Buffer.from('three'));
    await objects.writeTree(edited);
    expect(await textsOf((await open(folder)).objects, edited.oid)).toEqual({ ...few, d: 'three' });
  });

  it('stays when it is referred to by the time it is released', async () => {
    const { folder, objects } = await open();
    const tree = await stage(objects, { ...many, large: 'x'.repeat(2_000_000) });
    await objects.spill(tree);
    git(folder, 'update-ref', 'refs/heads/main', git(folder, 'commit-tree', tree.oid, '-m', 'x'));
    await objects.protections.release([objects.protections.all()]);
    await objects.protections.release([objects.protections.all()]);
    cleanUp(folder);
    expect(keepFiles(folder)).toEqual([]);
    expect(Object.keys(await textsOf(objects, tree.oid))).toHaveLength(121);
  });

  it('stays in memory when it cannot be moved out', async () => {
    const { folder, objects } = await open();
    const tree = await stage(objects, few);
    const packs = path.join(folder, '.git/objects/pack');
    rmSync(packs, { recursive: true });
    writeFileSync(packs, '');
    expect(await errorOf(() => objects.spill(tree))).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    expect(await tree.entry('a/b')).toMatchObject({ content: Buffer.from('one') });
    rmSync(packs);
    await objects.spill(tree);
    expect(await textsOf(objects, tree.oid)).toEqual(few);
  });
});

describe('a commit that is written', () => {
  const fields: CommitFields = {
    tree: EMPTY_TREE_OID,
    parents: [],
    author: { name: 'Žofie', email: 'z@x', time: new Date(1_600_000_000_000), offset: -210 },
    committer: { name: 'Bob', email: 'b@x', time: new Date(1_600_000_001_000), offset: 120 },
    message: 'Subject\n\nBody',
  };

  it('is the one that git shows, and moves no reference', async () => {
    const { folder, objects } = await open();
    await objects.writeTree(StagedTree.empty(objects));
    const oid = await writeCommit(objects, fields);
    expect(git(folder, 'show', '--no-patch', '--format=%T|%an|%ae|%ai|%cn|%ci|%B', oid)).toBe(
      `${EMPTY_TREE_OID}|Žofie|z@x|2020-09-13 08:56:40 -0330|Bob|2020-09-13 14:26:41 +0200|Subject\n\nBody`,
    );
    expect(git(folder, 'for-each-ref')).toBe('');
  });
});
