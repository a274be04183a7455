import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CharField, GitModel, IntegerField, Model } from 'gitmodel';
import type { BoundModel, TransactionOptions, Workspace } from 'gitmodel';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

@Model({ name: 'Account' })
class AccountModel extends GitModel {
  @CharField({ id: true }) owner!: string;
  @IntegerField({ default: 0 }) cents!: number;
}

type Isolation = NonNullable<TransactionOptions['isolation']>;

/** Somebody who runs transactions on two accounts with 100 cents each. */
class Teller {
  private readonly Account: BoundModel<typeof AccountModel>;

  constructor(
    private readonly ws: Workspace,
    private readonly isolation: Isolation,
    private readonly message: string,
  ) {
    this.Account = ws.register(AccountModel);
  }

  async transact<T>(fn: () => Promise<T>): Promise<T> {
    const { isolation, message } = this;
    return (await this.ws.transaction(fn, { isolation, message })).result;
  }

  async cents(owner: string): Promise<number> {
    return (await this.Account.get(owner)).cents;
  }

  async sum(): Promise<number> {
    return (await this.cents('ann')) + (await this.cents('bob'));
  }

  async add(owner: string, cents: number): Promise<void> {
    const account = await this.Account.get(owner);
    account.cents += cents;
    await account.save();
  }

  async open(owner: string): Promise<void> {
    await new this.Account({ owner }).save();
  }

  async count(): Promise<number> {
    return this.Account.all().count();
  }
}

/** What may go wrong between transactions of different tellers. */
interface Anomaly {
  readonly name: string;
  /** What must be in the log in the end, however it went. */
  readonly log: readonly string[];
  /**
   * Makes the transactions meet where it would go wrong.
   *
   * @param meanwhile Runs a transaction of the other teller, but not again when the one that it is called in is run again.
   * @returns whether it has.
   */
  provoke(mine: Teller, other: Teller, meanwhile: Meanwhile): Promise<boolean>;
}

type Meanwhile = (fn: () => Promise<unknown>) => Promise<void>;

const ANOMALIES: readonly Anomaly[] = [
  {
    name: 'Dirty read',
    log: ['Mine', 'Begun'],
    async provoke(mine, other, meanwhile) {
      let seen = 0;
      await mine.transact(async () => {
        await mine.add('ann', 1);
        await meanwhile(async () => (seen = await other.cents('ann')));
      });
      return seen !== 100;
    },
  },
  {
    name: 'Non-repeatable read',
    log: ['Other', 'Begun'],
    provoke: (mine, other, meanwhile) =>
      mine.transact(async () => {
        const before = await mine.cents('ann');
        await meanwhile(() => other.add('ann', 1));
        return (await mine.cents('ann')) !== before;
      }),
  },
  {
    name: 'Phantom',
    log: ['Other', 'Begun'],
    provoke: (mine, other, meanwhile) =>
      mine.transact(async () => {
        const before = await mine.count();
        await meanwhile(() => other.open('eve'));
        return (await mine.count()) !== before;
      }),
  },
  {
    name: 'Lost update',
    log: ['Mine', 'Other', 'Begun'],
    async provoke(mine, other, meanwhile) {
      await mine.transact(async () => {
        await mine.add('ann', 1);
        await meanwhile(() => other.add('ann', 1));
      });
      return (await mine.cents('ann')) !== 102;
    },
  },
  {
    name: 'Write skew',
    log: ['Mine', 'Other', 'Begun'],
    async provoke(mine, other, meanwhile) {
      await mine.transact(async () => {
        const sum = await mine.sum();
        await meanwhile(() => other.add('bob', -150));
        await mine.add('ann', sum >= 150 ? -150 : 1);
      });
      return (await mine.sum()) < 0;
    },
  },
  {
    name: 'Write skew by a phantom',
    log: ['Mine', 'Other', 'Begun'],
    async provoke(mine, other, meanwhile) {
      await mine.transact(async () => {
        const isRoom = (await mine.count()) < 3;
        await meanwhile(() => other.open('eve'));
        if (isRoom) await mine.open('joe');
        else await mine.add('ann', 1);
      });
      return (await mine.count()) > 3;
    },
  },
  {
    name: 'Read-only anomaly',
    log: ['Mine', 'Other', 'Begun'],
    async provoke(mine, other, meanwhile) {
      let [reported, fee] = [0, 0];
      await mine.transact(async () => {
        const isEnough = (await mine.sum()) >= 210;
        await meanwhile(() => other.add('bob', 20));
        // It only reads, and sees what the fee below knows nothing of.
        reported ||= await other.transact(() => other.sum());
        fee = isEnough ? 0 : 1;
        await mine.add('ann', -210 - fee);
      });
      // One after another: when the fee was taken, the deposit came later, and nobody has seen it without the fee.
      return reported === 220 && fee === 1;
    },
  },
];

/** Provokes an anomaly, and tells whether it came to it. */
async function isPossible(anomaly: Anomaly, isolation: Isolation): Promise<boolean> {
  const repository = emptyRepository();
  const ws = await openWorkspace(repository);
  const Account = ws.register(AccountModel);
  for (const owner of ['ann', 'bob']) await new Account({ owner, cents: 100 }).save();
  await ws.commit({ message: 'Begun' });
  // A workspace of its own, because what runs within a transaction of the same one would be a part of it.
  const other = new Teller(await ws.on('main'), isolation, 'Other');
  let isFirst = true;
  const meanwhile: Meanwhile = async (fn) => {
    if (isFirst) await other.transact(fn);
    isFirst = false;
  };
  const occurred = await anomaly.provoke(new Teller(ws, isolation, 'Mine'), other, meanwhile);
  expectLog(repository, anomaly.log);
  return occurred;
}

/** What the guide says of each anomaly: whether it is possible, by isolation. */
function documented(): Map<string, readonly string[]> {
  const page = readFileSync(path.join(__dirname, '../../../docs/transactions.md'), 'utf8');
  const rows = page.matchAll(/^\| ([A-Z][^|]*?) +\| [^|]+ \| (possible|never) +\| (possible|never) +\|$/gm);
  return new Map(Array.from(rows, ([, name = '', ...cells]) => [name, cells]));
}

describe('What may go wrong between transactions', () => {
  it.each(ANOMALIES)('is what the guide says: $name', async (anomaly) => {
    const found: string[] = [];
    for (const isolation of ['snapshot', 'serializable'] as const) {
      found.push((await isPossible(anomaly, isolation)) ? 'possible' : 'never');
    }
    expect(found).toEqual(documented().get(anomaly.name));
  });

  it('is all in the guide, and nothing else', () => {
    expect([...documented().keys()].sort()).toEqual(ANOMALIES.map(({ name }) => name).sort());
  });
});
