import { CommitQueue } from './commit-queue';
import type { WorkspaceConfig } from './config';
import type { SharedParts, WorkspaceContext } from './context';
import { KnownRecords } from './known-records';
import { OperationGate } from './operation-gate';
import { Stage } from './stage';
import type { Base } from './stage';

/** The parts that each has of its own. */
export interface OwnParts extends Pick<WorkspaceContext, 'objects' | 'config' | 'gate'> {
  readonly base: Base;
}

/** Puts the parts of a workspace together. */
export function makeContext(
  { repository, maintenance, parsed, indexes, turn }: SharedParts,
  { objects, config, gate, base }: OwnParts,
): WorkspaceContext {
  const shared = { repository, maintenance, parsed, indexes, turn };
  const parts = { ...shared, objects, config, gate, stage: new Stage(base), known: new KnownRecords() };
  const commits = new CommitQueue(parts);
  gate.attach(commits);
  return { ...parts, commits };
}

/**
 * The parts of another workspace over the same repository.
 *
 * @param config Default: the settings as they are now.
 */
export function forkContext(
  context: WorkspaceContext,
  base: Base,
  config: WorkspaceConfig = context.config.copy(),
): WorkspaceContext {
  const { objects, gate } = context;
  return makeContext(context, {
    objects: objects.fork(),
    config,
    gate: new OperationGate(gate.path),
    base,
  });
}
