import { AsyncResource } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CharField,
  ConcurrentUpdateError,
  DetachedHeadError,
  GitModel,
  IntegerField,
  Model,
  RelatedField,
  TransactionError,
  ValidationError,
} from 'gitmodel';
import type { BoundModel, Related, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { git } from '../../support/temporary-repository';
import { commitMeanwhile, emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

@Model({ name: 'Account' })
class AccountModel extends GitModel {
  @CharField({ id: true }) owner!: string;
  @IntegerField({ default: 0 }) cents!: number;
  @IntegerField({ default: 0, merge: 'counter' }) visits!: number;
  @CharField({ required: false, unique: true }) email!: string;
}

interface Opened {
  readonly path: string;
  readonly ws: Workspace;
  readonly Account: BoundModel<typeof AccountModel>;
}

/** A repository with two accounts. */
async function openAccounts(): Promise<Opened> {
  const path = emptyRepository();
  const ws = await openWorkspace(path);
  const Account = ws.register(AccountModel);
  for (const owner of ['ann', 'bob']) await new Account({ owner, cents: 100 }).save();
  await ws.commit({ message: 'Begun' });
  return { path, ws, Account };
}

async function add(Account: BoundModel<typeof AccountModel>, owner: string, cents: number): Promise<void> {
  const account = await Account.get(owner);
  account.cents += cents;
  await account.save();
}

/** Waits for a moment that somebody else chooses. */
function gateway(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** States whatever is in the log. */
function stateLog(path: string): string[] {
  const log = git(path, 'log', '--topo-order', '--format=%s', 'main').split('\n');
  expectLog(path, log, 'main');
  return log;
}

describe('A transaction', () => {
  it('commits all that it changes in one commit, and gives what its function returns', async () => {
    const { path, ws, Account } = await openAccounts();
    const { result, commit, runs } = await ws.transaction(
      async () => {
        await add(Account, 'ann', -30);
        await add(Account, 'bob', 30);
        return (await Account.get('ann')).cents;
      },
      { message: 'Ann pays Bob', author: { name: 'Ann', email: 'ann@example.com' } },
    );
    expect({ result, commit, runs }).toEqual({ result: 70, commit: git(path, 'rev-parse', 'main'), runs: 1 });
    expect(git(path, 'show', '-s', '--format=%an', 'main')).toBe('Ann');
    expect((await Account.get('bob')).cents).toBe(130);
    expect(ws.branch?.oid).toBe(commit);
    expectLog(path, ['Ann pays Bob', 'Begun']);
  });

  it('changes nothing when its function throws, the instances neither', async () => {
    const { path, ws, Account } = await openAccounts();
    const fresh = new Account({ owner: 'eve' });
    const error = await ws
      .transaction(async () => {
        await fresh.save();
        await Account.delete('ann');
        throw new Error('No money');
      })
      .catch((reason: unknown) => reason);
    expect(error).toEqual(new Error('No money'));
    expect(fresh.isNew).toBe(true);
    expect(await Account.all().count()).toBe(2);
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, ['Begun']);
  });

  it('has nothing to do with what is staged, and sees neither that nor what others commit meanwhile', async () => {
    const { path, ws, Account } = await openAccounts();
    await new Account({ owner: 'staged' }).save();
    const other = await openWorkspace(path);
    const OtherAccount = other.register(AccountModel);
    await ws.transaction(
      async () => {
        expect(await Account.getOrNull('staged')).toBeNull();
        await new OtherAccount({ owner: 'other' }).save({ commit: true, message: 'By another' });
        expect(await Account.getOrNull('other')).toBeNull();
        expect(await ws.hasChanges()).toBe(false);
        await new Account({ owner: 'inside' }).save();
        expect(await ws.hasChanges()).toBe(true);
      },
      { message: 'Inside' },
    );
    expect(await Account.getOrNull('staged')).not.toBeNull();
    expect(git(path, 'ls-tree', '--name-only', 'main:account').split('\n')).toEqual([
      'ann',
      'bob',
      'inside',
      'other',
    ]);
    expectLog(path, ['Inside', 'By another', 'Begun']);
  });

  it('includes what it has not waited for', async () => {
    const { path, ws, Account } = await openAccounts();
    await ws.transaction(
      () => {
        void new Account({ owner: 'late' }).save();
        void delay(5).then(() => undefined);
      },
      { message: 'Late' },
    );
    expect(await Account.getOrNull('late')).not.toBeNull();
    expectLog(path, ['Late', 'Begun']);
  });

  it('does not include what runs elsewhere, unless it is bound to it, nor what goes on afterwards', async () => {
    const { path, ws, Account } = await openAccounts();
    const jobs: (() => Promise<unknown>)[] = [];
    const { open, opened } = gateway();
    const worker = opened.then(async () => {
      for (const job of jobs) await job();
    });
    const save = (owner: string) => () => new Account({ owner }).save();
    let afterwards: Promise<unknown> | undefined;
    const ending = gateway();
    await ws.transaction(
      async () => {
        jobs.push(save('queued'), AsyncResource.bind(save('bound')));
        open();
        await worker;
        afterwards = ending.opened.then(save('late'));
      },
      { message: 'Bound' },
    );
    ending.open();
    await afterwards;
    expect(git(path, 'ls-tree', '--name-only', 'main:account').split('\n')).toEqual(['ann', 'bob', 'bound']);
    expect(await ws.diff()).toMatchObject({
      changes: [{ path: 'account/late/data.json' }, { path: 'account/queued/data.json' }],
    });
    expectLog(path, ['Bound', 'Begun']);
  });

  it('loses nothing when hundreds change the same record at once', async () => {
    const { path, ws, Account } = await openAccounts();
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        ws.transaction(() => add(Account, 'ann', 1), { message: `Add ${n}` }),
      ),
    );
    expect((await Account.get('ann')).cents).toBe(200);
    expect(new Set(results.map(({ commit }) => commit)).size).toBe(100);
    expect(stateLog(path)).toHaveLength(101);
  });

  it('is not run again for fields that are added up', async () => {
    const { path, ws, Account } = await openAccounts();
    const count = async (): Promise<void> => {
      const account = await Account.get('ann');
      account.visits += 1;
      await account.save();
    };
    const results = await Promise.all(
      Array.from({ length: 50 }, () => ws.transaction(count, { message: 'Visit' })),
    );
    expect((await Account.get('ann')).visits).toBe(50);
    expect(results.every(({ runs }) => runs === 1)).toBe(true);
    expect(stateLog(path)).toHaveLength(51);
  });

  it('goes on with what another process has committed', async () => {
    const { path, ws, Account } = await openAccounts();
    let meanwhile = true;
    const { runs } = await ws.transaction(
      async () => {
        await add(Account, 'ann', 1);
        if (meanwhile) commitMeanwhile(path);
        meanwhile = false;
      },
      { message: 'Add' },
    );
    expect(runs).toBe(1);
    expectLog(path, ['Add', 'Meanwhile', 'Begun']);
  });

  it('gives up after so many retries, and says what has collided', async () => {
    const { path, ws, Account } = await openAccounts();
    const other = await openWorkspace(path);
    const OtherAccount = other.register(AccountModel);
    let runs = 0;
    const error = await errorOf(() =>
      ws.transaction(
        async () => {
          runs++;
          await add(Account, 'ann', 1);
          await other.updateIndex();
          await add(OtherAccount, 'ann', 1);
          await other.commit({ message: 'Faster' });
        },
        { retries: 2 },
      ),
    );
    expect(error).toBeInstanceOf(ConcurrentUpdateError);
    expect(runs).toBe(3);
    expect(error.details).toMatchObject({
      runs: 3,
      conflicts: [{ model: 'Account', id: 'ann', field: 'cents' }],
    });
    expectLog(path, ['Faster', 'Faster', 'Faster', 'Begun']);
  });

  it('is not run again for an instance from outside that is stale, which would be so again', async () => {
    const { path, ws, Account } = await openAccounts();
    const ann = await Account.get('ann');
    await ws.transaction(() => add(Account, 'ann', 1), { message: 'Faster' });
    let runs = 0;
    const error = await errorOf(() =>
      ws.transaction(async () => {
        runs++;
        ann.cents += 1;
        await ann.save();
      }),
    );
    expect([error.code, runs]).toEqual(['STALE_RECORD', 1]);
    expectLog(path, ['Faster', 'Begun']);
  });

  it('takes back a part of it that has failed and that it has caught', async () => {
    const { path, ws, Account } = await openAccounts();
    await ws.transaction(
      async () => {
        await add(Account, 'ann', 5);
        await ws
          .transaction(async () => {
            await add(Account, 'bob', 5);
            throw new Error('Not this one');
          })
          .catch(() => undefined);
        expect(await ws.transaction(() => add(Account, 'ann', 1))).toMatchObject({ commit: null, runs: 1 });
      },
      { message: 'Both' },
    );
    expect([(await Account.get('ann')).cents, (await Account.get('bob')).cents]).toEqual([106, 100]);
    expectLog(path, ['Both', 'Begun']);
  });

  it('refuses what commits or changes the branch, and is refused without one', async () => {
    const { path, ws, Account } = await openAccounts();
    await ws.transaction(async () => {
      const calls = [
        () => ws.commit(),
        () => ws.setBranch('main'),
        () => ws.updateIndex(),
        () => ws.merge('main'),
        () => ws.bulk([]),
        () => new Account({ owner: 'x' }).save({ commit: true }),
      ];
      for (const call of calls) expect(await errorOf(call)).toBeInstanceOf(TransactionError);
      expect(await errorOf(() => ws.close())).toMatchObject({ code: 'WORKSPACE_CLOSED' });
    });
    await ws.updateIndex('HEAD~0');
    expect(await errorOf(() => ws.transaction(() => undefined))).toBeInstanceOf(DetachedHeadError);
    expectLog(path, ['Begun']);
  });

  it('does not wait for those who wait for it', async () => {
    const { path, ws, Account } = await openAccounts();
    const running = ws.transaction(() => add(Account, 'ann', 1), { message: 'Add' });
    await ws.commitOnSuccess(async () => {
      await running;
    });
    expect((await Account.get('ann', { at: 'main' })).cents).toBe(101);
    expectLog(path, ['Add', 'Begun']);
  });

  it('does not bring back a branch that somebody has deleted', async () => {
    const { path, ws, Account } = await openAccounts();
    git(path, 'branch', 'kept', 'main');
    const error = await errorOf(() =>
      ws.transaction(async () => {
        await new Account({ owner: 'eve' }).save();
        git(path, 'update-ref', '-d', 'refs/heads/main');
      }),
    );
    expect(error).toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
    expect(git(path, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/kept');
    expectLog(path, ['Begun'], 'kept');
  });

  it('refuses a serializable part of one that is not, and leaves the index alone when it only reads', async () => {
    const { path, ws, Account } = await openAccounts();
    commitMeanwhile(path);
    const before = ws.branch?.oid;
    await ws.transaction(async () => {
      expect(await Account.all().count()).toBe(2);
      const inner = (): Promise<unknown> => ws.transaction(() => undefined, { isolation: 'serializable' });
      expect(await errorOf(inner)).toBeInstanceOf(TransactionError);
    });
    expect(ws.branch?.oid).toBe(before);
    expectLog(path, ['Meanwhile', 'Begun']);
  });

  it('works on a branch that has no commit yet, and is waited for when the workspace is closed', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Account = ws.register(AccountModel);
    const { open, opened } = gateway();
    const running = ws.transaction(
      async () => {
        await new Account({ owner: 'first' }).save();
        await opened;
      },
      { message: 'First' },
    );
    const closing = ws.close();
    open();
    await closing;
    expect((await running).commit).toBe(git(path, 'rev-parse', 'main'));
    expectLog(path, ['First']);
  });
});

describe('Isolation', () => {
  /** Runs two transactions of which each has read before either commits. */
  async function crossing(
    { ws }: Opened,
    isolation: 'snapshot' | 'serializable',
    one: () => Promise<unknown>,
    other: () => Promise<unknown>,
  ): Promise<number[]> {
    let waiting = 0;
    const { open, opened } = gateway();
    const meet = async (): Promise<void> => {
      if (++waiting === 2) open();
      await opened;
    };
    const run = async (code: () => Promise<unknown>): Promise<number> => {
      const { runs } = await ws.transaction(
        async () => {
          await code();
          await meet();
        },
        { isolation, message: 'One of two' },
      );
      return runs;
    };
    return Promise.all([run(one), run(other)]);
  }

  it('never loses an update, also of the same value', async () => {
    const opened = await openAccounts();
    const runs = await crossing(
      opened,
      'snapshot',
      () => add(opened.Account, 'ann', 1),
      () => add(opened.Account, 'ann', 1),
    );
    expect((await opened.Account.get('ann')).cents).toBe(102);
    expect(runs.sort()).toEqual([1, 2]);
    stateLog(opened.path);
  });

  /** Withdraws from one account while both together have enough. */
  function withdraw({ Account }: Opened, owner: string): () => Promise<void> {
    return async () => {
      const [ann, bob] = [await Account.get('ann'), await Account.get('bob')];
      if (ann.cents + bob.cents >= 200) await add(Account, owner, -150);
    };
  }

  it('allows write skew in snapshots', async () => {
    const opened = await openAccounts();
    await crossing(opened, 'snapshot', withdraw(opened, 'ann'), withdraw(opened, 'bob'));
    const cents = [(await opened.Account.get('ann')).cents, (await opened.Account.get('bob')).cents];
    expect(cents).toEqual([-50, -50]);
    stateLog(opened.path);
  });

  it('prevents write skew where it is serializable', async () => {
    const opened = await openAccounts();
    const runs = await crossing(opened, 'serializable', withdraw(opened, 'ann'), withdraw(opened, 'bob'));
    const cents = [(await opened.Account.get('ann')).cents, (await opened.Account.get('bob')).cents];
    expect(cents.reduce((sum, each) => sum + each)).toBe(50);
    expect(runs.sort()).toEqual([1, 2]);
    stateLog(opened.path);
  });

  it('counts what is written as read where it is serializable', async () => {
    const opened = await openAccounts();
    const { Account } = opened;
    const [ann, again] = [await Account.get('ann'), await Account.get('ann')];
    const runs = await crossing(
      opened,
      'serializable',
      () => ann.set({ cents: 7 }).save({ overwrite: true }),
      () => again.set({ email: 'ann@example.com' }).save({ overwrite: true }),
    );
    expect(runs.sort()).toEqual([1, 2]);
    stateLog(opened.path);
  });

  it('prevents phantoms where it is serializable', async () => {
    const opened = await openAccounts();
    const { Account } = opened;
    const addOne = (owner: string) => async (): Promise<void> => {
      if ((await Account.all().count()) < 3) await new Account({ owner }).save();
    };
    await crossing(opened, 'serializable', addOne('eve'), addOne('joe'));
    expect(await Account.all().count()).toBe(3);
    stateLog(opened.path);
  });

  it('counts all records as read where a value is unique and it is serializable', async () => {
    const opened = await openAccounts();
    const { Account } = opened;
    const add = (owner: string) => async (): Promise<void> => {
      await new Account({ owner, email: `${owner}@example.com` }).save();
    };
    // What was read once to know the values is not read again.
    await opened.ws.transaction(add('amy'), { message: 'Amy' });
    const runs = await crossing(opened, 'serializable', add('eve'), add('joe'));
    expect(runs.sort()).toEqual([1, 2]);
    stateLog(opened.path);
  });

  it('keeps values unique', async () => {
    const opened = await openAccounts();
    const { Account, ws, path } = opened;
    const attempt = (owner: string): Promise<unknown> =>
      ws
        .transaction(() => new Account({ owner, email: 'same@example.com' }).save(), { message: owner })
        .catch((e: unknown) => e);
    const outcomes = await Promise.all([attempt('eve'), attempt('joe')]);
    expect(outcomes.filter((each) => each instanceof ValidationError)).toHaveLength(1);
    expect(await Account.all().count()).toBe(3);
    stateLog(path);
  });

  it('is run again when somebody has deleted what it refers to', async () => {
    @Model({ name: 'Card' })
    class CardModel extends GitModel {
      @CharField({ id: true }) number!: string;
      @RelatedField(AccountModel, { onDelete: 'restrict' }) account!: Related<AccountModel>;
    }
    const { path, ws, Account } = await openAccounts();
    const Card = ws.register(CardModel);
    const other = await ws.on('main');
    const { runs, commit } = await ws.transaction(async () => {
      if (!(await Account.getOrNull('ann'))) return;
      await new Card({ number: '1', account: 'ann' }).save();
      await other.register(AccountModel).delete('ann', { commit: true, message: 'Gone' });
    });
    expect([runs, commit, await Card.all().count()]).toEqual([2, null, 0]);
    expectLog(path, ['Gone', 'Begun']);
  });
});
