import path from 'node:path';
import { checkOptions } from '../arguments';
import type { KnownOptions } from '../arguments';
import {
  BrokenReferenceError,
  InvalidArgumentError,
  InvalidObjectError,
  ObjectNotFoundError,
} from '../errors';
import { listReferences } from '../git/reference-list';
import type { GitRepository } from '../git/repository';
import { compileGlob } from '../object/glob';

/** Which references are listed. */
export interface ListOptions {
  /** What their short names match, as in `git tag --list`: `v1.*`, where a star is any text. Default: all. */
  readonly pattern?: string | undefined;
  /**
   * Called for each that is broken, which is left out of the list: what it holds is no oid, or leads to nothing, or what it
   * leads to is missing, damaged or of the wrong kind. `details.ref` is its name. What this throws ends the listing. Default:
   * nobody is told.
   */
  readonly onBroken?: ((error: BrokenReferenceError) => void) | undefined;
}

const LIST_OPTIONS: KnownOptions<ListOptions> = { pattern: true, onBroken: true };

/**
 * The references under a prefix that are wanted, read, by the bytes of their names. As for git, one that is broken is no
 * reason not to see the others.
 *
 * @param read What is to be known of a reference.
 * @throws InvalidArgumentError for an option.
 */
export async function listReadable<T>(
  repository: GitRepository,
  prefix: string,
  options: ListOptions,
  read: (ref: string, oid: string) => Promise<T>,
): Promise<T[]> {
  const { isWanted, onBroken } = checkListOptions(options);
  const tell = (ref: string, reason: string, remedy: string, cause?: unknown): void => {
    if (!onBroken || !isWanted(ref.slice(prefix.length))) return;
    const message = `${ref} is broken: ${reason.replace(/\.$/, '')}. ${remedy}`;
    onBroken(new BrokenReferenceError(message, { cause, details: { ref, reason } }));
  };
  // git itself does not delete those: it cannot read what they are at.
  const withoutOid = (ref: string, reason: string): void => {
    const file = path.join(repository.commonFolder, ref);
    tell(ref, reason, `Remove the file "${file}", or write the oid to it that it should have.`);
  };
  const found: T[] = [];
  for (const { ref, oid } of await listReferences(repository, prefix, withoutOid)) {
    if (!isWanted(ref.slice(prefix.length))) continue;
    try {
      found.push(await read(ref, oid));
    } catch (error) {
      // All else, such as a disk that cannot be read, is not the reference's fault.
      if (!(error instanceof ObjectNotFoundError || error instanceof InvalidObjectError)) throw error;
      tell(ref, error.message, `Get what is missing, or remove it with "git update-ref -d ${ref}".`, error);
    }
  }
  return found;
}

function checkListOptions(options: ListOptions): {
  readonly isWanted: (name: string) => boolean;
  readonly onBroken: ListOptions['onBroken'];
} {
  const { pattern, onBroken } = checkOptions(options, LIST_OPTIONS);
  if (pattern !== undefined && typeof pattern !== 'string') {
    throw new InvalidArgumentError('"pattern" must be a string, such as "v1.*".', {
      details: { option: 'pattern', value: pattern },
    });
  }
  if (onBroken !== undefined && typeof onBroken !== 'function') {
    throw new InvalidArgumentError('"onBroken" must be a function.', {
      details: { option: 'onBroken', value: onBroken },
    });
  }
  return { isWanted: pattern === undefined ? () => true : compileGlob(pattern), onBroken };
}
