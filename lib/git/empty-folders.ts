import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Removes a folder in which there are only folders, and no file in any of them: what is left of references whose names
 * went further. Each is removed only while it is empty, so that nothing is lost that others put there meanwhile.
 *
 * @returns whether nothing is there any more.
 */
export function removeEmptyFolders(folder: string): boolean {
  try {
    for (const each of readdirSync(folder, { withFileTypes: true })) {
      if (!each.isDirectory() || !removeEmptyFolders(path.join(folder, each.name))) return false;
    }
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/**
 * Removes the folders above a file of a reference, or of its log, as far as they are empty. As in git, two stay:
 * `refs` and `refs/heads`.
 *
 * @param top The folder that has `refs`.
 */
export function removeEmptyParents(file: string, top: string): void {
  const kept = path.join(top, ...path.relative(top, file).split(path.sep).slice(0, 2));
  try {
    for (let folder = path.dirname(file); folder.length > kept.length; folder = path.dirname(folder)) {
      rmdirSync(folder);
    }
  } catch {
    // There is something in it, or somebody else was faster.
  }
}

/** Others remove empty folders while they pack or delete references, but not this often in a row. */
const ATTEMPTS = 10;

/**
 * Creates or opens a file, and makes the folders that it needs: again when somebody removes them while they are empty.
 *
 * @throws what `make` throws, or the making of the folders.
 */
export function inFolder<T>(file: string, make: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return make();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      mkdirSync(path.dirname(file), { recursive: true });
    }
  }
}
