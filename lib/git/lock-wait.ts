import { LockWaitTimeoutError } from '../errors';
import { pauseBeforeNext } from '../waiting';
import { errnoOf, GitErrno, messageOf } from './translate-error';

/** How to wait for a lock file that somebody else holds, both in milliseconds. */
export interface LockWait {
  readonly timeout: number;
  readonly interval: number;
}

/**
 * Calls until no lock file is in the way. libgit2 gives up at once, where git itself tries for a while.
 *
 * @param what What is locked: a reference's name, or the path of a file.
 * @throws LockWaitTimeoutError when the lock stays; anything else that the call throws.
 */
export async function retryWhileLocked<T>(what: string, call: () => Promise<T>, wait: LockWait): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (errnoOf(error) !== GitErrno.LOCKED) throw error;
      const waited = Math.round(performance.now() - start);
      if (waited >= wait.timeout) {
        throw new LockWaitTimeoutError(
          `${what} has been locked by another process for ${waited} ms (${messageOf(error).replace(/[:\s]+$/, '')}). ` +
            'If no process is at work on the repository, delete the lock file.',
          { cause: error, details: { ref: what, waited } },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pauseBeforeNext(wait, waited)));
    }
  }
}
