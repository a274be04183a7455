import { Repository, Tree } from 'nodegit';
import { untyped } from '../support/nodegit-untyped';
import { commitFiles, git, temporaryRepository } from '../support/temporary-repository';

/** Whether the binding has a function under a name such as `Odb.prototype.read`. */
function has(name: string): boolean {
  let value: unknown = untyped;
  for (const part of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return typeof value === 'function';
}

test.each([
  'Odb.prototype.read',
  'Odb.prototype.write',
  'Odb.prototype.existsExt',
  'Packbuilder.prototype.insert',
  'Refdb.prototype.compress',
  'Reference.createMatching',
  'Transaction.create',
  'Worktree.list',
])('the binding has %s', (name) => {
  expect(has(name)).toBe(true);
});

test.each([
  // Objects: back ends of one's own or in memory, streams, a list of all, a header alone, a look for new packs.
  'Mempack',
  'Odb.prototype.addBackend',
  'Odb.prototype.exists',
  'Odb.prototype.foreach',
  'Odb.prototype.openRstream',
  'Odb.prototype.openWstream',
  'Odb.prototype.readHeader',
  'Odb.prototype.refresh',
  'Blob.createFromStream',
  // Packs: an indexer, and a way to write what a Packbuilder has gathered.
  'Indexer',
  'Packbuilder.prototype.foreach',
  'Packbuilder.prototype.write',
  'Packbuilder.prototype.writeBuf',
  // Letting go of what is held, before the garbage collector does.
  'Repository.prototype.free',
  'Transaction.prototype.free',
  // Merging files rather than trees.
  'Merge.file',
  'Merge.fileFromIndex',
])('the binding has no %s', (name) => {
  expect(has(name)).toBe(false);
});

test('Tree.prototype.walk is written in JavaScript: an emitter that looks up tree after tree', async () => {
  const folder = temporaryRepository();
  commitFiles(folder, 'refs/heads/main', { files: { 'a/b/file': '', other: '' } });
  const repository = await Repository.open(folder);
  const tree = await Tree.lookup(repository, git(folder, 'rev-parse', 'main^{tree}'));

  const paths = await new Promise<string[]>((resolve, reject) => {
    const walk = tree.walk();
    walk.on('error', reject);
    walk.on('end', (entries: { path(): string }[]) => {
      resolve(entries.map((entry) => entry.path()));
    });
    walk.start();
  });
  expect(paths.sort()).toEqual(['a/b/file', 'other']);
});

test('Reference.isValidName answers; its twin nameIsValid wants the place for the answer as an argument', () => {
  const names = ['refs/heads/main', 'HEAD', 'main', 'refs/heads/a..b'];

  expect(names.map((name) => untyped.Reference.isValidName(name))).toEqual([1, 1, 0, 0]);
  expect(() => untyped.Reference.nameIsValid('refs/heads/main')).toThrow('Number valid is required.');
});

test('the strategies of a checkout have other numbers than the types say', () => {
  // The types are of libgit2 before 1.9, where SAFE was 1 and NONE 0.
  expect(untyped.Checkout.STRATEGY).toMatchObject({
    SAFE: 0,
    FORCE: 1 << 1,
    RECREATE_MISSING: 1 << 2,
    DISABLE_PATHSPEC_MATCH: 1 << 13,
    DONT_OVERWRITE_IGNORED: 1 << 19,
    DONT_WRITE_INDEX: 1 << 23,
    DRY_RUN: 1 << 24,
    NONE: 1 << 30,
  });
});
