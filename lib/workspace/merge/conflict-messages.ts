import { inspect } from 'node:util';
import type { ConflictFacts } from './merge-conflict';
import type { Origins } from './record-origins';

/**
 * A conflict about a record, in words.
 *
 * @param more.reason What is the matter with it, where its kind does not say.
 * @param more.origins What it was before, where it had another id: two that got the same one are two records.
 */
export function describeRecordConflict(
  facts: Omit<ConflictFacts, 'message'>,
  {
    reason = '',
    origins,
  }: { readonly reason?: string | undefined; readonly origins?: Origins | undefined } = {},
): string {
  const { kind, model, id, field, keys, ours, theirs } = facts;
  const what = `${model ?? 'The record'} ${JSON.stringify(id)}${origins ? ` (${describeOrigins(origins)})` : ''}`;
  switch (kind) {
    case 'field': {
      const place = [field, ...keys].join('.');
      return `${what}: ${place} is ${shown(ours)} on our side and ${shown(theirs)} on theirs`;
    }
    case 'delete':
      return `${what} was deleted on ${ours === null ? 'our side and changed on theirs' : 'their side and changed on ours'}`;
    case 'moved':
      return `${what} got the id ${shown(ours)} on our side and ${shown(theirs)} on theirs`;
    case 'unreadable':
      return `${what} was changed on both sides, and a version of it cannot be read: ${reason}`;
    default:
      return `${what} ${reason}`;
  }
}

function describeOrigins({ ours, theirs }: Origins): string {
  const [one, other] = [ours, theirs].map((id) => (id === null ? 'is new' : `was ${JSON.stringify(id)}`));
  return one === other ? `it ${one} on both sides` : `it ${one} on our side and ${other} on theirs`;
}

/** So much of a value is shown in a message. */
const MAX_SHOWN = 60;

function shown(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity });
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
