import { execFileSync, spawnSync } from 'node:child_process';
import type { EntryKind } from '../../lib/object/file-mode';
import { runGit, temporaryRepository } from '../support/temporary-repository';

/**
 * Each argument, and whether a git command succeeds with it as `$1`. The commands run from one shell, for which a
 * process costs a fraction of what it costs here.
 */
function verdictsOn(args: readonly string[], command: string, folder: string): [string, boolean][] {
  const script = `for arg; do set -- "$arg"; if ${command} >/dev/null 2>&1; then echo yes; else echo no; fi; done`;
  const output = execFileSync('sh', ['-c', script, 'sh', ...args], { cwd: folder, encoding: 'utf8' });
  const verdicts = output.trim().split('\n');
  return args.map((arg, at) => [arg, verdicts[at] === 'yes']);
}

/** Each name, and whether stock git accepts it for a reference; with `--branch`, for a branch in short. */
export function acceptedReferences(names: readonly string[], option = ''): [string, boolean][] {
  return verdictsOn(names, `git check-ref-format ${option} "$1"`, temporaryRepository({ bare: true }));
}

/** Each name, and whether stock git takes a file of it into its index, whatever file system it runs on. */
export function indexedNames(names: readonly string[]): [string, boolean][] {
  const folder = temporaryRepository();
  const oid = runGit(folder, ['hash-object', '-w', '--stdin'], { input: 'content' }).toString().trim();
  const protect = '-c core.protectHFS=true -c core.protectNTFS=true';
  const command = `git ${protect} update-index --add --cacheinfo 100644,${oid},"$1"`;
  return verdictsOn(names, command, folder);
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
