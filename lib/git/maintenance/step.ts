import { Turn } from '../turn';

/** What is being done to a repository. */
export type MaintenanceStep = 'loose-objects' | 'packs' | 'clean-up' | 'indexes';

/** How far a step of maintenance has come. */
export interface MaintenanceProgress {
  readonly step: MaintenanceStep;
  /** How many objects are done; of cleaning up and of indexes, 0 at the beginning and 1 in the end. */
  readonly done: number;
  /** How many there are. */
  readonly total: number;
}

/** Something that was found damaged, or could not be done, and was left as it is. */
export interface MaintenanceProblem {
  /** The file. */
  readonly path: string;
  /** What is wrong with it. */
  readonly message: string;
}

/** What all steps share. */
export interface StepContext {
  /** The folder with objects and references. */
  readonly commonFolder: string;
  /** Its `objects` folder. */
  readonly objectsFolder: string;
  readonly problems: MaintenanceProblem[];
  readonly progress: (progress: MaintenanceProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/** Lets others have their turn in the middle of a step, tells how far it has come, and stops it when that is wished. */
export class Pace {
  private readonly turn = new Turn();

  constructor(
    private readonly context: StepContext,
    private readonly step: MaintenanceStep,
    private readonly total: number,
  ) {
    this.tell(0);
  }

  /** Whether {@link next} has to be awaited now. */
  isOver(): boolean {
    return this.turn.isOver();
  }

  /** @throws the signal's reason when it was aborted. */
  async next(done: number): Promise<void> {
    this.tell(done);
    await this.turn.next();
  }

  /** @throws the signal's reason when it was aborted. */
  tell(done: number): void {
    this.context.signal?.throwIfAborted();
    this.context.progress({ step: this.step, done, total: this.total });
  }
}
