/**
 * A program of its own: runs transactions on a repository, one after another, until its time is over, and prints how many
 * there were of each kind.
 *
 * Arguments: the repository, the name of the process, how long it runs in milliseconds.
 */
import { CharField, GitModel, IntegerField, ListField, Model, Workspace } from 'gitmodel';

@Model({ name: 'Tally' })
class TallyModel extends GitModel {
  @CharField({ id: true }) name!: string;
  @IntegerField({ default: 0 }) count!: number;
  @IntegerField({ default: 0, merge: 'counter' }) total!: number;
  @ListField(CharField(), { default: [] }) log!: string[];
}

const [, , repository = '', name = '', milliseconds = '0'] = process.argv;

async function main(): Promise<void> {
  await using ws = await Workspace.open(repository, { lockWaitInterval: 2 });
  const Tally = ws.register(TallyModel);
  const done = { counted: 0, withdrawn: 0 };
  const end = Date.now() + Number(milliseconds);
  for (let n = 0; Date.now() < end; n++) {
    if (n % 3 === 2) {
      // Both accounts together never go below nothing: of two who withdraw at once, one must see what the other has done.
      const { result } = await ws.transaction(
        async () => {
          const accounts = await Tally.getMany(['left', 'right']);
          const sum = accounts.reduce((all, each) => all + (each?.count ?? 0), 0);
          const account = accounts[n % 2];
          if (!account || sum < 1) return false;
          account.count -= 1;
          await account.save();
          return true;
        },
        { message: `withdraw ${name}`, isolation: 'serializable', retries: 1000 },
      );
      if (result) done.withdrawn++;
    } else {
      await ws.transaction(
        async () => {
          const tally = await Tally.get('shared');
          tally.count += 1;
          tally.total += 1;
          tally.log = [...tally.log, `${name}-${n}`];
          await tally.save();
        },
        { message: `count ${name}`, retries: 1000 },
      );
      done.counted++;
    }
  }
  process.stdout.write(JSON.stringify(done));
}

void main();
