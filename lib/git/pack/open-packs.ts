import type { PackCaches } from './pack-caches';
import { PackFile } from './pack-file';

/** How many indexes may be open. */
export interface OpenLimits {
  /** As files, at a time. */
  readonly files: number;
  /** In memory: how many bytes they have together. */
  readonly bytesInMemory: number;
}

/** So many large packs there are hardly anywhere; and these bytes are enough for the packs of 8,000 groups of commits. */
const LIMITS: OpenLimits = { files: 512, bytesInMemory: 64 * 1024 * 1024 };

/** A pack that there is. */
export interface ListedPack {
  /** The path of the pack. */
  readonly file: string;
  /** Null when it could not be opened, for whatever reason; undefined while nobody has tried, and when it was shut again. */
  opened: PackFile | null | undefined;
}

/** The packs whose indexes are open: as files, or, of the small ones, in memory. Both are bounded. */
export class OpenPacks {
  /** Those that were opened first come first. */
  private readonly files = new Set<ListedPack>();
  private readonly inMemory = new Set<ListedPack>();
  private bytesInMemory = 0;

  constructor(
    private readonly caches: PackCaches,
    private readonly limits = LIMITS,
  ) {}

  /** Opens a pack if it is not open; null when that cannot be done. */
  open(listed: ListedPack): PackFile | null {
    if (listed.opened !== undefined) return listed.opened;
    // Before there are too many: a process may have only so many files.
    if (this.files.size >= this.limits.files) this.shutFirst(this.files);
    try {
      listed.opened = PackFile.open(listed.file, this.caches);
    } catch {
      listed.opened = null;
      return null;
    }
    const { indexInMemory } = listed.opened;
    if (indexInMemory === undefined) {
      this.files.add(listed);
    } else {
      this.inMemory.add(listed);
      this.bytesInMemory += indexInMemory;
      while (this.bytesInMemory > this.limits.bytesInMemory) this.shutFirst(this.inMemory);
    }
    return listed.opened;
  }

  /** Closes a pack if it is open; when it is asked for again it is tried anew. */
  shut(listed: ListedPack): void {
    const { opened } = listed;
    listed.opened = undefined;
    if (!opened) return;
    opened.close();
    if (this.inMemory.delete(listed)) this.bytesInMemory -= opened.indexInMemory ?? 0;
    else this.files.delete(listed);
  }

  private shutFirst(packs: ReadonlySet<ListedPack>): void {
    for (const first of packs) {
      this.shut(first);
      return;
    }
  }
}
