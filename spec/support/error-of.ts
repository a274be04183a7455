import { GitModelError } from 'gitmodel';

/**
 * The error that a call throws, or that its promise is rejected with.
 *
 * @throws Error when the call succeeds, or fails with an error that is not one of the library's own.
 */
export async function errorOf(call: () => unknown): Promise<GitModelError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof GitModelError) return error;
    throw new Error(`It failed with ${String(error)}, which is not a GitModelError.`, { cause: error });
  }
  throw new Error('It succeeded, where an error was expected.');
}
