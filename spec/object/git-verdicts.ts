import { spawnSync } from 'node:child_process';
import type { EntryKind } from '../../lib/object/file-mode';
import { git, runGit, temporaryRepository } from '../support/temporary-repository';

const indexing = temporaryRepository();
const oid = runGit(indexing, ['hash-object', '-w', '--stdin'], { input: 'content' }).toString().trim();

/** Whether stock git refuses a file of this name in its index, whatever file system it runs on. */
export function gitRefusesToIndex(name: string): boolean {
  const protect = ['-c', 'core.protectHFS=true', '-c', 'core.protectNTFS=true'];
  try {
    git(indexing, ...protect, 'update-index', '--add', '--cacheinfo', `100644,${oid},${name}`);
    return false;
  } catch {
    return true;
  }
}

const MODES: Readonly<Record<Exclude<EntryKind, 'submodule'>, string>> = {
  blob: '100644 blob',
  symlink: '120000 blob',
  tree: '040000 tree',
};

/** Each name, and whether `git fsck --strict` complains about a tree with an entry of this name. */
export function fsckRefuses(names: readonly string[], kind: keyof typeof MODES): [string, boolean][] {
  const repository = temporaryRepository({ bare: true });
  const file = runGit(repository, ['hash-object', '-w', '--stdin'], { input: 'content' }).toString().trim();
  // Each folder has its own content, because fsck names the folder where it should name the tree it is in.
  const entries =
    kind === 'tree'
      ? makeTrees(
          repository,
          names.map((_, at) => `100644 blob ${file}\t${at}`),
        )
      : names.map(() => file);
  const trees = makeTrees(
    repository,
    names.map((name, at) => `${MODES[kind]} ${String(entries[at])}\t${name}`),
  );
  const complaints = complaintsOf(repository);
  return names.map((name, at) => [
    name,
    complaints.has(String(trees[at])) || (kind === 'tree' && complaints.has(String(entries[at]))),
  ]);
}

/** Makes a tree of each line. */
function makeTrees(repository: string, lines: readonly string[]): string[] {
  const input = lines.map((line) => `${line}\0\0`).join('');
  return runGit(repository, ['mktree', '-z', '--batch'], { input }).toString().trim().split('\n');
}

/** The trees in which fsck finds an error. */
function complaintsOf(repository: string): Set<string> {
  const { stderr } = spawnSync('git', ['fsck', '--strict', '--no-dangling', '--no-progress'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return new Set([...stderr.matchAll(/^error in tree ([0-9a-f]{40}):/gm)].map((match) => String(match[1])));
}
