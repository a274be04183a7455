import path from 'node:path';
import ts from 'typescript';
import { PROJECT } from './compiled';
import { compilerOptions } from './compiler-options';

/** A TypeScript program as text, for example one that stands in the documentation. */
export interface Program {
  /** Where it comes from, for messages. */
  readonly name: string;
  readonly source: string;
}

/**
 * What the compiler has to say about programs that import `gitmodel`, a line each; empty when all is well. It is
 * asked about the programs only: the library itself is checked with the rest of the project.
 */
export function typeErrors(programs: readonly Program[]): string[] {
  const options = programOptions();
  const files = new Map(
    programs.map(({ name, source }, position) => [
      path.join(PROJECT, 'spec', `__program-${position}.mts`),
      { name, source },
    ]),
  );
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (file) => files.has(file) || disk.fileExists(file);
  host.readFile = (file) => files.get(file)?.source ?? disk.readFile(file);
  const program = ts.createProgram([...files.keys()], options, host);
  const diagnostics = [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    if (!source) throw new Error(`The compiler has not found ${name}.`);
    return ts.getPreEmitDiagnostics(program, source);
  });
  return diagnostics.map(({ file, start = 0, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    const name = file && (files.get(file.fileName)?.name ?? file.fileName);
    return `${name ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

/** What keeps a program from being plain JavaScript for the oldest Node.js that is supported; empty when nothing does. */
export function notPlainJavaScript({ name, source }: Program): string[] {
  const options = { ...programOptions(), allowJs: true };
  const { diagnostics = [] } = ts.transpileModule(source, {
    fileName: `${name}.mjs`,
    compilerOptions: options,
    reportDiagnostics: true,
  });
  const errors = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  const isDisposing = (node: ts.Node): boolean =>
    (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) !== 0) ||
    (ts.forEachChild(node, isDisposing) ?? false);
  const file = ts.createSourceFile(`${name}.mjs`, source, ts.ScriptTarget.Latest);
  return isDisposing(file) ? [...errors, 'Node.js 20 does not know "using".'] : errors;
}

/** Runs a program in this process, top-level `await` included; it gets the library from its sources. */
export async function run({ source }: Program): Promise<void> {
  const imports = source.match(/^import\s[^;]*;$/gm) ?? [];
  const body = imports.reduce((rest, each) => rest.replace(each, ''), source);
  const { outputText } = ts.transpileModule(
    `${imports.join('\n')}\nexport async function main(): Promise<void> {\n${body}\n}`,
    {
      compilerOptions: { ...programOptions(), module: ts.ModuleKind.CommonJS, verbatimModuleSyntax: false },
    },
  );
  const exports: { main?: () => Promise<void> } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running a text is what this is for
  const load = new Function('exports', 'require', outputText) as (
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  load(exports, (name) => jest.requireActual(name));
  await exports.main?.();
}

/** Those of the project; an example may well leave something unused. */
function programOptions(): ts.CompilerOptions {
  return { ...compilerOptions(), noUnusedLocals: false, noUnusedParameters: false };
}
