import {
  closeSync,
  fsync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { isBranchRef } from '../object/reference-name';
import { syncPath } from './durable';
import type { Durability } from './durable';
import { looseObjectFile } from './loose/loose-object-file';
import { findInPacks } from './pack/pack-index-reader';
import type { GitRepository } from './repository';

const sync = promisify(fsync);

/** What became of an attempt to move a branch by its file. */
export type SwapOutcome =
  /** It is moved. */
  | 'moved'
  /** It has another value than the expected one; nothing has changed. */
  | 'modified'
  /** Somebody else holds its lock; nothing has changed. */
  | 'locked'
  /** It is not a case for this; nothing has changed. */
  | 'unsuited';

/** The file of a reference that has an oid: forty digits and a newline. */
const FILE = /^([0-9a-f]{40})\s*$/;

/**
 * Moves a branch from one commit to another by compare-and-swap, as libgit2 does it, but on the spot: the hops between
 * threads make up most of what libgit2 takes.
 *
 * Only the usual case: the branch has a file of its own (it is not new, symbolic or packed only), no log of it is
 * kept, and the commit has just been written to a file of its own; with `fsync` also to a pack, for libgit2 renames the
 * file into place before it is on the disk.
 *
 * The protocol is that of git and libgit2: whoever creates `<file>.lock` may compare, write the new value into it and
 * rename it into place.
 *
 * Source: `lockfile.h` in Git's sources, and https://git-scm.com/docs/gitrepository-layout
 */
export async function swapBranchFile(
  { commonFolder, keepsLogs }: GitRepository,
  { ref, oid, expected }: { readonly ref: string; readonly oid: string; readonly expected: string | null },
  durability: Durability,
): Promise<SwapOutcome> {
  const file = path.join(commonFolder, ref);
  if (expected === null || keepsLogs || !isBranchRef(ref) || !isPlainFile(file)) return 'unsuited';
  if (!isObjectThere(path.join(commonFolder, 'objects'), oid, durability)) return 'unsuited';
  if (isThere(path.join(commonFolder, 'logs', ref))) return 'unsuited';
  const lock = `${file}.lock`;
  const descriptor = takeLock(lock);
  if (typeof descriptor !== 'number') return descriptor;
  const outcome = await swapLocked(file, { lock, descriptor }, { oid, expected }, durability);
  if (outcome === 'moved' && durability === 'fsync') await syncPath(path.dirname(file));
  return outcome;
}

/** Compares and writes; then, however it ends, the lock is not there any more. */
async function swapLocked(
  file: string,
  { lock, descriptor }: { readonly lock: string; readonly descriptor: number },
  { oid, expected }: { readonly oid: string; readonly expected: string },
  durability: Durability,
): Promise<SwapOutcome> {
  try {
    let outcome: SwapOutcome;
    try {
      outcome = compare(readValue(file), expected);
      if (outcome === 'moved') {
        writeSync(descriptor, `${oid}\n`);
        if (durability === 'fsync') await sync(descriptor);
      }
    } finally {
      closeSync(descriptor);
    }
    if (outcome === 'moved') renameSync(lock, file);
    else rmSync(lock, { force: true });
    return outcome;
  } catch (error) {
    rmSync(lock, { force: true });
    throw error;
  }
}

function takeLock(lock: string): number | 'locked' | 'unsuited' {
  try {
    return openSync(lock, 'wx', 0o666);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'locked' : 'unsuited';
  }
}

function compare(value: string | undefined, expected: string): SwapOutcome {
  if (value === undefined) return 'unsuited';
  return value === expected ? 'moved' : 'modified';
}

/** The value that a reference's file has; undefined when it has none, or is gone. */
function readValue(file: string): string | undefined {
  try {
    return FILE.exec(readFileSync(file, 'latin1'))?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** To look into packs takes longer, so that is done only where it has to be. */
function isObjectThere(objectsFolder: string, oid: string, durability: Durability): boolean {
  if (isThere(looseObjectFile(objectsFolder, oid))) return true;
  return durability === 'fsync' && findInPacks(objectsFolder, oid).locations.length > 0;
}

function isPlainFile(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
