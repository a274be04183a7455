import { CharField, GitModel, IntegerField, Model, SlugField } from 'gitmodel';
import type { ModelOptions } from 'gitmodel';
import { z } from 'zod';
import { errorOf } from '../support/error-of';
import { openWorkspace } from '../support/workspaces';

async function openStays(
  schema: NonNullable<ModelOptions['schema']>,
  counts: { cleaned: number } = { cleaned: 0 },
) {
  @Model({ name: 'Stay', schema })
  class StayModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @IntegerField() from!: number;
    @IntegerField() to!: number;
    @CharField({ required: false, schema: z.string().max(10) }) note!: string;

    override clean(): void {
      counts.cleaned++;
    }
  }
  const ws = await openWorkspace();
  return { ws, Stay: ws.register(StayModel) };
}

describe('The schema of a model', () => {
  it('checks the record as a whole; its issues have their paths', async () => {
    const { ws, Stay } = await openStays(
      z
        .object({ from: z.number(), to: z.number(), note: z.string() })
        .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must be after "from"' })
        .refine(({ note }) => note !== 'bad', { message: 'must be good' }),
    );

    expect(await errorOf(() => new Stay({ slug: 'a', from: 2, to: 1, note: 'bad' }).save())).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [
        { path: 'to', code: 'schema', message: 'must be after "from"', value: 1 },
        { path: '', code: 'schema', message: 'must be good' },
      ],
    });
    expect(await ws.hasChanges()).toBe(false);
    await new Stay({ slug: 'a', from: 1, to: 2 }).save();
  });

  it('gives values that take the place of the record’s', async () => {
    const { Stay } = await openStays(
      z
        .object({ note: z.string().trim(), from: z.number(), other: z.number().optional() })
        .transform(({ note, from }) => ({ note: note.toUpperCase(), to: from + 1, other: 5 })),
    );
    const stay = new Stay({ slug: 'a', from: 1, to: 9, note: ' hello ' });
    await stay.save();

    expect(stay).toMatchObject({ from: 1, to: 2, note: 'HELLO' });
    expect(stay).not.toHaveProperty('other');
    expect(await Stay.get('a')).toMatchObject({ to: 2, note: 'HELLO' });
  });

  it('gives values that have to be valid', async () => {
    const { ws, Stay } = await openStays(
      z.object({}).transform(() => ({ to: 'nine', note: 'much too long for it' })),
    );

    expect(await errorOf(() => new Stay({ slug: 'a', from: 1, to: 9 }).save())).toMatchObject({
      issues: [
        { path: 'to', code: 'invalid_type', value: 'nine' },
        { path: 'note', code: 'schema' },
      ],
    });
    expect(await ws.hasChanges()).toBe(false);
  });

  it('may be asynchronous', async () => {
    const { Stay } = await openStays(
      z.object({ from: z.number() }).refine(async ({ from }) => Promise.resolve(from > 0), {
        path: ['from'],
        message: 'must be free',
      }),
    );

    expect(await errorOf(() => new Stay({ slug: 'a', from: 0, to: 1 }).save())).toMatchObject({
      issues: [{ path: 'from', code: 'schema', message: 'must be free' }],
    });
    await new Stay({ slug: 'a', from: 1, to: 1 }).save();
  });

  it('comes after the fields, their own schemas included, and before clean()', async () => {
    let asked = 0;
    const counts = { cleaned: 0 };
    const schema = z.object({ from: z.number() }).refine(({ from }) => {
      asked++;
      return from > 0;
    });
    const { Stay } = await openStays(schema, counts);
    await errorOf(() => new Stay({ slug: 'a', from: 1, to: 2, note: 'much too long for it' }).save());
    expect([asked, counts.cleaned]).toEqual([0, 0]);
    await errorOf(() => new Stay({ slug: 'a', from: 0, to: 2 }).save());
    expect([asked, counts.cleaned]).toEqual([1, 0]);
    await new Stay({ slug: 'a', from: 1, to: 2 }).save();
    expect([asked, counts.cleaned]).toEqual([2, 1]);
  });

  it('is inherited, unless a class has its own', async () => {
    @Model({ abstract: true, schema: z.object({ title: z.string().min(3) }) })
    abstract class Base extends GitModel {
      @CharField() title!: string;
    }
    @Model({ name: 'Child' })
    class ChildModel extends Base {}
    @Model({ name: 'Other', schema: z.object({ title: z.string().max(3) }) })
    class OtherModel extends Base {}
    const ws = await openWorkspace();
    const [Child, Other] = [ws.register(ChildModel), ws.register(OtherModel)];

    expect(await errorOf(() => new Child({ title: 'A' }).fullClean())).toMatchObject({
      issues: [{ path: 'title' }],
    });
    await new Other({ title: 'A' }).fullClean();
    expect(await errorOf(() => new Other({ title: 'Long' }).fullClean())).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});
