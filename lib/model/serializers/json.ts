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
  const lines = Array.from(
    fields,
    ([name, value]) => `    ${JSON.stringify(name)}: ${encodeValue(name, value)}`,
  );
  const body = lines.length > 0 ? `{\n${lines.join(',\n\n')}\n  }` : '{}';
  return Buffer.from(`{\n  "model": ${JSON.stringify(model)},\n  "fields": ${body}\n}\n`, 'utf8');
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
  if (!isUtf8(bytes)) throw invalidRecord(path, 'it is not UTF-8');
  const text = bytes.toString('utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw invalidRecord(path, `it is not JSON: ${(error as Error).message}`, error);
  }
  if (!isObject(data)) throw invalidRecord(path, 'it is not a JSON object');
  const danger = dangerIn(data);
  if (danger !== undefined) throw invalidRecord(path, danger);
  const { model, fields, ...others } = data;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw invalidRecord(path, `it has the key ${JSON.stringify(other)} beside "model" and "fields"`);
  }
  if (typeof model !== 'string') throw invalidRecord(path, 'its "model" is not a string');
  if (!isObject(fields)) throw invalidRecord(path, 'its "fields" are not a JSON object');
  if (mayLose(text)) return { model, fields: exactFields(text) };
  return { model, fields: new Map(Object.entries(fields) as [string, JsonValue][]) };
}

/** The fields of a record that is known to be one, in their order and without rounded numbers. */
function exactFields(text: string): Map<string, JsonValue> {
  return new Map(unmarkEntries(markedAt(parseMarked(text), 'fields')));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
