import { FieldType } from './field';
import { InvalidValue } from './invalid-value';

/** True or false. An optional one without a value is false, unless it is `nullable`. */
export class BooleanFieldType extends FieldType<boolean> {
  override get blankValue(): boolean {
    return false;
  }

  /** A required one has to be told: false would not say that it was not. */
  override get emptyValue(): boolean | null {
    return this.required ? null : super.emptyValue;
  }

  protected coerce(value: unknown): boolean {
    if (typeof value !== 'boolean') throw new InvalidValue('invalid_type', 'must be true or false');
    return value;
  }

  protected toStored(value: boolean): boolean {
    return value;
  }
}
