import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  BlobField,
  BooleanField,
  CharField,
  DateField,
  DecimalField,
  EmailField,
  FloatField,
  GitModel,
  IntegerField,
  JSONField,
  Model,
  PlainDateTimeField,
  RelatedField,
  SlugField,
  TimeField,
  URLField,
} from 'gitmodel';
import type { BoundModel, Decimal, GitBlob, Related, Temporal, Workspace } from 'gitmodel';
import { git, runGit, temporaryFolder } from '../support/temporary-repository';
import { changesOf, collect, expectLog, openWorkspace } from '../support/workspaces';

const FIXTURES = path.resolve(__dirname, '../fixtures');

/** A person as python-gitmodel reads it: slug, age, balance, birth date, active, tax rate, wake-up call, joined. */
type PersonRow = readonly [string, number, string, string, boolean, number, string, string];

/** What python-gitmodel itself reads back on the branch master. */
const EXPECTED = JSON.parse(readFileSync(path.join(FIXTURES, 'python-gitmodel.expected.json'), 'utf8')) as {
  readonly authors: readonly { readonly id: string; readonly first_name: string; readonly url: string }[];
  readonly posts: readonly string[];
  readonly people: readonly PersonRow[];
};

/** The bytes 0 to 255. */
const IMAGE = Buffer.from([...Array(256).keys()]);

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @CharField({ name: 'first_name' }) firstName!: string;
  @CharField({ name: 'last_name' }) lastName!: string;
  @EmailField() email!: string;
  @CharField({ default: 'en-US' }) language!: string;
  @URLField({ schemes: ['http', 'https'], required: false }) url!: string;
}

@Model({ name: 'Post' })
class PostModel extends GitModel {
  @RelatedField(AuthorModel) author!: Related<AuthorModel>;
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @CharField() body!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
  @JSONField({ required: false }) metadata!: unknown;
}

@Model({ name: 'Person', dataFilename: 'person_data.json' })
class PersonModel extends GitModel {
  @SlugField() slug!: string;
  @CharField({ name: 'first_name' }) firstName!: string;
  @CharField({ name: 'last_name' }) lastName!: string;
  @EmailField() email!: string;
  @IntegerField({ required: false }) age!: number | null;
  @DecimalField({ name: 'account_balance', required: false }) balance!: Decimal | null;
  @DateField({ name: 'birth_date', required: false }) birthDate!: Temporal.PlainDate | null;
  @BooleanField({ required: false }) active!: boolean;
  @FloatField({ name: 'tax_rate', required: false }) taxRate!: number | null;
  @TimeField({ name: 'wake_up_call', required: false }) wakeUpCall!: Temporal.PlainTime | null;
  @PlainDateTimeField({ name: 'date_joined', required: false }) joined!: Temporal.PlainDateTime | null;
}

describe('A repository that python-gitmodel has written', () => {
  let repository: string;
  let ws: Workspace;
  let Author: BoundModel<typeof AuthorModel>;
  let Post: BoundModel<typeof PostModel>;
  let Person: BoundModel<typeof PersonModel>;

  beforeEach(async () => {
    repository = temporaryFolder();
    git(repository, 'clone', '--quiet', path.join(FIXTURES, 'python-gitmodel.bundle'), '.');
    git(repository, 'branch', '--quiet', 'draft', 'origin/draft');
    ws = await openWorkspace(repository);
    Author = ws.register(AuthorModel);
    Post = ws.register(PostModel);
    Person = ws.register(PersonModel);
  });

  it('has the authors that python-gitmodel reads', async () => {
    const authors = await Author.all().toArray();

    expect(authors.map(({ id, firstName, url }) => ({ id, first_name: firstName, url }))).toEqual(
      EXPECTED.authors,
    );
    expect(authors).toMatchObject([{ lastName: 'Łukasz', email: 'zoe@example.com', language: 'en-US' }]);
  });

  it('has the people that python-gitmodel reads', async () => {
    const people = await Person.all().toArray();
    const rows = people.map((person): PersonRow => [
      person.slug,
      person.age ?? NaN,
      person.balance?.toString() ?? '',
      person.birthDate?.toString() ?? '',
      person.active,
      person.taxRate ?? NaN,
      person.wakeUpCall?.toString() ?? '',
      person.joined?.toString({ fractionalSecondDigits: 6 }) ?? '',
    ]);

    const expected = EXPECTED.people.map(
      ([slug, age, balance, birthDate, active, taxRate, wakeUpCall, joined]): PersonRow => [
        slug,
        age,
        // Python writes zero as "0.0", and a point in time without microseconds without any digits.
        balance.replace(/\.0$/, ''),
        birthDate,
        active,
        taxRate,
        wakeUpCall,
        joined.includes('.') ? joined : `${joined}.000000`,
      ],
    );
    expect(rows.sort(([a], [b]) => a.localeCompare(b))).toEqual(expected);
  });

  it.each(['master', 'draft'])('has the posts and their blobs at the branch %s', async (branch) => {
    const slugs = await collect(Post.all({ at: branch }).ids());
    expect(slugs).toEqual(branch === 'master' ? EXPECTED.posts : ['draft-post', ...EXPECTED.posts]);

    const post = await Post.get('first-post', { at: branch });
    expect(post.title).toBe('First "post" – ünïcode ☃');
    expect(post.body).toBe('Line 1\nLine 2\tTabbed');
    expect(post.metadata).toEqual({ tags: ['a', 'b'], nested: { deep: [1, 2.5, null, true] } });
    expect(await post.image?.buffer()).toEqual(IMAGE);
    expect((await post.author).firstName).toBe(branch === 'master' ? 'Zoe' : 'Zoë');
  });

  it.each(['master', 'draft'])('is not changed by saving every record of the branch %s', async (branch) => {
    await ws.setBranch(branch);
    for (const record of [
      ...(await Author.all().toArray()),
      ...(await Post.all().toArray()),
      ...(await Person.all().toArray()),
    ]) {
      expect(record.changes()).toEqual({});
      await record.save();
    }

    expect(await ws.hasChanges()).toBe(false);
    expect(await ws.commit({ message: 'Nothing' })).toBeNull();
  });

  it('keeps every other value as it is stored, when one is changed', async () => {
    const before = new Map<string, unknown>();
    for (const person of await Person.all().toArray()) {
      before.set(person.getDataPath(), readWithStockTool(repository, 'HEAD', person.getDataPath()));
      person.lastName += ' II';
      await person.save();
    }
    await ws.commit({ message: 'All have had sons' });

    for (const [file, stored] of before) {
      const { fields } = stored as { fields: Record<string, unknown> };
      expect(readWithStockTool(repository, 'HEAD', file)).toEqual({
        model: 'Person',
        fields: { ...fields, last_name: `${String(fields.last_name)} II` },
      });
    }
    expectLog(repository, ['All have had sons', 'Rename', 'Add 25 people', 'Add first post', 'Add Zoë']);
  });

  it('keeps every other number as it is written, when one value is changed', async () => {
    const person = (await Person.all().toArray()).find(({ slug }) => slug === 'person-00');
    const file = person?.getDataPath() ?? '';
    const numbersOf = (treeish: string): string[] =>
      git(repository, 'show', `${treeish}:${file}`).match(/(?<=_(?:balance|rate)": )[^,\s]+/g) ?? [];
    person?.set({ lastName: 'Another' });
    await person?.save({ commit: true, message: 'Marry' });

    expect(numbersOf('HEAD~1')).toEqual(['0.0', '0.0']);
    expect(numbersOf('HEAD')).toEqual(['0.0', '0.0']);
    expectLog(repository, ['Marry', 'Rename', 'Add 25 people', 'Add first post', 'Add Zoë']);
  });

  it('takes new values, which stock tools read back', async () => {
    const person = (await Person.all().toArray()).find(({ slug }) => slug === 'person-07');
    person?.set({ age: 28, active: true, taxRate: 0.1 + 0.2 });
    person?.set({ birthDate: person.birthDate?.add({ days: 1 }) ?? null });
    person?.set({ balance: person.balance?.plus('0.01') ?? null });
    person?.set({ joined: person.joined?.with({ microsecond: 5 }) ?? null });
    await person?.save({ commit: true, message: 'Grow older' });

    expect(readWithStockTool(repository, 'HEAD', person?.getDataPath() ?? '')).toMatchObject({
      fields: {
        age: 28,
        active: true,
        tax_rate: 0.1 + 0.2,
        birth_date: '1957-08-18',
        account_balance: '700.08',
        date_joined: '2012-05-05T14:32:02.007005',
        wake_up_call: '07:30:00',
      },
    });
    expectLog(repository, ['Grow older', 'Rename', 'Add 25 people', 'Add first post', 'Add Zoë']);
  });

  it('has the history that git shows', async () => {
    const subjects = git(repository, 'log', '--format=%s').split('\n');

    expect((await collect(ws.walk())).map(({ message }) => message.trim())).toEqual(subjects);
  });

  it('keeps what a class does not know, and the blob, when a record is saved', async () => {
    const before = JSON.parse(git(repository, 'show', 'HEAD:post/first-post/data.json')) as {
      fields: Record<string, unknown>;
    };
    const other = await openWorkspace(repository);
    const Title = other.register(TitleModel, 'Post');
    const post = await Title.get('first-post');
    post.title = 'Another title';
    await post.save({ commit: true, message: 'Another title' });

    const after = JSON.parse(git(repository, 'show', 'HEAD:post/first-post/data.json')) as typeof before;
    expect(after).toEqual({ model: 'Post', fields: { ...before.fields, title: 'Another title' } });
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
    expect(await ws.index.read('post/renamed/image.data')).toEqual(IMAGE);
  });
});

/** Knows neither the blob nor the relation of python-gitmodel's model. */
class TitleModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
}

/** Reads JSON by jq, or where that is not installed by python3, and prints it anew: no line of it is ours. */
function readWithStockTool(repository: string, treeish: string, file: string): unknown {
  const input = runGit(repository, ['show', `${treeish}:${file}`]);
  const jq = spawnSync('jq', ['.'], { input });
  const { status, stdout, error } =
    jq.error === undefined ? jq : spawnSync('python3', ['-m', 'json.tool'], { input });
  if (error) throw error;
  expect(status).toBe(0);
  return JSON.parse(stdout.toString()) as unknown;
}
