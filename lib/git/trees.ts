import { Oid, Tree } from 'nodegit';
import type { GitRepository } from './repository';
import { callGit } from './translate-error';

export type { Tree } from 'nodegit';

/** nodegit's object for a stored tree. */
export async function lookUpTree(repository: GitRepository, oid: string): Promise<Tree> {
  return callGit(`read the tree ${oid}`, () => Tree.lookup(repository.handle, Oid.fromString(oid)));
}
