import path from 'node:path';
import { inspect } from 'node:util';
import { countPacks, estimateLooseObjects } from '../git/maintenance/estimate';
import { maintain } from '../git/maintenance/maintain';
import type { MaintainOptions, MaintenanceReport } from '../git/maintenance/maintain';
import { measureStorage } from '../git/maintenance/storage';
import type { StorageStatistics } from '../git/maintenance/storage';
import type { GitRepository } from '../git/repository';
import type { WorkspaceConfig } from './config';
import type { AutomaticMaintenance, MaintenanceOutcome } from './maintenance-options';
import type { OperationGate } from './operation-gate';

/** How often it is looked whether there is something to do, in milliseconds: listing two folders, 0.1 ms. */
const CHECK_INTERVAL_MS = 1000;

/** How long nothing is tried again when somebody else was at it, or it has failed, in milliseconds. */
const PAUSE_MS = 60_000;

/** About what there is. */
interface Counts {
  readonly looseObjects: number;
  readonly packs: number;
}

/** The upkeep of a workspace's repository: on request, and by itself after commits. */
export class Maintenance {
  private nextCheck = 0;
  private running = false;
  /** What the last run could not do anything about: no reason to begin again. */
  private left: Counts = { looseObjects: 0, packs: 0 };
  private readonly objectsFolder: string;

  constructor(
    private readonly repository: GitRepository,
    private readonly config: WorkspaceConfig,
    private readonly gate: OperationGate,
  ) {
    this.objectsFolder = path.join(repository.commonFolder, 'objects');
  }

  /** See `Workspace.maintain`. */
  async run(options?: MaintainOptions): Promise<MaintenanceReport> {
    return maintain(this.repository, options);
  }

  /** See `Workspace.storage`. */
  async storage(): Promise<StorageStatistics> {
    return measureStorage(this.objectsFolder);
  }

  /**
   * To be called when a commit is in place: looks whether the repository has passed the configured thresholds, and
   * brings it in order in the background if so, once at a time. Nobody has to wait for it, but closing the workspace
   * does. What comes of it is told as configured, and is never thrown.
   */
  afterCommit(): void {
    const settings = this.config.maintenance;
    if (settings === null || this.running || performance.now() < this.nextCheck) return;
    this.running = true;
    const done = (): void => {
      this.running = false;
    };
    // It is refused when the workspace is being closed; that is nobody's error.
    this.gate.read(() => this.runIfDue(settings)).then(done, done);
  }

  private async runIfDue(settings: AutomaticMaintenance): Promise<void> {
    try {
      const isDue = await this.isDue(settings);
      this.nextCheck = performance.now() + CHECK_INTERVAL_MS;
      if (!isDue) return;
      const report = await this.run();
      if (report.status === 'busy') this.nextCheck += PAUSE_MS;
      else this.left = await this.count();
      tell(settings, { report });
    } catch (error) {
      this.nextCheck = performance.now() + PAUSE_MS;
      tell(settings, { error: error as Error });
    }
  }

  private async isDue({ looseObjects, packs }: AutomaticMaintenance): Promise<boolean> {
    const now = await this.count();
    // Somebody else may have cleaned up what was left.
    this.left = {
      looseObjects: Math.min(this.left.looseObjects, now.looseObjects),
      packs: Math.min(this.left.packs, now.packs),
    };
    return now.looseObjects - this.left.looseObjects > looseObjects || now.packs - this.left.packs > packs;
  }

  private async count(): Promise<Counts> {
    return {
      looseObjects: await estimateLooseObjects(this.objectsFolder),
      packs: await countPacks(this.objectsFolder),
    };
  }
}

/** A failure that nobody wants to be told of becomes a warning of the process, and so does one of who is told. */
function tell({ onFinished }: AutomaticMaintenance, outcome: MaintenanceOutcome): void {
  try {
    if (onFinished) onFinished(outcome);
    else if (outcome.error) warn(`The repository could not be maintained: ${outcome.error.message}`);
  } catch (error) {
    warn(`"maintenance.onFinished" has thrown: ${error instanceof Error ? error.message : inspect(error)}`);
  }
}

function warn(message: string): void {
  process.emitWarning(message, { code: 'GITMODEL_MAINTENANCE' });
}
