/** Repositories as the git layer sees them, and the objects that its specs put in. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LockWait } from '../../lib/git/lock-wait';
import { ObjectStore } from '../../lib/git/object-store';
import { openRepository } from '../../lib/git/repository';
import type { GitRepository } from '../../lib/git/repository';
import { commitObject } from '../../lib/object/commit-codec';
import type { CommitFields } from '../../lib/object/commit-codec';
import { StagedTree } from '../../lib/object/staged-tree';
import { expectCleanRepository, temporaryRepository } from '../support/temporary-repository';

let sound = new Set<string>();

/** After every test, `git fsck --strict` has nothing to complain about in any repository that it has opened. */
afterEach(() => {
  const folders = sound;
  sound = new Set();
  for (const folder of folders) expectCleanRepository(folder);
});

/** Leaves out the check of a repository that a test damages on purpose. */
export function expectDamage(folder: string): void {
  sound.delete(folder);
}

/** An open repository, and its objects. */
export interface Opened {
  readonly folder: string;
  readonly repository: GitRepository;
  readonly objects: ObjectStore;
}

/** Opens a repository, by default a new one; after the test it has to be sound. */
export async function open(folder: string = temporaryRepository()): Promise<Opened> {
  sound.add(folder);
  const repository = await openRepository(folder);
  return { folder, repository, objects: await ObjectStore.open(repository) };
}

/** For specs in which nobody holds a lock for long. */
export const WAIT: LockWait = { timeout: 150, interval: 10 };

/** The content of files by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Stores a tree of these files and returns its oid. */
export async function storeTree(objects: ObjectStore, files: Files): Promise<string> {
  let tree = StagedTree.empty(objects);
  for (const [file, content] of Object.entries(files)) tree = await tree.withBlob(file, Buffer.from(content));
  return objects.writeTree(tree);
}

/** Stores a commit and returns its oid. */
export async function writeCommit(objects: ObjectStore, fields: CommitFields): Promise<string> {
  const commit = commitObject(fields);
  await objects.publish([commit], 'git', () => Promise.resolve());
  return commit.oid;
}

/** Writes files into a folder. */
export function writeFiles(folder: string, files: Files): void {
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

/** The text of a file, or undefined when there is none. */
export function readText(folder: string, file: string): string | undefined {
  const target = path.join(folder, file);
  return existsSync(target) ? readFileSync(target, 'utf8') : undefined;
}

/** The file of a loose object. */
export function objectFile(folder: string, oid: string): string {
  const gitFolder = existsSync(path.join(folder, '.git')) ? path.join(folder, '.git') : folder;
  return path.join(gitFolder, 'objects', oid.slice(0, 2), oid.slice(2));
}
