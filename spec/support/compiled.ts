import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { temporaryFolder } from './temporary-repository';

/** The folder of the project itself. */
export const PROJECT = path.resolve(__dirname, '../..');

const COMMON_JS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  esModuleInterop: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: true,
};

/** Compiles one file as CommonJS, without a look at its types, by the options of the project or others. */
export function transpile(source: string, options: ts.CompilerOptions = {}): string {
  return ts.transpileModule(source, { compilerOptions: { ...COMMON_JS, ...options } }).outputText;
}

/** Runs a CommonJS module in this process, with the library from its sources, and returns its exports. */
export function runModule(source: string): Record<string, unknown> {
  const exports: Record<string, unknown> = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running a text is what this is for
  const load = new Function('exports', 'require', source) as (
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  load(exports, (name) => jest.requireActual(name));
  return exports;
}

/** Makes the packages that gitmodel depends on, and others, the packages of a project in another folder. */
export function linkDependencies(project: string, others: readonly string[] = []): void {
  const { dependencies } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), ...others]) {
    const link = path.join(project, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(PROJECT, 'node_modules', name), link);
  }
}

/**
 * Compiles the library into a temporary project, where processes other than jest's can load it as `gitmodel`.
 *
 * @param others Packages that are there beside those that the library depends on.
 * @returns the project's folder.
 */
export function projectWithLibrary(others: readonly string[] = []): string {
  const project = temporaryFolder();
  linkDependencies(project, others);
  const library = path.join(PROJECT, 'lib');
  const target = path.join(project, 'node_modules/gitmodel');
  mkdirSync(target);
  writeFileSync(path.join(target, 'package.json'), '{ "main": "index.js" }');
  for (const file of readdirSync(library, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const output = path.join(target, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(output), { recursive: true });
    writeFileSync(output, transpile(readFileSync(path.join(library, file), 'utf8')));
  }
  return project;
}
