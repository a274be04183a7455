import { checkOptions, describeValue } from '../arguments';
import { InvalidArgumentError, InvalidObjectError } from '../errors';
import { lookUpTree } from '../git/trees';
import type { Tree } from '../git/trees';
import { FileMode, kindOfMode } from '../object/file-mode';
import { isOid } from '../object/oid';
import type { TreeEntry } from '../object/staged-tree';
import { IndexReader, pathNotFound } from './index-reader';
import type { WorkspaceScope } from './scope';

/** How a file is added. */
export interface AddBlobOptions {
  /** Git's mode. Default: `0o100644`, an ordinary file. */
  readonly mode?: number | undefined;
}

/** An object of the repository, as an entry of a tree has it. */
export interface EntryObject {
  readonly oid: string;
  /** Git's mode, which has to fit the object. Default: `0o100644` for a blob, `0o040000` for a tree. */
  readonly mode?: number | undefined;
}

const MODES: ReadonlySet<unknown> = new Set(Object.values(FileMode));

/**
 * The staged tree of a workspace. It is in memory, and has nothing to do with the repository's own index file.
 * Paths use `/` and are relative to the root.
 */
export class WorkspaceIndex extends IndexReader {
  /** @internal */
  constructor(private readonly scope: WorkspaceScope) {
    super(scope);
  }

  /**
   * Stages a file; folders are made as needed.
   *
   * @param content Text is stored as UTF-8.
   * @returns the oid of the blob.
   * @throws InvalidArgumentError for other content, streams among it; of an object, `details.value` says in a few words what it is.
   * @throws InvalidPathError when the path is unsafe.
   * @throws PathConflictError when a folder is at the path, or a file on the way to it.
   *
   * @example
   * ```ts
   * await ws.index.addBlob('docs/readme.txt', 'Hello');
   * ```
   */
  async addBlob(path: string, content: string | Uint8Array, options: AddBlobOptions = {}): Promise<string> {
    const { mode } = checkOptions(options);
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      throw invalidContent(content);
    }
    const kind = kindOfMode(checkMode(mode ?? FileMode.BLOB));
    if (kind === 'tree' || kind === 'submodule') throw invalidArgument('mode', mode, 'the mode of a file');
    // A copy, because the caller may go on to write to its buffer.
    const bytes = Buffer.from(content);
    const { gate, stage, objects } = this.scope.current;
    return gate.change(async () => {
      const tree = await stage.tree.withBlob(path, bytes, mode);
      if (stage.replace(tree, bytes.length)) await objects.spill(tree);
      return ((await tree.entry(path)) as TreeEntry).oid;
    });
  }

  /**
   * Stages an object that is in the repository already, a blob or a whole tree.
   *
   * @throws ObjectNotFoundError when there is no such object, InvalidObjectError when the mode does not fit it.
   */
  async add(path: string, { oid, mode }: EntryObject): Promise<void> {
    if (!isOid(oid)) throw invalidArgument('oid', oid, 'an oid of 40 hexadecimal digits');
    if (mode !== undefined) checkMode(mode);
    const { gate, stage, objects } = this.scope.current;
    await gate.change(async () => {
      const entryMode = mode === FileMode.SUBMODULE ? mode : fitMode(oid, await objects.readType(oid), mode);
      stage.replace(await stage.tree.withEntry(path, { oid, mode: entryMode }));
    });
  }

  /**
   * Stages the removal of a file, or of a folder and all that is in it. Folders that become empty go too.
   *
   * @throws PathNotFoundError when there is nothing at the path.
   */
  async remove(path: string): Promise<void> {
    const { gate, stage, reads } = this.scope.current;
    await gate.change(async () => {
      reads?.addPath(path);
      const tree = await stage.tree.without(path);
      if (tree === stage.tree) throw pathNotFound(path);
      stage.replace(tree);
    });
  }

  /**
   * Writes the staged tree to the object database, without a commit. From then on `git ls-tree -r <oid>` and
   * `git diff-tree <oid>` show it, until a `git gc` that finds nothing referring to it. With the durability `fsync` it is on the
   * disk then.
   *
   * @returns the oid of the root tree.
   */
  async writeTree(): Promise<string> {
    const { gate, stage, objects, config, reads } = this.scope.current;
    reads?.addPath('');
    return gate.change(() => objects.writeTree(stage.tree, config.durability));
  }

  /** Writes the staged tree as {@link writeTree} does, and returns it as nodegit's object. */
  async tree(): Promise<Tree> {
    const { gate, stage, objects, config, repository, reads } = this.scope.current;
    reads?.addPath('');
    return gate.change(async () =>
      lookUpTree(repository, await objects.writeTree(stage.tree, config.durability)),
    );
  }
}

function checkMode(mode: number): number {
  if (!MODES.has(mode)) throw invalidArgument('mode', mode, 'one of the modes that Git has');
  return mode;
}

/** The mode for an object, if the given one fits it. */
function fitMode(oid: string, type: string, mode: number | undefined): number {
  if (type !== 'blob' && type !== 'tree') {
    throw new InvalidObjectError(`${oid} is a ${type}; only a blob or a tree can be an entry.`, {
      details: { oid },
    });
  }
  const fitting = mode ?? (type === 'tree' ? FileMode.TREE : FileMode.BLOB);
  if ((kindOfMode(fitting) === 'tree') !== (type === 'tree')) {
    throw new InvalidObjectError(`${oid} is a ${type}, which cannot have the mode ${fitting.toString(8)}.`, {
      details: { oid, mode },
    });
  }
  return fitting;
}

function invalidContent(content: unknown): InvalidArgumentError {
  const received = describeValue(content);
  return new InvalidArgumentError(
    `"content" must be a string or a Uint8Array, not ${received}. Of a stream, read all of it first; a BlobField takes streams.`,
    { details: { option: 'content', value: Object(content) === content ? received : content } },
  );
}

function invalidArgument(option: string, value: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError(`"${option}" must be ${expected}.`, { details: { option, value } });
}
