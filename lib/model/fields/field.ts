import { ModelDefinitionError } from '../../errors';

/** A value as JSON has it. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The options that every field has. */
export interface FieldOptions<T> {
  /** Whether a value must be there when the record is saved. Default: true. */
  readonly required?: boolean;
  /** The value of a new record that is given none, or a function that makes it. */
  readonly default?: T | (() => T);
  /** Whether this field's value is the record's id. Default: false. */
  readonly id?: boolean;
  /** The field's name in the stored record. Default: the property's name. */
  readonly name?: string;
}

/** Says what is wrong with a value; a field throws it, and the record's validation collects it. */
export class InvalidValue extends Error {
  /**
   * @param code A stable name of the rule that the value breaks, for example `invalid_slug`.
   * @param message What the value has to be, for people: `must contain only letters and digits`.
   */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'InvalidValue';
  }
}

/**
 * One field of a model: the two ways between a property's value and what is stored of it, and the rules that
 * the value has to follow. Subclasses say what is special about a type of values.
 *
 * @typeParam T The type of a value that is there.
 */
export abstract class FieldType<T> {
  readonly required: boolean;
  readonly isId: boolean;
  /** The name given for the stored record, if any. */
  readonly storedName: string | undefined;
  private readonly initial: T | (() => T) | undefined;

  constructor(options: FieldOptions<T> = {}) {
    this.required = options.required ?? true;
    this.isId = options.id ?? false;
    this.storedName = options.name;
    this.initial = options.default;
    if (this.isId && !this.required) {
      throw new ModelDefinitionError('An id field is always required; remove { required: false }.', {
        details: { options },
      });
    }
  }

  /** What stands for "no value": `''` for text, null for the others. */
  get emptyValue(): T | null {
    return null;
  }

  /** Whether the field declares a default. */
  get hasDefault(): boolean {
    return this.initial !== undefined;
  }

  /**
   * The value of a new record that is given none: the default, else the empty value; undefined for a required
   * field without default, because there is no value that would be right.
   */
  initialValue(): T | null | undefined {
    if (typeof this.initial === 'function') return (this.initial as () => T)();
    return this.initial ?? (this.required ? undefined : this.emptyValue);
  }

  /**
   * The value as it has to be, from whatever was assigned or stored.
   *
   * @throws InvalidValue when it cannot be one of this field's values.
   */
  clean(value: unknown): T | null {
    if (value === undefined || value === null || value === this.emptyValue) {
      if (this.required) throw new InvalidValue('required', 'is required');
      return this.emptyValue;
    }
    const coerced = this.coerce(value);
    this.validate(coerced);
    return coerced;
  }

  /** What is stored of a clean value. */
  serialize(value: T | null): JsonValue {
    return value === null ? null : this.toStored(value);
  }

  /**
   * The value of a stored one.
   *
   * @throws InvalidValue when no such value can have been stored.
   */
  deserialize(stored: JsonValue): T | null {
    return stored === null ? this.emptyValue : this.fromStored(stored);
  }

  /** A value of the field's type, from one that is there. */
  protected abstract coerce(value: unknown): T;

  /** Checks a value of the right type against the field's rules. */
  protected validate(_value: T): void {
    // Any value of the type will do, unless a subclass knows better.
  }

  /** What is stored of a value that is there. */
  protected abstract toStored(value: T): JsonValue;

  /** The value of a stored one that is there; the same as for an assigned value unless a subclass differs. */
  protected fromStored(stored: JsonValue): T {
    return this.coerce(stored);
  }
}
