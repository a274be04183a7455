import {
  CharField,
  CharFieldType,
  fieldDecorator,
  FieldType,
  GitModel,
  InvalidValue,
  ModelDefinitionError,
  SlugField,
} from 'gitmodel';
import type { FieldOptions, JsonValue } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

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

  it('is not used for a value that is missing when the record is saved', () => {
    expect(() => new CharFieldType({ default: 'a' }).clean(undefined)).toThrow('is required');
  });
});

describe('A field that is the id', () => {
  it('cannot be optional', async () => {
    expect(await errorOf(() => new CharFieldType({ id: true, required: false }))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'An id field is always required; remove { required: false }.',
    });
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
