import {
  BlobField,
  CharField,
  GitModel,
  IntegerField,
  ListField,
  Model,
  Related,
  RelatedField,
  RelatedFieldType,
  sharded,
  SlugField,
  UUIDField,
} from 'gitmodel';
import type { BoundModel, DataPath, GitBlob, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { commitFiles } from '../../support/temporary-repository';
import {
  changesOf,
  collect,
  emptyRepository,
  expectLog,
  filesAt,
  openWorkspace,
} from '../../support/workspaces';

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ required: false }) name!: string;
}

@Model({ name: 'Post' })
class PostModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @RelatedField(AuthorModel) author!: Related<AuthorModel>;
}

@Model({ name: 'Node' })
class NodeModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @RelatedField(() => NodeModel, { required: false, onDelete: 'cascade' }) parent!: Related<NodeModel> | null;
}

async function ids(model: object): Promise<string[]> {
  return collect((model as typeof AuthorModel).all().ids());
}

describe('A related field', () => {
  it('is stored as the id', async () => {
    const ws = await openWorkspace();
    ws.register(AuthorModel);
    const Post = ws.register(PostModel);
    await new Post({ slug: 'a', author: 'ann' }).save();
    const { fields } = JSON.parse(String(await ws.index.read('post/a/data.json'))) as { fields: object };
    expect(fields).toEqual({ slug: 'a', author: 'ann' });
  });

  it.each<[string, RelatedFieldType<AuthorModel>['target']]>([
    ['the class', AuthorModel],
    ['the name', 'Author'],
    ['the name in any case', 'aUTHOR'],
    ['an arrow function', () => AuthorModel],
    [
      'a function as older compilers make it of an arrow function',
      function () {
        return AuthorModel;
      },
    ],
  ])('finds its model by %s', async (_by, target) => {
    @Model({ name: 'Post' })
    class By extends GitModel {
      @RelatedField(target) author!: Related<AuthorModel>;
    }
    const ws = await openWorkspace();
    const Post = ws.register(By);
    const Author = ws.register(AuthorModel);
    const author = new Author({ slug: 'ann' });
    await author.save();
    const post = new Post({ author: 'ann' });
    await post.set({ author }).save();
    expect(await (await Post.get(post.id)).author).toBeInstanceOf(Author);
  });

  it('finds its model by the bound class, also of another workspace', async () => {
    const [ws, other] = [await openWorkspace(), await openWorkspace()];
    @Model({ name: 'Post' })
    class By extends GitModel {
      @RelatedField(other.register(AuthorModel)) author!: Related<AuthorModel>;
    }
    const Author = ws.register(AuthorModel);
    const Post = ws.register(By);
    await new Author({ slug: 'ann' }).save();
    expect(await new Post({ author: 'ann' }).author).toBeInstanceOf(Author);
  });

  it('can relate to its own model, and in a circle', async () => {
    @Model({ name: 'Egg' })
    class Egg extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @RelatedField<Hen>('Hen') from!: Related<Hen>;
    }
    @Model({ name: 'Hen' })
    class Hen extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @RelatedField(Egg) from!: Related<Egg>;
    }
    const ws = await openWorkspace();
    const [BoundEgg, BoundHen, Node] = [ws.register(Egg), ws.register(Hen), ws.register(NodeModel)];
    await new BoundEgg({ slug: 'egg', from: 'hen' }).save();
    await new BoundHen({ slug: 'hen', from: 'egg' }).save();
    const node = new Node({ slug: 'a' });
    await node.set({ parent: node }).save();

    expect((await (await (await BoundEgg.get('egg')).from).from).id).toBe('egg');
    expect((await (await (await Node.get('a')).parent)?.parent)?.slug).toBe('a');
  });

  it('needs its model to be registered when that is needed, and not before', async () => {
    const ws = await openWorkspace();
    const Post = ws.register(PostModel);
    const post = new Post({ slug: 'a', author: 'ann' });
    const expected = {
      code: 'MODEL_NOT_REGISTERED',
      message: expect.stringContaining('Call "workspace.register(AuthorModel)"') as string,
    };
    expect(post.author.id).toBe('ann');
    expect(await errorOf(() => post.author)).toMatchObject(expected);
    expect(await errorOf(() => post.save())).toMatchObject(expected);
    ws.register(AuthorModel);
    await post.save();
  });

  it('takes no record of another workspace, of another model, or of a model that extends it', async () => {
    const [ws, other] = [await openWorkspace(), await openWorkspace()];
    const [Author, Post] = [ws.register(AuthorModel), ws.register(PostModel)];
    class Editor extends Author {}
    const strangers = [
      new (other.register(AuthorModel))({ slug: 'ann' }),
      new (ws.register(NodeModel))({ slug: 'ann' }),
      new (ws.register(Editor))({ slug: 'ann' }),
    ];
    for (const author of strangers) {
      const post = new Post({ slug: 'a', author: author as never });
      expect(await errorOf(() => post.save())).toMatchObject({
        issues: [
          { path: 'author', code: 'invalid_model', message: 'must be a Author of the same workspace' },
        ],
      });
    }
    expect(await ws.hasChanges()).toBe(false);
  });

  it.each([true, {}, [], NaN, 1.5, '', new Date()])('does not take %p', async (author) => {
    const ws = await openWorkspace();
    ws.register(AuthorModel);
    const post = new (ws.register(PostModel))({ slug: 'a', author: author as never });
    expect(await errorOf(() => post.save())).toMatchObject({
      issues: [{ path: 'author', code: 'invalid_type' }],
    });
  });

  it('is required unless it says otherwise', async () => {
    @Model({ name: 'Post' })
    class Optional extends GitModel {
      @RelatedField(AuthorModel, { required: false }) a!: Related<AuthorModel> | null;
      @RelatedField(AuthorModel, { nullable: true }) b!: Related<AuthorModel> | null;
    }
    const ws = await openWorkspace();
    ws.register(AuthorModel);
    const Post = ws.register(Optional);
    const post = new Post();
    expect(post.a).toBeNull();
    expect(await errorOf(() => post.save())).toMatchObject({ issues: [{ path: 'b', code: 'required' }] });
    await post.set({ b: null }).save();
    expect(await Post.get(post.id)).toMatchObject({ a: null, b: null });

    const other = await openWorkspace();
    other.register(AuthorModel);
    const Required = other.register(PostModel);
    expect(await errorOf(() => new Required({ slug: 'a' }).save())).toMatchObject({
      issues: [{ path: 'author', code: 'required' }],
    });
  });

  it('reads what stands in a record, and refuses what is no id', async () => {
    const path = emptyRepository();
    const record = (slug: string, author: unknown): string =>
      JSON.stringify({ model: 'Post', fields: { slug, author } });
    commitFiles(path, 'refs/heads/main', {
      files: {
        'post/a/data.json': record('a', 'ann'),
        'post/b/data.json': record('b', 5),
        'post/c/data.json': record('c', null),
        'post/d/data.json': record('d', undefined),
        'post/e/data.json': record('e', { id: 'ann' }),
        'post/f/data.json': record('f', ''),
        'post/g/data.json': record('g', 1.5),
        'post/h/data.json': record('h', ['ann']),
      },
    });
    const ws = await openWorkspace(path);
    ws.register(AuthorModel);
    const Post = ws.register(PostModel);
    const invalid: string[] = [];
    const posts = await Post.all({
      onInvalid: ({ details }) => invalid.push(String(details.path)),
    }).toArray();

    expect(posts.map(({ slug, author }) => [slug, (author as { id?: unknown } | undefined)?.id])).toEqual([
      ['a', 'ann'],
      ['b', 5],
      ['c', undefined],
      ['d', undefined],
    ]);
    expect(invalid).toEqual(['e', 'f', 'g', 'h'].map((slug) => `post/${slug}/data.json`));
    // A field that a model has got since, and that has no value yet.
    expect(posts.map((post) => post.changes())).toEqual([{}, {}, {}, {}]);
    expectLog(path, ['A commit']);
  });

  it('finds a record by its id in whichever way that is written', async () => {
    class Keyed extends GitModel {
      @UUIDField({ id: true }) key!: string;
      @RelatedField(() => Keyed, { required: false, onDelete: 'restrict' }) other!: Related<Keyed> | null;
    }
    const ws = await openWorkspace();
    const Bound = ws.register(Keyed);
    const [key, dashed] = ['0123456789abcdef0123456789abcdef', '01234567-89AB-CDEF-0123-456789ABCDEF'];
    await new Bound({ key }).save();
    const refers = new Bound({ other: dashed });
    await refers.save();

    expect((await (await Bound.get(refers.key)).other)?.key).toBe(key);
    expect(await errorOf(() => Bound.delete(key))).toMatchObject({ code: 'RESTRICTED' });
  });

  it('can be unique: one to one', async () => {
    @Model({ name: 'Post' })
    class Only extends GitModel {
      @RelatedField(AuthorModel, { unique: true }) author!: Related<AuthorModel>;
    }
    const ws = await openWorkspace();
    ws.register(AuthorModel);
    const Post = ws.register(Only);
    await new Post({ author: 'ann' }).save();
    expect(await errorOf(() => new Post({ author: 'ann' }).save())).toMatchObject({
      issues: [{ path: 'author', code: 'unique' }],
    });
    await new Post({ author: 'bea' }).save();
  });

  it.each<[string, () => unknown]>([
    ['an unknown onDelete', () => new RelatedFieldType(AuthorModel, { onDelete: 'explode' as never })],
    ['to be the id', () => new RelatedFieldType(AuthorModel, { id: true } as object)],
    ['no model, as in a circle of modules', () => new RelatedFieldType(undefined as never)],
  ])('is not declared with %s', async (_what, declare) => {
    expect(await errorOf(declare)).toMatchObject({ code: 'INVALID_MODEL' });
  });

  it('cannot have onDelete setNull where null cannot be', async () => {
    const ws = await openWorkspace();
    class Never extends GitModel {
      @RelatedField(AuthorModel, { onDelete: 'setNull' }) author!: Related<AuthorModel>;
    }
    expect(await errorOf(() => ws.register(Never))).toMatchObject({
      code: 'INVALID_MODEL',
      message:
        "Never.author has { onDelete: 'setNull' } and cannot be null; add { required: false } or { nullable: true }.",
    });
    class List extends GitModel {
      @ListField(RelatedField(AuthorModel, { onDelete: 'setNull' }))
      authors!: readonly Related<AuthorModel>[];
    }
    ws.register(List);
  });

  it('says so when its function gives no model', async () => {
    class Lost extends GitModel {
      @RelatedField<AuthorModel>(() => undefined as never) author!: Related<AuthorModel>;
    }
    const ws = await openWorkspace();
    const lost = new (ws.register(Lost))({ author: 'ann' });
    expect(await errorOf(() => lost.save())).toMatchObject({ code: 'INVALID_MODEL' });
    expect(await errorOf(() => lost.author)).toMatchObject({ code: 'INVALID_MODEL' });
  });
});

type OnDelete = RelatedFieldType<AuthorModel>['onDelete'];

/** Authors, and books of which each has an author and may have another one in either of two ways. */
async function openBooks(
  onDelete: OnDelete,
  dataPath?: DataPath,
): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Author: BoundModel<typeof AuthorModel>;
  readonly Book: BoundModel<ReturnType<typeof bookModel>>;
}> {
  const path = emptyRepository();
  const ws = await openWorkspace(path);
  const [Book, Author] = [ws.register(bookModel(onDelete, dataPath)), ws.register(AuthorModel)];
  for (const slug of ['ann', 'bea']) await new Author({ slug }).save();
  for (const [slug, author] of [
    ['a', 'ann'],
    ['b', 'bea'],
    ['c', 'ann'],
    ['d', null],
  ] as const) {
    await new Book({ slug, author, image: slug }).save();
  }
  await ws.commit({ message: 'Books' });
  expectLog(path, ['Books']);
  return { path, ws, Author, Book };
}

function bookModel(onDelete: OnDelete, dataPath?: DataPath) {
  @Model({ name: 'Book', dataPath })
  class BookModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @RelatedField(AuthorModel, { required: false, onDelete }) author!: Related<AuthorModel> | null;
    @BlobField({ required: false }) image!: GitBlob | null;
  }
  return BookModel;
}

describe.each([
  ['by its id', (Author: BoundModel<typeof AuthorModel>, options?: object) => Author.delete('ann', options)],
  [
    'as an instance',
    async (Author: BoundModel<typeof AuthorModel>, options?: object) =>
      (await Author.get('ann')).delete(options),
  ],
])('To delete a record %s that others refer to', (_how, remove) => {
  it('does nothing to them by default', async () => {
    const { ws, Author, Book } = await openBooks('nothing');
    await remove(Author);
    expect(changesOf((await ws.diff()).changes)).toEqual(['deleted author/ann/data.json']);
    expect((await Book.get('a')).author?.id).toBe('ann');
  });

  it('is refused with onDelete restrict', async () => {
    const { path, ws, Author, Book } = await openBooks('restrict');
    for (const options of [{}, { commit: true, message: 'No' }]) {
      expect(await errorOf(() => remove(Author, options))).toMatchObject({
        code: 'RESTRICTED',
        message:
          'The Author with the id "ann" cannot be deleted: the Book with the id "a" refers to it by "author". ' +
          'Delete or change that one first.',
        details: { model: 'Author', id: 'ann', referrer: { model: 'Book', id: 'a', field: 'author' } },
      });
    }
    expect(await ws.hasChanges()).toBe(false);
    await Book.delete('a');
    await (await Book.get('c')).set({ author: null }).save();
    await remove(Author);
    expect(await ids(Author)).toEqual(['bea']);
    expectLog(path, ['Books']);
  });

  it.each<[string, DataPath | undefined]>([
    ['the usual', undefined],
    ['a sharded', sharded({ width: 2 })],
    ['its own', (id) => `${id}.json`],
  ])('makes their field null with onDelete setNull, in %s layout', async (_layout, dataPath) => {
    const { path, Author, Book } = await openBooks('setNull', dataPath);
    const oid = await remove(Author, { commit: true, message: 'Delete' });
    expect(oid).toMatch(/^[0-9a-f]{40}$/);

    const books = await Book.all().toArray();
    const authors = Object.fromEntries(books.map(({ slug, author }) => [slug, author?.id ?? null]));
    expect(authors).toEqual({ a: null, b: 'bea', c: null, d: null });
    expect(await (await Book.get('a')).image?.text()).toBe('a');
    expectLog(path, ['Delete', 'Books']);
  });

  it.each<[string, DataPath | undefined]>([
    ['the usual', undefined],
    ['a sharded', sharded({ width: 2 })],
    ['its own', (id) => `${id}.json`],
  ])('deletes them too with onDelete cascade, in %s layout', async (_layout, dataPath) => {
    const { path, Author, Book } = await openBooks('cascade', dataPath);
    const before = filesAt(path, 'HEAD');
    await remove(Author, { commit: true, message: 'Delete' });
    expect((await ids(Book)).sort()).toEqual(['b', 'd']);
    expect(filesAt(path, 'HEAD')).toEqual(before.filter((each) => !/ann|\/[ac][./]/.test(each)));
    expectLog(path, ['Delete', 'Books']);
  });

  it('is refused while other changes are pending, if it is to be committed', async () => {
    const { ws, Author, Book } = await openBooks('cascade');
    await ws.index.addBlob('a.txt', 'A');
    expect(await errorOf(() => remove(Author, { commit: true }))).toMatchObject({ code: 'PENDING_CHANGES' });
    expect(await ids(Book)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('onDelete', () => {
  it('follows chains, circles, and what refers to itself', async () => {
    const ws = await openWorkspace();
    const Node = ws.register(NodeModel);
    const parents = { a: null, b: 'a', c: 'b', d: 'c', e: 'g', f: 'e', g: 'f', h: 'h', i: 'a', j: null };
    for (const [slug, parent] of Object.entries(parents)) await new Node({ slug, parent }).save();
    const [b, c] = [await Node.get('b'), await Node.get('c')];

    await b.delete();
    expect(await ids(Node)).toEqual(['a', 'e', 'f', 'g', 'h', 'i', 'j']);
    expect(b.isNew).toBe(true);
    expect(await errorOf(() => c.save())).toMatchObject({ code: 'STALE_RECORD' });
    await Node.delete('f');
    expect(await ids(Node)).toEqual(['a', 'h', 'i', 'j']);
    await (await Node.get('h')).delete();
    await Node.delete('a');
    expect(await ids(Node)).toEqual(['j']);
  });

  it('takes all back when something further down is restricted, in a function of commitOnSuccess too', async () => {
    class Root extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    class Branch extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @RelatedField(Root, { onDelete: 'cascade' }) root!: Related<Root>;
    }
    class Leaf extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @RelatedField(Branch, { onDelete: 'restrict' }) branch!: Related<Branch>;
    }
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const [BoundRoot, BoundBranch, BoundLeaf] = [ws.register(Root), ws.register(Branch), ws.register(Leaf)];
    const root = new BoundRoot({ slug: 'root' });
    await root.save();
    for (const slug of ['a', 'b']) await new BoundBranch({ slug, root }).save();
    await new BoundLeaf({ slug: 'leaf', branch: 'b' }).save();
    const tree = await ws.index.writeTree();

    const restricted = {
      code: 'RESTRICTED',
      details: { model: 'Branch', id: 'b', referrer: { model: 'Leaf', id: 'leaf', field: 'branch' } },
    };
    expect(await errorOf(() => root.delete())).toMatchObject(restricted);
    expect(root.isNew).toBe(false);
    expect(await ws.index.writeTree()).toBe(tree);
    await ws.commit({ message: 'All' });
    await ws.commitOnSuccess(
      async () => {
        await new BoundRoot({ slug: 'other' }).save();
        expect(await errorOf(() => root.delete())).toMatchObject(restricted);
        expect(await ids(BoundBranch)).toEqual(['a', 'b']);
      },
      { message: 'Other' },
    );
    expect(await ids(BoundRoot)).toEqual(['other', 'root']);
    expectLog(path, ['Other', 'All']);
    await BoundLeaf.delete('leaf');
    await root.delete();
    expect(await ids(BoundBranch)).toEqual([]);
  });

  it.each([0, 1, 2])('does not depend on the order in which models are registered (%p)', async (first) => {
    class Book extends GitModel {
      @RelatedField(AuthorModel, { onDelete: 'cascade' }) author!: Related<AuthorModel>;
    }
    class Review extends GitModel {
      @RelatedField(AuthorModel, { onDelete: 'restrict' }) author!: Related<AuthorModel>;
      @RelatedField(Book, { onDelete: 'cascade' }) book!: Related<Book>;
    }
    const ws = await openWorkspace();
    const models = [AuthorModel, Book, Review];
    for (const each of [...models.slice(first), ...models.slice(0, first)]) ws.register(each as typeof Book);
    const [BoundAuthor, BoundBook, BoundReview] = [
      ws.register(AuthorModel),
      ws.register(Book),
      ws.register(Review),
    ];
    await new BoundAuthor({ slug: 'ann' }).save();
    const book = new BoundBook({ author: 'ann' });
    await book.save();
    await new BoundReview({ author: 'ann', book }).save();

    await BoundAuthor.delete('ann');
    expect(await ids(BoundReview)).toEqual([]);
    expect(await ids(BoundBook)).toEqual([]);
  });

  it('minds lists', async () => {
    class Team extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @ListField(RelatedField(AuthorModel, { onDelete: 'setNull' }), { required: false })
      members!: readonly Related<AuthorModel>[];
    }
    const ws = await openWorkspace();
    const [Author, Bound] = [ws.register(AuthorModel), ws.register(Team)];
    for (const slug of ['ann', 'bea']) await new Author({ slug }).save();
    await new Bound({ slug: 'a', members: ['ann', 'bea', 'ann'] }).save();
    await new Bound({ slug: 'b', members: ['ann'] }).save();
    await Author.delete('ann');

    const members = (await Bound.all().toArray()).map((team) => team.members.map(({ id }) => id));
    expect(members).toEqual([['bea'], []]);
  });

  it('knows numbers that stand in records as text', async () => {
    class Room extends GitModel<number> {
      @IntegerField({ id: true }) number!: number;
    }
    class Guest extends GitModel {
      @SlugField({ id: true }) name!: string;
      @RelatedField(Room, { onDelete: 'cascade' }) room!: Related<Room>;
    }
    const ws = await openWorkspace();
    const [BoundRoom, BoundGuest] = [ws.register(Room), ws.register(Guest)];
    for (const number of [5, 6]) await new BoundRoom({ number }).save();
    await new BoundGuest({ name: 'a', room: 5 }).save();
    await new BoundGuest({ name: 'b', room: 6 }).save();
    await ws.index.addBlob('guest/c/data.json', '{"model":"Guest","fields":{"name":"c","room":"5"}}');
    expect((await (await BoundGuest.get('c')).room).number).toBe(5);
    await BoundRoom.delete(5);

    expect(await ids(BoundGuest)).toEqual(['b']);
  });

  it('runs the hooks of what it deletes and changes', async () => {
    const called: string[] = [];
    class Book extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @RelatedField(AuthorModel, { onDelete: 'cascade' }) author!: Related<AuthorModel>;

      override beforeDelete(): void {
        called.push(`before ${this.slug}`);
        if (this.slug === 'kept') throw new Error('Keep me');
      }

      override afterDelete(): void {
        called.push(`after ${this.slug}`);
      }
    }
    const ws = await openWorkspace();
    const [Author, Bound] = [ws.register(AuthorModel), ws.register(Book)];
    for (const slug of ['ann', 'bea']) await new Author({ slug }).save();
    for (const slug of ['a', 'b']) await new Bound({ slug, author: 'ann' }).save();
    for (const slug of ['c', 'kept']) await new Bound({ slug, author: 'bea' }).save();
    await Author.delete('ann');
    expect(called).toEqual(['before a', 'after a', 'before b', 'after b']);
    await expect(Author.delete('bea')).rejects.toThrow('Keep me');
    expect(await ids(Author)).toEqual(['bea']);
    expect(await ids(Bound)).toEqual(['c', 'kept']);
  });

  it('has nothing to do with models that are not registered', async () => {
    const ws = await openWorkspace();
    const Node = ws.register(NodeModel);
    ws.register(bookModel('restrict'));
    await new Node({ slug: 'a' }).save();
    await Node.delete('a');
    const Author = ws.register(AuthorModel);
    const Book = ws.register(bookModel('restrict'), 'Other');
    await new Author({ slug: 'ann' }).save();
    await new Book({ slug: 'a', author: 'ann' }).save();
    expect(await errorOf(() => Author.delete('ann'))).toMatchObject({ code: 'RESTRICTED' });
  });

  it('lets a record be deleted by its id also when it cannot be read', async () => {
    const { ws, Author, Book } = await openBooks('cascade');
    await ws.index.addBlob('author/ann/data.json', 'Broken');
    await Author.delete('ann');
    expect(await ids(Book)).toEqual(['b', 'd']);
    expect(await errorOf(() => Author.delete('ann'))).toMatchObject({ code: 'DOES_NOT_EXIST' });
  });

  it('is refused for an instance that somebody else has changed', async () => {
    const { Author, Book } = await openBooks('cascade');
    const [stale, other] = [await Author.get('ann'), await Author.get('ann')];
    await other.delete({ overwrite: true });
    await new Author({ slug: 'ann', name: 'Another' }).save();
    await new Book({ slug: 'e', author: 'ann' }).save();
    expect(await errorOf(() => stale.delete())).toMatchObject({ code: 'STALE_RECORD' });
    expect(await errorOf(() => new Author({ slug: 'bea' }).delete())).toMatchObject({
      code: 'DOES_NOT_EXIST',
    });
    expect(await ids(Book)).toEqual(['b', 'd', 'e']);
  });
});

describe('A related field with other fields around it', () => {
  it('keeps its place among them', async () => {
    class Around extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField() before!: string;
      @RelatedField(AuthorModel, { name: 'author_id' }) author!: Related<AuthorModel>;
      @CharField() after!: string;
    }
    const ws = await openWorkspace();
    ws.register(AuthorModel);
    const Bound = ws.register(Around);
    const record = new Bound({ slug: 'a', before: 'b', author: 'ann', after: 'c' });
    await record.save();
    expect(Object.keys(record)).toEqual(['slug', 'before', 'author', 'after']);
    const { fields } = JSON.parse(String(await ws.index.read('around/a/data.json'))) as { fields: object };
    expect(fields).toEqual({ slug: 'a', before: 'b', author_id: 'ann', after: 'c' });
  });
});
