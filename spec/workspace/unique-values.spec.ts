import fc from 'fast-check';
import { CharField, GitModel, IntegerField, Model, sharded, ValidationError } from 'gitmodel';
import type { BoundModel, DataPath, Workspace } from 'gitmodel';
import { RecordReader } from '../../lib/workspace/record-reader';
import { errorOf } from '../support/error-of';
import { git } from '../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../support/workspaces';

class UserModel extends GitModel {
  @CharField({ id: true }) name!: string;
  @CharField({ required: false, unique: true }) email!: string;
  @IntegerField({ required: false, unique: true }) number!: number | null;
}

type User = BoundModel<typeof UserModel>;

const LAYOUTS: readonly (readonly [string, DataPath | undefined])[] = [
  ['flat', undefined],
  ['sharded', sharded({ width: 1, levels: 1 })],
  ['of a function', (id) => `${id}.json`],
];

async function openUsers(dataPath?: DataPath): Promise<{ path: string; ws: Workspace; User: User }> {
  @Model({ name: 'User', ...(dataPath ? { dataPath } : {}) })
  class Laid extends UserModel {}
  const path = emptyRepository();
  const ws = await openWorkspace(path);
  return { path, ws, User: ws.register(Laid) };
}

afterEach(() => {
  jest.restoreAllMocks();
});

/** What can be done to the users of a workspace, with names and values of which there are few. */
const NAME = fc.constantFrom('a', 'b', 'c', 'd');
const EMAIL = fc.constantFrom('', 'x', 'y', 'z');
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('save', 'raw', 'bulk', 'transaction', 'undone'),
    name: NAME,
    email: EMAIL,
  }),
  fc.record({ kind: fc.constant('move'), name: NAME, email: fc.constant(''), to: NAME }),
  fc.record({
    kind: fc.constantFrom('delete', 'commit', 'drop', 'switch', 'other'),
    name: NAME,
    email: EMAIL,
  }),
);
type Step = Readonly<{ kind: string; name: string; email: string; to?: string }>;

/** The commits of a branch are as they are to be. */
function stateLog(path: string, branch = 'main'): void {
  expectLog(path, git(path, 'log', '--topo-order', '--format=%s', branch).split('\n'), branch);
}

/** Who has a value, as all records say that are read for it. */
async function ownersOf(User: User, email: string): Promise<string[]> {
  const all = await User.all().toArray();
  return email === '' ? [] : all.filter((user) => user.email === email).map(({ name }) => name);
}

/** Saves a value, and checks that this is refused just where another record has it. */
async function trySave(User: User, name: string, email: string): Promise<void> {
  const known = await User.getOrNull(name);
  const others = (await ownersOf(User, email)).filter((owner) => owner !== name);
  const isRefused = others.length > 0 && known?.email !== email;
  const user = known ?? new User({ name });
  user.email = email;
  const refusal = await user.save().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isRefused) expect(refusal).toBeUndefined();
  else expect((refusal as ValidationError).issues).toMatchObject([{ path: 'email', code: 'unique' }]);
}

async function take({ kind, name, email, to = '' }: Step, ws: Workspace, User: User): Promise<void> {
  const inVain = async (): Promise<never> => {
    await trySave(User, name, email);
    await User.delete(name);
    throw new RangeError('Undone');
  };
  switch (kind) {
    case 'save':
      return trySave(User, name, email);
    case 'raw':
      await ws.index.addBlob(
        User.getDataPath(name),
        JSON.stringify({ model: 'User', fields: { name, email } }),
      );
      return;
    case 'bulk': {
      if (await ws.hasChanges()) return;
      const isTaken = (await User.getOrNull(name)) !== null || (await ownersOf(User, email)).length > 0;
      const bulk = ws.bulk([new User({ name, email }), new User({ name: `${name}2`, email: '' })]);
      if (isTaken || (await User.getOrNull(`${name}2`))) await expect(bulk).rejects.toThrow(Error);
      else await bulk;
      return;
    }
    case 'transaction':
      if (await ws.hasChanges()) return;
      await ws.transaction(() => trySave(User, name, email), { message: 'T' });
      return;
    case 'undone': {
      const undone = (await ws.hasChanges()) ? ws.transaction(inVain) : ws.commitOnSuccess(inVain);
      await expect(undone).rejects.toThrow(Error);
      return;
    }
    case 'move': {
      const user = await User.getOrNull(name);
      if (!user || (await User.getOrNull(to))) return;
      user.name = to;
      await user.save();
      return;
    }
    case 'delete':
      if (await User.getOrNull(name)) await User.delete(name);
      return;
    case 'commit':
      if (await ws.hasChanges()) await ws.commit({ message: 'C' });
      return;
    case 'drop':
      await ws.updateIndex(undefined, { discardChanges: true });
      return;
    default:
      if (await ws.hasChanges()) return;
      await ws.setBranch(kind === 'switch' ? 'other' : 'main');
  }
}

describe.each(LAYOUTS)('Values that are unique, in a layout that is %s', (_what, dataPath) => {
  it('are told as all records tell them, whatever was done before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const { path, ws, User } = await openUsers(dataPath);
        await new User({ name: 'first', email: 'first' }).save();
        await ws.commit({ message: 'First' });
        await ws.branches.create('other');
        for (const each of steps) await take(each, ws, User);
        for (const branch of ['main', 'other']) stateLog(path, branch);
        await ws.close();
      }),
      { numRuns: 25 },
    );
  });

  it.each(['what is no record', 'a folder'])(
    'are not known while %s is where a record should be',
    async (what) => {
      const { ws, User } = await openUsers(dataPath);
      await new User({ name: 'a', email: 'a' }).save();
      const path = User.getDataPath('b') + (what === 'a folder' ? '/inside' : '');
      await ws.index.addBlob(path, 'broken');
      expect(await errorOf(() => new User({ name: 'c', email: 'c' }).save())).toMatchObject({
        code: 'INVALID_RECORD',
      });
      await ws.index.remove(path);
      await new User({ name: 'c', email: 'c' }).save();
      for (const email of ['a', 'c']) {
        expect(await errorOf(() => new User({ name: 'd', email }).save())).toMatchObject({
          issues: [{ path: 'email', code: 'unique' }],
        });
      }
    },
  );

  it('are not looked for in all records at every save', async () => {
    const { path, ws, User } = await openUsers(dataPath);
    const reads = jest.spyOn(RecordReader.prototype, 'readAll');
    // Long ones, which begin alike.
    const email = (n: number): string => `${'long'.repeat(50)}${n}@example.com`;
    const users = (start: number): UserModel[] =>
      Array.from({ length: 20 }, (_, n) => new User({ name: `n${start + n}`, email: email(start + n) }));
    await ws.bulk(users(0), { message: 'Bulk' });
    for (const user of users(20)) await user.save();
    await User.delete('n1');
    await new User({ name: 'again', email: email(1) }).save();
    const inVain = ws.transaction(async () => {
      await new User({ name: 'undone', email: email(99) }).save();
      throw new RangeError('Undone');
    });
    await expect(inVain).rejects.toThrow(RangeError);
    await new User({ name: 'done', email: email(99) }).save();
    await ws.commit({ message: 'Saved' });
    await ws.transaction(() => Promise.all(users(40).map((user) => user.save())), { message: 'T' });
    for (const user of users(60)) await ws.transaction(() => user.save(), { message: user.name });

    expect(reads).toHaveBeenCalledTimes(1);
    stateLog(path);
  });
});
