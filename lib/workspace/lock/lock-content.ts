import { randomUUID } from 'node:crypto';
import type { ProcessIdentity } from '../../git/process';
import type { LockOwner } from '../../model/record/lock';
import type { LockTarget } from './lock-name';

/**
 * What stands in the blob that a lock's reference points at: JSON, a line for each property.
 *
 * ```json
 * {
 *   "gitmodel": "lock",
 *   "version": 1,
 *   "model": "Page",
 *   "id": "hello",
 *   "owner": "Ann <ann@example.com>",
 *   "host": "server-1",
 *   "machine": "0f3a…",
 *   "pid": 4711,
 *   "start": "9b1c…",
 *   "acquired": "2030-01-01T00:00:00.000Z",
 *   "expires": "2030-01-01T00:00:30.000Z",
 *   "expiry": 30000,
 *   "token": "…"
 * }
 * ```
 *
 * `machine` and `start` are those of {@link ProcessIdentity}. The token makes the blob, and so the value of the reference,
 * one that no other lock has.
 */
export interface LockContent extends LockTarget, LockOwner, ProcessIdentity {
  /** For how long it is taken, in milliseconds. */
  readonly expiry: number;
  readonly token: string;
}

/** No lock is larger; the longest texts in it are cut. */
export const MAX_LOCK_BYTES = 64 * 1024;

const MAX_TEXT = 1000;

/** The shortest and the longest time that a lock may be taken for, in milliseconds. */
export const [MIN_EXPIRY, MAX_EXPIRY] = [100, 24 * 3600 * 1000];

/** What makes the content of a new lock. */
export function newToken(): string {
  return randomUUID();
}

/** The content of the blob. */
export function encodeLock(lock: LockContent): Buffer {
  const { model, id, owner, host, machine, pid, start, acquired, expires, expiry, token } = lock;
  const fields = {
    gitmodel: 'lock',
    version: 1,
    model: model?.slice(0, MAX_TEXT) ?? null,
    id: id.slice(0, MAX_TEXT),
    owner: owner.slice(0, MAX_TEXT),
    ...{ host, machine, pid, start, acquired, expires, expiry, token },
  };
  return Buffer.from(`${JSON.stringify(fields, null, 2)}\n`);
}

/**
 * Reads the content of such a blob, which anybody may have written.
 *
 * @throws Error that says what is wrong with it.
 */
export function decodeLock(content: Buffer): LockContent {
  const fields = parse(content);
  if (fields.gitmodel !== 'lock') throw new Error('it is not a lock of gitmodel');
  if (fields.version !== 1) throw new Error('it is of a version that is not known here');
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value === 'string') return value;
    throw new Error(`its "${name}" is no text`);
  };
  const number = (name: string, least: number, most: number): number => {
    const value = fields[name];
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw new Error(`its "${name}" is not a number that can be`);
  };
  const time = (name: string): Date => {
    const value = new Date(text(name));
    if (!Number.isNaN(value.getTime())) return value;
    throw new Error(`its "${name}" is no time`);
  };
  return {
    model: fields.model === null ? null : text('model'),
    id: text('id'),
    owner: text('owner'),
    host: text('host'),
    machine: text('machine'),
    pid: Math.trunc(number('pid', 1, 2 ** 31)),
    start: fields.start === null ? null : text('start'),
    acquired: time('acquired'),
    expires: time('expires'),
    expiry: number('expiry', MIN_EXPIRY, MAX_EXPIRY),
    token: text('token'),
  };
}

function parse(content: Buffer): Readonly<Record<string, unknown>> {
  if (content.length > MAX_LOCK_BYTES) throw new Error('it is too large');
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new Error('it is not JSON', { cause: error });
  }
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new Error('it is no JSON object');
}
