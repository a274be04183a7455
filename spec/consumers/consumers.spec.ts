import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as gitmodel from 'gitmodel';
import ts from 'typescript';
import { git, temporaryFolder } from '../support/temporary-repository';
import { expectLog } from '../support/workspaces';
import { projectWithPackage, runProgram } from './packed';

let project: string;
let files: string[];

beforeAll(() => {
  ({ project, files } = projectWithPackage());
  writeFileSync(path.join(project, 'model.cjs'), MODEL);
}, 120_000);

/** A model that both kinds of modules use, of plain JavaScript. */
const MODEL = `
  const { CharField, GitModel, Model, SlugField } = require('gitmodel');
  class Page extends GitModel {}
  SlugField({ id: true })(Page.prototype, 'slug');
  CharField()(Page.prototype, 'title');
  Model({ name: 'Page' })(Page);
  exports.Page = Page;
`;

/** What a consumer does, in the words that both kinds of modules have in common. */
const STORY = `
  const ws = await Workspace.open(process.argv[2], { create: true });
  const Bound = ws.register(Page);
  await new Bound({ slug: 'hello', title: 'Hello' }).save({ commit: true, message: 'Say hello' });
  const page = await Bound.get('hello');
  const error = await Bound.get('missing').catch((error) => error);
  await ws.close();
  console.log(JSON.stringify({
    path: process.argv[2],
    title: page.title,
    isModel: page instanceof GitModel && page instanceof Page,
    missing: error instanceof DoesNotExistError && error.code,
  }));
`;

const IMPORTS = '{ DoesNotExistError, GitModel, Workspace }';

describe('The package', () => {
  it('has the compiled library with its types, the papers, and nothing else', () => {
    const modules = readdirSync(path.join(__dirname, '../../lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [file.replace(/\.ts$/, '.js'), file.replace(/\.ts$/, '.d.ts')])
      .map((file) => `dist/${file}`);
    const papers = files.filter((file) => !file.startsWith('dist/'));

    expect(files.filter((file) => file.startsWith('dist/'))).toEqual(modules.sort());
    expect(papers).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'binding-notes.md', 'package.json']);
  });

  it('gives both kinds of modules the same names, which are those of the sources', () => {
    const required = runProgram(
      project,
      'names.cjs',
      `console.log(JSON.stringify(Object.keys(require('gitmodel')).sort()));`,
    );
    const imported = runProgram(
      project,
      'names.mjs',
      `import * as gitmodel from 'gitmodel';
       const { default: all, 'module.exports': same, __esModule, ...names } = gitmodel;
       console.log(JSON.stringify(Object.keys(names).sort()));`,
    );

    expect(required).toEqual(Object.keys(gitmodel).sort());
    expect(imported).toEqual(required);
  });

  it('shows nothing but its front door', () => {
    const program = (name: string): string => `
      try {
        require(${JSON.stringify(name)});
        console.log('"loaded"');
      } catch (error) {
        console.log(JSON.stringify(error.code));
      }
    `;

    expect(runProgram(project, 'inner.cjs', program('gitmodel/dist/git/repository.js'))).toBe(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
    expect(runProgram(project, 'manifest.cjs', program('gitmodel/package.json'))).toBe('loaded');
  });
});

describe('A consumer', () => {
  const COMMON_JS = `
    const ${IMPORTS} = require('gitmodel');
    const { Page } = require('./model.cjs');
    (async () => {${STORY}})();
  `;
  const ES_MODULE = `
    import ${IMPORTS.replaceAll(':', ' as')} from 'gitmodel';
    import { Page } from './model.cjs';
    ${STORY}
  `;

  it.each([
    ['a CommonJS module', 'consumer.cjs', COMMON_JS],
    ['an ES module', 'consumer.mjs', ES_MODULE],
  ])('can be %s', (_what, name, source) => {
    const result = runProgram(project, name, source) as { path: string };

    expect(result).toEqual({
      path: result.path,
      title: 'Hello',
      isModel: true,
      missing: 'DOES_NOT_EXIST',
    });
    expect(git(result.path, 'show', '--no-patch', '--format=%s', 'main')).toBe('Say hello');
    expectLog(result.path, ['Say hello']);
  });

  it('can be of both kinds at once, which share the classes and the registered models', () => {
    const result = runProgram(
      project,
      'both.mjs',
      `import { createRequire } from 'node:module';
       import { GitModel, Workspace, WorkspaceClosedError } from 'gitmodel';
       import { Page } from './model.cjs';
       const required = createRequire(import.meta.url)('gitmodel');
       const ws = await Workspace.open(process.argv[2], { create: true });
       const Bound = ws.register(Page);
       await ws.close();
       console.log(JSON.stringify({
         model: required.GitModel === GitModel,
         workspace: ws instanceof required.Workspace,
         registered: new Bound() instanceof required.GitModel,
         error: await ws.commit().catch((error) => error instanceof required.WorkspaceClosedError),
       }));`,
    );

    expect(result).toEqual({ model: true, workspace: true, registered: true, error: true });
  });
});

/** A consumer in TypeScript; both kinds of modules are written alike. */
const TYPESCRIPT = `
  import { CharField, GitModel, Model, SlugField, Workspace } from 'gitmodel';
  import type { Commit, RecordSet } from 'gitmodel';

  @Model({ name: 'Page' })
  class PageModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField() title!: string;
  }

  async function main(): Promise<void> {
    const ws = await Workspace.open(process.argv[2] as string, { create: true });
    try {
      const Page = ws.register(PageModel);
      const page = new Page({ slug: 'hello', title: 'Hello' });
      const oid: string | null = await page.save({ commit: true, message: 'Say hello' });
      const all: RecordSet<PageModel> = Page.all();
      const titles: string[] = (await all.toArray()).map(({ title }) => title);
      const commits: Commit[] = [];
      for await (const commit of ws.walk()) commits.push(commit);
      console.log(JSON.stringify({ titles, known: commits[0]?.oid === oid, folder: ws.repo.path() }));
    } finally {
      await ws.close();
    }
  }

  void main();
`;

/** And one with mistakes, which are found only where the types are. */
const MISTAKEN = `
  import { CharField, GitModel, Workspace } from 'gitmodel';
  class PageModel extends GitModel {
    @CharField() title!: string;
  }
  export async function main(ws: Workspace): Promise<void> {
    const Page = ws.register(PageModel);
    new Page({ title: 5 });
    (await Page.get('a')).titel;
    ws.repo.noSuchMethod();
  }
`;

describe('A consumer in TypeScript', () => {
  const OPTIONS: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    strict: true,
    experimentalDecorators: true,
  };

  /** Compiles a file of the project into it; returns what the compiler has to say, as `<file>:<line> TS<code>`. */
  function compile(name: string, source: string, options: ts.CompilerOptions = {}): string[] {
    const file = path.join(project, name);
    writeFileSync(file, source);
    const program = ts.createProgram([file], { ...OPTIONS, ...options });
    const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
    return diagnostics.map(({ file: where, start = 0, code }) => {
      const line = (where?.getLineAndCharacterOfPosition(start).line ?? -1) + 1;
      return `${where ? path.relative(project, where.fileName) : ''}:${line} TS${code}`;
    });
  }

  it.each(['cts', 'mts'])('compiles as a .%s file, and does what it should', (extension) => {
    expect(compile(`typed.${extension}`, TYPESCRIPT)).toEqual([]);
    const program = `typed.${extension.replace('ts', 'js')}`;
    const source = ts.sys.readFile(path.join(project, program)) as string;

    const result = runProgram(project, program, source) as { folder: string };
    expect(result).toEqual({
      titles: ['Hello'],
      known: true,
      folder: expect.stringMatching(/\/\.git\/$/) as string,
    });
    expectLog(path.dirname(result.folder), ['Say hello']);
  });

  it.each(['cts', 'mts'])('has its mistakes found as a .%s file', (extension) => {
    const name = `mistaken.${extension}`;

    expect(compile(name, MISTAKEN)).toEqual([`${name}:8 TS2322`, `${name}:9 TS2551`, `${name}:10 TS2339`]);
  });

  it('compiles for a bundler, too', () => {
    const options = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

    expect(compile('bundled.ts', TYPESCRIPT, options)).toEqual([]);
  });

  it('can have its models checked by the strictest settings', () => {
    const options = {
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noImplicitOverride: true,
      noPropertyAccessFromIndexSignature: true,
      isolatedModules: true,
      verbatimModuleSyntax: true,
    };

    expect(compile('strict.mts', TYPESCRIPT, options)).toEqual([]);
  });
});

describe('A folder that is not a project', () => {
  it('is not needed: the package loads from any working directory', () => {
    const elsewhere = temporaryFolder();
    const result = runProgram(
      project,
      'elsewhere.cjs',
      `process.chdir(${JSON.stringify(elsewhere)});
       const { Workspace } = require('gitmodel');
       Workspace.open('pages', { create: true }).then(async (ws) => {
         await ws.close();
         console.log(JSON.stringify(require('node:fs').existsSync('pages/.git')));
       });`,
    );

    expect(result).toBe(true);
  });
});
