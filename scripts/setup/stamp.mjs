import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { INSTALLED_BINARY } from './nodegit.mjs';
import { inProject } from './project.mjs';

/** In node_modules/, so that it goes when what it vouches for goes. */
const STAMP = inProject('node_modules/.cache/gitmodel/setup.json');

/** Everything the installed packages and nodegit's binary depend on. */
function currentStamp() {
  const lockFile = readFileSync(inProject('package-lock.json'));
  return JSON.stringify({
    lockFile: createHash('sha256').update(lockFile).digest('hex'),
    abi: process.versions.modules,
    platform: process.platform,
    arch: process.arch,
  });
}

export function isSetUp() {
  // Whoever reinstalls nodegit alone loses its binary, but not the stamp.
  return existsSync(STAMP) && existsSync(INSTALLED_BINARY) && readFileSync(STAMP, 'utf8') === currentStamp();
}

export function removeStamp() {
  rmSync(STAMP, { force: true });
}

export function writeStamp() {
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, currentStamp());
}
