import {
  BlobField,
  BooleanField,
  CharField,
  DateTimeField,
  GitModel,
  IntegerField,
  ListField,
  Model,
  SlugField,
  UUIDField,
  sharded,
} from 'gitmodel';
import type { DataPath, GitBlob } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { commitFiles, git } from '../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../support/workspaces';

describe('A readonly field', () => {
  @Model({ name: 'Item' })
  class ItemModel extends GitModel {
    @SlugField({ id: true, readonly: true }) slug!: string;
    @CharField({ readonly: true, required: false }) code!: string;
    @DateTimeField({ readonly: true, required: false }) since!: Date | null;
    @BlobField({ readonly: true, required: false }) image!: GitBlob | null;
    @CharField({ required: false }) note!: string;
  }

  async function openItems() {
    const ws = await openWorkspace();
    return { ws, Item: ws.register(ItemModel) };
  }

  it('may change until the record is saved', async () => {
    const { Item } = await openItems();
    const item = new Item({ slug: 'a', code: 'A' });
    item.set({ slug: 'b', code: 'B', image: 'B' });
    await item.save();

    expect(await Item.get('b')).toMatchObject({ code: 'B' });
  });

  it.each<readonly [string, object]>([
    ['code', { code: 'B' }],
    ['code', { code: '' }],
    ['since', { since: new Date(1) }],
    ['since', { since: null }],
    ['image', { image: 'Other' }],
    ['image', { image: null }],
    ['slug', { slug: 'b' }],
  ])('may not change afterwards: %s, %p', async (field, values) => {
    const { ws, Item } = await openItems();
    const item = new Item({ slug: 'a', code: 'A', since: new Date(0), image: 'I' });
    await item.save();
    const tree = await ws.index.writeTree();

    for (const each of [item, await Item.get('a')]) {
      each.set(values);
      expect(await errorOf(() => each.save())).toMatchObject({
        code: 'VALIDATION_FAILED',
        issues: [{ path: field, code: 'readonly', message: 'cannot be changed after the record was saved' }],
      });
    }
    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('may be assigned what it is', async () => {
    const { Item } = await openItems();
    await new Item({ slug: 'a', code: 'A', since: new Date(0), image: 'I' }).save();
    const item = await Item.get('a');
    item.set({
      slug: 'a',
      code: 'A',
      since: '1970-01-01T01:00:00+01:00',
      image: Buffer.from('I'),
      note: 'N',
    });
    await item.save();

    expect(await Item.get('a')).toMatchObject({ code: 'A', since: new Date(0), note: 'N' });
  });

  it('may change again once the record is deleted', async () => {
    const { Item } = await openItems();
    const item = new Item({ slug: 'a', code: 'A' });
    await item.save();
    await item.delete();
    item.set({ slug: 'b', code: 'B' });
    await item.save();

    expect(await Item.get('b')).toMatchObject({ code: 'B' });
  });

  it('may be given a value where a required one was missing, for nothing could be saved otherwise', async () => {
    @Model({ name: 'Old' })
    class OldModel extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @CharField({ readonly: true }) code!: string;
    }
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: { 'old/a/data.json': '{"model":"Old","fields":{"slug":"a"}}' },
    });
    const Old = (await openWorkspace(path)).register(OldModel);
    const old = await Old.get('a');
    old.code = 'A';
    await old.save();
    old.code = 'B';

    expect(await errorOf(() => old.save())).toMatchObject({ issues: [{ path: 'code', code: 'readonly' }] });
  });
});

describe.each<readonly [string, DataPath | undefined]>([
  ['flat', undefined],
  ['sharded', sharded()],
  ['of a function', (id) => `${id}.json`],
])('A unique field, in a layout that is %s', (_what, dataPath) => {
  class UserModel extends GitModel {
    @UUIDField({ id: true }) key!: string;
    @CharField({ required: false, unique: true }) email!: string;
    @IntegerField({ required: false, unique: true }) number!: number | null;
    @UUIDField({ required: false, nullable: true, unique: true }) token!: string | null;
    @BooleanField({ required: false, unique: true }) owner!: boolean;
    @ListField(CharField(), { unique: true }) tags!: string[];
    @CharField({ required: false }) note!: string;
  }
  const TOKEN = '00112233445566778899aabbccddeeff';

  async function openUsers(path = emptyRepository()) {
    @Model({ name: 'User', ...(dataPath ? { dataPath } : {}) })
    class Laid extends UserModel {}
    const ws = await openWorkspace(path);
    return { path, ws, User: ws.register(Laid) };
  }

  it.each<readonly [string, object]>([
    ['email', { email: 'a@example.com' }],
    ['number', { number: 0 }],
    ['token', { token: TOKEN.toUpperCase() }],
    ['owner', { owner: true }],
    ['tags', { tags: ['a', 'b'] }],
  ])('refuses the value of another record: %s', async (field, values) => {
    const { ws, User } = await openUsers();
    const first = new User({
      email: 'a@example.com',
      number: 0,
      token: TOKEN,
      owner: true,
      tags: ['a', 'b'],
    });
    await first.save();
    const tree = await ws.index.writeTree();

    for (const use of [
      () => new User(values).save(),
      () => new User(values).save({ commit: false, overwrite: true }),
    ]) {
      expect(await errorOf(use)).toMatchObject({
        code: 'VALIDATION_FAILED',
        issues: [
          {
            path: field,
            code: 'unique',
            message: `must be unique, and the record "${first.key}" has this value`,
          },
        ],
      });
    }
    expect(await ws.index.writeTree()).toBe(tree);
  });

  it('may be empty in any number of records', async () => {
    const { User } = await openUsers();
    for (let n = 0; n < 3; n++) await new User().save();
    await new User({ email: '', number: null, token: null, owner: false, tags: [] }).save();

    expect(await User.all().count()).toBe(4);
  });

  it('lets a record keep its own value, whatever else of it changes', async () => {
    const { User } = await openUsers();
    const user = new User({ email: 'a@example.com', tags: ['a'] });
    await user.save();
    user.note = 'Changed';
    await user.save();
    user.key = TOKEN;
    await user.save();
    user.set({ email: 'b@example.com' });
    await user.save();
    user.set({ email: 'a@example.com', key: 'f'.repeat(32) });
    await user.save();

    expect((await User.all().toArray()).map(({ email }) => email)).toEqual(['a@example.com']);
  });

  it('refuses a value when a record is changed to it, and takes one that was given up', async () => {
    const { User } = await openUsers();
    const [a, b] = [new User({ email: 'a@example.com' }), new User({ email: 'b@example.com' })];
    await a.save();
    await b.save();
    b.email = 'a@example.com';
    expect(await errorOf(() => b.save())).toMatchObject({ issues: [{ path: 'email', code: 'unique' }] });
    a.email = 'c@example.com';
    await a.save();
    await b.save();

    expect(await User.get(b.key)).toMatchObject({ email: 'a@example.com' });
    await b.delete();
    await new User({ email: 'a@example.com' }).save();
  });

  it('refuses a value that two records of one commitOnSuccess have', async () => {
    const { path, ws, User } = await openUsers();
    const error = await errorOf(() =>
      ws.commitOnSuccess(async () => {
        await Promise.all([
          new User({ email: 'a@example.com' }).save(),
          new User({ email: 'a@example.com' }).save(),
        ]);
      }),
    );

    expect(error).toMatchObject({ issues: [{ path: 'email', code: 'unique' }] });
    expect(await ws.hasChanges()).toBe(false);
    expectLog(path, []);
  });

  it('refuses one of two saves that are in flight together', async () => {
    const { User } = await openUsers();
    const results = await Promise.allSettled([
      new User({ email: 'a@example.com' }).save(),
      new User({ email: 'a@example.com' }).save(),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await User.all().count()).toBe(1);
  });

  it('cannot be won by giving a value up and taking it back, while another record takes it', async () => {
    const { User } = await openUsers();
    const user = new User({ email: 'a@example.com' });
    await user.save();
    user.email = 'b@example.com';
    const saves = [user.save(), new User({ email: 'a@example.com' }).save()];
    user.email = 'a@example.com';
    saves.push(user.save());
    const results = await Promise.allSettled(saves);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    const emails = (await User.all().toArray()).map(({ email }) => email);
    expect(emails.sort()).toEqual(['a@example.com', 'b@example.com']);
  });

  it('refuses a value that another record has taken since, also when what is stored is overwritten', async () => {
    const { User } = await openUsers();
    const user = new User({ email: 'a@example.com' });
    await user.save();
    const before = await User.get(user.getId());
    user.email = 'b@example.com';
    await user.save();
    await new User({ email: 'a@example.com' }).save();

    expect(await errorOf(() => before.save({ overwrite: true }))).toMatchObject({
      issues: [{ path: 'email', code: 'unique' }],
    });
  });

  it('knows a value in another stored form, and its own record by an id in another form', async () => {
    const { path, ws, User } = await openUsers();
    const key = '0123456789abcdef0123456789abcdef';
    const place = User.getDataPath(key);
    await ws.close();
    commitFiles(path, 'refs/heads/main', {
      files: {
        [place]: JSON.stringify({
          model: 'User',
          fields: {
            key: '01234567-89AB-CDEF-0123-456789ABCDEF',
            token: '00112233-4455-6677-8899-AABBCCDDEEFF',
            email: 'old@example.com',
          },
        }),
      },
    });
    const { User: Again } = await openUsers(path);

    expect(await errorOf(() => new Again({ token: TOKEN }).save())).toMatchObject({
      issues: [{ path: 'token', code: 'unique' }],
    });
    const user = await Again.get(key);
    user.email = 'new@example.com';
    await user.save();
    user.email = 'old@example.com';
    await user.save();
    expect(await Again.all().count()).toBe(1);
    expectLog(path, ['A commit']);
  });
});

describe('Options that cannot be together', () => {
  it.each(['unique', 'readonly'])('are { serialize: false } and { %s: true }', async (option) => {
    class Contradiction extends GitModel {
      @CharField({ serialize: false, [option]: true }) secret!: string;
    }
    const ws = await openWorkspace();

    expect(await errorOf(() => ws.register(Contradiction))).toMatchObject({
      code: 'INVALID_MODEL',
      details: { model: 'Contradiction', field: 'secret' },
    });
  });
});

describe('A field that is not stored', () => {
  @Model({ name: 'Account' })
  class AccountModel extends GitModel {
    @SlugField({ id: true }) slug!: string;
    @CharField({ serialize: false, default: 'secret', validators: (text) => text.length > 3 })
    password!: string;
    @BlobField({ serialize: false, required: false }) image!: GitBlob | null;
  }

  it('is no part of the record, and has its default when that is loaded', async () => {
    const path = emptyRepository();
    const Account = (await openWorkspace(path)).register(AccountModel);
    const account = new Account({ slug: 'a', password: 'mine!', image: 'I' });
    await account.save({ commit: true, message: 'One' });

    expect(git(path, 'ls-tree', '-r', '--name-only', 'HEAD')).toBe('account/a/data.json');
    expect(git(path, 'show', 'HEAD:account/a/data.json')).not.toMatch(/password|image|mine/);
    expect(account.password).toBe('mine!');
    expect(await Account.get('a')).toMatchObject({ password: 'secret', image: null });
    expectLog(path, ['One']);
  });

  it('is validated all the same, and is no change', async () => {
    const { ws, Account } = await (async () => {
      const workspace = await openWorkspace();
      return { ws: workspace, Account: workspace.register(AccountModel) };
    })();
    const account = new Account({ slug: 'a', password: 'no' });
    expect(await errorOf(() => account.save())).toMatchObject({
      issues: [{ path: 'password', code: 'invalid' }],
    });
    account.password = 'long enough';
    await account.save();
    const tree = await ws.index.writeTree();
    account.password = 'another';

    expect(account.changes()).toEqual({});
    await account.save();
    expect(await ws.index.writeTree()).toBe(tree);
  });
});

describe('The other options of fields', () => {
  it('name the stored field, and make defaults anew', async () => {
    @Model({ name: 'Entry' })
    class EntryModel extends GitModel {
      @SlugField({ id: true, name: 'entry_id' }) slug!: string;
      @CharField({ name: 'full_title' }) title!: string;
      @ListField(CharField(), { default: () => ['new'] }) tags!: string[];
      @CharField({ nullable: true, required: false }) note!: string | null;
      @CharField({ nullable: true, default: null }) other!: string | null;
    }
    const path = emptyRepository();
    const Entry = (await openWorkspace(path)).register(EntryModel);
    const [a, b] = [new Entry({ slug: 'a', title: 'A' }), new Entry({ slug: 'b', title: 'B', note: '' })];
    a.tags.push('more');
    await a.save();
    await b.save({ commit: false });
    expect(b.tags).toEqual(['new']);
    expect([(await Entry.get('a')).note, (await Entry.get('b')).note, b.other]).toEqual([null, '', null]);
    a.note = null;
    await a.save();
    expect(await Entry.get('a')).toMatchObject({ slug: 'a', title: 'A', tags: ['new', 'more'], note: null });
    const ws = await openWorkspace(path);
    expect(await ws.hasChanges()).toBe(false);
    expect(await errorOf(() => new Entry({ slug: 'c', title: null as never }).save())).toMatchObject({
      issues: [{ path: 'title', code: 'required' }],
    });
  });
});
