import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { CHECKSUM_BYTES } from '../../object/pack/pack-entry-codec';
import { Turn } from '../turn';
import type { PackFile } from './pack-list';
import type { StepContext } from './step';

/** How much is read at a time. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Finds packs whose index is damaged, or of another pack, and tells of them: what is in such a pack is not found, or found
 * in the wrong place, however sound the pack is. The indexes are read as a whole, of the packs only what they end with: the
 * rest is for `git fsck`.
 *
 * Both end with checksums, the index with that of its pack and then its own, in every version.
 *
 * Format: https://git-scm.com/docs/gitformat-pack
 */
export async function findDamagedPacks(
  context: StepContext,
  packs: readonly PackFile[],
): Promise<Set<PackFile>> {
  const damaged = new Set<PackFile>();
  for (const pack of packs) {
    const problem = await problemOf(context, path.join(context.objectsFolder, 'pack', pack.name));
    if (!problem) continue;
    damaged.add(pack);
    context.problems.push(problem);
  }
  return damaged;
}

async function problemOf(
  context: StepContext,
  file: string,
): Promise<{ readonly path: string; readonly message: string } | undefined> {
  const [pack, index] = [`${file}.pack`, `${file}.idx`];
  try {
    const expected = await withFile(index, (handle) => checkIndex(context, handle));
    if (expected === undefined) {
      const message =
        'The index of the pack is damaged: it does not have the checksum that it ends with. ' +
        `Make it anew with "git index-pack ${pack}".`;
      return { path: index, message };
    }
    const checksum = await withFile(pack, async (handle) => readLast(handle, (await handle.stat()).size));
    if (checksum?.equals(expected)) return undefined;
    return { path: pack, message: 'The pack is damaged: pack and index do not belong together' };
  } catch (error) {
    context.signal?.throwIfAborted();
    const { code, message, path: unread = pack } = error as NodeJS.ErrnoException;
    // Somebody else has repacked what was in it.
    if (code === 'ENOENT') return undefined;
    return { path: unread, message: `The pack cannot be read: ${message}` };
  }
}

/** The checksum of the pack, as its index says; undefined when the index is damaged. */
async function checkIndex({ signal }: StepContext, handle: FileHandle): Promise<Buffer | undefined> {
  const { size } = await handle.stat();
  const bodyBytes = size - CHECKSUM_BYTES;
  if (bodyBytes < CHECKSUM_BYTES) return undefined;
  const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bodyBytes));
  const [turn, hash] = [new Turn(), createHash('sha1')];
  for (let at = 0; at < bodyBytes;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, bodyBytes - at), at);
    if (bytesRead === 0) return undefined;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
    if (turn.isOver()) await turn.next();
  }
  const [own, ofPack] = [await readLast(handle, size), await readLast(handle, bodyBytes)];
  return own?.equals(hash.digest()) ? ofPack : undefined;
}

/** The checksum that ends at a place; undefined when there is not so much. */
async function readLast(handle: FileHandle, end: number): Promise<Buffer | undefined> {
  if (end < CHECKSUM_BYTES) return undefined;
  const { buffer, bytesRead } = await handle.read(
    Buffer.alloc(CHECKSUM_BYTES),
    0,
    CHECKSUM_BYTES,
    end - CHECKSUM_BYTES,
  );
  return bytesRead === CHECKSUM_BYTES ? buffer : undefined;
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
