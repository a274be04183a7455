import { NotAnAncestorError } from '../errors';
import { readCommitLinks } from './commits';
import type { LinkedCommit } from './commits';
import { LinkedCommits } from './linked-commits';
import type { ObjectStore } from './object-store';
import { Turn } from './turn';

/**
 * The commits by which a history has got from one commit to another, oldest first, the first one not among them: each is a
 * parent of the next one, the first parent wherever that leads there. All commits between the two are read, and kept by their
 * oids.
 *
 * @param since Null for the beginning of the history: then first parents are followed to the root.
 * @throws NotAnAncestorError when `tip` does not descend from `since`.
 */
export async function commitChain(
  objects: ObjectStore,
  since: string | null,
  tip: string,
): Promise<readonly string[]> {
  if (since === null) return firstParents(objects, tip);
  if (since === tip) return [];
  const between = await commitsBetween(objects, since, tip);
  const leading = descendants(between, since);
  const chain: string[] = [];
  for (let oid = tip; oid !== since;) {
    const parents: readonly string[] = between.get(oid) ?? [];
    chain.push(oid);
    const next = parents.find((parent) => parent === since || leading.has(parent));
    if (next === undefined) {
      throw new NotAnAncestorError(
        `The commit ${since} is no ancestor of ${tip}: the branch was set to another history. ` +
          'Begin anew, without "since", or compare the two commits with diff().',
        { details: { oid: since, descendant: tip } },
      );
    }
    oid = next;
  }
  return chain.reverse();
}

async function firstParents(objects: ObjectStore, tip: string): Promise<readonly string[]> {
  const chain: string[] = [];
  const turn = new Turn();
  for (let oid: string | undefined = tip; oid !== undefined;) {
    if (turn.isOver()) await turn.next();
    chain.push(oid);
    [oid] = (await readCommitLinks(objects, oid)).parents;
  }
  return chain.reverse();
}

/**
 * The parents of all commits that one descends from and another one does not: as `git rev-list since..tip` has them. Where
 * clocks went wrong there may be more, which are ancestors of `since`.
 */
export async function commitsBetween(
  objects: ObjectStore,
  since: string,
  tip: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const between = new Map<string, readonly string[]>();
  /** Whether what was found is `since` or an ancestor of it. */
  const isOld = new Map<string, boolean>();
  /** Those that are to be looked at, the newest last. */
  const waiting: LinkedCommit[] = [];
  let open = 0;
  const commits = new LinkedCommits(objects);
  const turn = new Turn();
  const add = async (oid: string, old: boolean): Promise<void> => {
    const known = isOld.get(oid);
    if (known === old || known === true) return;
    isOld.set(oid, old);
    if (!old) open++;
    // One that waits as a new one is looked at as an old one, and once more, to no purpose.
    else if (known === false && !between.has(oid)) open--;
    if (turn.isOver()) await turn.next();
    const commit = await commits.read(oid);
    let place = waiting.length;
    while (place > 0 && (waiting[place - 1] as LinkedCommit).time >= commit.time) place--;
    waiting.splice(place, 0, commit);
  };
  await add(since, true);
  await add(tip, false);
  while (open > 0) {
    const { oid, parents } = waiting.pop() as LinkedCommit;
    const old = isOld.get(oid) ?? false;
    if (!old && !between.has(oid)) {
      between.set(oid, parents);
      open--;
    }
    for (const parent of parents) await add(parent, old);
  }
  return between;
}

/** Those of some commits that descend from one. */
function descendants(between: ReadonlyMap<string, readonly string[]>, since: string): ReadonlySet<string> {
  const children = new Map<string, string[]>();
  for (const [oid, parents] of between) {
    for (const parent of parents) {
      const others = children.get(parent);
      if (others) others.push(oid);
      else children.set(parent, [oid]);
    }
  }
  const found = new Set<string>();
  const waiting = [since];
  for (let oid; (oid = waiting.pop()) !== undefined;) {
    for (const child of children.get(oid) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      waiting.push(child);
    }
  }
  return found;
}
