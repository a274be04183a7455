import { rmSync } from 'node:fs';
import nodePath from 'node:path';
import type { BoundModel, Workspace } from 'gitmodel';
import { MISSING_COMMIT, craftBlob, craftRepository, craftTree } from '../support/crafted-trees';
import { errorOf } from '../support/error-of';
import { NoteModel, PageModel, WordModel } from '../support/sample-models';
import { git, runGit } from '../support/temporary-repository';
import { emptyRepository, collect, expectLog, openWorkspace, watchRepository } from '../support/workspaces';

const HELLO = '{"model":"Page","fields":{"slug":"hello","title":"Hello"}}';

/** A repository whose `main` has this root tree, and a workspace with models on it. */
async function openHostile(makeRoot: (path: string) => string): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Page: BoundModel<typeof PageModel>;
}> {
  const path = craftRepository(makeRoot);
  const ws = await openWorkspace(path);
  ws.register(NoteModel);
  return { path, ws, Page: ws.register(PageModel) };
}

/** The root tree with the model's folder holding `page/hello` as this entry. */
function withRecordFolder(path: string, mode: string, oid: string): string {
  return craftTree(path, [['40000', craftTree(path, [[mode, oid, 'hello']]), 'page']]);
}

/** The root tree with the data of the record `hello` as this entry. */
function withData(path: string, mode: string, oid: string): string {
  return withRecordFolder(path, '40000', craftTree(path, [[mode, oid, 'data.json']]));
}

/** Where something else stands than should, and what is said of it. */
const IN_THE_WAY: readonly (readonly [string, (path: string) => string, string, string])[] = [
  [
    'a submodule as the data',
    (path) => withData(path, '160000', MISSING_COMMIT),
    'page/hello/data.json',
    'it is a submodule, not a file',
  ],
  [
    'a symbolic link as the data',
    (path) => withData(path, '120000', craftBlob(path, '/etc/passwd')),
    'page/hello/data.json',
    'it is a symlink, not a file',
  ],
  [
    'a folder as the data',
    (path) => withData(path, '40000', craftTree(path, [['100644', craftBlob(path, HELLO), 'x']])),
    'page/hello/data.json',
    'it is a tree, not a file',
  ],
  [
    'a submodule as the record’s folder',
    (path) => withRecordFolder(path, '160000', MISSING_COMMIT),
    'page/hello',
    'it is a submodule, not a folder',
  ],
  [
    'a symbolic link as the record’s folder',
    (path) => withRecordFolder(path, '120000', craftBlob(path, '../other')),
    'page/hello',
    'it is a symlink, not a folder',
  ],
  [
    'a submodule as the model’s folder',
    (path) => craftTree(path, [['160000', MISSING_COMMIT, 'page']]),
    'page',
    'it is a submodule, not a folder',
  ],
  [
    'a symbolic link as the model’s folder',
    (path) => craftTree(path, [['120000', craftBlob(path, 'note'), 'page']]),
    'page',
    'it is a symlink, not a folder',
  ],
  [
    'a file as the model’s folder',
    (path) => craftTree(path, [['100644', craftBlob(path, HELLO), 'page']]),
    'page',
    'it is a blob, not a folder',
  ],
];

describe('What is not a record', () => {
  describe.each(IN_THE_WAY)('%s', (_what, makeRoot, place, reason) => {
    it('is refused by every way of reading, with its path', async () => {
      const { Page } = await openHostile(makeRoot);

      for (const read of [
        () => Page.get('hello'),
        () => Page.getOrNull('hello'),
        () => Page.get('hello', { at: 'main' }),
        () => Page.all().toArray(),
        () => Page.all().first(),
        () => Page.all().count(),
        () => collect(Page.all().ids()),
        () => Page.all({ at: 'main' }).toArray(),
        () => Page.delete('hello'),
      ]) {
        expect(await errorOf(read)).toMatchObject({
          code: 'INVALID_RECORD',
          message: `What is stored at "${place}" is not a record: ${reason}.`,
          details: { path: place, reason },
        });
      }
    });

    it('is not overwritten by a save', async () => {
      const { ws, Page } = await openHostile(makeRoot);
      const error = await errorOf(() => new Page({ slug: 'hello', title: 'Hello' }).save());

      expect(error.code).toMatch(/^(INTEGRITY|PATH_CONFLICT)$/);
      expect(error.message).toContain(error.code === 'INTEGRITY' ? '"hello"' : `"${place}"`);
      expect(await ws.hasChanges()).toBe(false);
    });

    it('is not overwritten by a move', async () => {
      const { ws, Page } = await openHostile(makeRoot);
      if (place === 'page') {
        expect((await errorOf(() => Page.all().count())).code).toBe('INVALID_RECORD');
        return;
      }
      const page = new Page({ slug: 'other', title: 'Other' });
      await page.save();
      const before = await ws.index.writeTree();
      page.slug = 'hello';

      expect((await errorOf(() => page.save())).code).toBe('INTEGRITY');
      expect(await ws.index.writeTree()).toBe(before);
    });

    it('can be removed from the index, and then replaced', async () => {
      const { path, ws, Page } = await openHostile(makeRoot);
      await ws.index.remove(place);
      await new Page({ slug: 'hello', title: 'Hello' }).save({ commit: false });
      await ws.commit({ message: 'Mended' });

      expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
      expectLog(path, ['Mended', 'Crafted']);
    });
  });

  it('does not keep the other records from being read', async () => {
    const { Page } = await openHostile((path) => {
      const record = craftTree(path, [['100644', craftBlob(path, HELLO), 'data.json']]);
      const page = craftTree(path, [
        ['160000', MISSING_COMMIT, 'bad'],
        ['40000', record, 'hello'],
      ]);
      return craftTree(path, [['40000', page, 'page']]);
    });

    expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
    expect((await errorOf(() => Page.all().toArray())).details.path).toBe('page/bad');
  });

  it('may be a file beside the records, which is nobody’s', async () => {
    const { Page } = await openHostile((path) =>
      withRecordFolder(path, '100644', craftBlob(path, 'Read me')),
    );

    expect(await Page.all().toArray()).toEqual([]);
    expect(await errorOf(() => Page.get('hello'))).toMatchObject({
      code: 'INVALID_RECORD',
      message: 'What is stored at "page/hello" is not a record: it is a blob, not a folder.',
    });
  });

  it('may be data that can be executed, which is data all the same', async () => {
    const { Page } = await openHostile((path) => withData(path, '100755', craftBlob(path, HELLO)));

    expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
  });
});

describe('A name in the model’s folder that is not UTF-8', () => {
  const NAME = Buffer.from([0x62, 0xff, 0x64]);

  /** `page/<name>/data.json` beside `page/hello`. */
  function makeRoot(path: string): string {
    const record = craftTree(path, [['100644', craftBlob(path, HELLO), 'data.json']]);
    const page = craftTree(path, [
      ['40000', record, NAME],
      ['40000', record, 'hello'],
    ]);
    return craftTree(path, [['40000', page, 'page']]);
  }

  it('is refused where all are read, and does not matter where one is', async () => {
    const { Page } = await openHostile(makeRoot);

    for (const read of [
      () => Page.all().toArray(),
      () => collect(Page.all().ids()),
      () => Page.all().count(),
    ]) {
      expect(await errorOf(read)).toMatchObject({
        code: 'INVALID_RECORD',
        message: 'What is stored at "page/b\udcffd" is not a record: its name is not UTF-8.',
        details: { path: 'page/b\udcffd' },
      });
    }
    expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
    expect(await Page.getOrNull('b\ufffdd')).toBeNull();
  });

  it('survives changes of other records', async () => {
    const { path, Page } = await openHostile(makeRoot);
    await Page.delete('hello', { commit: true, message: 'Deleted' });

    expect(runGit(path, ['ls-tree', '-z', '--name-only', 'HEAD:page'])).toEqual(
      Buffer.concat([NAME, Buffer.of(0)]),
    );
    expectLog(path, ['Deleted', 'Crafted']);
  });

  it('is not mistaken for one that has the replacement character itself', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Word = ws.register(WordModel);
    await new Word({ word: 'b\ufffdd' }).save();

    expect(await collect(Word.all().ids())).toEqual(['b\ufffdd']);
  });
});

describe('A name that is no safe one', () => {
  it.each(['git~1', '.GIT', 'a\\.git'])('is refused with code where all are read: %p', async (name) => {
    const path = emptyRepository();
    const record = craftTree(path, [['100644', craftBlob(path, HELLO), 'data.json']]);
    const root = craftTree(path, [['40000', craftTree(path, [['40000', record, name]]), 'page']]);
    git(path, 'update-ref', 'refs/heads/main', git(path, 'commit-tree', '-m', 'Crafted', root));
    const Page = (await openWorkspace(path)).register(PageModel);

    expect(await errorOf(() => Page.all().toArray())).toMatchObject({
      code: 'INVALID_PATH',
      details: { name },
    });
  });
});

describe('An object that is missing', () => {
  it('is told of with the path of the record that needs it', async () => {
    const missing = '9'.repeat(40);
    const { Page } = await openHostile((path) => withData(path, '100644', missing));

    for (const read of [() => Page.get('hello'), () => Page.getOrNull('hello'), () => Page.all().toArray()]) {
      expect(await errorOf(read)).toMatchObject({
        code: 'INVALID_RECORD',
        details: { path: 'page/hello/data.json' },
        cause: { code: 'OBJECT_NOT_FOUND', details: { oid: missing } },
      });
    }
    expect(await collect(Page.all().ids())).toEqual(['hello']);
  });

  it('can be a folder, too', async () => {
    const missing = '9'.repeat(40);
    const { Page } = await openHostile((path) => withRecordFolder(path, '40000', missing));

    for (const read of [() => Page.get('hello'), () => Page.all().toArray(), () => Page.all().count()]) {
      expect(await errorOf(read)).toMatchObject({ code: 'OBJECT_NOT_FOUND', details: { oid: missing } });
    }
  });

  it('can be replaced by a save', async () => {
    const { path, ws, Page } = await openHostile((path) => withData(path, '100644', '9'.repeat(40)));
    await Page.delete('hello');
    await new Page({ slug: 'hello', title: 'Hello' }).save();
    await ws.commit({ message: 'Mended' });

    expect(git(path, 'ls-tree', '-r', '--name-only', 'HEAD')).toBe('page/hello/data.json');
    expectLog(path, ['Mended', 'Crafted']);
  });

  it('is told of when it was there before', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    await new (ws.register(PageModel))({ slug: 'hello', title: 'Hello' }).save({
      commit: true,
      message: 'One',
    });
    expectLog(path, ['One']);
    await ws.close();
    const oid = git(path, 'rev-parse', 'HEAD:page/hello/data.json');
    const file = nodePath.join(path, '.git/objects', oid.slice(0, 2), oid.slice(2));
    const content = runGit(path, ['cat-file', 'blob', oid]);
    rmSync(file);
    const Page = (await openWorkspace(path)).register(PageModel);

    expect((await errorOf(() => Page.get('hello'))).code).toBe('INVALID_RECORD');
    craftBlob(path, content);
    expect(await Page.get('hello')).toMatchObject({ title: 'Hello' });
  });

  it('is not needed by what does not look at it', async () => {
    const path = emptyRepository();
    const page = craftTree(path, [
      ['40000', craftTree(path, [['100644', craftBlob(path, HELLO), 'data.json']]), 'hello'],
    ]);
    const root = craftTree(path, [
      ['40000', '9'.repeat(40), 'elsewhere'],
      ['40000', page, 'page'],
    ]);
    git(path, 'update-ref', 'refs/heads/main', git(path, 'commit-tree', '-m', 'Crafted', root));
    watchRepository(path);
    const Page = (await openWorkspace(path)).register(PageModel);
    const hello = await Page.get('hello');
    hello.title = 'Changed';
    await hello.save({ commit: true, message: 'Changed' });

    expect(git(path, 'rev-parse', 'HEAD:elsewhere')).toBe('9'.repeat(40));
    expectLog(path, ['Changed', 'Crafted']);
  });
});

describe('Data that is not what its name says', () => {
  it.each([
    ['a tree where the mode says blob', (path: string) => craftTree(path, [])],
    [
      'a commit where the mode says blob',
      (path: string) => git(path, 'commit-tree', '-m', 'X', craftTree(path, [])),
    ],
  ])('is refused: %s', async (_what, make) => {
    const path = emptyRepository();
    const oid = make(path);
    const root = (): string => {
      // mktree looks at the types of objects, so the tree is written as it is.
      const bytes = Buffer.concat([Buffer.from('100644 data.json\0'), Buffer.from(oid, 'hex')]);
      const folder = runGit(path, ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], {
        input: bytes,
      });
      return withRecordFolder(path, '40000', folder.toString().trim());
    };
    git(path, 'update-ref', 'refs/heads/main', git(path, 'commit-tree', '-m', 'Crafted', root()));
    const Page = (await openWorkspace(path)).register(PageModel);

    expect(await errorOf(() => Page.get('hello'))).toMatchObject({
      code: 'INVALID_RECORD',
      details: { path: 'page/hello/data.json' },
      cause: { code: 'INVALID_OBJECT' },
    });
  });

  it('is refused where a folder’s object is a blob', async () => {
    const path = emptyRepository();
    const oid = craftBlob(path, 'not a tree');
    const bytes = Buffer.concat([Buffer.from('40000 hello\0'), Buffer.from(oid, 'hex')]);
    const page = runGit(path, ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], {
      input: bytes,
    });
    const root = craftTree(path, [['40000', page.toString().trim(), 'page']]);
    git(path, 'update-ref', 'refs/heads/main', git(path, 'commit-tree', '-m', 'Crafted', root));
    const Page = (await openWorkspace(path)).register(PageModel);

    expect(await errorOf(() => Page.get('hello'))).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid },
    });
    expect(await errorOf(() => Page.all().toArray())).toMatchObject({
      code: 'INVALID_OBJECT',
      details: { oid },
    });
  });
});
