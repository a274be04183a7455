import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import nodePath from 'node:path';
import { Workspace } from 'gitmodel';
import type { BoundModel, ChangedPath, Commit, OpenOptions } from 'gitmodel';
import { PageModel } from './sample-models';
import {
  expectCleanRepository,
  git,
  runGit,
  temporaryFolder,
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
    if (complaints === '') expectCleanRepository(path);
    else expect(complaintsOf(path)).toBe(complaints);
    const unstated = commitsOf(path, '--all').filter((oid) => !stated.has(oid));
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
    stated: new Set(nothing ? [] : commitsOf(path, '--all')),
  });
}

/** Copies a repository into a temporary folder: the quick way to many that are alike. */
export function copyRepository(path: string): string {
  const copy = temporaryFolder();
  cpSync(path, copy, { recursive: true });
  return copy;
}

/** Makes something the first time it is asked for. */
export function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const empty = once(() => {
  const path = temporaryRepository();
  rmSync(nodePath.join(path, '.git/hooks'), { recursive: true });
  return path;
});

/** An empty repository with a work tree, as {@link temporaryRepository} makes it, only quicker. */
export function emptyRepository(): string {
  return copyRepository(empty());
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
  const exists = git(path, 'rev-list', '--all', '--max-count=1') !== '';
  const log = exists ? git(path, 'log', '--topo-order', '--format=%s', ref, '--') : '';
  expect(log === '' ? [] : log.split('\n')).toEqual(subjects);
  for (const oid of exists ? commitsOf(path, ref) : []) watched.get(path)?.stated.add(oid);
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

/** Whether a repository has no objects at all, and so nothing to be checked. */
function isEmpty(path: string): boolean {
  const objects = ['.git/objects', 'objects'].map((each) => nodePath.join(path, each)).find(existsSync);
  return (
    objects !== undefined &&
    readdirSync(objects, { recursive: true, encoding: 'utf8' }).every((each) =>
      ['info', 'pack'].includes(each),
    )
  );
}

function commitsOf(path: string, ref: string): string[] {
  return git(path, 'rev-list', ref).split('\n').filter(Boolean);
}

function complaintsOf(path: string): string {
  try {
    git(path, 'fsck', '--strict', '--no-dangling', '--no-progress');
    return '';
  } catch (error) {
    const { stdout, message } = error as Error & { stdout: Buffer };
    return `${stdout.toString()}${message}`;
  }
}
