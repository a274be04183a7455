import fc from 'fast-check';
import { CharField, GitModel, IntegerField, ListField, Model, SlugField } from 'gitmodel';
import type { BoundModel, Workspace } from 'gitmodel';
import { git } from '../../support/temporary-repository';
import { emptyRepository, openWorkspace, stateCommits } from '../../support/workspaces';

@Model({ name: 'Tally' })
class TallyModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @IntegerField({ default: 0, merge: 'counter' }) count!: number;
  @IntegerField({ default: 0, merge: 'max' }) highest!: number;
  @ListField(CharField(), { merge: 'set', default: [] }) seen!: string[];
  @CharField({ required: false, merge: 'ours' }) last!: string;
}

const BRANCHES = ['main', 'draft', 'trial'] as const;

/** Something that is done on a branch: a change of a record, or a merge of another branch. */
type Step =
  | { readonly on: string; readonly add: number; readonly name: string }
  | { readonly on: string; readonly from: string };

const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      on: fc.constantFrom(...BRANCHES),
      add: fc.integer({ min: 1, max: 9 }),
      name: fc.constantFrom('a', 'b'),
    }),
    fc
      .record({ on: fc.constantFrom(...BRANCHES), from: fc.constantFrom(...BRANCHES) })
      .filter(({ on, from }) => on !== from),
  ),
  { minLength: 4, maxLength: 14 },
);

type Tally = BoundModel<typeof TallyModel>;

async function run(ws: Workspace, Tally: Tally, step: Step, position: number): Promise<void> {
  await ws.setBranch(step.on);
  if ('from' in step) {
    expect((await ws.merge(step.from, { message: 'Merged' })).conflicts).toEqual([]);
    return;
  }
  const tally = await Tally.get(step.name);
  tally.count += step.add;
  tally.highest = Math.max(tally.highest, step.add);
  tally.seen = [...tally.seen, `step-${position}`];
  tally.last = `step-${position}`;
  await tally.save({ commit: true, message: 'Changed' });
}

describe('merging branches into one another crosswise', () => {
  it('loses nothing and counts nothing twice, whatever was merged when', async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        const path = emptyRepository();
        const ws = await openWorkspace(path);
        const Tally = ws.register(TallyModel);
        for (const name of ['a', 'b']) await new Tally({ name }).save();
        await ws.commit({ message: 'Begun' });
        for (const branch of BRANCHES.slice(1)) await ws.createBranch(branch);
        for (const [position, step] of steps.entries()) await run(ws, Tally, step, position);
        await ws.setBranch('main');
        for (const from of BRANCHES.slice(1)) await run(ws, Tally, { on: 'main', from }, 0);
        expect(await ws.merge('draft')).toMatchObject({ status: 'up-to-date' });
        for (const name of ['a', 'b']) {
          const changes = [...steps.entries()].flatMap(([position, step]) =>
            'add' in step && step.name === name ? [{ position, add: step.add }] : [],
          );
          const tally = await Tally.get(name);
          expect(tally.count).toBe(changes.reduce((sum, { add }) => sum + add, 0));
          expect(tally.highest).toBe(Math.max(0, ...changes.map(({ add }) => add)));
          expect([...tally.seen].sort()).toEqual(changes.map(({ position }) => `step-${position}`).sort());
        }
        stateCommits(path);
        await ws.close();
      }),
      { numRuns: 25 },
    );
  });

  it('merges the bases first where there are several, as git does', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Tally = ws.register(TallyModel);
    await new Tally({ name: 'a' }).save({ commit: true, message: 'Begun' });
    await ws.createBranch('draft');
    await run(ws, Tally, { on: 'main', add: 1, name: 'a' }, 1);
    await run(ws, Tally, { on: 'draft', add: 2, name: 'a' }, 2);
    const [main, draft] = [git(path, 'rev-parse', 'main'), git(path, 'rev-parse', 'draft')];
    await ws.merge('main', { message: 'Merged' });
    await ws.setBranch('main');
    await ws.merge(draft, { message: 'Merged' });
    expect(git(path, 'merge-base', '--all', 'main', 'draft').split('\n').sort()).toEqual(
      [main, draft].sort(),
    );
    await run(ws, Tally, { on: 'main', add: 4, name: 'a' }, 3);
    await run(ws, Tally, { on: 'draft', add: 8, name: 'a' }, 4);
    await run(ws, Tally, { on: 'main', from: 'draft' }, 5);
    expect((await Tally.get('a')).count).toBe(15);
    stateCommits(path);
  });
});
