import { GitError, GitModelError, ObjectWriteError } from '../../errors';

/**
 * Whether an error tells what is wrong with a stored record, so that `onInvalid` may take it. What tells that reading failed
 * says nothing of the record, which may be sound, and must not be left out for it.
 */
export function isOfRecord(error: unknown): error is GitModelError {
  return (
    error instanceof GitModelError && !(error instanceof ObjectWriteError) && !(error instanceof GitError)
  );
}
