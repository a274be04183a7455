import {
  BooleanField,
  CharField,
  CharFieldType,
  Field,
  fieldDecorator,
  GitModel,
  Id,
  IntegerField,
  Model,
  SlugField,
  UUIDField,
} from 'gitmodel';
import type { ModelConstructor } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { openWorkspace } from '../../support/workspaces';

/** The names of a record's fields as they are stored, in their order. */
async function storedNames(modelClass: ModelConstructor, values: object): Promise<string[]> {
  const ws = await openWorkspace();
  const Bound = ws.register(modelClass);
  const record = new Bound(values);
  await record.save();
  const data = JSON.parse((await ws.index.read(record.getDataPath())).toString()) as { fields: object };
  return Object.keys(data.fields);
}

describe('The id of a model', () => {
  it('is an automatic UUID, stored first, when no field is marked', async () => {
    class Plain extends GitModel {
      @CharField() text!: string;
    }
    const ws = await openWorkspace();
    const Bound = ws.register(Plain);
    const [one, other] = [new Bound({ text: 'a' }), new Bound({ text: 'a' })];

    expect(one.id).toMatch(/^[0-9a-f]{32}$/);
    expect(other.id).not.toBe(one.id);
    expect(one.getId()).toBe(one.id);
    expect(one.getDataPath()).toBe(`plain/${one.id}/data.json`);
    expect(await storedNames(Plain, { text: 'a' })).toEqual(['id', 'text']);
  });

  it.each([
    [
      'a field with { id: true }',
      () => {
        class Tag extends GitModel {
          @CharField() title!: string;
          @SlugField({ id: true }) label!: string;
        }
        return Tag;
      },
    ],
    [
      'a field with @Id() above it',
      () => {
        class Tag extends GitModel {
          @CharField() title!: string;
          @Id() @SlugField() label!: string;
        }
        return Tag;
      },
    ],
    [
      'a field with @Id() below it',
      () => {
        class Tag extends GitModel {
          @CharField() title!: string;
          @SlugField() @Id() label!: string;
        }
        return Tag;
      },
    ],
    [
      'the field that @Model({ idField }) names',
      () => {
        @Model({ idField: 'label' })
        class Tag extends GitModel {
          @CharField() title!: string;
          @SlugField() label!: string;
        }
        return Tag;
      },
    ],
    [
      'a field that is marked in all three ways',
      () => {
        @Model({ idField: 'label' })
        class Tag extends GitModel {
          @CharField() title!: string;
          @Id() @SlugField({ id: true }) label!: string;
        }
        return Tag;
      },
    ],
    [
      'the field that a parent marks',
      () => {
        class Base extends GitModel {
          @SlugField({ id: true }) label!: string;
        }
        class Tag extends Base {
          @CharField() title!: string;
        }
        return Tag;
      },
    ],
    [
      'the field that a class marks, rather than the one that its parent marks',
      () => {
        class Base extends GitModel {
          @CharField({ id: true }) title!: string;
        }
        class Tag extends Base {
          @SlugField({ id: true }) label!: string;
        }
        return Tag;
      },
    ],
    [
      'a field of the parent that a class marks',
      () => {
        class Base extends GitModel {
          @SlugField() label!: string;
          @CharField() title!: string;
        }
        @Model({ idField: 'label' })
        class Tag extends Base {}
        return Tag;
      },
    ],
  ])('is %s', async (_name, declareTag) => {
    const Tag = (await openWorkspace()).register(declareTag());
    const tag = new Tag({ label: 'red', title: 'Red' });

    expect(tag.getId()).toBe('red');
    expect(tag.getDataPath()).toBe('tag/red/data.json');
    expect(Tag.getDataPath('blue')).toBe('tag/blue/data.json');
    expect(tag.id).toBe('red');
    tag.id = 'green';
    expect(tag.label).toBe('green');
    expect(new Tag({ id: 'black', title: 'Black' }).label).toBe('black');
  });

  it('can be a field called "id" of another type', async () => {
    class Named extends GitModel {
      @SlugField({ id: true }) declare id: string;
    }
    const ws = await openWorkspace();

    expect(new (ws.register(Named))({ id: 'a' }).getDataPath()).toBe('named/a/data.json');
    expect(new (ws.register(Named))().id).toBeUndefined();
  });

  it('can be a UUID under another name, which is automatic too', async () => {
    class Token extends GitModel {
      @UUIDField({ id: true }) token!: string;
    }
    const token = new ((await openWorkspace()).register(Token))();

    expect(token.token).toMatch(/^[0-9a-f]{32}$/);
    expect(token.id).toBe(token.token);
  });

  it('can be a whole number, which stands in the path in its decimal form', async () => {
    class Ticket extends GitModel<number> {
      @IntegerField({ id: true }) number!: number;
    }
    const Bound = (await openWorkspace()).register(Ticket);

    expect(new Bound({ number: 1e20 / 1e18 }).getDataPath()).toBe('ticket/100/data.json');
    expect(new Bound({ number: -5 }).getDataPath()).toBe('ticket/-5/data.json');
  });
});

describe('The fields of a model', () => {
  it('are stored in the order of their declarations, parents first', async () => {
    @Model({ abstract: true })
    abstract class Stamped extends GitModel {
      @SlugField({ id: true }) zulu!: string;
      @CharField() yankee!: string;
    }
    class Titled extends Stamped {
      @CharField() title!: string;
      @BooleanField() alpha!: boolean;
    }
    class Post extends Titled {
      @CharField() body!: string;
      @IntegerField() above!: number;
    }

    expect(
      await storedNames(Post, { zulu: 'z', yankee: 'y', title: 't', alpha: true, body: 'b', above: 1 }),
    ).toEqual(['zulu', 'yankee', 'title', 'alpha', 'body', 'above']);
  });

  it('are stored under the names that their options give', async () => {
    class Author extends GitModel {
      @SlugField({ id: true, name: 'author-slug' }) slug!: string;
      @CharField({ name: 'first_name' }) firstName!: string;
      @CharField({ name: 'constructor' }) lastName!: string;
    }
    const ws = await openWorkspace();
    const Bound = ws.register(Author);
    await new Bound({ slug: 'a', firstName: 'Ann', lastName: 'Lee' }).save();

    expect(await storedNames(Author, { slug: 'a', firstName: 'Ann', lastName: 'Lee' })).toEqual([
      'author-slug',
      'first_name',
      'constructor',
    ]);
    expect(await Bound.get('a')).toMatchObject({ slug: 'a', firstName: 'Ann', lastName: 'Lee' });
  });

  it('are not shared between a class and its siblings', async () => {
    class Base extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    class One extends Base {
      @CharField() one!: string;
    }
    class Two extends Base {
      @CharField() two!: string;
    }
    const values = { slug: 's', one: '1', two: '2' };

    expect(await storedNames(One, { slug: 's', one: '1' })).toEqual(['slug', 'one']);
    expect(await storedNames(Two, { slug: 's', two: '2' })).toEqual(['slug', 'two']);
    expect(
      await errorOf(() =>
        openWorkspace().then(
          (ws) => new (ws.register(Base) as unknown as new (values: object) => Base)(values),
        ),
      ),
    ).toMatchObject({ code: 'UNKNOWN_FIELD', message: 'Base has no field "one"; it has slug.' });
  });

  it('can come from mixins, also those of several', async () => {
    /* eslint-disable @typescript-eslint/no-explicit-any -- TypeScript wants it of the constructors of mixins */
    function Titled<C extends abstract new (...values: any[]) => GitModel>(Base: C) {
      abstract class WithTitle extends Base {
        @CharField() title!: string;
        get shout(): string {
          return `${this.title.toUpperCase()}!`;
        }
      }
      return WithTitle;
    }
    function Numbered<C extends abstract new (...values: any[]) => GitModel>(Base: C) {
      abstract class WithNumber extends Base {
        @IntegerField({ default: 1 }) number!: number;
      }
      return WithNumber;
    }
    /* eslint-enable @typescript-eslint/no-explicit-any */
    class Song extends Numbered(Titled(GitModel)) {
      @SlugField({ id: true }) slug!: string;
    }
    class Poem extends Titled(GitModel) {}
    const ws = await openWorkspace();
    const song = new (ws.register(Song))({ slug: 's', title: 'Song' });
    const poem = new (ws.register(Poem))({ title: 'Poem' });
    await song.save();
    await poem.save();

    expect(await storedNames(Song, { slug: 's', title: 'Song' })).toEqual(['title', 'number', 'slug']);
    expect(await ws.models.Song?.get('s')).toMatchObject({ title: 'Song', number: 1, shout: 'SONG!' });
    expect(await ws.register(Poem).all().toArray()).toMatchObject([{ id: poem.id, title: 'Poem' }]);
  });

  it('can belong to a class whose parent is a model too, with records of its own', async () => {
    class Base extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    class Special extends Base {
      @CharField() extra!: string;
    }
    const ws = await openWorkspace();
    await new (ws.register(Base))({ slug: 'a' }).save();
    await new (ws.register(Special))({ slug: 'b', extra: 'x' }).save();

    expect((await ws.register(Base).all().toArray()).map(({ slug }) => slug)).toEqual(['a']);
    expect((await ws.register(Special).all().toArray()).map(({ slug }) => slug)).toEqual(['b']);
  });
});

/** Declarations that cannot work, and what is said of them. */
const REFUSED: readonly (readonly [string, () => ModelConstructor, string])[] = [
  [
    'two fields that are marked as the id',
    () => {
      class Bad extends GitModel {
        @SlugField({ id: true }) one!: string;
        @SlugField({ id: true }) two!: string;
      }
      return Bad;
    },
    'Bad has more than one id field: one, two. Mark one only.',
  ],
  [
    'an id that is marked and another one that @Model names',
    () => {
      @Model({ idField: 'two' })
      class Bad extends GitModel {
        @Id() @SlugField() one!: string;
        @SlugField() two!: string;
      }
      return Bad;
    },
    'Bad has more than one id field: one, two. Mark one only.',
  ],
  [
    'an id that is not a field, named by @Model',
    () => {
      @Model({ idField: 'slugg' })
      class Bad extends GitModel {
        @SlugField() slug!: string;
      }
      return Bad;
    },
    'Bad.slugg is marked as the id but is not a field; decorate it with a field too.',
  ],
  [
    'an id that is not a field, marked by @Id',
    () => {
      class Bad extends GitModel {
        @Id() slug!: string;
      }
      return Bad;
    },
    'Bad.slug is marked as the id but is not a field; decorate it with a field too.',
  ],
  [
    'an optional field that @Id marks',
    () => {
      class Bad extends GitModel {
        @Id() @SlugField({ required: false }) slug!: string;
      }
      return Bad;
    },
    'Bad.slug is the id and must not be optional; remove { required: false }.',
  ],
  [
    'an optional field with { id: true }',
    () => {
      class Bad extends GitModel {
        @SlugField({ id: true, required: false }) slug!: string;
      }
      return Bad;
    },
    'Bad.slug cannot be a field: an id is always there and always stored; remove { required: false }.',
  ],
  [
    'an optional field with { id: true } whose type is inferred',
    () => {
      class Bad extends GitModel {
        @Field({ id: true, required: false }) slug!: string;
      }
      return Bad;
    },
    'Bad.slug cannot be a field: an id is always there and always stored; remove { required: false }.',
  ],
  [
    'a field called "id" that is not the id',
    () => {
      class Bad extends GitModel {
        @CharField() declare id: string;
      }
      return Bad;
    },
    'Bad.id is a field but not the id; mark it with { id: true }, or mark another field.',
  ],
  [
    'a property with two fields',
    () => {
      class Bad extends GitModel {
        @CharField() @SlugField() slug!: string;
      }
      return Bad;
    },
    'Bad.slug is declared twice, in the class or its parents; remove one of the declarations.',
  ],
  [
    'a field that a parent has declared already',
    () => {
      class Base extends GitModel {
        @CharField() title!: string;
      }
      class Bad extends Base {
        @SlugField() override title = '';
      }
      return Bad;
    },
    'Bad.title is declared twice, in the class or its parents; remove one of the declarations.',
  ],
  [
    'two fields that are stored under one name',
    () => {
      class Bad extends GitModel {
        @CharField() title!: string;
        @CharField({ name: 'title' }) heading!: string;
      }
      return Bad;
    },
    'Bad.heading is stored as "title", and so is title; give one of them another name.',
  ],
  [
    'a field that is stored under the name of the automatic id',
    () => {
      class Bad extends GitModel {
        @CharField({ name: 'id' }) number!: string;
      }
      return Bad;
    },
    'Bad.number is stored as "id", and so is id; give one of them another name.',
  ],
  [
    'a field without a name in storage',
    () => {
      class Bad extends GitModel {
        @CharField({ name: '' }) title!: string;
      }
      return Bad;
    },
    'Bad.title cannot be stored as ""; choose another name.',
  ],
  [
    'a field that is stored as "__proto__"',
    () => {
      class Bad extends GitModel {
        @CharField({ name: '__proto__' }) title!: string;
      }
      return Bad;
    },
    'Bad.title cannot be stored as "__proto__"; choose another name.',
  ],
  [
    'a model whose name is a path',
    () => {
      @Model({ name: 'blog/Post' })
      class Bad extends GitModel {}
      return Bad;
    },
    'Bad has the name "blog/Post", which cannot be a folder\'s: it contains a slash.',
  ],
  [
    'a model whose name means .git to some file system',
    () => {
      @Model({ name: 'GIT~1' })
      class Bad extends GitModel {}
      return Bad;
    },
    'Bad has the name "GIT~1", which cannot be a folder\'s: it means .git to some file system.',
  ],
  [
    'a model without a name',
    () => class extends GitModel {},
    'The class has the name "", which cannot be a folder\'s: it is empty.',
  ],
  [
    'a model whose name is not a string',
    () => {
      @Model({ name: 5 as never })
      class Bad extends GitModel {}
      return Bad;
    },
    'Bad has the name 5, which is not a string.',
  ],
];

/** What every record has, so that no field can have its name. */
const TAKEN = [
  ...Object.getOwnPropertyNames(GitModel.prototype),
  ...['__proto__', 'prototype', 'oid', 'clean', 'save', 'delete'],
];

describe('A model that cannot work', () => {
  it.each(REFUSED)('is refused when it is registered: %s', async (_name, declareBad, message) => {
    const ws = await openWorkspace();
    const Bad = declareBad();

    expect(await errorOf(() => ws.register(Bad))).toMatchObject({ code: 'INVALID_MODEL', message });
    expect(Object.keys(ws.models)).toEqual([]);
  });

  it.each([...new Set(TAKEN)])('has a field with the name "%s", which every model has', async (property) => {
    class Bad extends GitModel {}
    fieldDecorator('CharField', CharFieldType)()(Bad.prototype as never, property as never);

    expect(await errorOf(async () => (await openWorkspace()).register(Bad))).toMatchObject({
      code: 'INVALID_MODEL',
      message: `Bad.${property} has the name of something that every model has; choose another name.`,
      details: { model: 'Bad', field: property },
    });
  });

  it('can be mended and registered again', async () => {
    class Page extends GitModel {
      @Id() slug!: string;
    }
    const ws = await openWorkspace();
    await errorOf(() => ws.register(Page));
    SlugField()(Page.prototype, 'slug');

    expect(new (ws.register(Page))({ slug: 'a' }).getId()).toBe('a');
  });
});

describe('@Field()', () => {
  it('infers text and booleans from the types that the compiler writes down', async () => {
    class Task extends GitModel {
      @Field() text!: string;
      @Field({ default: false }) done!: boolean;
      @Field({ required: false }) remark!: string;
    }
    const Bound = (await openWorkspace()).register(Task);
    const task = new Bound({ text: 'Write' });

    expect(task).toMatchObject({ text: 'Write', done: false, remark: '' });
    expect(await errorOf(() => new Bound({ text: 5 as never, done: 'no' as never }).save())).toMatchObject({
      issues: [
        { path: 'text', code: 'invalid_type' },
        { path: 'done', code: 'invalid_type' },
      ],
    });
  });

  it('infers numbers, dates and JSON as well', async () => {
    interface Position {
      x: number;
    }
    class Task extends GitModel {
      @Field() weight!: number;
      @Field() due!: Date;
      @Field() position!: Position;
      @Field() tags!: string[];
      @Field() either!: string | number;
      @Field({ required: false }) anything: unknown;
    }
    const Bound = (await openWorkspace()).register(Task);
    const values = { weight: 0.5, due: new Date(0), position: { x: 1 }, tags: ['a'], either: 1 };
    const task = new Bound(values);
    await task.save();

    expect(await Bound.get(task.id)).toMatchObject({ ...values, anything: null });
    const wrong = {
      weight: '5',
      due: 5,
      position: () => 1,
      tags: [undefined],
      either: Symbol('a'),
      anything: 1n,
    };
    expect(await errorOf(() => new Bound(wrong as never).save())).toMatchObject({
      issues: [
        { path: 'weight', code: 'invalid_type' },
        { path: 'due', code: 'invalid_type' },
        { path: 'position', code: 'invalid_json' },
        { path: 'tags.0', code: 'invalid_json' },
        { path: 'either', code: 'invalid_json' },
        { path: 'anything', code: 'invalid_json' },
      ],
    });
  });

  it.each([
    [
      'a big integer',
      () => {
        class Bad extends GitModel {
          @Field() value!: bigint;
        }
        return Bad;
      },
      'BigInt',
    ],
    [
      'a function',
      () => {
        class Bad extends GitModel {
          @Field() value!: () => void;
        }
        return Bad;
      },
      'Function',
    ],
    [
      'a class',
      () => {
        class Bad extends GitModel {
          @Field() value!: Map<string, string>;
        }
        return Bad;
      },
      'Map',
    ],
  ])('refuses %s', async (_name, declareBad, type) => {
    expect(await errorOf(declareBad)).toMatchObject({
      code: 'INVALID_MODEL',
      message:
        `@Field() has no field for the type of Bad.value, which is ${type}; ` +
        'name the field: @CharField(), @DateField(), @BigIntegerField(), …',
      details: { field: 'value' },
    });
  });
});
