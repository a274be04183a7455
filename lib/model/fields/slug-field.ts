import { CharFieldType } from './char-field';
import { InvalidValue } from './invalid-value';

const SLUG = /^[-\w]+$/;

/** A name that can stand in a URL: letters, digits, underscores and dashes, of ASCII. */
export class SlugFieldType extends CharFieldType {
  protected override validate(value: string): void {
    super.validate(value);
    if (!SLUG.test(value)) {
      throw new InvalidValue('invalid_slug', 'must contain only letters, digits, underscores and dashes');
    }
  }
}
