import type { LockWait } from '../git/lock-wait';
import type { ObjectStore } from '../git/object-store';
import type { GitRepository } from '../git/repository';
import type { Turn } from '../git/turn';
import type { CommitQueue } from './commit-queue';
import type { WorkspaceConfig } from './config';
import type { KnownRecords } from './known-records';
import type { Maintenance } from './maintenance';
import type { OperationGate } from './operation-gate';
import type { ParsedRecords } from './parsed-records';
import type { RecordIndexes } from './record-indexes';
import type { Stage } from './stage';
import type { ReadSet } from './transaction/read-set';

/** What all workspaces over a repository that come from one another have together. */
export interface SharedParts {
  readonly repository: GitRepository;
  readonly maintenance: Maintenance;
  /** What the blobs of records hold. */
  readonly parsed: ParsedRecords;
  readonly indexes: RecordIndexes;
  /** Of all who read records on the spot. */
  readonly turn: Turn;
}

/** The parts that a workspace is made of, for the modules that do its work. */
export interface WorkspaceContext extends SharedParts {
  readonly objects: ObjectStore;
  readonly config: WorkspaceConfig;
  readonly gate: OperationGate;
  readonly stage: Stage;
  /** Where records were found in what is staged. */
  readonly known: KnownRecords;
  readonly commits: CommitQueue;
  /** Whether they are a transaction's, which commits by itself. Default: false. */
  readonly isTransaction?: boolean;
  /** What a transaction remembers that it has read; undefined where nobody wants to know. */
  readonly reads?: ReadSet | undefined;
}

/** How long to wait for locks, as configured now. */
export function lockWait(config: WorkspaceConfig): LockWait {
  return { timeout: config.lockWaitTimeout, interval: config.lockWaitInterval };
}
