import { readFileSync } from 'node:fs';
import path from 'node:path';

/** How deep alternates may have alternates of their own; Git's own limit. */
const MAX_DEPTH = 5;

/**
 * The folders in which a repository's objects may be: its own, and those that `info/alternates` names. What cannot
 * be read is left out.
 *
 * Format: https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-objectsinfoalternates
 */
export function objectFolders(objectsFolder: string): string[] {
  const folders = new Set<string>();
  const add = (folder: string, depth: number): void => {
    if (folders.has(folder)) return;
    folders.add(folder);
    if (depth === MAX_DEPTH) return;
    for (const line of readAlternates(folder)) add(path.resolve(folder, line), depth + 1);
  };
  add(path.resolve(objectsFolder), 0);
  return [...folders];
}

function readAlternates(folder: string): string[] {
  try {
    const lines = readFileSync(path.join(folder, 'info/alternates'), 'utf8').split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  } catch {
    return [];
  }
}
