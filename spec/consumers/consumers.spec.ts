import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as gitmodel from 'gitmodel';
import ts from 'typescript';
import { compilerHost } from '../support/compiler-host';
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
  const {
    BlobField, CharField, DateField, DecimalField, GitModel, Model, RelatedField, SlugField,
  } = require('gitmodel');
  class Author extends GitModel {}
  SlugField({ id: true })(Author.prototype, 'name');
  Model({ name: 'Author' })(Author);
  class Page extends GitModel {}
  SlugField({ id: true })(Page.prototype, 'slug');
  CharField()(Page.prototype, 'title');
  DecimalField({ required: false })(Page.prototype, 'price');
  DateField({ required: false })(Page.prototype, 'day');
  BlobField({ required: false })(Page.prototype, 'image');
  RelatedField(Author, { required: false })(Page.prototype, 'author');
  Model({ name: 'Page' })(Page);
  exports.Author = Author;
  exports.Page = Page;
`;

/** What a consumer does, in the words that both kinds of modules have in common. */
const STORY = `
  const ws = await Workspace.open(process.argv[2], { create: true });
  const [BoundAuthor, Bound] = [ws.register(Author), ws.register(Page)];
  await ws.commitOnSuccess(async () => {
    const author = new BoundAuthor({ name: 'ann' });
    await author.save();
    const page = new Bound({ slug: 'hello', title: 'Hello', author, price: '0.10' });
    page.day = Temporal.PlainDate.from('2024-02-28').add({ days: 2 });
    page.image = (async function* () {
      yield Buffer.from([0, 255]);
      yield 'é';
    })();
    await page.save();
  }, { message: 'Say hello' });
  const page = await Bound.get('hello');
  const chunks = [];
  for await (const chunk of await page.image.stream()) chunks.push(chunk);
  const [size, author] = [await page.image.size, await page.author];
  const error = await Bound.get('missing').catch((error) => error);
  await ws.close();
  console.log(JSON.stringify({
    path: process.argv[2],
    title: page.title,
    isModel: page instanceof GitModel && page instanceof Page,
    missing: error instanceof DoesNotExistError && error.code,
    price: page.price instanceof Decimal && page.price.plus('0.2').toString(),
    day: page.day instanceof Temporal.PlainDate && page.day.toString(),
    image: [page.image instanceof GitBlob, size, Buffer.concat(chunks).toString('hex')],
    author: [page.author instanceof Related, page.author.id, author instanceof BoundAuthor],
  }));
`;

const IMPORTS = '{ Decimal, DoesNotExistError, GitBlob, GitModel, Related, Temporal, Workspace }';

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
    const { Author, Page } = require('./model.cjs');
    (async () => {${STORY}})();
  `;
  const ES_MODULE = `
    import ${IMPORTS.replaceAll(':', ' as')} from 'gitmodel';
    import { Author, Page } from './model.cjs';
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
      price: '0.3',
      day: '2024-03-01',
      image: [true, 4, '00ffc3a9'],
      author: [true, 'ann', true],
    });
    expect(git(result.path, 'show', '--no-patch', '--format=%s', 'main')).toBe('Say hello');
    expect(JSON.parse(git(result.path, 'show', 'main:page/hello/data.json'))).toMatchObject({
      fields: { price: '0.1', day: '2024-03-01', author: 'ann' },
    });
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
  import {
    BlobField, CharField, DateField, Decimal, DecimalField, GitModel, Model, RelatedField, SlugField, Temporal, Workspace,
  } from 'gitmodel';
  import type { Commit, GitBlob, RecordSet, Related } from 'gitmodel';

  @Model({ name: 'Author' })
  class AuthorModel extends GitModel {
    @SlugField({ id: true }) name!: string;
  }

  @Model({ name: 'Page' })
  class PageModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField() title!: string;
    @DecimalField() price!: Decimal;
    @DateField({ nullable: true }) day!: Temporal.PlainDate | null;
    @BlobField({ required: false }) image!: GitBlob | null;
    @RelatedField(AuthorModel) author!: Related<AuthorModel>;
  }

  async function main(): Promise<void> {
    const ws = await Workspace.open(process.argv[2] as string, { create: true });
    try {
      const [Author, Page] = [ws.register(AuthorModel), ws.register(PageModel)];
      const day = Temporal.PlainDate.from({ year: 2024, month: 5, day: 31 });
      const price = new Decimal('0.1');
      const oid: string | null = await ws.commitOnSuccess(async () => {
        const author = new Author({ name: 'ann' });
        await author.save();
        await new Page({ slug: 'hello', title: 'Hello', price, day, image: 'bytes', author }).save();
      }, { message: 'Say hello' });
      const page: PageModel = await Page.get('hello');
      const author: AuthorModel = await page.author;
      const image: string | undefined = await page.image?.text();
      const values = [page.price.plus(0.2).toString(), page.day?.month, image, author.name];
      const all: RecordSet<PageModel> = Page.all();
      const titles: string[] = (await all.toArray()).map(({ title }) => title);
      const commits: Commit[] = [];
      for await (const commit of ws.walk()) commits.push(commit);
      console.log(JSON.stringify({ titles, values, known: commits[0]?.oid === oid, folder: ws.repo.path() }));
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
    const all = { ...OPTIONS, ...options };
    const program = ts.createProgram([file], all, compilerHost(all));
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
      values: ['0.3', 5, 'bytes', 'ann'],
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
