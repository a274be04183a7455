import { FieldType, InvalidValue } from './field';

/** True or false. */
export class BooleanFieldType extends FieldType<boolean> {
  protected coerce(value: unknown): boolean {
    if (typeof value !== 'boolean') throw new InvalidValue('invalid_type', 'must be true or false');
    return value;
  }

  protected toStored(value: boolean): boolean {
    return value;
  }
}
