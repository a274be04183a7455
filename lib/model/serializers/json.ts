import { isUtf8 } from 'node:buffer';
import { InvalidRecordError } from '../../errors';
import type { JsonValue } from '../fields/field';

/** A record as it is stored: the model's name and the fields by their stored names, in stored order. */
export interface StoredRecord {
  readonly model: string;
  readonly fields: ReadonlyMap<string, JsonValue>;
}

/**
 * The bytes of a record. Each field has a line of its own, and an empty line stands between two of them: Git's
 * line-based merge takes changes in neighbouring lines for a conflict, and so merges changes of any two
 * fields. The same record always gives the same bytes, hence the same oid.
 */
export function encodeRecord({ model, fields }: StoredRecord): Buffer {
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
export function decodeRecord(bytes: Buffer, path: string): StoredRecord {
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
  if (mayHaveProtoKey(text) && hasProtoKey(data)) refuse('it has the key "__proto__"');
  const { model, fields } = data;
  if (typeof model !== 'string') return refuse('its "model" is not a string');
  if (!isObject(fields)) return refuse('its "fields" are not a JSON object');
  return { model, fields: new Map(Object.entries(fields) as [string, JsonValue][]) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the key can be in the text at all, be it written with escapes; a look at every key costs more. */
function mayHaveProtoKey(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u');
}

function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProtoKey);
}
