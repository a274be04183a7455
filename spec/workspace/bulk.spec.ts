import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Blob, Oid, Repository, Treebuilder } from 'nodegit';
import {
  BlobField,
  BulkSaveError,
  CharField,
  GitBlob,
  GitModel,
  Model,
  sharded,
  SlugField,
  ValidationError,
  Workspace,
} from 'gitmodel';
import type { BulkItem, BulkProgress } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { NoteModel, PageModel } from '../support/sample-models';
import { git } from '../support/temporary-repository';
import {
  collect,
  commitMeanwhile,
  copyRepository,
  emptyRepository,
  expectLog,
  filesAt,
  once,
  openPages,
  openWorkspace,
} from '../support/workspaces';

@Model({ name: 'Visit', dataPath: sharded({ width: 1, levels: 2 }) })
class VisitModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() page!: string;
}

class PhotoModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
}

class AddressModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @CharField({ unique: true, required: false }) email!: string;
}

@Model({ name: 'Entry', dataPath: (id) => `${id}.json` })
class EntryModel extends GitModel {
  @CharField({ id: true }) key!: string;
  @BlobField({ required: false }) body!: GitBlob | null;
}

/** Numbers from 0 on. */
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** The names of all files of packs, finished or not. */
function packFiles(repository: string): string[] {
  return readdirSync(path.join(repository, '.git/objects/pack')).sort();
}

/** A repository with three pages, committed. */
const withPages = once(async () => {
  const { path: folder, ws, Page } = await openPages();
  await ws.bulk(
    ['a', 'b', 'c'].map((slug) => new Page({ slug, title: slug })),
    { message: 'Pages' },
  );
  await ws.close();
  expectLog(folder, ['Pages']);
  return folder;
});

async function openWithPages(): Promise<Awaited<ReturnType<typeof openPages>>> {
  const folder = copyRepository(await withPages());
  const ws = await openWorkspace(folder);
  return { path: folder, ws, Page: ws.register(PageModel) };
}

describe('Saving many records at once', () => {
  it('commits all of them together, and tells the commit and how many they are', async () => {
    const { path: folder, ws, Page } = await openPages();
    const Note = ws.register(NoteModel);
    const author = { name: 'Ann', email: 'ann@example.com' };
    const result = await ws.bulk(
      numbers(300).map((n) =>
        n % 3 === 0 ? new Note({ text: `note ${n}` }) : new Page({ slug: `p${n}`, title: 'P' }),
      ),
      { message: 'Many', author },
    );
    expect(result).toEqual({ commit: git(folder, 'rev-parse', 'main'), records: 300 });
    expectLog(folder, ['Many']);
    expect(git(folder, 'log', '-1', '--format=%an %ce')).toBe('Ann ann@example.com');
    expect(filesAt(folder, 'main')).toHaveLength(300);
    expect(await ws.hasChanges()).toBe(false);
    expect(await Page.all().count()).toBe(200);
    expect((await Page.get('p1')).title).toBe('P');
    expect(packFiles(folder).map((name) => name.replace(/[0-9a-f]{40}/, ''))).toEqual([
      'pack-.idx',
      'pack-.pack',
    ]);
  });

  it.each([
    ['flat', PageModel, (n: number) => ({ slug: `page-${n}`, title: `Page ${n}`, content: 'x'.repeat(n) })],
    ['sharded', VisitModel, (n: number) => ({ slug: `visit-${n}`, page: `Page ${n}` })],
    [
      'by a function',
      EntryModel,
      (n: number) => ({ key: `entry-${n}`, body: n % 2 ? Buffer.from(`body ${n}`) : null }),
    ],
    [
      'with blobs',
      PhotoModel,
      (n: number) => ({ name: `photo-${n}`, image: n % 2 ? Buffer.alloc(n, 'i') : null }),
    ],
  ] as const)('writes the objects that saving one by one does: %s', async (_layout, model, values) => {
    const make = async (
      save: (ws: Workspace, records: GitModel[]) => Promise<unknown>,
    ): Promise<{ readonly folder: string; readonly tree: string }> => {
      const folder = emptyRepository();
      const ws = await openWorkspace(folder);
      const Bound = ws.register(model as typeof PageModel);
      await save(
        ws,
        numbers(130).map((n) => new Bound(values(n) as object)),
      );
      expectLog(folder, ['All']);
      return { folder, tree: git(folder, 'rev-parse', 'main^{tree}') };
    };
    const bulk = await make((ws, records) => ws.bulk(records, { message: 'All' }));
    const single = await make(async (ws, records) => {
      for (const record of records) await record.save();
      await ws.commit({ message: 'All' });
    });
    expect(bulk.tree).toBe(single.tree);
    const objects = (folder: string): string =>
      git(
        folder,
        'cat-file',
        '--batch-all-objects',
        '--batch-check=%(objectname) %(objecttype) %(objectsize)',
      )
        .split('\n')
        .filter((line) => !line.includes('commit'))
        .join('\n');
    expect(objects(bulk.folder)).toBe(objects(single.folder));
  });

  it('saves what was loaded and changed, moved, or not changed at all', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const [a, b, c] = [await Page.get('a'), await Page.get('b'), await Page.get('c')];
    a.title = 'Changed';
    b.slug = 'moved';
    expect(await ws.bulk([a, b, c, new Page({ slug: 'd', title: 'd' })], { message: 'More' })).toMatchObject({
      records: 4,
    });
    expectLog(folder, ['More', 'Pages']);
    expect(git(folder, 'diff', '--name-status', '--no-renames', 'main~', 'main')).toBe(
      'M\tpage/a/data.json\nD\tpage/b/data.json\nA\tpage/d/data.json\nA\tpage/moved/data.json',
    );
    a.title = 'Again';
    await a.save({ commit: true, message: 'Again' });
    expectLog(folder, ['Again', 'More', 'Pages']);
  });

  it('may save a record more than once', async () => {
    const { path: folder, ws, Page } = await openPages();
    function* pages(): Generator<BulkItem> {
      const page = new Page({ slug: 'a', title: 'First' });
      yield page;
      for (const n of numbers(200)) yield new Page({ slug: `p${n}`, title: 'P' });
      page.title = 'Second';
      yield page;
      page.slug = 'b';
      yield page;
    }
    expect((await ws.bulk(pages(), { message: 'Twice' })).records).toBe(203);
    expectLog(folder, ['Twice']);
    expect(filesAt(folder, 'main')).toHaveLength(201);
    expect((await Page.get('b')).title).toBe('Second');
  });

  it('commits nothing when there is nothing to commit', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    expect(await ws.bulk([])).toEqual({ commit: null, records: 0 });
    expect(await ws.bulk([await Page.get('a')])).toEqual({ commit: null, records: 1 });
    expect(packFiles(folder)).toHaveLength(2);
    expectLog(folder, ['Pages']);
  });

  it('asks an asynchronous source for the next record when the one before is saved', async () => {
    const { path: folder, ws, Page } = await openPages();
    let saved = 0;
    class Counted extends GitModel {
      @SlugField({ id: true }) slug!: string;
      override afterSave(): void {
        saved++;
      }
    }
    const BoundCounted = ws.register(Counted);
    const seen: number[] = [];
    async function* source(): AsyncGenerator<BulkItem> {
      for (const n of numbers(5)) {
        seen.push(saved);
        yield await Promise.resolve(new BoundCounted({ slug: `c${n}` }));
      }
      yield new Page({ slug: 'last', title: 'Last' });
    }
    await ws.bulk(source(), { message: 'From a source' });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expectLog(folder, ['From a source']);
  });

  it('tells how far it is, and at the end that it is all', async () => {
    const { path: folder, ws, Page } = await openPages();
    const calls: BulkProgress[] = [];
    const pages = numbers(2000).map((n) => new Page({ slug: `p${n}`, title: 'P' }));
    await ws.bulk(pages, { message: 'Many', progress: (each) => calls.push(each) });
    const entries = git(folder, 'ls-tree', '-r', '-l', 'main').trim().split('\n');
    const bytes = entries.reduce((sum, entry) => sum + Number(entry.split(/\s+/)[3]), 0);
    expect(calls.at(-1)).toEqual({ records: 2000, bytes });
    expect(calls.map(({ records }) => records)).toEqual(
      [...calls.map(({ records }) => records)].sort((a, b) => a - b),
    );
    expectLog(folder, ['Many']);
  });

  it('counts the files that are new or have changed, however large they are and wherever they come from', async () => {
    const { path: folder, ws } = await openPages();
    const Photo = ws.register(PhotoModel);
    const content = (size: number): Buffer => randomBytes(size);
    const bytesOf = async (...photos: PhotoModel[]): Promise<number> => {
      let bytes = 0;
      await ws.bulk(photos, { message: 'Photos', progress: (each) => (bytes = each.bytes) });
      const data = photos.map(({ name }) => ws.index.read(Photo.getDataPath(name)));
      return bytes - (await Promise.all(data)).reduce((sum, { length }) => sum + length, 0);
    };
    const file = path.join(emptyRepository(), 'image');
    writeFileSync(file, content(1_600_000));
    const stream = (size: number): Readable => Readable.from([content(size)]);
    const photos = [
      new Photo({ name: 'large-stream', image: GitBlob.from(stream(2_000_000)) }),
      new Photo({ name: 'small-stream', image: GitBlob.from(stream(1000)) }),
      new Photo({ name: 'bytes', image: GitBlob.from(content(1_500_000)) }),
      new Photo({ name: 'file', image: GitBlob.from({ file }) }),
      new Photo({ name: 'none' }),
    ];
    expect(await bytesOf(...photos)).toBe(2_000_000 + 1000 + 1_500_000 + 1_600_000);

    const loaded = await Photo.get('large-stream');
    expect(await bytesOf(...photos, loaded)).toBe(0);
    expect(await bytesOf(new Photo({ name: 'again', image: loaded.image }))).toBe(2_000_000);
    expectLog(folder, ['Photos', 'Photos']);
  });

  it('waits for a progress that returns a promise', async () => {
    const { path: folder, ws, Page } = await openPages();
    const events: string[] = [];
    const progress = async ({ records }: BulkProgress): Promise<void> => {
      events.push(`begins ${records}`);
      await delay(20);
      events.push(`ends ${records}`);
    };
    async function* source(): AsyncGenerator<BulkItem> {
      yield new Page({ slug: 'a', title: 'A' });
      await delay(150);
      yield new Page({ slug: 'b', title: 'B' });
      events.push('after b');
    }
    await ws.bulk(source(), { message: 'Both', progress });
    events.push('done');
    expect(events.slice(-4)).toEqual(['after b', 'begins 2', 'ends 2', 'done']);
    const begun = events.flatMap((event, at) => (event.startsWith('begins') ? [at] : []));
    expect(begun.length).toBeGreaterThan(1);
    for (const at of begun) expect(events[at + 1]).toBe(events[at]?.replace('begins', 'ends'));
    expectLog(folder, ['Both']);
  });

  it('lets timers and other work of the process run meanwhile', async () => {
    const { path: folder, ws, Page } = await openPages();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await ws.bulk(
      numbers(3000).map((n) => new Page({ slug: `p${n}`, title: 'P' })),
      { message: 'Many' },
    );
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    expectLog(folder, ['Many']);
  });

  it('can be read until the last moment, and from then on where everybody finds it', async () => {
    const { path: folder, ws, Page } = await openPages();
    await new Page({ slug: 'before', title: 'Before' }).save({ commit: true, message: 'Before' });
    let isDone = false;
    const bulk = ws
      .bulk(
        Array.from({ length: 1500 }, (_, n) => new Page({ slug: `p${n}`, title: 'x' })),
        { message: 'Many' },
      )
      .finally(() => (isDone = true));
    let reads = 0;
    while (!isDone) {
      const [before, ...others] = await Page.getMany(['before', 'p0', `p${(reads * 37) % 1500}`, 'p1499']);
      expect(before?.title).toBe('Before');
      for (const page of others) if (page) expect(page.title).toBe('x');
      expect((await ws.index.read('page/before/data.json')).length).toBeGreaterThan(0);
      reads++;
      await new Promise(setImmediate);
    }
    await bulk;
    expect(reads).toBeGreaterThan(5);
    expectLog(folder, ['Many', 'Before']);
  });

  it('can be read meanwhile by everybody', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const titles: string[] = [];
    async function* source(): AsyncGenerator<BulkItem> {
      for (const n of numbers(300)) yield new Page({ slug: `p${n}`, title: `Title ${n}` });
      titles.push((await Page.get('p7')).title, (await Page.get('a')).title);
      titles.push(String(await Page.all().count()));
      yield new Page({ slug: 'last', title: 'Last' });
    }
    await ws.bulk(source(), { message: 'Read' });
    expect(titles).toEqual(['Title 7', 'a', '303']);
    expectLog(folder, ['Read', 'Pages']);
  });
});

describe('The hooks and checks of records that are saved together', () => {
  it('run as they do for one', async () => {
    const { path: folder, ws } = await openPages();
    const calls: string[] = [];
    class Hooked extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField({ required: false }) title!: string;
      override async beforeSave(): Promise<void> {
        calls.push(`before ${this.slug}`);
        await Promise.resolve();
        this.title = 'From the hook';
      }
      override clean(): void {
        calls.push(`clean ${this.slug}`);
      }
      override afterSave({ commit }: { readonly commit: string | null }): void {
        calls.push(`after ${this.slug} ${String(commit)} ${String(this.isNew)}`);
      }
    }
    const BoundHooked = ws.register(Hooked);
    await ws.bulk(
      ['a', 'b'].map((slug) => new BoundHooked({ slug })),
      { message: 'Hooked' },
    );
    expect(calls).toEqual(
      ['a', 'b'].flatMap((slug) => [`before ${slug}`, `clean ${slug}`, `after ${slug} null false`]),
    );
    expect((await BoundHooked.get('b')).title).toBe('From the hook');
    expectLog(folder, ['Hooked']);
  });

  it('may save other records, which belong to the same commit', async () => {
    const { path: folder, ws, Page } = await openPages();
    class Logged extends GitModel {
      @SlugField({ id: true }) slug!: string;
      override async afterSave(): Promise<void> {
        const log = (await Page.getOrNull('log')) ?? new Page({ slug: 'log', title: '' });
        log.title += `${this.slug},`;
        await log.save();
      }
    }
    const BoundLogged = ws.register(Logged);
    await ws.bulk(
      ['a', 'b', 'c'].map((slug) => new BoundLogged({ slug })),
      { message: 'Logged' },
    );
    expect((await Page.get('log')).title).toBe('a,b,c,');
    expectLog(folder, ['Logged']);
  });

  it('may commit what there is so far, which stays then', async () => {
    const { path: folder, ws, Page } = await openPages();
    async function* source(): AsyncGenerator<BulkItem> {
      yield new Page({ slug: 'a', title: 'A' });
      await ws.commit({ message: 'So far' });
      yield new Page({ slug: 'b', title: 'B' });
      throw new Error('the end of the source');
    }
    await expect(ws.bulk(source())).rejects.toThrow('the end of the source');
    expectLog(folder, ['So far']);
    expect((await Page.all().toArray()).map(({ slug }) => slug)).toEqual(['a']);
  });

  it('find a value that must be unique among those before', async () => {
    const { ws } = await openPages();
    const Address = ws.register(AddressModel);
    const failure = await errorOf(() =>
      ws.bulk(['a', 'b', 'c'].map((name) => new Address({ name, email: name === 'b' ? 'b@x' : 'a@x' }))),
    );
    expect(failure).toMatchObject({
      code: 'BULK_SAVE_FAILED',
      details: { position: 2, model: 'AddressModel', id: 'c' },
    });
    expect((failure.cause as ValidationError).issues).toMatchObject([{ path: 'email', code: 'unique' }]);
  });

  it('are those of a class that saves in its own way', async () => {
    const { path: folder, ws } = await openPages();
    class Own extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField({ required: false }) title!: string;
      override async save(...options: Parameters<GitModel['save']>): Promise<string | null> {
        this.title = 'In its own way';
        return super.save(...options);
      }
    }
    const BoundOwn = ws.register(Own);
    await ws.bulk([new BoundOwn({ slug: 'a' }), new BoundOwn({ slug: 'b' })], { message: 'Own' });
    expect((await BoundOwn.get('b')).title).toBe('In its own way');
    expectLog(folder, ['Own']);
  });
});

describe('Saving many records of which one cannot be saved', () => {
  it.each([0, 150, 299])('saves none, and says which: at %d', async (position) => {
    const { path: folder, ws, Page } = await openWithPages();
    const changed = await Page.get('a');
    changed.title = 'Changed';
    const pages = numbers(300).map((n) => new Page({ slug: `p${n}`, title: n === position ? '' : 'P' }));
    const failure = await errorOf(() =>
      ws.bulk([...pages.slice(0, position), ...(position > 0 ? [changed] : []), ...pages.slice(position)]),
    );
    const at = position > 0 ? position + 1 : 0;
    expect(failure).toBeInstanceOf(BulkSaveError);
    expect(failure).toMatchObject({ details: { position: at, model: 'Page', id: `p${position}` } });
    expect(failure.message).toMatch(`at position ${at}, Page p${position}, could not be saved: `);
    expect(failure.cause).toBeInstanceOf(ValidationError);

    expectLog(folder, ['Pages']);
    expect(await ws.hasChanges()).toBe(false);
    expect(await Page.all().count()).toBe(3);
    expect(packFiles(folder)).toHaveLength(2);
    expect(pages.filter(({ isNew }) => !isNew)).toEqual([]);
    expect(changed.changes()).toEqual({ title: { from: 'a', to: 'Changed' } });

    for (const page of pages) page.title ||= 'Now it has one';
    await ws.bulk([...pages, changed], { message: 'Again' });
    expectLog(folder, ['Again', 'Pages']);
    expect(await Page.all().count()).toBe(303);
  });

  it('saves none when two have the same id, or one that is taken', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const page = (slug: string): PageModel => new Page({ slug, title: 'New' });
    for (const slugs of [
      ['x', 'y', 'x'],
      ['x', 'a'],
    ]) {
      const failure = await errorOf(() => ws.bulk(slugs.map(page)));
      expect(failure).toMatchObject({
        details: { position: slugs.length - 1, id: slugs.at(-1) },
        cause: { code: 'INTEGRITY' },
      });
    }
    expectLog(folder, ['Pages']);
  });

  it('saves none when somebody else has changed one', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const [mine, yours] = [await Page.get('b'), await Page.get('b')];
    mine.title = 'Mine';
    yours.title = 'Yours';
    const failure = await errorOf(() => ws.bulk([new Page({ slug: 'x', title: 'X' }), yours, mine]));
    expect(failure).toMatchObject({ details: { position: 2 }, cause: { code: 'STALE_RECORD' } });
    expect([mine.changes(), yours.changes()]).toMatchObject([
      { title: { to: 'Mine' } },
      { title: { to: 'Yours' } },
    ]);
    expectLog(folder, ['Pages']);
  });

  it('takes back what hooks have saved', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const page = await Page.get('a');
    class Failing extends GitModel {
      @SlugField({ id: true }) slug!: string;
      override async afterSave(): Promise<void> {
        page.title = 'From the hook';
        await page.save();
        throw new Error('the hook fails');
      }
    }
    const BoundFailing = ws.register(Failing);
    page.content = 'In the bulk';
    const failure = await errorOf(() => ws.bulk([page, new BoundFailing({ slug: 'f' })]));
    expect(failure).toMatchObject({ details: { position: 1 }, cause: { message: 'the hook fails' } });
    expect(page.changes()).toEqual({
      title: { from: 'a', to: 'From the hook' },
      content: { from: '', to: 'In the bulk' },
    });
    await page.save({ commit: true, message: 'Now' });
    expectLog(folder, ['Now', 'Pages']);
  });

  it.each([
    ['the source', 'throws'],
    ['the progress', 'throws'],
    ['the progress', 'rejects with'],
  ])('passes on what %s %s, and saves none', async (thrower, how) => {
    const { path: folder, ws, Page } = await openWithPages();
    let closed = false;
    function* source(): Generator<BulkItem> {
      try {
        for (const n of numbers(200)) yield new Page({ slug: `p${n}`, title: 'P' });
        if (thrower === 'the source') throw new RangeError(thrower);
      } finally {
        closed = true;
      }
    }
    const progress = (): Promise<void> => {
      if (thrower === 'the source') return Promise.resolve();
      if (how === 'throws') throw new RangeError(thrower);
      return Promise.reject(new RangeError(thrower));
    };
    await expect(ws.bulk(source(), { progress })).rejects.toThrow(new RangeError(thrower));
    expect(closed).toBe(true);
    expect(packFiles(folder)).toHaveLength(2);
    expectLog(folder, ['Pages']);
  });

  it.each(['before it begins', 'between two records', 'in a hook', 'in the last progress'])(
    'ends with the reason of a signal that is aborted %s, and saves none',
    async (when) => {
      const { path: folder, ws, Page } = await openWithPages();
      const abort = new AbortController();
      const reason = new Error('enough');
      class Slow extends GitModel {
        @SlugField({ id: true }) slug!: string;
        override async beforeSave(): Promise<void> {
          if (when === 'in a hook') abort.abort(reason);
          await Promise.resolve();
          abort.signal.throwIfAborted();
        }
      }
      const slow = new (ws.register(Slow))({ slug: 's' });
      const page = await Page.get('a');
      page.title = 'Changed';
      if (when === 'before it begins') abort.abort(reason);
      function* source(): Generator<BulkItem> {
        yield page;
        if (when === 'between two records') abort.abort(reason);
        for (const n of numbers(50)) yield new Page({ slug: `p${n}`, title: 'P' });
        yield slow;
      }
      const progress = ({ records }: { readonly records: number }): void => {
        if (when === 'in the last progress' && records === 52) abort.abort(reason);
      };
      const kept = packFiles(folder);
      await expect(ws.bulk(source(), { progress, signal: abort.signal })).rejects.toBe(reason);
      expect(await ws.hasChanges()).toBe(false);
      expect(page.changes()).toEqual({ title: { from: 'a', to: 'Changed' } });
      expect(packFiles(folder)).toEqual(kept);
      expect(await Page.all().count()).toBe(3);
      expectLog(folder, ['Pages']);
    },
  );

  it('ends when a signal is aborted while a source is waited for, which is told to return', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const abort = new AbortController();
    const reason = new Error('enough');
    let release: () => void = () => undefined;
    let closed = false;
    async function* source(): AsyncGenerator<BulkItem> {
      try {
        yield new Page({ slug: 'x', title: 'X' });
        setTimeout(() => {
          abort.abort(reason);
        }, 20);
        await new Promise<void>((resolve) => (release = resolve));
        yield new Page({ slug: 'y', title: 'Y' });
      } finally {
        closed = true;
      }
    }
    await expect(ws.bulk(source(), { signal: abort.signal })).rejects.toBe(reason);
    expect(closed).toBe(false);
    release();
    await new Promise(setImmediate);
    expect(closed).toBe(true);
    expect(await Page.all().count()).toBe(3);
    await ws.bulk([new Page({ slug: 'z', title: 'Z' })], {
      message: 'Z',
      signal: new AbortController().signal,
    });
    expectLog(folder, ['Z', 'Pages']);
  });

  it.each(['a record', 'a hook', 'the progress'])(
    'does not wait for a source that never returns, and goes on afterwards, when %s fails',
    async (failing) => {
      const { path: folder, ws, Page } = await openPages();
      class Failing extends GitModel {
        @SlugField({ id: true }) slug!: string;
        override async afterSave(): Promise<void> {
          await Promise.reject(new Error('a hook'));
        }
      }
      const BoundFailing = ws.register(Failing);
      let asked = 0;
      const source: AsyncIterable<BulkItem> = {
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            // Long enough for the progress to be told.
            await delay(120);
            const title = failing === 'a record' ? '' : 'P';
            const value =
              failing === 'a hook' ? new BoundFailing({ slug: 'f' }) : new Page({ slug: 'p', title });
            return { done: false, value };
          },
          return: () => {
            asked++;
            return new Promise(() => undefined);
          },
        }),
      };
      const progress = async (): Promise<void> => {
        if (failing === 'the progress') await Promise.reject(new Error('the progress'));
      };
      await expect(ws.bulk(source, { progress })).rejects.toThrow(failing === 'a record' ? 'title' : failing);
      expect(asked).toBe(1);
      await new Page({ slug: 'next', title: 'Next' }).save({ commit: true, message: 'Next' });
      expectLog(folder, ['Next']);
    },
  );

  it('says that the record is not to blame when nothing can be stored', async () => {
    const { path: folder, ws, Page } = await openPages();
    const packs = path.join(folder, '.git/objects/pack');
    rmSync(packs, { recursive: true });
    writeFileSync(packs, '');
    function* source(): Generator<BulkItem> {
      for (let n = 0; ; n++) yield new Page({ slug: `p${n}`, title: randomBytes(250).toString('hex') });
    }
    const failure = await errorOf(() => ws.bulk(source()));
    expect(failure).toMatchObject({ code: 'BULK_SAVE_FAILED', cause: { code: 'OBJECT_WRITE_FAILED' } });
    const { position } = failure.details;
    expect(failure.message).toMatch(
      `What was written could not be stored, for which the record at position ${String(position)}, ` +
        `Page p${String(position)}, is not to blame: `,
    );
    expect(failure.message).toContain((failure.cause as Error).message);
    expect(failure.message).toMatch(/ None of the records was saved\.$/);
    rmSync(packs);
    await ws.bulk([new Page({ slug: 'a', title: 'A' })], { message: 'Again' });
    expectLog(folder, ['Again']);
  });

  it('blames the record for a file that it names and nobody can read', async () => {
    const { ws } = await openPages();
    const Photo = ws.register(PhotoModel);
    const image = GitBlob.from({ file: path.join(emptyRepository(), 'none') });
    await expect(ws.bulk([new Photo({ name: 'a', image })])).rejects.toThrow(
      /^The record at position 0, PhotoModel a, could not be saved: The file ".*None of the records was\.$/s,
    );
  });

  it('lets go of the source', async () => {
    const { ws, Page } = await openPages();
    let closed = 0;
    async function* source(): AsyncGenerator<BulkItem> {
      try {
        yield await Promise.resolve(new Page({ slug: 'a', title: '' }));
      } finally {
        closed++;
      }
    }
    await expect(ws.bulk(source())).rejects.toThrow(BulkSaveError);
    expect(closed).toBe(1);
  });

  it('refuses what is no record of the workspace', async () => {
    const { ws, Page } = await openPages();
    const Elsewhere = (await openWorkspace()).register(PageModel);
    const foreign = new Elsewhere({ slug: 'b', title: 'B' });
    for (const item of [foreign, {} as unknown as BulkItem, null as unknown as BulkItem]) {
      const failure = await errorOf(() => ws.bulk([new Page({ slug: 'a', title: 'A' }), item]));
      expect(failure).toMatchObject({ details: { position: 1 }, cause: { code: 'INVALID_ARGUMENT' } });
    }
  });

  it('refuses arguments of another kind', async () => {
    const { ws } = await openPages();
    for (const items of [null, 5, 'pages', {}]) {
      await expect(ws.bulk(items as unknown as BulkItem[])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
    for (const options of [{ progress: 5 }, { message: 5 }, { author: 'nobody' }, null]) {
      await expect(ws.bulk([], options as object)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

describe('Records that are being saved, of which the pack is lost', () => {
  it('are not told as invalid records', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const invalid: unknown[] = [];
    const onInvalid = (error: unknown): void => void invalid.push(error);
    const failures: unknown[] = [];
    async function* pages(): AsyncGenerator<BulkItem> {
      // Enough for some of them to be on the disk.
      for (let n = 0; n < 3000; n++)
        yield new Page({ slug: `p${n}`, title: randomBytes(250).toString('hex') });
      const pack = packFiles(folder).find((file) => file.startsWith('tmp_pack_')) ?? '';
      const file = path.join(folder, '.git/objects/pack', pack);
      while (statSync(file).size < 100_000) await delay(5);
      truncateSync(file);
      for (const read of [
        () => Page.get('p0'),
        () => Page.getMany(['p0'], { onInvalid }),
        () => Page.all({ onInvalid }).toArray(),
        () => collect(ws.records('page').all({ onInvalid })),
        () => collect(ws.diff('HEAD', undefined, { onInvalid })),
      ])
        failures.push(await errorOf(read));
      throw new RangeError('Enough');
    }
    await expect(ws.bulk(pages())).rejects.toThrow(new RangeError('Enough'));

    expect(failures).toEqual(
      Array.from({ length: 5 }, () => expect.objectContaining({ code: 'OBJECT_WRITE_FAILED' }) as unknown),
    );
    expect(invalid).toEqual([]);
    expectLog(folder, ['Pages']);
  });
});

describe('Saving many records beside other changes', () => {
  it('is refused while something is staged', async () => {
    const { ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    await expect(ws.bulk([])).rejects.toMatchObject({ code: 'PENDING_CHANGES' });
    expect(await Page.all().count()).toBe(1);
  });

  it('is refused within itself', async () => {
    const { path: folder, ws, Page } = await openPages();
    async function* source(): AsyncGenerator<BulkItem> {
      await expect(ws.bulk([])).rejects.toMatchObject({ code: 'PENDING_CHANGES' });
      yield new Page({ slug: 'a', title: 'A' });
    }
    await ws.bulk(source(), { message: 'One' });
    expectLog(folder, ['One']);
  });

  it('is named by what is refused because of it', async () => {
    const { path: folder, ws, Page } = await openPages();
    const refused = async (call: () => Promise<unknown>, then: string): Promise<void> => {
      await expect(call()).rejects.toMatchObject({
        code: 'PENDING_CHANGES',
        message: expect.stringMatching(new RegExp(`^bulk\\(\\) is running, .*${then}`)) as string,
      });
    };
    async function* source(): AsyncGenerator<BulkItem> {
      yield new Page({ slug: 'a', title: 'A' });
      const other = new Page({ slug: 'other', title: 'O' });
      await refused(() => other.save({ commit: true }), 'Leave out { commit: true }');
      await refused(() => ws.bulk([other]), 'Call it afterwards');
      await refused(() => ws.updateIndex(), 'Call it afterwards');
      await refused(() => ws.commitOnSuccess(() => Promise.resolve()), 'Call it afterwards');
    }
    await ws.bulk(source(), { message: 'One' });
    expectLog(folder, ['One']);
    expect(await Page.all().count()).toBe(1);
  });

  it('keeps what its source has committed itself, and says so', async () => {
    const { path: folder, ws, Page } = await openPages();
    const first = new Page({ slug: 'first', title: 'T' });
    const second = new Page({ slug: 'second', title: 'T' });
    async function* source(): AsyncGenerator<BulkItem> {
      yield first;
      await ws.commit({ message: 'So far' });
      yield second;
      yield new Page({ slug: 'bad' });
    }
    await expect(ws.bulk(source(), { message: 'All' })).rejects.toThrow(
      /None of the records was, but for what was committed while they were being saved\.$/,
    );
    expectLog(folder, ['So far']);
    expect([first.isNew, second.isNew]).toEqual([false, true]);
    expect(await ws.hasChanges()).toBe(false);
  });

  it('does not let what it has saved be dropped within it', async () => {
    const { path: folder, ws, Page } = await openPages();
    async function* source(): AsyncGenerator<BulkItem> {
      await ws.updateIndex(undefined, { discardChanges: true });
      yield new Page({ slug: 'a', title: 'A' });
      await expect(ws.updateIndex(undefined, { discardChanges: true })).rejects.toMatchObject({
        code: 'PENDING_CHANGES',
        message: expect.stringContaining('bulk() is running') as string,
      });
      yield new Page({ slug: 'b', title: 'B' });
    }
    expect(await ws.bulk(source(), { message: 'All' })).toMatchObject({ records: 2 });
    expectLog(folder, ['All']);
    expect(await Page.all().count()).toBe(2);
  });

  it('leaves no pack protected when it has failed, be it at the end or before', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const kept = (): string[] => packFiles(folder).filter((name) => name.endsWith('.keep'));
    for (const fail of [() => commitMeanwhile(folder), () => Promise.reject(new Error('the source'))]) {
      async function* source(): AsyncGenerator<BulkItem> {
        yield new Page({ slug: 'a', title: 'A' });
        await ws.index.writeTree();
        expect(kept()).toHaveLength(1);
        yield new Page({ slug: 'b', title: 'B' });
        await fail();
      }
      await expect(ws.bulk(source())).rejects.toThrow();
      expect(kept()).toEqual([]);
      await ws.updateIndex();
    }
  });

  it('leaves no record that refers to a blob that was given up', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const Photo = ws.register(PhotoModel);
    let loaded: InstanceType<typeof Photo> | undefined;
    async function* source(): AsyncGenerator<BulkItem> {
      yield new Photo({ name: 'a', image: Buffer.from('the only copy') });
      loaded = await Photo.get('a');
      yield new Page({ slug: 'bad' });
    }
    await expect(ws.bulk(source())).rejects.toThrow(BulkSaveError);
    const before = git(folder, 'rev-parse', 'main');
    await expect(loaded?.save({ overwrite: true, commit: true })).rejects.toMatchObject({
      code: 'OBJECT_NOT_FOUND',
    });
    expect(git(folder, 'rev-parse', 'main')).toBe(before);
    expect(await ws.hasChanges()).toBe(false);
    if (loaded) loaded.image = GitBlob.from('another copy');
    await loaded?.save({ overwrite: true, commit: true, message: 'Another copy' });
    expectLog(folder, ['Another copy', 'Pages']);
  });

  it('is refused where nothing can be committed', async () => {
    const { ws, Page } = await openWithPages();
    await ws.updateIndex('HEAD^{tree}');
    await expect(ws.bulk([new Page({ slug: 'x', title: 'X' })])).rejects.toMatchObject({
      code: 'DETACHED_HEAD',
    });
  });

  it('happens one after the other, also with others', async () => {
    const { path: folder, ws, Page } = await openPages();
    const pages = (name: string): BulkItem[] =>
      numbers(150).map((n) => new Page({ slug: `${name}${n}`, title: name }));
    await Promise.all([
      ws.bulk(pages('a'), { message: 'A' }),
      new Page({ slug: 'single', title: 'Single' }).save({ commit: true, message: 'Single' }),
      ws.bulk(pages('b'), { message: 'B' }),
    ]);
    expectLog(folder, ['B', 'Single', 'A']);
    expect(filesAt(folder, 'main')).toHaveLength(301);
  });

  it('overwrites nobody: when the branch has moved, nothing is saved', async () => {
    const { path: folder, ws, Page } = await openWithPages();
    const page = new Page({ slug: 'x', title: 'X' });
    function* source(): Generator<BulkItem> {
      yield page;
      commitMeanwhile(folder);
    }
    await expect(ws.bulk(source(), { message: 'Mine' })).rejects.toMatchObject({ code: 'CONCURRENT_UPDATE' });
    expect(page.isNew).toBe(true);
    expectLog(folder, ['Meanwhile', 'Pages']);
    await ws.updateIndex();
    await ws.bulk([page], { message: 'Mine' });
    expectLog(folder, ['Mine', 'Meanwhile', 'Pages']);
  });

  it('may be part of what is committed together', async () => {
    const { path: folder, ws, Page } = await openPages();
    await ws.commitOnSuccess(
      async () => {
        await ws.bulk([new Page({ slug: 'a', title: 'A' })], { message: 'Bulk' });
        await new Page({ slug: 'b', title: 'B' }).save();
      },
      { message: 'After' },
    );
    expectLog(folder, ['After', 'Bulk']);
  });

  it.each([
    ['gc', '--quiet'],
    ['repack', '-a', '-d', '-q'],
  ])('may be cleaned up beside: git %s', async (...command) => {
    const { path: folder, ws, Page } = await openWithPages();
    async function* source(): AsyncGenerator<BulkItem> {
      for (const n of numbers(400)) {
        if (n % 100 === 50) git(folder, ...command);
        yield await Promise.resolve(new Page({ slug: `p${n}`, title: 'P' }));
      }
      // What is written so far becomes a pack here, which nothing refers to yet.
      await ws.index.writeTree();
      git(folder, ...command);
      yield new Page({ slug: 'last', title: 'Last' });
    }
    await ws.bulk(source(), { message: 'All' });
    git(folder, ...command);
    expectLog(folder, ['All', 'Pages']);
    expect(await Page.all().count()).toBe(404);
  });
});

describe('The objects of many records', () => {
  it('are as libgit2 has them, byte for byte', async () => {
    const { path: folder, ws, Page } = await openPages();
    const pages = numbers(150).map((n) => new Page({ slug: `p${n}`, title: `Title ${'ä'.repeat(n)}` }));
    await ws.bulk(pages, { message: 'All' });
    expectLog(folder, ['All']);
    const indexes = packFiles(folder).filter((name) => name.endsWith('.idx'));
    git(folder, 'verify-pack', ...indexes.map((name) => `.git/objects/pack/${name}`));
    const other = await Repository.open(emptyRepository());
    for (const { slug, oid } of pages) {
      const content = await ws.index.read(`page/${slug}/data.json`);
      expect((await Blob.createFromBuffer(other, content, content.length)).tostrS()).toBe(oid);
      const builder = await Treebuilder.create(other);
      await builder.insert('data.json', Oid.fromString(oid as string), 0o100644);
      expect(git(folder, 'rev-parse', `main:page/${slug}`)).toBe((await builder.write()).tostrS());
    }
  });
});
