import path from 'node:path';
import { checkOptions, checkSignal } from '../../arguments';
import type { KnownOptions } from '../../arguments';
import { InvalidArgumentError } from '../../errors';
import type { GitRepository } from '../repository';
import { cleanUp } from './clean-up';
import type { CleanUpResult } from './clean-up';
import { takeGcLock } from './gc-lock';
import type { MaintenanceHolder } from './gc-lock';
import { writeGitIndexes } from './git-indexes';
import type { GitIndexes } from './git-indexes';
import { packLooseObjects } from './loose-packer';
import { consolidatePacks } from './pack-consolidation';
import { Pace } from './step';
import type { MaintenanceProblem, MaintenanceProgress, StepContext } from './step';
import { measureStorage } from './storage';
import type { StorageStatistics } from './storage';

/** How maintenance is done. */
export interface MaintainOptions {
  /** Is told how far it has come, every few milliseconds. */
  readonly progress?: ((progress: MaintenanceProgress) => void) | undefined;
  /** Stops it as soon as can be; everything is in order then. The promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS: KnownOptions<MaintainOptions> = { progress: true, signal: true };

/** Somebody else is cleaning up: git, or another process with this library. Nothing was done. */
export interface MaintenanceBusy {
  readonly status: 'busy';
  readonly holder: MaintenanceHolder;
}

/** What maintenance has done. */
export interface MaintenanceDone extends GitIndexes {
  /** Whether anything had to be done. */
  readonly status: 'done' | 'nothing-to-do';
  /** How many loose objects went into a pack, and how many are left: staged, unreferenced, large or damaged ones. */
  readonly looseObjects: { readonly packed: number; readonly left: number };
  /** How many packs there were, how many of them (and of what was loose) became one, and how many there are now. */
  readonly packs: { readonly before: number; readonly consolidated: number; readonly after: number };
  /** How many bytes loose objects, packs and indexes of packs take on the disk. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** What killed processes had left behind. */
  readonly removed: CleanUpResult;
  /**
   * What is damaged, or could not be done, and was left as it is. All else was done. Of packs their indexes are checked as a whole,
   * their content only as far as it was copied: `git fsck` checks all.
   */
  readonly problems: readonly MaintenanceProblem[];
  /** How long it took. */
  readonly milliseconds: number;
}

/** What has come of maintenance. */
export type MaintenanceReport = MaintenanceDone | MaintenanceBusy;

/**
 * Brings a repository into a form that is small and quick to read. No object is dropped, and it may run beside
 * everything: readers, writers, `git gc`, of which it takes the lock, and others that do the same.
 *
 * @throws ObjectWriteError when a pack, or the lock of `git gc`, cannot be written, for example because the disk is full.
 *   Nothing is lost then.
 * @throws InvalidArgumentError for an option.
 */
export async function maintain(
  { commonFolder }: GitRepository,
  options: MaintainOptions = {},
): Promise<MaintenanceReport> {
  const { progress, signal } = checkOptions(options, OPTIONS);
  checkSignal(signal);
  checkProgress(progress);
  signal?.throwIfAborted();
  const start = performance.now();
  const lock = await takeGcLock(commonFolder);
  if (!('release' in lock)) return { status: 'busy', holder: lock };
  try {
    const objectsFolder = path.join(commonFolder, 'objects');
    const before = await measureStorage(objectsFolder);
    const problems: MaintenanceProblem[] = [];
    const tell = progress ?? ((): void => undefined);
    const context: StepContext = { commonFolder, objectsFolder, problems, progress: tell, signal };

    const removed = await asStep(context, 'clean-up', () => cleanUp(context));
    const looseObjects = await packLooseObjects(context);
    const consolidated = await consolidatePacks(context);
    const changed = looseObjects.packed > 0 || consolidated > 0;
    const indexes = await asStep(context, 'indexes', () => writeGitIndexes(context, changed));

    const after = await measureStorage(objectsFolder);
    const cleaned = removed.temporaryFiles + removed.keepFiles + removed.lockFiles > 0;
    const written = [indexes.multiPackIndex, indexes.commitGraph].some(({ status }) => status === 'written');
    return {
      status: changed || cleaned || written ? 'done' : 'nothing-to-do',
      looseObjects,
      packs: { before: before.packs.count, consolidated, after: after.packs.count },
      bytes: { before: bytesOf(before), after: bytesOf(after) },
      ...indexes,
      removed,
      problems,
      milliseconds: Math.round(performance.now() - start),
    };
  } finally {
    lock.release();
  }
}

/** Runs a step that is short, so that only its beginning and its end are told. */
async function asStep<T>(
  context: StepContext,
  step: 'clean-up' | 'indexes',
  run: () => Promise<T>,
): Promise<T> {
  const pace = new Pace(context, step, 1);
  const result = await run();
  pace.tell(1);
  return result;
}

function bytesOf({ looseObjects, packs }: StorageStatistics): number {
  return looseObjects.bytes + packs.bytes;
}

function checkProgress(progress: unknown): void {
  if (progress !== undefined && typeof progress !== 'function') {
    throw new InvalidArgumentError('"progress" must be a function.', {
      details: { option: 'progress', value: progress },
    });
  }
}
