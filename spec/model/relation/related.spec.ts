import { inspect } from 'node:util';
import {
  CharField,
  GitModel,
  IntegerField,
  ListField,
  Model,
  Related,
  RelatedField,
  SlugField,
} from 'gitmodel';
import type { BoundModel, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { git } from '../../support/temporary-repository';
import { collect, emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

/** The names of the authors that were read, in their order. */
const reads: string[] = [];

beforeEach(() => {
  reads.length = 0;
});

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() name!: string;

  override afterLoad(): void {
    reads.push(this.slug);
  }
}

@Model({ name: 'Room' })
class RoomModel extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
}

@Model({ name: 'Post' })
class PostModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @RelatedField(AuthorModel) author!: Related<AuthorModel>;
  @RelatedField(AuthorModel, { required: false }) editor!: Related<AuthorModel> | null;
  @RelatedField(RoomModel, { required: false }) room!: Related<RoomModel> | null;
  @ListField(RelatedField(AuthorModel), { required: false }) readers!: readonly Related<AuthorModel>[];
}

async function openPosts(path = emptyRepository()): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Author: BoundModel<typeof AuthorModel>;
  readonly Room: BoundModel<typeof RoomModel>;
  readonly Post: BoundModel<typeof PostModel>;
}> {
  const ws = await openWorkspace(path);
  // The order does not matter.
  const Post = ws.register(PostModel);
  return { path, ws, Author: ws.register(AuthorModel), Room: ws.register(RoomModel), Post };
}

/** The same with the authors `ann` and `bea`, and the post `hello` of `ann`. */
async function openHello(): ReturnType<typeof openPosts> {
  const opened = await openPosts();
  const { ws, Author, Post } = opened;
  for (const slug of ['ann', 'bea']) await new Author({ slug, name: slug }).save();
  await new Post({ slug: 'hello', author: 'ann' }).save();
  await ws.commit({ message: 'Hello' });
  expectLog(opened.path, ['Hello']);
  return opened;
}

describe('A relation', () => {
  it('gives its id at once, and reads the record when it is awaited', async () => {
    const { Author, Post } = await openHello();
    const post = await Post.get('hello');
    expect(post.author.id).toBe('ann');
    expect(post.author.record).toBeUndefined();
    expect(post.editor).toBeNull();
    expect(reads).toEqual([]);

    const author = await post.author;
    expect(author).toBeInstanceOf(Author);
    expect(author.name).toBe('ann');
    expect(reads).toEqual(['ann']);
  });

  it('reads what is staged, anew each time', async () => {
    const { Author, Post } = await openHello();
    const { author } = await Post.get('hello');
    await (await Author.get('ann')).set({ name: 'Changed' }).save();
    expect((await author).name).toBe('Changed');
    await (await author).set({ name: 'Again' }).save();
    expect((await author).name).toBe('Again');
  });

  it('can be awaited as any promise can', async () => {
    const { Post } = await openHello();
    const { author } = await Post.get('hello');

    const [one, two] = await Promise.all([author, author]);
    expect([one.name, two.name]).toEqual(['ann', 'ann']);
    expect(await author.then(({ name }) => name)).toBe('ann');
    expect(await author.load()).toMatchObject({ name: 'ann' });
    await expect(
      author.then(() => {
        throw new Error('Mine');
      }),
    ).rejects.toThrow('Mine');
  });

  it('to a missing record throws when it is awaited, and not before', async () => {
    const { path, Author, Post } = await openHello();
    await Author.delete('ann', { commit: true, message: 'Delete' });
    expectLog(path, ['Delete', 'Hello']);
    const post = await Post.get('hello');
    // That nobody waits for it must not end the process.
    const { author } = post;
    await new Promise((resolve) => setImmediate(resolve));

    expect(await errorOf(() => author)).toMatchObject({
      code: 'DOES_NOT_EXIST',
      message: 'There is no Author with the id "ann", which another record refers to.',
      details: { model: 'Author', id: 'ann', at: undefined },
    });
    expect(await author.loadOrNull()).toBeNull();
    expect(await author.then(undefined, () => 'none')).toBe('none');
    await post.set({ editor: 'nobody' }).save();
    expect((await Post.get('hello')).editor?.id).toBe('nobody');
  });

  it('is shown by its id', async () => {
    const { Author, Post } = await openHello();
    const post = await Post.get('hello');
    const ann = await Author.get('ann');
    for (const related of [post.author, Related.to<AuthorModel>('ann'), Related.to(ann)]) {
      expect(JSON.stringify({ related })).toBe('{"related":"ann"}');
      expect(inspect(related)).toBe("Related 'ann'");
    }
    expect(post.toJSON()).toMatchObject({ author: 'ann', editor: null });
    expect(inspect(post)).toContain("author: Related 'ann'");
  });

  it('reads where its record was read', async () => {
    const { path, Author, Post } = await openHello();
    git(path, 'tag', 'v1');
    await (await Author.get('ann')).set({ name: 'Changed' }).save({ commit: true, message: 'Change' });
    await Author.delete('ann', { commit: true, message: 'Delete' });
    for (const at of ['v1', 'HEAD~2'])
      expect((await (await Post.get('hello', { at })).author).name).toBe('ann');
    expect((await (await Post.get('hello', { at: 'HEAD~1' })).author).name).toBe('Changed');
    for await (const post of Post.all({ at: 'v1' })) expect((await post.author).name).toBe('ann');
    for await (const post of Post.all({ at: 'v1' }).with('author'))
      expect(post.author.record?.name).toBe('ann');
    const { author } = await Post.get('hello', { at: 'HEAD' });
    const at = git(path, 'rev-parse', 'HEAD^{tree}');
    expect(await errorOf(() => author)).toMatchObject({
      message: `There is no Author with the id "ann" at ${at}, which another record refers to.`,
      details: { model: 'Author', id: 'ann', at },
    });
    expectLog(path, ['Delete', 'Change', 'Hello']);
  });

  it('reads what is staged once its record is saved or read anew', async () => {
    const { path, Author, Post } = await openHello();
    const [saved, reloaded, other] = await Promise.all(
      [1, 2, 3].map(() => Post.get('hello', { at: 'HEAD' })),
    );
    await (await Author.get('ann')).set({ name: 'Changed' }).save();
    const { author } = saved as PostModel;
    expect((await author).name).toBe('ann');
    await saved?.save();
    await reloaded?.reload();

    expect((await author).name).toBe('Changed');
    expect((await saved?.author)?.name).toBe('Changed');
    expect((await reloaded?.author)?.name).toBe('Changed');
    expect((await other?.author)?.name).toBe('ann');
    expect((await other?.set({ author: 'bea' }).changes().author?.from)?.name).toBe('ann');
    expectLog(path, ['Hello']);
  });

  it('cannot be read once the workspace is closed', async () => {
    const { ws, Post } = await openHello();
    const { author } = await Post.get('hello');
    await ws.close();
    expect(await errorOf(() => author)).toMatchObject({ code: 'WORKSPACE_CLOSED' });
    expect(author.id).toBe('ann');
  });

  it('to a record whose id is a number has a number', async () => {
    const { Room, Post } = await openPosts();
    await new Room({ number: 0 }).save();
    const post = new Post({ slug: 'a', author: 'ann', room: -0 });
    await post.save();

    expect(Object.is(post.room?.id, 0)).toBe(true);
    expect((await Post.get('a')).room?.id).toBe(0);
    expect((await (await Post.get('a')).room)?.number).toBe(0);
  });
});

describe('A relation that is assigned', () => {
  it('can be a record, an id, or what another record has', async () => {
    const { Author, Post } = await openHello();
    const ann = await Author.get('ann');
    const hello = await Post.get('hello');
    const inputs = [ann, 'ann', hello.author, Related.to(ann), Related.to<AuthorModel>('ann')];
    for (const [number, author] of inputs.entries()) {
      const post = new Post({ slug: `p${number}`, author });
      expect(post.author).toBeInstanceOf(Related);
      expect((await post.author).name).toBe('ann');
      await post.save();
      const loaded = await Post.get(`p${number}`);
      expect(loaded.author.id).toBe('ann');
      expect(await loaded.set({ author }).save()).toBeNull();
      expect(loaded.changes()).toEqual({});
      loaded.author = author as never;
      expect((await loaded.author).name).toBe('ann');
    }
  });

  it('gives the very record that was assigned', async () => {
    const { Author, Post } = await openHello();
    const ann = await Author.get('ann');
    const post = new Post({ slug: 'a', author: ann });
    expect(post.author.record).toBe(ann);
    await post.save();
    expect(await post.author).toBe(ann);
  });

  it('has the id that the record has when it is saved', async () => {
    const { Author, Post } = await openPosts();
    const author = new Author({ name: 'Ann' });
    const post = new Post({ slug: 'a', author });
    expect(post.author.id).toBeUndefined();
    expect(await errorOf(() => post.save())).toMatchObject({
      issues: [
        { path: 'author', code: 'invalid_id', message: 'is a record without an id; give it one first' },
      ],
    });
    author.slug = 'ann';
    await post.save();
    expect((await Post.get('a')).author.id).toBe('ann');
    expect(await (await Post.get('a')).author.loadOrNull()).toBeNull();
    await author.save();
    expect((await (await Post.get('a')).author).name).toBe('Ann');
  });

  it('tells what has changed', async () => {
    const { Post } = await openHello();
    const post = await Post.get('hello');
    post.set({ author: 'bea', editor: 'ann' });
    const { author, editor } = post.changes();
    expect([author?.from?.id, author?.to.id, editor?.from, editor?.to?.id]).toEqual([
      'ann',
      'bea',
      null,
      'ann',
    ]);
    expect((await author?.from)?.name).toBe('ann');
    await post.set({ author: 'ann', editor: null }).save();
    expect(post.changes()).toEqual({});
    post.author = undefined as never;
    expect(post.changes()).toHaveProperty('author');
  });

  it('is read in the workspace of its record, whichever it was taken from', async () => {
    const { Post } = await openHello();
    const { Author: Other, Post: OtherPost } = await openPosts();
    await new Other({ slug: 'ann', name: 'Other' }).save();
    const { author } = await Post.get('hello');
    const post = new OtherPost({ slug: 'a', author });
    await post.save();

    expect((await post.author).name).toBe('Other');
    expect((await author).name).toBe('ann');
  });

  it('is read at no old commit because it was taken from a record of one', async () => {
    const { path, Author, Post } = await openHello();
    const old = await Post.get('hello', { at: 'HEAD' });
    await (await Author.get('ann')).set({ name: 'Changed' }).save({ commit: true, message: 'Change' });
    const post = new Post({ slug: 'a', author: old.author });
    expect((await post.author).name).toBe('Changed');
    expect((await old.author).name).toBe('ann');
    expectLog(path, ['Change', 'Hello']);
  });
});

describe('Related.to', () => {
  it.each([undefined, null, true, '', NaN, 1.5, 2 ** 53, {}, [], Symbol('a')])(
    'refuses %p',
    async (input) => {
      expect(await errorOf(() => Related.to(input as never))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `${inspect(input)} is no record and no id, so nothing can be related to it.`,
      });
    },
  );

  it('gives what cannot be read before it belongs to a record', async () => {
    const related = Related.to<AuthorModel>('ann');
    expect(related.id).toBe('ann');
    expect(await errorOf(() => related)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'This relation belongs to no record yet: assign it to a field before it is loaded.',
    });
  });
});

describe('all().with()', () => {
  async function openMany(count: number, authors = 3): ReturnType<typeof openPosts> {
    const opened = await openPosts();
    const { Author, Post } = opened;
    for (let n = 0; n < authors; n++) await new Author({ slug: `a${n}`, name: `A ${n}` }).save();
    for (let n = 0; n < count; n++) {
      await new Post({
        slug: `p${String(n).padStart(3, '0')}`,
        author: `a${n % authors}`,
        editor: n % 2 ? `a${(n + 1) % authors}` : null,
        readers: ['a0', 'a1'],
      }).save();
    }
    return opened;
  }

  it('reads each related record once, and keeps the order', async () => {
    const { Post } = await openMany(150);
    const posts = await Post.all().with('author').toArray();

    expect(posts.map(({ slug }) => slug)).toEqual(await collect(Post.all().ids()));
    expect([...reads].sort()).toEqual(['a0', 'a1', 'a2']);
    for (const [n, post] of posts.entries()) {
      expect(post.author.record?.slug).toBe(`a${n % 3}`);
      expect(await post.author).toBe((posts[n % 3] as PostModel).author.record);
      expect(post.editor?.record).toBeUndefined();
    }
    expect(reads).toHaveLength(3);
  });

  it('takes several fields and lists, and relations that are null', async () => {
    const { Post } = await openMany(5);
    for (const set of [
      Post.all().with('author', 'editor', 'readers'),
      Post.all().with('author').with('editor').with('readers'),
    ]) {
      for (const [n, post] of (await set.toArray()).entries()) {
        expect(post.author.record?.slug).toBe(`a${n % 3}`);
        expect(post.editor?.record?.slug).toBe(n % 2 ? `a${(n + 1) % 3}` : undefined);
        expect(post.readers.map(({ record }) => record?.slug)).toEqual(['a0', 'a1']);
      }
    }
  });

  it('leaves those to be asked for that do not exist', async () => {
    const { Author, Post } = await openMany(4);
    await Author.delete('a1');
    const posts = await Post.all().with('author').toArray();

    expect(posts.map(({ author }) => author.record?.slug)).toEqual(['a0', undefined, 'a2', 'a0']);
    expect(await errorOf(() => posts[1]?.author)).toMatchObject({ code: 'DOES_NOT_EXIST' });
  });

  it('leaves those to be asked for that cannot exist or be read', async () => {
    const { ws, Author, Post } = await openMany(4);
    await ws.index.addBlob('author/a1/data.json', 'Broken');
    await (await Post.get('p002')).set({ author: 'a/b' }).save();
    const posts = await Post.all().with('author').toArray();

    expect(posts.map(({ author }) => author.record?.slug)).toEqual(['a0', undefined, undefined, 'a0']);
    expect(await errorOf(() => posts[1]?.author)).toMatchObject({ code: 'INVALID_RECORD' });
    expect(await errorOf(() => posts[2]?.author)).toMatchObject({ code: 'INVALID_PATH' });
    expect(await errorOf(() => Author.get('a1'))).toMatchObject({ code: 'INVALID_RECORD' });
  });

  it('stops when nobody wants more', async () => {
    const { Post } = await openMany(300, 150);
    expect((await Post.all().with('author').first())?.author.record?.slug).toBe('a0');
    for await (const { slug } of Post.all().with('author')) if (slug === 'p003') break;

    expect(reads.length).toBeLessThan(140);
  });

  it('counts and lists ids as without', async () => {
    const { Post } = await openMany(3);
    expect(await Post.all().with('author').count()).toBe(3);
    expect(await collect(Post.all().with('author').ids())).toEqual(['p000', 'p001', 'p002']);
    expect(reads).toEqual([]);
  });

  it('gives all that could be read before it fails', async () => {
    const { ws, Post } = await openMany(3);
    await ws.index.addBlob('post/p001/data.json', 'Broken');
    const slugs: string[] = [];
    const error = await errorOf(async () => {
      for await (const { slug } of Post.all().with('author')) slugs.push(slug);
    });
    expect(error).toMatchObject({ code: 'INVALID_RECORD' });
    expect(slugs).toEqual(['p000']);
  });

  it('begins anew each time', async () => {
    const { Author, Post } = await openMany(3);
    const set = Post.all().with('author');
    await set.toArray();
    await (await Author.get('a0')).set({ name: 'Changed' }).save();
    expect((await set.first())?.author.record?.name).toBe('Changed');
  });
});
