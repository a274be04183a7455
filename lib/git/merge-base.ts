import type { Commit } from './commits';
import { readCommit } from './commits';
import type { ObjectStore } from './object-store';
import { Turn } from './turn';

/** Which commits a commit that was found descends to. */
const [FIRST, SECOND, BELOW_A_BASE] = [1, 2, 4];

/**
 * The best common ancestors of a commit and another one, or what would come of merging others: those that no other common
 * ancestor descends from. None when the histories have nothing in common; several when branches were merged into one
 * another crosswise. The newest comes first.
 *
 * All commits are read that are newer than the bases, so it costs what has happened since. `Merge.bases` of the
 * binding ends the process.
 *
 * Algorithm: `paint_down_to_common` and `remove_redundant` of Git's commit-reach.c, as described in
 * https://git-scm.com/docs/git-merge-base
 */
export async function mergeBases(
  objects: ObjectStore,
  one: string,
  ...others: readonly string[]
): Promise<string[]> {
  if (others.includes(one)) return [one];
  const candidates = await commonAncestors(objects, one, others);
  if (candidates.length < 2) return candidates;
  // Clocks that go wrong can make one of them an ancestor of another.
  const best: string[] = [];
  for (const each of candidates) {
    let isRedundant = false;
    for (const rival of candidates) {
      if (rival === each || isRedundant) continue;
      isRedundant = (await commonAncestors(objects, each, [rival])).includes(each);
    }
    if (!isRedundant) best.push(each);
  }
  return best;
}

/** Whether a commit is another one, or the other one descends from it. */
export async function isAncestor(
  objects: ObjectStore,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  return (await mergeBases(objects, ancestor, descendant)).includes(ancestor);
}

/** Common ancestors, those that descend from one another left out as far as the times of the commits tell. */
async function commonAncestors(
  objects: ObjectStore,
  one: string,
  others: readonly string[],
): Promise<string[]> {
  const queue = new CommitQueue();
  const marks = new Map<string, number>();
  const found: Commit[] = [];
  const turn = new Turn();
  /** How many commits in the queue are not below a base: while there are any, something may still be found. */
  let open = 0;
  const mark = async (oid: string, bits: number): Promise<void> => {
    const before = marks.get(oid) ?? 0;
    if ((before | bits) === before) return;
    marks.set(oid, before | bits);
    if (turn.isOver()) await turn.next();
    const entry = { commit: await readCommit(objects, oid), isOpen: ((before | bits) & BELOW_A_BASE) === 0 };
    if (entry.isOpen) open++;
    queue.add(entry);
  };
  await mark(one, FIRST);
  for (const other of others) await mark(other, SECOND);
  while (open > 0) {
    const { commit, isOpen } = queue.take();
    if (isOpen) open--;
    let bits = marks.get(commit.oid) ?? 0;
    if ((bits & (FIRST | SECOND)) === (FIRST | SECOND)) {
      if ((bits & BELOW_A_BASE) === 0 && !found.some(({ oid }) => oid === commit.oid)) found.push(commit);
      bits |= BELOW_A_BASE;
    }
    for (const parent of commit.parents) await mark(parent, bits);
  }
  return found
    .filter(({ oid }) => ((marks.get(oid) ?? 0) & BELOW_A_BASE) === 0)
    .sort((a, b) => b.time.getTime() - a.time.getTime())
    .map(({ oid }) => oid);
}

interface QueuedCommit {
  readonly commit: Commit;
  readonly isOpen: boolean;
}

/** Commits, of which the newest is taken first: a binary heap. */
class CommitQueue {
  private readonly heap: QueuedCommit[] = [];

  add(entry: QueuedCommit): void {
    const { heap } = this;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isNewer(entry, heap[above] as QueuedCommit)) break;
      heap[place] = heap[above] as QueuedCommit;
      place = above;
    }
    heap[place] = entry;
  }

  /** There must be one. */
  take(): QueuedCommit {
    const { heap } = this;
    const first = heap[0] as QueuedCommit;
    const last = heap.pop() as QueuedCommit;
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isNewer(heap[below + 1] as QueuedCommit, heap[below] as QueuedCommit))
        below++;
      if (!isNewer(heap[below] as QueuedCommit, last)) break;
      heap[place] = heap[below] as QueuedCommit;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}

function isNewer(a: QueuedCommit, b: QueuedCommit): boolean {
  return a.commit.time > b.commit.time;
}
