import { URLFieldType } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itCannotRead, itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

describe('A URLField', () => {
  const field = new URLFieldType();

  itCleans(field, [
    ['https://example.com', 'https://example.com'],
    ['HTTP://Example.com/a/../b?c=d#e', 'HTTP://Example.com/a/../b?c=d#e'],
    ['http://localhost:8080/', 'http://localhost:8080/'],
    ['http://[::1]/', 'http://[::1]/'],
    ['https://münchen.example/ä', 'https://münchen.example/ä'],
    [new URL('https://example.com'), 'https://example.com/'],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    ['', 'required'],
    ['example.com', 'invalid_url'],
    ['/path', 'invalid_url'],
    ['//example.com/', 'invalid_url'],
    ['https://', 'invalid_url'],
    ['https://exa mple.com/', 'invalid_url'],
    [' https://example.com/', 'invalid_url'],
    ['https://example.com/\n', 'invalid_url'],
    ['java\nscript:alert(1)', 'invalid_url'],
    ['http://256.256.256.256/', 'invalid_url'],
    ['javascript:alert(1)', 'invalid_scheme'],
    ['JavaScript:alert(1)', 'invalid_scheme'],
    ['ftp://example.com/', 'invalid_scheme'],
    ['mailto:ann@example.com', 'invalid_scheme'],
    [{ href: 'https://example.com/' }, 'invalid_type'],
  ]);

  itStores(field, [['https://example.com', 'https://example.com']]);

  itReads(field, [['example.com', 'example.com']]);

  itCannotRead(field, [[5, 'invalid_type']]);
});

describe('A URLField with other schemes', () => {
  const field = new URLFieldType({ schemes: ['FTP', 'git+ssh'], maxLength: 30, required: false });

  itCleans(field, [
    ['ftp://example.com/', 'ftp://example.com/'],
    ['git+ssh://example.com/', 'git+ssh://example.com/'],
    [undefined, ''],
  ]);

  itRefuses(field, [
    ['https://example.com/', 'invalid_scheme'],
    [`ftp://example.com/${'a'.repeat(30)}`, 'too_long'],
  ]);

  it.each([[[]], [['https:']], [['']], [['a b']]])('cannot have the schemes %p', async (schemes) => {
    expect(await errorOf(() => new URLFieldType({ schemes }))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'schemes must be names such as "https", without a colon, one at least.',
    });
  });
});
