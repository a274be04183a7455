import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A path inside the clone, given with forward slashes. */
export function inProject(relative) {
  return path.join(ROOT, relative);
}

export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
