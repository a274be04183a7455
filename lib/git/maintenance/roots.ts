import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from './loose-list';

const OID_FILE = /^([0-9a-f]{40})\s*$/;
const PACKED_LINE = /^([0-9a-f]{40}) /gm;

/**
 * The oids that references name: branches, tags, notes and all else below `refs/`, loose or packed, and HEADs that
 * are detached, of all worktrees. What cannot be read is left out.
 *
 * No more than what git takes for a beginning when it decides what to drop from packs: not the index, the logs of
 * references, `MERGE_HEAD` and the like.
 *
 * @param commonFolder The folder with objects and references.
 */
export async function readRoots(commonFolder: string): Promise<ReadonlySet<string>> {
  const roots = new Set<string>();
  const addFile = async (file: string): Promise<void> => {
    const [, oid] = OID_FILE.exec(await readFile(file, 'latin1').catch(() => '')) ?? [];
    if (oid !== undefined) roots.add(oid);
  };
  await addFile(path.join(commonFolder, 'HEAD'));
  for (const name of await namesIn(path.join(commonFolder, 'worktrees'))) {
    await addFile(path.join(commonFolder, 'worktrees', name, 'HEAD'));
  }
  const refs = path.join(commonFolder, 'refs');
  for (const name of await readdir(refs, { recursive: true }).catch(() => [])) {
    // A reference that is just being written is none yet.
    if (!name.endsWith('.lock')) await addFile(path.join(refs, name));
  }
  // Last: a reference that is packed meanwhile was a file before.
  const packed = await readFile(path.join(commonFolder, 'packed-refs'), 'latin1').catch(() => '');
  for (const [, oid] of packed.matchAll(PACKED_LINE)) roots.add(oid as string);
  return roots;
}
