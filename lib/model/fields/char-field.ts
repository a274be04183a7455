import { FieldType } from './field';
import { InvalidValue } from './invalid-value';

/** Text of any length. An optional one without a value is `''`. */
export class CharFieldType extends FieldType<string> {
  override get blankValue(): string {
    return '';
  }

  protected coerce(value: unknown): string {
    if (typeof value !== 'string') throw new InvalidValue('invalid_type', 'must be a string');
    return value;
  }

  protected toStored(value: string): string {
    return value;
  }

  protected override isBlank(value: string): boolean {
    return value === '';
  }
}
