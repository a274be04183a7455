import { isUtf8 } from 'node:buffer';
import { InvalidValue } from '../fields/invalid-value';
import type { JsonValue } from '../json-value';
import { markedAt, mayLose, parseMarked, stringifyExactly, unmarkEntries } from './exact-json';
import { invalidRecord } from './invalid-record';
import type { Serializer, StoredRecord } from './serializer';
import { checkStorable, dangerIn } from './storable';

/** JSON, one field a line: how records are stored unless their model says otherwise. */
export const json: Serializer = { extension: 'json', encode: encodeRecord, decode: decodeRecord };

/**
 * The bytes of a record. Each field has a line of its own, and an empty line stands between two of them: Git's
 * line-based merge takes changes in neighbouring lines for a conflict, and so merges changes of any two
 * fields. The same record always gives the same bytes, hence the same oid.
 *
 * @throws InvalidValue when a value could not be read again: it is nested too deep, or is not JSON.
 */
function encodeRecord({ model, fields }: StoredRecord): Buffer {
  let body = '';
  for (const [name, value] of fields) {
    body += `${body === '' ? '{\n' : ',\n\n'}    ${quote(name)}: ${encodeValue(name, value)}`;
  }
  body = body === '' ? '{}' : `${body}\n  }`;
  return Buffer.from(
    `{\n  "model": ${model === null ? 'null' : quote(model)},\n  "fields": ${body}\n}\n`,
    'utf8',
  );
}

/** The names of models and fields in JSON: there are few, and they come again in every record. */
const quoted = new Map<string, string>();

/** How many names are remembered; there are more where somebody takes anything for a name. */
const MAX_QUOTED = 1000;

function quote(name: string): string {
  let text = quoted.get(name);
  if (text === undefined) {
    if (quoted.size === MAX_QUOTED) quoted.clear();
    quoted.set(name, (text = JSON.stringify(name)));
  }
  return text;
}

/** The level of the fields' values: the record and its fields are those above. */
const VALUE_DEPTH = 3;

function encodeValue(name: string, value: JsonValue): string {
  if (name === '__proto__') throw new InvalidValue('invalid_key', 'must not be named "__proto__"', [name]);
  try {
    return checkStorable(value, VALUE_DEPTH) ? stringifyExactly(value) : JSON.stringify(value);
  } catch (error) {
    throw error instanceof InvalidValue ? error.within(name) : error;
  }
}

/**
 * Reads a record, as written here, by hand, or by python-gitmodel. Numbers that JavaScript would round become
 * JsonNumbers.
 *
 * @param path Where the bytes come from, for the error.
 * @throws InvalidRecordError when the bytes are not a record. Nothing of them is trusted.
 */
function decodeRecord(bytes: Buffer, path: string): StoredRecord {
  const text = bytes.toString('utf8');
  // What is not UTF-8 becomes this character; a text without it needs no other check.
  if (text.includes(REPLACEMENT) && !isUtf8(bytes)) throw invalidRecord(path, 'it is not UTF-8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw invalidRecord(path, `it is not JSON: ${(error as Error).message}`, error);
  }
  if (!isObject(data)) throw invalidRecord(path, 'it is not a JSON object');
  const danger = dangerIn(data);
  if (danger !== undefined) throw invalidRecord(path, danger);
  for (const key of Object.keys(data)) {
    if (key === 'model' || key === 'fields') continue;
    throw invalidRecord(path, `it has the key ${JSON.stringify(key)} beside "model" and "fields"`);
  }
  const { model, fields } = data;
  if (typeof model !== 'string') throw invalidRecord(path, 'its "model" is not a string');
  if (!isObject(fields)) throw invalidRecord(path, 'its "fields" are not a JSON object');
  if (mayLose(text, fields)) return { model, fields: exactFields(text) };
  const stored = new Map<string, JsonValue>();
  for (const name of Object.keys(fields)) stored.set(name, fields[name] as JsonValue);
  return { model, fields: stored };
}

/** What stands in a text for bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

/** The fields of a record that is known to be one, in their order and without rounded numbers. */
function exactFields(text: string): Map<string, JsonValue> {
  return new Map(unmarkEntries(markedAt(parseMarked(text), 'fields')));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
