import { ModelDefinitionError } from '../../errors';
import { CharFieldType } from './char-field';
import type { CharFieldOptions } from './char-field';
import { InvalidValue } from './invalid-value';

/** The options of a URL. */
export interface URLFieldOptions extends CharFieldOptions {
  /** The schemes that there may be, such as `ftp` or `mailto`. Default: `http` and `https`. */
  readonly schemes?: readonly string[] | undefined;
}

const SCHEME = /^[a-z][a-z\d+.-]*$/i;

/** The parser leaves them out where they stand at the ends or break a line; here they are a mistake. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const SPACE = /[\s\x00-\x1f]/;

/** An absolute URL by the rules of the WHATWG, as browsers have them. Text, kept as it is written. */
export class URLFieldType extends CharFieldType {
  private readonly schemes: readonly string[];

  constructor(options: URLFieldOptions = {}) {
    super(options);
    const { schemes = ['http', 'https'] } = options;
    if (schemes.length === 0 || !schemes.every((scheme) => SCHEME.test(scheme))) {
      throw new ModelDefinitionError(
        'schemes must be names such as "https", without a colon, one at least.',
        {
          details: { options },
        },
      );
    }
    this.schemes = schemes.map((scheme) => scheme.toLowerCase());
  }

  protected override coerce(value: unknown): string {
    return value instanceof URL ? value.href : super.coerce(value);
  }

  protected override validate(value: string): void {
    super.validate(value);
    const scheme = SPACE.test(value) ? undefined : schemeOf(value);
    if (scheme === undefined) {
      throw new InvalidValue('invalid_url', 'must be an absolute URL such as https://example.com/');
    }
    if (!this.schemes.includes(scheme)) {
      throw new InvalidValue('invalid_scheme', `must be a URL that begins with ${this.beginnings()}`);
    }
  }

  private beginnings(): string {
    return this.schemes.map((scheme) => `${scheme}:`).join(' or ');
  }
}

function schemeOf(url: string): string | undefined {
  try {
    return new URL(url).protocol.slice(0, -1);
  } catch {
    return undefined;
  }
}
