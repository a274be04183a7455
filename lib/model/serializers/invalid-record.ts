import { InvalidRecordError } from '../../errors';

/**
 * The error for bytes that are no record.
 *
 * @param reason Why they are none: `it is not UTF-8`.
 * @param cause The error that lies behind this one, if any.
 */
export function invalidRecord(path: string, reason: string, cause?: unknown): InvalidRecordError {
  return new InvalidRecordError(
    `The data at "${path}" is not a record: ${reason}. Look at it with "git show <branch>:${path}".`,
    { cause, details: { path, reason } },
  );
}
