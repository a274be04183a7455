import { fromByteOid, hashObject } from '../../lib/object/oid';
import type { ByteOid, ObjectType } from '../../lib/object/oid';
import type { StagedTree, TreeSource } from '../../lib/object/staged-tree';
import { TreeNode } from '../../lib/object/tree-node';

/** An object database in memory, that checks what is written to it. */
export class MemoryTrees implements TreeSource {
  private readonly objects = new Map<string, { readonly type: ObjectType; readonly content: Buffer }>();
  /** The oids of the folders that were read, in order. */
  readonly reads: string[] = [];

  readTree(byteOid: ByteOid): Promise<TreeNode> {
    const oid = fromByteOid(byteOid);
    this.reads.push(oid);
    return Promise.resolve(TreeNode.decode(byteOid, this.content(oid)));
  }

  /** The content of an object that was written. */
  content(oid: string): Buffer {
    const object = this.objects.get(oid);
    if (!object) throw new Error(`${oid} was not written.`);
    return object.content;
  }

  has(oid: string): boolean {
    return this.objects.has(oid);
  }

  /**
   * Writes what is unwritten of a tree.
   *
   * @param most After how many objects to fail; the tree is not settled then.
   */
  write(tree: StagedTree, most = Infinity): void {
    let count = 0;
    for (const { oid, type, content } of tree.unwritten()) {
      if (count++ === most) return;
      expect(oid).toBe(hashObject(type, content));
      this.objects.set(oid, { type, content: Buffer.from(content) });
    }
    tree.settle();
  }

  /** Stores a tree object with these bytes and returns its oid. */
  addTree(content: Buffer): string {
    const oid = hashObject('tree', content);
    this.objects.set(oid, { type: 'tree', content });
    return oid;
  }
}
