import { readdirSync } from 'node:fs';
import { Workspace } from 'gitmodel';
import type { BoundModel, ChangedPath, Commit, OpenOptions } from 'gitmodel';
import { PageModel } from './sample-models';
import {
  complaintsOf,
  fingerprintOf,
  git,
  objectsFolder,
  runGit,
  temporaryCopy,
  temporaryRepository,
} from './temporary-repository';

/** What the end of a test checks of a repository. */
interface Watched {
  /** What `git fsck --strict` has complained about from the beginning; nothing unless it is a hostile one. */
  readonly complaints: string;
  /** The commits that were there at the beginning, or that the test has stated since. */
  readonly stated: Set<string>;
}

const watched = new Map<string, Watched>();
const opened: Workspace[] = [];

/** After every test: what it has opened is closed, and every repository is sound and has the commits it stated. */
afterEach(async () => {
  const paths = [...watched];
  watched.clear();
  await Promise.all(opened.splice(0).map((each) => each.close()));
  for (const [path, { complaints, stated }] of paths) {
    if (isEmpty(path)) continue;
    expect(complaintsOf(path)).toBe(complaints);
    const unstated = commitsOf(path).filter((oid) => !stated.has(oid));
    expect({ unstatedCommits: unstated.map((oid) => git(path, 'show', '-s', '--oneline', oid)) }).toEqual({
      unstatedCommits: [],
    });
  }
});

/**
 * From here to the end of the test, whatever is done to a repository has to leave it sound, and every commit has
 * to be stated with {@link expectLog}.
 */
export function watchRepository(path: string): void {
  if (watched.has(path)) return;
  // To ask git takes its time, so it is not asked where the answer is known.
  const nothing = isEmpty(path);
  watched.set(path, {
    complaints: nothing ? '' : complaintsOf(path),
    stated: new Set(nothing ? [] : commitsOf(path)),
  });
}

/** Copies a repository into a temporary folder: the quick way to many that are alike. */
export function copyRepository(path: string): string {
  return temporaryCopy(path);
}

/** Makes something the first time it is asked for. */
export function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** An empty repository with a work tree. */
export function emptyRepository(): string {
  return temporaryRepository();
}

/** Opens a workspace, by default on a new repository; it is closed, and the repository checked, after the test. */
export async function openWorkspace(
  path: string = emptyRepository(),
  options?: OpenOptions,
): Promise<Workspace> {
  watchRepository(path);
  const workspace = await Workspace.open(path, options);
  opened.push(workspace);
  return workspace;
}

/** A new repository with a workspace that has the model of pages. */
export async function openPages(options?: OpenOptions): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Page: BoundModel<typeof PageModel>;
}> {
  const path = emptyRepository();
  const ws = await openWorkspace(path, options);
  return { path, ws, Page: ws.register(PageModel) };
}

/** Expects that `git log` shows these subjects, newest first. */
export function expectLog(path: string, subjects: readonly string[], ref = 'HEAD'): void {
  watchRepository(path);
  const commits = logOf(path, ref);
  expect(commits.map(({ subject }) => subject)).toEqual(subjects);
  for (const { oid } of commits) watched.get(path)?.stated.add(oid);
}

/** States all commits of a repository, in a test that does not say what they are. */
export function stateCommits(path: string): void {
  watchRepository(path);
  for (const { oid } of logOf(path, '--all')) watched.get(path)?.stated.add(oid);
}

/** Commits to a branch with stock git, as another process would: the same files, another commit. */
export function commitMeanwhile(path: string, message = 'Meanwhile', branch = 'main'): string {
  const oid = git(path, 'commit-tree', '-m', message, '-p', branch, `${branch}^{tree}`);
  git(path, 'update-ref', `refs/heads/${branch}`, oid);
  return oid;
}

/** What `git ls-tree -r` lists: the paths of all files. */
export function filesAt(path: string, treeish: string): string[] {
  const list = runGit(path, ['ls-tree', '-r', '-z', '--name-only', treeish]).toString();
  return list.split('\0').filter((file) => file !== '');
}

/** The values of a record, by property, as a plain object. */
export function valuesOf(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record));
}

/** All that an iterable gives. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** The subjects of commits. */
export async function messagesOf(commits: AsyncIterable<Commit>): Promise<string[]> {
  return (await collect(commits)).map(({ message }) => message);
}

/** Changed paths in short: `modified page/hello/data.json`. */
export function changesOf(changes: readonly ChangedPath[]): string[] {
  return changes.map(({ status, path }) => `${status} ${path}`);
}

/** The commits that can be reached in a repository, by all that is in it: many tests begin with the same one. */
const reachable = new Map<string, readonly string[]>();

function commitsOf(path: string): readonly string[] {
  const fingerprint = fingerprintOf(path);
  const known = fingerprint === undefined ? undefined : reachable.get(fingerprint);
  if (known) return known;
  const commits = git(path, 'rev-list', '--all').split('\n').filter(Boolean);
  if (fingerprint !== undefined) reachable.set(fingerprint, commits);
  return commits;
}

/** Whether a repository has no objects at all, and so nothing to be checked. */
function isEmpty(path: string): boolean {
  const objects = objectsFolder(path);
  return (
    objects !== undefined &&
    readdirSync(objects, { recursive: true, encoding: 'utf8' }).every((each) =>
      ['info', 'pack'].includes(each),
    )
  );
}

/** What `git log` shows, newest first. */
function logOf(path: string, ref: string): { readonly oid: string; readonly subject: string }[] {
  let log: string;
  try {
    log = git(path, 'log', '--topo-order', '--format=%H %s', ref, '--');
  } catch (error) {
    // A repository without commits has nothing that it could show.
    if (git(path, 'rev-list', '--all', '--max-count=1') === '') return [];
    throw error;
  }
  const lines = log.split('\n').filter(Boolean);
  return lines.map((line) => ({ oid: line.slice(0, 40), subject: line.slice(41) }));
}
