import { existsSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { UnwrittenObject } from '../object/node-entry';
import type { Durability } from './durable';
import { looseObjectFile } from './loose/loose-object-file';
import type { LooseObjectWriter } from './loose/loose-object-writer';
import { CleanUpWatch } from './maintenance/clean-up-watch';
import { writePack } from './pack/pack-writer';
import { retryIfSweptAway } from './swept-away';

/** From so many objects on, one pack is written instead of files; git unpacks what it is sent up to as many. */
const PACK_FROM_OBJECTS = 100;

/** Writes objects, of which some may be there already: few of them to files of their own, many as one pack. */
export class ObjectWriter {
  private readonly objectsFolder: string;

  /** @param commonFolder The folder with objects and references. */
  constructor(
    private readonly commonFolder: string,
    private readonly loose: LooseObjectWriter,
  ) {
    this.objectsFolder = path.join(commonFolder, 'objects');
  }

  /**
   * Writes objects that nothing refers to yet.
   *
   * @returns the `.keep` file that keeps git from clearing the pack away; null where there is no pack.
   * @throws ObjectWriteError when something cannot be written.
   */
  async write(objects: readonly UnwrittenObject[], durability: Durability): Promise<string | null> {
    if (objects.length >= PACK_FROM_OBJECTS) return this.writePack(objects, durability);
    await this.loose.write(objects, durability);
    return null;
  }

  /**
   * Writes objects and then makes a reference lead to them. Once that is done they are there to stay, also when
   * `git gc --prune=now` runs beside it.
   *
   * Such a `gc` takes away what nothing leads to, and does not look again before it does; but never a pack with a `.keep`
   * file, and never one of a name that came after it has listed the packs. So as soon as one may be running, all is written as a
   * pack of a new name, also what seems to be there.
   *
   * @param refer Makes a reference lead to them; what it throws is thrown.
   * @throws ObjectWriteError when something cannot be written.
   */
  async publish<T>(
    objects: readonly UnwrittenObject[],
    durability: Durability,
    refer: () => Promise<T>,
  ): Promise<T> {
    const watch = new CleanUpWatch(this.commonFolder);
    let keep: string | null = null;
    try {
      keep = await (watch.isCleaning()
        ? this.writePack(objects, durability)
        : this.write(objects, durability));
      // Who is killed after the next step has no more time to mend it.
      if (keep === null && watch.isCleaning()) keep = await this.writePack(objects, durability);
      const result = await refer();
      if (keep === null && (watch.isCleaning() || (watch.mayHaveCleaned() && !this.areInFiles(objects)))) {
        // The reference has moved, so that is no failure of the whole any more.
        keep = await this.writePack(objects, durability).catch(warnOfCleaning);
      }
      return result;
    } finally {
      if (keep !== null) removeKeep(keep);
    }
  }

  private writePack(objects: readonly UnwrittenObject[], durability: Durability): Promise<string | null> {
    return retryIfSweptAway(() => writePack(this.objectsFolder, objects, durability));
  }

  private areInFiles(objects: readonly UnwrittenObject[]): boolean {
    return objects.every(({ oid }) => existsSync(looseObjectFile(this.objectsFolder, oid)));
  }
}

/** On the spot: to have another thread do it takes longer. One that stays does no harm: it only keeps `git repack` from merging its pack. */
function removeKeep(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Somebody has removed it, or it stays.
  }
}

/** What could not be protected is there at the moment; whether it stays is to be seen. */
function warnOfCleaning(error: unknown): null {
  process.emitWarning(
    `A reference has moved, but its objects could not be kept from a "git gc" that runs beside it: ${(error as Error).message}. ` +
      'Run "git fsck" when that has ended.',
    { code: 'GITMODEL_OBJECTS_AT_RISK' },
  );
  return null;
}
