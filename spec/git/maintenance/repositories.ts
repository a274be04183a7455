import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MaintenanceProblem, MaintenanceProgress, StepContext } from '../../../lib/git/maintenance/step';
import {
  commitSeries,
  expectCleanRepository,
  git,
  temporaryFolder,
  temporaryRepository,
} from '../../support/temporary-repository';

/** Two weeks and a day ago: long enough for git to take what nothing refers to for garbage. */
export const LONG_AGO = Date.now() / 1000 - 15 * 24 * 3600;

/** All objects of a repository, by oid, with type and size. */
export function objectsOf(folder: string): string[] {
  return git(folder, 'cat-file', '--batch-all-objects', '--batch-check').split('\n').sort();
}

/** What `git count-objects -v` says of one thing. */
export function countOf(folder: string, what: string): number {
  return Number(new RegExp(`^${what}: (\\d+)$`, 'm').exec(git(folder, 'count-objects', '-v'))?.[1]);
}

/** The names of the files in the folder of the packs with an ending. */
export function packFiles(folder: string, ending: string): string[] {
  return readdirSync(path.join(folder, 'objects/pack'))
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** A bare repository with a history of commits whose objects are all loose. */
export function looseRepository(commits = 10, filesEach = 5): string {
  const folder = temporaryRepository({ bare: true });
  git(folder, 'config', 'fastimport.unpackLimit', '100000');
  addCommits(folder, commits, filesEach);
  return folder;
}

/** A bare repository with so many packs, each with as many commits, the files of which resemble one another. */
export function packedRepository(packs: number, commitsEach = 2): string {
  const folder = looseRepository(0);
  for (let pack = 0; pack < packs; pack++) {
    addCommits(folder, commitsEach, 5);
    git(folder, 'repack', '-d', '-q');
  }
  return folder;
}

let written = 0;

/** Adds commits to the branch main. */
export function addCommits(folder: string, commits: number, filesEach = 5): void {
  if (commits === 0) return;
  const ref = 'refs/heads/main';
  const tip = git(folder, 'for-each-ref', '--format=%(objectname)', ref).split('\n').filter(Boolean);
  const fixtures = Array.from({ length: commits }, (_, index) => {
    written++;
    const files: Record<string, string> = {};
    for (let each = 0; each < filesEach; each++) {
      files[`folder-${each % 3}/file-${each}`] = `${'a line of text\n'.repeat(40)}${written} ${each}\n`;
    }
    const parents = index === 0 ? tip : [`:${index}`];
    return { ref, files, parents, message: `Commit ${written}` };
  });
  commitSeries(folder, fixtures);
}

/** Sets the time of a file, or folder, to two weeks ago and more. */
export function makeOld(file: string): void {
  utimesSync(file, LONG_AGO, LONG_AGO);
}

/** Writes a blob that nothing refers to, with git, and returns its oid. */
export function danglingBlob(folder: string, content: string): string {
  return danglingBlobs(folder, [content])[0] as string;
}

/** As {@link danglingBlob}, for many. */
export function danglingBlobs(folder: string, contents: readonly string[]): string[] {
  const files = temporaryFolder();
  const names = contents.map((_, index) => path.join(files, String(index)));
  names.forEach((name, index) => {
    writeFileSync(name, contents[index] as string);
  });
  return git(folder, 'hash-object', '-w', '--no-filters', '--', ...names).split('\n');
}

/** The file of a loose object. */
export function looseFile(folder: string, oid: string): string {
  return path.join(folder, 'objects', oid.slice(0, 2), oid.slice(2));
}

/** What a step of upkeep is given. */
export function contextOf(
  folder: string,
  { gitFolder = folder, signal }: { gitFolder?: string; signal?: AbortSignal } = {},
): StepContext & { problems: MaintenanceProblem[]; told: MaintenanceProgress[] } {
  const told: MaintenanceProgress[] = [];
  return {
    commonFolder: gitFolder,
    objectsFolder: path.join(gitFolder, 'objects'),
    problems: [],
    told,
    progress: (progress) => told.push(progress),
    signal,
  };
}

/** Expects that a repository has the very objects that it had, that git finds all packs sound, and itself too. */
export function expectUnharmed(folder: string, before: readonly string[]): void {
  expect(objectsOf(folder)).toEqual(before);
  for (const name of packFiles(folder, '.idx')) {
    git(folder, 'verify-pack', path.join(folder, 'objects/pack', name));
  }
  expectCleanRepository(folder);
}
