import type { LockWait } from '../git/lock-wait';
import type { ObjectStore } from '../git/object-store';
import type { GitRepository } from '../git/repository';
import type { CommitQueue } from './commit-queue';
import type { WorkspaceConfig } from './config';
import type { Maintenance } from './maintenance';
import type { OperationGate } from './operation-gate';
import type { Stage } from './stage';

/** The parts that a workspace is made of, for the modules that do its work. */
export interface WorkspaceContext {
  readonly repository: GitRepository;
  readonly objects: ObjectStore;
  readonly config: WorkspaceConfig;
  readonly gate: OperationGate;
  readonly stage: Stage;
  readonly commits: CommitQueue;
  readonly maintenance: Maintenance;
}

/** How long to wait for locks, as configured now. */
export function lockWait(config: WorkspaceConfig): LockWait {
  return { timeout: config.lockWaitTimeout, interval: config.lockWaitInterval };
}
