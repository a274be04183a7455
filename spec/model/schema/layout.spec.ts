import { createHash } from 'node:crypto';
import { BlobField, CharField, GitModel, Model, flat, sharded } from 'gitmodel';
import type { DataPath, GitBlob, Layout, ModelOptions, ShardOptions, Workspace } from 'gitmodel';
import { MISSING_COMMIT, craftBlob, craftRepository, craftTree } from '../../support/crafted-trees';
import type { Entry } from '../../support/crafted-trees';
import { errorOf } from '../../support/error-of';
import { commitFiles } from '../../support/temporary-repository';
import { collect, emptyRepository, expectLog, filesAt, openWorkspace } from '../../support/workspaces';

class PageModel extends GitModel {
  @CharField({ id: true }) slug!: string;
  @CharField({ required: false }) title!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
}

/** Pages whose model has these options. */
function pagesIn(ws: Workspace, options: ModelOptions) {
  @Model({ name: 'Page', ...options })
  class Laid extends PageModel {}
  return ws.register(Laid);
}

async function openPages(options: ModelOptions, path = emptyRepository()) {
  const ws = await openWorkspace(path);
  return { path, ws, Page: pagesIn(ws, options) };
}

/** The paths of all files that are staged. */
async function stagedFiles(ws: Workspace): Promise<string[]> {
  const entries = await collect(ws.index.walk());
  return entries.filter(({ kind }) => kind !== 'tree').map(({ path }) => path);
}

/** The paths of all folders that are staged. */
async function stagedFolders(ws: Workspace): Promise<string[]> {
  const entries = await collect(ws.index.walk());
  return entries.filter(({ kind }) => kind === 'tree').map(({ path }) => path);
}

function stored(slug: string, title = ''): string {
  return JSON.stringify({ model: 'Page', fields: { slug, title } });
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** The first digits of the hash, each as a folder. */
function digits(text: string, count: number): string {
  return Array.from(sha1(text).slice(0, count)).join('/');
}

/** Own folders, `a/b/c` for the id `a.b.c`, whose records may stand inside one another. */
const nested: Layout = {
  ownFolder: true,
  locate: (id) => id.replaceAll('.', '/'),
  identify: (path) => path.replaceAll('/', '.'),
};

/** The same without a way back from the path to the id. */
const nestedOneWay: Layout = { ownFolder: true, locate: (id) => id.replaceAll('.', '/') };

const byYear = (id: string): string => `${id.slice(0, 4)}/${id}.json`;

const byYearBothWays: Layout = {
  ownFolder: false,
  locate: byYear,
  identify: (path) => /([^/]+)\.json$/.exec(path)?.[1],
};

/** Every kind of layout, and where it has the records `2020-a` and `2021-b`. */
const LAYOUTS: readonly (readonly [string, DataPath | undefined, string, string])[] = [
  ['none', undefined, 'page/2020-a/data.json', 'page/2021-b/data.json'],
  ['flat()', flat(), 'page/2020-a/data.json', 'page/2021-b/data.json'],
  [
    'sharded({ width: 2 })',
    sharded({ width: 2 }),
    `page/${sha1('2020-a').slice(0, 2)}/2020-a/data.json`,
    `page/${sha1('2021-b').slice(0, 2)}/2021-b/data.json`,
  ],
  [
    'sharded()',
    sharded(),
    `page/${digits('2020-a', 3)}/2020-a/data.json`,
    `page/${digits('2021-b', 3)}/2021-b/data.json`,
  ],
  ['a function', byYear, 'page/2020/2020-a.json', 'page/2021/2021-b.json'],
  ['a layout of files', byYearBothWays, 'page/2020/2020-a.json', 'page/2021/2021-b.json'],
  ['a layout of folders', nested, 'page/2020-a/data.json', 'page/2021-b/data.json'],
  ['one of folders, one-way', nestedOneWay, 'page/2020-a/data.json', 'page/2021-b/data.json'],
];

describe.each(LAYOUTS)('With dataPath: %s', (_what, dataPath, first, second) => {
  const options: ModelOptions = dataPath === undefined ? {} : { dataPath };
  const blobOf = (data: string): string =>
    data.endsWith('/data.json')
      ? data.replace('data.json', 'image.data')
      : data.replace('json', 'image.data');

  it('records are saved where it says, and found again', async () => {
    const { path, ws, Page } = await openPages(options);
    const [a, b] = [
      new Page({ slug: '2020-a', title: 'A' }),
      new Page({ slug: '2021-b', image: 'B' as never }),
    ];
    await a.save();
    await b.save();
    await ws.commit({ message: 'Two' });

    expect(filesAt(path, 'HEAD').sort()).toEqual([first, second, blobOf(second)].sort());
    expect([a.getDataPath(), Page.getDataPath('2021-b')]).toEqual([first, second]);
    expectLog(path, ['Two']);
    const Elsewhere = pagesIn(await openWorkspace(path), options);
    expect(await Elsewhere.get('2020-a')).toMatchObject({ slug: '2020-a', title: 'A', image: null });
    const found = await Elsewhere.get('2021-b', { at: 'main' });
    expect(await found.image?.text()).toBe('B');
    expect(await Elsewhere.getOrNull('2021-c')).toBeNull();
    expect((await Elsewhere.all().toArray()).map(({ slug }) => slug).sort()).toEqual(['2020-a', '2021-b']);
    expect((await collect(Elsewhere.all().ids())).sort()).toEqual(['2020-a', '2021-b']);
    expect(await Elsewhere.all({ at: 'HEAD' }).count()).toBe(2);
  });

  it('a record is deleted with its blob, and no other is', async () => {
    const { ws, Page } = await openPages(options);
    const a = new Page({ slug: '2020-a', image: 'A' as never });
    await a.save();
    await new Page({ slug: '2021-b', image: 'B' as never }).save();
    await a.delete();

    expect((await stagedFiles(ws)).sort()).toEqual([second, blobOf(second)].sort());
    await Page.delete('2021-b');
    expect(await collect(ws.index.walk())).toEqual([]);
    expect(await ws.hasChanges()).toBe(false);
  });

  it('a renamed record moves with its blob, and leaves no folder', async () => {
    const { ws, Page } = await openPages(options);
    await new Page({ slug: '2020-a', title: 'A', image: 'A' as never }).save();
    const page = await Page.get('2020-a');
    page.slug = '2021-b';
    await page.save();

    expect((await stagedFiles(ws)).sort()).toEqual([second, blobOf(second)].sort());
    expect(await Page.getOrNull('2020-a')).toBeNull();
    const moved = await Page.get('2021-b');
    expect([moved.title, await moved.image?.text()]).toEqual(['A', 'A']);
    for (const folder of await stagedFolders(ws)) expect(`${second}/`.startsWith(`${folder}/`)).toBe(true);
  });

  it('a record does not take the place of another', async () => {
    const { ws, Page } = await openPages(options);
    await new Page({ slug: '2020-a', title: 'A' }).save();
    const b = new Page({ slug: '2021-b', title: 'B' });
    await b.save();
    const tree = await ws.index.writeTree();
    b.slug = '2020-a';

    expect(await errorOf(() => b.save())).toMatchObject({ code: 'INTEGRITY', details: { id: '2020-a' } });
    expect(await errorOf(() => new Page({ slug: '2020-a' }).save())).toMatchObject({ code: 'INTEGRITY' });
    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('a record that does not change is not written', async () => {
    const { ws, Page } = await openPages(options);
    await ws.index.addBlob(first, stored('2020-a', 'By hand'));
    const tree = await ws.index.writeTree();
    await (await Page.get('2020-a')).save();

    expect(await ws.index.writeTree()).toBe(tree);
  });
});

describe('sharded()', () => {
  it.each<ShardOptions>([
    { width: 0 },
    { width: -2 },
    { width: 1.5 },
    { width: NaN },
    { levels: 0 },
    { levels: Infinity },
    { width: 20, levels: 3 },
    { width: '2' as never },
    { levels: null as never },
  ])('refuses %p', async (options) => {
    expect(await errorOf(() => sharded(options))).toMatchObject({ code: 'INVALID_MODEL' });
  });

  it('refuses an option that there is not', async () => {
    expect(await errorOf(() => sharded({ depth: 2 } as ShardOptions))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'There is no option "depth"; there are width, levels.',
    });
  });

  it('has one level when only a width is given', () => {
    expect(sharded({ width: 2 }).levels).toBe(1);
    expect(sharded({ width: 1 }).levels).toBe(1);
    expect(sharded({ levels: 2 }).locate('a')).toBe(`${digits('a', 2)}/a`);
  });

  it('takes all forty digits', () => {
    expect(sharded({ width: 40 }).locate('a')).toBe(`${sha1('a')}/a`);
    expect(sharded({ width: 1, levels: 40 }).locate('a')).toBe(`${digits('a', 40)}/a`);
    expect(sharded({ width: undefined as never }).locate('ä')).toBe(`${digits('ä', 3)}/ä`);
  });

  it('does not find a record that is in another shard than its own', async () => {
    const path = emptyRepository();
    const right = sha1('right').slice(0, 2);
    commitFiles(path, 'refs/heads/main', {
      files: {
        'page/00/wrong/data.json': stored('wrong'),
        [`page/${right}/right/data.json`]: stored('right'),
      },
    });
    const { Page } = await openPages({ dataPath: sharded({ width: 2 }) }, path);

    expect(await Page.getOrNull('wrong')).toBeNull();
    expect((await Page.all().toArray()).map(({ slug }) => slug)).toEqual(['right']);
    expect(await collect(Page.all().ids())).toEqual(['right']);
    expect(await Page.all().count()).toBe(1);
  });

  it('lets files stand beside its folders', async () => {
    const { ws, Page } = await openPages({ dataPath: sharded({ width: 2, levels: 2 }) });
    const page = new Page({ slug: 'a' });
    await page.save();
    await ws.index.addBlob('page/README.md', 'Pages');
    await ws.index.addBlob(`page/${sha1('a').slice(0, 2)}/README.md`, 'More');

    expect(await collect(Page.all().ids())).toEqual(['a']);
    await page.delete();
    expect(await stagedFiles(ws)).toEqual(
      ['page/README.md', `page/${sha1('a').slice(0, 2)}/README.md`].sort(),
    );
  });
});

describe('A path that a function gives', () => {
  it.each<readonly [string, unknown]>([
    ['leads out of the folder', '../../etc/passwd'],
    ['is Git’s own', '.git/config'],
    ['is Git’s own, deeper', 'a/.GIT/b.json'],
    ['is absolute', '/etc/passwd'],
    ['is empty', ''],
    ['ends in a slash', 'a/'],
    ['has a dot for a folder', './a.json'],
    ['has NUL', 'a\0b'],
    ['is undefined', undefined],
    ['is null', null],
    ['is a number', 5],
    ['is a promise', Promise.resolve('a.json')],
    ['is that of a blob', 'a.data'],
  ])('is refused when it %s', async (_what, place) => {
    const { ws, Page } = await openPages({ dataPath: () => place as string });
    const page = new Page({ slug: 'a' });

    for (const use of [
      () => page.save(),
      () => page.getDataPath(),
      () => Page.getDataPath('a'),
      () => Page.get('a'),
      () => Page.delete('a'),
    ]) {
      expect(await errorOf(use)).toMatchObject({ code: 'INVALID_PATH' });
    }
    expect(await ws.hasChanges()).toBe(false);
    expect(page.isNew).toBe(true);
  });

  it('may be the same for two ids, of which only one can be saved then', async () => {
    const { ws, Page } = await openPages({ dataPath: (id) => `${id.toLowerCase()}.json` });
    await new Page({ slug: 'a', title: 'First' }).save();
    const tree = await ws.index.writeTree();

    expect(await errorOf(() => new Page({ slug: 'A', title: 'Second' }).save())).toMatchObject({
      code: 'INTEGRITY',
      details: { model: 'Page', id: 'A', path: 'page/a.json' },
    });
    expect(await errorOf(() => Page.get('A'))).toMatchObject({ code: 'INVALID_RECORD' });
    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('may differ in the extension only, but does not share another record’s blob', async () => {
    const { ws, Page } = await openPages({ dataPath: (id) => id });
    await new Page({ slug: 'a.json', image: 'First' as never }).save();
    const tree = await ws.index.writeTree();

    expect(await errorOf(() => new Page({ slug: 'a', image: 'Second' as never }).save())).toMatchObject({
      code: 'INTEGRITY',
      details: { path: 'page/a.image.data' },
    });
    expect(await ws.index.writeTree()).toBe(tree);
    await new Page({ slug: 'a.txt', image: 'Third' as never }).save();
    expect(await ws.index.entry('page/a.txt.image.data')).not.toBeNull();
  });

  it('has the files of others beside it, which a deletion leaves alone', async () => {
    const { ws, Page } = await openPages({ dataPath: byYear });
    const page = new Page({ slug: '2020-a', image: 'A' as never });
    await page.save();
    const others = ['page/2020/2020-a.notes.data', 'page/2020/2020-a.txt', 'page/2020/notes/more.txt'];
    for (const other of others) await ws.index.addBlob(other, 'Mine');
    await page.delete();

    expect(await stagedFiles(ws)).toEqual(others);
  });

  it('has to be read to tell the id: what is no record there is reported, or thrown', async () => {
    const { ws, Page } = await openPages({ dataPath: byYear });
    await new Page({ slug: '2020-a' }).save();
    await ws.index.addBlob('page/2020/notes.txt', 'Notes');
    await ws.index.addBlob('page/2020/2021-misplaced.json', stored('2021-misplaced'));
    const skipped: unknown[] = [];
    const onInvalid = (error: Error & { details: { path?: unknown } }): void => {
      skipped.push(error.details.path);
    };

    expect(await errorOf(() => Page.all().toArray())).toMatchObject({
      code: 'INVALID_RECORD',
      details: { path: 'page/2020/2021-misplaced.json' },
    });
    expect((await Page.all({ onInvalid }).toArray()).map(({ slug }) => slug)).toEqual(['2020-a']);
    expect(await Page.all({ onInvalid }).count()).toBe(1);
    const invalid = ['page/2020/2021-misplaced.json', 'page/2020/notes.txt'];
    expect(skipped).toEqual([...invalid, ...invalid]);
    expect(await Page.getOrNull('2021-misplaced')).toBeNull();
  });
});

describe('A layout of one’s own', () => {
  it('may put records inside one another: only what belongs to one goes with it', async () => {
    const { ws, Page } = await openPages({ dataPath: nested });
    const outer = new Page({ slug: 'a', image: 'Outer' as never });
    await outer.save();
    await new Page({ slug: 'a.b', image: 'Inner' as never }).save();
    await ws.index.addBlob('page/a/notes.txt', 'Notes');

    expect(await collect(Page.all().ids())).toEqual(['a.b', 'a']);
    outer.slug = 'c';
    await outer.save();
    expect(await stagedFiles(ws)).toEqual([
      'page/a/b/data.json',
      'page/a/b/image.data',
      'page/a/notes.txt',
      'page/c/data.json',
      'page/c/image.data',
    ]);
    await outer.delete();
    expect(await stagedFiles(ws)).toEqual(['page/a/b/data.json', 'page/a/b/image.data', 'page/a/notes.txt']);
    await Page.delete('a.b');
    expect(await stagedFiles(ws)).toEqual(['page/a/notes.txt']);
  });

  it('says itself which paths are no records', async () => {
    const { ws, Page } = await openPages({ dataPath: byYearBothWays });
    await new Page({ slug: '2020-a' }).save();
    await ws.index.addBlob('page/2020/notes.txt', 'Notes');
    await ws.index.addBlob('page/1999/2020-b.json', stored('2020-b'));

    expect(await collect(Page.all().ids())).toEqual(['2020-a']);
    expect((await Page.all().toArray()).map(({ slug }) => slug)).toEqual(['2020-a']);
  });

  it('that answers an unsafe id for a path does not keep the others from being read', async () => {
    const { ws, Page } = await openPages({
      dataPath: { ownFolder: false, locate: (id) => id, identify: (path) => (path === 'x' ? '../x' : path) },
    });
    await new Page({ slug: 'a' }).save();
    await ws.index.addBlob('page/x', 'X');
    const codes: string[] = [];

    expect(await errorOf(() => Page.all().count())).toMatchObject({ code: 'INVALID_PATH' });
    expect(await Page.all({ onInvalid: ({ code }) => codes.push(code) }).count()).toBe(1);
    expect(codes).toEqual(['INVALID_PATH']);
  });

  it.each<readonly [string, unknown]>([
    ['a text', '{id}.json'],
    ['null', null],
    ['an object without locate', { ownFolder: true }],
    ['one without ownFolder', { locate: String }],
    ['one with levels of no number', { ownFolder: true, locate: String, levels: '1' }],
    ['one with negative levels', { ownFolder: true, locate: String, levels: -1 }],
    ['one whose identify is none', { ownFolder: true, locate: String, identify: 'id' }],
    ['one of files with levels', { ownFolder: false, locate: String, levels: 1 }],
  ])('cannot be %s', async (_what, dataPath) => {
    const ws = await openWorkspace();
    const error = await errorOf(() => pagesIn(ws, { dataPath: dataPath as DataPath }));

    expect(error).toMatchObject({ code: 'INVALID_MODEL', details: { model: 'Page' } });
    expect(error.message).toMatch(/^Laid cannot have this layout: dataPath /);
  });
});

describe('The folder of a model', () => {
  it('may be deeper in the tree', async () => {
    const { path, ws, Page } = await openPages({ folder: 'content/pages' });
    const page = new Page({ slug: 'a' });
    await ws.index.addBlob('content/README.md', 'Content');
    await page.save({ commit: false });
    await ws.commit({ message: 'One' });

    expect(filesAt(path, 'HEAD')).toEqual(['content/README.md', 'content/pages/a/data.json']);
    expect((await Page.all().toArray()).map(({ slug }) => slug)).toEqual(['a']);
    await page.delete({ commit: true, message: 'Two' });
    expect(filesAt(path, 'HEAD')).toEqual(['content/README.md']);
    expectLog(path, ['Two', 'One']);
  });

  it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.git', 'a/.git/b', 'a\0b', 5 as never])(
    'cannot be %j',
    async (folder) => {
      const ws = await openWorkspace();

      expect(await errorOf(() => pagesIn(ws, { folder }))).toMatchObject({ code: 'INVALID_MODEL' });
    },
  );

  it.each([
    ['content', 'content'],
    ['content', 'content/pages'],
    ['content/pages/old', 'content/pages'],
    ['Content', 'content'],
    ['CONTENT', 'content/pages'],
  ])('cannot be %s and %s for two models', async (one, other) => {
    const ws = await openWorkspace();
    pagesIn(ws, { folder: one });
    @Model({ name: 'Other', folder: other })
    class OtherModel extends PageModel {}

    expect(await errorOf(() => ws.register(OtherModel))).toMatchObject({ code: 'INVALID_MODEL' });
  });

  it('may begin like that of another', async () => {
    const ws = await openWorkspace();
    pagesIn(ws, { folder: 'content/page' });
    @Model({ name: 'Other', folder: 'content/page-notes' })
    class OtherModel extends PageModel {}

    expect(ws.register(OtherModel).getDataPath('a')).toBe('content/page-notes/a/data.json');
  });
});

describe('The file of a record', () => {
  it('may have another name', async () => {
    const { ws, Page } = await openPages({ dataFilename: 'page.json' });
    const page = new Page({ slug: 'a', image: 'A' as never });
    await page.save();

    expect(await stagedFiles(ws)).toEqual(['page/a/image.data', 'page/a/page.json']);
    expect(await collect(Page.all().ids())).toEqual(['a']);
    await page.delete();
    expect(await stagedFiles(ws)).toEqual([]);
  });

  it.each(['', 'a/b.json', '../data.json', '.git', 'image.data', '.data', 'a\0', 5 as never])(
    'cannot have the name %j',
    async (dataFilename) => {
      const ws = await openWorkspace();

      expect(await errorOf(() => pagesIn(ws, { dataFilename }))).toMatchObject({ code: 'INVALID_MODEL' });
    },
  );
});

describe('An id that begins with a dot', () => {
  it.each<readonly [string, DataPath]>([
    ['flat', flat()],
    ['sharded', sharded({ width: 2 })],
    ['given by a function', (id) => `${id}.json`],
  ])('is found like any other: %s', async (_what, dataPath) => {
    const { Page } = await openPages({ dataPath });
    await new Page({ slug: '.hidden' }).save();

    expect(await collect(Page.all().ids())).toEqual(['.hidden']);
    expect((await Page.all().toArray()).map(({ slug }) => slug)).toEqual(['.hidden']);
  });
});

describe('What somebody else has put into the folders', () => {
  const SHARD = sha1('good').slice(0, 2);
  /** A name that belongs into the same shard: elsewhere nobody would look for a record of that name. */
  const BAD =
    Array.from({ length: 10_000 }, (_, n) => `z${n}`).find((name) => sha1(name).startsWith(SHARD)) ?? '';
  const data = (path: string): Entry => ['100644', craftBlob(path, stored('good')), 'data.json'];
  const folder = (path: string, entries: readonly Entry[], name: string): Entry => [
    '40000',
    craftTree(path, entries),
    name,
  ];
  /** Beside the good record, on each of the three levels of one shard: the model, the shard, the record. */
  const bad: readonly (readonly [string, (path: string, name: string) => Entry])[] = [
    ['a submodule', (_path, name) => ['160000', MISSING_COMMIT, name]],
    ['a symbolic link', (path, name) => ['120000', craftBlob(path, '/etc'), name]],
    [
      'a folder whose name is not UTF-8',
      (path) => ['40000', craftTree(path, [data(path)]), Buffer.from('z\xff', 'latin1')],
    ],
  ];

  describe.each(bad)('%s', (_what, craft) => {
    it.each([0, 1])('is reported on level %d of shards, and the rest is read', async (level) => {
      const path = craftRepository((repo) => {
        const good = folder(repo, [data(repo)], 'good');
        const shard = folder(repo, level === 1 ? [good, craft(repo, BAD)] : [good], SHARD);
        return craftTree(repo, [folder(repo, level === 0 ? [shard, craft(repo, BAD)] : [shard], 'page')]);
      });
      const { Page } = await openPages({ dataPath: sharded({ width: 2 }) }, path);
      const codes: string[] = [];
      const onInvalid = ({ code }: { code: string }): unknown => codes.push(code);

      expect((await errorOf(() => Page.all().toArray())).code).toBe('INVALID_RECORD');
      expect((await errorOf(() => Page.all().count())).code).toBe('INVALID_RECORD');
      expect((await Page.all({ onInvalid }).toArray()).map(({ slug }) => slug)).toEqual(['good']);
      expect(codes).toEqual(['INVALID_RECORD']);
      expect(await Page.get('good')).toMatchObject({ slug: 'good' });
    });

    it('is reported in the layout of a function, and the rest is read', async () => {
      const path = craftRepository((repo) => {
        const good: Entry = ['100644', craftBlob(repo, stored('good')), 'good.json'];
        return craftTree(repo, [folder(repo, [good, craft(repo, 'bad.json')], 'page')]);
      });
      const { Page } = await openPages({ dataPath: (id) => `${id}.json` }, path);

      const read = await Page.all({ onInvalid: () => undefined }).toArray();
      expect(read.map(({ slug }) => slug)).toEqual(['good']);
    });
  });

  it('as a blob that is none is reported with its path', async () => {
    const path = craftRepository((repo) => {
      const good = folder(
        repo,
        [data(repo), ['120000', craftBlob(repo, '/etc/passwd'), 'image.data']],
        'good',
      );
      return craftTree(repo, [folder(repo, [good], 'page')]);
    });
    const { Page } = await openPages({}, path);

    for (const read of [() => Page.get('good'), () => Page.all().toArray()]) {
      expect(await errorOf(read)).toMatchObject({
        code: 'INVALID_RECORD',
        details: { path: 'page/good/image.data' },
      });
    }
  });
});
