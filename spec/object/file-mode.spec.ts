import { FileMode, isTreeMode, kindOfMode } from '../../lib/object/file-mode';
import type { EntryKind } from '../../lib/object/file-mode';

describe('a mode', () => {
  it.each<[string, number, EntryKind]>([
    ['40000', FileMode.TREE, 'tree'],
    ['100644', FileMode.BLOB, 'blob'],
    ['100755', FileMode.EXECUTABLE, 'blob'],
    ['120000', FileMode.SYMLINK, 'symlink'],
    ['160000', FileMode.SUBMODULE, 'submodule'],
    ['100664', 0o100664, 'blob'],
    ['40755', 0o40755, 'tree'],
  ])('of %s, as git writes it, tells the kind', (octal, mode, kind) => {
    expect(mode).toBe(parseInt(octal, 8));
    expect(kindOfMode(mode)).toBe(kind);
    expect(isTreeMode(mode)).toBe(kind === 'tree');
  });
});
