import type { RecordPlace } from '../model/record/record-store';
import type { StagedTree } from '../object/staged-tree';
import type { RecordEntries } from './record-locations';

/** How many records' entries are remembered: some 10 MB of them. */
const REMEMBERED = 32_768;

/**
 * Where the records of one tree were found. A tree never changes, so this goes stale only when another one is read:
 * then it is forgotten as a whole.
 */
export class KnownEntries {
  private tree: StagedTree | undefined;
  private places = new WeakMap<RecordPlace, Map<string, RecordEntries>>();
  private count = 0;

  get(tree: StagedTree, place: RecordPlace, id: string): RecordEntries | undefined {
    return tree === this.tree ? this.places.get(place)?.get(id) : undefined;
  }

  /** Remembers entries, unless their content is in memory: the tree lets go of that when it was written. */
  set(tree: StagedTree, place: RecordPlace, id: string, entries: RecordEntries): void {
    if (hasContent(entries)) return;
    if (tree !== this.tree || this.count === REMEMBERED) {
      this.tree = tree;
      this.places = new WeakMap();
      this.count = 0;
    }
    let known = this.places.get(place);
    if (!known) this.places.set(place, (known = new Map<string, RecordEntries>()));
    known.set(id, entries);
    this.count++;
  }
}

function hasContent({ content, files }: RecordEntries): boolean {
  if (content) return true;
  for (const file of files.values()) if (file.content) return true;
  return false;
}
