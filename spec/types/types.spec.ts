import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { PROJECT } from '../support/compiled';
import { compilerHost } from '../support/compiler-host';
import { compilerOptions } from '../support/compiler-options';

/** `// @ts-expect-error TS2322: why`, on the line before the mistake. */
const EXPECTATION = /^\s*\/\/ @ts-expect-error (TS\d+(?: TS\d+)*): /;

const FILES = readdirSync(__dirname)
  .filter((file) => file.endsWith('.types.ts'))
  .map((file) => path.join(__dirname, file));

/** A mistake: `<file>:<line> TS<code>`. */
type Mistake = string;

/** Compiles files with these texts in place of theirs, and tells what the compiler has to say of them. */
function diagnose(texts: ReadonlyMap<string, string>): { mistake: Mistake; message: string }[] {
  const options = compilerOptions();
  const host = compilerHost(options);
  const disk = { ...host };
  host.fileExists = (file) => texts.has(file) || disk.fileExists(file);
  host.readFile = (file) => texts.get(file) ?? disk.readFile(file);
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return ts.getPreEmitDiagnostics(program, source).map(({ start = 0, code, messageText }) => {
      const line = (source?.getLineAndCharacterOfPosition(start).line ?? -1) + 1;
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      return { mistake: `${path.basename(file)}:${line} TS${code}`, message };
    });
  });
}

function compile(texts: ReadonlyMap<string, string>): Mistake[] {
  return diagnose(texts).map(({ mistake }) => mistake);
}

function mistakesExpectedIn(file: string): Mistake[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const codes = EXPECTATION.exec(line)?.[1]?.split(' ') ?? [];
    return codes.map((code) => `${path.basename(file)}:${index + 2} ${code}`);
  });
}

describe('Every mistake that the type tests expect', () => {
  it('is found by the compiler where it is, and is the one that was meant', () => {
    const texts = new Map(
      FILES.map((file) => [file, readFileSync(file, 'utf8').replaceAll(/\/\/ @ts-expect-error /g, '// ')]),
    );
    const expected = FILES.flatMap(mistakesExpectedIn);

    expect(expected.length).toBeGreaterThan(80);
    expect([...new Set(compile(texts))].sort()).toEqual([...expected].sort());
  }, 60_000);

  it('is marked with its number and a reason, so that no other one can take its place', () => {
    for (const file of FILES) {
      const marks = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.includes('@ts-expect-error'));
      expect(marks.filter((line) => !EXPECTATION.test(line))).toEqual([]);
    }
  });

  it('would be missed if it were none', () => {
    const file = path.join(__dirname, 'live.ts');
    const text = `
      import { GitModel, SlugField } from 'gitmodel';
      import type { Workspace } from 'gitmodel';
      import type { Expect, Same } from './same';
      declare const ws: Workspace;
      class PageModel extends GitModel {
        @SlugField({ id: true }) slug!: string;
      }
      const Page = ws.register(PageModel);
      // @ts-expect-error TS2322: there is no mistake
      export const page = new Page({ slug: 'a' });
      export type Different = Expect<Same<typeof page.slug, string | null>>;
      export type Alike = Expect<Same<typeof page.slug, string>>;
    `;

    expect(compile(new Map([[file, text]]))).toEqual(['live.ts:10 TS2578', 'live.ts:12 TS2344']);
  }, 60_000);
});

it('Every kind of options that is exported is among those that may be undefined', () => {
  const namesIn = (file: string): string[] => readFileSync(file, 'utf8').match(/\b\w+Options\b/g) ?? [];
  const exported = new Set([
    ...namesIn(path.join(PROJECT, 'lib/index.ts')),
    ...namesIn(path.join(PROJECT, 'lib/errors.ts')),
  ]);
  const [, listed = ''] = readFileSync(path.join(__dirname, 'options.types.ts'), 'utf8').split(
    'export type All =',
  );
  expect(exported.size).toBeGreaterThan(40);
  expect([...exported].filter((name) => !new RegExp(`\\b${name}\\b`).test(listed))).toEqual([]);
});

describe('What the compiler says of a property that does not fit its decorator', () => {
  it.each([
    ['@DateField({ required: false }) value!: Temporal.PlainDate;', 'declare the property with | null'],
    ['@JSONField({ required: false }) value!: { a: number };', 'declare the property with | null'],
    ['@JSONField() value!: Map<string, bigint>;', 'declare the property with a type that JSON can hold'],
    ['@ListField(CharField({ nullable: true })) value!: string[];', 'declare the items with | null'],
  ])('says how to mend %s', (property, hint) => {
    const text = [
      "import { CharField, DateField, GitModel, JSONField, ListField, Temporal } from 'gitmodel';",
      'export { CharField, DateField, JSONField, ListField, Temporal };',
      `export class Sample extends GitModel { ${property} }`,
    ].join('\n');
    const found = diagnose(new Map([[path.join(__dirname, 'sample.types.ts'), text]]));
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining(hint)]);
  });
});

it('The compiler says what to ask of a conflict before it takes a value for it', () => {
  const text = [
    "import type { MergeConflict } from 'gitmodel';",
    "export const resolve = (conflict: MergeConflict): unknown => conflict.with('text');",
  ].join('\n');
  const found = diagnose(new Map([[path.join(__dirname, 'sample.types.ts'), text]]));
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringContaining('ask isOf(), then compare field'),
  ]);
});
