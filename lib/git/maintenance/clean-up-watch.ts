import { statSync } from 'node:fs';
import path from 'node:path';
import { findGcHolder } from './gc-lock';

/**
 * Tells whether `git gc` may have taken objects away since this was made, or may be about to: with `--prune=now` it takes
 * all that nothing referred to when it looked, however new it is by now. Costs a few calls of `stat`.
 */
export class CleanUpWatch {
  /** The lock of `git gc` comes and goes in this folder, which changes its time. */
  private readonly changedBefore: bigint | undefined;

  /** @param commonFolder The folder with objects and references. */
  constructor(private readonly commonFolder: string) {
    this.changedBefore = timeOf(commonFolder);
  }

  /** Whether somebody is cleaning up now. */
  isCleaning(): boolean {
    const lock = path.join(this.commonFolder, 'gc.pid');
    // Hardly ever is there one, and that is seen without an error being made.
    if (statSync(lock, { throwIfNoEntry: false }) === undefined) return false;
    try {
      return findGcHolder(this.commonFolder) !== undefined;
    } catch {
      // Whatever is in the place of the lock, it may be one.
      return true;
    }
  }

  /** Whether somebody may have cleaned up from beginning to end. */
  mayHaveCleaned(): boolean {
    return timeOf(this.commonFolder) !== this.changedBefore;
  }
}

function timeOf(folder: string): bigint | undefined {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
}
