import { Readable } from 'node:stream';
import {
  BigIntegerField,
  BlobField,
  BytesField,
  CharField,
  Decimal,
  DecimalField,
  GitBlob,
  GitModel,
  IntegerField,
  InvalidArgumentError,
  JSONField,
  keyedList,
  Model,
  ModelDefinitionError,
  Related,
  RelatedField,
  SlugField,
  TextField,
  UnrelatedHistoriesError,
} from 'gitmodel';
import type { BoundModel, FieldPolicies, GitModelError, MergePolicies, MergeVersions } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { PageModel, SpanModel } from '../../support/sample-models';
import { commitFiles, git } from '../../support/temporary-repository';
import { collect, emptyRepository, expectLog, openPages, openWorkspace } from '../../support/workspaces';
import { change, openSides } from './sides';

@Model({ name: 'Account' })
class AccountModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @DecimalField({ merge: 'counter', default: new Decimal(0) }) balance!: Decimal;
  @BigIntegerField({ merge: 'counter', default: 0n }) total!: bigint;
  @TextField({ required: false, merge: 'text' }) notes!: string;
  @JSONField({ merge: keyedList('sku'), default: [] }) lines!: { sku: string; count: number }[];
  @JSONField({ required: false }) settings!: Record<string, unknown> | null;
  @IntegerField({
    default: 0,
    merge: ({ base, ours, theirs }) => Math.max(base ?? 0, ours ?? 0, theirs ?? 0) + 1,
  })
  version!: number;
  @BlobField({ required: false }) photo!: GitBlob | null;
}

@Model({ name: 'Key' })
class KeyModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @BlobField({ required: false }) blob!: GitBlob | null;
  @BytesField() bytes!: Buffer;
}

@Model({ name: 'Stock' })
class StockModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @IntegerField({ min: 0, merge: 'counter' }) count!: number;
}

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @SlugField({ id: true }) name!: string;
}

@Model({ name: 'Post' })
class PostModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @RelatedField(AuthorModel, { onDelete: 'restrict' }) author!: Related<AuthorModel>;
}

const MERGED = ['Merged', 'Theirs', 'Ours', 'Base'];
const merged = { message: 'Merged' };

describe('the merge of records', () => {
  it('follows the policies of fields of all types', async () => {
    const { ws, model, path } = await openSides(AccountModel, {
      base: (Account) =>
        new Account({
          name: 'a',
          balance: '10.50',
          total: 10n ** 30n,
          notes: 'one\ntwo\nthree\n',
          lines: [{ sku: 'x', count: 1 }],
          settings: { color: 'red', size: { width: 1, height: 1 } },
        }).save(),
      ours: (Account) =>
        change(Account, 'a', {
          balance: '11.75',
          total: 10n ** 30n + 1n,
          notes: 'ONE\ntwo\nthree\n',
          lines: [{ sku: 'x', count: 2 }],
          settings: { color: 'blue', size: { width: 2, height: 1 } },
          version: 5,
        }),
      theirs: (Account) =>
        change(Account, 'a', {
          balance: '10.00',
          total: 10n ** 30n + 2n,
          notes: 'one\ntwo\nTHREE\n',
          lines: [
            { sku: 'x', count: 1 },
            { sku: 'y', count: 9 },
          ],
          settings: { color: 'red', size: { width: 1, height: 3 } },
          version: 7,
        }),
    });
    expect(await ws.merge('draft', merged)).toMatchObject({ status: 'merged' });
    const account = await model.get('a');
    expect(account.balance.toFixed(2)).toBe('11.25');
    expect(account).toMatchObject({
      total: 10n ** 30n + 3n,
      notes: 'ONE\ntwo\nTHREE\n',
      lines: [
        { sku: 'x', count: 2 },
        { sku: 'y', count: 9 },
      ],
      settings: { color: 'blue', size: { width: 2, height: 3 } },
      version: 8,
    });
    expectLog(path, MERGED);
  });

  it('says where inside a value of JSON the sides differ', async () => {
    const { ws, model, path } = await openSides(AccountModel, {
      base: (Account) => new Account({ name: 'a', settings: { color: { text: 'red' } } }).save(),
      ours: (Account) => change(Account, 'a', { settings: { color: { text: 'blue' } } }),
      theirs: (Account) => change(Account, 'a', { settings: { color: { text: 'green', back: 'white' } } }),
    });
    const { conflicts } = await ws.merge('draft');
    expect(conflicts).toMatchObject([
      { field: 'settings', keys: ['color', 'text'], base: 'red', ours: 'blue', theirs: 'green' },
    ]);
    await ws.merge('draft', { ...merged, onConflict: () => ({ value: 'black' }) });
    expect((await model.get('a')).settings).toEqual({ color: { text: 'black', back: 'white' } });
    expectLog(path, MERGED);
  });

  it('merges blobs as a whole, and takes any content for one', async () => {
    const { ws, model, path } = await openSides(AccountModel, {
      base: (Account) => new Account({ name: 'a', photo: 'Base' }).save(),
      ours: (Account) => change(Account, 'a', { photo: 'Ours' }),
      theirs: (Account) => change(Account, 'a', { photo: 'Theirs', notes: 'With a photo' }),
    });
    const [conflict] = (await ws.merge('draft')).conflicts;
    expect(conflict).toMatchObject({ kind: 'field', field: 'photo' });
    expect(await (conflict?.theirs as GitBlob).text()).toBe('Theirs');
    await ws.merge('draft', { ...merged, onConflict: () => ({ value: Buffer.from('Both') }) });
    const account = await model.get('a');
    expect([await account.photo?.text(), account.notes]).toEqual(['Both', 'With a photo']);
    expectLog(path, MERGED);
  });

  it('gives functions the content of files, and takes content from them', async () => {
    const edits = {
      base: (Key: BoundModel<typeof KeyModel>) =>
        new Key({ name: 'a', blob: 'Base', bytes: Buffer.from('0') }).save(),
      ours: (Key: BoundModel<typeof KeyModel>) => change(Key, 'a', { blob: 'Ours', bytes: Buffer.from('1') }),
      theirs: (Key: BoundModel<typeof KeyModel>) =>
        change(Key, 'a', { blob: 'Theirs', bytes: Buffer.from('2') }),
    };
    const { ws, model, path } = await openSides(KeyModel, edits);
    const preview = (blob: MergePolicies[string][string]) =>
      ws.mergePreview('draft', { policies: { Key: { blob, bytes: 'ours' } } });
    const seen: unknown[] = [];
    const ofKeys: FieldPolicies<KeyModel> = {
      blob: ({ base, ours, theirs }) => {
        seen.push(base, ours, theirs);
        return theirs;
      },
      bytes: ({ ours, theirs }) => Buffer.concat([ours ?? Buffer.alloc(0), theirs ?? Buffer.alloc(0)]),
    };
    for (const wrong of [5, Promise.resolve('Later'), Readable.from(['A stream'])]) {
      const error = await errorOf(() => preview(() => wrong));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toContain('the field "blob" of Key');
    }
    expect((await preview('max')).conflicts).toMatchObject([{ kind: 'field', field: 'blob' }]);
    expect(await preview(() => null)).toMatchObject({ status: 'merged' });
    expect(await preview(() => 'Text')).toMatchObject({ status: 'merged' });
    expect(await ws.merge('draft', { ...merged, policies: { Key: ofKeys } })).toMatchObject({
      status: 'merged',
    });
    const key = await model.get('a');
    expect([await key.blob?.text(), String(key.bytes)]).toEqual(['Theirs', '12']);
    const texts = seen.map((each) => (each as GitBlob).text());
    expect(await Promise.all(texts)).toEqual(['Base', 'Ours', 'Theirs']);
    expectLog(path, MERGED);
  });

  it('has bytes and blobs in conflicts as the record has them, and takes them from anywhere', async () => {
    const { ws, model, path } = await openSides(KeyModel, {
      base: (Key) => new Key({ name: 'a', blob: 'Base', bytes: Buffer.from('0') }).save(),
      ours: (Key) => change(Key, 'a', { blob: 'Ours', bytes: Buffer.from('1') }),
      theirs: (Key) => change(Key, 'a', { blob: 'Theirs', bytes: Buffer.from('2') }),
    });
    const folder = emptyRepository();
    const elsewhere = await openWorkspace(folder);
    const Other = elsewhere.register(KeyModel);
    await new Other({ name: 'b', blob: 'From elsewhere', bytes: Buffer.from('b') }).save();
    await elsewhere.commit({ message: 'Elsewhere' });
    const stored = (await Other.get('b')).blob;
    const resolved = (value: unknown) =>
      ws.mergePreview('draft', {
        onConflict: (conflict) => (conflict.field === 'blob' ? { value } : 'ours'),
      });
    expect(await errorOf(() => resolved(5))).toBeInstanceOf(InvalidArgumentError);
    expect(await resolved(Readable.from(['A stream']))).toMatchObject({ status: 'merged' });
    await ws.merge('draft', {
      ...merged,
      onConflict: (conflict) => {
        if (!conflict.isOf(model) || conflict.field !== 'bytes') return { value: stored };
        return conflict.with(
          Buffer.concat([conflict.ours ?? Buffer.alloc(0), conflict.theirs ?? Buffer.alloc(0)]),
        );
      },
    });
    const key = await model.get('a');
    expect([await key.blob?.text(), String(key.bytes)]).toEqual(['From elsewhere', '12']);
    expectLog(path, MERGED);
    expectLog(folder, ['Elsewhere']);
  });

  it('takes the fields of a whole record, and refuses what would be stored for nothing', async () => {
    const { ws, model, path } = await openSides(KeyModel, {
      base: (Key) => new Key({ name: 'a', blob: 'Base', bytes: Buffer.from('0') }).save(),
      ours: (Key) => change(Key, 'a', { blob: 'Ours' }),
      theirs: (Key) => Key.delete('a'),
    });
    const resolve = (value: unknown) => ws.merge('draft', { ...merged, onConflict: () => ({ value }) });
    for (const [property, value] of Object.entries({ blob: 'Text', bytes: Buffer.from('1'), nam: 'b' })) {
      const error = await errorOf(() => resolve({ name: 'a', [property]: value }));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toContain(`has ${property},`);
    }
    expect(await resolve({ name: 'a' })).toMatchObject({ status: 'merged' });
    expect(await (await model.get('a')).blob?.text()).toBe('Ours');
    expectLog(path, MERGED);
  });

  it('has a conflict where the sides together break a rule of the model', async () => {
    const { ws, model, path } = await openSides(SpanModel, {
      base: (Span) => new Span({ name: 'a', from: 1, to: 9 }).save(),
      ours: (Span) => change(Span, 'a', { from: 7 }),
      theirs: (Span) => change(Span, 'a', { to: 3 }),
    });
    const { conflicts } = await ws.merge('draft');
    expect(conflicts).toMatchObject([{ kind: 'invalid', model: 'Span', id: 'a', field: 'to' }]);
    expect(conflicts[0]?.message).toContain('must not end before it begins');
    expect((await ws.merge('draft', { onConflict: () => ({ value: { from: 8 } }) })).status).toBe(
      'conflicts',
    );
    expect(await ws.merge('draft', { ...merged, onConflict: () => ({ value: { from: 2 } }) })).toMatchObject({
      status: 'merged',
    });
    expect(await model.get('a')).toMatchObject({ from: 2, to: 3 });
    expectLog(path, MERGED);
  });

  it('has a conflict where one side refers to what the other one has deleted', async () => {
    const edit =
      (
        make: (ws: {
          Author: BoundModel<typeof AuthorModel>;
          Post: BoundModel<typeof PostModel>;
        }) => Promise<unknown>,
      ) =>
      (
        Author: BoundModel<typeof AuthorModel>,
        ws: { register: (model: typeof PostModel) => BoundModel<typeof PostModel> },
      ) =>
        make({ Author, Post: ws.register(PostModel) });
    const { ws, model, path } = await openSides(AuthorModel, {
      base: edit(({ Author }) => new Author({ name: 'ann' }).save()),
      ours: edit(({ Post }) => new Post({ slug: 'hello', author: 'ann' }).save()),
      theirs: edit(({ Author }) => Author.delete('ann')),
    });
    const { conflicts } = await ws.merge('draft');
    expect(conflicts).toMatchObject([{ kind: 'reference', model: 'Post', id: 'hello', field: 'author' }]);
    await ws.merge('draft', { ...merged, onConflict: () => 'ours' });
    expect(await model.get('ann')).toMatchObject({ name: 'ann' });
    expectLog(path, MERGED);
  });

  it('never gives up for a record that cannot be read', async () => {
    const { ws, Page, path } = await openPages();
    const text = (title: string): string =>
      `{"model": "Page", "fields": {"slug": "home", "title": ${title}}}\n`;
    const file = 'page/home/data.json';
    const base = [
      commitFiles(path, 'refs/heads/main', { files: { [file]: text('"Home"') }, message: 'Base' }),
    ];
    commitFiles(path, 'refs/heads/draft', {
      files: { [file]: 'nonsense' },
      message: 'Theirs',
      parents: base,
    });
    commitFiles(path, 'refs/heads/main', {
      files: { [file]: text('"Start"') },
      message: 'Ours',
      parents: base,
    });
    await ws.updateIndex();
    const { conflicts } = await ws.merge('draft');
    expect(conflicts).toMatchObject([{ kind: 'unreadable', path: file }]);
    await ws.merge('draft', { ...merged, onConflict: () => 'ours' });
    expect(await Page.get('home')).toMatchObject({ title: 'Start' });
    expectLog(path, MERGED);
  });

  it('adds decimals to the last digit', async () => {
    const balance = (text: string): { balance: Decimal } => ({ balance: new Decimal(text) });
    const { ws, model, path } = await openSides(AccountModel, {
      base: (Account) => new Account({ name: 'a', ...balance('1.0000') }).save(),
      ours: (Account) => change(Account, 'a', balance('99999999999999999999.0001')),
      theirs: (Account) => change(Account, 'a', balance('2.0002')),
    });
    expect(await ws.merge('draft', merged)).toMatchObject({ status: 'merged' });
    expect((await model.get('a')).balance.toFixed()).toBe('100000000000000000000.0003');
    expectLog(path, MERGED);
  });

  it('leaves it to others when a counter would be beyond its limits', async () => {
    const { ws, model, path } = await openSides(StockModel, {
      base: (Stock) => new Stock({ name: 'a', count: 10 }).save(),
      ours: (Stock) => change(Stock, 'a', { count: 3 }),
      theirs: (Stock) => change(Stock, 'a', { count: 4 }),
    });
    expect((await ws.merge('draft')).conflicts).toMatchObject([{ kind: 'field', field: 'count', base: 10 }]);
    expect(await ws.merge('draft', { ...merged, onConflict: () => ({ value: 0 }) })).toMatchObject({
      status: 'merged',
    });
    expect((await model.get('a')).count).toBe(0);
    expectLog(path, MERGED);
  });

  it('merges records of models that are not registered as JSON, with policies by stored names', async () => {
    const { ws, path } = await openPages();
    const notes = ws.records('note');
    await notes.save({ id: 'a', fields: { text: 'A', views: 1, tags: { x: 1 } } });
    await ws.commit({ message: 'Base' });
    await ws.createBranch('draft');
    const edit = async (branch: string, message: string, fields: Record<string, unknown>): Promise<void> => {
      await ws.setBranch(branch);
      const note = await notes.get('a');
      Object.assign(note.fields, fields);
      await notes.save(note);
      await ws.commit({ message });
    };
    await edit('main', 'Ours', { views: 3, tags: { x: 1, y: 2 } });
    await edit('draft', 'Theirs', { text: 'B', views: 4, tags: { x: 2 } });
    await ws.setBranch('main');
    expect((await ws.merge('draft')).conflicts).toMatchObject([
      { kind: 'field', model: 'note', id: 'a', field: 'views' },
    ]);
    await ws.merge('draft', { ...merged, policies: { Note: { views: 'counter' } } });
    expect((await notes.get('a')).fields).toEqual({ text: 'B', views: 6, tags: { x: 2, y: 2 } });
    expectLog(path, MERGED);
  });

  it('refuses what a policy gives that is no JSON, where there is no class to know better', async () => {
    const path = emptyRepository();
    const ws = await openWorkspace(path);
    const notes = ws.records('note');
    await notes.save({ id: 'a', fields: { text: 'A' } }, { commit: true, message: 'Base' });
    await ws.createBranch('draft');
    for (const branch of ['draft', 'main']) {
      await ws.setBranch(branch);
      const note = await notes.get('a');
      note.fields.text = branch;
      await notes.save(note, { commit: true, message: branch });
    }
    for (const wrong of [Promise.resolve('Later'), new Date(), NaN, 1n, () => 1, { a: undefined }]) {
      const policies = { note: { text: () => wrong } };
      const error = await errorOf(() => ws.merge('draft', { policies }));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toContain('the field "text" of a record');
    }
    const policies = { note: { text: ({ ours, theirs }: MergeVersions<unknown>) => [ours, theirs] } };
    expect(await ws.merge('draft', { policies, message: 'Merged' })).toMatchObject({ status: 'merged' });
    expect((await notes.get('a')).fields).toEqual({ text: ['main', 'draft'] });
    expectLog(path, ['Merged', 'draft', 'main', 'Base']);
  });

  it('refuses policies for models and fields that there are not, and says which there are', async () => {
    const { ws, path } = await openPages();
    await ws.commit({ message: 'Nothing' });
    await ws.index.addBlob('a.txt', 'A');
    await ws.commit({ message: 'One' });
    const refusal = async (policies: MergePolicies): Promise<GitModelError> => {
      const errors = [
        await errorOf(() => ws.merge('main', { policies })),
        await errorOf(() => ws.mergePreview('main', { policies })),
        await errorOf(() => ws.revert('main', { policies })),
      ];
      expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('INVALID_ARGUMENT'));
      expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
      return errors[0] as GitModelError;
    };
    expect(await refusal({ Pgae: { title: 'ours' } })).toMatchObject({
      message:
        '"policies" has the model "Pgae", and there is none of this name: there are Page. For a model without a class, ' +
        'call records() with its name first.',
      details: { option: 'policies.Pgae', model: 'Pgae' },
    });
    expect(await refusal({ Page: { titel: 'ours' } })).toMatchObject({
      message:
        '"policies" has the field "titel" of Page, which has none of this name: there are slug, title, content, published.',
      details: { option: 'policies.Page.titel', value: 'ours', model: 'Page', field: 'titel' },
    });
    expect((await refusal({ Page: 'ours' } as never)).details.option).toBe('policies.Page');
    expect((await refusal('ours' as never)).details.option).toBe('policies');
    ws.records('note');
    const policies = { Page: { title: 'ours', content: undefined }, Note: { anything: 'max' } } as const;
    for (const each of [ws, await ws.on('main')]) {
      expect(await each.mergePreview('main', { policies })).toMatchObject({ status: 'up-to-date' });
    }
    expectLog(path, ['One']);
  });

  it('reads what stock git has merged, of changes in neighbouring fields', async () => {
    const { ws, model, path } = await openSides(PageModel, {
      base: (Page) => new Page({ slug: 'home', title: 'Home', content: 'Welcome' }).save(),
      ours: (Page) => change(Page, 'home', { title: 'Start' }),
      theirs: (Page) => change(Page, 'home', { content: 'Hello', published: false }),
    });
    git(path, 'reset', '--quiet', '--hard');
    git(path, 'merge', '--quiet', '--no-edit', '-m', 'Merged', 'draft');
    await ws.updateIndex();
    expect(await model.get('home')).toMatchObject({ title: 'Start', content: 'Hello', published: false });
    expect(await collect(model.all())).toHaveLength(1);
    expectLog(path, MERGED);
  });

  it('refuses policies, options and resolutions that mean nothing', async () => {
    class Odd extends GitModel {
      @CharField({ merge: 'newest' as never }) title!: string;
    }
    const { ws, path } = await openSides(PageModel, {
      base: (Page) => new Page({ slug: 'home', title: 'Home' }).save(),
      ours: (Page) => change(Page, 'home', { title: 'A' }),
      theirs: (Page) => change(Page, 'home', { title: 'B' }),
    });
    expect(await errorOf(() => ws.register(Odd))).toBeInstanceOf(ModelDefinitionError);
    for (const options of [
      { fastForward: 'maybe' },
      { onConflict: 'ours' },
      { policies: { Page: { title: 'newest' } } },
      { policies: [] },
      { policies: new Map([['Page', { title: 'ours' }]]) },
      { dryRun: 'true' },
      { keepConflicts: 1 },
      { allowUnrelated: null },
      { onConflict: () => 'mine' },
      { onConflict: () => ({ value: '' }) },
    ]) {
      expect(await errorOf(() => ws.merge('draft', options as never))).toBeInstanceOf(InvalidArgumentError);
    }
    for (const options of [{ dryRun: 1 }, { mainline: '1' }, { mainline: 1.5 }, { mainline: null }]) {
      expect(await errorOf(() => ws.revert('main', options as never))).toBeInstanceOf(InvalidArgumentError);
    }
    git(path, 'update-ref', 'refs/heads/other', commitFiles(path, 'refs/heads/other', { message: 'Other' }));
    expect(await errorOf(() => ws.merge('other'))).toBeInstanceOf(UnrelatedHistoriesError);
    expect(await ws.merge('other', { ...merged, allowUnrelated: true })).toMatchObject({ status: 'merged' });
    for (const ref of ['main', 'draft'])
      expectLog(path, git(path, 'log', '--topo-order', '--format=%s', ref).split('\n'), ref);
  });
});
