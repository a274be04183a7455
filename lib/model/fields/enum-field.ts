import { ModelDefinitionError } from '../../errors';
import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';

/** What an `enum` of TypeScript is when the program runs: names and values, and for numbers the way back too. */
export interface EnumObject {
  readonly [name: string]: string | number;
  readonly [value: number]: string;
}

/**
 * One of certain texts and numbers, as an enum or a list has them. Stored as it is. One that is no longer among
 * them is read, so that its record can be mended, but not saved.
 */
export class EnumFieldType<T extends string | number> extends FieldType<T> {
  private readonly values: ReadonlySet<string | number>;

  /** @throws ModelDefinitionError when there are no values, or some that are neither texts nor finite numbers. */
  constructor(
    values: readonly T[] | Readonly<Record<string, T>> | EnumObject,
    options: FieldOptions<T> = {},
  ) {
    super(options);
    const list = Array.isArray(values) ? (values as readonly T[]) : valuesOf(values as EnumObject);
    if (list.length === 0 || !list.every((each) => typeof each === 'string' || Number.isFinite(each))) {
      throw new ModelDefinitionError('an enum consists of texts and finite numbers, one at least.', {
        details: { values },
      });
    }
    this.values = new Set(list);
  }

  protected coerce(value: unknown): T {
    if (typeof value === 'string') return value as T;
    if (typeof value === 'number') return (value + 0) as T;
    throw new InvalidValue('invalid_type', 'must be a string or a number');
  }

  protected override validate(value: T): void {
    if (this.values.has(value)) return;
    const list = Array.from(this.values, (each) => JSON.stringify(each)).join(', ');
    throw new InvalidValue('invalid_choice', `must be one of ${list}`);
  }

  protected toStored(value: T): T {
    return value;
  }
}

/** The values of an enum, without the names that TypeScript adds to find the one of a number. */
function valuesOf(enumObject: EnumObject): (string | number)[] {
  return Object.entries(enumObject)
    .filter(([name, value]) => String(Number(name)) !== name || enumObject[value] !== Number(name))
    .map(([, value]) => value);
}
