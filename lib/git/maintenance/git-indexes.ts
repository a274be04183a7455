import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { listPacks } from './pack-list';
import type { StepContext } from './step';

const execute = promisify(execFile);

/** What has become of an index that git writes. */
export type GitIndexResult =
  | { readonly status: 'written' }
  /** It is there, and nothing is new; or there is nothing that it could be of. */
  | { readonly status: 'up-to-date' }
  /** Why it was not written: there is no git, or an old one, or it failed. */
  | { readonly status: 'skipped'; readonly reason: string };

/** What git has written to speed up reading. */
export interface GitIndexes {
  /** Of all packs together, when there are two or more. */
  readonly multiPackIndex: GitIndexResult;
  /** The commits with their parents, dates, trees and changed paths, for which otherwise all are inflated one by one. */
  readonly commitGraph: GitIndexResult;
}

/** From this version on git writes both, the commit graph in parts and with filters of changed paths. */
const MIN_VERSION = [2, 27] as const;

const UP_TO_DATE: GitIndexResult = { status: 'up-to-date' };

/**
 * Lets git write what speeds up reading, where it is installed. Both are only hints: git and libgit2 find all objects
 * without them, and what is new beside them.
 *
 * @param changed Whether there may be new commits, or packs have come or gone.
 */
export async function writeGitIndexes(context: StepContext, changed: boolean): Promise<GitIndexes> {
  const { objectsFolder } = context;
  const needsMultiPackIndex = await isMultiPackIndexDue(objectsFolder);
  const hasGraph = ['info/commit-graph', 'info/commit-graphs'].some((name) =>
    existsSync(path.join(objectsFolder, name)),
  );
  const needsGraph = changed || !hasGraph;
  if (!needsMultiPackIndex && !needsGraph) return { multiPackIndex: UP_TO_DATE, commitGraph: UP_TO_DATE };
  const hindrance = await findHindrance();
  const write = async (isDue: boolean, ...args: string[]): Promise<GitIndexResult> => {
    if (!isDue) return UP_TO_DATE;
    return hindrance === undefined ? runGit(context, args) : { status: 'skipped', reason: hindrance };
  };
  return {
    multiPackIndex: await write(needsMultiPackIndex, 'multi-pack-index', 'write', '--no-progress'),
    commitGraph: await write(
      needsGraph,
      'commit-graph',
      'write',
      '--reachable',
      '--split',
      '--changed-paths',
      '--no-progress',
    ),
  };
}

async function isMultiPackIndexDue(objectsFolder: string): Promise<boolean> {
  const packs = await listPacks(objectsFolder);
  if (packs.length < 2) return false;
  const file = path.join(objectsFolder, 'pack/multi-pack-index');
  const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return packs.some((pack) => pack.time >= time);
}

/** What is in the way of using git; undefined when nothing is. */
async function findHindrance(): Promise<string | undefined> {
  try {
    const { stdout } = await execute('git', ['version'], { env: cleanEnvironment() });
    const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(stdout) ?? [];
    const isNew =
      Number(major) > MIN_VERSION[0] || (Number(major) === MIN_VERSION[0] && Number(minor) >= MIN_VERSION[1]);
    return isNew ? undefined : `${stdout.trim()} is older than ${MIN_VERSION.join('.')}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'there is no git on the PATH' : `git cannot be run: ${message}`;
  }
}

async function runGit(
  { commonFolder, signal }: StepContext,
  args: readonly string[],
): Promise<GitIndexResult> {
  try {
    await execute('git', [`--git-dir=${commonFolder}`, ...args], { env: cleanEnvironment(), signal });
    return { status: 'written' };
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr, message } = error as Error & { readonly stderr?: string };
    const words = stderr?.trim();
    return {
      status: 'skipped',
      reason: `git failed: ${words === undefined || words === '' ? message : words}`,
    };
  }
}

/** The environment without what would lead git to another repository, or have it do something else. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return { ...Object.fromEntries(entries), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' };
}
