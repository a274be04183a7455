import { inspect } from 'node:util';
import { isPromise } from 'node:util/types';
import { ModelDefinitionError } from '../../errors';
import { copyJson, isSameJson, JsonNumber, withExactNumbers } from '../json-value';
import type { JsonValue } from '../json-value';
import { isMergePolicy } from '../merge/merge-policy';
import type { MergePolicy } from '../merge/merge-policy';
import type { RecordContext } from '../record/record-context';
import type { FieldOptions, Validator } from './field-options';
import { InvalidValue } from './invalid-value';
import { refineWithSchema } from './standard-schema';

/**
 * One field of a model: the two ways between a property's value and what is stored of it, and the rules that
 * the value has to follow. Subclasses say what is special about a type of values; most need {@link coerce} and
 * {@link toStored} only.
 *
 * @typeParam T The type of a value that is there.
 *
 * @example
 * ```ts
 * class ColorFieldType extends FieldType<string> {
 *   protected coerce(value: unknown): string {
 *     if (typeof value !== 'string' || !/^#[0-9a-f]{6}$/i.test(value)) {
 *       throw new InvalidValue('invalid_color', 'must be a color such as #ff8800');
 *     }
 *     return value.toLowerCase();
 *   }
 *   protected toStored(value: string): string {
 *     return value;
 *   }
 * }
 * const ColorField = fieldDecorator('ColorField', ColorFieldType);
 * ```
 */
export abstract class FieldType<T> {
  readonly required: boolean;
  /** Whether null is a value of the field beside those of `T`. */
  readonly nullable: boolean;
  readonly readonly: boolean;
  readonly unique: boolean;
  /** Whether the value is stored at all. */
  readonly isSerialized: boolean;
  readonly isId: boolean;
  /** The name given for the stored record, if any. */
  readonly storedName: string | undefined;
  private readonly options: FieldOptions<T>;
  private storedChoices: readonly JsonValue[] | undefined;

  /** @throws ModelDefinitionError when the options contradict one another. */
  constructor(options: FieldOptions<T> = {}) {
    this.options = options;
    this.required = options.required ?? true;
    this.nullable = options.nullable ?? false;
    this.readonly = options.readonly ?? false;
    this.unique = options.unique ?? false;
    this.isSerialized = options.serialize ?? true;
    this.isId = options.id ?? false;
    this.storedName = options.name;
    if (options.merge !== undefined && !isMergePolicy(options.merge)) {
      throw new ModelDefinitionError(
        `${inspect(options.merge)} is no way to merge; it takes 'conflict', 'ours', 'theirs', 'max', 'min', 'counter', ` +
          "'set', 'text', keyedList(key), or a function.",
        { details: { options } },
      );
    }
    if (!this.isSerialized && (this.unique || this.readonly)) {
      throw new ModelDefinitionError(
        'nobody can know whether a value that is not stored is unique or has changed; ' +
          'remove { serialize: false }, or that other option.',
        { details: { options } },
      );
    }
    if (!this.isId) return;
    for (const [option, isSet] of [
      ['required: false', !this.required],
      ['nullable: true', this.nullable],
      ['serialize: false', !this.isSerialized],
    ] as const) {
      if (!isSet) continue;
      throw new ModelDefinitionError(`an id is always there and always stored; remove { ${option} }.`, {
        details: { options },
      });
    }
  }

  /** What stands for "no value" where null does not: `''` for text, false for booleans; null for most types. */
  get blankValue(): T | null {
    return null;
  }

  /** What stands for "no value" in this field. */
  get emptyValue(): T | null {
    return this.nullable ? null : this.blankValue;
  }

  /** Whether the field declares a default. */
  get hasDefault(): boolean {
    return this.options.default !== undefined;
  }

  /** What a merge does with the field when both sides have changed it; undefined where nothing was said. */
  get mergePolicy(): MergePolicy<T> | undefined {
    return this.options.merge;
  }

  /**
   * Whether the value has a file of its own beside the record's data, as a blob has, instead of a place in it.
   */
  get isStoredApart(): boolean {
    return false;
  }

  /** Whether the property holds what {@link hold} makes of an assigned value, instead of that value. */
  get isHeld(): boolean {
    return false;
  }

  /**
   * For values that read from the store themselves, such as a related record: what the property holds once this
   * was assigned to it. Never fails; what is wrong with a value comes out when it is cleaned.
   */
  hold(value: unknown, _context: RecordContext): unknown {
    return value;
  }

  /**
   * The value of a new record that is given none: the default, else the empty value; undefined for a required
   * field without default, because there is no value that would be right.
   */
  initialValue(): T | null | undefined {
    const { default: initial } = this.options;
    if (typeof initial === 'function') return (initial as () => T | null)();
    if (initial !== undefined && initial !== null) return this.copy(initial);
    if (initial === null && this.nullable) return null;
    return this.required ? undefined : this.emptyValue;
  }

  /**
   * A value that may change without the given one, such as a default that many records share; the same where
   * values do not change.
   */
  copy(value: T): T {
    return value;
  }

  /**
   * The value as it has to be, from whatever was assigned.
   *
   * @throws InvalidValue when it cannot be one of this field's values.
   */
  clean(value: unknown): T | null {
    try {
      return this.cleanValue(value);
    } catch (error) {
      return this.rethrow(error);
    }
  }

  /**
   * What the field's schema makes of a clean value; a promise only when the schema gives one. It is cleaned once
   * more afterwards, because a schema may make anything of it.
   *
   * @throws InvalidValue with all that the schema finds wrong.
   */
  refine(value: T | null): T | null | Promise<T | null> {
    const { schema } = this.options;
    if (!schema || value === null || this.isBlank(value)) return value;
    try {
      const refined = refineWithSchema(schema, value);
      if (!(refined instanceof Promise)) return this.clean(refined);
      return refined.then((each) => this.clean(each)).catch((error: unknown) => this.rethrow(error));
    } catch (error) {
      return this.rethrow(error);
    }
  }

  /**
   * Checks a clean value against what is in the store; called when the record is saved.
   *
   * @throws InvalidValue when it does not fit.
   */
  verify(_value: T, _context: RecordContext): void | Promise<void> {
    // Most values mean nothing to the store.
  }

  /**
   * What is stored of a clean value. It must not change when the value does: an array or object has to be a copy.
   */
  serialize(value: T | null): JsonValue {
    return value === null ? null : this.toStored(value);
  }

  /**
   * The value of a stored one.
   *
   * @throws InvalidValue when no such value can have been stored.
   */
  deserialize(stored: JsonValue): T | null {
    if (stored === null) return this.emptyValue;
    const exact = withExactNumbers(stored);
    return this.fromStored(typeof exact === 'object' ? copyJson(exact) : exact);
  }

  /**
   * A value of the field's type, from one that is there.
   *
   * @throws InvalidValue when it is none.
   */
  protected abstract coerce(value: unknown): T;

  /**
   * Checks a value of the right type against the field's rules.
   *
   * @throws InvalidValue when it breaks one.
   */
  protected validate(_value: T): void {
    // Any value of the type will do, unless a subclass knows better.
  }

  /** What is stored of a value that is there; a copy, as {@link serialize} says. */
  protected abstract toStored(value: T): JsonValue;

  /**
   * The value of a stored one that is there; the same as for an assigned value unless a subclass differs. What is
   * stored is shared by all that read the record, so a list or an object comes as a copy, which the value may keep.
   *
   * @throws InvalidValue when no such value can have been stored.
   */
  protected fromStored(stored: JsonValue): T {
    return this.coerce(stored);
  }

  /** Whether a value of the type means "no value": the empty text. */
  protected isBlank(_value: T): boolean {
    return false;
  }

  /** What is wrong with a value, in the words of the option `errorMessages`. */
  protected inOwnWords(error: InvalidValue): InvalidValue {
    const { errorMessages } = this.options;
    if (!errorMessages) return error;
    return InvalidValue.several(
      error.all.map((each) => {
        const message = Object.hasOwn(errorMessages, each.code) ? errorMessages[each.code] : undefined;
        return message === undefined ? each : new InvalidValue(each.code, message, each.path);
      }),
    );
  }

  private cleanValue(value: unknown): T | null {
    if (value === undefined || value === null) {
      if (value === null && this.nullable) return null;
      if (this.required) throw new InvalidValue('required', 'is required');
      return this.emptyValue;
    }
    const coerced = this.coerce(value);
    if (this.isBlank(coerced)) {
      if (this.required) throw new InvalidValue('required', 'is required');
      return coerced;
    }
    this.validate(coerced);
    if (this.options.choices) this.checkChoice(coerced, this.options.choices);
    if (this.options.validators !== undefined) checkValidators(coerced, this.options.validators);
    return coerced;
  }

  private checkChoice(value: T, choices: readonly T[]): void {
    this.storedChoices ??= choices.map((each) => this.serialize(each));
    const stored = this.serialize(value);
    if (this.storedChoices.some((each) => isSameJson(each, stored))) return;
    const list = this.storedChoices
      .map((each) => (each instanceof JsonNumber ? each.text : JSON.stringify(each)))
      .join(', ');
    throw new InvalidValue('invalid_choice', `must be one of ${list}`);
  }

  private rethrow(error: unknown): never {
    throw error instanceof InvalidValue ? this.inOwnWords(error) : error;
  }
}

function checkValidators<T>(value: T, validators: Validator<T> | readonly Validator<T>[]): void {
  const broken: InvalidValue[] = [];
  for (const validator of Array.isArray(validators) ? (validators as Validator<T>[]) : [validators]) {
    const problem = problemWith(value, validator as Validator<T>);
    if (problem) broken.push(problem);
  }
  if (broken.length > 0) throw InvalidValue.several(broken);
}

function problemWith<T>(value: T, validator: Validator<T>): InvalidValue | undefined {
  if (typeof validator === 'object') {
    return validator.test(value)
      ? undefined
      : new InvalidValue(validator.code ?? 'invalid', validator.message);
  }
  const verdict = validator(value);
  if (isPromise(verdict)) {
    throw new ModelDefinitionError('A validator cannot be asynchronous; a field takes a schema that is.');
  }
  if (verdict === false) return new InvalidValue('invalid', 'is not valid');
  return typeof verdict === 'string' ? new InvalidValue('invalid', verdict) : undefined;
}
