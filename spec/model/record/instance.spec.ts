import { CharField, GitModel, SlugField } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { TicketModel } from '../../support/sample-models';
import { openPages, openWorkspace, valuesOf } from '../../support/workspaces';

describe('A new record', () => {
  it('has the values that it is given', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A', content: 'Text', published: false });

    expect(valuesOf(page)).toEqual({ slug: 'a', title: 'A', content: 'Text', published: false });
  });

  it('has the defaults of its fields for the rest, and nothing where no value would be right', async () => {
    const { Page } = await openPages();

    expect(valuesOf(new Page())).toEqual({ slug: undefined, title: undefined, content: '', published: true });
    expect(valuesOf(new Page({ title: 'A' }))).toMatchObject({ title: 'A', published: true });
  });

  it('takes undefined for no value', async () => {
    const { Page } = await openPages();

    expect(new Page({ published: undefined } as object)).toMatchObject({ published: true });
  });

  it('takes null for a value', async () => {
    const { Page } = await openPages();

    expect(new Page({ published: null } as object)).toMatchObject({ published: null });
  });

  it('takes its id under its own name or as "id"', async () => {
    const { ws, Page } = await openPages();
    const Ticket = ws.register(TicketModel);

    expect(new Page({ id: 'a' }).slug).toBe('a');
    expect(new Page({ slug: 'a' }).id).toBe('a');
    expect(new Ticket({ id: 5 })).toMatchObject({ number: 5, id: 5 });
  });

  it('is not checked until it is saved', async () => {
    const { Page } = await openPages();

    expect(new Page({ slug: 'not a slug', title: '' })).toMatchObject({ slug: 'not a slug', title: '' });
  });

  it('gets a value of its own from a default that is a function', async () => {
    let made = 0;
    class Log extends GitModel {
      @CharField({ default: () => `entry ${++made}` }) text!: string;
    }
    const Bound = (await openWorkspace()).register(Log);

    expect([new Bound().text, new Bound().text, new Bound({ text: 'given' }).text]).toEqual([
      'entry 1',
      'entry 2',
      'given',
    ]);
  });

  it('has nothing but its fields that one could see', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();

    expect(Reflect.ownKeys(page)).toEqual(['slug', 'title', 'content', 'published']);
    expect(JSON.stringify(page)).toBe('{"slug":"a","title":"A","content":"","published":true}');
  });

  it('may be made by a constructor of the class, which hands the values on', async () => {
    class Greeting extends GitModel {
      @SlugField({ id: true }) name!: string;
      readonly words: string[];

      constructor(values: { name?: string } = {}) {
        super(values);
        this.words = ['hello', String(values.name)];
      }
    }
    const ws = await openWorkspace();
    const Bound = ws.register(Greeting);
    await new Bound({ name: 'ann' }).save();

    expect(new Bound({ name: 'ann' }).words).toEqual(['hello', 'ann']);
    expect((await Bound.get('ann')).name).toBe('ann');
  });
});

describe('A value of no field', () => {
  it.each([
    ['a name with a mistake', { titel: 'A' }, 'titel'],
    ['"__proto__" as a key of its own', JSON.parse('{"__proto__": {"title": "A"}}') as object, '__proto__'],
    ['"constructor"', { constructor: 'A' }, 'constructor'],
    ['"prototype"', { prototype: 'A' }, 'prototype'],
    ['a method of all models', { save: 'A' }, 'save'],
    ['what cannot be set', { oid: 'A' }, 'oid'],
    ['what every object has', { hasOwnProperty: 'A' }, 'hasOwnProperty'],
    ['no name at all', { '': 'A' }, ''],
  ])('is refused: %s', async (_what, values, field) => {
    const { Page } = await openPages();

    expect(await errorOf(() => new Page(values))).toMatchObject({
      code: 'UNKNOWN_FIELD',
      message: `Page has no field "${field}"; it has slug, title, content, published.`,
      details: { model: 'Page', field },
    });
    expect(({} as { title?: unknown }).title).toBeUndefined();
  });

  it('is not looked for in the prototype of the values', async () => {
    const { Page } = await openPages();

    expect(new Page(Object.create({ title: 'A' }) as object)).toMatchObject({ title: undefined });
    expect(Object.getPrototypeOf(new Page({ ...JSON.parse('{"title": "A"}') } as object))).toBe(
      Page.prototype,
    );
  });
});

describe('What a class has beside its fields', () => {
  class Person extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField() first!: string;
    @CharField() last!: string;
    greeted = 0;

    get name(): string {
      return `${this.first} ${this.last}`;
    }

    set name(name: string) {
      [this.first, this.last] = name.split(' ') as [string, string];
    }

    get initials(): string {
      return `${this.first.charAt(0)}${this.last.charAt(0)}`;
    }

    greet(): string {
      this.greeted++;
      return `Hello, ${this.name}!`;
    }
  }

  it('is there on new records and on loaded ones', async () => {
    const Bound = (await openWorkspace()).register(Person);
    const person = new Bound({ slug: 'a', first: 'Ann', last: 'Lee' });
    await person.save();

    for (const each of [person, await Bound.get('a')]) {
      expect([each.name, each.initials, each.greet(), each.greeted]).toEqual([
        'Ann Lee',
        'AL',
        'Hello, Ann Lee!',
        1,
      ]);
    }
  });

  it('can take a value when the class has a setter or a property for it', async () => {
    const Bound = (await openWorkspace()).register(Person);

    expect(new Bound({ name: 'Ann Lee', greeted: 7 })).toMatchObject({
      first: 'Ann',
      last: 'Lee',
      greeted: 7,
    });
    expect(await errorOf(() => new Bound({ initials: 'AL' } as object))).toMatchObject({
      code: 'UNKNOWN_FIELD',
    });
    expect(await errorOf(() => new Bound({ greet: () => 'Bye' } as object))).toMatchObject({
      code: 'UNKNOWN_FIELD',
    });
  });

  it('is not stored', async () => {
    const ws = await openWorkspace();
    const Bound = ws.register(Person);
    const person = new Bound({ slug: 'a', name: 'Ann Lee' });
    person.greet();
    await person.save();

    expect(JSON.parse((await ws.index.read('person/a/data.json')).toString())).toEqual({
      model: 'Person',
      fields: { slug: 'a', first: 'Ann', last: 'Lee' },
    });
    expect((await Bound.get('a')).greeted).toBe(0);
  });
});
