import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type ts from 'typescript';
import { temporaryFolder } from './temporary-repository';

/** The folder of the project itself. */
export const PROJECT = path.resolve(__dirname, '../..');

const COMMON_JS = {
  target: 'es2022',
  module: 'commonjs',
  esModuleInterop: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: true,
};

/** Compiles one file as CommonJS, without a look at its types, by the options of the project or others. */
export function transpile(source: string, options: ts.CompilerOptions = {}): string {
  // Many specs compile the same library, in more than one process; see compiled-folder.js.
  const folder = process.env.GITMODEL_COMPILED_FOLDER;
  if (folder === undefined) throw new Error('GITMODEL_COMPILED_FOLDER is not set: run this with jest.');
  const key = createHash('sha1').update(JSON.stringify([COMMON_JS, options, source]));
  const file = path.join(folder, `${key.digest('hex')}.js`);
  if (!existsSync(file)) {
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, compile(source, options));
    renameSync(unfinished, file);
  }
  return readFileSync(file, 'utf8');
}

function compile(source: string, options: ts.CompilerOptions): string {
  // It takes long to load, so that is left until there is something to compile.
  const compiler = jest.requireActual<typeof ts>('typescript');
  const common = compiler.convertCompilerOptionsFromJson(COMMON_JS, PROJECT).options;
  return compiler.transpileModule(source, { compilerOptions: { ...common, ...options } }).outputText;
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
