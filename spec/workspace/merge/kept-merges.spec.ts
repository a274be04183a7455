import { rmSync, writeFileSync } from 'node:fs';
import nodePath from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BlobField,
  BooleanField,
  CharField,
  ConcurrentUpdateError,
  GitBlob,
  GitModel,
  InvalidArgumentError,
  InvalidObjectError,
  KeptMergeEndedError,
  Model,
  SlugField,
} from 'gitmodel';
import type { ConflictResolution, MergeConflict } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { PageModel } from '../../support/sample-models';
import { git } from '../../support/temporary-repository';
import { collect, expectLog, openWorkspace } from '../../support/workspaces';
import { change, openSides } from './sides';
import type { Sides } from './sides';

const page = { slug: 'home', title: 'Home', content: 'Welcome' };

function openConflicts(): Promise<Sides<typeof PageModel>> {
  return openSides(PageModel, {
    base: (Page) => new Page(page).save(),
    ours: (Page) => change(Page, 'home', { title: 'A', content: 'Ours' }),
    theirs: (Page) => change(Page, 'home', { title: 'B', content: 'Theirs' }),
  });
}

@Model({ name: 'Page' })
class ShortPageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ maxLength: 5 }) title!: string;
  @CharField({ required: false }) content!: string;
  @BooleanField({ default: true }) published!: boolean;
}

@Model({ name: 'Photo' })
class PhotoModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @BlobField() image!: GitBlob;
  @BlobField() thumbnail!: GitBlob;
}

/** States the commits of all branches, and those that the kept merges are. */
function stateAll(path: string): void {
  for (const ref of git(path, 'for-each-ref', '--format=%(refname)').split('\n')) {
    expectLog(path, git(path, 'log', '--topo-order', '--format=%s', ref).split('\n'), ref);
  }
}

describe('a merge that is kept', () => {
  it('is resolved one by one and completed by another workspace', async () => {
    const { ws, path } = await openConflicts();
    const { status, kept } = await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
    expect(status).toBe('conflicts');
    expect(kept).toMatchObject({ into: 'main', from: 'draft', theirs: git(path, 'rev-parse', 'draft') });
    expect(git(path, 'status', '--porcelain', '--branch')).toContain('main');

    const other = await openWorkspace(path);
    const Page = other.register(PageModel);
    const [merge] = await other.keptMerges();
    if (!merge) throw new Error('The merge is not there.');
    const conflicts = await merge.conflicts();
    expect(conflicts.map(({ field }) => field)).toEqual(['title', 'content']);
    for (const conflict of conflicts.slice(0, 1)) await merge.resolve(conflict, { value: 'A and B' });
    expect((await merge.complete()).status).toBe('conflicts');
    const [left, ...others] = await merge.conflicts();
    if (!left) throw new Error('No conflict is left.');
    expect([left.field, others.length]).toEqual(['content', 0]);
    await merge.resolve(left, 'theirs');
    const result = await merge.complete({ author: { name: 'Ann', email: 'ann@example.com' } });
    expect(result).toMatchObject({ status: 'merged', conflicts: [] });
    expect(await Page.get('home')).toMatchObject({ title: 'A and B', content: 'Theirs' });
    expect(git(path, 'log', '-1', '--format=%an %s %P', 'main')).toBe(
      `Ann Merged ${git(path, 'rev-parse', 'main~1')} ${git(path, 'rev-parse', 'draft')}`,
    );
    expect(await other.keptMerges()).toEqual([]);
    expect(git(path, 'for-each-ref', 'refs/gitmodel')).toBe('');
    stateAll(path);
  });

  it('keeps what was decided when it was begun, and survives the cleaning up of git', async () => {
    const { ws, path } = await openConflicts();
    await ws.merge('draft', {
      keepConflicts: true,
      onConflict: ({ field }) => (field === 'title' ? 'theirs' : undefined),
    });
    git(path, 'gc', '--quiet', '--prune=now');
    git(path, 'pack-refs', '--all');
    const [merge] = await ws.keptMerges();
    expect((await merge?.conflicts())?.map(({ field }) => field)).toEqual(['content']);
    stateAll(path);
    await merge?.abort();
    expect(await ws.keptMerges()).toEqual([]);
    expectLog(path, ['Ours', 'Base'], 'main');
  });

  it('goes on with the branch as it is by then', async () => {
    const { ws, model, path } = await openConflicts();
    const { kept } = await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
    if (!kept) throw new Error('The merge was not kept.');
    for (const conflict of await kept.conflicts()) await kept.resolve(conflict, 'theirs');
    await change(model, 'home', { published: false });
    await ws.commit({ message: 'Meanwhile' });
    expect(await kept.complete()).toMatchObject({ status: 'merged' });
    expect(await model.get('home')).toMatchObject({ title: 'B', content: 'Theirs', published: false });
    stateAll(path);
  });

  it('asks again about what somebody has changed since it was decided', async () => {
    const { ws, model, path } = await openConflicts();
    const { kept } = await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
    if (!kept) throw new Error('The merge was not kept.');
    for (const conflict of await kept.conflicts()) await kept.resolve(conflict, 'theirs');
    await change(model, 'home', { title: 'Newer' });
    await ws.commit({ message: 'Meanwhile' });
    const left = await kept.conflicts();
    expect(left.map(({ field, ours }) => [field, ours])).toEqual([['title', 'Newer']]);
    expect(await kept.complete()).toMatchObject({ status: 'conflicts' });
    for (const conflict of left) await kept.resolve(conflict, 'ours');
    expect(await kept.complete()).toMatchObject({ status: 'merged' });
    expect(await model.get('home')).toMatchObject({ title: 'Newer', content: 'Theirs' });
    stateAll(path);
  });

  it('asks again about a record that was to be deleted, and has changed since', async () => {
    const { ws, model, path } = await openConflicts();
    await ws.setBranch('draft');
    await model.delete('home', { commit: true, message: 'Delete' });
    await ws.setBranch('main');
    const { kept } = await ws.merge('draft', { keepConflicts: true });
    const [deleted] = (await kept?.conflicts()) ?? [];
    if (!kept || !deleted) throw new Error('Something is missing.');
    await kept.resolve(deleted, 'theirs');
    expect(await kept.conflicts()).toEqual([]);
    await change(model, 'home', { published: false });
    await ws.commit({ message: 'Meanwhile' });
    expect((await kept.conflicts()).map(({ kind }) => kind)).toEqual(['delete']);
    await kept.abort();
    stateAll(path);
  });

  it('does not lose what two have resolved at the same time', async () => {
    const { ws, path } = await openConflicts();
    await ws.merge('draft', { keepConflicts: true });
    const [[one], [other]] = [await ws.keptMerges(), await ws.keptMerges()];
    const [title, content] = (await one?.conflicts()) ?? [];
    if (!one || !other || !title || !content) throw new Error('Something is missing.');
    await one.resolve(title, 'ours');
    expect(await errorOf(() => other.resolve(content, 'ours'))).toBeInstanceOf(ConcurrentUpdateError);
    stateAll(path);
  });

  it.each(['complete', 'abort'] as const)(
    'says to every other handle that it has ended by %s()',
    async (end) => {
      const { ws, path } = await openConflicts();
      const { kept } = await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
      if (!kept) throw new Error('The merge was not kept.');
      const [title, content] = await kept.conflicts();
      if (!title || !content) throw new Error('Something is missing.');
      const [elsewhere] = await (await openWorkspace(path)).keptMerges();
      for (const conflict of [title, content]) await kept.resolve(conflict, 'theirs');
      await kept[end]();
      const tip = git(path, 'rev-parse', 'main');
      for (const handle of [kept, elsewhere]) {
        const methods = [
          () => handle?.conflicts(),
          () => handle?.resolve(title, 'ours'),
          () => handle?.complete(),
          () => handle?.abort(),
        ];
        for (const method of methods) {
          const error = await errorOf(method);
          expect(error).toBeInstanceOf(KeptMergeEndedError);
          expect(error).toMatchObject({
            code: 'KEPT_MERGE_ENDED',
            message: expect.stringContaining(
              end === 'complete' ? 'There is nothing left to do' : 'Begin it anew with merge()',
            ) as string,
            details: {
              ref: kept.ref,
              from: 'draft',
              into: 'main',
              outcome: end === 'complete' ? 'completed' : 'aborted',
            },
          });
        }
      }
      expect(git(path, 'rev-parse', 'main')).toBe(tip);
      stateAll(path);
    },
  );

  it('is not merged once more when somebody has merged it with git', async () => {
    const { ws, path } = await openConflicts();
    const { kept } = await ws.merge('draft', { keepConflicts: true });
    git(path, 'symbolic-ref', 'HEAD', 'refs/heads/main');
    git(path, 'reset', '--quiet', '--hard');
    git(path, 'merge', '--quiet', '--strategy=ours', '--message=By hand', 'draft');
    const tip = git(path, 'rev-parse', 'main');

    expect(await kept?.complete()).toMatchObject({ status: 'up-to-date', commit: null, conflicts: [] });
    expect(git(path, 'rev-parse', 'main')).toBe(tip);
    expect(await ws.keptMerges()).toEqual([]);
    stateAll(path);
  });

  it('says so as well when it ends in the very moment', async () => {
    const { ws, path } = await openConflicts();
    const { kept } = await ws.merge('draft', { keepConflicts: true });
    const file = nodePath.join(path, '.git', kept?.ref ?? '');
    writeFileSync(`${file}.lock`, '');
    const abort = errorOf(() => kept?.abort());
    await sleep(100); // by now it waits for the lock
    rmSync(file);
    rmSync(`${file}.lock`);
    expect(await abort).toMatchObject({ code: 'KEPT_MERGE_ENDED', details: { outcome: 'aborted' } });
    stateAll(path);
  });

  it('is neither completed nor given up by who does not know what somebody else has resolved', async () => {
    const { ws, path } = await openConflicts();
    await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
    const [[one], [other]] = [await ws.keptMerges(), await ws.keptMerges()];
    if (!one || !other) throw new Error('Something is missing.');
    for (const conflict of await one.conflicts()) await one.resolve(conflict, 'ours');
    for (const method of [() => other.complete(), () => other.abort()]) {
      expect(await errorOf(method)).toMatchObject({ code: 'CONCURRENT_UPDATE', details: { ref: one.ref } });
    }
    expect(await one.complete()).toMatchObject({ status: 'merged' });
    stateAll(path);
  });

  it('refuses a value that the field cannot have, and what is no merge', async () => {
    const { ws, path } = await openConflicts();
    const { kept } = await ws.merge('draft', { keepConflicts: true });
    const [title] = (await kept?.conflicts()) ?? [];
    if (!kept || !title) throw new Error('Something is missing.');
    const error = await errorOf(() => kept.resolve(title, { value: 7 }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain('title');
    await kept.abort();
    git(path, 'update-ref', 'refs/gitmodel/merges/nonsense', 'main');
    expect(await errorOf(() => ws.keptMerges())).toBeInstanceOf(InvalidObjectError);
    stateAll(path);
  });

  it('keeps nothing that does not resolve a conflict, so that others can go on with it', async () => {
    const long = 'It tells more of the page than its id.';
    const { ws, model, path } = await openSides(PageModel, {
      base: async (Page) => {
        await new Page({ slug: 'home', title: long }).save();
        await new Page({ slug: 'news', title: 'News' }).save();
      },
      ours: async (Page, { index }) => {
        await change(Page, 'home', { slug: 'start' });
        await change(Page, 'news', { title: 'Ours' });
        await index.addBlob('a.txt', 'Ours');
      },
      theirs: async (Page, { index }) => {
        await change(Page, 'home', { slug: 'index' });
        await Page.delete('news');
        await index.addBlob('a.txt', 'Theirs');
      },
    });
    const { kept } = await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
    if (!kept) throw new Error('The merge was not kept.');
    const wrong = new Map<string, readonly ConflictResolution[]>([
      ['moved', ['base', { value: 'else' }]],
      ['delete', [{ value: 5 }, { value: { title: 5 } }]],
      ['file', [{ value: 5 }, { value: { file: 'a.txt' } }]],
    ]);
    const conflicts = await kept.conflicts();
    expect(conflicts.map(({ kind }) => kind).sort()).toEqual([...wrong.keys()].sort());
    for (const conflict of conflicts) {
      for (const resolution of wrong.get(conflict.kind) ?? []) {
        expect(await errorOf(() => kept.resolve(conflict, resolution))).toBeInstanceOf(InvalidArgumentError);
      }
    }
    const made = JSON.parse(JSON.stringify(conflicts[0])) as MergeConflict;
    expect(await errorOf(() => kept.resolve(made, 'ours'))).toBeInstanceOf(InvalidArgumentError);
    const [read] = await ws.keptMerges();
    expect(await read?.conflicts()).toHaveLength(3);
    for (const conflict of conflicts) await kept.resolve(conflict, 'ours');
    expect(await kept.complete()).toMatchObject({ status: 'merged' });
    expect((await collect(model.all())).map(({ slug }) => slug)).toEqual(['news', 'start']);
    stateAll(path);
  });

  it('asks again about what was decided and does not follow the rules of the field any more', async () => {
    const { ws, path } = await openConflicts();
    const { kept } = await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
    for (const conflict of (await kept?.conflicts()) ?? [])
      await kept?.resolve(conflict, { value: 'Together' });
    const other = await openWorkspace(path);
    other.register(ShortPageModel);
    const [merge] = await other.keptMerges();
    const left = (await merge?.conflicts()) ?? [];
    expect(left.map(({ field }) => field)).toEqual(['title']);
    for (const conflict of left) await merge?.resolve(conflict, { value: 'Both' });
    expect(await merge?.complete()).toMatchObject({ status: 'merged' });
    stateAll(path);
  });

  it('keeps the content of files, wherever it comes from', async () => {
    const { ws, path } = await openSides(PhotoModel, {
      base: (Photo) => new Photo({ name: 'a', image: 'Base', thumbnail: 'base' }).save(),
      ours: (Photo) => change(Photo, 'a', { image: 'Ours', thumbnail: 'ours' }),
      theirs: (Photo) => change(Photo, 'a', { image: 'Theirs', thumbnail: 'theirs' }),
    });
    const { kept } = await ws.merge('draft', { keepConflicts: true, message: 'Merged' });
    for (const conflict of (await kept?.conflicts()) ?? []) {
      const value = conflict.field === 'image' ? conflict.theirs : Readable.from(['A ', 'stream']);
      await kept?.resolve(conflict, { value });
    }
    const other = await openWorkspace(path);
    const Photo = other.register(PhotoModel);
    expect(await (await other.keptMerges())[0]?.complete()).toMatchObject({ status: 'merged' });
    const { image, thumbnail } = await Photo.get('a');
    expect([await image.text(), await thumbnail.text()]).toEqual(['Theirs', 'A stream']);
    stateAll(path);
  });

  it('is not made by a preview, nor without being asked for', async () => {
    const { ws, path } = await openConflicts();
    expect((await ws.mergePreview('draft', { keepConflicts: true })).kept).toBeNull();
    expect((await ws.merge('draft')).kept).toBeNull();
    expect(git(path, 'for-each-ref', 'refs/gitmodel')).toBe('');
    stateAll(path);
  });
});

describe('revert', () => {
  it('takes back a commit by field and leaves what came later', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page(page).save(),
      ours: (Page) => change(Page, 'home', { title: 'A mistake' }),
      theirs: () => Promise.resolve(),
    });
    const mistake = git(path, 'rev-parse', 'main');
    await change(model, 'home', { content: 'Later' });
    await ws.commit({ message: 'Later' });
    expect(await ws.revert(mistake)).toMatchObject({ status: 'merged' });
    expect(await model.get('home')).toMatchObject({ title: 'Home', content: 'Later' });
    expect(await ws.revert(mistake)).toMatchObject({ status: 'up-to-date', commit: null });
    expectLog(path, ['Revert "Ours"', 'Later', 'Ours', 'Base']);
    expect(await collect(ws.walk())).toHaveLength(4);
  });

  it('has a conflict where the field was changed again, and wants to know the side of a merge', async () => {
    const { ws, model, path } = await openConflicts();
    const merge = await ws.merge('draft', { message: 'Merged', onConflict: () => 'theirs' });
    expect(await errorOf(() => ws.revert(String(merge.commit)))).toBeInstanceOf(InvalidArgumentError);
    expect(await ws.revert(String(merge.commit), { mainline: 1, message: 'Back' })).toMatchObject({
      status: 'merged',
    });
    expect(await model.get('home')).toMatchObject({ title: 'A', content: 'Ours' });
    await change(model, 'home', { title: 'Again' });
    await ws.commit({ message: 'Again' });
    const { conflicts } = await ws.revert('HEAD~1', { dryRun: true });
    expect(conflicts).toMatchObject([{ field: 'title', base: 'A', ours: 'Again', theirs: 'B' }]);
    stateAll(path);
  });
});
