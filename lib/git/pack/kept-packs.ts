import { rm } from 'node:fs/promises';

/**
 * Who needs the `.keep` files of packs that this process has written. The same objects make the same pack, so one file may
 * protect what several have written, and stays until the last of them lets go of it.
 */
export class KeptPacks {
  private readonly owners = new Map<string, Set<object>>();

  /** @param keep The path of the file. */
  hold(keep: string, owner: object): void {
    const owners = this.owners.get(keep);
    if (owners) owners.add(owner);
    else this.owners.set(keep, new Set([owner]));
  }

  /** Lets go of a file, which is removed when nobody else needs it. */
  async release(keep: string, owner: object): Promise<void> {
    const owners = this.owners.get(keep);
    owners?.delete(owner);
    if (owners && owners.size > 0) return;
    this.owners.delete(keep);
    await rm(keep, { force: true });
  }
}
