import type { Contestant } from '../harness/contestant';
import { compare, skip } from '../harness/result';
import type { Result } from '../harness/result';

/** A result against each peer, or why there is none. */
export function against(
  facts: Pick<Result, 'case' | 'size' | 'ours' | 'unit'>,
  peers: readonly {
    readonly contestant: Contestant;
    readonly name?: string;
    cost: () => number;
    readonly note: string;
  }[],
): Result[] {
  return peers.map(({ contestant, name = contestant.name, cost, note }) => {
    const all = { ...facts, peer: name, note };
    return contestant.absent === undefined ? compare(all, cost()) : skip(all, contestant.absent);
  });
}
