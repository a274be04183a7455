import { ConcurrentUpdateError, ReferenceExistsError, ReferenceNotFoundError } from '../errors';
import { isBranchRef } from '../object/reference-name';

/** The error for a reference that has to be there and is not. */
export function referenceNotFound(ref: string): ReferenceNotFoundError {
  const remedy = isBranchRef(ref) ? ' Create it with createBranch(), or commit to it first.' : '';
  return new ReferenceNotFoundError(`There is no reference ${ref}.${remedy}`, { details: { ref } });
}

/** The error for a reference that must not exist yet. */
export function alreadyExists(ref: string, at: unknown, cause: unknown): ReferenceExistsError {
  return new ReferenceExistsError(
    `${ref} exists already, at ${String(at)}. Choose another name or delete it first.`,
    { cause, details: { ref } },
  );
}

/** The error for a name that is a folder of another reference's, or the other way round. */
export function collides(ref: string, existing: string, cause: unknown): ReferenceExistsError {
  return new ReferenceExistsError(
    `${ref} cannot be created, because there is ${existing} and Git keeps references like files in folders.`,
    { cause, details: { ref, existing } },
  );
}

/** The error for a reference that has another value than the expected one; null for none. */
export function concurrentUpdate(
  ref: string,
  expected: string | null,
  actual: string | null,
  cause: unknown,
): ConcurrentUpdateError {
  const was = expected === null ? 'did not exist' : `was at ${expected}`;
  const is = actual === null ? 'does not exist' : `is at ${actual}`;
  return new ConcurrentUpdateError(
    `${ref} was moved by somebody else: it ${was} when the changes were based on it, and ${is} now. ` +
      'Nothing was overwritten. Update the index to the branch and make the changes again.',
    { cause, details: { ref, expected, actual } },
  );
}
