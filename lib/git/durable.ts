import { open } from 'node:fs/promises';
import path from 'node:path';

/**
 * What has to be on the disk before a change counts as made: `git` as git does it by default, packs but neither
 * single objects nor references; `fsync` everything.
 */
export type Durability = 'git' | 'fsync';

/** Waits until a file, or the entries of a folder, are on the disk. */
export async function syncPath(fileOrFolder: string): Promise<void> {
  const handle = await open(fileOrFolder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some systems cannot sync folders, and need not.
    if (!NOT_SYNCABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

const NOT_SYNCABLE = new Set(['EINVAL', 'EISDIR', 'EPERM', 'ENOTSUP']);

/** How many are open at a time. */
const SIDE_BY_SIDE = 64;

/** Syncs each once, many side by side: a journaling file system serves them together. */
export async function syncAll(filesOrFolders: Iterable<string>): Promise<void> {
  const all = [...new Set(filesOrFolders)];
  for (let start = 0; start < all.length; start += SIDE_BY_SIDE) {
    const syncs = all.slice(start, start + SIDE_BY_SIDE).map(syncPath);
    await Promise.allSettled(syncs);
    await Promise.all(syncs);
  }
}

/** The folders from the one that a path is in up to, and with, a given one. */
export function foldersUpTo(top: string, file: string): string[] {
  const folders = [];
  let folder = path.dirname(file);
  for (; folder.length > top.length; folder = path.dirname(folder)) folders.push(folder);
  return [...folders, top];
}
