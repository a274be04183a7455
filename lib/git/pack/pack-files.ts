import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { sha1 } from '../../object/sha1';
import { syncPath } from '../durable';

/** The temporary files of a pack that is being written. */
export interface PackFiles {
  readonly pack: string;
  readonly index: string;
}

/** What the names of temporary files begin with: as Git's own, whose `gc` clears them away after two weeks. */
export const TEMPORARY_PACK_PREFIX = 'tmp_pack_';
export const TEMPORARY_INDEX_PREFIX = 'tmp_idx_';

/**
 * New names for temporary files.
 *
 * @param folder Where packs are.
 * @param maker What tells them from those of others.
 */
export function temporaryPackFiles(folder: string, maker = ''): PackFiles {
  const end = maker + randomBytes(6).toString('hex');
  return {
    pack: path.join(folder, TEMPORARY_PACK_PREFIX + end),
    index: path.join(folder, TEMPORARY_INDEX_PREFIX + end),
  };
}

/**
 * A name for a pack with a checksum that none has had before. With the checksum itself as its name, as git gives it, a pack that
 * is written again would have the name of one that a running `git repack` has on its list of those to be deleted.
 */
export function uniquePackName(checksum: string): string {
  return `pack-${sha1(checksum + randomBytes(20).toString('hex'))}`;
}

/**
 * Gives the files of a pack their names. Both have to be complete and on the disk; the index gets its name last: by
 * that readers find the pack.
 *
 * @param name The path of the pack, without an ending.
 * @param durable Whether the names are to be on the disk when the promise resolves.
 */
export async function putInPlace(files: PackFiles, name: string, durable: boolean): Promise<void> {
  renameSync(files.pack, `${name}.pack`);
  renameSync(files.index, `${name}.idx`);
  if (durable) await syncPath(path.dirname(name));
}

/** Removes temporary files, as far as there are any and they can be. */
export async function removePackFiles({ pack, index }: PackFiles): Promise<void> {
  await Promise.allSettled([pack, index].map((file) => rm(file, { force: true })));
}
