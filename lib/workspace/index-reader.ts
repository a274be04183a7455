import { InvalidObjectError, PathNotFoundError } from '../errors';
import type { StagedEntry, TreeEntry } from '../object/staged-tree';
import type { WorkspaceScope } from './scope';

/** Reads a tree of files, whatever they hold. Paths use `/` and are relative to the root. */
export class IndexReader {
  /** @internal */
  constructor(private readonly source: WorkspaceScope) {}

  /** The entry at a path, or null. */
  async entry(path: string): Promise<TreeEntry | null> {
    const { gate, stage, reads } = this.source.current;
    return gate.read(async () => {
      reads?.addPath(path);
      const entry = await stage.tree.entry(path);
      return entry ? publicEntry(entry) : null;
    });
  }

  /**
   * The content of a file. The buffer may be shared: do not write to it.
   *
   * @throws PathNotFoundError when there is nothing at the path, InvalidObjectError when it is not a file.
   */
  async read(path: string): Promise<Buffer> {
    const { gate, stage, objects, reads } = this.source.current;
    return gate.read(async () => {
      reads?.addPath(path);
      const entry = await stage.tree.entry(path);
      if (!entry) throw pathNotFound(path);
      if (entry.kind === 'tree' || entry.kind === 'submodule') {
        throw new InvalidObjectError(`"${path}" is a ${entry.kind}, which has no content.`, {
          details: { path },
        });
      }
      return entry.content ?? objects.readBlob(entry.oid);
    });
  }

  /** Everything below a path, folders before what is in them; without a path, the whole tree. */
  walk(path = ''): AsyncIterable<TreeEntry> {
    this.source.current.gate.assertOpen();
    return {
      [Symbol.asyncIterator]: () => {
        const { gate, stage, reads } = this.source.current;
        reads?.addPath(path);
        return gate.iterate(publicEntries(stage.tree.walk(path)));
      },
    };
  }
}

async function* publicEntries(entries: AsyncIterable<StagedEntry>): AsyncGenerator<TreeEntry, void> {
  for await (const entry of entries) yield publicEntry(entry);
}

function publicEntry({ name, path, kind, mode, oid }: StagedEntry): TreeEntry {
  return { name, path, kind, mode, oid };
}

/** The error for a path at which there is nothing. */
export function pathNotFound(path: string): PathNotFoundError {
  return new PathNotFoundError(`There is nothing at "${path}" in the index.`, { details: { path } });
}
