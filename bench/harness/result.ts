/** One line of the benchmark's output. */
export interface Result {
  readonly case: string;
  /** How many records the store has. */
  readonly size: number;
  /** Whom gitmodel is compared with. */
  readonly peer: string;
  /** What an operation costs us, in `unit`. */
  readonly ours: number;
  /** What it costs the peer; absent when the peer was skipped. */
  readonly theirs?: number;
  readonly unit: string;
  /** Above 1 when we are ahead; absent when the peer was skipped. */
  readonly ratio?: number;
  readonly note: string;
  /** Why the peer was not measured. */
  readonly skipped?: string;
}

/** A result from what both cost. */
export function compare(
  facts: Pick<Result, 'case' | 'size' | 'peer' | 'ours' | 'unit' | 'note'>,
  theirs: number,
): Result {
  return { ...facts, theirs: round(theirs), ours: round(facts.ours), ratio: round(theirs / facts.ours) };
}

/** A result for a peer that is not there. */
export function skip(
  facts: Pick<Result, 'case' | 'size' | 'peer' | 'ours' | 'unit' | 'note'>,
  reason: string,
): Result {
  return { ...facts, ours: round(facts.ours), skipped: reason };
}

/** Three significant digits: what noise leaves of a figure. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
