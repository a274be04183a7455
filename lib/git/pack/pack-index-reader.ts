import { closeSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { toByteOid } from '../../object/oid';
import { findInPackIndex } from '../../object/pack/pack-index-codec';
import { readAt } from '../read-at';

/** Where an object is in a pack. */
export interface PackLocation {
  /** The pack's file. */
  readonly pack: string;
  /** Where the object's entry begins in it. */
  readonly offset: number;
}

/** What a look into the packs of a folder has found. */
export interface PackSearch {
  readonly locations: readonly PackLocation[];
  /** Whether a pack went away meanwhile, as in a `git repack`: what was in it is in another one now. */
  readonly vanished: boolean;
}

/**
 * Looks an object up in the indexes of all packs of a folder. Nothing is remembered and no file stays open, so that
 * packs may come and go. Indexes that are damaged or of version 1, which git has not written since 2007, are passed
 * over.
 *
 * Format: https://git-scm.com/docs/gitformat-pack#_pack_idx_files_have_the_following_format
 */
export function findInPacks(objectsFolder: string, oid: string): PackSearch {
  const folder = path.join(objectsFolder, 'pack');
  const locations: PackLocation[] = [];
  let vanished = false;
  for (const name of listIndexes(folder)) {
    const index = path.join(folder, name);
    try {
      const offset = findInIndexFile(index, oid);
      if (offset !== undefined) locations.push({ pack: packOf(index), offset });
    } catch (error) {
      vanished ||= (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  }
  return { locations, vanished };
}

/**
 * Where an object begins in one pack; undefined when it is not in it.
 *
 * @throws Error when the pack's index cannot be read.
 */
export function findInPack(pack: string, oid: string): number | undefined {
  return findInIndexFile(pack.replace(/\.pack$/, '.idx'), oid);
}

function packOf(index: string): string {
  return index.replace(/\.idx$/, '.pack');
}

function listIndexes(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.idx'));
  } catch {
    return [];
  }
}

function findInIndexFile(index: string, oid: string): number | undefined {
  const descriptor = openSync(index, 'r');
  try {
    return findInPackIndex((position, length) => readAt(descriptor, position, length), toByteOid(oid));
  } finally {
    closeSync(descriptor);
  }
}
