import {
  CharField,
  CharFieldType,
  FieldType,
  GitModel,
  IntegerFieldType,
  JSONFieldType,
  ListField,
  ListFieldType,
  UUIDFieldType,
} from 'gitmodel';
import type { JsonValue, RecordContext } from 'gitmodel';
import * as v from 'valibot';
import { z } from 'zod';
import { errorOf } from '../../support/error-of';
import { issuesOf, itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';
import { openWorkspace } from '../../support/workspaces';

describe('A ListField', () => {
  const field = new ListFieldType<string>(new CharFieldType({ maxLength: 3 }));

  itCleans(field, [
    [[], []],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    ['a', 'invalid_type'],
    [new Set(['a']), 'invalid_type'],
    [{ length: 0 }, 'invalid_type'],
    [[''], 'required'],
    [[null], 'required'],
    [Array(1), 'required'],
  ]);

  itStores(field, [
    [[], []],
    [['a'], ['a']],
  ]);

  itReads(field, [[null, []]]);

  itCannotRead(field, [
    ['a', 'invalid_type'],
    [{}, 'invalid_type'],
    [['a', 5], 'invalid_type'],
  ]);

  it('tells of everything that is wrong with its items, and where', () => {
    expect(issuesOf(() => field.clean(['a', 5, 'b', 'long']))).toEqual([
      ['invalid_type', [1]],
      ['too_long', [3]],
    ]);
    expect(issuesOf(() => field.deserialize([1, 'a', 2]))).toEqual([
      ['invalid_type', [0]],
      ['invalid_type', [2]],
    ]);
  });

  it('tells the whole path in lists of lists and of JSON', () => {
    const deep = new ListFieldType(new ListFieldType<unknown>(new JSONFieldType()));
    expect(issuesOf(() => deep.clean([[], [1, { a: NaN }], [null]]))).toEqual([
      ['invalid_json', [1, 1, 'a']],
      ['required', [2, 0]],
    ]);
  });

  it('is a copy of what was assigned', () => {
    const assigned = ['a'];
    const clean = field.clean(assigned);
    assigned.push('b');
    expect(clean).toEqual(['a']);
  });

  it('is a copy where it is stored, and where it was read', () => {
    const value = ['a'];
    const stored = field.serialize(value) as string[];
    const read = field.deserialize(stored) as string[];
    value.push('b');
    read.push('c');
    expect(stored).toEqual(['a']);
  });

  it('begins as an empty list, another one each time', () => {
    expect(field.initialValue()).toEqual([]);
    expect(field.initialValue()).not.toBe(field.initialValue());
  });

  it('begins as a copy of its default', () => {
    const initial = [{ a: 1 }];
    const made = new ListFieldType<unknown>(new JSONFieldType(), { default: initial }).initialValue();
    (made as typeof initial)[0] = { a: 2 };
    (made as typeof initial).push({ a: 3 });
    expect(initial).toEqual([{ a: 1 }]);
  });

  it('cleans its items', () => {
    const uuids = new ListFieldType<string>(new UUIDFieldType());
    expect(uuids.clean(['01234567-89AB-cdef-0123-456789abcdef'])).toEqual([
      '0123456789abcdef0123456789abcdef',
    ]);
  });

  it('has null among its items when their field has', () => {
    const gaps = new ListFieldType<number | null>(new IntegerFieldType({ nullable: true }));
    expect(gaps.clean([1, null])).toEqual([1, null]);
    expect(gaps.deserialize(gaps.serialize([1, null]))).toEqual([1, null]);
  });

  it('keeps the messages of its items from its own', () => {
    const own = new ListFieldType<string>(
      new CharFieldType({ errorMessages: { too_long: 'a short tag' }, maxLength: 1 }),
      {
        errorMessages: { required: 'give tags', too_long: 'fewer tags' },
        maxLength: 1,
      },
    );
    expect(() => own.clean(undefined)).toThrow('give tags');
    expect(() => own.clean(['a', 'b'])).toThrow('fewer tags');
    expect(() => own.clean([''])).toThrow('is required');
    expect(() => own.clean(['ab'])).toThrow('a short tag');
  });
});

describe('A ListField that is optional or may be null', () => {
  itCleans(new ListFieldType<string>(new CharFieldType(), { required: false }), [[undefined, []]]);
  itCleans(new ListFieldType<string>(new CharFieldType(), { nullable: true }), [
    [null, null],
    [[], []],
  ]);
  itStores(new ListFieldType<string>(new CharFieldType(), { nullable: true }), [[null, null]]);
});

describe('The length of a ListField', () => {
  const field = new ListFieldType<string>(new CharFieldType(), { minLength: 1, maxLength: 2 });

  itRefuses(field, [
    [[], 'too_short'],
    [['a', 'b', 'c'], 'too_long'],
  ]);

  itReads(field, [[[], []]]);

  it('makes sense', async () => {
    const options = { minLength: 2, maxLength: 1 };
    expect(await errorOf(() => new ListFieldType<string>(new CharFieldType(), options))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'minLength must not be above maxLength.',
    });
  });
});

describe('The schema of a ListField', () => {
  const trimmed = new CharFieldType({ schema: z.string().trim().min(1) });

  it('refines each item by its own, and then the list by its own', () => {
    const field = new ListFieldType<string>(trimmed, {
      schema: v.pipe(
        v.array(v.string()),
        v.transform((tags) => [...tags].sort()),
      ),
    });
    expect(field.refine([' b', 'a '])).toEqual(['a', 'b']);
  });

  it('gives the same list when nothing changes', () => {
    const list = ['a', 'b'];
    expect(new ListFieldType<string>(trimmed).refine(list)).toBe(list);
  });

  it('may be asynchronous', async () => {
    const known = v.pipeAsync(
      v.string(),
      v.checkAsync((tag) => Promise.resolve(tag !== 'x'), 'is not known'),
    );
    const field = new ListFieldType<string>(new CharFieldType({ schema: known }));
    const list = field.refine(['a', 'b']);

    expect(list).toBeInstanceOf(Promise);
    expect(await list).toEqual(['a', 'b']);
    await expect(field.refine(['a', 'x', 'x'])).rejects.toMatchObject({
      all: [
        { code: 'schema', path: [1], message: 'is not known' },
        { code: 'schema', path: [2], message: 'is not known' },
      ],
    });
  });

  it('tells of everything that is wrong with its items', () => {
    expect(issuesOf(() => new ListFieldType<string>(trimmed).refine([' ', 'a', ' ']))).toEqual([
      ['schema', [0]],
      ['schema', [2]],
    ]);
  });
});

/** A field whose property holds something else than was assigned. */
class HeldFieldType extends FieldType<string> {
  override get isHeld(): boolean {
    return true;
  }

  override hold(value: unknown): unknown {
    return `held ${String(value)}`;
  }

  protected coerce(value: unknown): string {
    return String(value);
  }

  protected toStored(value: string): JsonValue {
    return value;
  }
}

describe('A ListField of values that are held', () => {
  const context = {} as RecordContext;

  it('holds each item', () => {
    const field = new ListFieldType<string>(new HeldFieldType());
    expect(field.isHeld).toBe(true);
    expect(field.hold(['a', 'b'], context)).toEqual(['held a', 'held b']);
    expect(field.hold('a', context)).toBe('a');
  });

  it('holds no others', () => {
    const list = ['a'];
    const field = new ListFieldType<string>(new CharFieldType());
    expect(field.isHeld).toBe(false);
    expect(field.hold(list, context)).toBe(list);
  });
});

describe('The items of a ListField', () => {
  class ApartFieldType extends CharFieldType {
    override get isStoredApart(): boolean {
      return true;
    }
  }

  it.each<[CharFieldType, string]>([
    [new ApartFieldType(), 'a file of its own'],
    [new CharFieldType({ id: true }), 'id: true'],
    [new CharFieldType({ unique: true }), 'unique: true'],
    [new CharFieldType({ readonly: true }), 'readonly: true'],
    [new CharFieldType({ serialize: false }), 'serialize: false'],
    [new CharFieldType({ name: 'a' }), 'name'],
    [new CharFieldType({ default: 'a' }), 'default'],
  ])('cannot be what only a field of a record can be: %#', async (item, option) => {
    expect(await errorOf(() => new ListFieldType<string>(item))).toMatchObject({
      code: 'INVALID_MODEL',
      message: `an item of a list cannot have ${option}.`,
    });
  });

  it.each([
    ['a decorator', CharField({ maxLength: 2 })],
    ['a field', new CharFieldType({ maxLength: 2 })],
    ['the class of a field', CharFieldType],
  ])('are given as %s', async (_name, item) => {
    class Tagged extends GitModel {
      @ListField<string>(item) tags!: string[];
    }
    const Bound = (await openWorkspace()).register(Tagged);
    const tagged = new Bound({ tags: ['a', 'b'] });
    await tagged.save();

    expect((await Bound.get(tagged.id)).tags).toEqual(['a', 'b']);
  });

  it.each([[CharField], [undefined], ['CharField'], [String]])('cannot be given as %p', async (item) => {
    class Tagged extends GitModel {
      @ListField(item as never) tags!: never[];
    }
    const ws = await openWorkspace();

    expect(await errorOf(() => ws.register(Tagged))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'Tagged.tags cannot be a field: its items must be given as a field: ListField(CharField()).',
    });
  });
});
