import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

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

/** Makes an empty repository in a temporary folder and returns the folder. HEAD names `refs/heads/main`. */
export function temporaryRepository({ bare = false }: { bare?: boolean } = {}): string {
  const folder = temporaryFolder();
  git(folder, 'init', '--quiet', '--initial-branch=main', ...(bare ? ['--bare'] : []));
  appendFileSync(path.join(folder, bare ? 'config' : '.git/config'), CONFIGURATION);
  return folder;
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
  /** Every file of the commit, by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly message?: string;
  /** The oids of the parents. */
  readonly parents?: readonly string[];
  /** In seconds since 1970. */
  readonly time?: number;
}

/** Commits files with stock git (`git fast-import`), whatever the reference held before, and returns the oid. */
export function commitFiles(repository: string, ref: string, fixture: CommitFixture = {}): string {
  const { files = {}, message = 'A commit', parents = [], time = COMMIT_TIME } = fixture;
  const parts: (string | Uint8Array)[] = [`commit ${ref}\nmark :1\n`];
  const add = (content: string | Uint8Array): void => {
    const bytes = Buffer.from(content);
    parts.push(`data ${bytes.length}\n`, bytes, '\n');
  };
  parts.push(`committer ${IDENTITY.name} <${IDENTITY.email}> ${time} +0000\n`);
  add(message);
  parents.forEach((parent, position) => parts.push(`${position === 0 ? 'from' : 'merge'} ${parent}\n`));
  parts.push('deleteall\n');
  for (const [file, content] of Object.entries(files)) {
    parts.push(`M 100644 inline ${file}\n`);
    add(content);
  }
  parts.push('\nget-mark :1\n');
  const input = Buffer.concat(parts.map((part) => Buffer.from(part)));
  // The reference's log gets the same time.
  const env = { GIT_COMMITTER_DATE: `${time} +0000` };
  return runGit(repository, ['fast-import', '--quiet', '--force'], { input, env }).toString().trim();
}

/** Expects that `git fsck --strict` has nothing to complain about. */
export function expectCleanRepository(repository: string): void {
  const args = ['fsck', '--strict', '--no-dangling', '--no-progress'];
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd: repository,
    env: ENVIRONMENT,
    encoding: 'utf8',
  });
  // A notice is no complaint: fsck gives one where HEAD names a branch without commits.
  const complaints = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('notice:'));
  expect({ status, complaints }).toEqual({ status: 0, complaints: [] });
}
