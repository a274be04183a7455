import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CharField, GitModel, IntegerField, SlugField, UUIDField, ValidationError } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { openWorkspace, valuesOf } from '../../support/workspaces';

class Account extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() owner!: string;
  @IntegerField() balance!: number;
  @UUIDField({ required: false }) token!: string | null;
}

const DASHED = '01234567-89AB-cdef-0123-456789abcdef';

describe('fullClean', () => {
  it('replaces every value by the clean one', async () => {
    const Bound = (await openWorkspace()).register(Account);
    const account = new Bound({ slug: 'a', owner: 'Ann', balance: -0, token: DASHED });
    await account.fullClean();

    expect(valuesOf(account)).toEqual({
      slug: 'a',
      owner: 'Ann',
      balance: 0,
      token: DASHED.replaceAll('-', '').toLowerCase(),
    });
  });

  it('tells all that is wrong at once, in the order of the fields', async () => {
    const Bound = (await openWorkspace()).register(Account);
    const account = new Bound({ slug: 'not a slug', balance: 1.5, token: 'x' });
    const error = await errorOf(() => account.fullClean());

    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({
      code: 'VALIDATION_FAILED',
      message:
        'Account is not valid: slug: must contain only letters, digits, underscores and dashes; ' +
        'owner: is required; balance: must be a whole number; ' +
        'token: must be a UUID: 32 hexadecimal digits, with or without dashes.',
      details: { model: 'Account', issues: (error as { issues?: unknown }).issues },
    });
    expect(error.details.issues).toEqual([
      {
        path: 'slug',
        code: 'invalid_slug',
        message: 'must contain only letters, digits, underscores and dashes',
        value: 'not a slug',
      },
      { path: 'owner', code: 'required', message: 'is required', value: undefined },
      { path: 'balance', code: 'invalid_integer', message: 'must be a whole number', value: 1.5 },
      {
        path: 'token',
        code: 'invalid_uuid',
        message: 'must be a UUID: 32 hexadecimal digits, with or without dashes',
        value: 'x',
      },
    ]);
  });

  it('changes no value when one of them is wrong', async () => {
    const Bound = (await openWorkspace()).register(Account);
    const account = new Bound({ slug: 'a', owner: '', balance: -0, token: DASHED });
    const before = valuesOf(account);
    await errorOf(() => account.fullClean());

    expect(valuesOf(account)).toEqual(before);
    expect(Object.is(account.balance, -0)).toBe(true);
  });

  it('fails with what a rule throws that is no verdict, and leaves nothing unhandled', async () => {
    const failing: StandardSchemaV1<unknown, string> = {
      '~standard': { version: 1, vendor: 'spec', validate: () => nextTurn().then(fail('unreachable')) },
    };
    class Strange extends GitModel {
      @CharField({ schema: failing }) slow!: string;
      @CharField({ validators: fail('broken') }) broken!: string;
    }
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    try {
      const record = new ((await openWorkspace()).register(Strange))({ slow: 'a', broken: 'b' });
      await expect(record.fullClean()).rejects.toThrow('broken');
      await nextTurn();
      await nextTurn();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
    expect(unhandled).not.toHaveBeenCalled();
  });
});

function fail(message: string): () => never {
  return () => {
    throw new TypeError(message);
  };
}

describe('A record that is not valid', () => {
  it('is not staged, and is none the wiser', async () => {
    const ws = await openWorkspace();
    const Bound = ws.register(Account);
    const account = new Bound({ slug: 'a', owner: 'Ann', balance: NaN });

    expect(await errorOf(() => account.save())).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await ws.hasChanges()).toBe(false);
    expect(account.oid).toBeNull();
    account.balance = 1;
    await account.save();
    expect(await Bound.get('a')).toMatchObject({ balance: 1 });
  });

  it('leaves the stored one as it was', async () => {
    const ws = await openWorkspace();
    const Bound = ws.register(Account);
    const account = new Bound({ slug: 'a', owner: 'Ann', balance: 1 });
    await account.save();
    const { oid } = account;
    account.owner = '';

    expect(await errorOf(() => account.save())).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(account).toMatchObject({ oid, owner: '' });
    expect(await Bound.get('a')).toMatchObject({ owner: 'Ann' });
  });

  it('is refused when its id is missing', async () => {
    const Bound = (await openWorkspace()).register(Account);
    const account = new Bound({ owner: 'Ann', balance: 1 });

    expect(await errorOf(() => account.save())).toMatchObject({
      issues: [{ path: 'slug', code: 'required' }],
    });
    expect(await errorOf(() => account.getDataPath())).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'undefined cannot be an id; give a string, or a whole number.',
      details: { option: 'id', value: undefined },
    });
  });
});

describe('A model that checks its records as a whole', () => {
  class Range extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @IntegerField() from!: number;
    @IntegerField() to!: number;

    override clean(): void {
      if (this.from > this.to) {
        throw new ValidationError('Range', [
          { path: '', code: 'reversed', message: 'it ends before it begins', value: undefined },
        ]);
      }
    }
  }

  it('sees clean values only', async () => {
    const seen: unknown[] = [];
    class Seeing extends Range {
      override clean(): void {
        seen.push(Object.is(this.from, 0));
      }
    }
    const Bound = (await openWorkspace()).register(Seeing);
    await new Bound({ slug: 'a', from: -0, to: 1 }).save();
    await errorOf(() => new Bound({ slug: 'a', from: 0.5, to: 1 }).save());

    expect(seen).toEqual([true]);
  });

  it('can refuse them, and nothing is staged then', async () => {
    const ws = await openWorkspace();
    const Bound = ws.register(Range);

    expect(await errorOf(() => new Bound({ slug: 'a', from: 2, to: 1 }).save())).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'Range is not valid: it ends before it begins.',
    });
    expect(await ws.hasChanges()).toBe(false);
  });

  it.each([false, true])('can set values, which have to be valid too; with a wait: %p', async (waits) => {
    class Titled extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField({ required: false }) title!: string;

      override clean(): void | Promise<void> {
        this.title ||= this.slug === 'bad' ? (5 as never) : `About ${this.slug}`;
        return waits ? Promise.resolve() : undefined;
      }
    }
    const Bound = (await openWorkspace()).register(Titled);
    await new Bound({ slug: 'cats' }).save();

    expect(await Bound.get('cats')).toMatchObject({ title: 'About cats' });
    expect(await errorOf(() => new Bound({ slug: 'bad' }).save())).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ path: 'title', code: 'invalid_type', value: 5 }],
    });
    expect(await errorOf(() => new Bound({ slug: 'bad' }).fullClean())).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(await Bound.getOrNull('bad')).toBeNull();
  });

  it('may take its time, and look at other records', async () => {
    class Unique extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField() title!: string;

      override async clean(): Promise<void> {
        const all = (this.constructor as unknown as typeof Bound).all();
        for await (const other of all) {
          if (other.title === this.title && other.slug !== this.slug) throw new RangeError('Not unique');
        }
      }
    }
    const Bound = (await openWorkspace()).register(Unique);
    await new Bound({ slug: 'a', title: 'A' }).save();

    await expect(new Bound({ slug: 'b', title: 'A' }).save()).rejects.toThrow(new RangeError('Not unique'));
    await new Bound({ slug: 'b', title: 'B' }).save();
    expect(await Bound.all().count()).toBe(2);
  });
});
