import { medianCost } from '../harness/arena';
import type { Arena } from '../harness/arena';
import type { Contestant } from '../harness/contestant';
import type { Result } from '../harness/result';
import { against } from './against';
import { present } from './case';
import type { Case, Contestants } from './case';

const MICROSECONDS = 1e6;
const READS = 1_000;
const SIZES = [1_000, 10_000];

/** Getting records by scattered ids in a process that has read nothing before; its start is not counted. */
export const getCold: Case = {
  name: 'get-cold',
  sizes: SIZES,
  run: (arena, contestants, size) => measure('get-cold', 0, arena, contestants, size),
};

/** Getting the same records again. */
export const getWarm: Case = {
  name: 'get-warm',
  sizes: SIZES,
  run: (arena, contestants, size) => measure('get-warm', 1, arena, contestants, size),
};

/** @param pass Which of the two times that a process gets the records counts. */
async function measure(
  name: string,
  pass: number,
  arena: Arena,
  { gitmodel, pygit2, gitDocumentDb }: Contestants,
  size: number,
): Promise<Result[]> {
  const count = Math.min(READS, size);
  const answers = await arena.measureReads(present(gitmodel, pygit2, gitDocumentDb), {
    operation: 'get',
    size,
    count,
  });
  const cost = (contestant: Contestant): number =>
    medianCost(answers.get(contestant) ?? [], count, pass) * MICROSECONDS;
  return against({ case: name, size, ours: cost(gitmodel), unit: 'µs/record' }, [
    {
      contestant: pygit2,
      cost: () => cost(pygit2),
      note: 'from a pack, which we write; the peer reads loose objects and parses only',
    },
    { contestant: gitDocumentDb, cost: () => cost(gitDocumentDb), note: 'the peer reads loose objects' },
  ]);
}
