import {
  closeSync,
  constants,
  copyFileSync,
  fsync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { encodeSignature } from '../object/commit-codec';
import { foldersUpTo } from './durable';
import { inFolder, removeEmptyFolders } from './empty-folders';
import type { GitRepository } from './repository';
import { nameFile } from './write-errors';

const sync = promisify(fsync);

/** What a log says of a move. */
export interface LogEntry {
  /** The value before; null when there was none. */
  readonly old: string | null;
  readonly oid: string;
  readonly message: string;
}

const NO_VALUE = '0'.repeat(40);

interface OpenLog {
  readonly file: string;
  readonly descriptor: number;
  /** See {@link ReferenceLogs.newIn}. */
  readonly newIn: readonly string[];
}

/**
 * The logs that say where a reference was: its own, and that of HEAD when HEAD names it. Where the configuration wants
 * none, those that are there are kept up all the same.
 *
 * Source: https://git-scm.com/docs/git-config#Documentation/git-config.txt-corelogAllRefUpdates, and
 * `files_log_ref_write` in Git's `refs/files-backend.c`
 */
export class ReferenceLogs {
  private constructor(
    private readonly repository: GitRepository,
    private readonly logs: readonly OpenLog[],
  ) {}

  /**
   * Opens all of them before anything is written to one. They have to be closed.
   *
   * @throws what the file system says when one of them cannot be opened.
   */
  static open(repository: GitRepository, ref: string): ReferenceLogs {
    const { commonFolder, gitFolder, keepsLogs } = repository;
    const logs: OpenLog[] = [];
    try {
      const own = openLog(
        commonFolder,
        ref,
        keepsLogs === 'all' || (keepsLogs === 'branches' && LOGGED.test(ref)),
      );
      if (own) logs.push(own);
      const isHeadWanted = keepsLogs !== 'none';
      const isHeadLogged = isHeadWanted || isFile(path.join(gitFolder, 'logs/HEAD'));
      const head =
        isHeadLogged && nameInHead(gitFolder) === ref ? openLog(gitFolder, 'HEAD', isHeadWanted) : undefined;
      if (head) logs.push(head);
      return new ReferenceLogs(repository, logs);
    } catch (error) {
      for (const { descriptor } of logs) closeSync(descriptor);
      throw error;
    }
  }

  /** The folders of those that are new, up to the repository's: to be synced, so that they are there after a crash. */
  get newIn(): string[] {
    return this.logs.flatMap(({ newIn }) => newIn);
  }

  /**
   * Adds a line to each, as libgit2 writes it.
   *
   * @throws what the file system says, with the name of the log.
   */
  append(entry: LogEntry): void {
    if (this.logs.length === 0) return;
    const line = encodeEntry(this.repository, entry);
    // In one piece, and at the end whoever else writes there.
    for (const { file, descriptor } of this.logs) {
      try {
        writeFileSync(descriptor, line);
      } catch (error) {
        throw nameFile(error, file);
      }
    }
  }

  /** Waits until they are on the disk. */
  async sync(): Promise<void> {
    await Promise.all(this.logs.map(({ descriptor }) => sync(descriptor)));
  }

  close(): void {
    for (const { descriptor } of this.logs) closeSync(descriptor);
  }
}

/** What is logged where not everything is: `should_autocreate_reflog` in Git's refs.c. */
const LOGGED = /^refs\/(?:heads|remotes|notes)\//;

/** The file of a reference's log. */
export function logFile({ commonFolder }: GitRepository, ref: string): string {
  return path.join(commonFolder, 'logs', ref);
}

/** Begins the log of a reference with that of another one, if there is one; whatever was there before goes. */
export function copyLog(repository: GitRepository, from: string, to: string): void {
  const [source, target] = [logFile(repository, from), logFile(repository, to)];
  if (!isFile(source)) return;
  if (!isFile(target)) removeEmptyFolders(target);
  inFolder(target, () => {
    copyFileSync(source, target);
  });
}

/** Opens a log to append to it; undefined when it is not there and not wanted. */
function openLog(base: string, name: string, isWanted: boolean): OpenLog | undefined {
  const file = path.join(base, 'logs', name);
  const isNew = !isFile(file);
  if (isNew) {
    if (!isWanted) return undefined;
    // Logs of references that were deleted may have left folders behind.
    removeEmptyFolders(file);
  }
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  const descriptor = inFolder(file, () => openSync(file, flags, 0o666));
  return { file, descriptor, newIn: isNew ? foldersUpTo(path.resolve(base), file) : [] };
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The reference that the file HEAD of a folder names; undefined when it is detached. */
export function nameInHead(gitFolder: string): string | undefined {
  return /^ref:\s*(\S+)\s*$/.exec(readFileSync(path.join(gitFolder, 'HEAD'), 'utf8'))?.[1];
}

/** `<old> <new> <name> <address> <time> <offset>`, a tab, the message, a newline; without a message, no tab either. */
function encodeEntry({ handle, logIdentity }: GitRepository, { old, oid, message }: LogEntry): string {
  // The binding's types do not know it; both are null until somebody calls setIdent().
  const given = (handle as unknown as { ident(): { name: string | null; email: string | null } }).ident();
  const { name, email } = logIdentity;
  const time = new Date();
  const who = encodeSignature('committer', {
    name: given.name ?? name,
    email: given.email ?? email,
    time,
    offset: 0 - time.getTimezoneOffset(),
  });
  const words = `\t${message.replaceAll('\n', ' ')}`.replace(/[ \t\v\f\r]+$/, '');
  return `${old ?? NO_VALUE} ${oid} ${who}${words}\n`;
}
