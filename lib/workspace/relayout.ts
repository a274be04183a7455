import { inspect } from 'node:util';
import { checkOptions } from '../arguments';
import type { KnownOptions } from '../arguments';
import { IntegrityError, InvalidArgumentError, PathConflictError } from '../errors';
import type { GitModelError } from '../errors';
import { isOfRecord } from '../model/record/record-error';
import { COMMIT_OPTIONS } from '../model/record/record-store';
import type { CommitOptions, RecordPlace } from '../model/record/record-store';
import { layoutOf } from '../model/schema/layout';
import type { DataPath, Layout } from '../model/schema/layout';
import type { ModelSchema } from '../model/schema/schema';
import type { StagedTree } from '../object/staged-tree';
import { commitStage } from './commit-stage';
import type { WorkspaceContext } from './context';
import type { Deferred } from './operation-gate';
import { Failure, readBatch, READ_AHEAD } from './record-cursor';
import { locateRecords } from './record-locations';
import { examineRecord, inTheWay } from './relayout-plan';
import type { Move } from './relayout-plan';

/** How the records of a model get from one layout to another. */
export interface RelayoutOptions extends CommitOptions {
  /** The layout in which the records are stored; the one that they are to have is what the model says. */
  readonly from: DataPath;
  /**
   * Called for what is in the model's folder and a record of neither layout, which then stays where it is. Default:
   * it is thrown, and nothing changes.
   */
  readonly onInvalid?: ((error: GitModelError) => void) | undefined;
}

const RELAYOUT_OPTIONS: KnownOptions<RelayoutOptions> = { ...COMMIT_OPTIONS, from: true, onInvalid: true };

/** What became of it. */
export interface Relayout {
  /** The commit's oid; null when every record was in its place already. */
  readonly commit: string | null;
  /** How many records have moved. */
  readonly records: number;
}

/**
 * Moves all records of a model from one layout to the model's own, in one commit. No blob is read, unless only the
 * records tell their ids, and none is written: the entries of trees move.
 *
 * @throws IntegrityError when something else is where a record belongs.
 * @throws InvalidRecordError for what is a record of neither layout, unless there is `onInvalid`.
 * @throws InvalidArgumentError for an option.
 */
export async function relayout(
  context: WorkspaceContext,
  schema: ModelSchema,
  options: RelayoutOptions,
): Promise<Deferred<Relayout>> {
  const { stage } = context;
  const from = { ...schema, layout: checkFrom(options) };
  const moves: Move[] = [];
  let records = 0;
  for await (const candidates of locateRecords(stage.tree, from, () => READ_AHEAD)) {
    const { outcomes } = await readBatch(
      candidates.map((candidate) => () => examineRecord(context, candidate, from, schema)),
    );
    for (const outcome of outcomes) {
      const found = outcome instanceof Failure ? leaveOut(outcome.error, options) : outcome;
      if (found.length > 0) records++;
      moves.push(...found);
    }
  }
  if (records === 0) return { settled: Promise.resolve({ commit: null, records }) };
  const mark = stage.mark();
  try {
    stage.replace(await withMoves(stage.tree, moves, schema));
    const { settled } = await commitStage(context, options, mark);
    return { settled: settled.then((commit) => ({ commit, records })) };
  } catch (error) {
    stage.rollBack(mark);
    throw error;
  }
}

/** Nothing moves of what is a record of neither layout; throws where nobody wants to know of it. */
function leaveOut(error: unknown, { onInvalid }: RelayoutOptions): Move[] {
  if (!onInvalid || !isOfRecord(error) || error instanceof IntegrityError) throw error;
  onInvalid(error);
  return [];
}

function checkFrom(options: Partial<RelayoutOptions> | null | undefined): Layout {
  const { from } = checkOptions(options ?? {}, RELAYOUT_OPTIONS);
  try {
    if (from !== undefined) return layoutOf(from);
  } catch (cause) {
    throw refusal(from, cause);
  }
  throw refusal(from);
}

function refusal(from: unknown, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    `"from" takes the layout in which the records are stored, flat(), sharded(), a function or a Layout, not ${inspect(from)}.`,
    { cause, details: { option: 'from', value: from } },
  );
}

/** All entries leave their places before the first takes its new one: that may be a place that another one leaves. */
async function withMoves(tree: StagedTree, moves: readonly Move[], to: RecordPlace): Promise<StagedTree> {
  let moved = tree;
  for (const { from } of moves) moved = await moved.without(from);
  for (const { to: path, ...entry } of moves) {
    if (await moved.entry(path)) throw inTheWay(to, path, TAKEN);
    try {
      moved = await moved.withEntry(path, entry);
    } catch (error) {
      if (!(error instanceof PathConflictError)) throw error;
      throw inTheWay(to, String(error.details.path), TAKEN, error);
    }
  }
  return moved;
}

const TAKEN = 'is where a record belongs in the new layout; move or delete it first';
