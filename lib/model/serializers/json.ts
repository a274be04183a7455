import { isUtf8 } from 'node:buffer';
import { InvalidRecordError } from '../../errors';
import type { JsonValue } from '../json-value';
import type { Serializer, StoredRecord } from './serializer';

/** JSON, one field a line: how records are stored unless their model says otherwise. */
export const json: Serializer = { extension: 'json', encode: encodeRecord, decode: decodeRecord };

/**
 * The bytes of a record. Each field has a line of its own, and an empty line stands between two of them: Git's
 * line-based merge takes changes in neighbouring lines for a conflict, and so merges changes of any two
 * fields. The same record always gives the same bytes, hence the same oid.
 */
function encodeRecord({ model, fields }: StoredRecord): Buffer {
  const lines = Array.from(
    fields,
    ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  const body = lines.length > 0 ? `{\n${lines.join(',\n\n')}\n  }` : '{}';
  return Buffer.from(`{\n  "model": ${JSON.stringify(model)},\n  "fields": ${body}\n}\n`, 'utf8');
}

/**
 * Reads a record, as written here, by hand, or by python-gitmodel.
 *
 * @param path Where the bytes come from, for the error.
 * @throws InvalidRecordError when the bytes are not a record. Nothing of them is trusted.
 */
function decodeRecord(bytes: Buffer, path: string): StoredRecord {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new InvalidRecordError(
      `The data at "${path}" is not a record: ${reason}. Look at it with "git show <branch>:${path}".`,
      { cause, details: { path, reason } },
    );
  };
  if (!isUtf8(bytes)) refuse('it is not UTF-8');
  const text = bytes.toString('utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    refuse(`it is not JSON: ${(error as Error).message}`, error);
  }
  if (!isObject(data)) return refuse('it is not a JSON object');
  const danger = dangerIn(data);
  if (danger !== undefined) refuse(danger);
  const rounded = findRoundedNumber(text);
  if (rounded !== undefined) refuse(`it has the number ${rounded}, which JavaScript would round`);
  const { model, fields, ...others } = data;
  const [other] = Object.keys(others);
  if (other !== undefined) refuse(`it has the key ${JSON.stringify(other)} beside "model" and "fields"`);
  if (typeof model !== 'string') return refuse('its "model" is not a string');
  if (!isObject(fields)) return refuse('its "fields" are not a JSON object');
  return { model, fields: new Map(Object.entries(fields) as [string, JsonValue][]) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How deep objects and arrays may be nested; JavaScript's own JSON functions run out of stack beyond 3,000. */
const MAX_DEPTH = 500;

/** Why parsed data must not get any further, or undefined. */
function dangerIn(value: unknown, depth = 1): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} levels deep`;
  if (Object.hasOwn(value, '__proto__')) return 'it has the key "__proto__"';
  for (const each of Object.values(value)) {
    const danger = dangerIn(each, depth + 1);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

/** Numbers that a double may not hold have sixteen digits or more, or an exponent. */
const MAY_BE_ROUNDED = /\d[\d.]{15}|\d[eE]/;

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** The first number in a JSON text that would be another one after it was read and written again. */
function findRoundedNumber(text: string): string | undefined {
  if (!MAY_BE_ROUNDED.test(text)) return undefined;
  for (const [token] of text.matchAll(STRING_OR_NUMBER)) {
    if (!token.startsWith('"') && significance(token) !== significance(String(Number(token)))) return token;
  }
  return undefined;
}

/** The digits that count, and the power of ten of the last of them: the same for two spellings of one number. */
function significance(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.replace(/^-/, '').toLowerCase().split(/e\+?/);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${significant} ${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
