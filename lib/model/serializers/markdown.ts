import { isUtf8 } from 'node:buffer';
import { InvalidArgumentError } from '../../errors';
import { InvalidValue } from '../fields/invalid-value';
import type { JsonValue } from '../json-value';
import { UnreadableFrontMatter, readFrontMatter } from './front-matter-reader';
import { halfPair, writeFrontMatter } from './front-matter-writer';
import { invalidRecord } from './invalid-record';
import type { Serializer, StoredRecord } from './serializer';

/** What {@link markdown} has to know. */
export interface MarkdownOptions {
  /** The stored name of the field that is the text below the front matter. */
  readonly body: string;
}

/**
 * Markdown with YAML front matter: the text of one field below, all other fields above it.
 *
 * ```markdown
 * ---
 * slug: hello
 * title: Hello
 * ---
 *
 * The body.
 * ```
 *
 * The body is kept exactly. The empty line above it and the line end after it belong to the file, so the body
 * here is `The body.`. Nothing below the front matter is the empty text; a body that is null stands in the front
 * matter, as `content: null`. Where not even a line end is below, the record does not have the field.
 *
 * The front matter is YAML 1.2, of which only what JSON has is read: no tags, anchors, aliases, merge keys or
 * infinite numbers; dates are text. Its comments and its layout are lost when the record is saved. It does not
 * say the model's name.
 *
 * @throws InvalidArgumentError when the body is not the name of a field.
 */
export function markdown({ body }: MarkdownOptions): Serializer {
  if (typeof body !== 'string' || body === '') {
    throw new InvalidArgumentError('The "body" of markdown() must be the stored name of a field.', {
      details: { option: 'body', value: body },
    });
  }
  return {
    extension: 'md',
    encode: (record) => encodeRecord(record, body),
    decode: (bytes, path) => decodeRecord(bytes, path, body),
  };
}

/**
 * The bytes of a record.
 *
 * @throws InvalidValue when the body is neither text nor null, or a value could not be read again.
 */
function encodeRecord({ fields }: StoredRecord, body: string): Buffer {
  const text = fields.get(body);
  const above = Array.from(fields).filter(([name, value]) => name !== body || value === null);
  return Buffer.from(`---\n${writeFrontMatter(above)}---${below(text, body)}`, 'utf8');
}

/** What stands behind the three dashes that end the front matter. */
function below(text: unknown, name: string): string {
  if (text === undefined) return '';
  if (text === null || text === '') return '\n';
  if (typeof text !== 'string') {
    throw new InvalidValue('invalid_type', 'must be text, for it is the body of a Markdown file', [name]);
  }
  if (!text.isWellFormed()) throw halfPair([name]);
  return `\n\n${text}\n`;
}

/** The line above the front matter, and the one below: line ends are those of YAML, not U+2028 and U+2029. */
const OPENING = /^\ufeff?---[ \t]*\r?\n/;
const CLOSING = /(?<=\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/g;

/**
 * Reads a record, as written here or by hand.
 *
 * @param path Where the bytes come from, for the error.
 * @throws InvalidRecordError when the bytes are not a record. Nothing of them is trusted.
 */
function decodeRecord(bytes: Buffer, path: string, body: string): StoredRecord {
  if (!isUtf8(bytes)) throw invalidRecord(path, 'it is not UTF-8');
  const text = bytes.toString('utf8');
  const [opening] = OPENING.exec(text) ?? [];
  if (opening === undefined) {
    throw invalidRecord(path, 'it does not begin with front matter, between two lines of "---"');
  }
  CLOSING.lastIndex = opening.length;
  const closing = CLOSING.exec(text);
  if (!closing) throw invalidRecord(path, 'its front matter does not end with a line of "---"');
  const fields = fieldsOf(text.slice(opening.length, closing.index), path);
  const hasBelow = closing[0].endsWith('\n');
  const below = hasBelow ? bodyOf(text.slice(closing.index + closing[0].length), opening) : '';
  if (!fields.has(body)) return { model: null, fields: hasBelow ? fields.set(body, below) : fields };
  if (fields.get(body) === null && below === '') return { model: null, fields };
  const name = JSON.stringify(body);
  throw invalidRecord(path, `it has ${name} in its front matter, which is the text below it; leave only one`);
}

function fieldsOf(yaml: string, path: string): Map<string, JsonValue> {
  try {
    return readFrontMatter(yaml.replaceAll('\r\n', '\n'));
  } catch (error) {
    if (!(error instanceof UnreadableFrontMatter)) throw error;
    throw invalidRecord(path, error.message, error);
  }
}

/** The body without the line ends around it that are the file's; these are CRLF only where the first line's is. */
function bodyOf(below: string, opening: string): string {
  const [first, last] = opening.endsWith('\r\n') ? [/^\r?\n/, /\r?\n$/] : [/^\n/, /\n$/];
  return below.replace(first, '').replace(last, '');
}
