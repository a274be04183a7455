import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChangedPaths } from '../object/changed-paths';
import { CommitGraphLayer } from '../object/commit-graph-codec';
import { isOid } from '../object/oid';
import { objectFolders } from './alternates';
import type { LinkedCommit } from './commits';

/**
 * The commit graph that `git gc` and `ws.maintain()` write: what commits say of their place in the history, without reading
 * them. As git does, it is taken for right.
 *
 * It is read as a whole, and has what there was at that time: nothing is known of commits that came later.
 */
export class CommitGraph {
  /** What was found out to be the number of a commit that is likely to be asked for. */
  private readonly numbers = new Map<string, number>();

  /** @param layers The lowest first. */
  private constructor(private readonly layers: readonly CommitGraphLayer[]) {}

  /** The graph of a repository or of an alternate of it; undefined when there is none that can be used. */
  static read(objectsFolder: string): CommitGraph | undefined {
    for (const folder of objectFolders(objectsFolder)) {
      const layers = attempt(() => readSingle(folder)) ?? attempt(() => readChain(folder));
      if (layers) return new CommitGraph(layers);
    }
    return undefined;
  }

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
      for (let layer = this.layerOf(last); ;) {
        const changed = layer.changedPathsOf(last);
        const parent = changed && !mayHaveChanged(changed) ? layer.onlyParentOf(last) : undefined;
        if (parent === undefined) break;
        this.checkOrder(last, parent);
        last = parent;
        if (!layer.has(last)) layer = this.layerOf(last);
      }
      return last === first ? undefined : this.linked(this.oidOf(last), last);
    });
  }

  private linked(oid: string, number: number): LinkedCommit {
    const { tree, time, parents } = this.layerOf(number).linksOf(number);
    for (const parent of parents) this.checkOrder(number, parent);
    this.numbers.delete(oid);
    return { oid, tree, time, parents: parents.map((parent) => this.oidOf(parent)) };
  }

  /** No way leads in a circle in which each parent is closer to the beginning than its child. */
  private checkOrder(child: number, parent: number): void {
    const [above, below] = [child, parent].map((number) => this.layerOf(number).generationOf(number));
    if ((below as number) >= (above as number)) throw new Error('a commit comes after its child');
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

function readSingle(objectsFolder: string): CommitGraphLayer[] {
  return [CommitGraphLayer.decode(readFileSync(path.join(objectsFolder, 'info/commit-graph')), 0)];
}

function readChain(objectsFolder: string): CommitGraphLayer[] {
  const folder = path.join(objectsFolder, 'info/commit-graphs');
  const names = readFileSync(path.join(folder, 'commit-graph-chain'), 'latin1').split('\n').filter(isOid);
  const layers: CommitGraphLayer[] = [];
  let count = 0;
  for (const name of names) {
    const layer = CommitGraphLayer.decode(readFileSync(path.join(folder, `graph-${name}.graph`)), count);
    if (layer.layersBelow !== layers.length) throw new Error('it was written for other layers to lie on');
    layers.push(layer);
    count += layer.count;
  }
  if (count === 0) throw new Error('there is no layer');
  return layers;
}

/** It is a hint only: one that is not there, damaged, or written anew at the moment, is done without. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
