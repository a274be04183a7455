import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Repository, Signature } from 'nodegit';

import { RepositoryNotFoundError, UnsupportedRepositoryError } from '../errors';
import { foldersUpTo, syncAll } from './durable';
import type { Durability } from './durable';
import { callGit, errnoOf, GitErrno, messageOf, translateError } from './translate-error';

export type { Repository } from 'nodegit';

/** An open repository: nodegit's handle and where its parts are. */
export interface GitRepository {
  /** nodegit's own object, for everything that this library has no name for. */
  readonly handle: Repository;
  /** The folder with HEAD and the index: `.git`, a bare repository's own folder, or a linked worktree's. */
  readonly gitFolder: string;
  /** The folder with objects and references; differs from `gitFolder` in a linked worktree only. */
  readonly commonFolder: string;
  /** The work tree's folder; null in a bare repository. */
  readonly workFolder: string | null;
  /**
   * Whose moves are logged, as the configuration says: those of `branches` and what is like them, of `all` references,
   * or of `none`. A log that is there already is kept up anyway.
   */
  readonly keepsLogs: 'none' | 'branches' | 'all';
  /** Who the logs say has moved a branch: the user of the configuration, as it was when the repository was opened. */
  readonly logIdentity: { readonly name: string; readonly email: string };
}

/**
 * Opens the repository at a path: a bare one, a `.git` folder or a work tree. Folders above are not searched.
 *
 * @throws RepositoryNotFoundError when there is none.
 * @throws UnsupportedRepositoryError when it belongs to another user or is in a format libgit2 cannot read.
 */
export async function openRepository(repositoryPath: string): Promise<GitRepository> {
  const handle = await callGit(
    `open the repository at ${repositoryPath}`,
    () => Repository.open(repositoryPath),
    (errno, error) => {
      const details = { path: repositoryPath };
      if (errno === GitErrno.NOT_FOUND) {
        return new RepositoryNotFoundError(
          `There is no Git repository at "${repositoryPath}". Check the path, or pass { create: true }.`,
          { cause: error, details },
        );
      }
      if (errno === GitErrno.OWNER) {
        return new UnsupportedRepositoryError(
          `The repository at "${repositoryPath}" belongs to another user. If you trust it, run: ` +
            `git config --global --add safe.directory "${path.resolve(repositoryPath)}"`,
          { cause: error, details },
        );
      }
      return new UnsupportedRepositoryError(
        `The repository at "${repositoryPath}" cannot be opened: ${messageOf(error)}`,
        { cause: error, details },
      );
    },
  );
  return describe(handle);
}

/** `git_repository_init_flag_t` in libgit2's include/git2/repository.h. */
const InitFlag = { BARE: 1 << 0, NO_REINIT: 1 << 1, MKPATH: 1 << 4 } as const;

/** How a repository is made. */
export interface CreateRepositoryOptions {
  /** Without a work tree. */
  readonly bare: boolean;
  /** The branch that HEAD names, as a full reference. */
  readonly initialBranch: string;
  /** With `fsync` all of it is on the disk before it can be found. Default: `git`. */
  readonly durability?: Durability;
}

/**
 * Makes a repository at a path, and the folders on the way to it. It is complete before it is there: others who
 * ask for the same one at the same time find all of it, or nothing, and make one of it.
 */
export async function createRepository(
  repositoryPath: string,
  { bare, initialBranch, durability = 'git' }: CreateRepositoryOptions,
): Promise<GitRepository> {
  const folder = path.resolve(repositoryPath);
  const isSynced = durability === 'fsync';
  const flags = InitFlag.MKPATH | InitFlag.NO_REINIT | (bare ? InitFlag.BARE : 0);
  const initialize = (at: string): Promise<Repository> =>
    Repository.initExt(at, { flags, initialHead: initialBranch });
  // As near as can be: what is above may be another file system, or not ours to write to.
  const near = bare ? path.dirname(folder) : folder;
  let firstMade: string | undefined;
  try {
    firstMade = await mkdir(near, { recursive: true });
    const scratch = await mkdtemp(path.join(near, '.gitmodel-'));
    try {
      await initialize(path.join(scratch, 'new'));
      if (isSynced) await syncNew(path.join(scratch, bare ? 'new' : 'new/.git'));
      if (bare) await rename(path.join(scratch, 'new'), folder);
      else await rename(path.join(scratch, 'new', '.git'), path.join(folder, '.git'));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  } catch (error) {
    return openRepository(repositoryPath).catch(async (reason: unknown) => {
      if (!(reason instanceof RepositoryNotFoundError)) throw reason;
      // In a folder that has something in it, or cannot be replaced, a bare repository is made in place.
      if (bare) {
        const handle = await callGit(creationOf(folder), () => initialize(folder));
        if (isSynced) await syncNew(folder);
        return describe(handle);
      }
      throw translateError(creationOf(folder), error);
    });
  }
  const top = firstMade === undefined ? near : path.dirname(firstMade);
  if (isSynced) await syncAll(foldersUpTo(top, path.join(near, 'new')));
  return openRepository(repositoryPath);
}

/** What a repository cannot do without, and so is on the disk first; more may be in its folder that is not of Git. */
const ESSENTIALS = ['HEAD', 'config', 'objects', 'refs'];

/** Syncs a repository that has just been made, and the folder that it is in. */
async function syncNew(gitFolder: string): Promise<void> {
  const paths = ESSENTIALS.map((name) => path.join(gitFolder, name));
  for (const top of ESSENTIALS.slice(2)) {
    const folder = path.join(gitFolder, top);
    for (const name of await readdir(folder, { recursive: true })) paths.push(path.join(folder, name));
  }
  await syncAll([...paths, gitFolder, path.dirname(gitFolder)]);
}

function creationOf(folder: string): string {
  return `create a repository at ${folder}`;
}

async function describe(handle: Repository): Promise<GitRepository> {
  const commonFolder = handle.commondir();
  const workFolder = handle.isBare() ? null : handle.workdir();
  if (!existsSync(path.join(commonFolder, 'objects'))) {
    throw new UnsupportedRepositoryError(`The repository at "${commonFolder}" has no object database.`, {
      details: { path: commonFolder },
    });
  }
  const keepsLogs = await readKeepsLogs(handle);
  const logIdentity = await readLogIdentity(handle);
  return { handle, gitFolder: handle.path(), commonFolder, workFolder, keepsLogs, logIdentity };
}

/** What libgit2 writes into logs where the configuration does not say who the user is. */
const UNKNOWN = Object.freeze({ name: 'unknown', email: 'unknown' });

async function readLogIdentity(handle: Repository): Promise<GitRepository['logIdentity']> {
  try {
    const user = await Signature.default(handle);
    return { name: user.name(), email: user.email() };
  } catch {
    return UNKNOWN;
  }
}

/**
 * The option `core.logAllRefUpdates`; unset, it is on where there is a work tree.
 *
 * Source: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corelogAllRefUpdates
 */
async function readKeepsLogs(handle: Repository): Promise<GitRepository['keepsLogs']> {
  const config = await callGit('read the configuration', () => handle.config());
  try {
    // The binding gives a text, whatever its types say.
    const value = (await config.getStringBuf('core.logallrefupdates')) as unknown as string;
    if (/^always$/i.test(value)) return 'all';
    return /^(?:false|no|off|0|)$/i.test(value) ? 'none' : 'branches';
  } catch (error) {
    if (errnoOf(error) !== GitErrno.NOT_FOUND) throw translateError('read the configuration', error);
    return handle.isBare() ? 'none' : 'branches';
  }
}
