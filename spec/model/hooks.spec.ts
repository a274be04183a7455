import {
  BlobField,
  CharField,
  GitModel,
  IntegerField,
  InvalidValue,
  Model,
  SlugField,
  ValidationError,
} from 'gitmodel';
import type { GitBlob } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { emptyRepository, expectLog, openWorkspace } from '../support/workspaces';

/** What the hooks of the models here do, beside writing down that they were called. */
interface Behaviour {
  readonly log: string[];
  /** Called by each hook with its name. */
  act: (hook: string, record: Hooked) => unknown;
}

let behaviour: Behaviour;

async function called(hook: string, record: Hooked): Promise<void> {
  behaviour.log.push(hook);
  await behaviour.act(hook, record);
}

@Model({ abstract: true })
abstract class Hooked extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @BlobField({ required: false }) image!: GitBlob | null;

  override beforeSave(): Promise<void> {
    return called('beforeSave', this);
  }

  override clean(): Promise<void> {
    return called('clean', this);
  }

  override afterSave({ commit }: { commit: string | null }): Promise<void> {
    return called(`afterSave ${commit ?? 'staged'}`, this);
  }

  override beforeDelete(): Promise<void> {
    return called('beforeDelete', this);
  }

  override afterDelete({ commit }: { commit: string | null }): Promise<void> {
    return called(`afterDelete ${commit ?? 'staged'}`, this);
  }

  override afterLoad(): Promise<void> {
    return called('afterLoad', this);
  }
}

@Model({ name: 'Page' })
class PageModel extends Hooked {}

async function openHooked() {
  const path = emptyRepository();
  const ws = await openWorkspace(path);
  return { ws, path, Page: ws.register(PageModel) };
}

/** Lets one hook throw. */
function failIn(hook: string, error: Error): void {
  behaviour.act = (each) => {
    if (each.startsWith(hook)) throw error;
  };
}

beforeEach(() => {
  behaviour = { log: [], act: () => undefined };
});

describe('The hooks of a record', () => {
  it('are called in order, and awaited', async () => {
    const { ws, Page } = await openHooked();
    behaviour.act = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      behaviour.log.push('done');
    };
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    const saved = behaviour.log.splice(0);
    await page.delete();

    expect(saved).toEqual(['beforeSave', 'done', 'clean', 'done', 'afterSave staged', 'done']);
    expect(behaviour.log).toEqual(['beforeDelete', 'done', 'afterDelete staged', 'done']);
    expect(await ws.hasChanges()).toBe(false);
  });

  it('are told the commit', async () => {
    const { path, Page } = await openHooked();
    const page = new Page({ slug: 'a', title: 'A' });
    const saved = await page.save({ commit: true, message: 'One' });
    const deleted = await page.delete({ commit: true, message: 'Two' });

    expect(behaviour.log).toEqual([
      'beforeSave',
      'clean',
      `afterSave ${saved ?? ''}`,
      'beforeDelete',
      `afterDelete ${deleted ?? ''}`,
    ]);
    expectLog(path, ['Two', 'One']);
  });

  it('are called by the class’s own delete, too', async () => {
    const { Page } = await openHooked();
    await new Page({ slug: 'a', title: 'A' }).save();
    behaviour.log.length = 0;
    await Page.delete('a');

    expect(behaviour.log).toEqual(['afterLoad', 'beforeDelete', 'afterDelete staged']);
    expect(await errorOf(() => Page.delete('a'))).toMatchObject({ code: 'DOES_NOT_EXIST' });
  });

  it('are called when a record is read, however that is', async () => {
    const { path, Page } = await openHooked();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    const reads = [
      () => Page.get('a'),
      () => Page.getOrNull('a'),
      () => Page.get('a', { at: 'main' }),
      () => Page.all().toArray(),
      () => Page.all({ at: 'main' }).first(),
    ];
    for (const read of reads) {
      behaviour.log.length = 0;
      await read();
      expect(behaviour.log).toEqual(['afterLoad']);
    }
    behaviour.log.length = 0;
    await Page.getOrNull('b');
    await Page.all().count();
    expect(behaviour.log).toEqual([]);
    expectLog(path, ['One']);
  });

  it('may set values before they are checked', async () => {
    const { ws, Page } = await openHooked();
    behaviour.act = (hook, record) => {
      if (hook === 'beforeSave') record.title = record.title.trim();
      if (hook === 'clean') record.set({ image: `Image of ${record.title}` });
    };
    const page = new Page({ slug: 'a', title: '  A ' });
    await page.save();
    expect(page.title).toBe('A');
    expect(await (await Page.get('a')).image?.text()).toBe('Image of A');
    const tree = await ws.index.writeTree();
    page.title = '   ';

    expect(await errorOf(() => page.save())).toMatchObject({ issues: [{ path: 'title', code: 'required' }] });
    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('may set values in clean(), which are checked too', async () => {
    const { ws, Page } = await openHooked();
    behaviour.act = (hook, record) => {
      if (hook === 'clean') record.title = 5 as never;
    };

    expect(await errorOf(() => new Page({ slug: 'a', title: 'A' }).save())).toMatchObject({
      issues: [{ path: 'title', code: 'invalid_type' }],
    });
    expect(await ws.hasChanges()).toBe(false);
  });
});

describe('An error in a hook', () => {
  it.each(['beforeSave', 'clean'])('keeps the record from being saved: %s', async (hook) => {
    const { ws, Page } = await openHooked();
    const page = new Page({ slug: 'a', title: 'A', image: 'I' });
    failIn(hook, new Error('Not now'));

    await expect(page.save()).rejects.toThrow('Not now');
    await expect(page.save({ commit: true })).rejects.toThrow('Not now');
    expect(await ws.hasChanges()).toBe(false);
    expect(page.isNew).toBe(true);
  });

  it('keeps the record from being deleted: beforeDelete', async () => {
    const { ws, Page } = await openHooked();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    const tree = await ws.index.writeTree();
    failIn('beforeDelete', new Error('Not now'));

    await expect(page.delete()).rejects.toThrow('Not now');
    await expect(Page.delete('a')).rejects.toThrow('Not now');
    expect(await ws.index.writeTree()).toBe(tree);
    expect(page.isNew).toBe(false);
  });

  it('comes too late in afterSave and afterDelete: what was done stays done', async () => {
    const { ws, Page } = await openHooked();
    const page = new Page({ slug: 'a', title: 'A' });
    failIn('after', new Error('Too late'));

    await expect(page.save()).rejects.toThrow('Too late');
    expect(page.isNew).toBe(false);
    expect((await ws.index.entry('page/a/data.json'))?.oid).toBe(page.oid);
    await expect(page.delete()).rejects.toThrow('Too late');
    expect(await ws.hasChanges()).toBe(false);
  });

  it('takes everything back within commitOnSuccess', async () => {
    const { path, ws, Page } = await openHooked();
    const page = new Page({ slug: 'a', title: 'A' });
    failIn('afterSave', new Error('Stop'));

    await expect(ws.commitOnSuccess(() => page.save())).rejects.toThrow('Stop');
    expect(await ws.hasChanges()).toBe(false);
    expect(page.isNew).toBe(true);
    expectLog(path, []);
  });

  it('in afterLoad is thrown by whoever reads', async () => {
    const { Page } = await openHooked();
    await new Page({ slug: 'a', title: 'A' }).save();
    failIn('afterLoad', new Error('Unreadable'));

    await expect(Page.get('a')).rejects.toThrow('Unreadable');
    await expect(Page.all().toArray()).rejects.toThrow('Unreadable');
    await expect(Page.all({ onInvalid: () => undefined }).toArray()).rejects.toThrow('Unreadable');
    expect(await Page.all().count()).toBe(1);
  });
});

describe('clean()', () => {
  it.each<readonly [string, () => Error, readonly object[]]>([
    [
      'an InvalidValue',
      () => new InvalidValue('too_dull', 'is dull'),
      [{ path: '', code: 'too_dull', message: 'is dull' }],
    ],
    [
      'one with a path',
      () => new InvalidValue('too_dull', 'is dull', ['title']),
      [{ path: 'title', code: 'too_dull', value: 'A' }],
    ],
    [
      'several',
      () =>
        InvalidValue.several([
          new InvalidValue('a', 'is a', ['title']),
          new InvalidValue('b', 'is b', ['slug', 0]),
        ]),
      [
        { path: 'title', code: 'a' },
        { path: 'slug.0', code: 'b', value: undefined },
      ],
    ],
    [
      'a ValidationError',
      () => new ValidationError('Page', [{ path: 'x', code: 'own', message: 'is own', value: 1 }]),
      [{ path: 'x', code: 'own', value: 1 }],
    ],
  ])('may throw %s', async (_what, make, issues) => {
    const { ws, Page } = await openHooked();
    failIn('clean', make());
    const page = new Page({ slug: 'a', title: 'A' });

    for (const use of [() => page.save(), () => page.fullClean()]) {
      expect(await errorOf(use)).toMatchObject({
        code: 'VALIDATION_FAILED',
        details: { model: 'Page' },
        issues,
      });
    }
    expect(await ws.hasChanges()).toBe(false);
  });

  it('may be synchronous', async () => {
    @Model({ name: 'Range' })
    class RangeModel extends GitModel {
      @IntegerField() from!: number;
      @IntegerField() to!: number;

      override clean(): void {
        if (this.from > this.to) throw new InvalidValue('invalid_range', 'must not be below "from"', ['to']);
      }
    }
    const Range = (await openWorkspace()).register(RangeModel);

    expect(await errorOf(() => new Range({ from: 2, to: 1 }).save())).toMatchObject({
      issues: [{ path: 'to', code: 'invalid_range', value: 1 }],
    });
    await new Range({ from: 1, to: 2 }).save();
  });

  it('is called after the fields have been cleaned, and not when one of them is not valid', async () => {
    const { Page } = await openHooked();
    await errorOf(() => new Page({ slug: 'a' }).fullClean());

    expect(behaviour.log).toEqual([]);
  });
});

describe('A hook that saves other records', () => {
  it.each(['beforeSave', 'clean', 'afterSave', 'beforeDelete', 'afterDelete'])(
    'does not wait for itself, in or out of commitOnSuccess: %s',
    async (hook) => {
      const { path, ws, Page } = await openHooked();
      let others = 0;
      behaviour.act = async (each, record) => {
        if (each.startsWith(hook) && record.slug === 'a') {
          await new Page({ slug: `other-${++others}`, title: 'Other' }).save();
        }
      };
      const use = async (): Promise<void> => {
        const page = new Page({ slug: 'a', title: 'A' });
        await page.save();
        await page.delete();
      };
      await use();
      expect(await Page.getOrNull('other-1')).not.toBeNull();
      await ws.commit({ message: 'Rest' });
      await ws.commitOnSuccess(use, { message: 'Both' });

      expect(await Page.getOrNull('other-2')).toMatchObject({ title: 'Other' });
      expectLog(path, ['Both', 'Rest']);
    },
  );

  it('may save the record itself once more, when it says when to stop', async () => {
    const { Page } = await openHooked();
    behaviour.act = async (hook, record) => {
      if (hook.startsWith('afterSave') && record.title.length < 4) {
        record.title += '!';
        await record.save();
      }
    };
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();

    expect(await Page.get('a')).toMatchObject({ title: 'A!!!', oid: page.oid });
  });

  it('may save what it has loaded', async () => {
    const { path, ws, Page } = await openHooked();
    for (const slug of ['a', 'b', 'c']) await new Page({ slug, title: slug }).save();
    await ws.commit({ message: 'Three' });
    behaviour.act = async (hook, record) => {
      if (hook !== 'afterLoad') return;
      record.title = `${record.slug} was read`;
      await record.save();
    };

    expect((await Page.all().toArray()).map(({ title }) => title)).toEqual([
      'a was read',
      'b was read',
      'c was read',
    ]);
    behaviour.act = () => undefined;
    expect(await Page.get('b')).toMatchObject({ title: 'b was read' });
    expectLog(path, ['Three']);
  });
});

describe('Hooks of a parent', () => {
  it('are inherited, and can be extended', async () => {
    @Model({ name: 'Story' })
    class StoryModel extends Hooked {
      override async beforeSave(): Promise<void> {
        await super.beforeSave();
        this.title += '.';
      }
    }
    const Story = (await openWorkspace()).register(StoryModel);
    const story = new Story({ slug: 'a', title: 'A' });
    await story.save();

    expect(behaviour.log).toEqual(['beforeSave', 'clean', 'afterSave staged']);
    expect(await Story.get('a')).toMatchObject({ title: 'A.' });
  });
});
