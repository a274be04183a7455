import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** Linux lists the open files of a process here. */
const DESCRIPTORS = '/proc/self/fd';

/** Whether it can be seen which files this process has open. */
export const SEES_OPEN_FILES = existsSync(DESCRIPTORS);

/** The files in a folder, or below it, that this process has open; none where that cannot be seen. */
export function openFilesIn(folder: string): string[] {
  if (!SEES_OPEN_FILES) return [];
  return readdirSync(DESCRIPTORS).flatMap((descriptor) => {
    try {
      const target = readlinkSync(path.join(DESCRIPTORS, descriptor));
      return target.startsWith(`${folder}/`) ? [target] : [];
    } catch {
      return [];
    }
  });
}
