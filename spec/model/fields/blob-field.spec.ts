import { BlobField, BlobFieldType, CharField, GitBlob, GitModel, Model, sharded, SlugField } from 'gitmodel';
import type { BoundModel, DataPath, Workspace } from 'gitmodel';
import { Readable } from 'node:stream';
import { errorOf } from '../../support/error-of';
import { commitFiles, git, runGit } from '../../support/temporary-repository';
import {
  changesOf,
  collect,
  emptyRepository,
  expectLog,
  filesAt,
  openWorkspace,
} from '../../support/workspaces';

@Model({ name: 'Photo' })
class PhotoModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @CharField({ required: false }) title!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
  @BlobField({ required: false, name: 'small' }) thumbnail!: GitBlob | null;
}

@Model({ name: 'Scan' })
class ScanModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @BlobField() page!: GitBlob;
}

async function openPhotos(path = emptyRepository()): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Photo: BoundModel<typeof PhotoModel>;
}> {
  const ws = await openWorkspace(path);
  return { path, ws, Photo: ws.register(PhotoModel) };
}

const RECORD = '{"model":"Photo","fields":{"name":"a","title":"A"}}';

describe('A record with a blob', () => {
  it('has it in a file of its own, of which its data says nothing', async () => {
    const { path, Photo } = await openPhotos();
    await new Photo({ name: 'a', title: 'A', image: Buffer.from([0, 255]), thumbnail: 'T' }).save({
      commit: true,
      message: 'A',
    });

    expect(filesAt(path, 'HEAD')).toEqual(['photo/a/data.json', 'photo/a/image.data', 'photo/a/small.data']);
    expect(runGit(path, ['show', 'HEAD:photo/a/image.data'])).toEqual(Buffer.from([0, 255]));
    expect(JSON.parse(git(path, 'show', 'HEAD:photo/a/data.json'))).toEqual(JSON.parse(RECORD));
    expectLog(path, ['A']);
  });

  it('keeps it when it is saved again, also from elsewhere', async () => {
    const { path, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: Readable.from(['I']) });
    await photo.save();
    for (const title of ['A', 'B']) await photo.set({ title }).save();
    await photo.save({ message: 'Nothing' });
    const same = await Photo.get('a');
    await same.set({ title: 'C' }).save();
    expect(await (await Photo.get('a')).image?.text()).toBe('I');
    const { ws } = await openPhotos(path);
    expect(await ws.hasChanges()).toBe(false);
  });

  it('keeps it when it is saved again after a commit, also from another workspace', async () => {
    const { path, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: Readable.from(['I']) });
    await photo.save({ commit: true, message: 'One' });
    await photo.set({ title: 'B' }).save({ commit: true, message: 'Two' });
    const elsewhere = await (await openPhotos(path)).Photo.get('a');
    await elsewhere.set({ title: 'C' }).save({ commit: true, message: 'Three' });

    expect(filesAt(path, 'HEAD')).toEqual(['photo/a/data.json', 'photo/a/image.data']);
    expect(git(path, 'show', 'HEAD:photo/a/image.data')).toBe('I');
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('writes nothing when it is given the same content', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'I' });
    await photo.save({ commit: true, message: 'A' });
    for (const image of ['I', Buffer.from('I'), Readable.from(['I']), (await Photo.get('a')).image]) {
      await photo.set({ image }).save();
      expect(await ws.hasChanges()).toBe(false);
      expect(await photo.save({ commit: true, message: 'Nothing' })).toBeNull();
    }
    expect(photo.changes()).toEqual({});
    expectLog(path, ['A']);
  });

  it('can have another one, and none, of which nothing is left', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'I', thumbnail: 'T' });
    await photo.save({ commit: true, message: 'One' });
    await photo.set({ image: 'Other', thumbnail: null }).save();
    expect(changesOf((await ws.diff()).changes)).toEqual([
      'modified photo/a/image.data',
      'deleted photo/a/small.data',
    ]);
    expect((await Photo.get('a')).thumbnail).toBeNull();
    await ws.commit({ message: 'Two' });
    await photo.set({ image: null }).save({ commit: true, message: 'Three' });

    expect(filesAt(path, 'HEAD')).toEqual(['photo/a/data.json']);
    expect((await (await openPhotos(path)).Photo.get('a')).image).toBeNull();
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('shares it with no other record', async () => {
    const { Photo } = await openPhotos();
    const [a, b] = [new Photo({ name: 'a', image: 'A' }), new Photo({ name: 'b' })];
    expect(b.image).toBeNull();
    await Promise.all([a.save(), b.save()]);
    b.image = a.image;
    await b.save();
    await a.set({ image: 'Changed' }).save();

    expect(await (await Photo.get('a')).image?.text()).toBe('Changed');
    expect(await (await Photo.get('b')).image?.text()).toBe('A');
    expect(await b.image?.text()).toBe('A');
    const [one, other] = [await Photo.get('a'), await Photo.get('a')];
    one.set({ image: 'Not saved' });
    expect(await other.image?.text()).toBe('Changed');
  });

  it('takes it along to another id, also from another workspace', async () => {
    const { path, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'I', thumbnail: 'T' });
    await photo.save({ commit: true, message: 'A' });
    await photo.set({ name: 'b' }).save({ commit: true, message: 'B' });
    const elsewhere = await (await openPhotos(path)).Photo.get('b');
    await elsewhere
      .set({ name: 'c', image: 'Changed', thumbnail: null })
      .save({ commit: true, message: 'C' });

    expect(filesAt(path, 'HEAD~1')).toEqual([
      'photo/b/data.json',
      'photo/b/image.data',
      'photo/b/small.data',
    ]);
    expect(filesAt(path, 'HEAD')).toEqual(['photo/c/data.json', 'photo/c/image.data']);
    expect(git(path, 'show', 'HEAD:photo/c/image.data')).toBe('Changed');
    expectLog(path, ['C', 'B', 'A']);
  });

  it('has the blob that was there, where it is read', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'One' });
    const first = await photo.save({ commit: true, message: 'One' });
    git(path, 'tag', 'v1');
    await ws.createBranch('draft');
    await photo.set({ image: 'Two' }).save({ commit: true, message: 'Two' });
    await photo.set({ image: null }).save({ commit: true, message: 'Three' });
    await photo.set({ image: 'Staged' }).save();
    const treeishes = ['v1', 'draft', first as string, 'HEAD~1', 'HEAD', undefined];
    const texts = treeishes.map(async (at) =>
      (await Photo.get('a', at === undefined ? {} : { at })).image?.text(),
    );

    expect(await Promise.all(texts)).toEqual(['One', 'One', 'One', 'Two', undefined, 'Staged']);
    for await (const each of Photo.all({ at: 'v1' })) expect(await each.image?.text()).toBe('One');
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('can be restored with its blobs from where it was read', async () => {
    const { path, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', title: 'One', image: 'One' });
    await photo.save({ commit: true, message: 'One' });
    git(path, 'tag', 'v1');
    await photo.set({ image: null, thumbnail: 'T' }).save({ commit: true, message: 'Two' });
    const old = await Photo.get('a', { at: 'v1' });
    expect(await errorOf(() => old.save())).toMatchObject({ code: 'STALE_RECORD' });
    await old.save({ overwrite: true, commit: true, message: 'As before' });

    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(git(path, 'rev-parse', 'v1^{tree}'));
    await Photo.delete('a', { commit: true, message: 'Delete' });
    await (await Photo.get('a', { at: 'v1' })).save({ overwrite: true, commit: true, message: 'Again' });
    expect(git(path, 'rev-parse', 'HEAD^{tree}')).toBe(git(path, 'rev-parse', 'v1^{tree}'));
    expectLog(path, ['Again', 'Delete', 'As before', 'Two', 'One']);
  });

  it('loses nothing that somebody else has changed in a blob alone', async () => {
    const { ws, Photo } = await openPhotos();
    await new Photo({ name: 'a', image: 'Before' }).save();
    const [mine, other, third] = [await Photo.get('a'), await Photo.get('a'), await Photo.get('a')];
    await other.set({ image: 'After' }).save();
    mine.title = 'Changed';

    const expected = {
      code: 'STALE_RECORD',
      details: {
        model: 'Photo',
        id: 'a',
        path: 'photo/a/image.data',
        expected: GitBlob.from('Before').oid,
        actual: GitBlob.from('After').oid,
      },
    };
    expect(await errorOf(() => mine.save())).toMatchObject(expected);
    expect(await errorOf(() => mine.delete())).toMatchObject(expected);
    expect((await ws.index.read('photo/a/image.data')).toString()).toBe('After');
    await mine.save({ overwrite: true });
    expect(await (await Photo.get('a')).image?.text()).toBe('Before');
    await other.set({ image: null }).save({ overwrite: true });
    expect(await errorOf(() => third.save())).toMatchObject({
      code: 'STALE_RECORD',
      details: { actual: null },
    });
    await third.delete({ overwrite: true });
    expect(await Photo.all().count()).toBe(0);
  });

  it('is deleted with it, and can be saved again with it', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'I' });
    await photo.save({ commit: true, message: 'A' });
    const loaded = await Photo.get('a');
    await loaded.delete();
    expect(await ws.index.entry('photo')).toBeNull();
    await loaded.save();
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['A']);
  });

  it('is what it was when the function of commitOnSuccess fails', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'Before' });
    await photo.save({ commit: true, message: 'A' });
    const failure = new Error('No');
    await expect(
      ws.commitOnSuccess(async () => {
        await photo.set({ image: Readable.from(['After']), thumbnail: 'T' }).save();
        expect(await (await Photo.get('a')).image?.text()).toBe('After');
        throw failure;
      }),
    ).rejects.toBe(failure);

    expect(await ws.hasChanges()).toBe(false);
    expect(await (await Photo.get('a')).image?.text()).toBe('Before');
    expect(Object.keys(photo.changes())).toEqual(['image', 'thumbnail']);
    await photo.save({ commit: true, message: 'B' });
    expect(git(path, 'show', 'HEAD:photo/a/image.data')).toBe('After');
    expectLog(path, ['B', 'A']);
  });

  it('tells what has changed in it', async () => {
    const { Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'Before' });
    await photo.save();
    photo.set({ image: Readable.from(['After']), thumbnail: 'T' });
    const { image, thumbnail } = photo.changes();

    expect(await image?.from?.text()).toBe('Before');
    expect(image?.to).toBe(photo.image);
    expect(thumbnail).toEqual({ from: null, to: photo.thumbnail });
    photo.image = undefined as never;
    expect(photo.changes().image?.to).toBeUndefined();
  });
});

describe('A required blob', () => {
  it('has to be given', async () => {
    const { path, ws } = await openPhotos();
    const Scan = ws.register(ScanModel);
    const scan = new Scan({ name: 'a' });
    const required = { code: 'VALIDATION_FAILED', issues: [{ path: 'page', code: 'required' }] };
    expect(await errorOf(() => scan.save())).toMatchObject(required);
    scan.page = GitBlob.from('P');
    await scan.save({ commit: true, message: 'A' });
    scan.page = null as never;
    expect(await errorOf(() => scan.save())).toMatchObject(required);
    expect(await (await Scan.get('a')).page.text()).toBe('P');
    expectLog(path, ['A']);
  });

  it.each([5, true, {}, ['A'], { file: null }, Promise.resolve('A')])('cannot be %p', async (page) => {
    const { ws } = await openPhotos();
    const scan = new (ws.register(ScanModel))({ name: 'a', page: page as never });
    expect(scan.page).toBe(page);
    expect(await errorOf(() => scan.save())).toMatchObject({
      issues: [
        {
          path: 'page',
          code: 'invalid_type',
          message: 'must be bytes, a string, a stream, or { file: path }',
        },
      ],
    });
  });

  it('is null where its file is missing', async () => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: { 'scan/a/data.json': '{"model":"Scan","fields":{"name":"a"}}' },
    });
    const ws = await openWorkspace(path);
    const scan = await ws.register(ScanModel).get('a');
    expect(scan.page).toBeNull();
    expect(scan.changes()).toEqual({});
    expectLog(path, ['A commit']);
  });
});

describe('A default blob', () => {
  it('can be the same for many records', async () => {
    class Sheet extends GitModel {
      @SlugField({ id: true }) name!: string;
      @BlobField({ default: GitBlob.from('Blank') }) page!: GitBlob;
      @BlobField({ default: () => GitBlob.from('Made') }) back!: GitBlob;
      @BlobField({ required: false, name: 'set' }) preset: GitBlob | null = GitBlob.from(
        Readable.from(['Set']),
      );
    }
    const { ws } = await openPhotos();
    const Bound = ws.register(Sheet);
    for (const name of ['a', 'b']) await new Bound({ name }).save();

    for await (const { page, back, preset } of Bound.all()) {
      expect([await page.text(), await back.text(), await preset?.text()]).toEqual(['Blank', 'Made', 'Set']);
    }
  });
});

describe('What stands where a blob should be', () => {
  it.each([
    ['a symbolic link', '120000', 'blob', 'symlink'],
    ['a submodule', '160000', 'commit', 'submodule'],
    ['a folder', '040000', 'tree', 'tree'],
  ])('is no blob when it is %s', async (_what, mode, type, kind) => {
    const path = emptyRepository();
    const commit = commitFiles(path, 'refs/heads/main', {
      files: { 'photo/a/data.json': RECORD, 'photo/b/data.json': RECORD.replace('"a"', '"b"') },
    });
    const target = { blob: `${commit}:photo/a/data.json`, commit, tree: `${commit}:photo` }[type] as string;
    const tree = (...entries: string[]): string =>
      runGit(path, ['mktree'], { input: entries.join('\n') })
        .toString()
        .trim();
    const oid = (revision: string): string => git(path, 'rev-parse', revision);
    const photo = tree(
      `100644 blob ${oid(`${commit}:photo/a/data.json`)}\tdata.json`,
      `${mode} ${type} ${oid(target)}\timage.data`,
    );
    const photos = tree(`040000 tree ${photo}\ta`, `040000 tree ${oid(`${commit}:photo/b`)}\tb`);
    const root = tree(`040000 tree ${photos}\tphoto`);
    git(path, 'update-ref', 'refs/heads/main', git(path, 'commit-tree', '-m', 'Hostile', root));
    const { Photo } = await openPhotos(path);

    expect(await errorOf(() => Photo.get('a'))).toMatchObject({
      code: 'INVALID_RECORD',
      details: { path: 'photo/a/image.data', reason: `it is a ${kind}, not a file` },
    });
    const invalid: string[] = [];
    const valid = Photo.all({ onInvalid: ({ code }) => invalid.push(code) });
    expect((await collect(valid)).map(({ name }) => name)).toEqual(['b']);
    expect(invalid).toEqual(['INVALID_RECORD']);
  });
});

describe.each<[string, DataPath, string, (id: string) => string[]]>([
  [
    'a function',
    (id) => `in/${id}.json`,
    'photo/in/other.small.txt',
    (id) => [`photo/in/${id}.image.data`, `photo/in/${id}.json`, `photo/in/${id}.small.data`],
  ],
  [
    'a function that gives no extension',
    (id) => id,
    'photo/other.txt',
    (id) => [`photo/${id}`, `photo/${id}.image.data`, `photo/${id}.small.data`],
  ],
  [
    'shards',
    sharded({ width: 2 }),
    'photo/86/other.txt',
    (id) => {
      const folder = { 'a.b': '69', c: '84' }[id] as string;
      return ['data.json', 'image.data', 'small.data'].map((name) => `photo/${folder}/${id}/${name}`);
    },
  ],
])('Blobs in a layout of %s', (_what, dataPath, other, paths) => {
  it('stand beside the data, move and go with it, and nothing else does', async () => {
    class Laid extends GitModel {
      @CharField({ id: true }) name!: string;
      @BlobField({ required: false }) image!: GitBlob | null;
      @BlobField({ required: false, name: 'small' }) thumbnail!: GitBlob | null;
    }
    Model({ name: 'Photo', dataPath })(Laid);
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Photo = ws.register(Laid);
    await ws.index.addBlob(other, 'Other');
    await new Photo({ name: 'a.b', image: 'I', thumbnail: 'T' }).save();
    await ws.commit({ message: 'One' });
    expect(filesAt(path, 'HEAD')).toEqual([...paths('a.b'), other].sort());
    expectLog(path, ['One']);

    const Elsewhere = (await openWorkspace(path)).register(Laid);
    const photo = await Elsewhere.get('a.b');
    await photo.set({ name: 'c', image: 'Changed' }).save({ commit: true, message: 'Two' });
    expect(filesAt(path, 'HEAD')).toEqual([...paths('c'), other].sort());
    for (const each of [await Elsewhere.get('c'), photo]) {
      expect([await each.image?.text(), await each.thumbnail?.text()]).toEqual(['Changed', 'T']);
    }
    expect(await (await Elsewhere.get('a.b', { at: 'HEAD~1' })).image?.text()).toBe('I');
    await photo.delete({ commit: true, message: 'Three' });
    expect(filesAt(path, 'HEAD')).toEqual([other]);
    expectLog(path, ['Three', 'Two', 'One']);
  });
});

describe('A model', () => {
  it.each([
    ['the id', { id: true }],
    ['unique', { unique: true }],
  ])('cannot have a blob that is %s', async (_what, options) => {
    class Wrong extends GitModel {
      @BlobField(options as object) image!: GitBlob;
    }
    const { ws } = await openPhotos();
    expect(await errorOf(() => ws.register(Wrong))).toMatchObject({ code: 'INVALID_MODEL' });
  });

  it.each(['a/b', '', '__proto__', 'a\0b'])('cannot have a blob named %p', async (name) => {
    class Wrong extends GitModel {
      @BlobField({ name }) image!: GitBlob;
    }
    const { ws } = await openPhotos();
    expect(await errorOf(() => ws.register(Wrong))).toMatchObject({
      code: 'INVALID_MODEL',
      details: { field: 'image' },
    });
  });

  it('may have a blob that is not stored', async () => {
    class Draft extends GitModel {
      @SlugField({ id: true }) name!: string;
      @BlobField({ serialize: false, required: false }) image!: GitBlob | null;
    }
    const { ws } = await openPhotos();
    const Bound = ws.register(Draft);
    await new Bound({ name: 'a', image: 'I' }).save();
    expect((await Bound.get('a')).image).toBeNull();
    expect(await ws.index.entry('draft/a/image.data')).toBeNull();
  });
});

describe('BlobFieldType', () => {
  it('shows a blob by its oid', () => {
    const field = new BlobFieldType();
    expect(field.serialize(GitBlob.from(''))).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
    expect(field.serialize(null)).toBeNull();
  });
});

describe('Records in a layout of a function', () => {
  it('share no files, also when one has the id of the other with an ending', async () => {
    class Laid extends GitModel {
      @CharField({ id: true }) name!: string;
      @BlobField({ required: false }) image!: GitBlob | null;
    }
    Model({ name: 'Photo', dataPath: (id) => id })(Laid);
    const Photo = (await openWorkspace()).register(Laid);
    for (const name of ['a', 'a.b', 'a.b.c']) await new Photo({ name, image: name }).save();
    await new Photo({ name: 'a.c' }).save();

    const texts = (await Photo.all().toArray()).map(async ({ image }) => (await image?.text()) ?? null);
    expect(await Promise.all(texts)).toEqual(['a', 'a.b', 'a.b.c', null]);
    expect(await errorOf(() => new Photo({ name: 'a.image.data' }).save())).toMatchObject({
      code: 'INVALID_PATH',
      details: { path: 'photo/a.image.data' },
    });
  });
});
