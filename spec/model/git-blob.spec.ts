import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { inspect } from 'node:util';
import { BlobField, GitBlob, GitModel, InvalidArgumentError, Model, SlugField } from 'gitmodel';
import type { BlobInput, BoundModel, Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { git, temporaryFolder } from '../support/temporary-repository';
import { collect, emptyRepository, expectLog, filesAt, openWorkspace } from '../support/workspaces';

@Model({ name: 'Photo' })
class PhotoModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
}

const CONTENT = 'Grüße \u{1f419}\n';
const OID = GitBlob.from(CONTENT).oid;
const IMAGE = 'photo/a/image.data';

/** Larger than what the library puts together in memory or keeps there. */
const LARGE = Buffer.alloc(3 * 1024 * 1024, 'gitmodel ');

async function openPhotos(): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Photo: BoundModel<typeof PhotoModel>;
}> {
  const path = emptyRepository();
  const ws = await openWorkspace(path);
  return { path, ws, Photo: ws.register(PhotoModel) };
}

async function* pieces(...all: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const piece of all) yield await Promise.resolve(piece);
}

async function* failing(): AsyncGenerator<string> {
  yield await Promise.resolve('A beginning');
  throw new Error('The line is dead.');
}

function fileOf(content: string | Buffer): { readonly file: string } {
  const file = nodePath.join(temporaryFolder(), 'content');
  writeFileSync(file, content);
  return { file };
}

async function contentOf(stream: Readable): Promise<string> {
  return Buffer.concat((await collect(stream)) as Buffer[]).toString();
}

const half = Buffer.from(CONTENT);
/** All that a blob can be made of, each time anew: a stream can be read only once. */
const INPUTS: readonly (readonly [string, () => BlobInput, 'known' | 'file' | 'stream'])[] = [
  ['a Buffer', () => Buffer.from(CONTENT), 'known'],
  ['a Uint8Array', () => new Uint8Array(Buffer.from(`..${CONTENT}`)).subarray(2), 'known'],
  ['a string', () => CONTENT, 'known'],
  ['a GitBlob', () => GitBlob.from(CONTENT), 'known'],
  ['a file', () => fileOf(CONTENT), 'file'],
  ['a Readable', () => Readable.from([half.subarray(0, 3), half.subarray(3)]), 'stream'],
  ['an async generator', () => pieces('Gr', 'üße \ud83d', '\udc19', Buffer.from('\n')), 'stream'],
  [
    'a web stream',
    () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new Uint8Array(half));
          controller.close();
        },
      }),
    'stream',
  ],
];

describe.each(INPUTS)('A blob made of %s', (_what, input, kind) => {
  it('is stored, committed, and found elsewhere', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: input() });
    await photo.save();
    const staged = (await Photo.get('a')).image;
    await ws.commit({ message: 'A' });
    expect(await photo.save({ commit: true, message: 'Nothing' })).toBeNull();
    const elsewhere = (await (await openWorkspace(path)).register(PhotoModel).get('a')).image;

    for (const blob of [photo.image, staged, elsewhere]) {
      expect(blob?.oid).toBe(OID);
      expect(await blob?.size).toBe(Buffer.byteLength(CONTENT));
      expect(await blob?.text()).toBe(CONTENT);
      expect(await blob?.buffer()).toEqual(Buffer.from(CONTENT));
      expect(await contentOf(await (blob as GitBlob).stream())).toBe(CONTENT);
    }
    expect(filesAt(path, 'HEAD')).toEqual(['photo/a/data.json', IMAGE]);
    expect(git(path, 'rev-parse', `HEAD:${IMAGE}`)).toBe(OID);
    expectLog(path, ['A']);
  });

  it('can be read before it is saved, and saved afterwards', async () => {
    const { Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: input() });
    const blob = photo.image as GitBlob;
    expect(blob.oid).toBe(kind === 'known' ? OID : null);
    if (kind === 'stream') {
      for (const call of [() => blob.size, () => blob.stream()]) {
        expect(await errorOf(call)).toBeInstanceOf(InvalidArgumentError);
      }
    } else {
      expect(await blob.size).toBe(Buffer.byteLength(CONTENT));
      expect(await contentOf(await blob.stream())).toBe(CONTENT);
    }

    expect(await Promise.all([blob.text(), blob.text()])).toEqual([CONTENT, CONTENT]);
    expect(await blob.text()).toBe(CONTENT);
    await photo.save();
    expect(await (await Photo.get('a')).image?.text()).toBe(CONTENT);
  });

  it('can be the content of several records, saved at the same time', async () => {
    const { Photo } = await openPhotos();
    const image = GitBlob.from(input());
    const photos = ['a', 'b', 'c'].map((name) => new Photo({ name, image }));
    await Promise.all(photos.map((photo) => photo.save()));

    for await (const photo of Photo.all()) expect(await photo.image?.text()).toBe(CONTENT);
    expect(await Photo.all().count()).toBe(3);
  });
});

describe('GitBlob.from', () => {
  it.each([undefined, null, 5, true, {}, [], { file: 5 }, new Date(), Symbol('a')])(
    'refuses %p',
    async (input) => {
      expect(await errorOf(() => GitBlob.from(input as never))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `${inspect(input)} cannot become a blob; give bytes, a string, a stream, or { file: path }.`,
        details: { option: 'input', value: input },
      });
    },
  );

  it('gives back a blob as it is', () => {
    const blob = GitBlob.from('A');
    expect(GitBlob.from(blob)).toBe(blob);
  });

  it('takes a stream for a stream, whatever properties it has', async () => {
    expect(await GitBlob.from(Object.assign(pieces('A'), { file: '/etc/hostname' })).text()).toBe('A');
  });

  it.each(['', Buffer.alloc(0)])('takes no content for content: %p', async (content) => {
    const { path, Photo } = await openPhotos();
    await new Photo({ name: 'a', image: content }).save({ commit: true, message: 'A' });
    const { image } = await Photo.get('a');

    expect(await image?.size).toBe(0);
    expect(await image?.buffer()).toEqual(Buffer.alloc(0));
    expect(await contentOf(await (image as GitBlob).stream())).toBe('');
    expect(await contentOf(await GitBlob.from(content).stream())).toBe('');
    expect(git(path, 'cat-file', '-s', `HEAD:${IMAGE}`)).toBe('0');
    expectLog(path, ['A']);
  });
});

describe('A blob', () => {
  it('does not change with the bytes that it was made of', async () => {
    const { Photo } = await openPhotos();
    const bytes = Buffer.from('before');
    const photo = new Photo({ name: 'a', image: bytes });
    bytes.fill('x');
    expect(await photo.image?.text()).toBe('before');
    await photo.save();

    expect(await (await Photo.get('a')).image?.text()).toBe('before');
  });

  it('does not change with the bytes that it gives', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'before' });
    await photo.save();
    const staged = await Photo.get('a');
    await ws.commit({ message: 'A' });
    const committed = await Photo.get('a');
    for (const { image } of [photo, staged, committed]) {
      (await image?.buffer())?.fill('x');
      for (const piece of (await collect((await image?.stream()) as Readable)) as Buffer[]) piece.fill('x');
    }

    for (const { image } of [photo, staged, committed]) expect(await image?.text()).toBe('before');
    expect(await (await Photo.get('a')).image?.text()).toBe('before');
    expectLog(path, ['A']);
  });

  it('gives a stream of bytes, also of what is only in memory', async () => {
    const stream = await GitBlob.from('é').stream();
    expect(stream.readableObjectMode).toBe(false);
    stream.setEncoding('utf8');
    expect(await collect(stream)).toEqual(['é']);
  });

  it('can be larger than what is kept in memory', async () => {
    const { path, Photo } = await openPhotos();
    await new Photo({ name: 'a', image: pieces(LARGE.subarray(0, 100), LARGE.subarray(100)) }).save();
    await new Photo({ name: 'b', image: fileOf(LARGE) }).save();
    await new Photo({ name: 'c', image: LARGE }).save();
    const ws = await openWorkspace(path);
    expect(await ws.register(PhotoModel).getOrNull('a')).toBeNull();

    for await (const { image } of Photo.all()) {
      expect(await image?.size).toBe(LARGE.length);
      expect((await image?.buffer())?.equals(LARGE)).toBe(true);
      const chunks = (await collect((await image?.stream()) as Readable)) as Buffer[];
      expect(Buffer.concat(chunks).equals(LARGE)).toBe(true);
    }
  });

  it('stays readable when git packs the repository', async () => {
    const { path, Photo } = await openPhotos();
    await new Photo({ name: 'a', image: 'A' }).save();
    const handle = (await Photo.get('a')).image as GitBlob;
    await new Photo({ name: 'b', image: LARGE }).save();
    const streamed = new Photo({ name: 'c', image: pieces('C') });
    await streamed.save();
    git(path, 'gc', '--quiet');

    expect(await handle.text()).toBe('A');
    expect(await streamed.image?.text()).toBe('C');
  });

  it('of a commit stays readable when git packs the repository and removes all else', async () => {
    const { path, Photo } = await openPhotos();
    await new Photo({ name: 'a', image: 'A' }).save({ commit: true, message: 'A' });
    const [handle, unread] = [await Photo.get('a'), await Photo.get('a')];
    expect(await handle.image?.text()).toBe('A');
    git(path, 'gc', '--quiet', '--prune=now');

    for (const { image } of [handle, unread, await Photo.get('a')]) {
      expect([await image?.text(), await image?.size]).toEqual(['A', 1]);
      expect(await contentOf((await image?.stream()) as Readable)).toBe('A');
    }
    expectLog(path, ['A']);
  });

  it('can be another record’s, also one’s in another repository', async () => {
    const { Photo } = await openPhotos();
    const { path, ws, Photo: Elsewhere } = await openPhotos();
    await new Elsewhere({ name: 'a', image: LARGE }).save();
    await new Elsewhere({ name: 'b', image: pieces('B') }).save();
    await ws.commit({ message: 'Elsewhere' });
    expectLog(path, ['Elsewhere']);
    for await (const { name, image } of Elsewhere.all()) {
      const photo = new Photo({ name, image });
      expect(photo.image?.oid).toBe(image?.oid);
      expect(await photo.image?.size).toBe(await image?.size);
      await photo.save();
    }
    const there = await Elsewhere.get('b');
    const copy = await Photo.get('b');
    copy.image = there.image;
    expect(copy.changes()).toEqual({});
    await ws.close();

    expect((await (await Photo.get('a')).image?.buffer())?.equals(LARGE)).toBe(true);
    expect(await (await Photo.get('b')).image?.text()).toBe('B');
  });

  it('is the same for a workspace as for another one on the same repository', async () => {
    const { path, Photo } = await openPhotos();
    const Other = (await openWorkspace(path)).register(PhotoModel);
    const stream = GitBlob.from(pieces('A'));
    const [one, two] = [new Photo({ name: 'a', image: stream }), new Other({ name: 'b', image: stream })];
    await Promise.all([one.save({ commit: true, message: 'One' }), two.save()]);

    expect(await one.image?.text()).toBe('A');
    expect(await (await Other.get('b')).image?.text()).toBe('A');
    expectLog(path, ['One']);
  });

  it('is shown by its oid', () => {
    expect(inspect(GitBlob.from('A'))).toBe(`GitBlob ${GitBlob.from('A').oid ?? ''}`);
    expect(inspect(GitBlob.from(pieces('A')))).toBe('GitBlob (not saved)');
    expect(JSON.stringify(GitBlob.from(''))).toBe('"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"');
    expect(JSON.stringify(GitBlob.from(pieces('A')))).toBe('null');
  });

  it('cannot be read once its workspace is closed, unless it is in memory', async () => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'A' });
    await photo.save({ commit: true, message: 'A' });
    const { image } = await Photo.get('a');
    await ws.close();

    for (const call of [
      () => image?.buffer(),
      () => image?.text(),
      () => image?.stream(),
      () => image?.size,
    ]) {
      expect(await errorOf(call)).toMatchObject({ code: 'WORKSPACE_CLOSED' });
    }
    expect(image?.oid).toBe(photo.image?.oid);
    expect(await photo.image?.text()).toBe('A');
    expectLog(path, ['A']);
  });
});

describe('A stream that fails', () => {
  it.each([
    ['while it is read', () => failing(), 'OBJECT_WRITE_FAILED'],
    ['because it brings numbers', () => Readable.from([1, 2]), 'INVALID_ARGUMENT'],
    ['because it brings half a character', () => pieces('\ud83d', 'a'), 'INVALID_ARGUMENT'],
    ['because there is no such file', () => ({ file: '/nowhere/at/all' }), 'OBJECT_WRITE_FAILED'],
    ['because the file is a folder', () => ({ file: temporaryFolder() }), 'OBJECT_WRITE_FAILED'],
  ])('%s stores nothing, and the record can be saved with another blob', async (_when, input, code) => {
    const { path, ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: input() });

    expect(await errorOf(() => photo.save({ commit: true, message: 'No' }))).toMatchObject({ code });
    // What is left of a stream must not be taken for the whole.
    expect(await errorOf(() => photo.save())).toMatchObject({ code });
    expect(await ws.hasChanges()).toBe(false);
    expect(photo.isNew).toBe(true);
    photo.image = GitBlob.from('Whole');
    await photo.save({ commit: true, message: 'Yes' });
    expect(git(path, 'show', `HEAD:${IMAGE}`)).toBe('Whole');
    expectLog(path, ['Yes']);
  });

  it('while it is read into memory, cannot be saved either', async () => {
    const { ws, Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: failing() });

    expect(await errorOf(() => photo.image?.buffer())).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    expect(await errorOf(() => photo.save())).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    expect(await ws.hasChanges()).toBe(false);
  });

  it('was read by somebody else', async () => {
    const { Photo } = await openPhotos();
    const stream = Readable.from(['A']);
    await collect(stream);

    expect(await errorOf(() => new Photo({ name: 'a', image: stream }).save())).toMatchObject({
      code: 'OBJECT_WRITE_FAILED',
    });
  });

  it('leaves the blob that was stored before', async () => {
    const { Photo } = await openPhotos();
    const photo = new Photo({ name: 'a', image: 'Before' });
    await photo.save();
    photo.image = GitBlob.from(failing());

    expect(await errorOf(() => photo.save())).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    expect(await (await Photo.get('a')).image?.text()).toBe('Before');
    await photo.reload();
    expect(await photo.image?.text()).toBe('Before');
  });
});

describe('A file', () => {
  it('is read when the record is saved, and again when there was none', async () => {
    const { Photo } = await openPhotos();
    const file = nodePath.join(mkdtempSync(nodePath.join(temporaryFolder(), 'a')), 'late');
    const photo = new Photo({ name: 'a', image: { file } });
    expect(await errorOf(() => photo.save())).toMatchObject({ code: 'OBJECT_WRITE_FAILED' });
    writeFileSync(file, 'Late');
    await photo.save();
    rmSync(file);

    expect(await photo.image?.text()).toBe('Late');
    await photo.save();
    expect(await (await Photo.get('a')).image?.text()).toBe('Late');
  });
});
