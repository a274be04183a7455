import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CharField, GitModel, Model, SlugField, UUIDField } from 'gitmodel';
import type { BoundModel, Workspace } from 'gitmodel';
import { git, temporaryFolder } from '../support/temporary-repository';
import { changesOf, collect, expectLog, openWorkspace, valuesOf } from '../support/workspaces';

const FIXTURES = path.resolve(__dirname, '../fixtures');

/** What python-gitmodel itself reads back. */
const EXPECTED = JSON.parse(readFileSync(path.join(FIXTURES, 'python-gitmodel.expected.json'), 'utf8')) as {
  readonly authors: readonly { readonly id: string; readonly first_name: string; readonly url: string }[];
  readonly posts: readonly string[];
};

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @CharField({ name: 'first_name' }) firstName!: string;
  @CharField({ name: 'last_name' }) lastName!: string;
  @CharField({ default: 'en-US' }) language!: string;
}

/** Knows neither the blob nor the JSON of python-gitmodel's model, and takes the author for an id. */
@Model({ name: 'Post' })
class PostModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @UUIDField() author!: string;
  @CharField() title!: string;
  @CharField() body!: string;
}

describe('A repository that python-gitmodel has written', () => {
  let repository: string;
  let ws: Workspace;
  let Author: BoundModel<typeof AuthorModel>;
  let Post: BoundModel<typeof PostModel>;

  beforeEach(async () => {
    repository = temporaryFolder();
    git(repository, 'clone', '--quiet', path.join(FIXTURES, 'python-gitmodel.bundle'), '.');
    git(repository, 'branch', '--quiet', 'draft', 'origin/draft');
    ws = await openWorkspace(repository);
    Author = ws.register(AuthorModel);
    Post = ws.register(PostModel);
  });

  it('is read as python-gitmodel reads it', async () => {
    const authors = await Author.all().toArray();

    expect(authors.map(({ id, firstName }) => ({ id, first_name: firstName }))).toEqual(
      EXPECTED.authors.map(({ id, first_name }) => ({ id, first_name })),
    );
    expect(authors).toMatchObject([{ lastName: 'Łukasz', language: 'en-US' }]);
    expect(await collect(Post.all().ids())).toEqual(EXPECTED.posts);
    expect(valuesOf(await Post.get('first-post'))).toEqual({
      slug: 'first-post',
      author: EXPECTED.authors[0]?.id,
      title: 'First "post" – ünïcode ☃',
      body: 'Line 1\nLine 2\tTabbed',
    });
  });

  it('is read as it was at a branch or commit', async () => {
    const id = EXPECTED.authors[0]?.id as string;

    expect(await Author.get(id)).toMatchObject({ firstName: 'Zoe' });
    expect((await Author.get(id, { at: 'master~1' })).firstName).toBe('Zoë');
    expect((await collect(Post.all({ at: 'draft' }).ids())).length).toBeGreaterThan(EXPECTED.posts.length);
  });

  it('has the history that git shows', async () => {
    const subjects = git(repository, 'log', '--format=%s').split('\n');

    expect((await collect(ws.walk())).map(({ message }) => message.trim())).toEqual(subjects);
  });

  it('keeps what the classes here do not know when a record is saved', async () => {
    const before = JSON.parse(git(repository, 'show', 'HEAD:post/first-post/data.json')) as {
      fields: Record<string, unknown>;
    };
    const post = await Post.get('first-post');
    post.title = 'Another title';
    await post.save({ commit: true, message: 'Another title' });

    const after = JSON.parse(git(repository, 'show', 'HEAD:post/first-post/data.json')) as typeof before;
    expect(after).toEqual({ model: 'Post', fields: { ...before.fields, title: 'Another title' } });
    expect(Object.keys(after.fields)).toEqual(['slug', 'author', 'title', 'body', 'metadata']);
    expect(git(repository, 'rev-parse', 'HEAD:post/first-post/image.data')).toBe(
      git(repository, 'rev-parse', 'HEAD~1:post/first-post/image.data'),
    );
    expect(git(repository, 'diff', '--name-only', 'HEAD~1', 'HEAD')).toBe('post/first-post/data.json');
    expectLog(repository, ['Another title', 'Rename', 'Add 25 people', 'Add first post', 'Add Zoë']);
  });

  it('moves the blob of a record along with it', async () => {
    const post = await Post.get('first-post');
    post.slug = 'renamed';
    await post.save();

    expect(changesOf((await ws.diff()).changes)).toEqual([
      'deleted post/first-post/data.json',
      'deleted post/first-post/image.data',
      'added post/renamed/data.json',
      'added post/renamed/image.data',
    ]);
    expect(await ws.index.read('post/renamed/image.data')).toEqual(Buffer.from([...Array(256).keys()]));
  });
});
