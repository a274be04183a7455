/** The modes that Git gives to the entries of a tree. */
export const FileMode = {
  /** A folder: another tree. */
  TREE: 0o040000,
  /** A file. */
  BLOB: 0o100644,
  /** A file that may be executed. */
  EXECUTABLE: 0o100755,
  /** A symbolic link; its blob holds the target. */
  SYMLINK: 0o120000,
  /** A submodule; the oid is a commit in another repository. */
  SUBMODULE: 0o160000,
} as const;

/** What an entry of a tree is. */
export type EntryKind = 'tree' | 'blob' | 'symlink' | 'submodule';

/** The bits of a mode that tell the kind of the entry. */
const TYPE_BITS = 0o170000;

/** Whether the mode is a folder's. */
export function isTreeMode(mode: number): boolean {
  return (mode & TYPE_BITS) === FileMode.TREE;
}

/** What kind of entry has this mode. Old repositories hold files with modes such as 100664; they are blobs. */
export function kindOfMode(mode: number): EntryKind {
  switch (mode & TYPE_BITS) {
    case FileMode.TREE:
      return 'tree';
    case FileMode.SYMLINK:
      return 'symlink';
    case FileMode.SUBMODULE:
      return 'submodule';
    default:
      return 'blob';
  }
}
