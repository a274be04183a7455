import { GitError, GitModelError } from '../errors';

/**
 * The numbers by which libgit2 tells what went wrong; nodegit hands them on as `errno`.
 *
 * Source: `git_error_code` in libgit2's include/git2/errors.h.
 */
export const GitErrno = {
  /** The thing is not there. */
  NOT_FOUND: -3,
  /** The thing is there already. */
  EXISTS: -4,
  /** A short name stands for several things. */
  AMBIGUOUS: -5,
  /** HEAD names a branch without commits. */
  UNBORN_BRANCH: -9,
  /** The index is in the middle of a merge. */
  UNMERGED: -10,
  /** A name or specification does not follow Git's rules. */
  INVALID_SPEC: -12,
  /** A checkout would overwrite changes. */
  CONFLICT: -13,
  /** A lock file is there. */
  LOCKED: -14,
  /** The old value is not the expected one. */
  MODIFIED: -15,
  /** An object does not lead to one of the kind asked for. */
  PEEL: -19,
  /** The repository belongs to somebody else. */
  OWNER: -36,
} as const;

/**
 * The `errno` of an error that nodegit threw, or undefined when it has none. It need not be an instance of this
 * realm's `Error`: a native module makes its errors in the realm that has loaded it.
 */
export function errnoOf(error: unknown): number | undefined {
  const { errno } = Object(error) as { errno?: unknown };
  return typeof errno === 'number' ? errno : undefined;
}

/** What nodegit says where libgit2 has left no message. */
const NO_MESSAGE = /^Method \w+ has thrown an error\.$/;

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' ? message.replace(NO_MESSAGE, 'libgit2 gave no reason') : String(error);
}

/** What a call into nodegit threw, as an error of this library that names the operation. */
export function translateError(operation: string, error: unknown): GitModelError {
  if (error instanceof GitModelError) return error;
  return new GitError(`Git could not ${operation}: ${messageOf(error)}`, {
    cause: error,
    details: { operation, errno: errnoOf(error) },
  });
}

/**
 * Runs a call into nodegit. What it throws comes out as what `translate` makes of it, else as
 * {@link translateError} does.
 */
export async function callGit<T>(
  operation: string,
  call: () => T | Promise<T>,
  translate?: (errno: number | undefined, error: unknown) => GitModelError | undefined,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translate?.(errnoOf(error), error) ?? translateError(operation, error);
  }
}
