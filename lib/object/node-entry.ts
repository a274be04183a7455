import type { ByteName } from './byte-name';
import { FileMode } from './file-mode';
import { fromByteOid } from './oid';
import type { ByteOid, ObjectType } from './oid';
import type { TreeNode } from './tree-node';

/** An object whose content is known and that the object database may lack. */
export interface UnwrittenObject {
  readonly oid: string;
  readonly type: ObjectType;
  readonly content: Buffer;
  /** The folder, when the object is a tree: worth caching, for it is likely to be asked for next. */
  readonly node?: TreeNode;
}

/** Who takes care of objects that are unwritten, and wants each of them once. Compared by identity. */
export interface Gatherer {
  readonly gathers: 'objects';
}

/**
 * One entry of a {@link TreeNode}. What it stands for never changes, how it is held does: a changed folder or
 * new content stays in memory until it was written, and from then on only its oid does.
 */
export class NodeEntry {
  private gatherer: Gatherer | undefined;

  private constructor(
    readonly mode: number,
    private knownOid: ByteOid | undefined,
    private unwrittenNode: TreeNode | undefined,
    private unwrittenContent: Buffer | undefined,
  ) {}

  /** An entry whose object is in the object database already. */
  static stored(mode: number, oid: ByteOid): NodeEntry {
    return new NodeEntry(mode, oid, undefined, undefined);
  }

  /** A file with content that is yet to be written. */
  static blob(content: Buffer, oid: ByteOid, mode: number): NodeEntry {
    return new NodeEntry(mode, oid, undefined, content);
  }

  /** A folder that is yet to be written. */
  static folder(node: TreeNode): NodeEntry {
    return new NodeEntry(FileMode.TREE, undefined, node, undefined);
  }

  /** The oid's bytes; a changed folder is hashed for it. */
  get byteOid(): ByteOid {
    // A folder that is edited in place gets another one, so it is not for the entry to keep.
    return this.unwrittenNode ? this.unwrittenNode.byteOid : (this.knownOid as ByteOid);
  }

  get oid(): string {
    return fromByteOid(this.byteOid);
  }

  /** The folder, while it is not written. */
  get node(): TreeNode | undefined {
    return this.unwrittenNode;
  }

  /** The content, while it is not written. */
  get content(): Buffer | undefined {
    return this.unwrittenContent;
  }

  get isUnwritten(): boolean {
    return this.unwrittenNode !== undefined || this.unwrittenContent !== undefined;
  }

  /** The file as an object; undefined when it has been written, or is a folder. */
  get unwrittenFile(): UnwrittenObject | undefined {
    return this.unwrittenContent && { type: 'blob', oid: this.oid, content: this.unwrittenContent };
  }

  /** See {@link unwrittenFile}; undefined too when the gatherer has got it already. */
  gather(gatherer: Gatherer | undefined): UnwrittenObject | undefined {
    if (gatherer && this.gatherer === gatherer) return undefined;
    if (gatherer) this.gatherer = gatherer;
    return this.unwrittenFile;
  }

  /** See {@link TreeNode.unwritten}. */
  unwritten(): Iterable<UnwrittenObject> {
    const file = this.unwrittenFile;
    return this.unwrittenNode?.unwritten() ?? (file ? [file] : []);
  }

  /** See {@link TreeNode.settle}. */
  settle(): void {
    this.unwrittenNode?.settle();
    if (this.unwrittenNode) this.knownOid = this.byteOid;
    this.unwrittenNode = undefined;
    this.unwrittenContent = undefined;
  }
}

/** The entries of one name in two folders that are not the same; undefined in a folder that has none. */
export type NodePair = readonly [name: ByteName, before: NodeEntry | undefined, after: NodeEntry | undefined];

/** Whether two entries stand for the same; none is the same as none. */
export function isSameEntry(a: NodeEntry | undefined, b: NodeEntry | undefined): boolean {
  if (!a || !b) return a === b;
  // A folder that was changed and then forked need not be hashed to be known for the same.
  if (a === b || (a.node !== undefined && a.node === b.node)) return true;
  return a.mode === b.mode && a.byteOid === b.byteOid;
}
