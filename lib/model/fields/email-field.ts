import { CharFieldType } from './char-field';
import { InvalidValue } from './invalid-value';

/** What browsers accept: https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address */
const EMAIL =
  /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i;

/** What a mail server accepts (RFC 5321, section 4.5.3.1.3, without the angle brackets). */
const MAX_LENGTH = 254;

/** The address of a mailbox, in ASCII, kept as it is written. Whether somebody reads there is not known. */
export class EmailFieldType extends CharFieldType {
  protected override validate(value: string): void {
    super.validate(value);
    if (value.length > MAX_LENGTH || !EMAIL.test(value)) {
      throw new InvalidValue('invalid_email', 'must be an e-mail address such as ann@example.com');
    }
  }
}
