import { isMergePolicy } from '../../model/merge/merge-policy';
import { isBranchRef, isReferenceName } from '../../object/reference-name';
import { checkKept } from './kept-resolution';
import type { KeptDecision } from './kept-resolution';
import type { MergePolicies } from './merge-options';

/** What is known of a merge that is kept. */
export interface KeptState {
  /** The reference that it is kept under. */
  readonly keptAs: string;
  /** The branch that is merged into. */
  readonly ref: string;
  readonly from: string;
  readonly ours: string;
  readonly theirs: string;
  readonly message: string;
  /** Those that have a name. */
  readonly policies: MergePolicies;
  /** By the keys of the conflicts. */
  readonly resolutions: Readonly<Record<string, KeptDecision>>;
}

/** What stands in a file; the rest is told by the reference and by the commit that it is at. */
export type StateInFile = Omit<KeptState, 'keptAs' | 'ours' | 'theirs'>;

/** The content of the file. */
export function encodeState({ ref, from, message, policies, resolutions }: StateInFile): Buffer {
  const state: StateInFile = { ref, from, message, policies, resolutions };
  return Buffer.from(`${JSON.stringify({ version: 1, ...state }, null, 2)}\n`);
}

/** @throws Error when the content is not what {@link encodeState} gives. */
export function decodeState(content: Buffer): StateInFile {
  const { ref, from, message, policies, resolutions } = JSON.parse(content.toString('utf8')) as Readonly<
    Record<string, unknown>
  >;
  if (typeof ref !== 'string' || !isBranchRef(ref) || !isReferenceName(ref))
    throw new Error('it names no branch');
  if (typeof from !== 'string' || typeof message !== 'string')
    throw new Error('it does not say what is merged');
  return {
    ref,
    from,
    message,
    policies: namedPolicies(tableOf(policies) as MergePolicies),
    resolutions: Object.fromEntries(
      Object.entries(tableOf(resolutions)).map(([key, each]) => [key, checkKept(each)]),
    ),
  };
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error('its policies or resolutions are no objects');
}

/** The policies that have a name: a function cannot be kept. */
export function namedPolicies(policies: MergePolicies): MergePolicies {
  const isNamed = (policy: unknown): boolean => typeof policy !== 'function' && isMergePolicy(policy);
  return Object.fromEntries(
    Object.entries(policies).map(([model, fields]) => [
      model,
      Object.fromEntries(Object.entries(fields).filter(([, policy]) => isNamed(policy))),
    ]),
  );
}
