import { ModelDefinitionError } from '../../errors';
import { isJsonArray } from '../json-value';
import type { JsonValue } from '../json-value';
import type { RecordContext } from '../record/record-context';
import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';
import { checkLengths } from './limits';

/** The options of a list of `T`. */
export interface ListFieldOptions<T> extends FieldOptions<readonly T[]> {
  /** How many items there are at least. */
  readonly minLength?: number | undefined;
  /** How many items there are at most. */
  readonly maxLength?: number | undefined;
}

/**
 * A list whose items are all values of one field, by its rules. An empty list is a value like others, also of a
 * required list: one that is given no value begins as it. What is wrong with an item has its position in the
 * path, and everything that is wrong is reported.
 *
 * @typeParam T The type of an item, with null if it can be null.
 */
export class ListFieldType<T> extends FieldType<readonly T[]> {
  /** The field of the items. */
  readonly item: FieldType<unknown>;
  private readonly minLength: number;
  private readonly maxLength: number;

  /** @throws ModelDefinitionError when items cannot have what their field asks for. */
  constructor(item: FieldType<NonNullable<T>>, options: ListFieldOptions<T> = {}) {
    super(options);
    checkItem(item);
    const { minLength, maxLength } = options;
    checkLengths({ minLength, maxLength });
    this.item = item;
    this.minLength = minLength ?? 0;
    this.maxLength = maxLength ?? Infinity;
  }

  override get blankValue(): readonly T[] {
    return [];
  }

  override get isHeld(): boolean {
    return this.item.isHeld;
  }

  override hold(value: unknown, context: RecordContext): unknown {
    if (!this.isHeld || !Array.isArray(value)) return value;
    return value.map((each: unknown) => this.item.hold(each, context));
  }

  override initialValue(): readonly T[] | null | undefined {
    return super.initialValue() ?? this.emptyValue;
  }

  override refine(value: readonly T[] | null): readonly T[] | null | Promise<readonly T[] | null> {
    if (value === null) return null;
    const refined = this.refineItems(value);
    if (refined === value) return super.refine(value);
    return refined instanceof Promise
      ? refined.then((each) => super.refine(this.clean(each)))
      : super.refine(this.clean(refined));
  }

  override verify(value: readonly T[], context: RecordContext): void | Promise<void> {
    const broken: InvalidValue[] = [];
    const pending: Promise<void>[] = [];
    for (const [position, each] of value.entries()) {
      if (each === null) continue;
      const report = (error: unknown): void => {
        broken.push(...problemsAt(position, asInvalid(error)));
      };
      try {
        const verifying = this.item.verify(each, context);
        if (verifying) pending.push(verifying.catch(report));
      } catch (error) {
        report(error);
      }
    }
    const conclude = (): void => {
      if (broken.length > 0) throw InvalidValue.several(broken);
    };
    if (pending.length > 0) return Promise.all(pending).then(conclude);
    conclude();
  }

  protected coerce(value: unknown): readonly T[] {
    if (!Array.isArray(value)) throw new InvalidValue('invalid_type', 'must be a list');
    return this.eachItem(value, (each) => this.item.clean(each) as T);
  }

  protected override validate(value: readonly T[]): void {
    if (value.length < this.minLength) {
      throw new InvalidValue('too_short', `must have ${this.minLength} items at least`);
    }
    if (value.length > this.maxLength) {
      throw new InvalidValue('too_long', `must have ${this.maxLength} items at most`);
    }
  }

  protected toStored(value: readonly T[]): JsonValue {
    return value.map((each) => this.item.serialize(each));
  }

  protected override fromStored(stored: JsonValue): readonly T[] {
    if (!isJsonArray(stored)) throw new InvalidValue('invalid_type', 'must be a list');
    return this.eachItem(stored, (each) => this.item.deserialize(each) as T);
  }

  override copy(value: readonly T[]): readonly T[] {
    // What else a default may be comes out when the record is cleaned.
    if (!Array.isArray(value)) return value;
    return value.map((each: T) => (each === null ? each : (this.item.copy(each) as T)));
  }

  /** The items' field has put its own messages already. */
  protected override inOwnWords(error: InvalidValue): InvalidValue {
    return InvalidValue.several(
      error.all.map((each) => (each.path.length === 0 ? super.inOwnWords(each) : each)),
    );
  }

  /** The items that `convert` makes, or all that it finds wrong with them. */
  private eachItem<S>(list: readonly S[], convert: (item: S) => T): T[] {
    const items: T[] = [];
    const broken: InvalidValue[] = [];
    for (let position = 0; position < list.length; position++) {
      try {
        items.push(convert(list[position] as S));
      } catch (error) {
        broken.push(...problemsAt(position, asInvalid(error)));
      }
    }
    if (broken.length > 0) throw InvalidValue.several(broken);
    return items;
  }

  /** The same list unless an item becomes another. */
  private refineItems(list: readonly T[]): readonly T[] | Promise<readonly T[]> {
    let outcomes: unknown[] | undefined;
    let isAsync = false;
    for (let position = 0; position < list.length; position++) {
      const outcome = this.refineItem(list[position]);
      if (outcome === list[position]) continue;
      outcomes ??= [...list];
      outcomes[position] = outcome;
      isAsync ||= outcome instanceof Promise;
    }
    if (!outcomes) return list;
    return isAsync ? Promise.all(outcomes).then(itemsOf<T>) : itemsOf(outcomes);
  }

  /** What the item becomes or is said to be wrong with it. */
  private refineItem(item: unknown): unknown {
    try {
      const refined = this.item.refine(item);
      return refined instanceof Promise ? refined.catch(asInvalid) : refined;
    } catch (error) {
      // As a promise, so that those of the items before it do not end without anybody who waits for them.
      return error instanceof InvalidValue ? error : Promise.resolve().then(() => asInvalid(error));
    }
  }
}

function itemsOf<T>(outcomes: readonly unknown[]): T[] {
  const broken = outcomes.flatMap((each, position) =>
    each instanceof InvalidValue ? problemsAt(position, each) : [],
  );
  if (broken.length > 0) throw InvalidValue.several(broken);
  return outcomes as T[];
}

function problemsAt(position: number, error: InvalidValue): InvalidValue[] {
  return error.all.map((each) => each.within(position));
}

function asInvalid(error: unknown): InvalidValue {
  if (error instanceof InvalidValue) return error;
  throw error;
}

function checkItem(item: FieldType<unknown>): void {
  for (const [option, isSet] of [
    ['a file of its own', item.isStoredApart],
    ['id: true', item.isId],
    ['unique: true', item.unique],
    ['readonly: true', item.readonly],
    ['serialize: false', !item.isSerialized],
    ['name', item.storedName !== undefined],
    ['default', item.hasDefault],
  ] as const) {
    if (!isSet) continue;
    throw new ModelDefinitionError(`an item of a list cannot have ${option}.`);
  }
}
