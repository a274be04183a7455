import { inspect } from 'node:util';
import { InvalidArgumentError } from '../../errors';
import type { Awaitable } from '../../object/awaitable';
import type { ConflictResolution, MergeConflict } from './merge-conflict';

/** A conflict that waits for a decision. */
export interface OpenConflict {
  readonly conflict: MergeConflict;
  /**
   * Decides on it.
   *
   * @throws InvalidArgumentError for a value that cannot be what is in conflict.
   */
  readonly decide: (decision: Decision) => Awaitable<void>;
  /**
   * Decides on it for a common ancestor that was merged itself, so that it differs from both sides, or has what was there
   * before them. Default: takes the base.
   */
  readonly blur?: () => void;
}

/** A resolution that is there. */
export type Decision = Exclude<ConflictResolution, undefined>;

/** Asked about a conflict. */
export type ConflictHandler = (conflict: MergeConflict) => ConflictResolution | Promise<ConflictResolution>;

/** How conflicts that were left are decided on. */
const deciders = new WeakMap<MergeConflict, OpenConflict['decide']>();

/** Lets somebody decide on conflicts, one after another; gives those that are left. */
export async function settleConflicts(
  open: readonly OpenConflict[],
  onConflict: ConflictHandler | undefined,
): Promise<MergeConflict[]> {
  const left: MergeConflict[] = [];
  for (const { conflict, decide } of open) {
    deciders.set(conflict, decide);
    const resolution = await onConflict?.(conflict);
    if (resolution === undefined) left.push(conflict);
    else await decide(checkResolution(conflict, resolution));
  }
  return left;
}

/**
 * Finds out whether a decision resolves a conflict, which the merge that has found it is past by then.
 *
 * @throws InvalidArgumentError when it does not, and for what is no conflict of a merge.
 */
export async function tryDecision(conflict: MergeConflict, decision: Decision): Promise<void> {
  const decide = deciders.get(conflict);
  if (decide) return decide(decision);
  throw new InvalidArgumentError(`${inspect(conflict)} is no conflict of a merge; give one of conflicts().`, {
    details: { option: 'conflict', value: conflict },
  });
}

/** See {@link OpenConflict.blur}. */
export async function blurConflicts(open: readonly OpenConflict[]): Promise<void> {
  for (const { decide, blur } of open) {
    if (blur) blur();
    else await decide('base');
  }
}

/** @throws InvalidArgumentError */
export function checkResolution(conflict: MergeConflict, resolution: unknown): Decision {
  if (resolution === 'ours' || resolution === 'theirs' || resolution === 'base') return resolution;
  if (typeof resolution === 'object' && resolution !== null && 'value' in resolution) return resolution;
  throw new InvalidArgumentError(
    `${inspect(resolution)} does not resolve the conflict (${conflict.message}); give 'ours', 'theirs', 'base' or { value }.`,
    { details: { option: 'onConflict', value: resolution } },
  );
}

/** The error for a value that cannot resolve a conflict. */
export function cannotResolve(
  conflict: MergeConflict,
  value: unknown,
  problem: string,
  cause?: unknown,
): never {
  throw new InvalidArgumentError(
    `${inspect(value)} does not resolve the conflict (${conflict.message}): it ${problem}.`,
    { cause, details: { option: 'onConflict', value, path: conflict.path, field: conflict.field } },
  );
}
