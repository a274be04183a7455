import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { checkOptions, checkSignal } from '../../arguments';
import { InvalidArgumentError, LockReentryError, LockWaitTimeoutError } from '../../errors';
import { hasEnded, thisProcess } from '../../git/process';
import { LOCK_OPTIONS } from '../../model/record/lock';
import type { Lock, LockOptions, LockOwner } from '../../model/record/lock';
import type { Awaitable } from '../../object/awaitable';
import { pauseBeforeNext } from '../../waiting';
import type { WorkspaceContext } from '../context';
import type { WorkspaceScope } from '../scope';
import { HeldLock, nameOf } from './held-lock';
import { MAX_EXPIRY, MIN_EXPIRY, newToken } from './lock-content';
import type { LockContent } from './lock-content';
import { lockRef } from './lock-name';
import type { LockTarget } from './lock-name';
import { LockStore } from './lock-store';
import type { StoredLock } from './lock-store';

/** For how long a lock is taken, in milliseconds, unless something else is asked for. */
const DEFAULT_EXPIRY = 30_000;

/** By how much the clocks of machines may differ that share locks, in milliseconds. */
const CLOCK_TOLERANCE = 60_000;

/** The locks that code holds, which asks for another one. */
interface Holding {
  readonly key: string;
  isOver: boolean;
  readonly outer: Holding | undefined;
}

const holdings = new AsyncLocalStorage<Holding>();

/** Runs code while nobody else holds a lock; see `Workspace.lock`. */
export async function withLock<T>(
  scope: WorkspaceScope,
  target: LockTarget,
  code: (lock: Lock) => Awaitable<T>,
  options: LockOptions = {},
): Promise<T> {
  const context = scope.outside(
    'lock()',
    'The lock would be released before; call transaction() within lock().',
  );
  const terms = checkTerms(context, target, options);
  if (typeof code !== 'function') {
    throw new InvalidArgumentError(`What runs under a lock must be a function; ${inspect(code)} is not.`, {
      details: { option: 'fn', value: code },
    });
  }
  const ref = lockRef(target);
  const key = `${context.repository.commonFolder}\0${ref}`;
  const outer = holdings.getStore();
  refuseReentry(target, ref, key, outer);
  const store = new LockStore(context);
  const lock = await acquire(context, store, target, ref, terms);
  const holding: Holding = { key, isOver: false, outer };
  let result: T;
  try {
    result = await holdings.run(holding, () => code(lock));
  } catch (error) {
    holding.isOver = true;
    // What the code has thrown says more than that the lock is lost too.
    await lock.release().catch(() => undefined);
    throw error;
  }
  holding.isOver = true;
  await lock.release();
  return result;
}

/** @throws LockReentryError when the code that asks for a lock runs under it already, and would wait for itself. */
function refuseReentry(target: LockTarget, ref: string, key: string, outer: Holding | undefined): void {
  for (let each = outer; each; each = each.outer) {
    if (each.key !== key || each.isOver) continue;
    throw new LockReentryError(
      `The lock on ${nameOf(target)} is held by the code that asks for it, which would wait for itself for ever.`,
      { details: { ref, ...target } },
    );
  }
}

/** The options with all defaults in place; there need not be a signal. */
type Terms = {
  readonly [K in keyof Omit<LockOptions, 'signal'>]-?: NonNullable<LockOptions[K]>;
} & Pick<LockOptions, 'signal'>;

function checkTerms({ config, gate }: WorkspaceContext, { id }: LockTarget, options: LockOptions): Terms {
  gate.assertOpen();
  if (typeof id !== 'string') {
    throw new InvalidArgumentError(`The id of a lock must be a string; ${inspect(id)} is not.`, {
      details: { option: 'id', value: id },
    });
  }
  const { name, email } = config.author;
  const terms: Terms = {
    timeout: config.lockWaitTimeout,
    interval: config.lockWaitInterval,
    expiry: DEFAULT_EXPIRY,
    owner: `${name} <${email}>`,
    ...Object.fromEntries(
      Object.entries(checkOptions(options, LOCK_OPTIONS)).filter(([, value]) => value !== undefined),
    ),
  };
  checkSignal(terms.signal);
  checkNumber('timeout', terms.timeout, 0, Infinity);
  checkNumber('interval', terms.interval, 1, Infinity);
  checkNumber('expiry', terms.expiry, MIN_EXPIRY, MAX_EXPIRY);
  if (typeof terms.owner !== 'string') {
    throw new InvalidArgumentError(`"owner" must be a string; ${inspect(terms.owner)} is not.`, {
      details: { option: 'owner', value: terms.owner },
    });
  }
  return terms;
}

function checkNumber(option: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new InvalidArgumentError(
    `"${option}" must be a number of milliseconds from ${least} to ${most}; ${inspect(value)} is not.`,
    { details: { option, value } },
  );
}

/**
 * Takes a lock as soon as it is free, or was left behind.
 *
 * @throws LockWaitTimeoutError that names who has it; the signal's reason when it is aborted.
 */
async function acquire(
  { gate }: WorkspaceContext,
  store: LockStore,
  target: LockTarget,
  ref: string,
  terms: Terms,
): Promise<HeldLock> {
  const start = performance.now();
  const watch = new Watch();
  for (;;) {
    terms.signal?.throwIfAborted();
    // One look is an operation of the workspace; to wait is none, so that it can be closed meanwhile.
    const found = await gate.read(async () => {
      const present = await store.read(ref);
      if (present !== null && !watch.isAbandoned(present)) return present;
      const since = performance.now();
      const content = newContent(target, terms);
      const oid = await store.write(ref, content, present?.oid ?? null);
      return oid === null ? 'retry' : new HeldLock(store, ref, content, oid, since);
    });
    if (found instanceof HeldLock) {
      if (!terms.signal?.aborted) return found;
      await found.release().catch(() => undefined);
      throw terms.signal.reason;
    }
    if (found === 'retry') continue;
    const waited = Math.round(performance.now() - start);
    if (waited >= terms.timeout) throw tookTooLong(target, ref, waited, found.content);
    const pause = pauseBeforeNext(terms, waited);
    await sleep(pause, undefined, { signal: terms.signal }).catch(() => undefined);
  }
}

function newContent(target: LockTarget, { owner, expiry }: Terms): LockContent {
  const acquired = new Date();
  const expires = new Date(acquired.getTime() + expiry);
  return { ...target, owner, ...thisProcess(), acquired, expires, expiry, token: newToken() };
}

/** Watches a lock that somebody else has. */
class Watch {
  private seen: { readonly oid: string; readonly since: number } | undefined;

  /**
   * Whether a lock was left behind: its process has ended, it was not renewed for as long as it was taken for, while we
   * looked on, or it ended long ago by the clock. Clocks of other machines may be wrong, so that is the last resort.
   */
  isAbandoned({ oid, content }: StoredLock): boolean {
    if (this.seen?.oid !== oid) this.seen = { oid, since: performance.now() };
    const watched = performance.now() - this.seen.since;
    if (!content) return watched > DEFAULT_EXPIRY;
    return (
      hasEnded(content) ||
      watched > content.expiry ||
      Date.now() > content.expires.getTime() + CLOCK_TOLERANCE
    );
  }
}

function tookTooLong(
  target: LockTarget,
  ref: string,
  waited: number,
  content: LockContent | undefined,
): LockWaitTimeoutError {
  const owner = content && ownerOf(content);
  const whose = owner
    ? `by ${owner.owner} (process ${owner.pid} on ${owner.host}, since ${owner.acquired.toISOString()})`
    : 'by somebody who is not known, because what says so is missing';
  return new LockWaitTimeoutError(
    `The lock on ${nameOf(target)} has been held for the ${waited} ms that were waited for it, ${whose}. ` +
      'Try again later, or wait for longer with { timeout }.',
    { details: { ref, waited, ...target, owner: owner ?? null } },
  );
}

function ownerOf({ owner, host, pid, acquired, expires }: LockContent): LockOwner {
  return { owner, host, pid, acquired, expires };
}
