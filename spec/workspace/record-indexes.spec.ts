import { CharField, GitModel, Model } from 'gitmodel';
import { ObjectStore } from '../../lib/git/object-store';
import { openRepository } from '../../lib/git/repository';
import { bindingOf } from '../../lib/model/binding';
import type { IndexedRecord, RecordIndex } from '../../lib/model/record/record-index';
import type { FoundRecord } from '../../lib/model/record/record-store';
import { StagedTree } from '../../lib/object/staged-tree';
import { RecordIndexes } from '../../lib/workspace/record-indexes';
import type { IndexedStage } from '../../lib/workspace/record-indexes';
import { emptyRepository, openWorkspace } from '../support/workspaces';

@Model({ name: 'User' })
class UserModel extends GitModel {
  @CharField({ id: true }) name!: string;
}

/** The paths of the records. */
class Paths implements RecordIndex {
  bytes = 0;
  readonly all: string[] = [];

  set({ path }: IndexedRecord): void {
    this.all.push(path);
    this.bytes += path.length;
  }

  delete(path: string): void {
    this.all.splice(this.all.indexOf(path), 1);
  }
}

async function openIndexes(limit?: number) {
  const folder = emptyRepository();
  const ws = await openWorkspace(folder);
  const { schema } = bindingOf(ws.register(UserModel), 'be indexed');
  const objects = await ObjectStore.open(await openRepository(folder));
  const indexes = new RecordIndexes(limit);
  let unread: (() => FoundRecord)[] = [];
  const readAll = jest.fn(() => ({ next: () => unread.shift()?.(), close: () => undefined }));
  const look = (tree: StagedTree, ...records: (() => FoundRecord)[]): Promise<string[] | undefined> => {
    unread = records;
    const stage: IndexedStage = { tree, objects, readAll };
    return indexes.lookUp(
      schema,
      stage,
      () => new Paths(),
      ({ all }) => [...all],
    );
  };
  return { schema, indexes, readAll, look, empty: () => StagedTree.empty(objects) };
}

const content = Buffer.from(JSON.stringify({ model: 'User', fields: { name: 'x' } }));
const path = (name: string): string => `user/${name}/data.json`;
const record = (name: string) => (): FoundRecord => ({
  id: name,
  path: path(name),
  oid: '0'.repeat(40),
  record: { model: 'User', fields: new Map() },
  files: new Map(),
  at: undefined,
});

describe('The index of the records of a model', () => {
  it('is made once, and follows what differs between trees', async () => {
    const { readAll, look, empty } = await openIndexes();
    const tree = empty();
    expect(await look(tree, record('a'))).toEqual([path('a')]);
    const added = await tree.withBlob(path('b'), content);
    expect(await look(added)).toEqual([path('a'), path('b')]);
    expect(await look(await added.withBlob('page/c/data.json', content))).toEqual([path('a'), path('b')]);
    expect(await look(empty())).toEqual([path('a')]);
    expect(readAll).toHaveBeenCalledTimes(1);
  });

  it('takes what it is told of its tree, and of no other, without a look', async () => {
    const { schema, indexes, look, empty } = await openIndexes();
    // They hold the same, so that whoever looks for a difference finds none.
    const [first, second, third] = [empty(), empty(), empty()];
    await look(first, record('a'));
    indexes.follow(schema, first, second, { removed: path('a'), added: { path: path('b'), content } });
    indexes.follow(schema, first, third, { added: { path: path('c'), content } });
    expect(await look(second)).toEqual([path('b')]);
  });

  it('is made anew when what it is told, or finds, is no record', async () => {
    const { schema, indexes, readAll, look, empty } = await openIndexes();
    const [first, second] = [empty(), empty()];
    await look(first, record('a'));
    indexes.follow(schema, first, second, {
      removed: path('a'),
      added: { path: path('b'), content: Buffer.from('broken') },
    });
    expect(await look(second, record('c'))).toEqual([path('c')]);
    const broken = await second.withBlob(path('d'), Buffer.from('broken'));
    expect(await look(broken, record('e'))).toEqual([path('e')]);
    expect(readAll).toHaveBeenCalledTimes(3);
  });

  it('is not there while a record cannot be read', async () => {
    const { look, empty } = await openIndexes();
    const tree = empty();
    const broken = (): never => {
      throw new RangeError('Broken');
    };
    expect(await look(tree, record('a'), broken)).toBeUndefined();
    expect(await look(tree, record('a'), record('b'))).toEqual([path('a'), path('b')]);
  });

  it.each(['made', 'told'])(
    'is given up, and not tried again, when it becomes too large: %s',
    async (how) => {
      const { schema, indexes, readAll, look, empty } = await openIndexes(path('a').length);
      const [first, second] = [empty(), empty()];
      if (how === 'made') {
        expect(await look(first, record('a'), record('b'))).toBeUndefined();
      } else {
        expect(await look(first, record('a'))).toEqual([path('a')]);
        indexes.follow(schema, first, second, { added: { path: path('b'), content } });
      }
      expect(await look(second, record('a'))).toBeUndefined();
      expect(readAll).toHaveBeenCalledTimes(1);
    },
  );
});
