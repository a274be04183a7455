import type { UnwrittenObject } from '../../object/node-entry';
import type { FramedObject } from '../../object/pack/object-frame';
import type { StagedTree } from '../../object/staged-tree';
import type { Durability } from '../durable';
import { Turn } from '../turn';
import { PackWriter } from './pack-writer';

/** Writes an object; gives a promise to wait for before the next one when writing does not keep up. */
export type WriteObject = (object: UnwrittenObject) => Promise<void> | undefined;

/** Writes a great many objects into a pack, and into another one when that is complete and there are more. */
export class BulkWrite {
  /** Undefined while nothing was written since the last one was complete. */
  private pack: PackWriter | undefined;

  /** @param objectsFolder The `objects` folder of the repository. */
  constructor(
    private readonly objectsFolder: string,
    private readonly durability: Durability,
  ) {}

  /** See {@link PackWriter.add}. */
  add(object: UnwrittenObject): Promise<void> | undefined {
    this.pack ??= new PackWriter(this.objectsFolder, this.durability);
    return this.pack.add(object);
  }

  /** Moves what a tree has in memory into the pack. */
  async addTree(tree: StagedTree): Promise<void> {
    const turn = new Turn();
    for (const object of tree.unwritten()) {
      const room = this.add(object);
      if (room) await room;
      // Folder by folder, for there may be so many that all of them at once would hold everybody up.
      object.node?.settle();
      if (turn.isOver()) await turn.next();
    }
    tree.settle();
  }

  /** Whether an object is in the pack, which is not complete. */
  has(oid: string): boolean {
    return this.pack?.has(oid) ?? false;
  }

  /** An object of the pack that is not complete; undefined when it is not in it. */
  async read(oid: string): Promise<FramedObject | undefined> {
    return this.pack?.read(oid);
  }

  /** Completes the pack; gives the path of its `.keep` file, or null when there is nothing in it. */
  async complete(): Promise<string | null> {
    const keep = (await this.pack?.finish()) ?? null;
    this.pack = undefined;
    return keep;
  }

  /** Gives up what is not complete. */
  async abandon(): Promise<void> {
    await this.pack?.abandon();
    this.pack = undefined;
  }
}
