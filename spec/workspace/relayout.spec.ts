import { BlobField, CharField, flat, GitModel, Model, sharded, SlugField } from 'gitmodel';
import type { DataPath, GitBlob, GitModelError, Layout, Workspace } from 'gitmodel';
import fc from 'fast-check';
import { compileCommitter } from '../support/committer';
import { errorOf } from '../support/error-of';
import { git } from '../support/temporary-repository';
import { commitMeanwhile, emptyRepository, expectLog, filesAt, openWorkspace } from '../support/workspaces';
import { runChild } from '../support/child-process';

class Picture extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ required: false }) title!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
}

/** The model of pictures, in a layout; of a new class each time, as an application has it at different times. */
function picturesIn(dataPath: DataPath): typeof Picture {
  @Model({ name: 'Picture', dataPath })
  class PictureModel extends Picture {}
  return PictureModel;
}

/** By the first letter, as files: `a/a1.json` with `a/a1.image.data`. */
const byLetter = (id: string): string => `${id.slice(0, 1)}/${id}.json`;

/** The same with folders of their own, whose paths tell the ids. */
const foldersByLetter: Layout = {
  ownFolder: true,
  locate: (id) => `${id.slice(0, 1)}/${id}`,
  identify: (path) => path.slice(path.lastIndexOf('/') + 1),
};

const LAYOUTS: Readonly<Record<string, DataPath>> = {
  flat: flat(),
  sharded: sharded(),
  'sharded with two digits': sharded({ width: 2 }),
  'a function': byLetter,
  'folders by a strategy that tells ids': foldersByLetter,
};

const PAIRS = Object.keys(LAYOUTS).flatMap((from) =>
  Object.keys(LAYOUTS)
    .filter((to) => to !== from)
    .map((to) => [from, to] as const),
);

async function store(path: string, dataPath: DataPath, slugs: readonly string[]): Promise<void> {
  const ws = await openWorkspace(path);
  const Pictures = ws.register(picturesIn(dataPath));
  for (const slug of slugs) {
    const image = slug.length % 2 === 0 ? Buffer.from(`the image of ${slug}`) : null;
    await new Pictures({ slug, title: `The title of ${slug}`, image }).save();
  }
  await ws.commit({ message: 'Pictures' });
  await ws.close();
}

async function contentsOf(ws: Workspace, dataPath: DataPath): Promise<Record<string, unknown>> {
  const contents: Record<string, unknown> = {};
  for await (const picture of ws.register(picturesIn(dataPath)).all()) {
    contents[picture.slug] = [picture.title, (await picture.image?.buffer())?.toString() ?? null];
  }
  return contents;
}

/** What git says of the files between two commits: `R100` and the like, and how many of each. */
function statusesBetween(path: string, from: string, to: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const list = git(path, 'diff', '--name-status', '-M100%', '-l0', from, to).split('\n').filter(Boolean);
  for (const line of list) {
    const status = line.split('\t')[0] as string;
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

const SLUGS = ['a1', 'a12', 'b', 'bb', '3f', 'b0', 'ca', 'e', 'f-long-slug', '0', '00', '000'];

describe('A model that gets another layout', () => {
  it.each(PAIRS)(
    'has all its records after it, moved from %s to %s, as git sees it too',
    async (from, to) => {
      const path = emptyRepository();
      const [before, after] = [LAYOUTS[from], LAYOUTS[to]] as [DataPath, DataPath];
      await store(path, before, SLUGS);
      const ws = await openWorkspace(path);
      const expected = await contentsOf(await openWorkspace(path), before);
      const result = await ws.relayout(picturesIn(after), { from: before, message: 'Move' });

      expect(result).toEqual({ commit: git(path, 'rev-parse', 'main'), records: SLUGS.length });
      expect(await contentsOf(await openWorkspace(path), after)).toEqual(expected);
      expect(statusesBetween(path, 'main~1', 'main')).toEqual({ R100: SLUGS.length + 6 });
      const oids = (commit: string): string[] =>
        git(path, 'ls-tree', '-r', '--format=%(objectname)', commit).split('\n').sort();
      expect(oids('main')).toEqual(oids('main~1'));
      expectLog(path, ['Move', 'Pictures']);
    },
  );

  it.each(PAIRS)('is left as it is when it is moved from %s to %s once more', async (from, to) => {
    const path = emptyRepository();
    const [before, after] = [LAYOUTS[from], LAYOUTS[to]] as [DataPath, DataPath];
    await store(path, before, SLUGS);
    const ws = await openWorkspace(path);
    const Pictures = picturesIn(after);
    await ws.relayout(Pictures, { from: before, message: 'Move' });

    expect(await ws.relayout(Pictures, { from: before, message: 'Again' })).toEqual({
      commit: null,
      records: 0,
    });
    expect(await ws.relayout(Pictures, { from: after, message: 'Again' })).toEqual({
      commit: null,
      records: 0,
    });
    expectLog(path, ['Move', 'Pictures']);
  });

  it('comes back to the same tree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{1,4}$/), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(...PAIRS),
        async (slugs, [from, to]) => {
          const path = emptyRepository();
          const [before, after] = [LAYOUTS[from], LAYOUTS[to]] as [DataPath, DataPath];
          await store(path, before, slugs);
          const [there, back] = [await openWorkspace(path), await openWorkspace(path)];
          await there.relayout(picturesIn(after), { from: before, message: 'There' });
          await back.updateIndex();
          await back.relayout(picturesIn(before), { from: after, message: 'Back' });

          expect(git(path, 'rev-parse', 'main^{tree}')).toBe(git(path, 'rev-parse', 'main~2^{tree}'));
          expectLog(path, ['Back', 'There', 'Pictures']);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('keeps instances usable that were loaded before', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1', 'b']);
    const ws = await openWorkspace(path);
    const Pictures = ws.register(picturesIn(sharded()));
    await ws.relayout(Pictures, { from: flat(), message: 'Move' });
    const picture = await Pictures.get('a1');
    picture.title = 'Another title';
    await picture.save({ commit: true, message: 'Change' });

    expect((await Pictures.get('a1')).title).toBe('Another title');
    expectLog(path, ['Change', 'Move', 'Pictures']);
  });

  it('is readable in another process', async () => {
    const path = emptyRepository();
    await store(path, flat(), SLUGS);
    const ws = await openWorkspace(path);
    await ws.relayout(picturesIn(sharded()), { from: flat(), message: 'Move' });
    const { stdout, stderr } = runChild(
      `const { Workspace, sharded } = require(process.argv[1] + '/node_modules/gitmodel');
       const ws = await Workspace.open(process.argv[2]);
       const records = ws.records('picture', { dataPath: sharded() });
       const ids = [];
       for await (const { id, fields } of records.all()) ids.push(id + ':' + fields.title);
       console.log(JSON.stringify(ids.sort()));`,
      { args: [compileCommitter(), path] },
    );

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(SLUGS.map((slug) => `${slug}:The title of ${slug}`).sort());
    expectLog(path, ['Move', 'Pictures']);
  });

  it('is followed by git log over the move', async () => {
    const path = emptyRepository();
    await store(path, flat(), SLUGS);
    const ws = await openWorkspace(path);
    const Pictures = ws.register(picturesIn(sharded()));
    await ws.relayout(Pictures, { from: flat(), message: 'Move' });

    const file = Pictures.getDataPath('a12');
    expect(git(path, 'log', '--follow', '--format=%s', 'main', '--', file)).toBe('Move\nPictures');
    expectLog(path, ['Move', 'Pictures']);
  });

  it('takes all along that is in the folder of a record', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1']);
    const more = {
      'picture/a1/notes/1.txt': 'One',
      'picture/a1/unknown.data': 'Two',
      'picture/readme.txt': 'R',
    };
    await addFiles(path, more);
    const ws = await openWorkspace(path);
    await ws.relayout(picturesIn(sharded()), { from: flat(), message: 'Move' });

    const folder = 'picture/f/2/9/a1';
    expect(filesAt(path, 'main').sort()).toEqual(
      [
        ...['data.json', 'image.data', 'notes/1.txt', 'unknown.data'].map((name) => `${folder}/${name}`),
        'picture/readme.txt',
      ].sort(),
    );
    expectLog(path, ['Move', 'More', 'Pictures']);
  });

  it('goes on where records were saved in the new layout before', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1', 'b']);
    await store(path, sharded(), ['c']);
    const ws = await openWorkspace(path);
    const result = await ws.relayout(picturesIn(sharded()), { from: flat(), message: 'Move' });

    expect(result.records).toBe(2);
    expect(Object.keys(await contentsOf(await openWorkspace(path), sharded())).sort()).toEqual([
      'a1',
      'b',
      'c',
    ]);
    expectLog(path, ['Move', 'Pictures', 'Pictures']);
  });

  it('need not have any records', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const result = await ws.relayout(picturesIn(sharded()), { from: flat(), message: 'Move' });

    expect(result).toEqual({ commit: null, records: 0 });
    expectLog(path, []);
  });
});

describe('A model gets no other layout', () => {
  /** Expects that it fails, with nothing changed; returns the error. */
  async function refused(path: string, from: DataPath, to: DataPath): Promise<GitModelError> {
    const ws = await openWorkspace(path);
    const before = git(path, 'rev-parse', 'main');
    const error = await errorOf(() => ws.relayout(picturesIn(to), { from, message: 'Move' }));
    expect(git(path, 'rev-parse', 'main')).toBe(before);
    expect(await ws.hasChanges()).toBe(false);
    return error;
  }

  it('while changes are staged', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1']);
    const ws = await openWorkspace(path);
    await ws.index.addBlob('readme.txt', 'Hello');

    expect(
      await errorOf(() => ws.relayout(picturesIn(sharded()), { from: flat(), message: 'Move' })),
    ).toMatchObject({ code: 'PENDING_CHANGES', message: expect.stringContaining('relayout()') as string });
    expectLog(path, ['Pictures']);
  });

  it('when somebody else has moved the branch, and can get it then', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1']);
    const ws = await openWorkspace(path);
    commitMeanwhile(path);
    const Pictures = picturesIn(sharded());
    const move = (): Promise<unknown> => ws.relayout(Pictures, { from: flat(), message: 'Move' });

    expect((await errorOf(move)).code).toBe('CONCURRENT_UPDATE');
    expect(await ws.hasChanges()).toBe(false);
    await ws.updateIndex();
    expect(await move()).toMatchObject({ records: 1 });
    expectLog(path, ['Move', 'Meanwhile', 'Pictures']);
  });

  it('when the place of a record is taken', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1', 'b']);
    await addFiles(path, { 'picture/f/2/9/a1/notes.txt': 'Mine' });

    expect(await refused(path, flat(), sharded())).toMatchObject({
      code: 'INTEGRITY',
      message:
        'What is at "picture/f/2/9/a1" is where a record belongs in the new layout; move or delete it first. ' +
        'Nothing has changed.',
      details: { model: 'Picture', path: 'picture/f/2/9/a1' },
    });
    expectLog(path, ['More', 'Pictures']);
  });

  it('when a file is where a folder is needed', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1']);
    await addFiles(path, { 'picture/f/2': 'A file' });

    expect(await refused(path, flat(), sharded())).toMatchObject({
      code: 'INTEGRITY',
      details: { model: 'Picture', path: 'picture/f/2' },
    });
    expectLog(path, ['More', 'Pictures']);
  });

  it('when what is in the folder of a record would have no place', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['a1']);
    await addFiles(path, { 'picture/a1/notes.txt': 'Mine' });

    expect(await refused(path, flat(), byLetter)).toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringContaining('"picture/a1/notes.txt" has no place') as string,
    });
    expectLog(path, ['More', 'Pictures']);
  });

  it('when the folder of a record has records of the new layout in it', async () => {
    const path = emptyRepository();
    await store(path, flat(), ['f']);
    await store(path, sharded(), ['a1']);

    expect(await refused(path, flat(), sharded())).toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringContaining('within the record "picture/f" of the old one') as string,
      details: { model: 'Picture', path: 'picture/f/2/9/a1/data.json' },
    });
    expectLog(path, ['Pictures', 'Pictures']);
  });

  it('that is none', async () => {
    const ws = await openWorkspace();
    const Pictures = picturesIn(sharded());
    const call = (options: unknown) => () => ws.relayout(Pictures, options as { from: DataPath });
    for (const options of [undefined, null, {}, { from: 'flat' }, { from: { levels: 1 } }]) {
      expect(await errorOf(call(options))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('"from" takes the layout') as string,
      });
    }
  });
});

describe('A record that neither layout has where it is', () => {
  async function misplaced(): Promise<string> {
    const path = emptyRepository();
    await store(path, sharded(), ['a1', 'b']);
    await addFiles(path, { 'picture/0/0/0/lost/data.json': '{"model":"Picture","fields":{"slug":"lost"}}' });
    return path;
  }

  it('is told, and nothing changes', async () => {
    const path = await misplaced();
    const ws = await openWorkspace(path);

    expect(
      await errorOf(() => ws.relayout(picturesIn(flat()), { from: sharded(), message: 'Move' })),
    ).toMatchObject({
      code: 'INVALID_RECORD',
      details: { path: 'picture/0/0/0/lost/data.json' },
    });
    expectLog(path, ['More', 'Pictures']);
  });

  it('stays where it is if that is wanted', async () => {
    const path = await misplaced();
    const ws = await openWorkspace(path);
    const told: unknown[] = [];
    const onInvalid = ({ details }: GitModelError): void => void told.push(details.path);
    const result = await ws.relayout(picturesIn(flat()), { from: sharded(), message: 'Move', onInvalid });

    expect(result.records).toBe(2);
    expect(told).toEqual(['picture/0/0/0/lost/data.json']);
    expect(filesAt(path, 'main')).toContain('picture/0/0/0/lost/data.json');
    expectLog(path, ['Move', 'More', 'Pictures']);
  });

  it.each([
    ['no record', 'nothing', /not a record/],
    ['a record without an id', '{"model":"Picture","fields":{}}', /no field "slug"/],
    ['a record of a strange id', '{"model":"Picture","fields":{"slug":[]}}', /its field "slug"/],
    [
      'the record of another path',
      '{"model":"Picture","fields":{"slug":"z"}}',
      /neither the old nor the new/,
    ],
  ])('is told where only records tell their ids: %s', async (_what, content, message) => {
    const path = emptyRepository();
    await store(path, byLetter, ['a1', 'b']);
    await addFiles(path, { 'picture/x/y.json': content });
    const ws = await openWorkspace(path);

    expect(
      await errorOf(() => ws.relayout(picturesIn(flat()), { from: byLetter, message: 'Move' })),
    ).toMatchObject({
      code: 'INVALID_RECORD',
      message: expect.stringMatching(message) as string,
      details: { path: 'picture/x/y.json' },
    });
    expectLog(path, ['More', 'Pictures']);
  });
});

/** Commits files beside the records. */
async function addFiles(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  const ws = await openWorkspace(path);
  for (const [file, content] of Object.entries(files)) await ws.index.addBlob(file, content);
  await ws.commit({ message: 'More' });
  await ws.close();
}
