import {
  CharField,
  CharFieldType,
  DateFieldType,
  fieldDecorator,
  FieldType,
  GitModel,
  IntegerFieldType,
  InvalidValue,
  JSONFieldType,
  ModelDefinitionError,
  SlugField,
  SlugFieldType,
  Temporal,
  UUIDFieldType,
} from 'gitmodel';
import type { FieldOptions, JsonValue, Validator } from 'gitmodel';
import * as v from 'valibot';
import { z } from 'zod';
import { errorOf } from '../../support/error-of';
import { issuesOf, itCleans, itReads, itRefuses, itStores, ruleBrokenBy } from '../../support/field-cases';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

const DASHED = '01234567-89ab-cdef-0123-456789abcdef';

describe('A required field', () => {
  const field = new IntegerFieldType();

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
  ]);

  // It has been optional, perhaps.
  itReads(field, [[null, null]]);

  it('has no value of its own', () => {
    expect(field.initialValue()).toBeUndefined();
  });
});

describe('An optional field', () => {
  const field = new IntegerFieldType({ required: false });

  itCleans(field, [
    [undefined, null],
    [null, null],
  ]);

  it('begins without a value', () => {
    expect(field.initialValue()).toBeNull();
  });
});

describe('A field that may be null', () => {
  const required = new CharFieldType({ nullable: true });
  const optional = new CharFieldType({ nullable: true, required: false });

  itCleans(required, [[null, null]]);

  itRefuses(required, [
    [undefined, 'required'],
    ['', 'required'],
  ]);

  itCleans(optional, [
    [undefined, null],
    ['', ''],
  ]);

  itStores(optional, [
    [null, null],
    ['', ''],
  ]);

  it('begins as null only when it is optional', () => {
    expect([required.initialValue(), optional.initialValue()]).toEqual([undefined, null]);
  });

  it('does not ask rules and schemas about null', () => {
    const never = () => {
      throw new Error('It was asked.');
    };
    const field = new CharFieldType({
      nullable: true,
      choices: ['a'],
      validators: never,
      schema: z.string().transform(never),
    });
    expect(field.refine(field.clean(null))).toBeNull();
  });
});

describe('The default of a field', () => {
  it('can be a value', () => {
    expect(new CharFieldType({ default: 'a' }).initialValue()).toBe('a');
  });

  it('can be a function, which is called for each new record', () => {
    let calls = 0;
    const field = new CharFieldType({ default: () => `call ${++calls}` });

    expect([field.initialValue(), field.initialValue()]).toEqual(['call 1', 'call 2']);
  });

  it('takes the place of the empty value of an optional field', () => {
    expect(new CharFieldType({ required: false, default: 'a' }).initialValue()).toBe('a');
  });

  it('can be null where the value can', () => {
    expect(new CharFieldType({ nullable: true, default: null }).initialValue()).toBeNull();
    expect(new CharFieldType({ required: false, default: null }).initialValue()).toBe('');
    expect(new CharFieldType({ default: null }).initialValue()).toBeUndefined();
  });

  it('can be false, 0 or an empty text', () => {
    expect(new IntegerFieldType({ default: 0 }).initialValue()).toBe(0);
    expect(new CharFieldType({ nullable: true, default: '' }).initialValue()).toBe('');
  });

  it('is not used for a value that is missing when the record is saved', () => {
    expect(() => new CharFieldType({ default: 'a' }).clean(undefined)).toThrow('is required');
  });
});

describe('A field', () => {
  it('tells what its options say', () => {
    expect(new CharFieldType()).toMatchObject({
      required: true,
      nullable: false,
      readonly: false,
      unique: false,
      isSerialized: true,
      isId: false,
      storedName: undefined,
      hasDefault: false,
      isStoredApart: false,
      isHeld: false,
    });
    const options = { required: false, nullable: true, readonly: true, unique: true };
    expect(new CharFieldType({ ...options, name: 'a', default: null })).toMatchObject({
      required: false,
      nullable: true,
      readonly: true,
      unique: true,
      storedName: 'a',
      hasDefault: true,
    });
    expect(new CharFieldType({ serialize: false }).isSerialized).toBe(false);
  });
});

describe('A field that is the id', () => {
  it.each([
    [{ required: false }, 'required: false'],
    [{ nullable: true }, 'nullable: true'],
    [{ serialize: false }, 'serialize: false'],
  ])('cannot have %p', async (options, shown) => {
    expect(await errorOf(() => new CharFieldType({ id: true, ...options }))).toMatchObject({
      code: 'INVALID_MODEL',
      message: `an id is always there and always stored; remove { ${shown} }.`,
    });
  });
});

describe('The choices of a field', () => {
  itCleans(new CharFieldType({ choices: ['a', 'b'] }), [['b', 'b']]);

  itRefuses(new CharFieldType({ choices: ['a', 'b'] }), [
    ['c', 'invalid_choice'],
    ['', 'required'],
    [5, 'invalid_type'],
  ]);

  itRefuses(new CharFieldType({ choices: [] }), [['a', 'invalid_choice']]);

  it('are told', () => {
    expect(() => new CharFieldType({ choices: ['a', 'b'] }).clean('c')).toThrow('must be one of "a", "b"');
  });

  it('need not be there for an optional value that is not', () => {
    expect(new CharFieldType({ choices: ['a'], required: false }).clean('')).toBe('');
  });

  it('are compared by what is stored', () => {
    const days = ['2024-02-29', '2024-03-01'].map((day) => Temporal.PlainDate.from(day));
    const field = new DateFieldType({ choices: days });
    expect(String(field.clean('2024-03-01'))).toBe('2024-03-01');
    expect(ruleBrokenBy(() => field.clean('2024-03-02'))).toBe('invalid_choice');

    const json = new JSONFieldType({ choices: [{ a: 1, b: 2 }] });
    expect(json.clean({ b: 2, a: 1 })).toEqual({ a: 1, b: 2 });
    expect(ruleBrokenBy(() => json.clean({ a: 1 }))).toBe('invalid_choice');
  });
});

describe('The validators of a field', () => {
  it.each<[string, Validator<string>, string, string]>([
    ['a function that gives false', () => false, 'invalid', 'is not valid'],
    ['a function that gives a message', (text) => text === 'b' || 'must be b', 'invalid', 'must be b'],
    [
      'a function that throws',
      () => {
        throw new InvalidValue('not_b', 'must be b');
      },
      'not_b',
      'must be b',
    ],
    ['an object', { test: (text) => text === 'b', message: 'must be b' }, 'invalid', 'must be b'],
    [
      'an object with a code',
      { test: (text) => text === 'b', message: 'must be b', code: 'not_b' },
      'not_b',
      'must be b',
    ],
  ])('can be %s', (_name, validator, code, message) => {
    const field = new CharFieldType({ validators: validator });
    expect(() => field.clean('a')).toThrow(expect.objectContaining({ code, message }) as InvalidValue);
  });

  it.each<[string, Validator<string>]>([
    ['true', () => true],
    ['nothing', () => undefined],
  ])('are content when a function gives %s', (_name, validator) => {
    expect(new CharFieldType({ validators: [validator] }).clean('a')).toBe('a');
  });

  it('tell of all that is wrong', () => {
    const field = new CharFieldType({
      validators: [
        (text) => text.length > 1 || 'must be longer',
        (text) => text !== 'b' || 'must not be b',
        { test: (text) => text.startsWith('a'), message: 'must begin with a', code: 'beginning' },
      ],
    });
    expect(field.clean('ab')).toBe('ab');
    expect(issuesOf(() => field.clean('b'))).toEqual([
      ['invalid', []],
      ['invalid', []],
      ['beginning', []],
    ]);
    expect(() => field.clean('b')).toThrow('must be longer; must not be b; must begin with a');
  });

  it('are asked about values that follow the other rules, in their final form', () => {
    const asked: unknown[] = [];
    const field = new UUIDFieldType({ validators: (value) => void asked.push(value) });
    for (const value of [undefined, 'a', DASHED]) ruleBrokenBy(() => field.clean(value));
    expect(asked).toEqual([DASHED.replaceAll('-', '')]);
  });

  it('are not asked about no value', () => {
    const field = new CharFieldType({ required: false, validators: () => false });
    expect([field.clean(''), field.clean(undefined)]).toEqual(['', '']);
  });

  it('cannot be asynchronous', async () => {
    const validators = (() => Promise.resolve(false)) as unknown as Validator<string>;
    expect(await errorOf(() => new CharFieldType({ validators }).clean('a'))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'A validator cannot be asynchronous; a field takes a schema that is.',
    });
  });
});

describe.each([
  [
    'zod',
    z.string().trim().min(2, 'at least 2'),
    z.string().refine((text) => Promise.resolve(text === 'a'), 'not a'),
  ],
  [
    'valibot',
    v.pipe(v.string(), v.trim(), v.minLength(2, 'at least 2')),
    v.pipeAsync(
      v.string(),
      v.checkAsync((text) => Promise.resolve(text === 'a'), 'not a'),
    ),
  ],
])('A schema of %s', (_name, schema, asyncSchema) => {
  it('makes the value, which is cleaned once more', () => {
    expect(new CharFieldType({ schema }).refine(' ab ')).toBe('ab');
    expect(ruleBrokenBy(() => new SlugFieldType({ schema }).refine(' a b '))).toBe('invalid_slug');
  });

  it('tells what is wrong', () => {
    const field = new CharFieldType({ schema });
    expect(() => field.refine(' a ')).toThrow(
      expect.objectContaining({ code: 'schema', message: 'at least 2', path: [] }) as InvalidValue,
    );
  });

  it('is not asked about no value, nor when a value is cleaned', () => {
    const field = new CharFieldType({ schema, required: false });
    expect([field.refine(''), field.refine(null), field.clean('a')]).toEqual(['', null, 'a']);
  });

  it('has its messages exchanged like other rules', () => {
    const field = new CharFieldType({ schema, errorMessages: { schema: 'is too short' } });
    expect(() => field.refine(' a ')).toThrow('is too short');
  });

  it('can be asynchronous', async () => {
    const field = new CharFieldType({ schema: asyncSchema, errorMessages: { schema: 'must be a' } });
    expect(field.refine('a')).toBeInstanceOf(Promise);
    expect(await field.refine('a')).toBe('a');
    await expect(field.refine('b')).rejects.toMatchObject({ code: 'schema', message: 'must be a' });
  });
});

describe('A schema of an object', () => {
  it.each([
    ['zod', z.object({ list: z.array(z.object({ a: z.number() })), b: z.string() })],
    ['valibot', v.object({ list: v.array(v.object({ a: v.number() })), b: v.string() })],
  ])('of %s tells of everything that is wrong, and where', (_name, schema) => {
    const field = new JSONFieldType<unknown>({ schema });
    expect(issuesOf(() => field.refine({ list: [{ a: 1 }, { a: 'b' }] }))).toEqual([
      ['schema', ['list', 1, 'a']],
      ['schema', ['b']],
    ]);
  });
});

describe('The messages of a field', () => {
  const field = new SlugFieldType({
    maxLength: 5,
    errorMessages: { required: 'give it a name', invalid_slug: 'no such letters' },
    validators: { test: (text) => text !== 'a', message: 'must not be a', code: 'constructor' },
  });

  it.each([
    ['take the place of its own', undefined, 'required', 'give it a name'],
    ['for each rule', 'a b', 'invalid_slug', 'no such letters'],
    ['and leave the others', 'abcdef', 'too_long', 'must have 5 characters at most'],
    ['also where Object has something of the name', 'a', 'constructor', 'must not be a'],
  ])('%s', (_name, value, code, message) => {
    expect(() => field.clean(value)).toThrow(expect.objectContaining({ code, message }) as InvalidValue);
  });

  it('are used for each of several rules', () => {
    const several = new CharFieldType({
      validators: [() => 'one', { test: () => false, message: 'two', code: 'second' }],
      errorMessages: { second: '2' },
    });
    expect(() => several.clean('a')).toThrow('one; 2');
  });
});

describe('What is wrong with a value', () => {
  it('can be several things inside of another value', () => {
    const several = InvalidValue.several([new InvalidValue('a', 'A', ['x']), new InvalidValue('b', 'B')]);
    expect(several.within(0).all.map(({ code, path }) => [code, path])).toEqual([
      ['a', [0, 'x']],
      ['b', [0]],
    ]);
  });

  it('is at least one thing', () => {
    expect(() => InvalidValue.several([])).toThrow(RangeError);
  });
});

/** A share of a whole, kept as hundredths and stored with a percent sign. */
class PercentFieldType extends FieldType<number> {
  private readonly most: number;

  constructor(options: FieldOptions<number> & { readonly most?: number } = {}) {
    super(options);
    this.most = options.most ?? 1;
  }

  protected coerce(value: unknown): number {
    if (typeof value !== 'number') throw new InvalidValue('invalid_type', 'must be a number');
    return value;
  }

  protected override validate(value: number): void {
    if (!(value >= 0 && value <= this.most)) {
      throw new InvalidValue('out_of_range', `must be from 0 to ${this.most}`);
    }
  }

  protected toStored(value: number): JsonValue {
    return `${value * 100} %`;
  }

  protected override fromStored(stored: JsonValue): number {
    if (typeof stored !== 'string') throw new InvalidValue('invalid_type', 'must be a string');
    return parseFloat(stored) / 100;
  }
}

const PercentField = fieldDecorator('PercentField', PercentFieldType);

describe("A field of one's own", () => {
  class Recipe extends GitModel {
    @SlugField({ id: true }) name!: string;
    @PercentField({ most: 2, default: 0.5 }) sugar!: number;
  }

  it('is stored in the form that it chooses, and read back', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const Bound = ws.register(Recipe);
    await new Bound({ name: 'jam', sugar: 1.5 }).save({ commit: true, message: 'Jam' });

    expect((await ws.index.read('recipe/jam/data.json')).toString()).toContain('"sugar": "150 %"');
    expect((await Bound.get('jam')).sugar).toBe(1.5);
    expectLog(path, ['Jam']);
  });

  it('has the options that every field has, and its own', async () => {
    const ws = await openWorkspace();
    const Bound = ws.register(Recipe);

    expect(new Bound({ name: 'cake' }).sugar).toBe(0.5);
    expect(await errorOf(() => new Bound({ name: 'cake', sugar: 3 }).save())).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ path: 'sugar', code: 'out_of_range', message: 'must be from 0 to 2', value: 3 }],
    });
  });

  it('lets errors that are not about the value through', async () => {
    class BrokenFieldType extends CharFieldType {
      protected override validate(): void {
        throw new RangeError('A mistake in the field');
      }
    }
    const BrokenField = fieldDecorator('BrokenField', BrokenFieldType);
    class Broken extends GitModel {
      @BrokenField() text!: string;
    }
    const Bound = (await openWorkspace()).register(Broken);

    await expect(new Bound({ text: 'a' }).save()).rejects.toThrow(RangeError);
  });

  it('names the class and the property when its options are refused', async () => {
    class PickyFieldType extends CharFieldType {
      constructor() {
        super();
        throw new ModelDefinitionError('It never works.');
      }
    }
    const PickyField = fieldDecorator('PickyField', PickyFieldType);
    class Picky extends GitModel {
      @CharField() text!: string;
      @PickyField() other!: string;
    }
    const ws = await openWorkspace();

    expect(await errorOf(() => ws.register(Picky))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'Picky.other cannot be a field: It never works.',
      details: { model: 'Picky', field: 'other' },
    });
  });
});
