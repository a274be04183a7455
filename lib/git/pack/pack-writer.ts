import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ObjectWriteError } from '../../errors';
import { crc32 } from '../../object/pack/crc32';
import { encodeEntryHeader, encodePackHeader } from '../../object/pack/pack-entry-codec';
import { encodePackIndex } from '../../object/pack/pack-index-codec';
import type { PackedObject } from '../../object/pack/pack-index-codec';
import type { UnwrittenObject } from '../../object/tree-node';
import { deflateObject } from '../compression/deflate';
import { syncPath } from '../durable';
import type { Durability } from '../durable';
import { Turn } from '../turn';
import { keepContent } from './keep-file';

/** Git lets everybody read packs, and nobody change them. */
const PACK_PERMISSIONS = 0o444;

/**
 * Writes many objects as one pack with its index, without deltas. Each is complete and on the disk before it gets
 * its name, and the index gets its name last: by that readers find the pack. The temporary names are those of
 * Git, whose `gc` clears away what a killed process left behind.
 *
 * Nothing refers to the objects yet, and `git repack -a -d` deletes what nothing refers to from packs, however
 * new it is. So a file `.keep` stands beside the pack, as when git receives one; git leaves such a pack alone. The
 * caller removes that file when the objects are referred to, or are not wanted any more.
 *
 * The pack is put together in memory, so the objects should not weigh more than that may take.
 *
 * @param objectsFolder The `objects` folder of the repository.
 * @param durability With `fsync` the names are on the disk too when this is done.
 * @returns the path of the `.keep` file.
 * @throws ObjectWriteError when it cannot be written; at most a pack without an index is there then, which nobody
 *   looks into.
 */
export async function writePack(
  objectsFolder: string,
  objects: readonly UnwrittenObject[],
  durability: Durability = 'git',
): Promise<string> {
  const folder = path.join(objectsFolder, 'pack');
  const random = randomBytes(6).toString('hex');
  const temporaryPack = path.join(folder, `tmp_pack_${random}`);
  const temporaryIndex = path.join(folder, `tmp_idx_${random}`);
  const leftovers = [temporaryPack, temporaryIndex];
  try {
    const { pack, index, name } = await encodePack(objects);
    await mkdir(folder, { recursive: true });
    await settled([writeSynced(temporaryPack, pack), writeSynced(temporaryIndex, index)]);
    const keep = path.join(folder, `${name}.keep`);
    leftovers.push(keep);
    await writeFile(keep, keepContent());
    await rename(temporaryPack, path.join(folder, `${name}.pack`));
    await rename(temporaryIndex, path.join(folder, `${name}.idx`));
    if (durability === 'fsync') await syncPath(folder);
    return keep;
  } catch (error) {
    await Promise.allSettled(leftovers.map((file) => rm(file, { force: true })));
    throw new ObjectWriteError(
      `${objects.length} objects could not be written as a pack to "${folder}": ${(error as Error).message}. ` +
        'Nothing refers to them; mend the cause and try again.',
      { cause: error, details: { path: folder } },
    );
  }
}

async function encodePack(
  objects: readonly UnwrittenObject[],
): Promise<{ pack: Buffer[]; index: Buffer[]; name: string }> {
  const distinct = new Map(objects.map((object) => [object.oid, object]));
  const pack = [encodePackHeader(distinct.size)];
  let offset = (pack[0] as Buffer).length;
  const packed: PackedObject[] = [];
  const turn = new Turn();
  for (const { oid, type, content } of distinct.values()) {
    const header = encodeEntryHeader(type, content.length);
    const deflated = deflateObject(type, content);
    const body = deflated instanceof Buffer ? deflated : await deflated;
    packed.push({ oid, offset, crc32: crc32(header, body) });
    pack.push(header, body);
    offset += header.length + body.length;
    if (turn.isOver()) await turn.next();
  }
  const checksum = checksumOf(pack);
  pack.push(checksum);
  const index = [encodePackIndex(packed, checksum)];
  index.push(checksumOf(index));
  return { pack, index, name: `pack-${checksum.toString('hex')}` };
}

/** What packs and their indexes end with: the SHA-1 of all that is before. */
function checksumOf(parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Waits for all of them, even when one has failed: what is cleared away afterwards must not be written still. */
async function settled(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

async function writeSynced(file: string, parts: readonly Buffer[]): Promise<void> {
  const handle = await open(file, 'wx', PACK_PERMISSIONS);
  try {
    await handle.writeFile(Buffer.concat(parts));
    await handle.sync();
  } finally {
    await handle.close();
  }
}
