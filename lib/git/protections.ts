import { rm } from 'node:fs/promises';

/** What protects objects that were written and that nothing refers to yet. */
export interface Protection {
  /** The files that keep git from cleaning up packs of ours. */
  readonly keeps: readonly string[];
  /** The large blobs whose presence is checked before they are committed. */
  readonly unreferenced: readonly string[];
}

/** The protections of all that somebody has written, until it is referred to. */
export class Protections {
  private readonly keeps = new Set<string>();
  private readonly unreferenced = new Set<string>();

  /** @param keep The path of the `.keep` file of a pack; null where no pack was written. */
  addPack(keep: string | null): void {
    if (keep !== null) this.keeps.add(keep);
  }

  addBlob(oid: string): void {
    this.unreferenced.add(oid);
  }

  /** The large blobs that are protected. */
  get blobs(): ReadonlySet<string> {
    return this.unreferenced;
  }

  /** What protects all that was written by now and is not referred to. */
  all(): Protection {
    return { keeps: [...this.keeps], unreferenced: [...this.unreferenced] };
  }

  /** The same without what protects what was written earlier. */
  since(before: Protection): Protection {
    const [keeps, unreferenced] = [new Set(before.keeps), new Set(before.unreferenced)];
    return {
      keeps: [...this.keeps].filter((keep) => !keeps.has(keep)),
      unreferenced: [...this.unreferenced].filter((oid) => !unreferenced.has(oid)),
    };
  }

  /** Gives up protections: what they protect is referred to now, or nobody wants it any more. */
  async release(protections: readonly Protection[]): Promise<void> {
    const removals: Promise<void>[] = [];
    for (const { keeps, unreferenced } of protections) {
      for (const oid of unreferenced) this.unreferenced.delete(oid);
      for (const keep of keeps) {
        this.keeps.delete(keep);
        removals.push(rm(keep, { force: true }));
      }
    }
    // One that stays does no harm: it only keeps `git repack` from merging its pack.
    await Promise.allSettled(removals);
  }
}
