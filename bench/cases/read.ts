import { medianCost } from '../harness/arena';
import type { Arena } from '../harness/arena';
import { stockGit } from '../harness/contestant';
import type { Contestant } from '../harness/contestant';
import { SHARDED } from '../harness/layout';
import type { Result } from '../harness/result';
import { against } from './against';
import { present } from './case';
import type { Case, Contestants } from './case';

const MICROSECONDS = 1e6;

/** Enough of them that a process that lives for long is measured, not one whose code is just being compiled. */
const READS = 20_000;

const SIZES = [100_000];

/** What all reads have in common. */
const STORE = 'all read the same repository, after git gc';

/** Getting records by scattered ids in a process that has read nothing before; its start is not counted. */
export const getCold: Case = {
  name: 'get-cold',
  sizes: SIZES,
  run: (arena, contestants, size) => measureGet('get-cold', [0], arena, contestants, size),
};

/** Getting the same records again: the middle of three times, of which ours compiles code for what is known in the first. */
export const getWarm: Case = {
  name: 'get-warm',
  sizes: SIZES,
  run: (arena, contestants, size) => measureGet('get-warm', [1, 2, 3], arena, contestants, size),
};

/** @param passes Which of the times that a process gets the records count. */
async function measureGet(
  name: string,
  passes: readonly number[],
  arena: Arena,
  { gitmodel, pygit2 }: Contestants,
  size: number,
): Promise<Result[]> {
  const count = Math.min(READS, size);
  const store = await arena.packedStore(size, SHARDED);
  const task = { operation: 'get', size, shards: SHARDED, count } as const;
  const answers = await arena.measureReads(present(gitmodel, pygit2), store, task);
  const cost = (contestant: Contestant): number =>
    medianCost(answers.get(contestant) ?? [], count, passes) * MICROSECONDS;
  return against({ case: name, size, ours: cost(gitmodel), unit: 'µs/record' }, [
    { contestant: pygit2, cost: () => cost(pygit2), note: `${STORE}; we make models, the peer parses only` },
  ]);
}

/** Reading every record of a store, in a process that has read nothing before. */
export const all: Case = {
  name: 'all',
  sizes: SIZES,

  async run(arena, { gitmodel, pygit2 }, size) {
    const catFile = stockGit('git cat-file');
    const store = await arena.packedStore(size, SHARDED);
    const task = { operation: 'all', size, shards: SHARDED } as const;
    const answers = await arena.measureReads(present(gitmodel, catFile, pygit2), store, task);
    const cost = (contestant: Contestant): number =>
      medianCost(answers.get(contestant) ?? [], size) * MICROSECONDS;
    return against({ case: 'all', size, ours: cost(gitmodel), unit: 'µs/record' }, [
      {
        contestant: catFile,
        cost: () => cost(catFile),
        note: `${STORE}; the peer lists the blobs by git ls-tree into git cat-file --batch, and parses them in Node`,
      },
      { contestant: pygit2, cost: () => cost(pygit2), note: `${STORE}; the peer parses only` },
    ]);
  },
};
