import { GitModelError } from '../errors';

/** How often somebody may clear away what is being written. */
const ATTEMPTS = 20;

/**
 * Writes until nobody has cleared away the temporary files: `git gc --prune=now` takes those that are in use too.
 *
 * @param write May be called again after it has failed.
 */
export async function retryIfSweptAway<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (attempt === ATTEMPTS || !isMissingFile(error)) throw error;
    }
  }
}

function isMissingFile(error: unknown): boolean {
  const cause: unknown = error instanceof GitModelError ? error.cause : error;
  return (cause as Partial<NodeJS.ErrnoException> | undefined)?.code === 'ENOENT';
}
