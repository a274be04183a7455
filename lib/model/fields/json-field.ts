import { copyJson } from '../json-value';
import type { JsonValue } from '../json-value';
import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { checkJson } from './json-check';

/** The options of JSON. The values have the schema's type if there is one, else that which is named: `<Meta>`. */
export interface JSONFieldOptions<T> extends Omit<FieldOptions<NoInfer<T>>, 'schema'> {
  readonly schema?: FieldOptions<T>['schema'] | undefined;
}

/**
 * Anything that JSON can hold: null, booleans, finite numbers, text, lists and plain objects. Whatever JSON would
 * leave out or change is refused: undefined, functions, dates, maps, instances of classes and the like.
 *
 * What is stored is a copy, and so is what is read. In it -0 is 0.
 */
export class JSONFieldType<T = unknown> extends FieldType<T> {
  constructor(options: JSONFieldOptions<T> = {}) {
    super(options);
  }

  protected coerce(value: unknown): T {
    checkJson(value);
    return value as T;
  }

  protected toStored(value: T): JsonValue {
    return copyJson(value as JsonValue);
  }

  protected override fromStored(stored: JsonValue): T {
    return this.coerce(stored === 0 ? 0 : stored);
  }

  override copy(value: T): T {
    return copyJson(this.coerce(value) as JsonValue) as T;
  }
}
