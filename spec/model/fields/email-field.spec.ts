import { EmailFieldType } from 'gitmodel';
import { itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

const LABEL = 'a'.repeat(63);

describe('An EmailField', () => {
  const field = new EmailFieldType();

  itCleans(field, [
    ['ann@example.com', 'ann@example.com'],
    ["Ann.O'Neil+git@Example.co.uk", "Ann.O'Neil+git@Example.co.uk"],
    ['root@localhost', 'root@localhost'],
    [`a@${LABEL}.com`, `a@${LABEL}.com`],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    ['', 'required'],
    ['ann', 'invalid_email'],
    ['ann@', 'invalid_email'],
    ['@example.com', 'invalid_email'],
    ['ann@example..com', 'invalid_email'],
    ['ann@-example.com', 'invalid_email'],
    ['ann@example.com\n', 'invalid_email'],
    ['ann@exa mple.com', 'invalid_email'],
    ['Ann <ann@example.com>', 'invalid_email'],
    ['ann@example.com, bob@example.com', 'invalid_email'],
    [`a@${LABEL}a.com`, 'invalid_email'],
    [`a@${'a.'.repeat(200)}com`, 'invalid_email'],
    [5, 'invalid_type'],
  ]);

  itStores(field, [['ann@example.com', 'ann@example.com']]);

  itReads(field, [['not an address', 'not an address']]);

  // A pattern that goes back and forth would never come to an end here.
  it('refuses long texts', () => {
    expect(() => field.clean(`${'a'.repeat(1_000_000)}@${'a-'.repeat(1_000_000)}`)).toThrow('e-mail');
  });
});

describe('An optional EmailField', () => {
  itCleans(new EmailFieldType({ required: false, maxLength: 20 }), [
    [undefined, ''],
    ['', ''],
  ]);
});
