import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { Remote } from 'nodegit';
import { removeSection, renameSection, setInSection } from '../object/config-text';
import type { ConfigSection } from '../object/config-text';
import { shortBranchName } from '../object/reference-name';
import { syncPath } from './durable';
import type { Durability } from './durable';
import { lockedError, LockFile } from './lock-file';
import { retryWhileLocked } from './lock-wait';
import type { LockWait } from './lock-wait';
import type { GitRepository } from './repository';
import { callGit, errnoOf, GitErrno, translateError } from './translate-error';
import { writeError } from './write-errors';

/** Where the commits of a branch come from, and go to. */
export interface Upstream {
  /** The name of the remote; `.` for this repository itself. */
  readonly remote: string;
  /** The full name of the branch there. */
  readonly branch: string;
}

/** Reads what the configuration says is the upstream of a branch; null when it names none. */
export async function readUpstream(repository: GitRepository, ref: string): Promise<Upstream | null> {
  const name = `branch.${shortBranchName(ref)}`;
  const remote = await readOption(repository, `${name}.remote`);
  const branch = await readOption(repository, `${name}.merge`);
  return remote === null || branch === null ? null : { remote, branch };
}

/** Writes the upstream of a branch into the configuration, or takes it out. */
export async function writeUpstream(
  repository: GitRepository,
  ref: string,
  upstream: Upstream | null,
  wait: LockWait,
  durability: Durability,
): Promise<void> {
  const values = upstream
    ? { remote: asBytes(upstream.remote), merge: asBytes(upstream.branch) }
    : { remote: null, merge: null };
  await editConfig(repository, (text) => setInSection(text, sectionOf(ref), values), wait, durability);
}

/** Lets the configuration of a branch follow when it is renamed. */
export async function renameBranchConfig(
  repository: GitRepository,
  from: string,
  to: string,
  wait: LockWait,
  durability: Durability,
): Promise<void> {
  const edit = (text: string): string => renameSection(text, sectionOf(from), asBytes(shortBranchName(to)));
  await editConfig(repository, edit, wait, durability);
}

/** Takes the configuration of a branch out that was deleted. */
export async function removeBranchConfig(
  repository: GitRepository,
  ref: string,
  wait: LockWait,
  durability: Durability,
): Promise<void> {
  await editConfig(repository, (text) => removeSection(text, sectionOf(ref)), wait, durability);
}

/** The remote-tracking branch that a branch of a remote is fetched to; null when it is not fetched. */
export async function trackingRef(repository: GitRepository, upstream: Upstream): Promise<string | null> {
  if (upstream.remote === '.') return upstream.branch;
  for (const spec of await fetchSpecs(repository, upstream.remote)) {
    const ref = mapName(upstream.branch, spec.source, spec.target);
    if (ref !== null) return ref;
  }
  return null;
}

/** The branch that a remote-tracking branch is fetched from; null when it is fetched from nowhere. */
export async function upstreamOfTracking(repository: GitRepository, ref: string): Promise<Upstream | null> {
  const remotes = await callGit('list the remotes', () => Remote.list(repository.handle));
  for (const remote of remotes as string[]) {
    for (const spec of await fetchSpecs(repository, remote)) {
      const branch = mapName(ref, spec.target, spec.source);
      if (branch !== null) return { remote, branch };
    }
  }
  return null;
}

/** What a remote is asked for, and where it goes. */
interface FetchSpec {
  readonly source: string;
  readonly target: string;
}

const FETCH_SPEC = /^\+?([^:^]+):([^:]+)$/;

async function fetchSpecs({ handle }: GitRepository, name: string): Promise<FetchSpec[]> {
  try {
    const remote = await Remote.lookup(handle, name);
    return ((await remote.getFetchRefspecs()) as string[]).flatMap((text) => {
      const [, source, target] = FETCH_SPEC.exec(text) ?? [];
      return source === undefined || target === undefined ? [] : [{ source, target }];
    });
  } catch (error) {
    if ([GitErrno.NOT_FOUND, GitErrno.INVALID_SPEC].some((each) => each === errnoOf(error))) return [];
    throw translateError(`read the remote "${name}"`, error);
  }
}

/** The name that one pattern makes of a name by the other; a star stands for anything. */
function mapName(name: string, pattern: string, target: string): string | null {
  const [before, after] = pattern.split('*', 2) as [string, string?];
  if (after === undefined) return name === pattern ? target : null;
  const isMatch =
    name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length;
  return isMatch ? target.replace('*', () => name.slice(before.length, name.length - after.length)) : null;
}

async function readOption({ handle }: GitRepository, name: string): Promise<string | null> {
  return callGit(`read the option ${name}`, async () => {
    const config = await handle.config();
    try {
      // The binding gives a text, whatever its types say.
      return (await config.getStringBuf(name)) as unknown as string;
    } catch (error) {
      if (errnoOf(error) === GitErrno.NOT_FOUND) return null;
      throw error;
    }
  });
}

function sectionOf(ref: string): ConfigSection {
  return { section: 'branch', name: asBytes(shortBranchName(ref)) };
}

/** The file may be in any encoding, so it is edited as bytes: a string with one character for each. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * Changes the repository's configuration under its lock, as git does it.
 *
 * @throws LockWaitTimeoutError when the lock stays taken.
 * @throws GitError when the file system refuses to write it: it says whether it has changed.
 */
async function editConfig(
  { commonFolder }: GitRepository,
  edit: (text: string) => string,
  wait: LockWait,
  durability: Durability,
): Promise<void> {
  const file = realpathSync(path.join(commonFolder, 'config'));
  const read = (): string => readFileSync(file, 'latin1');
  if (edit(read()) === read()) return;
  const operation = `change ${file}`;
  await retryWhileLocked(
    file,
    async () => {
      const lock = LockFile.take(file);
      if (!lock) throw lockedError(file);
      try {
        // It may have secrets, and not be for everybody to read.
        const { mode } = statSync(file);
        await lock.replace(Buffer.from(edit(read()), 'latin1'), durability, mode);
      } finally {
        lock.release();
      }
    },
    wait,
  ).catch((error: unknown) => {
    throw writeError(operation, 'none', error);
  });
  if (durability === 'git') return;
  await syncPath(path.dirname(file)).catch((error: unknown) => {
    throw writeError(operation, 'unsynced', error);
  });
}
