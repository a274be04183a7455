import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { ScalarTag } from 'yaml';
import { InvalidValue } from '../fields/invalid-value';
import type { ValuePath } from '../fields/invalid-value';
import { JsonNumber, isJsonArray } from '../json-value';
import type { JsonValue } from '../json-value';
import { checkStorable } from './storable';

/** Values are at the second level of the front matter. */
const VALUE_DEPTH = 2;

/**
 * YAML front matter, without the lines that enclose it. Text that another reader of YAML, of whichever version,
 * might take for something else, such as `no` or a date, is in quotes.
 *
 * @throws InvalidValue when a value could not be read again; its path begins with the field's name.
 */
export function writeFrontMatter(fields: Iterable<readonly [string, JsonValue]>): string {
  const contents = new YAMLMap();
  for (const [name, value] of fields) {
    contents.items.push(new Pair(keyNode(name), checkedNode(name, value)));
  }
  if (contents.items.length === 0) return '';
  const document = new Document(null, { schema: 'core', compat: 'yaml-1.1', customTags: [JSON_NUMBER] });
  document.contents = contents;
  return document
    .toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity })
    .replace(NEEDS_ESCAPE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function checkedNode(name: string, value: JsonValue): Scalar | YAMLMap | YAMLSeq {
  try {
    checkStorable(value, VALUE_DEPTH);
    return nodeOf(value);
  } catch (error) {
    throw error instanceof InvalidValue ? error.within(name) : error;
  }
}

/** Writes a number as it is. */
const JSON_NUMBER: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value) => value instanceof JsonNumber,
  stringify: ({ value }) => (value as JsonNumber).text,
  resolve: (text) => text,
};

function nodeOf(value: JsonValue): Scalar | YAMLMap | YAMLSeq {
  if (typeof value === 'string') return textNode(value);
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return new Scalar(value);
  if (isJsonArray(value)) {
    const list = new YAMLSeq();
    for (const each of value) list.items.push(nodeOf(each));
    return list;
  }
  const map = new YAMLMap();
  for (const [key, each] of Object.entries(value)) map.items.push(new Pair(textNode(key), nodeOf(each)));
  return map;
}

function keyNode(name: string): Scalar {
  if (name === '__proto__') throw new InvalidValue('invalid_key', 'must not be named "__proto__"', [name]);
  if (!name.isWellFormed()) throw halfPair([name]);
  return textNode(name);
}

/**
 * What the package would write without quotes, but other readers, or its own at the beginning of the front
 * matter, take for something else: marks of byte order, line ends of YAML 1.1, and keys that mean more.
 */
const MEANS_MORE = /[\u0085\u2028\u2029\ufeff]|^(?:=|<<)$/;

/** Those of them that are still taken for a line end in quotes, where nothing but quoted text has them. */
const NEEDS_ESCAPE = /[\u0085\u2028\u2029\ufeff]/g;

/** Whether text has several lines and white space around them, some of which a block of the package's loses. */
function hasLooseSpace(text: string): boolean {
  if (!text.includes('\n')) return false;
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
  return text.trimStart() !== text || lines.trimEnd() !== lines || /[ \t]\n/.test(lines);
}

function textNode(text: string): Scalar {
  if (!text.isWellFormed()) throw halfPair();
  const node = new Scalar(text);
  if (MEANS_MORE.test(text) || hasLooseSpace(text)) node.type = 'QUOTE_DOUBLE';
  return node;
}

/** The error for text with half of a surrogate pair, which UTF-8 cannot hold. */
export function halfPair(path: ValuePath = []): InvalidValue {
  return new InvalidValue(
    'invalid_text',
    'must not have half of a surrogate pair, which is no character',
    path,
  );
}
