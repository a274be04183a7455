import { inspect } from 'node:util';
import { ModelDefinitionError } from '../../errors';
import type { GitModel } from '../git-model';
import type { JsonValue } from '../json-value';
import type { RecordContext } from '../record/record-context';
import { Related } from '../relation/related';
import type { RelatedPlace, RelatedTarget } from '../relation/related';
import type { ModelConstructor, ModelId } from '../types';
import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';

/**
 * What deleting a record does to those that refer to it: `nothing`, so that they refer to a missing one; refuse
 * it (`restrict`); make their field null (`setNull`; in a list, leave it out), or delete them too (`cascade`).
 */
export type OnDelete = 'nothing' | 'restrict' | 'setNull' | 'cascade';

/** The options of a related field. */
export interface RelatedFieldOptions<T extends GitModel<ModelId>> extends Omit<
  FieldOptions<Related<T>>,
  // A schema that is asynchronous would hand over the record: a promise cannot hold what can be awaited.
  'id' | 'schema'
> {
  /** What deleting the related record does to this one. Default: `nothing`, as in python-gitmodel. */
  readonly onDelete?: OnDelete | undefined;
}

const ON_DELETE: readonly string[] = ['nothing', 'restrict', 'setNull', 'cascade'];

/** A record of a model of the same workspace, stored as its id. */
export class RelatedFieldType<T extends GitModel<ModelId>> extends FieldType<Related<T>> {
  readonly onDelete: OnDelete;

  /**
   * @param target The related model: its class, its name, or a function that gives the class, for models that
   *   refer to themselves or to one another.
   */
  constructor(
    readonly target: RelatedTarget<T>,
    options: RelatedFieldOptions<T> = {},
  ) {
    super(options);
    if (typeof target !== 'string' && typeof target !== 'function') throw noTarget(target);
    this.onDelete = options.onDelete ?? 'nothing';
    if (!ON_DELETE.includes(this.onDelete)) {
      throw new ModelDefinitionError(
        `onDelete takes ${ON_DELETE.join(', ')}, not ${inspect(this.onDelete)}.`,
      );
    }
    if (this.isId) throw new ModelDefinitionError('a relation cannot be the id; remove { id: true }.');
  }

  override get isHeld(): boolean {
    return true;
  }

  override hold(value: unknown, context: RecordContext): unknown {
    return Related.tryTo<T>(value)?.boundTo(this.placeIn(context)) ?? value;
  }

  /** The bound class of the related model. */
  modelIn({ resolveModel }: RecordContext): ModelConstructor<T> {
    const model = isThunk(this.target) ? this.target() : this.target;
    if (typeof model !== 'string' && typeof model !== 'function') throw noTarget(model);
    return resolveModel(model) as ModelConstructor<T>;
  }

  protected coerce(value: unknown): Related<T> {
    const related = Related.tryTo<T>(value);
    if (!related) throw new InvalidValue('invalid_type', 'must be a record, or the id of one');
    const id: unknown = related.id;
    if (id === undefined || id === null || id === '') {
      throw new InvalidValue('invalid_id', 'is a record without an id; give it one first');
    }
    return related;
  }

  override verify(value: Related<T>, context: RecordContext): void {
    const { record } = value;
    const model = this.modelIn(context);
    // A record of a subclass is another model's, in another folder.
    if (record && record.constructor !== model) {
      throw new InvalidValue('invalid_model', `must be a ${model.name} of the same workspace`);
    }
  }

  protected toStored(value: Related<T>): string | number {
    return value.id;
  }

  protected override fromStored(stored: JsonValue): Related<T> {
    if (typeof stored !== 'string' && typeof stored !== 'number') {
      throw new InvalidValue('invalid_type', 'must be an id');
    }
    return this.coerce(stored);
  }

  private placeIn(context: RecordContext): RelatedPlace<T> {
    return { context, model: () => this.modelIn(context) };
  }
}

/** A function that is no model's class; it may have a prototype, as an arrow function does that became ES5. */
function isThunk<T extends GitModel<ModelId>>(target: RelatedTarget<T>): target is () => ModelConstructor<T> {
  if (typeof target !== 'function') return false;
  const prototype: unknown = target.prototype;
  return typeof prototype !== 'object' || prototype === null || !('getId' in prototype);
}

function noTarget(target: unknown): ModelDefinitionError {
  return new ModelDefinitionError(
    `a relation takes a model, its name, or a function that gives it, not ${inspect(target)}. Where two modules ` +
      'import one another, give a function: () => Author.',
  );
}
