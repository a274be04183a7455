import {
  BooleanField,
  CharField,
  Field,
  GitModel,
  Id,
  IntegerField,
  Model,
  SlugField,
  UUIDField,
} from 'gitmodel';
import { runModule, transpile } from '../../support/compiled';
import { errorOf } from '../../support/error-of';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

const PROPERTY_DECORATORS = {
  BooleanField,
  CharField,
  Field,
  Id,
  IntegerField,
  SlugField,
  UUIDField,
} as unknown as Record<string, () => (target: unknown, property: unknown) => void>;

describe.each(Object.keys(PROPERTY_DECORATORS))('@%s()', (name) => {
  const decorate = PROPERTY_DECORATORS[name] as (typeof PROPERTY_DECORATORS)[string];

  it('says what to set when it is called as a standard decorator', async () => {
    const context = { kind: 'field', name: 'title', static: false, private: false };

    expect(
      await errorOf(() => {
        decorate()(undefined, context);
      }),
    ).toMatchObject({
      code: 'INVALID_MODEL',
      message:
        `@${name}() on "title" was called as a standard decorator. ` +
        'Set "experimentalDecorators": true in tsconfig.json (or the same option of your compiler).',
      details: { field: 'title' },
    });
  });

  it('says the same for a property whose name is a symbol', async () => {
    const context = { kind: 'field', name: Symbol('secret') };

    expect(
      (
        await errorOf(() => {
          decorate()(undefined, context);
        })
      ).message,
    ).toContain('"Symbol(secret)"');
  });

  it.each([
    ['a static property', Array, 'title', 'title'],
    ['a property whose name is a symbol', {}, Symbol('secret'), 'Symbol(secret)'],
    ['a class', Array, undefined, 'undefined'],
  ])('cannot decorate %s', async (_what, target, property, shown) => {
    expect(
      await errorOf(() => {
        decorate()(target, property);
      }),
    ).toMatchObject({
      code: 'INVALID_MODEL',
      message: `@${name}() belongs on an instance property with a name, not on ${shown}.`,
    });
  });
});

describe('A model that was compiled with standard decorators', () => {
  it.each(['CharField', 'Id'])('fails as soon as @%s() runs, and says what to set', async (name) => {
    const source = transpile(
      `import { ${name}, GitModel } from 'gitmodel';
       export class Page extends GitModel { @${name}() title; }`,
      { experimentalDecorators: false, emitDecoratorMetadata: false },
    );

    expect(await errorOf(() => runModule(source))).toMatchObject({
      code: 'INVALID_MODEL',
      message:
        `@${name}() on "title" was called as a standard decorator. ` +
        'Set "experimentalDecorators": true in tsconfig.json (or the same option of your compiler).',
    });
  });
});

describe('@Model()', () => {
  it('gives the name, and in lower case the folder', async () => {
    @Model({ name: 'BlogPost' })
    class PostModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    const ws = await openWorkspace();
    const Post = ws.register(PostModel);

    expect(Post.getDataPath('a')).toBe('blogpost/a/data.json');
    expect(ws.models.BlogPost).toBe(Post);
    expect((Post as unknown as { name: string }).name).toBe('BlogPost');
  });

  it('may be left out: then the name is that of the class', async () => {
    class Post extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }

    expect((await openWorkspace()).register(Post).getDataPath('a')).toBe('post/a/data.json');
  });

  it('is not inherited, so that a subclass has a folder of its own', async () => {
    @Model({ name: 'Base', abstract: true })
    class BaseModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    class Post extends BaseModel {}

    expect(new ((await openWorkspace()).register(Post))({ slug: 'a' }).getDataPath()).toBe(
      'post/a/data.json',
    );
  });

  it('may stand on a class only once', async () => {
    const declare = (): void => {
      @Model({ name: 'One' })
      @Model({ name: 'Two' })
      class Page extends GitModel {}
      new Page();
    };

    expect(await errorOf(declare)).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'Page has two @Model() decorators; keep one.',
      details: { model: 'Page' },
    });
  });
});

describe('Decorators that are called by hand', () => {
  it('make a model of a class of plain JavaScript', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const { Page } = runModule(`
      const { GitModel, Model, CharField, SlugField, BooleanField, Id } = require('gitmodel');
      class Page extends GitModel {
        published = false;
        get heading() { return '# ' + this.title; }
      }
      Id()(Page.prototype, 'slug');
      SlugField()(Page.prototype, 'slug');
      CharField()(Page.prototype, 'title');
      BooleanField({ default: true })(Page.prototype, 'published');
      Model({ name: 'Leaf' })(Page);
      exports.Page = Page;
    `) as { Page: typeof GitModel & (new () => GitModel) };
    const Bound = ws.register(Page);
    await new Bound({ slug: 'a', title: 'A' } as object).save({ commit: true, message: 'A leaf' });

    expect(await Bound.get('a')).toMatchObject({ title: 'A', published: false, heading: '# A', id: 'a' });
    expect(Bound.getDataPath('a')).toBe('leaf/a/data.json');
    expectLog(path, ['A leaf']);
  });

  it('leave everything but the class alone', async () => {
    class Page extends GitModel {}
    CharField()(Page.prototype as unknown as Record<'title', string>, 'title');
    const Bound = (await openWorkspace()).register(Page);

    expect(Object.keys(new Bound({ title: 'A' } as object))).toEqual(['id', 'title']);
    expect(({} as { title?: unknown }).title).toBeUndefined();
  });
});
