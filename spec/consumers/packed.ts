import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { linkDependencies, PROJECT } from '../support/compiled';
import { temporaryFolder } from '../support/temporary-repository';

/** What the package is made from. */
const SOURCES = [
  'lib',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'binding-notes.md',
];

/**
 * Packs a fresh copy of the project as it is published, `npm pack` with its own build, and unpacks it into a
 * temporary project as if it was installed there.
 *
 * @returns the project's folder, and the paths of the package's files.
 */
export function projectWithPackage(): { readonly project: string; readonly files: string[] } {
  const copy = temporaryFolder();
  for (const each of SOURCES) cpSync(path.join(PROJECT, each), path.join(copy, each), { recursive: true });
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(copy, 'node_modules'));
  const [packed] = JSON.parse(run(copy, 'npm', ['pack', '--json'])) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  const project = temporaryFolder();
  const target = path.join(project, 'node_modules/gitmodel');
  mkdirSync(target, { recursive: true });
  run(copy, 'tar', ['-xzf', path.join(copy, packed.filename), '-C', target, '--strip-components=1']);
  linkDependencies(project, ['@types/node']);
  return { project, files: packed.files.map((file) => file.path).sort() };
}

/** Writes a program into the project and runs it with node; returns what it prints, as JSON. */
export function runProgram(project: string, name: string, source: string): unknown {
  writeFileSync(path.join(project, name), source);
  return JSON.parse(run(project, process.execPath, [name, temporaryFolder()]));
}

function run(cwd: string, command: string, args: readonly string[]): string {
  const env = {
    ...process.env,
    // Nothing of this may reach for the network.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    npm_config_cache: path.join(cwd, '.npm-cache'),
  };
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
