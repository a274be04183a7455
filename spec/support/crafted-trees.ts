import { git, runGit } from './temporary-repository';
import { emptyRepository } from './workspaces';

/** One entry of a tree that git's own checks would not have let in everywhere. */
export type Entry = readonly [mode: string, oid: string, name: string | Buffer];

/** A commit that no repository has: where a submodule points. */
export const MISSING_COMMIT = '1234567890'.repeat(4);

/** Writes a blob with stock git. */
export function craftBlob(path: string, content: string | Uint8Array): string {
  return runGit(path, ['hash-object', '-w', '--stdin'], { input: content }).toString().trim();
}

/** Writes a tree with stock git's plumbing, whatever its entries are. */
export function craftTree(path: string, entries: readonly Entry[]): string {
  const lines = entries.map(([mode, oid, name]) => {
    const type = mode === '40000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
    return Buffer.concat([
      Buffer.from(`${mode.padStart(6, '0')} ${type} ${oid}\t`),
      Buffer.from(name),
      Buffer.of(0),
    ]);
  });
  return runGit(path, ['mktree', '-z', '--missing'], { input: Buffer.concat(lines) })
    .toString()
    .trim();
}

/** A new repository whose `main` has one commit, named `Crafted`, with this root tree. */
export function craftRepository(makeRoot: (path: string) => string): string {
  const path = emptyRepository();
  const oid = git(path, 'commit-tree', '-m', 'Crafted', makeRoot(path));
  git(path, 'update-ref', 'refs/heads/main', oid);
  return path;
}
