import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';

/*
 * Where Git keeps loose objects, and how their files come to be there.
 *
 * Format: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 */

/** Git lets everybody read objects, and nobody change them. */
export const OBJECT_PERMISSIONS = 0o444;

/** The file of a loose object: `objects/<first two digits>/<the other 38>`. */
export function looseObjectFile(objectsFolder: string, oid: string): string {
  return path.join(objectsFolder, oid.slice(0, 2), oid.slice(2));
}

/**
 * What the names of temporary files of one writer begin with. They are those of Git, whose `gc` clears away what a
 * killed process left behind.
 */
export function temporaryObjectPrefix(): string {
  return `tmp_obj_${randomBytes(6).toString('hex')}_`;
}

/**
 * Whether the object, or pack, is there already. Its time is set to now, as Git does, so that a `git gc` that runs
 * meanwhile does not take it for forgotten. An empty file, as a power failure leaves it, does not count.
 */
export function refreshObjectFile(file: string): boolean {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0) return false;
    const now = Date.now() / 1000;
    utimesSync(file, now, now);
    return true;
  } catch {
    // Swept away in between, or somebody else's file whose time is not ours to set: write it anew.
    return false;
  }
}

/** `git prune-packed` may take the empty folder away again and again, but not this often in a row. */
const MOVE_ATTEMPTS = 10;

/** Renames a file; makes the folder when there is none yet, or `git gc` has taken the empty one away. */
export function moveIntoPlace(temporary: string, file: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(temporary, file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === MOVE_ATTEMPTS) throw error;
      mkdirSync(path.dirname(file), { recursive: true });
    }
  }
}
