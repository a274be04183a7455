import { commitsBetween } from '../../git/commit-chain';
import { Turn } from '../../git/turn';
import type { FoundRecord } from '../../model/record/record-store';
import { recordPaths } from '../../model/schema/layout';
import type { ModelSchema } from '../../model/schema/schema';
import type { WorkspaceContext } from '../context';
import { NewestFirst } from './newest-first';
import { RecordTracker } from './record-history';
import type { RecordAt } from './record-history';

/**
 * The record that has an id in the commit that the index is based on, as it is in another commit, under the id that it has there:
 * its history is followed down to that commit, or to where that one's branch began. Null when it leads to nothing there;
 * undefined when the other commit is moreover no ancestor, so that the id may tell more than the history.
 *
 * @throws InvalidRecordError when what is there is no record.
 */
export async function earlierRecord(
  { objects, stage }: WorkspaceContext,
  schema: ModelSchema,
  id: string,
  oid: string,
): Promise<FoundRecord | null | undefined> {
  const start = stage.committed.commit?.oid;
  if (start === undefined) return undefined;
  const present = recordPaths(schema, id).data;
  const between = await commitsBetween(objects, oid, start);
  const isBetween = (each: string): boolean => between.has(each);
  const tracker = new RecordTracker(objects, schema);
  const waiting = new NewestFirst<RecordAt>();
  const seen = new Set<string>();
  const turn = new Turn();
  const visit = (position: RecordAt): void => {
    const key = `${position.commit.oid} ${position.unit.path}`;
    if (!seen.has(key)) waiting.add(position);
    seen.add(key);
  };
  visit(await tracker.at(start, present));
  for (let next; (next = waiting.take());) {
    if (turn.isOver()) await turn.next();
    const position = waiting.isEmpty ? await tracker.oldestSame(next, isBetween) : next;
    if (isBetween(position.commit.oid)) {
      (await tracker.before(position)).parents.forEach(visit);
      continue;
    }
    // A record that came after the two had parted is not the one that has its former id over there.
    const { path } = position.unit;
    const isThere = path === present || (await position.comparer.hasFirstFile(position.trail));
    const found = isThere ? await tracker.read(await tracker.at(oid, path)) : null;
    if (found) return found;
  }
  const isAncestor = start === oid || [...between.values()].some((parents) => parents.includes(oid));
  return isAncestor ? null : undefined;
}
