import type { ChangedPaths } from '../object/changed-paths';
import type { CommitGraphLayer } from '../object/commit-graph-codec';
import type { LinkedCommit } from './commits';

/**
 * The commit graph that `git gc` and `ws.maintain()` write: what commits say of their place in the history, without reading
 * them. As git does, it is taken for right.
 */
export class CommitGraph {
  /** What was found out to be the number of a commit that is likely to be asked for. */
  private readonly numbers = new Map<string, number>();

  /** @param layers The lowest first. */
  constructor(private readonly layers: readonly CommitGraphLayer[]) {}

  /** What a commit says; undefined when the graph does not have it. */
  find(oid: string): LinkedCommit | undefined {
    return attempt(() => {
      const number = this.numberOf(oid);
      return number === undefined ? undefined : this.linked(oid, number);
    });
  }

  /**
   * The oldest commit down from one, as far as each has one parent alone and none has changed what is asked for; undefined where
   * the graph knows of none.
   *
   * @param mayHaveChanged Whether a commit that has changed these paths may have changed what is asked for.
   */
  passOver(oid: string, mayHaveChanged: (paths: ChangedPaths) => boolean): LinkedCommit | undefined {
    return attempt(() => {
      const first = this.numberOf(oid);
      if (first === undefined) return undefined;
      let last = first;
      let layer = this.layerOf(last);
      let generation = layer.generationOf(last);
      for (;;) {
        const changed = layer.changedPathsOf(last);
        const parent = changed && !mayHaveChanged(changed) ? layer.onlyParentOf(last) : undefined;
        if (parent === undefined) break;
        if (!layer.has(parent)) layer = this.layerOf(parent);
        const below = layer.generationOf(parent);
        checkOrder(generation, below);
        last = parent;
        generation = below;
      }
      return last === first ? undefined : this.linked(this.oidOf(last), last);
    });
  }

  private linked(oid: string, number: number): LinkedCommit {
    const layer = this.layerOf(number);
    const { tree, time, parents } = layer.linksOf(number);
    for (const parent of parents) {
      checkOrder(layer.generationOf(number), this.layerOf(parent).generationOf(parent));
    }
    this.numbers.delete(oid);
    return { oid, tree, time, parents: parents.map((parent) => this.oidOf(parent)) };
  }

  private numberOf(oid: string): number | undefined {
    const known = this.numbers.get(oid);
    if (known !== undefined) return known;
    for (const layer of this.layers) {
      const number = layer.find(oid);
      if (number !== undefined) return number;
    }
    return undefined;
  }

  private oidOf(number: number): string {
    const oid = this.layerOf(number).oidOf(number);
    this.numbers.set(oid, number);
    return oid;
  }

  private layerOf(number: number): CommitGraphLayer {
    const layer = this.layers.find((each) => each.has(number));
    if (!layer) throw new Error(`it has no commit of the number ${number}`);
    return layer;
  }
}

/** No way leads in a circle in which each parent is of a lower generation than its child. */
function checkOrder(child: number, parent: number): void {
  if (parent >= child) throw new Error('a commit comes after its child');
}

/** It is a hint only: one that is not there, damaged, or written anew at the moment, is done without. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
