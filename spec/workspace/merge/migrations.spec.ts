import { CharField, flat, GitModel, Model, Related, RelatedField, sharded, SlugField } from 'gitmodel';
import type { ConflictResolution, MergeConflict, MergeResult } from 'gitmodel';
import { git } from '../../support/temporary-repository';
import { emptyRepository, expectLog, filesAt, openWorkspace } from '../../support/workspaces';

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() name!: string;
  @CharField({ required: false }) text!: string;
}

@Model({ name: 'Post' })
class PostModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @RelatedField(AuthorModel, { onDelete: 'restrict' }) author!: Related<AuthorModel>;
  @RelatedField(AuthorModel, { required: false }) reader!: Related<AuthorModel> | null;
}

/** How conflicts are decided; what there were is remembered. */
function deciding(resolution: ConflictResolution): {
  readonly found: string[];
  readonly onConflict: (conflict: MergeConflict) => ConflictResolution;
} {
  const found: string[] = [];
  const onConflict = ({ kind, path }: MergeConflict): ConflictResolution => {
    found.push(`${kind} ${path}`);
    return resolution;
  };
  return { found, onConflict };
}

describe('A record that has got another id on a branch,', () => {
  /**
   * @param values What the branch has changed beside the id.
   * @param live What production has changed meanwhile.
   */
  async function mergeIds(
    values: Partial<Pick<AuthorModel, 'name' | 'text'>>,
    live: { readonly text?: string; readonly post?: object; readonly isDeleted?: boolean },
  ): Promise<{ readonly path: string; readonly found: string[]; readonly merge: MergeResult }> {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const [Author, Post] = [ws.register(AuthorModel), ws.register(PostModel)];
    await new Author({ slug: 'ann', name: 'Ann', text: 'A text' }).save();
    await ws.commit({ message: 'Base' });
    const branch = await ws.on('migration', { create: true });
    const moved = await branch.register(AuthorModel).get('ann');
    await moved.set({ slug: 'ann-lee', ...values }).save({ commit: true, message: 'Migrate' });

    const ann = await Author.get('ann');
    if (live.text !== undefined) await ann.set({ text: live.text }).save();
    if (live.post) await new Post({ slug: 'post', author: Related.to(ann), ...live.post }).save();
    if (live.isDeleted) await ann.delete();
    await ws.commit({ message: 'Production' });
    branch.register(PostModel);
    const { found, onConflict } = deciding('theirs');
    const merge = await branch.merge('main', { message: 'Merge', onConflict });
    expectLog(path, ['Production', 'Base']);
    expectLog(path, git(path, 'log', '--topo-order', '--format=%s', 'migration').split('\n'), 'migration');
    return { path, found, merge };
  }

  it('gets what production has changed', async () => {
    const { path, found, merge } = await mergeIds({}, { text: 'Another text' });

    expect([merge.status, found]).toEqual(['merged', []]);
    expect(filesAt(path, 'migration')).toEqual(['author/ann-lee/data.json']);
    expect(git(path, 'show', 'migration:author/ann-lee/data.json')).toContain('"text": "Another text"');
  });

  it('is a conflict when most of it has changed as well, and with production’s side there are two', async () => {
    const values = { name: 'Whoever that may be by now', text: 'In other words altogether' };
    const { path, found, merge } = await mergeIds(values, { text: 'Another text' });

    expect([merge.status, found]).toEqual(['merged', ['delete author/ann/data.json']]);
    expect(filesAt(path, 'migration')).toEqual(['author/ann-lee/data.json', 'author/ann/data.json']);
  });

  it('is a conflict when production has deleted it, and with production’s side it is gone', async () => {
    const { path, found, merge } = await mergeIds({}, { isDeleted: true });

    expect([merge.status, found]).toEqual(['merged', ['delete author/ann/data.json']]);
    expect(filesAt(path, 'migration')).toEqual([]);
  });

  it('comes back under the old one with production’s side, where production has added what refers to it', async () => {
    const { path, found, merge } = await mergeIds({}, { post: { reader: 'ann' } });

    expect([merge.status, found]).toEqual(['merged', ['reference post/post/data.json']]);
    expect(filesAt(path, 'migration')).toEqual([
      'author/ann-lee/data.json',
      'author/ann/data.json',
      'post/post/data.json',
    ]);
  });
});

describe('A layout that is changed on a branch', () => {
  @Model({ name: 'Visit' })
  class FlatVisit extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField() page!: string;
  }

  @Model({ name: 'Visit', dataPath: sharded({ levels: 1 }) })
  class ShardedVisit extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField() page!: string;
  }

  it.each([
    ['file', 'new', 'theirs'],
    ['file', 'new', 'ours'],
    ['delete', 'old', 'ours'],
    ['delete', 'old', 'theirs'],
  ] as const)(
    'makes a %s conflict of a change meanwhile with the %s class, and overlooks the rest: %s',
    async (kind, which, side) => {
      const path = emptyRepository();
      const ws = await openWorkspace(path);
      const Visit = ws.register(FlatVisit);
      for (const slug of ['changed', 'deleted']) await new Visit({ slug, page: '/' }).save();
      await ws.commit({ message: 'Base' });
      await ws.createBranch('migration');
      const branch = await openWorkspace(path);
      await branch.setBranch('migration');
      branch.register(ShardedVisit);
      await branch.relayout(ShardedVisit, { from: flat(), message: 'Shard' });
      const moved = filesAt(path, 'migration');

      await (await Visit.get('changed')).set({ page: '/else' }).save();
      await Visit.delete('deleted');
      await new Visit({ slug: 'added', page: '/a/page/that/no/other/visit/was/to' }).save();
      await ws.commit({ message: 'Production' });
      const { found, onConflict } = deciding(side);
      const isNew = which === 'new';
      const { status } = isNew
        ? await branch.merge('main', { message: 'Merge', onConflict })
        : await ws.merge('migration', { message: 'Merge', onConflict });

      expect([status, found]).toEqual(['merged', [`${kind} visit/changed/data.json`]]);
      const isLive = (side === 'theirs') === isNew;
      const live = isLive ? ['visit/changed/data.json'] : [];
      const files = filesAt(path, isNew ? 'migration' : 'main');
      expect(moved).toHaveLength(2);
      expect(files).toEqual([...moved, 'visit/added/data.json', ...live].sort());
      expectLog(path, git(path, 'log', '--topo-order', '--format=%s', 'main').split('\n'), 'main');
      expectLog(path, git(path, 'log', '--topo-order', '--format=%s', 'migration').split('\n'), 'migration');
    },
  );
});
