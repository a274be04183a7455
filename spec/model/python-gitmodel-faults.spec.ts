import { Decimal } from 'decimal.js';
import {
  BlobField,
  CharField,
  DecimalField,
  GitModel,
  JSONField,
  Model,
  RelatedField,
  SlugField,
  TimeField,
} from 'gitmodel';
import type { GitBlob, Related } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { git, runGit } from '../support/temporary-repository';
import { collect, emptyRepository, expectLog, filesAt, openWorkspace } from '../support/workspaces';

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ required: false }) name!: string;
}

@Model({ name: 'Post' })
class PostModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ required: false }) title!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
  @RelatedField(AuthorModel, { required: false }) author!: Related<AuthorModel> | null;
}

async function openPosts() {
  const path = emptyRepository();
  const ws = await openWorkspace(path);
  return { path, ws, Author: ws.register(AuthorModel), Post: ws.register(PostModel) };
}

/** What a value becomes that is stored and loaded. */
async function storedAndLoaded<T extends GitModel>(record: T): Promise<T> {
  await record.save();
  const { constructor } = record as { constructor: unknown };
  return (constructor as { get(id: string): Promise<T> }).get(record.getId());
}

describe('A fault of python-gitmodel that is none here:', () => {
  it('a second save empties a blob field', async () => {
    const { path, Post } = await openPosts();
    const post = new Post({ slug: 'a', image: Buffer.from('Image') });
    await post.save({ commit: true, message: 'One' });
    post.title = 'Changed';
    await post.save({ commit: true, message: 'Two' });
    const loaded = await Post.get('a');
    loaded.title = 'Again';
    await loaded.save({ commit: true, message: 'Three' });

    expect(git(path, 'show', 'HEAD:post/a/image.data')).toBe('Image');
    expectLog(path, ['Three', 'Two', 'One']);
  });

  it('blob data shared between instances', async () => {
    const { Post } = await openPosts();
    const [a, b, c] = [
      new Post({ slug: 'a', image: 'A' }),
      new Post({ slug: 'b', image: 'B' }),
      new Post({ slug: 'c' }),
    ];
    for (const post of [a, b, c]) await post.save();

    const images = await Promise.all([a, b, c].map(async (post) => post.image?.text()));
    expect(images).toEqual(['A', 'B', undefined]);
    const loaded = await Post.all().toArray();
    expect(await Promise.all(loaded.map(async ({ image }) => image?.text()))).toEqual(['A', 'B', undefined]);
  });

  it('renaming a loaded record leaves the old one and loses its blob', async () => {
    const { path, Post } = await openPosts();
    await new Post({ slug: 'old', image: 'Image' }).save({ commit: true, message: 'One' });
    const post = await Post.get('old');
    post.slug = 'new';
    await post.save({ commit: true, message: 'Two' });

    expect(filesAt(path, 'HEAD')).toEqual(['post/new/data.json', 'post/new/image.data']);
    expect(await (await Post.get('new')).image?.text()).toBe('Image');
    expectLog(path, ['Two', 'One']);
  });

  it('delete on a flat custom path removes the whole model', async () => {
    @Model({ name: 'Page', dataPath: (id) => `${id}.json` })
    class PageModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
    }
    const ws = await openWorkspace();
    const Page = ws.register(PageModel);
    const [a, b] = [new Page({ slug: 'a' }), new Page({ slug: 'b' })];
    await a.save();
    await b.save();
    await a.delete();

    expect(await collect(Page.all().ids())).toEqual(['b']);
  });

  it('decimals stored as floats', async () => {
    @Model({ name: 'Price' })
    class PriceModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @DecimalField() amount!: Decimal;
    }
    const Price = (await openWorkspace()).register(PriceModel);
    const amount = new Decimal('12345678901234567890.123456789012345678901');

    expect((await storedAndLoaded(new Price({ slug: 'a', amount }))).amount.eq(amount)).toBe(true);
  });

  it('blobs and relations ignore the treeish', async () => {
    const { path, Author, Post } = await openPosts();
    const author = new Author({ slug: 'ann', name: 'Ann' });
    await author.save({ commit: true, message: 'Author' });
    const post = new Post({ slug: 'a', image: 'Old', author });
    await post.save({ commit: true, message: 'Old' });
    git(path, 'tag', 'v1');
    author.name = 'Anne';
    await author.save({ commit: true, message: 'Renamed' });
    post.set({ image: 'New' });
    await post.save({ commit: true, message: 'New' });
    const shown = async ({ image, author: by }: PostModel): Promise<unknown[]> => [
      await image?.text(),
      (await by)?.name,
    ];

    expect(await shown(await Post.get('a', { at: 'v1' }))).toEqual(['Old', 'Ann']);
    expect(await shown((await Post.all({ at: 'v1' }).first()) as PostModel)).toEqual(['Old', 'Ann']);
    expect(await shown(await Post.get('a'))).toEqual(['New', 'Anne']);
    expectLog(path, ['New', 'Renamed', 'Old', 'Author']);
  });

  it('one class in two workspaces mixes them up', async () => {
    const [one, two] = [await openPosts(), await openPosts()];
    const [first, second] = [
      new one.Post({ slug: 'a', title: '1' }),
      new two.Post({ slug: 'a', title: '2' }),
    ];
    await first.save();
    await second.save();
    await new two.Post({ slug: 'b' }).save();

    expect(await one.Post.get('a')).toMatchObject({ title: '1' });
    expect(await two.Post.get('a')).toMatchObject({ title: '2' });
    expect([await one.Post.all().count(), await two.Post.all().count()]).toEqual([1, 2]);
    expect(first).not.toBeInstanceOf(two.Post);
  });

  it('one-shot result sets', async () => {
    const { Post } = await openPosts();
    for (const slug of ['a', 'b']) await new Post({ slug }).save();
    const all = Post.all();
    const slugs = async (): Promise<string[]> => (await collect(all)).map(({ slug }) => slug);

    expect([await slugs(), await slugs(), await all.count()]).toEqual([['a', 'b'], ['a', 'b'], 2]);
    await new Post({ slug: 'c' }).save();
    expect(await slugs()).toEqual(['a', 'b', 'c']);
  });

  it('ids that begin with a dot hidden from all()', async () => {
    @Model({ name: 'Word' })
    class WordModel extends GitModel {
      @CharField({ id: true }) word!: string;
    }
    const Word = (await openWorkspace()).register(WordModel);
    for (const word of ['.net', 'net', '...']) await new Word({ word }).save();

    expect((await Word.all().toArray()).map(({ word }) => word)).toEqual(['...', '.net', 'net']);
  });

  it('empty trees left behind', async () => {
    const { path, Post } = await openPosts();
    const posts = [new Post({ slug: 'a', image: 'A' }), new Post({ slug: 'b' })];
    for (const [n, post] of posts.entries()) await post.save({ commit: true, message: `Save ${n}` });
    for (const [n, post] of posts.entries()) await post.delete({ commit: true, message: `Delete ${n}` });

    expect(runGit(path, ['ls-tree', '-rt', 'HEAD~1']).toString()).not.toContain('post/a');
    expect(runGit(path, ['ls-tree', '-rt', 'HEAD']).toString()).toBe('');
    expectLog(path, ['Delete 1', 'Delete 0', 'Save 1', 'Save 0']);
  });

  it('unique, readonly and serialize=False ignored', async () => {
    @Model({ name: 'User' })
    class UserModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField({ unique: true, required: false }) email!: string;
      @CharField({ readonly: true, required: false }) since!: string;
      @CharField({ serialize: false, required: false }) password!: string;
    }
    const User = (await openWorkspace()).register(UserModel);
    await new User({ slug: 'a', email: 'a@example.com', since: '2020', password: 'secret' }).save();
    const user = await User.get('a');
    expect(user.password).toBe('');
    user.since = '2021';

    expect(await errorOf(() => user.save())).toMatchObject({ issues: [{ path: 'since', code: 'readonly' }] });
    expect(await errorOf(() => new User({ slug: 'b', email: 'a@example.com' }).save())).toMatchObject({
      issues: [{ path: 'email', code: 'unique' }],
    });
  });

  it('lists refused by the JSON field', async () => {
    @Model({ name: 'Config' })
    class ConfigModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @JSONField() value!: unknown;
    }
    const Config = (await openWorkspace()).register(ConfigModel);
    for (const value of [[1, ['two'], { three: null }], [], 'text', 5, false]) {
      const config = new Config({ slug: 'a' });
      config.value = value;
      expect((await storedAndLoaded(config)).value).toEqual(value);
      await Config.delete('a');
    }
  });

  it('.5 seconds read as 5 µs', async () => {
    @Model({ name: 'Alarm' })
    class AlarmModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @TimeField() time!: never;
    }
    const Alarm = (await openWorkspace()).register(AlarmModel);
    const alarm = new Alarm({ slug: 'a' });
    Reflect.set(alarm, 'time', '12:00:00.5');

    expect(String((await storedAndLoaded(alarm)).time)).toBe('12:00:00.5');
  });
});
