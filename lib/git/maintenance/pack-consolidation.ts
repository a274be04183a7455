import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { geometricSplit } from './geometric-split';
import { findDamagedPacks } from './pack-check';
import { listPacks, PACK_ENDINGS } from './pack-list';
import type { PackFile } from './pack-list';
import { PackMerger } from './pack-merger';
import { PackSource, UnusablePack } from './pack-source';
import { Pace } from './step';
import type { StepContext } from './step';
import { UpkeepPackWriter } from './upkeep-pack-writer';

/**
 * Makes one pack of those that are small in proportion to the next larger ones, as `git repack --geometric=2` does.
 * Whatever is in them is in the new one, also what nothing refers to: to drop that is left to `git gc`. Its time is
 * that of the new pack then, so that a writer has again all the time that git gives to it. Packs that a `.keep` file
 * protects, cruft packs, and those of alternates are left alone.
 *
 * The old packs go away when the new one is on the disk with its name. A process that reads finds an object that
 * was in an old one by looking at what packs there are now: git, libgit2 and this library do so whenever a pack is
 * gone, since `git gc` does the same to them.
 *
 * A pack that is damaged, or whose index is, is left as it is, and is told; the indexes of all packs are looked at, also of
 * those that stay.
 *
 * @returns how many packs became one; 0 when they are in proportion.
 */
export async function consolidatePacks(context: StepContext): Promise<number> {
  const all = await listPacks(context.objectsFolder);
  const unusable = await findDamagedPacks(context, all);
  const packs = all.filter(({ kept }) => !kept);
  for (;;) {
    const usable = packs.filter((pack) => !unusable.has(pack)).sort((a, b) => a.objects - b.objects);
    const small = usable.slice(0, geometricSplit(usable.map(({ objects }) => objects)));
    if (small.length === 0) return 0;
    try {
      return await mergePacks(context, small);
    } catch (error) {
      if (!(error instanceof UnusablePack)) throw error;
      // The others do not depend on it: each pack holds the bases of its deltas.
      unusable.add(error.pack);
      if (error.vanished) continue;
      const file = path.join(context.objectsFolder, 'pack', `${error.pack.name}.pack`);
      context.problems.push({ path: file, message: `The pack is damaged: ${error.message}` });
    }
  }
}

async function mergePacks(context: StepContext, packs: readonly PackFile[]): Promise<number> {
  const total = packs.reduce((sum, { objects }) => sum + objects, 0);
  const pace = new Pace(context, 'packs', total);
  const sources: PackSource[] = [];
  try {
    for (const pack of packs) sources.push(await PackSource.open(context.objectsFolder, pack));
    const writer = await UpkeepPackWriter.open(context.objectsFolder);
    try {
      await PackMerger.run(sources, writer, pace);
    } catch (error) {
      await writer.discard();
      throw error;
    }
    const { name } = await writer.finish();
    // The new pack is one of the old ones when all that the others have is in it.
    removePacks(
      context.objectsFolder,
      packs.filter((pack) => pack.name !== name),
    );
    pace.tell(total);
    return packs.length;
  } finally {
    for (const source of sources) await source.close();
  }
}

/**
 * Removes packs of which everything is in another one. First a multi-pack index, which may name them, then of each
 * pack the index, so that nobody begins to look into it any more: git's own order (`clear_midx_file` in midx.c,
 * `unlink_pack_path` in packfile.c).
 */
function removePacks(objectsFolder: string, packs: readonly PackFile[]): void {
  const folder = path.join(objectsFolder, 'pack');
  // Git keeps one file, or a chain of them in a folder; what is in the chain counts as long as its list does.
  rmSync(path.join(folder, 'multi-pack-index'), { force: true });
  rmSync(path.join(folder, 'multi-pack-index.d/multi-pack-index-chain'), { force: true });
  for (const { name } of packs) {
    // Somebody may have written the very same pack anew, and protected it.
    if (existsSync(path.join(folder, `${name}.keep`))) continue;
    for (const ending of PACK_ENDINGS) rmSync(path.join(folder, name + ending), { force: true });
  }
}
