import { BooleanField, CharField, DateTimeField, GitModel, Model, SlugField, json, sharded } from 'gitmodel';
import type { Serializer } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { collect, openWorkspace, valuesOf } from '../support/workspaces';

/** Another format, which is told from JSON by its extension. */
const text: Serializer = { ...json, extension: 'txt' };

describe('The options of a parent', () => {
  @Model({
    name: 'Base',
    folder: 'base/folder',
    abstract: true,
    serializer: text,
    dataPath: sharded(),
    invalidValues: 'empty',
    idField: 'slug',
  })
  abstract class BaseModel extends GitModel {
    @SlugField() slug!: string;
  }

  it('are inherited, except for the name, the folder, and that it is abstract', async () => {
    class ChildModel extends BaseModel {}
    const ws = await openWorkspace();
    const Child = ws.register(ChildModel);
    await new Child({ slug: 'a' }).save();

    expect(Child.getDataPath('a')).toBe('childmodel/8/6/f/a/data.txt');
    expect(await collect(Child.all().ids())).toEqual(['a']);
  });

  it('are those of the closest that says something', async () => {
    @Model({ dataFilename: 'record.txt' })
    class ChildModel extends BaseModel {}
    @Model({ name: 'Grandchild', dataPath: (id) => `${id}.txt`, serializer: json })
    class GrandchildModel extends ChildModel {}
    @Model({ name: 'Other', folder: 'others', dataFilename: 'data.json' })
    class OtherModel extends ChildModel {}
    const ws = await openWorkspace();

    expect(ws.register(GrandchildModel).getDataPath('a')).toBe('grandchild/a.txt');
    expect(ws.register(OtherModel).getDataPath('a')).toBe('others/8/6/f/a/data.json');
    expect(ws.register(ChildModel).getDataPath('a')).toBe('childmodel/8/6/f/a/record.txt');
  });

  it('leave the parent what it is: abstract', async () => {
    const ws = await openWorkspace();
    const Base = ws.register(BaseModel) as unknown as new () => BaseModel;

    expect(await errorOf(() => new Base())).toMatchObject({ code: 'ABSTRACT_MODEL' });
  });
});

describe('The fields of a parent', () => {
  class PageModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField({ required: false }) title!: string;
  }

  it('come before those of the child, and are stored with them', async () => {
    @Model({ name: 'Article' })
    class ArticleModel extends PageModel {
      @CharField({ required: false }) body!: string;
    }
    const Article = (await openWorkspace()).register(ArticleModel);
    await new Article({ slug: 'a', title: 'T', body: 'B' }).save();
    const article = await Article.get('a');

    expect(Object.entries(valuesOf(article))).toEqual([
      ['slug', 'a'],
      ['title', 'T'],
      ['body', 'B'],
    ]);
    expect(article).toBeInstanceOf(PageModel);
  });

  it('cannot be declared again: the error names the class and the property', async () => {
    class ArticleModel extends PageModel {
      @CharField() override title = '';
    }
    const ws = await openWorkspace();
    const error = await errorOf(() => ws.register(ArticleModel));

    expect(error).toMatchObject({
      code: 'INVALID_MODEL',
      details: { model: 'ArticleModel', field: 'title' },
    });
    expect(error.message).toMatch(/^ArticleModel\.title is declared twice/);
  });

  it('cannot have the stored name of another', async () => {
    class ArticleModel extends PageModel {
      @CharField({ name: 'title' }) heading!: string;
    }
    const ws = await openWorkspace();

    expect((await errorOf(() => ws.register(ArticleModel))).message).toMatch(
      /^ArticleModel\.heading is stored as "title"/,
    );
  });

  it('may be the id, until the child has another', async () => {
    @Model({ name: 'Article' })
    class ArticleModel extends PageModel {
      @CharField({ id: true }) number!: string;
    }
    const ws = await openWorkspace();
    const [Page, Article] = [ws.register(PageModel), ws.register(ArticleModel)];
    const article = new Article({ slug: 'a', number: '5' });
    await article.save();

    expect([article.id, article.getId(), article.getDataPath()]).toEqual(['5', '5', 'article/5/data.json']);
    expect(await Article.get('5')).toMatchObject({ slug: 'a' });
    expect(await Page.all().count()).toBe(0);
  });
});

describe('A mixin', () => {
  function timestamped(Base: typeof GitModel<string>) {
    abstract class Timestamped extends Base {
      @DateTimeField({ required: false }) created!: Date | null;

      override async beforeSave(): Promise<void> {
        await super.beforeSave();
        this.created ??= new Date(0);
      }
    }
    return Timestamped;
  }
  function publishable(Base: ReturnType<typeof timestamped>) {
    abstract class Publishable extends Base {
      @BooleanField({ default: false }) published!: boolean;
    }
    return Publishable;
  }

  it('adds its fields and hooks to each class that it is mixed into', async () => {
    @Model({ name: 'Note' })
    class NoteModel extends publishable(timestamped(GitModel)) {
      @SlugField({ id: true }) slug!: string;
    }
    @Model({ name: 'Task' })
    class TaskModel extends timestamped(GitModel) {
      @CharField() title!: string;
    }
    const ws = await openWorkspace();
    const [Note, Task] = [ws.register(NoteModel), ws.register(TaskModel)];
    await new Note({ slug: 'a' }).save();
    const task = new Task({ title: 'T' });
    await task.save();

    expect(valuesOf(await Note.get('a'))).toEqual({ slug: 'a', published: false, created: new Date(0) });
    expect(await Task.get(task.id)).toMatchObject({ title: 'T', created: new Date(0) });
    expect(await errorOf(() => new Task({ published: true } as never))).toMatchObject({
      code: 'UNKNOWN_FIELD',
    });
  });
});

describe('A class that extends a registered one', () => {
  it('is a model of its own once it is registered, and cannot be used before', async () => {
    const ws = await openWorkspace();
    @Model({ name: 'Page' })
    class PageModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    const Page = ws.register(PageModel);
    class Sub extends (Page as unknown as new () => PageModel) {
      @CharField({ required: false }) extra!: string;
    }
    expect(await errorOf(() => new Sub())).toMatchObject({ code: 'MODEL_NOT_REGISTERED' });
    const Bound = ws.register(Sub);
    const [page, sub] = [new Page({ slug: 'a' }), new Bound({ slug: 'a', extra: 'E' })];
    await page.save();
    await sub.save();

    expect([page.getDataPath(), sub.getDataPath()]).toEqual(['page/a/data.json', 'sub/a/data.json']);
    expect(valuesOf(sub)).toEqual({ slug: 'a', extra: 'E' });
    expect(page.equals(sub)).toBe(false);
    expect(await Page.all().count()).toBe(1);
    expect(sub).toBeInstanceOf(Page);
  });

  it('may have another id, which "id" then names', async () => {
    const ws = await openWorkspace();
    class PageModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    const Page = ws.register(PageModel);
    class Sub extends (Page as unknown as new () => PageModel) {
      @CharField({ id: true }) code!: string;
    }
    const Bound = ws.register(Sub);
    const sub = new Bound({ slug: 's', code: 'c' });

    expect([sub.id, sub.getId(), new Page({ slug: 's' }).id]).toEqual(['c', 'c', 's']);
    sub.id = 'd';
    expect([sub.code, sub.slug]).toEqual(['d', 's']);
  });
});
