import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CommitGraphLayer } from '../object/commit-graph-codec';
import { isOid } from '../object/oid';
import { objectFolders } from './alternates';
import { attempt, CommitGraph } from './commit-graph';

/** A larger one, of some hundred thousand commits, is read anew each time rather than kept in memory. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

const SINGLE = 'info/commit-graph';
const CHAIN = 'info/commit-graphs/commit-graph-chain';

interface Kept {
  readonly layers: readonly CommitGraphLayer[] | undefined;
  /** What the files were like before they were read. */
  readonly state: string;
}

/**
 * The files of the commit graph of a repository, or of an alternate of it. They are read as a whole, and kept until there are
 * others: what was in them stays right, but nothing is known of commits that came later.
 */
export class CommitGraphFiles {
  private kept: Kept | undefined;

  /** @param objectsFolder The `objects` folder of the repository. */
  constructor(private readonly objectsFolder: string) {}

  /**
   * The graph as it is now; undefined when there is none that can be used.
   *
   * @param isSmall Only one that is kept, which is read once at most.
   */
  read({ isSmall = false }: { readonly isSmall?: boolean } = {}): CommitGraph | undefined {
    const folders = objectFolders(this.objectsFolder);
    const state = stateOf(folders);
    if (this.kept?.state !== state) this.kept = undefined;
    if (this.kept) return this.kept.layers && new CommitGraph(this.kept.layers);
    if (isSmall && sizeOf(folders) > MOST_KEPT_BYTES) return undefined;
    const layers = readFirst(folders);
    const size = layers?.reduce((sum, layer) => sum + layer.size, 0) ?? 0;
    if (size <= MOST_KEPT_BYTES) this.kept = { layers, state };
    return layers && new CommitGraph(layers);
  }
}

/** What tells the files apart from others of the same names: git never changes one, but puts another in its place. */
function stateOf(folders: readonly string[]): string {
  const states = folders.flatMap((folder) =>
    [SINGLE, CHAIN].map((name) => {
      const stats = statSync(path.join(folder, name), { bigint: true, throwIfNoEntry: false });
      return stats ? [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ') : '';
    }),
  );
  return states.join();
}

/** How large the files of a graph are. */
function sizeOf(folders: readonly string[]): number {
  const layersOf = (folder: string): string[] => attempt(() => layerFiles(folder)) ?? [];
  const files = folders.flatMap((folder) => [path.join(folder, SINGLE), ...layersOf(folder)]);
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function readFirst(folders: readonly string[]): CommitGraphLayer[] | undefined {
  for (const folder of folders) {
    const layers = attempt(() => readSingle(folder)) ?? attempt(() => readChain(folder));
    if (layers) return layers;
  }
  return undefined;
}

function readSingle(objectsFolder: string): CommitGraphLayer[] {
  return [CommitGraphLayer.decode(readFileSync(path.join(objectsFolder, SINGLE)), 0)];
}

function readChain(objectsFolder: string): CommitGraphLayer[] {
  const layers: CommitGraphLayer[] = [];
  let count = 0;
  for (const file of layerFiles(objectsFolder)) {
    const layer = CommitGraphLayer.decode(readFileSync(file), count);
    if (layer.layersBelow !== layers.length) throw new Error('it was written for other layers to lie on');
    layers.push(layer);
    count += layer.count;
  }
  if (count === 0) throw new Error('there is no layer');
  return layers;
}

/** The files of a graph that is in layers, the lowest first. */
function layerFiles(objectsFolder: string): string[] {
  const chain = path.join(objectsFolder, CHAIN);
  const names = readFileSync(chain, 'latin1').split('\n').filter(isOid);
  return names.map((name) => path.join(path.dirname(chain), `graph-${name}.graph`));
}
