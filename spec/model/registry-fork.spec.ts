import { GitModel, IntegerField, RelatedField, SlugField } from 'gitmodel';
import type { Related } from 'gitmodel';
import { bindingOf } from '../../lib/model/binding';
import type { RecordStore } from '../../lib/model/record/record-store';
import { ModelRegistry } from '../../lib/model/registry';
import { errorOf } from '../support/error-of';
import { NoteModel, PageModel } from '../support/sample-models';

class TeamModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
}

class PlayerModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @IntegerField() number!: number;
  @RelatedField(TeamModel, { onDelete: 'cascade' }) team!: Related<TeamModel>;
}

/** Two stores that nothing is asked of. */
function stores(): [RecordStore, RecordStore] {
  return [{} as RecordStore, {} as RecordStore];
}

describe('A fork of a registry', () => {
  it('has the same models, bound to its own store, without compiling them again', () => {
    const [store, other] = stores();
    const registry = new ModelRegistry(store);
    const Page = registry.register(PageModel, 'Leaf');
    const fork = registry.fork(other);
    const Forked = fork.register(PageModel);

    expect(Forked).not.toBe(Page);
    expect(fork.models).toEqual({ Leaf: Forked });
    expect([bindingOf(Page, '').store, bindingOf(Forked, '').store]).toEqual([store, other]);
    expect(bindingOf(Page, '').store).not.toBe(bindingOf(Forked, '').store);
    expect(bindingOf(Forked, '').schema).toBe(bindingOf(Page, '').schema);
  });

  it('takes a bound class of the other one for its own', () => {
    const [store, other] = stores();
    const registry = new ModelRegistry(store);
    const Page = registry.register(PageModel);
    const fork = registry.fork(other);

    expect(fork.register(Page)).toBe(fork.models.Page);
    expect(registry.register(fork.register(Page))).toBe(Page);
  });

  it('finds its own classes behind relations', () => {
    const [store, other] = stores();
    const registry = new ModelRegistry(store);
    registry.register(PlayerModel);
    registry.register(TeamModel);
    const fork = registry.fork(other);
    const Team = fork.register(TeamModel);

    expect(
      bindingOf(Team, '')
        .referrers()
        .map(({ model }) => model),
    ).toEqual([fork.register(PlayerModel)]);
    expect(bindingOf(Team, '').context.resolveModel(TeamModel)).toBe(Team);
  });

  it('does not share what is registered later', async () => {
    const [store, other] = stores();
    const registry = new ModelRegistry(store);
    const fork = registry.fork(other);
    registry.register(PageModel);
    fork.register(NoteModel);

    expect([Object.keys(registry.models), Object.keys(fork.models)]).toEqual([['Page'], ['Note']]);
    fork.register(PageModel, 'Note2');
    expect(await errorOf(() => fork.register(PageModel, 'Page'))).toMatchObject({ code: 'INVALID_MODEL' });
  });
});
