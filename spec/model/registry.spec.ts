import { CharField, GitModel, Model, SlugField, Workspace } from 'gitmodel';
import { errorOf } from '../support/error-of';
import * as samples from '../support/sample-models';
import { NoteModel, PageModel } from '../support/sample-models';
import { emptyRepository, expectLog, openPages, openWorkspace } from '../support/workspaces';

describe('register', () => {
  it('returns a subclass, and leaves the class as it is', async () => {
    const ws = await openWorkspace();
    const Page = ws.register(PageModel);

    expect(Object.getPrototypeOf(Page)).toBe(PageModel);
    expect(new Page({ slug: 'a' })).toBeInstanceOf(PageModel);
    expect(await errorOf(() => new PageModel())).toMatchObject({ code: 'MODEL_NOT_REGISTERED' });
  });

  it('returns the same class when it is called again, also with what it has returned', async () => {
    const ws = await openWorkspace();
    const Page = ws.register(PageModel);

    expect(ws.register(PageModel)).toBe(Page);
    expect(ws.register(Page)).toBe(Page);
    expect(ws.register(PageModel, 'Page')).toBe(Page);
    expect(Object.keys(ws.models)).toEqual(['Page']);
  });

  it('takes a name that takes the place of the one in @Model()', async () => {
    const ws = await openWorkspace();
    const Leaf = ws.register(PageModel, 'Leaf');

    expect(Leaf.getDataPath('a')).toBe('leaf/a/data.json');
    expect(ws.register(PageModel)).toBe(Leaf);
    expect(await errorOf(() => ws.register(PageModel, 'Page'))).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'PageModel is registered as "Leaf" already and cannot be "Page" too.',
      details: { model: 'Leaf' },
    });
  });

  it.each(['Page', 'page', 'PAGE'])(
    'refuses a second class called %p, which would share its folder',
    async (name) => {
      @Model({ name })
      class Another extends GitModel {}
      const { ws, Page } = await openPages();

      expect(await errorOf(() => ws.register(Another))).toMatchObject({
        code: 'INVALID_MODEL',
        message:
          `The model "${name}" would share the folder "page" with the model "Page"; ` +
          'give one of them another name or folder: @Model({ name: …, folder: … }).',
        details: { model: name },
      });
      expect(ws.models).toEqual({ Page });
      expect(new (ws.register(Another, 'Another'))().getDataPath()).toMatch(/^another\//);
    },
  );

  it.each([
    ['a class that does not extend GitModel', Map],
    ['Workspace', Workspace],
    ['a function', () => undefined],
    ['an instance', Object.create(PageModel.prototype)],
    ['nothing', undefined],
    ['a name', 'Page'],
  ])('refuses %s', async (_what, value: unknown) => {
    const ws = await openWorkspace();

    expect(await errorOf(() => ws.register(value as typeof PageModel))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'Only a class that extends GitModel can be registered.',
      details: { option: 'modelClass', value },
    });
  });
});

describe('One class in two workspaces', () => {
  it('is kept apart: each bound class has its own records', async () => {
    const [one, two] = [emptyRepository(), emptyRepository()];
    const [One, Two] = [
      (await openWorkspace(one)).register(PageModel),
      (await openWorkspace(two)).register(PageModel),
    ];
    await new One({ slug: 'a', title: 'In one' }).save({ commit: true, message: 'One' });
    await new Two({ slug: 'a', title: 'In two' }).save({ commit: true, message: 'Two' });

    expect(One).not.toBe(Two);
    expect([(await One.get('a')).title, (await Two.get('a')).title]).toEqual(['In one', 'In two']);
    expect(await One.getOrNull('b')).toBeNull();
    expectLog(one, ['One']);
    expectLog(two, ['Two']);
  });

  it('may have another name in each', async () => {
    const [one, two] = [await openWorkspace(), await openWorkspace()];

    expect(one.register(PageModel, 'One').getDataPath('a')).toBe('one/a/data.json');
    expect(two.register(PageModel, 'Two').getDataPath('a')).toBe('two/a/data.json');
  });

  it('is the same class underneath when the class that one has bound is given to the other', async () => {
    const [one, two] = [await openWorkspace(), await openWorkspace()];
    const One = one.register(PageModel);
    const Two = two.register(One);

    expect(Two).not.toBe(One);
    expect(Two).toBe(two.register(PageModel));
    expect(Object.getPrototypeOf(Two)).toBe(PageModel);
  });
});

describe('A subclass of a bound class', () => {
  it('cannot be used until it is registered itself', async () => {
    const { Page } = await openPages();
    class Article extends Page {
      @CharField() summary!: string;
    }

    expect(await errorOf(() => new Article({ slug: 'a' }))).toMatchObject({
      code: 'MODEL_NOT_REGISTERED',
      message:
        'Article cannot be instantiated: it was not registered with a workspace. ' +
        'Call "const Bound = workspace.register(Article)" and use what it returns.',
      details: { model: 'Article' },
    });
    expect(await errorOf(() => Article.all())).toMatchObject({ code: 'MODEL_NOT_REGISTERED' });
  });

  it('is then a model of its own, with the fields of its parent', async () => {
    const { path, ws, Page } = await openPages();
    class Article extends Page {
      @CharField() summary!: string;
    }
    const Bound = ws.register(Article);
    await new Bound({ slug: 'a', title: 'A', summary: 'S' }).save();
    await new Page({ slug: 'b', title: 'B' }).save();
    await ws.commit({ message: 'Both' });

    expect(Bound.getDataPath('a')).toBe('article/a/data.json');
    expect(await Bound.all().toArray()).toMatchObject([
      { slug: 'a', title: 'A', summary: 'S', published: true },
    ]);
    expect(await Page.all().toArray()).toMatchObject([{ slug: 'b' }]);
    expectLog(path, ['Both']);
  });
});

describe('A class that is not registered', () => {
  it.each<[string, string, () => unknown]>([
    ['new', 'be instantiated', () => new PageModel()],
    ['get', 'be read', () => PageModel.get('a')],
    ['getOrNull', 'be read', () => PageModel.getOrNull('a')],
    ['all', 'be read', () => PageModel.all()],
    ['delete', 'be deleted', () => PageModel.delete('a')],
    ['getDataPath', 'have a path', () => PageModel.getDataPath('a')],
  ])('cannot be used with %s', async (_what, use, call) => {
    expect(await errorOf(call)).toMatchObject({
      code: 'MODEL_NOT_REGISTERED',
      message:
        `PageModel cannot ${use}: it was not registered with a workspace. ` +
        'Call "const Bound = workspace.register(PageModel)" and use what it returns.',
      details: { model: 'PageModel' },
    });
  });
});

describe('An abstract model', () => {
  @Model({ name: 'Base', abstract: true })
  class BaseModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
  }
  class Page extends BaseModel {}

  it.each<[string, string, (Base: typeof BaseModel) => unknown]>([
    ['new', 'be instantiated', (Base) => new Base()],
    ['get', 'be read', (Base) => Base.get('a')],
    ['getOrNull', 'be read', (Base) => Base.getOrNull('a')],
    ['all', 'be read', (Base) => Base.all()],
    ['delete', 'be deleted', (Base) => Base.delete('a')],
    ['getDataPath', 'have a path', (Base) => Base.getDataPath('a')],
  ])('has no records, so it cannot be used with %s', async (_what, use, call) => {
    const Base = (await openWorkspace()).register(BaseModel);

    expect(await errorOf(() => call(Base as unknown as typeof BaseModel))).toMatchObject({
      code: 'ABSTRACT_MODEL',
      message: `Base cannot ${use}: it is abstract. Register and use a model that extends it.`,
      details: { model: 'Base' },
    });
  });

  it('can be extended by models that have records', async () => {
    const ws = await openWorkspace();
    const Bound = ws.register(Page);
    await new Bound({ slug: 'a' }).save();

    expect(await Bound.get('a')).toMatchObject({ slug: 'a' });
  });
});

describe('ws.models', () => {
  it('has the registered models by name, in the order of their registration', async () => {
    const ws = await openWorkspace();
    expect(Object.keys(ws.models)).toEqual([]);
    const Page = ws.register(PageModel);
    const Note = ws.register(NoteModel);

    expect(Object.entries(ws.models)).toEqual([
      ['Page', Page],
      ['Note', Note],
    ]);
  });

  it('has nothing but models', async () => {
    const { models } = await openWorkspace();

    for (const name of ['constructor', 'toString', '__proto__']) expect(models[name]).toBeUndefined();
  });
});

describe('importModels', () => {
  it('registers the models of a module, under the names of its exports', async () => {
    const ws = await openWorkspace();
    const imported = ws.importModels(samples);

    expect(Object.keys(imported).sort()).toEqual([
      'NoteModel',
      'PageModel',
      'SpanModel',
      'TicketModel',
      'WordModel',
    ]);
    expect(imported.PageModel).toBe(ws.register(PageModel));
    expect(Object.keys(ws.models).sort()).toEqual(['Note', 'Page', 'Span', 'Ticket', 'Word']);
  });

  it('leaves everything else of the module alone', async () => {
    const ws = await openWorkspace();
    const module = { PageModel, GitModel, Workspace, text: 'Page', nothing: null, call: () => undefined };

    expect(Object.keys(ws.importModels(module))).toEqual(['PageModel']);
  });

  it('can be called again, and with a model under two names', async () => {
    const ws = await openWorkspace();
    const { Page, Leaf } = ws.importModels({ Page: PageModel, Leaf: PageModel });

    expect(Page).toBe(Leaf);
    expect(ws.importModels({ Page: PageModel })).toEqual({ Page });
  });

  it('takes a module as `import()` gives it for a CommonJS file, which has a default too', async () => {
    const ws = await openWorkspace();

    expect(Object.keys(ws.importModels({ PageModel, default: { PageModel } }))).toEqual(['PageModel']);
  });
});

describe('@ws.model()', () => {
  it('declares a model and binds it at once', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    @ws.model()
    class Page extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField() title!: string;
    }
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'A page' });

    expect(ws.models.Page).toBe(Page);
    expect((await Page.get('a')).title).toBe('A');
    expectLog(path, ['A page']);
  });

  it('takes the options of @Model()', async () => {
    const ws = await openWorkspace();
    @ws.model({ name: 'Leaf', idField: 'slug' })
    class Page extends GitModel {
      @SlugField() slug!: string;
    }

    expect(new Page({ slug: 'a' }).getDataPath()).toBe('leaf/a/data.json');
  });

  it('cannot stand beside @Model()', async () => {
    const ws = await openWorkspace();
    const declare = (): void => {
      @ws.model()
      @Model({ name: 'Leaf' })
      class Page extends GitModel {}
      new Page();
    };

    expect(await errorOf(declare)).toMatchObject({
      code: 'INVALID_MODEL',
      message: 'Page has two @Model() decorators; keep one.',
    });
  });
});
