import { inspect } from 'node:util';
import { checkOptions } from '../../arguments';
import type { KnownOptions } from '../../arguments';
import { InvalidArgumentError } from '../../errors';
import { readCommit } from '../../git/commits';
import type { LinkedCommit } from '../../git/commits';
import { LinkedCommits } from '../../git/linked-commits';
import { Turn } from '../../git/turn';
import type { ModelConstructor } from '../../model/types';
import type { Commit } from '../../object/commit';
import type { WorkspaceContext } from '../context';
import { NewestFirst } from './newest-first';
import { TrailComparer } from './path-trail';
import type { Trail } from './path-trail';
import { startOf } from './start';

/** Which commits `ws.log()` gives: those to which all of it applies. */
export interface LogOptions {
  /** Only commits that have changed a record of this model: its class, or its name. */
  readonly model?: ModelConstructor | string | undefined;
  /** With `model`: only commits that have changed the record with this id, also under the ids that it had before. */
  readonly id?: string | number | undefined;
  /** Only commits whose author, written `Name <address>`, contains this text or matches this expression. */
  readonly author?: string | RegExp | undefined;
  /** Only commits whose message contains this text or matches this expression. */
  readonly message?: string | RegExp | undefined;
  /** Only commits of this time or later. What is before an earlier one is not looked at, as by `git log --since`. */
  readonly since?: Date | undefined;
  /** Only commits of this time or earlier. */
  readonly until?: Date | undefined;
  /** The branch, tag or commit to begin at. Default: the commit that the index is based on. */
  readonly from?: string | undefined;
}

const LOG_OPTIONS: KnownOptions<LogOptions> = {
  model: true,
  id: true,
  author: true,
  message: true,
  since: true,
  until: true,
  from: true,
};

/** @throws InvalidArgumentError for an option. */
export function checkLogOptions(options: LogOptions): void {
  const { model, id, author, message, since, until } = checkOptions(options, LOG_OPTIONS);
  for (const [option, value] of Object.entries({ since, until })) {
    if (value !== undefined && !(value instanceof Date && !Number.isNaN(value.getTime())))
      refuse(option, value, 'a valid Date');
  }
  for (const [option, value] of Object.entries({ author, message })) {
    if (value !== undefined && typeof value !== 'string' && !(value instanceof RegExp)) {
      refuse(option, value, 'a text or a regular expression');
    }
  }
  if (id !== undefined && model === undefined) refuse('model', model, 'given together with "id"');
}

function refuse(option: string, value: unknown, wanted: string): never {
  throw new InvalidArgumentError(`"${option}" must be ${wanted}, not ${inspect(value)}.`, {
    details: { option, value },
  });
}

/** Whether a commit is one of those that are asked for, apart from what it has changed. */
export function matches({ author, message, time }: Commit, options: LogOptions): boolean {
  const { since, until } = options;
  return (
    (!since || time >= since) &&
    (!until || time <= until) &&
    contains(`${author.name} <${author.email}>`, options.author) &&
    contains(message, options.message)
  );
}

function contains(text: string, wanted: string | RegExp | undefined): boolean {
  if (wanted === undefined) return true;
  // Not test(), which would begin where the last match of a global expression has ended.
  return typeof wanted === 'string' ? text.includes(wanted) : text.search(wanted) >= 0;
}

interface LogVisit {
  readonly commit: LinkedCommit;
  readonly trail: Trail;
}

/**
 * The commits that have changed something in a folder, newest first, as `git log` simplifies its history; for the root, all
 * commits.
 */
export async function* logOfFolder(
  context: WorkspaceContext,
  folder: string,
  options: LogOptions,
): AsyncGenerator<Commit, void> {
  const { objects } = context;
  const start = await startOf(context, options.from);
  if (start === null) return;
  const commits = new LinkedCommits(objects);
  const comparer = new TrailComparer(objects, { folder });
  const oldest = (options.since?.getTime() ?? -Infinity) / 1000;
  const waiting = new NewestFirst<LogVisit>();
  const seen = new Set<string>();
  const visit = async (oid: string): Promise<LogVisit> => {
    const commit = await commits.read(oid);
    return { commit, trail: comparer.begin(commit.tree) };
  };
  const add = (each: LogVisit): void => {
    // A time beyond what a Date holds is none, and older than nothing.
    if (!seen.has(each.commit.oid) && !(each.commit.time < oldest)) waiting.add(each);
    seen.add(each.commit.oid);
  };
  add(await visit(start));
  const turn = new Turn();
  for (let next; (next = waiting.take());) {
    if (turn.isOver()) await turn.next();
    const { commit, trail } = next;
    const parents: LogVisit[] = [];
    let same: LogVisit | undefined;
    for (const oid of commit.parents) {
      const parent = await visit(oid);
      parents.push(parent);
      if (folder !== '' && (await comparer.isSame(trail, parent.trail))) same = parent;
      if (same) break;
    }
    const isChange = parents.length > 0 || folder === '' || (await comparer.isThere(trail));
    if (!same && isChange) {
      const whole = await readCommit(objects, commit.oid);
      if (matches(whole, options)) yield whole;
    }
    (same ? [same] : parents).forEach(add);
  }
}
