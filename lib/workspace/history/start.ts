import { ObjectNotFoundError } from '../../errors';
import { resolveRevision } from '../../git/revision';
import type { WorkspaceContext } from '../context';

/**
 * The commit to begin at: the one that a treeish names, else the one that the index is based on; null on an unborn branch.
 *
 * @throws ObjectNotFoundError when it names no commit.
 */
export async function startOf(
  { repository, objects, stage }: Pick<WorkspaceContext, 'repository' | 'objects' | 'stage'>,
  from: string | undefined,
): Promise<string | null> {
  if (from === undefined) return stage.committed.commit?.oid ?? null;
  const { commit } = await resolveRevision(repository, from, objects);
  if (commit !== null) return commit;
  throw new ObjectNotFoundError(`"${from}" is not a commit.`, { details: { treeish: from } });
}
