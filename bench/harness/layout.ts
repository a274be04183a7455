import { createHash } from 'node:crypto';

/** How many levels of folders, named by so many digits of a hash, stand above the records' own; null for none. */
export type Shards = { readonly width: number; readonly levels: number } | null;

/** What `sharded()` does without options. The contestants' trees are compared, so it cannot be anything else. */
export const SHARDED: Shards = { width: 1, levels: 3 };

/** The path of a record's data. */
export function pathOf(id: string, shards: Shards): string {
  let folders = '';
  if (shards) {
    const hash = createHash('sha1').update(id).digest('hex');
    for (let level = 0; level < shards.levels; level++) {
      folders += `${hash.slice(level * shards.width, (level + 1) * shards.width)}/`;
    }
  }
  return `page/${folders}${id}/data.json`;
}
