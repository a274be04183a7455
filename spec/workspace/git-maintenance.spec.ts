import { existsSync, readdirSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { BlobField, GitBlob, GitModel, SlugField, Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { PageModel } from '../support/sample-models';
import { git, temporaryCopy } from '../support/temporary-repository';
import { expectLog, openPages, openWorkspace } from '../support/workspaces';

/** So many that they become a pack. */
const MANY = 120;

type Pages = Awaited<ReturnType<typeof openPages>>['Page'];

async function saveMany(Page: Pages, content = ''): Promise<void> {
  for (let n = 0; n < MANY; n++) await new Page({ slug: `page-${n}`, title: `Page ${n}`, content }).save();
}

function keepFiles(folder: string): string[] {
  return readdirSync(path.join(folder, '.git/objects/pack')).filter((name) => name.endsWith('.keep'));
}

const CLEANING = [
  ['repack', '-a', '-d', '-q'],
  ['gc', '--quiet', '--prune=now'],
  ['prune', '--expire=now'],
];

describe('What is staged', () => {
  describe.each(CLEANING)('when "git %s" cleans up', (...command: string[]) => {
    const cleanUp = (folder: string): string => git(folder, ...command);

    it.each([1, MANY])(
      'is committed whole, although it was written to the object database before: %d records',
      async (count) => {
        const { path: folder, ws, Page } = await openPages();
        await new Page({ slug: 'base', title: 'Base' }).save({ commit: true, message: 'Base' });
        for (let n = 0; n < count; n++) await new Page({ slug: `page-${n}`, title: 'New' }).save();
        expect((await ws.diff()).paths).toHaveLength(count);
        cleanUp(folder);
        await ws.commit({ message: 'New' });

        expectLog(folder, ['New', 'Base']);
        const Elsewhere = (await openWorkspace(folder)).register(PageModel);
        expect(await Elsewhere.all().toArray()).toHaveLength(count + 1);
      },
    );

    it('is committed whole, although it was too much for the memory', async () => {
      const { path: folder, ws, Page } = await openPages();
      await saveMany(Page, 'x'.repeat(300_000));
      expect(keepFiles(folder)).toHaveLength(1);
      cleanUp(folder);
      await ws.commit({ message: 'Much' });

      expectLog(folder, ['Much']);
      expect(await (await openWorkspace(folder)).register(PageModel).all().count()).toBe(MANY);
    });
  });

  describe('when a blob that is larger than memory should be is cleaned away meanwhile', () => {
    class Film extends GitModel {
      @SlugField({ id: true }) name!: string;
      @BlobField({ required: false }) reel!: GitBlob | null;
    }
    const reel = (): Readable => Readable.from([Buffer.alloc(3_000_000, 7)]);

    it('is not committed, and can be once the content is there again', async () => {
      const { path: folder, ws } = await openPages();
      const BoundFilm = ws.register(Film);
      const film = new BoundFilm({ name: 'a', reel: reel() });
      await film.save();
      const { oid } = film.reel as GitBlob;
      git(folder, 'prune', '--expire=now');

      expect(await errorOf(() => ws.commit({ message: 'A film' }))).toMatchObject({
        code: 'OBJECT_NOT_FOUND',
        details: { oid, path: 'film/a/reel.data' },
      });
      expect(await ws.hasChanges()).toBe(true);
      film.set({ reel: reel() });
      await film.save();
      await ws.commit({ message: 'A film' });
      expectLog(folder, ['A film']);
    });

    it('is committed when the record does not have it any more', async () => {
      const { path: folder, ws } = await openPages();
      const film = new (ws.register(Film))({ name: 'a', reel: reel() });
      await film.save();
      git(folder, 'prune', '--expire=now');
      film.reel = null;
      await film.save();
      await ws.commit({ message: 'No film' });

      expectLog(folder, ['No film']);
    });

    it('is committed with a small one, which is in memory', async () => {
      const { path: folder, ws } = await openPages();
      const film = new (ws.register(Film))({ name: 'a', reel: Readable.from(['a short one']) });
      await film.save();
      git(folder, 'prune', '--expire=now');
      await ws.commit({ message: 'A short film' });

      expectLog(folder, ['A short film']);
    });
  });

  it('is protected from cleaning up until it is committed, and not longer', async () => {
    const { path: folder, ws, Page } = await openPages();
    await saveMany(Page);
    await ws.index.writeTree();
    expect(keepFiles(folder)).toHaveLength(1);
    await ws.commit({ message: 'Many' });

    expect(keepFiles(folder)).toEqual([]);
    expectLog(folder, ['Many']);
  });

  it('is not protected any more once the workspace is closed', async () => {
    const { path: folder, ws, Page } = await openPages();
    await saveMany(Page);
    await ws.index.writeTree();
    await ws.close();

    expect(keepFiles(folder)).toEqual([]);
  });
});

describe('A commit that was cut short, as a crash of the machine leaves it', () => {
  it('gives an error at once, and holds nothing up', async () => {
    const { path: folder, ws, Page } = await openPages();
    await new Page({ slug: 'hello', title: 'Hello' }).save({ commit: true, message: 'First' });
    expectLog(folder, ['First']);
    const damaged = temporaryCopy(folder);
    const oid = ws.branch?.oid ?? '';
    const file = path.join(damaged, '.git/objects', oid.slice(0, 2), oid.slice(2));
    expect(existsSync(file)).toBe(true);
    truncateSync(file, 40);

    const error = await errorOf(() => Workspace.open(damaged));
    expect(error).toMatchObject({ code: 'INVALID_OBJECT', details: { oid } });
    expect(error.message).toContain('git fsck');
  });
});
