import { GitError, GitModelError } from '../errors';
import { messageOf } from './translate-error';

/** How much of a change has happened when the file system refuses to go on. `unsynced` is all, but maybe not on the disk. */
export type Extent = 'none' | 'part' | 'unsynced';

/** What a change of files that are not objects threw, as an error of this library that says what has become of the change. */
export function writeError(operation: string, extent: Extent, error: unknown): GitModelError {
  if (error instanceof GitModelError) return error;
  const { path: file } = Object(error) as NodeJS.ErrnoException;
  return new GitError(MESSAGES[extent](operation, messageOf(error)), {
    cause: error,
    details: { operation, path: file },
  });
}

const MESSAGES: Readonly<Record<Extent, (operation: string, reason: string) => string>> = {
  none: (operation, reason) =>
    `Git could not ${operation}: ${reason}. It stays as it was; mend the cause, for example make room on the disk, and ` +
    'try again.',
  part: (operation, reason) =>
    `Git could ${operation} only in part: ${reason}. Mend the cause, and look at what is there before you try again.`,
  unsynced: (operation, reason) =>
    `Git did ${operation}, but it is not certain that this is on the disk: ${reason}. Everybody sees it already, so do ` +
    'not try again; see to the disk, and look whether it is there after a crash.',
};

/** Gives an error of the file system the name of the file, which Node leaves out of what is written by a descriptor. */
export function nameFile(error: unknown, file: string): unknown {
  const { syscall, path: known, message } = Object(error) as NodeJS.ErrnoException;
  if (syscall === undefined || known !== undefined) return error;
  return Object.assign(Object(error) as object, { path: file, message: `${message} '${file}'` });
}

/** What says that somebody must see to the disk or the permissions, not that something else is in the way. */
const REFUSALS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EACCES']);

/** Whether the file system refuses to write at all. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has((Object(error) as NodeJS.ErrnoException).code ?? '');
}
