import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { FANOUT_ENTRIES, INDEX_HEAD_BYTES, INDEX_MAGIC } from '../../object/pack/pack-index-codec';
import { namesIn } from './loose-list';

/** A pack that has an index, by which readers find it. */
export interface PackFile {
  /** Without an ending: `pack-<checksum>`. */
  readonly name: string;
  readonly objects: number;
  /** Of the pack and its index. */
  readonly bytes: number;
  /**
   * Whether it is to be left alone: a `.keep` file protects it, it holds what nothing refers to (`.mtimes`, a cruft
   * pack), or what came from a promisor (`.promisor`).
   */
  readonly kept: boolean;
  /** When its index was written, in milliseconds since 1970. */
  readonly time: number;
}

/** The endings of the files that git writes beside a pack, in the order in which they are removed with it. */
export const PACK_ENDINGS = ['.idx', '.pack', '.rev', '.bitmap', '.mtimes'] as const;

const KEEPING = ['.keep', '.mtimes', '.promisor'] as const;

/** An index of version 1 has no header: it begins with the fan-out table, after which the oids follow. */
const HEADER_BYTES = INDEX_HEAD_BYTES - FANOUT_ENTRIES * 4;

/** All packs that have an index. Those that go away meanwhile are left out, and so is what cannot be read. */
export async function listPacks(objectsFolder: string): Promise<PackFile[]> {
  const folder = path.join(objectsFolder, 'pack');
  const names = new Set(await namesIn(folder));
  const packs: PackFile[] = [];
  for (const each of names) {
    if (!each.endsWith('.idx')) continue;
    const name = each.slice(0, -'.idx'.length);
    if (!names.has(`${name}.pack`)) continue;
    const described = await describePack(path.join(folder, name)).catch(() => undefined);
    const kept = KEEPING.some((ending) => names.has(name + ending));
    if (described) packs.push({ name, kept, ...described });
  }
  return packs;
}

async function describePack(file: string): Promise<{ objects: number; bytes: number; time: number }> {
  const { size } = await stat(`${file}.pack`);
  const index = await open(`${file}.idx`, 'r');
  try {
    const { size: indexSize, mtimeMs } = await index.stat();
    const { buffer } = await index.read(Buffer.alloc(INDEX_HEAD_BYTES), 0, INDEX_HEAD_BYTES, 0);
    return { objects: countObjects(buffer), bytes: size + indexSize, time: mtimeMs };
  } finally {
    await index.close();
  }
}

/** The last entry of the fan-out table is the number of all objects. */
function countObjects(head: Buffer): number {
  const table = head.readUInt32BE(0) === INDEX_MAGIC ? HEADER_BYTES : 0;
  return head.readUInt32BE(table + (FANOUT_ENTRIES - 1) * 4);
}
