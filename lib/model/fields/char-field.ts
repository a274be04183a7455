import { FieldType, InvalidValue } from './field';

/** Text of any length. An optional one without a value is `''`. */
export class CharFieldType extends FieldType<string> {
  override get emptyValue(): string {
    return '';
  }

  protected coerce(value: unknown): string {
    if (typeof value !== 'string') throw new InvalidValue('invalid_type', 'must be a string');
    return value;
  }

  protected toStored(value: string): string {
    return value;
  }
}
