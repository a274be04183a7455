import { ObjectNotFoundError, InvalidArgumentError } from '../../errors';
import { readCommit } from '../../git/commits';
import { readReference } from '../../git/references';
import { Turn } from '../../git/turn';
import { StagedTree } from '../../object/staged-tree';
import type { WorkspaceContext } from '../context';
import type { Base } from '../stage';

/**
 * The newest commit that is not later than a time, of the first parents of the commit that the present branch is at now;
 * detached, of the present commit.
 *
 * @throws ObjectNotFoundError when all are later, or there is none.
 * @throws InvalidArgumentError for an invalid date.
 */
export async function baseAtTime(context: WorkspaceContext, time: Date): Promise<Base> {
  const { repository, objects, stage } = context;
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('The time to look at is an invalid date.', {
      details: { option: 'point', value: time },
    });
  }
  const { ref, commit } = stage.committed;
  const turn = new Turn();
  let oid = ref === null ? commit?.oid : await readReference(repository, ref);
  while (typeof oid === 'string') {
    const found = await readCommit(objects, oid);
    if (found.time <= time) {
      return { ref, commit: found, tree: await StagedTree.load(found.tree, objects) };
    }
    if (turn.isOver()) await turn.next();
    oid = found.parents[0];
  }
  throw new ObjectNotFoundError(
    `${ref ?? 'The present commit'} has no commit that is as old as ${time.toISOString()}.`,
    { details: { treeish: time.toISOString() } },
  );
}
