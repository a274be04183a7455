import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';

/** No setting of the machine or of the user reaches git. */
const ENVIRONMENT = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };

/** Runs stock git on a repository, and returns what it printed. */
export function git(folder: string, ...args: readonly string[]): string {
  return gitWith(folder, '', ...args);
}

/** The same with an input. */
export function gitWith(folder: string, input: string, ...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    env: ENVIRONMENT,
    stdio: 'pipe',
    encoding: 'utf8',
    input,
  }).trim();
}

/** Makes an empty bare repository. */
export function initRepository(folder: string): void {
  git(path.dirname(folder), 'init', '--quiet', '--bare', '--initial-branch=main', folder);
}

/** Imports a stream that is ready in a file. */
export function fastImport(folder: string, stream: string): void {
  const input = openSync(stream, 'r');
  const { status, stderr } = spawnSync('git', ['fast-import', '--quiet'], {
    cwd: folder,
    env: ENVIRONMENT,
    stdio: [input, 'ignore', 'pipe'],
  });
  closeSync(input);
  if (status !== 0) throw new Error(`git fast-import failed: ${stderr.toString()}`);
}

/** No figure counts that was had at the price of the repository. */
export function checkRepository(folder: string): void {
  const gitFolder = path.join(folder, '.git');
  git(existsSync(gitFolder) ? gitFolder : folder, 'fsck', '--strict', '--no-dangling', '--no-progress');
}
