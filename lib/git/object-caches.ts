import { GenerationCache } from '../object/generation-cache';
import type { TreeNode } from '../object/tree-node';

/** How much the cached folders may weigh together, in bytes as estimated. */
const TREE_CACHE_BYTES = 64 * 1024 * 1024;

/** How much the cached blobs may weigh together, in bytes. */
const BLOB_CACHE_BYTES = 32 * 1024 * 1024;

/** Larger blobs would push too many others out of the cache. */
export const CACHED_BLOB_BYTES = 256 * 1024;

/**
 * What an entry of a folder weighs: about 60 bytes as it is stored, 200 in a folder that was edited.
 */
const NODE_ENTRY_BYTES = 100;

/** What anything cached weighs at least. */
const CACHE_ENTRY_BYTES = 256;

/** How much entries of trees that were looked for by name may weigh together, in bytes: some 60,000 of them. */
const FOUND_CACHE_BYTES = 16 * 1024 * 1024;

/** What an entry of a tree stands for. */
export interface FoundEntry {
  readonly mode: number;
  readonly oid: string;
}

/** What was read or written, by oid: bounded by size, and never stale. */
export class ObjectCaches {
  /** By oids as bytes, as {@link ObjectStore.readTree} gets them. */
  readonly trees = new GenerationCache<TreeNode>(
    TREE_CACHE_BYTES,
    (node) => CACHE_ENTRY_BYTES + node.size * NODE_ENTRY_BYTES,
  );
  /** By the oid of the tree and the name, with a space between; null for what is not there. */
  readonly entries = new GenerationCache<FoundEntry | null>(FOUND_CACHE_BYTES, () => CACHE_ENTRY_BYTES);
  readonly blobs = new GenerationCache<Buffer>(
    BLOB_CACHE_BYTES,
    (content) => CACHE_ENTRY_BYTES + content.length,
    CACHE_ENTRY_BYTES + CACHED_BLOB_BYTES,
  );
}
