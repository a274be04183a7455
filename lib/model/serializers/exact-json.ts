import { JsonNumber, isJsonArray } from '../json-value';
import type { JsonValue } from '../json-value';

/**
 * What `JSON.parse` would lose of a JSON text: the digits of numbers that it rounds, how numbers are written, and
 * the place of keys such as `"10"`, which JavaScript moves to the front. `JSON.parse` reads the text all the same, but
 * with marks that keep them: a letter at the beginning of every text and key, which {@link unmarkEntries} takes away
 * again, and every number that would be written in another way as such a text. Since every text has a mark, none can be taken for a number.
 */
const TEXT = 's';
const NUMBER = 'n';

/**
 * Whether a JSON text may have something that `JSON.parse` would lose. Quick, and never wrong in saying no.
 *
 * @param parsed What `JSON.parse` made of it: many records have neither numbers nor such keys.
 */
export function mayLose(json: string, parsed: unknown): boolean {
  return hasDigits(parsed) && SUSPICIOUS.test(json);
}

/** Whether a number, or a key that begins with a digit, is in a value. */
function hasDigits(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number';
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value) && key >= '0' && key < ':') return true;
    if (hasDigits((value as Readonly<Record<string, unknown>>)[key])) return true;
  }
  return false;
}

/** A number of sixteen characters or more, with an exponent or ending in a decimal zero, or -0; a key of digits. */
const SUSPICIOUS = /[:[,]\s*(?:-?(?:[\d.]{16}|\d+(?:\.\d+)?[eE]|\d+\.\d*0(?!\d))|-0(?![.\d]))|"\d+"\s*:/;

/** What a JSON text says, with marks; the text has to be valid. */
export function parseMarked(json: string): Marked {
  const token = /"|-?\d[\d.eE+-]*/g;
  let marked = '';
  let copied = 0;
  for (let found = token.exec(json); found; found = token.exec(json)) {
    const [text] = found;
    if (text === '"') {
      marked += `${json.slice(copied, found.index)}"${TEXT}`;
      copied = found.index + 1;
      token.lastIndex = endOfString(json, copied);
    } else if (typeof JsonNumber.asWritten(text) !== 'number') {
      marked += `${json.slice(copied, found.index)}"${NUMBER}${text}"`;
      copied = found.index + text.length;
    }
  }
  return JSON.parse(marked + json.slice(copied)) as Marked;
}

export type Marked = null | boolean | number | string | Marked[] | MarkedObject;

export interface MarkedObject {
  readonly [key: string]: Marked;
}

/** The value that was marked. */
function unmark(value: Marked): JsonValue {
  if (typeof value === 'string') {
    return value.startsWith(NUMBER) ? new JsonNumber(value.slice(1)) : value.slice(1);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.map(unmark) : Object.fromEntries(unmarkEntries(value));
}

/** The entries of a marked object, in the order in which they stand in the text. */
export function unmarkEntries(value: Marked | undefined): [string, JsonValue][] {
  return Object.entries(value as MarkedObject).map(([key, each]) => [key.slice(1), unmark(each)]);
}

/** The value that a key has in a marked object. */
export function markedAt(value: Marked, key: string): Marked | undefined {
  return (value as MarkedObject)[TEXT + key];
}

/** What `JSON.stringify` gives, with every {@link JsonNumber} as it is. */
export function stringifyExactly(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(stringifyExactly).join(',')}]`;
  const entries = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}:${stringifyExactly(each)}`,
  );
  return `{${entries.join(',')}}`;
}

/** Behind the quotation mark that ends a string; not by a pattern, which runs out of stack on long strings. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
}
