import { v4 } from 'uuid';
import { FieldType } from './field';
import { InvalidValue } from './invalid-value';

const HEX_DIGITS = /^[0-9a-f]{32}$/;

/**
 * A UUID as 32 lower-case hexadecimal digits. The usual form with dashes and capitals is accepted and
 * normalized. A required one that is given no value makes itself one: a random UUID (version 4, RFC 9562).
 */
export class UUIDFieldType extends FieldType<string> {
  override initialValue(): string | null | undefined {
    return this.hasDefault || !this.required ? super.initialValue() : newUuid();
  }

  protected coerce(value: unknown): string {
    if (typeof value !== 'string') throw new InvalidValue('invalid_type', 'must be a string');
    const digits = value.replaceAll('-', '').toLowerCase();
    if (!HEX_DIGITS.test(digits)) {
      throw new InvalidValue('invalid_uuid', 'must be a UUID: 32 hexadecimal digits, with or without dashes');
    }
    return digits;
  }

  protected toStored(value: string): string {
    return value;
  }
}

/** A random UUID as 32 hexadecimal digits. */
function newUuid(): string {
  return v4().replaceAll('-', '');
}
