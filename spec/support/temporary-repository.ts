import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { toByteName } from '../../lib/object/byte-name';

/** The author and committer of everything that {@link git} commits, unless the environment says otherwise. */
export const IDENTITY = { name: 'Spec Author', email: 'spec@example.com' } as const;

/** When {@link git} commits, in seconds since 1970, unless the environment says otherwise. */
export const COMMIT_TIME = 1_500_000_000;

/** No setting of the machine or of the user who runs the specs reaches git. */
export const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: os.devNull,
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: os.devNull,
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: IDENTITY.name,
  GIT_AUTHOR_EMAIL: IDENTITY.email,
  GIT_AUTHOR_DATE: `${COMMIT_TIME} +0000`,
  GIT_COMMITTER_NAME: IDENTITY.name,
  GIT_COMMITTER_EMAIL: IDENTITY.email,
  GIT_COMMITTER_DATE: `${COMMIT_TIME} +0000`,
};

/** libgit2 does read the user's settings, so what would matter to a spec is set for each repository. */
const CONFIGURATION = `[core]
	autocrlf = false
	excludesFile = ${os.devNull}
[diff]
	context = 3
	noprefix = false
	mnemonicPrefix = false
`;

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Makes an empty folder, which is removed after the last test of the file. Links in its path are resolved. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gitmodel-spec-')));
  folders.push(folder);
  return folder;
}

/** Empty repositories by whether they are bare, to copy: git takes longer to make one than all that most tests do. */
const blanks = new Map<boolean, string>();

/** Makes an empty repository in a temporary folder and returns the folder. HEAD names `refs/heads/main`. */
export function temporaryRepository({ bare = false }: { bare?: boolean } = {}): string {
  let blank = blanks.get(bare);
  if (blank === undefined) {
    blank = temporaryFolder();
    git(blank, 'init', '--quiet', '--initial-branch=main', ...(bare ? ['--bare'] : []));
    const gitFolder = path.join(blank, bare ? '' : '.git');
    appendFileSync(path.join(gitFolder, 'config'), CONFIGURATION);
    const hooks = path.join(gitFolder, 'hooks');
    for (const sample of readdirSync(hooks)) rmSync(path.join(hooks, sample));
    blanks.set(bare, blank);
  }
  return temporaryCopy(blank);
}

/** Copies a folder, as a repository that several tests begin with, into a temporary one of the same kind. */
export function temporaryCopy(original: string): string {
  const folder = temporaryFolder();
  cpSync(original, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}

/** What a call of {@link runGit} may add. */
export interface GitOptions {
  /** What git reads from its standard input. */
  readonly input?: string | Uint8Array;
  /** Variables for its environment, as `GIT_COMMITTER_DATE`. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs stock git and returns what it printed, without the newline at the end.
 *
 * @throws Error with git's own words when git fails.
 */
export function git(folder: string, ...args: string[]): string {
  return runGit(folder, args).toString().replace(/\n$/, '');
}

/** As {@link git}, with input or another environment, and its output as bytes. */
export function runGit(folder: string, args: readonly string[], { input, env }: GitOptions = {}): Buffer {
  return execFileSync('git', args, {
    cwd: folder,
    env: { ...ENVIRONMENT, ...env },
    stdio: 'pipe',
    maxBuffer: 64 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
}

/** What {@link commitFiles} commits. */
export interface CommitFixture {
  /** Every file of the commit, by path; bytes that are not UTF-8 as `fromByteName` has them. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly message?: string;
  /** The oids of the parents. */
  readonly parents?: readonly string[];
  /** In seconds since 1970. */
  readonly time?: number;
}

/** Commits files with stock git (`git fast-import`), whatever the reference held before, and returns the oid. */
export function commitFiles(repository: string, ref: string, fixture: CommitFixture = {}): string {
  const [oid] = commitSeries(repository, [{ ...fixture, ref }]);
  return oid as string;
}

/** One of the commits of {@link commitSeries}. */
export interface SeriesFixture extends CommitFixture {
  readonly ref: string;
}

/** As {@link commitFiles}, for many commits at once. `:1` names the first of them as a parent, `:2` the second. */
export function commitSeries(repository: string, fixtures: readonly SeriesFixture[]): string[] {
  const parts = fixtures.flatMap((fixture, index) => importCommands(fixture, index + 1));
  const input = Buffer.concat(parts.map((part) => Buffer.from(part)));
  // The references' logs get the time of the last one.
  const env = { GIT_COMMITTER_DATE: `${fixtures.at(-1)?.time ?? COMMIT_TIME} +0000` };
  const oids = runGit(repository, ['fast-import', '--quiet', '--force'], { input, env }).toString();
  return oids.split('\n').filter(Boolean);
}

/** What `git fast-import` reads of a commit. */
function importCommands(fixture: SeriesFixture, mark: number): (string | Uint8Array)[] {
  const { ref, files = {}, message = 'A commit', parents = [], time = COMMIT_TIME } = fixture;
  // Without the reset a commit without parents would get the one that the series has made before.
  const parts: (string | Uint8Array)[] = [`reset ${ref}\n\ncommit ${ref}\nmark :${mark}\n`];
  const add = (content: string | Uint8Array): void => {
    const bytes = Buffer.from(content);
    parts.push(`data ${bytes.length}\n`, bytes, '\n');
  };
  parts.push(`committer ${IDENTITY.name} <${IDENTITY.email}> ${time} +0000\n`);
  add(message);
  parents.forEach((parent, position) => parts.push(`${position === 0 ? 'from' : 'merge'} ${parent}\n`));
  parts.push('deleteall\n');
  for (const [file, content] of Object.entries(files)) {
    parts.push('M 100644 inline ', Buffer.from(toByteName(file), 'latin1'), '\n');
    add(content);
  }
  parts.push(`\nget-mark :${mark}\n`);
  return parts;
}

/** Expects that `git fsck --strict` has nothing to complain about. */
export function expectCleanRepository(repository: string): void {
  expect(complaintsOf(repository)).toBe('');
}

/** Repositories that fsck has found sound, by all that is in them: many are checked again without a change. */
const sound = new Set<string>();

/** What `git fsck --strict` complains about, and its status when that is not zero; nothing of a sound repository. */
export function complaintsOf(repository: string): string {
  const fingerprint = fingerprintOf(repository);
  if (fingerprint !== undefined && sound.has(fingerprint)) return '';
  // To verify these files fsck starts two more processes, also when there is nothing to verify.
  const settings = ['core.commitGraph=false', 'core.multiPackIndex=false'].flatMap((each) => ['-c', each]);
  const args = [
    ...(hasIndexesOfObjects(repository) ? [] : settings),
    ...['fsck', '--strict', '--no-dangling', '--no-progress'],
  ];
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd: repository,
    env: ENVIRONMENT,
    encoding: 'utf8',
  });
  // A notice is no complaint: fsck gives one where HEAD names a branch without commits.
  const complaints = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('notice:'));
  if (status !== 0) complaints.push(`status ${String(status)}`);
  if (fingerprint !== undefined && complaints.length === 0) sound.add(fingerprint);
  return complaints.join('\n');
}

/** A hash of all that git knows of a repository, unless a part of it is elsewhere, or cannot be read at the moment. */
export function fingerprintOf(repository: string): string | undefined {
  const objects = objectsFolder(repository);
  if (objects === undefined || existsSync(path.join(objects, 'info/alternates'))) return undefined;
  const folder = path.dirname(objects);
  const hash = createHash('sha1').update(path.relative(repository, objects));
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      const file = path.join(folder, name);
      const status = lstatSync(file);
      if (status.isDirectory()) continue;
      if (!status.isFile()) return undefined;
      hash.update(`\0${name}\0${status.size}\0`).update(readFileSync(file));
    }
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/** The folder of a repository's objects, unless it is found only through another file, as that of a linked work tree. */
export function objectsFolder(repository: string): string | undefined {
  return ['.git/objects', 'objects'].map((each) => path.join(repository, each)).find(existsSync);
}

/** Whether there may be a commit-graph or a multi-pack-index. */
function hasIndexesOfObjects(repository: string): boolean {
  const objects = objectsFolder(repository);
  const files = ['info/alternates', 'info/commit-graph', 'info/commit-graphs', 'pack/multi-pack-index'];
  return objects === undefined || files.some((each) => existsSync(path.join(objects, each)));
}
