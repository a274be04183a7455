import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { removeAbandonedLock } from '../lock-file';
import { isAbandonedKeep } from '../pack/keep-file';
import { FANOUT, namesIn } from './loose-list';
import { GRACE_MS } from './loose-packer';
import type { StepContext } from './step';
import { isTemporaryOfUpkeep } from './upkeep-pack-writer';

/** What was removed of what killed processes had left behind. */
export interface CleanUpResult {
  readonly temporaryFiles: number;
  readonly keepFiles: number;
  /** Of references, `packed-refs`, `HEAD` and the configuration. */
  readonly lockFiles: number;
  /** How many bytes the temporary files had. */
  readonly bytes: number;
}

/** What git names temporary files by. */
const TEMPORARY_PREFIX = 'tmp_';

/**
 * Removes what killed processes have left behind:
 *
 * - temporary files of git, libgit2 and this library that have not been written to for two weeks, the time that git
 *   gives to them; those of an earlier upkeep at once, for there is only one at a time;
 * - packs without an index, into which nobody looks, after the same time;
 * - `.keep` files of this library whose process is gone. What they protected is an ordinary pack then;
 * - lock files of this library whose process is gone, which would keep git from writing, and other ones that are
 *   twelve hours old.
 */
export async function cleanUp({
  commonFolder,
  objectsFolder,
  problems,
}: StepContext): Promise<CleanUpResult> {
  const packFolder = path.join(objectsFolder, 'pack');
  let [temporaryFiles, keepFiles, bytes] = [0, 0, 0];
  const remove = async (file: string, isDue: (time: number) => boolean): Promise<void> => {
    try {
      const { mtimeMs, size } = await stat(file);
      if (!isDue(mtimeMs)) return;
      await rm(file, { force: true });
      temporaryFiles++;
      bytes += size;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') problems.push({ path: file, message: `It could not be removed: ${message}` });
    }
  };
  const limit = Date.now() - GRACE_MS;
  const isOld = (time: number): boolean => time < limit;

  for (const folder of ['', ...FANOUT].map((name) => path.join(objectsFolder, name))) {
    const names = (await namesIn(folder)).filter((name) => name.startsWith(TEMPORARY_PREFIX));
    for (const name of names) await remove(path.join(folder, name), isOld);
  }
  const names = new Set(await namesIn(packFolder));
  for (const name of names) {
    const file = path.join(packFolder, name);
    if (isTemporaryOfUpkeep(name)) await remove(file, () => true);
    else if (name.startsWith(TEMPORARY_PREFIX)) await remove(file, isOld);
    else if (name.endsWith('.keep') && (await isAbandoned(file))) {
      await rm(file, { force: true });
      keepFiles++;
    } else if (
      name.endsWith('.pack') &&
      ['.idx', '.keep'].every((end) => !names.has(withEnding(name, end)))
    ) {
      await remove(file, isOld);
    }
  }
  let lockFiles = 0;
  for (const lock of await lockFilesIn(commonFolder)) if (removeAbandonedLock(lock)) lockFiles++;
  return { temporaryFiles, keepFiles, lockFiles, bytes };
}

/** The lock files of what this library changes, and their own. */
async function lockFilesIn(commonFolder: string): Promise<string[]> {
  // Where a folder goes while it is read, there is a next time.
  const references = await readdir(path.join(commonFolder, 'refs'), { recursive: true }).catch(() => []);
  const names = [...(await namesIn(commonFolder)), ...references.map((name) => path.join('refs', name))];
  return names.filter((name) => LOCK.test(name)).map((name) => path.join(commonFolder, name));
}

const LOCK = /^(?:refs\b.*|packed-refs|config|HEAD|\.[0-9a-f]{40})\.lock$/s;

function withEnding(pack: string, ending: string): string {
  return pack.slice(0, -'.pack'.length) + ending;
}

async function isAbandoned(keepFile: string): Promise<boolean> {
  return isAbandonedKeep(await readFile(keepFile, 'utf8').catch(() => ''));
}
