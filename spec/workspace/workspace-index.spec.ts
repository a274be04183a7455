import { Readable } from 'node:stream';
import { FileMode } from 'gitmodel';
import type { Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { commitFiles, git, runGit } from '../support/temporary-repository';
import {
  emptyRepository,
  collect,
  expectLog,
  filesAt,
  openWorkspace,
  copyRepository,
  once,
} from '../support/workspaces';

let path: string;
let ws: Workspace;

/** `git ls-tree -r` of what is staged: `100644 blob <oid>\t<path>`, a line each. */
async function staged(): Promise<string[]> {
  const list = runGit(path, ['ls-tree', '-r', '-z', await ws.index.writeTree()]).toString();
  return list.split('\0').filter(Boolean);
}

const files = once(() => {
  const path = emptyRepository();
  commitFiles(path, 'refs/heads/main', {
    files: { 'a.txt': 'A', 'folder/b.txt': 'B', 'folder/deep/c.txt': 'C' },
    message: 'Files',
  });
  return path;
});

beforeEach(async () => {
  path = copyRepository(files());
  ws = await openWorkspace(path);
});

describe('addBlob', () => {
  it('stages a file, and the folders above it', async () => {
    const oid = await ws.index.addBlob('new/folder/file.txt', 'Hello');

    expect(oid).toBe(runGit(path, ['hash-object', '--stdin'], { input: 'Hello' }).toString().trim());
    expect(await staged()).toContain(`100644 blob ${oid}\tnew/folder/file.txt`);
    expect(await ws.hasChanges()).toBe(true);
  });

  it.each<[string, string | Uint8Array, Buffer]>([
    ['text, as UTF-8', 'é☃🐙', Buffer.from('é☃🐙')],
    ['no bytes', new Uint8Array(), Buffer.alloc(0)],
    ['all bytes', Uint8Array.from(Array(256).keys()), Buffer.from([...Array(256).keys()])],
    ['a part of a buffer', Buffer.from('abcdef').subarray(2, 4), Buffer.from('cd')],
    ['a megabyte', Buffer.alloc(1 << 20, 'ab'), Buffer.alloc(1 << 20, 'ab')],
  ])('stores %s', async (_what, content, bytes) => {
    const oid = await ws.index.addBlob('file', content);
    await ws.index.writeTree();

    expect(runGit(path, ['cat-file', 'blob', oid]).equals(bytes)).toBe(true);
    expect((await ws.index.read('file')).equals(bytes)).toBe(true);
  });

  it('takes a copy of a buffer that is written to afterwards', async () => {
    const buffer = Buffer.from('before');
    const added = ws.index.addBlob('file', buffer);
    buffer.write('after!');
    await added;

    expect((await ws.index.read('file')).toString()).toBe('before');
  });

  it.each([
    [FileMode.BLOB, '100644 blob'],
    [FileMode.EXECUTABLE, '100755 blob'],
    [FileMode.SYMLINK, '120000 blob'],
  ])('gives the file the mode %o', async (mode, shown) => {
    const oid = await ws.index.addBlob('file', 'a.txt', { mode });

    expect(await staged()).toContain(`${shown} ${oid}\tfile`);
    expect(await ws.index.entry('file')).toMatchObject({ mode, oid });
  });

  it.each([FileMode.TREE, FileMode.SUBMODULE, 0, 0o100664, 0o777, NaN, '100644'])(
    'refuses the mode %p, which is not a file’s',
    async (mode) => {
      expect(await errorOf(() => ws.index.addBlob('file', '', { mode: mode as number }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { option: 'mode', value: mode },
      });
      expect(await ws.hasChanges()).toBe(false);
    },
  );

  it('says in a few words what it is when it refuses a stream', async () => {
    const stream = Readable.from(['Hello']);
    expect(await errorOf(() => ws.index.addBlob('file', stream as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('not an object (Readable)') as string,
      details: { option: 'content', value: 'an object (Readable)' },
    });
    stream.destroy();
  });

  it.each([
    [undefined, 'undefined', undefined],
    [null, 'null', null],
    [5, 'a number', 5],
    [{}, 'an object (Object)', 'an object (Object)'],
    [['a'], 'an object (Array)', 'an object (Array)'],
    [new ArrayBuffer(1), 'an object (ArrayBuffer)', 'an object (ArrayBuffer)'],
  ])('refuses %p as content', async (content, received, value) => {
    const failure = await errorOf(() => ws.index.addBlob('file', content as never));
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'content', value } });
    expect(failure.message).toMatch(`"content" must be a string or a Uint8Array, not ${received}.`);
  });

  it('replaces a file, and stages nothing when it is the same', async () => {
    await ws.index.addBlob('a.txt', 'Another');
    expect((await ws.index.read('a.txt')).toString()).toBe('Another');
    await ws.index.addBlob('a.txt', 'A');

    expect(await ws.hasChanges()).toBe(false);
  });

  it.each([
    ['a folder', 'folder', 'folder'],
    ['a file on the way', 'a.txt/b/c.txt', 'a.txt'],
  ])('does not take the place of %s', async (_what, target, inTheWay) => {
    expect(await errorOf(() => ws.index.addBlob(target, 'X'))).toMatchObject({
      code: 'PATH_CONFLICT',
      details: { path: inTheWay },
    });
    expect(await ws.hasChanges()).toBe(false);
  });
});

/** Paths that no call takes. */
const UNSAFE = ['', '/', 'a/', '/a', 'a//b', '.', '..', 'a/../b', './a', '.git', 'a/.GIT/b', 'git~1', 'a\0b'];

describe('Every method that takes a path', () => {
  it.each(UNSAFE)('refuses %j', async (unsafe) => {
    const { index } = ws;
    const oid = git(path, 'rev-parse', 'HEAD:a.txt');
    const calls = [
      () => index.addBlob(unsafe, 'X'),
      () => index.add(unsafe, { oid }),
      () => index.remove(unsafe),
      () => index.entry(unsafe),
      () => index.read(unsafe),
      // An empty path is the root.
      ...(unsafe === '' ? [] : [() => collect(index.walk(unsafe))]),
    ];

    for (const call of calls) expect((await errorOf(call)).code).toBe('INVALID_PATH');
    expect(await ws.hasChanges()).toBe(false);
  });

  it.each([undefined, null, 5, ['a']])('refuses %j, which is no text', async (value) => {
    const notText = value as unknown as string;
    const { index } = ws;
    const calls = [
      () => index.addBlob(notText, 'X'),
      () => index.add(notText, { oid: git(path, 'rev-parse', 'HEAD:a.txt') }),
      () => index.remove(notText),
      () => index.entry(notText),
      () => index.read(notText),
    ];

    for (const call of calls) expect((await errorOf(call)).code).toBe('INVALID_PATH');
  });
});

describe('add', () => {
  it('stages a blob or a tree that is in the repository', async () => {
    const [blob, tree] = [git(path, 'rev-parse', 'HEAD:a.txt'), git(path, 'rev-parse', 'HEAD:folder')];
    await ws.index.add('copy.txt', { oid: blob });
    await ws.index.add('run', { oid: blob, mode: FileMode.EXECUTABLE });
    await ws.index.add('copies/folder', { oid: tree });
    await ws.commit({ message: 'Copies' });

    expect(filesAt(path, 'HEAD')).toEqual([
      'a.txt',
      'copies/folder/b.txt',
      'copies/folder/deep/c.txt',
      'copy.txt',
      'folder/b.txt',
      'folder/deep/c.txt',
      'run',
    ]);
    expect(git(path, 'ls-tree', 'HEAD', 'run')).toMatch(/^100755 blob /);
    expect((await ws.index.read('copies/folder/deep/c.txt')).toString()).toBe('C');
    expectLog(path, ['Copies', 'Files']);
  });

  it('stages a submodule, whose commit is in another repository', async () => {
    const oid = '1'.repeat(40);
    await ws.index.add('module', { oid, mode: FileMode.SUBMODULE });

    expect(await staged()).toContain(`160000 commit ${oid}\tmodule`);
    expect(await ws.index.entry('module')).toMatchObject({ kind: 'submodule', oid });
  });

  it('stages what another tree has just been written as', async () => {
    await ws.index.addBlob('new.txt', 'New');
    const tree = await ws.index.writeTree();
    await ws.updateIndex(undefined, { discardChanges: true });
    await ws.index.add('all', { oid: tree });

    expect((await ws.index.read('all/new.txt')).toString()).toBe('New');
  });

  it('refuses what is not in the repository', async () => {
    const oid = '1'.repeat(40);

    expect(await errorOf(() => ws.index.add('file', { oid }))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
      details: { oid },
    });
  });

  it('refuses a commit, and modes that do not fit the object', async () => {
    const blob = git(path, 'rev-parse', 'HEAD:a.txt');
    const tree = git(path, 'rev-parse', 'HEAD:folder');
    const commit = git(path, 'rev-parse', 'HEAD');

    expect(await errorOf(() => ws.index.add('x', { oid: commit }))).toMatchObject({
      code: 'INVALID_OBJECT',
      message: `${commit} is a commit; only a blob or a tree can be an entry.`,
    });
    expect(await errorOf(() => ws.index.add('x', { oid: blob, mode: FileMode.TREE }))).toMatchObject({
      code: 'INVALID_OBJECT',
      message: `${blob} is a blob, which cannot have the mode 40000.`,
    });
    expect(await errorOf(() => ws.index.add('x', { oid: tree, mode: FileMode.BLOB }))).toMatchObject({
      code: 'INVALID_OBJECT',
      message: `${tree} is a tree, which cannot have the mode 100644.`,
    });
    expect(await ws.hasChanges()).toBe(false);
  });

  it.each(['', 'HEAD', 'main', '1'.repeat(39), 'A'.repeat(40), null, 5])(
    'refuses %p, which is not an oid',
    async (oid) => {
      expect(await errorOf(() => ws.index.add('x', { oid: oid as string }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { option: 'oid', value: oid },
      });
    },
  );
});

describe('remove', () => {
  it('stages the removal of a file', async () => {
    await ws.index.remove('folder/b.txt');

    expect(filesAt(path, await ws.index.writeTree())).toEqual(['a.txt', 'folder/deep/c.txt']);
  });

  it('takes all that is in a folder', async () => {
    await ws.index.remove('folder');

    expect(filesAt(path, await ws.index.writeTree())).toEqual(['a.txt']);
  });

  it('leaves no empty folder behind, however deep', async () => {
    await ws.index.addBlob('one/two/three/four.txt', '4');
    await ws.index.remove('one/two/three/four.txt');
    expect(await ws.hasChanges()).toBe(false);
    await ws.index.remove('folder/deep/c.txt');
    expect(await ws.index.entry('folder/deep')).toBeNull();
    await ws.index.remove('folder/b.txt');
    expect(await ws.index.entry('folder')).toBeNull();
    await ws.index.remove('a.txt');

    expect(await ws.index.writeTree()).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    await ws.commit({ message: 'Nothing left' });
    expect(filesAt(path, 'HEAD')).toEqual([]);
    expectLog(path, ['Nothing left', 'Files']);
  });

  it.each(['b.txt', 'folder/x', 'a.txt/x', 'folder/deep/c.txt/x'])(
    'fails where there is nothing: %p',
    async (missing) => {
      expect(await errorOf(() => ws.index.remove(missing))).toMatchObject({
        code: 'PATH_NOT_FOUND',
        message: `There is nothing at "${missing}" in the index.`,
        details: { path: missing },
      });
    },
  );
});

describe('entry', () => {
  it('describes what is at a path, as git does', async () => {
    expect(await ws.index.entry('folder/b.txt')).toEqual({
      name: 'b.txt',
      path: 'folder/b.txt',
      kind: 'blob',
      mode: 0o100644,
      oid: git(path, 'rev-parse', 'HEAD:folder/b.txt'),
    });
    expect(await ws.index.entry('folder')).toEqual({
      name: 'folder',
      path: 'folder',
      kind: 'tree',
      mode: 0o040000,
      oid: git(path, 'rev-parse', 'HEAD:folder'),
    });
  });

  it('has the oid of what is staged, before it is written', async () => {
    const oid = await ws.index.addBlob('folder/b.txt', 'Changed');
    const folder = await ws.index.entry('folder');
    const tree = await ws.index.writeTree();

    expect(await ws.index.entry('folder/b.txt')).toMatchObject({ oid });
    expect(folder?.oid).toBe(git(path, 'rev-parse', `${tree}:folder`));
  });

  it.each(['b.txt', 'folder/x', 'a.txt/x'])('is null where there is nothing: %p', async (missing) => {
    expect(await ws.index.entry(missing)).toBeNull();
  });
});

describe('read', () => {
  it('gives the content of a file, staged or stored', async () => {
    await ws.index.addBlob('new.txt', 'New');

    expect((await ws.index.read('folder/deep/c.txt')).toString()).toBe('C');
    expect((await ws.index.read('new.txt')).toString()).toBe('New');
  });

  it('gives the target of a symbolic link', async () => {
    await ws.index.addBlob('link', 'a.txt', { mode: FileMode.SYMLINK });

    expect((await ws.index.read('link')).toString()).toBe('a.txt');
  });

  it('fails where there is nothing, or no file', async () => {
    await ws.index.add('module', { oid: '1'.repeat(40), mode: FileMode.SUBMODULE });

    expect(await errorOf(() => ws.index.read('missing'))).toMatchObject({
      code: 'PATH_NOT_FOUND',
      details: { path: 'missing' },
    });
    expect(await errorOf(() => ws.index.read('folder'))).toMatchObject({
      code: 'INVALID_OBJECT',
      message: '"folder" is a tree, which has no content.',
    });
    expect(await errorOf(() => ws.index.read('module'))).toMatchObject({
      code: 'INVALID_OBJECT',
      message: '"module" is a submodule, which has no content.',
    });
  });
});

describe('walk', () => {
  const paths = async (folder?: string): Promise<string[]> =>
    (await collect(ws.index.walk(folder))).map((entry) => entry.path);

  it('gives everything, folders before what is in them, as `git ls-tree -r -t` lists it', async () => {
    await ws.index.addBlob('folder.txt', '');
    await ws.index.addBlob('folder/é.txt', '');
    await ws.index.addBlob('folder-2/x', '');
    const list = git(path, 'ls-tree', '-r', '-t', '-z', '--name-only', await ws.index.writeTree());

    expect((await paths()).sort()).toEqual(list.split('\0').filter(Boolean).sort());
    expect(await paths()).toEqual([
      'a.txt',
      'folder',
      'folder/b.txt',
      'folder/deep',
      'folder/deep/c.txt',
      'folder/é.txt',
      'folder-2',
      'folder-2/x',
      'folder.txt',
    ]);
  });

  it('gives what is below a folder', async () => {
    expect(await paths('folder')).toEqual(['folder/b.txt', 'folder/deep', 'folder/deep/c.txt']);
    expect(await paths('folder/deep')).toEqual(['folder/deep/c.txt']);
  });

  it.each(['a.txt', 'missing', 'missing/folder'])('gives nothing below %p', async (place) => {
    expect(await paths(place)).toEqual([]);
  });

  it('can be walked again, and sees a tree that does not change under it', async () => {
    const walk = ws.index.walk();
    const seen: string[] = [];
    for await (const entry of walk) {
      seen.push(entry.path);
      if (entry.kind === 'blob') await ws.index.remove(entry.path);
    }

    expect(seen).toEqual(['a.txt', 'folder', 'folder/b.txt', 'folder/deep', 'folder/deep/c.txt']);
    expect(await collect(walk)).toEqual([]);
  });

  it.each<[change: string, change: () => Promise<unknown>]>([
    ['added', () => ws.index.addBlob('_.txt', '')],
    ['removed', () => ws.index.remove('b.txt')],
  ])('sees each file once when one was %s and is committed meanwhile', async (_, change) => {
    await ws.index.addBlob('b.txt', '');
    await ws.commit({ message: 'One more' });
    await change();
    const expected = await paths();
    await ws.updateIndex(undefined, { discardChanges: true });
    await change();
    const seen: string[] = [];
    for await (const entry of ws.index.walk()) {
      seen.push(entry.path);
      await ws.commit({ message: 'One changed' });
    }

    expect(seen).toEqual(expected);
    expectLog(path, ['One changed', 'One more', 'Files']);
  });
});

describe('writeTree and tree', () => {
  it('write what is staged, so that stock git can read it, without a commit', async () => {
    await ws.index.addBlob('new.txt', 'New');
    await ws.index.remove('folder/deep');
    const oid = await ws.index.writeTree();

    expect(git(path, 'diff', '--name-status', 'HEAD', oid)).toBe('D\tfolder/deep/c.txt\nA\tnew.txt');
    expect(git(path, 'show', `${oid}:new.txt`)).toBe('New');
    expectLog(path, ['Files']);
  });

  it('give nodegit’s object', async () => {
    await ws.index.addBlob('new.txt', 'New');
    const tree = await ws.index.tree();

    expect(tree.id().tostrS()).toBe(await ws.index.writeTree());
    expect(
      tree
        .entries()
        .map((entry) => entry.name())
        .sort(),
    ).toEqual(['a.txt', 'folder', 'new.txt']);
  });

  it('give the tree of the branch when nothing is staged', async () => {
    expect(await ws.index.writeTree()).toBe(git(path, 'rev-parse', 'HEAD^{tree}'));
  });
});

describe('Hundreds of changes at once', () => {
  it('all take place', async () => {
    const names = Array.from({ length: 400 }, (_, number) => `many/${number % 20}/file-${number}`);
    await Promise.all(names.map((name) => ws.index.addBlob(name, name)));
    await Promise.all(names.filter((_, number) => number % 2).map((name) => ws.index.remove(name)));
    await ws.commit({ message: 'Many' });

    const kept = names.filter((_, number) => number % 2 === 0);
    expect(filesAt(path, 'HEAD').filter((name) => name.startsWith('many/'))).toEqual(kept.sort());
    expectLog(path, ['Many', 'Files']);
  });
});

describe('More than fits into memory at once', () => {
  it('is written while it is staged, and is all there', async () => {
    // 24 MB, where 16 MB are kept.
    const contents = Array.from({ length: 24 }, (_, number) => Buffer.alloc(1 << 20, `${number},`));
    for (const [number, content] of contents.entries()) await ws.index.addBlob(`big/${number}`, content);
    for (const [number, content] of contents.entries()) {
      expect((await ws.index.read(`big/${number}`)).equals(content)).toBe(true);
    }
    await ws.commit({ message: 'Big' });

    expect(runGit(path, ['show', 'HEAD:big/23']).equals(contents[23] as Buffer)).toBe(true);
    expectLog(path, ['Big', 'Files']);
  });
});
