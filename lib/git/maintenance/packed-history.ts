import type { DecodedObject } from '../../object/object-codec';
import { toByteOid } from '../../object/oid';
import { TOO_LARGE } from '../on-the-spot';
import { PackSet } from '../pack/pack-set';

/** So many are looked at in one go at the most, however long the history is. */
const MOST = 100_000;

/**
 * The commits in packs behind which there may be loose objects: a commit of many objects becomes a pack, and so do those that are
 * made while somebody cleans up, on top of others that are loose.
 */
export class PackedHistory {
  private readonly packs: PackSet;
  private readonly seen = new Set<string>();
  private readonly waiting: string[] = [];

  constructor(objectsFolder: string) {
    this.packs = new PackSet(objectsFolder);
  }

  /** Something is to be looked at; what is no commit or tag in a pack is passed over. */
  add(oid: string): void {
    if (this.seen.has(oid) || this.seen.size === MOST) return;
    this.seen.add(oid);
    this.waiting.push(oid);
  }

  /** The next commit or tag; undefined when there is none left. */
  next(): DecodedObject | undefined {
    for (let oid; (oid = this.waiting.pop()) !== undefined;) {
      try {
        const object = this.packs.read(toByteOid(oid));
        if (!object || object === TOO_LARGE) continue;
        if (object.type === 'tag' || object.type === 'commit') return object;
      } catch {
        // Whoever needs a damaged one is told; here it leads to nothing.
      }
    }
    return undefined;
  }

  close(): void {
    this.packs.close();
  }
}
