import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';
import { checkLengths } from './limits';

const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** The options of text. Lengths are counted in characters of Unicode, of which an emoji such as 🐙 is one. */
export interface CharFieldOptions extends FieldOptions<string> {
  /** How many characters a text has at least. It may still be empty when the field is optional. */
  readonly minLength?: number | undefined;
  /** How many characters a text has at most. */
  readonly maxLength?: number | undefined;
  /** What has to be found in a text; `^` and `$` make it the whole text. */
  readonly pattern?: RegExp | undefined;
}

/** Text, of any length unless the options limit it. An optional one without a value is `''`. */
export class CharFieldType extends FieldType<string> {
  private readonly minLength: number;
  private readonly maxLength: number;
  private readonly pattern: RegExp | undefined;

  constructor(options: CharFieldOptions = {}) {
    super(options);
    const { minLength, maxLength, pattern } = options;
    checkLengths({ minLength, maxLength });
    this.minLength = minLength ?? 0;
    this.maxLength = maxLength ?? Infinity;
    // One of its own, because a search with some flags begins where the one before has ended.
    this.pattern = pattern && new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  }

  override get blankValue(): string {
    return '';
  }

  protected coerce(value: unknown): string {
    if (typeof value !== 'string') throw new InvalidValue('invalid_type', 'must be a string');
    return value;
  }

  protected override validate(value: string): void {
    if (value.length > this.maxLength && countCharacters(value) > this.maxLength) {
      throw new InvalidValue('too_long', `must have ${this.maxLength} characters at most`);
    }
    if (value.length < this.minLength * 2 && countCharacters(value) < this.minLength) {
      throw new InvalidValue('too_short', `must have ${this.minLength} characters at least`);
    }
    if (this.pattern && !this.pattern.test(value)) {
      throw new InvalidValue('pattern_mismatch', `must match ${String(this.pattern)}`);
    }
  }

  protected toStored(value: string): string {
    return value;
  }

  protected override isBlank(value: string): boolean {
    return value === '';
  }
}

/** A character outside of the basic plane counts twice in a string's length. */
function countCharacters(text: string): number {
  return text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);
}
