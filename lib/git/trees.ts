import { Oid, Tree } from 'nodegit';
import { ObjectNotFoundError } from '../errors';
import type { GitRepository } from './repository';
import { callGit, GitErrno } from './translate-error';

export type { Tree } from 'nodegit';

/**
 * nodegit's object for a stored tree.
 *
 * @throws ObjectNotFoundError when there is no tree with this oid.
 */
export async function lookUpTree(repository: GitRepository, oid: string): Promise<Tree> {
  return callGit(
    `read the tree ${oid}`,
    () => Tree.lookup(repository.handle, Oid.fromString(oid)),
    (errno, error) =>
      errno === GitErrno.NOT_FOUND
        ? new ObjectNotFoundError(`The repository has no tree ${oid}.`, { cause: error, details: { oid } })
        : undefined,
  );
}
