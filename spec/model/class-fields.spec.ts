import type { GitModel } from 'gitmodel';
import type { BoundModel } from 'gitmodel';
import type ts from 'typescript';
import { runModule, transpile } from '../support/compiled';
import { errorOf } from '../support/error-of';
import { emptyRepository, expectLog, openWorkspace, valuesOf } from '../support/workspaces';

/** A model as a user would write it, with fields of every kind of initialiser. */
const SOURCE = `
  import { BooleanField, CharField, GitModel, IntegerField, Model, SlugField, UUIDField } from 'gitmodel';

  @Model({ abstract: true })
  abstract class Base extends GitModel {
    @CharField({ default: 'the default' }) inherited!: string;
    @CharField() initialisedAbove: string = 'above';
  }

  export class Page extends Base {
    @SlugField({ id: true }) slug!: string;
    @CharField() title!: string;
    @CharField({ required: false }) content?: string;
    @BooleanField({ default: true }) published!: boolean;
    @IntegerField() visits: number = 7;
    @IntegerField({ default: 1 }) both: number = 2;
    @UUIDField() token!: string;
    notStored = ['a'];
    declare undeclared: string;

    get heading(): string {
      return '# ' + this.title;
    }
    set heading(heading: string) {
      this.title = heading.slice(2);
    }
    shout(): string {
      return this.title.toUpperCase();
    }
  }

  export class Automatic extends GitModel {
    @CharField() text!: string;
  }
`;

interface Page extends GitModel {
  inherited: string;
  initialisedAbove: string;
  slug: string;
  title: string;
  content: string;
  published: boolean;
  visits: number;
  both: number;
  token: string;
  notStored: string[];
  heading: string;
  shout(): string;
}

interface Compiled {
  readonly Page: typeof GitModel & (new () => Page);
  readonly Automatic: typeof GitModel & (new () => GitModel & { text: string });
}

const WAYS = [true, false].flatMap((useDefineForClassFields) =>
  [true, false].map((emitDecoratorMetadata): ts.CompilerOptions => ({
    useDefineForClassFields,
    emitDecoratorMetadata,
  })),
);

describe.each(WAYS)('A model that was compiled with %j', (options) => {
  let path: string;
  let Page: BoundModel<Compiled['Page']>;
  let Automatic: BoundModel<Compiled['Automatic']>;

  beforeEach(async () => {
    const compiled = runModule(transpile(SOURCE, options)) as unknown as Compiled;
    path = emptyRepository();
    const ws = await openWorkspace(path);
    Page = ws.register(compiled.Page);
    Automatic = ws.register(compiled.Automatic);
  });

  it('keeps the values that are given to the constructor', () => {
    const page = new Page({
      slug: 'a',
      title: 'A',
      content: 'Text',
      published: false,
      visits: 0,
      both: 3,
      inherited: 'given',
      initialisedAbove: 'given too',
      token: '0'.repeat(32),
    });

    expect(valuesOf(page)).toEqual({
      slug: 'a',
      title: 'A',
      content: 'Text',
      published: false,
      visits: 0,
      both: 3,
      inherited: 'given',
      initialisedAbove: 'given too',
      token: '0'.repeat(32),
      notStored: ['a'],
    });
  });

  it('has its initialisers and, where there is none, the defaults of its fields', () => {
    expect(valuesOf(new Page())).toEqual({
      slug: undefined,
      title: undefined,
      content: '',
      published: true,
      visits: 7,
      both: 2,
      inherited: 'the default',
      initialisedAbove: 'above',
      token: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      notStored: ['a'],
    });
  });

  it('keeps its methods, getters and setters', () => {
    const page = new Page({ heading: '# A' });

    expect([page.title, page.heading, page.shout()]).toEqual(['A', '# A', 'A']);
  });

  it('gets back what it has saved, whatever its initialisers say', async () => {
    const saved = new Page({ slug: 'a', title: 'A', visits: 1, both: 1, published: false });
    await saved.save({ commit: true, message: 'A page' });
    const loaded = await Page.get('a');

    expect(valuesOf(loaded)).toEqual(valuesOf(saved));
    expect(loaded).toMatchObject({ id: 'a', oid: saved.oid, visits: 1, both: 1, published: false });
    loaded.title = 'B';
    await loaded.save({ commit: true, message: 'Another title' });
    expect((await Page.get('a')).heading).toBe('# B');
    expectLog(path, ['Another title', 'A page']);
  });

  it('has an automatic id, of each record its own, when it marks none', async () => {
    const one = new Automatic({ text: 'one' });
    await one.save();

    expect(one.id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Automatic().id).not.toBe(one.id);
    expect(await Automatic.get(one.id)).toMatchObject({ id: one.id, text: 'one' });
  });

  it('does not compare what it inherits from Object with values', async () => {
    expect(await errorOf(() => new Page({ toString: 'x' } as object))).toMatchObject({
      code: 'UNKNOWN_FIELD',
    });
  });
});

describe('@Field() in a model that was compiled without decorator metadata', () => {
  const source = `
    import { Field, GitModel } from 'gitmodel';
    export class Page extends GitModel { @Field() title!: string; }
  `;

  it('fails, naming the property and the remedy', async () => {
    expect(await errorOf(() => runModule(transpile(source, { emitDecoratorMetadata: false })))).toMatchObject(
      {
        code: 'INVALID_MODEL',
        message:
          '@Field() cannot tell the type of Page.title: the compiler has not written it down. Set ' +
          '"emitDecoratorMetadata": true in tsconfig.json, or name the field: @CharField(), @BooleanField(), … ' +
          '(esbuild and tsx cannot write types down.)',
        details: { field: 'title' },
      },
    );
  });

  it('works with it', async () => {
    const { Page } = runModule(transpile(source)) as { Page: typeof GitModel & (new () => GitModel) };

    expect(new ((await openWorkspace()).register(Page))({ title: 'A' } as object)).toMatchObject({
      title: 'A',
    });
  });
});
