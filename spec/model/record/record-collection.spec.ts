import {
  CharField,
  GitModel,
  IntegerField,
  JsonNumber,
  markdown,
  Model,
  sharded,
  SlugField,
  UUIDField,
} from 'gitmodel';
import type { RecordCollection, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { git, temporaryRepository } from '../../support/temporary-repository';
import { collect, expectLog, openWorkspace } from '../../support/workspaces';

describe('Records without a class', () => {
  let path: string;
  let ws: Workspace;
  let notes: RecordCollection;

  beforeEach(async () => {
    path = temporaryRepository();
    ws = await openWorkspace(path);
    notes = ws.records('Note');
  });

  it('are stored as those of a model are', async () => {
    await notes.save({ id: 'milk', fields: { text: 'Buy milk', tags: ['a', { b: null }] } });
    await ws.commit({ message: 'A note' });

    expect(JSON.parse(git(path, 'show', 'HEAD:note/milk/data.json'))).toEqual({
      model: 'Note',
      fields: { text: 'Buy milk', tags: ['a', { b: null }] },
    });
    expect(await notes.get('milk')).toEqual({
      id: 'milk',
      model: 'Note',
      fields: { text: 'Buy milk', tags: ['a', { b: null }] },
    });
    expectLog(path, ['A note']);
  });

  it('are read, changed and saved, as plain objects of one’s own', async () => {
    await notes.save({ id: 'milk', fields: { text: 'Buy milk' } }, { commit: true, message: 'One' });
    const note = await notes.get('milk');
    expect(await notes.save(note, { commit: true })).toBeNull();
    note.fields.text = 'Buy more milk';
    await notes.save(note, { commit: true, message: 'Two' });

    expect((await notes.get('milk')).fields).toEqual({ text: 'Buy more milk' });
    expect((await notes.get('milk', { at: 'HEAD~1' })).fields).toEqual({ text: 'Buy milk' });
    expectLog(path, ['Two', 'One']);
  });

  it('keep numbers that JavaScript would round', async () => {
    await notes.save({ id: 'a', fields: { n: new JsonNumber('12345678901234567890') } });
    await ws.commit({ message: 'A number' });

    expect(git(path, 'show', 'HEAD:note/a/data.json')).toContain('"n": 12345678901234567890');
    expect((await notes.get('a')).fields.n).toEqual(new JsonNumber('12345678901234567890'));
    expectLog(path, ['A number']);
  });

  it('move when their id is changed, with all that is in their folder', async () => {
    await notes.save({ id: 'a', fields: { text: 'A' } });
    await ws.index.addBlob('note/a/image.data', 'image');
    const note = await notes.get('a');
    note.id = 'b';
    await notes.save(note);

    expect(await collect(notes.all())).toEqual([{ id: 'b', model: 'Note', fields: { text: 'A' } }]);
    expect(await ws.index.read('note/b/image.data')).toEqual(Buffer.from('image'));
  });

  it('never take the place of others, unless they are told to', async () => {
    await notes.save({ id: 'a', fields: { text: 'A' } });
    const [mine, theirs] = [await notes.get('a'), await notes.get('a')];
    theirs.fields.text = 'B';
    await notes.save(theirs);
    mine.fields.text = 'C';

    expect((await errorOf(() => notes.save({ id: 'a', fields: {} }))).code).toBe('INTEGRITY');
    expect((await errorOf(() => notes.save(mine))).code).toBe('STALE_RECORD');
    await notes.save({ id: 'a', fields: { text: 'D' } }, { overwrite: true });
    expect((await notes.get('a')).fields.text).toBe('D');
  });

  it('are still no stored record when that could not take the place of another', async () => {
    await notes.save({ id: 'a', fields: { text: 'A' } });
    await notes.save({ id: 'b', fields: {} });
    const other = { id: 'a', fields: { text: 'B' } };

    const committing = notes.save(other, { overwrite: true, commit: true });
    await expect(committing).rejects.toMatchObject({ code: 'PENDING_CHANGES' });
    await expect(notes.save(other)).rejects.toMatchObject({ code: 'INTEGRITY' });
    expect((await notes.get('a')).fields.text).toBe('A');
  });

  it('lose the fields that are taken out of them', async () => {
    await notes.save({ id: 'a', fields: { text: 'A', done: true } });
    const note = await notes.get('a');
    delete note.fields.done;
    await notes.save(note);

    expect((await notes.get('a')).fields).toEqual({ text: 'A' });
  });

  it('are deleted', async () => {
    await notes.save({ id: 'a', fields: {} });
    await notes.delete('a');

    expect(await notes.getOrNull('a')).toBeNull();
    expect(await errorOf(() => notes.get('a'))).toMatchObject({
      code: 'DOES_NOT_EXIST',
      details: { model: 'Note', id: 'a' },
    });
    expect((await errorOf(() => notes.delete('a'))).code).toBe('DOES_NOT_EXIST');
    expect(await ws.hasChanges()).toBe(false);
  });

  it.each([
    ['undefined', { a: undefined }],
    ['a date', { a: new Date() }],
    ['NaN', { a: Number.NaN }],
    ['a map', { a: new Map() }],
    ['something deep inside', { a: [{ b: Symbol('c') }] }],
  ])('refuse what JSON cannot hold: %s', async (_name, fields) => {
    expect((await errorOf(() => notes.save({ id: 'a', fields: fields as never }))).code).toBe(
      'VALIDATION_FAILED',
    );
    expect(await ws.hasChanges()).toBe(false);
  });

  it.each(['', '..', '.git', 'a/b', 'a\0'])('refuse the id %j', async (id) => {
    for (const use of [
      () => notes.save({ id, fields: {} }),
      () => notes.get(id),
      () => notes.getOrNull(id),
      () => notes.delete(id),
    ]) {
      expect((await errorOf(use)).code).toBe('INVALID_PATH');
    }
  });

  it('refuse an id or a name that is no text', async () => {
    expect((await errorOf(() => notes.get(5 as never))).code).toBe('INVALID_ARGUMENT');
    for (const name of ['..', '', 'a/b', 5]) {
      expect((await errorOf(() => ws.records(name as never))).code).toBe('INVALID_ARGUMENT');
    }
  });

  it('may have another layout and form', async () => {
    const posts = ws.records('post', {
      folder: 'content/posts',
      serializer: markdown({ body: 'text' }),
      dataPath: sharded(),
    });
    await posts.save({ id: 'hello', fields: { title: 'Hello', text: 'The body.' } });
    await ws.commit({ message: 'A post' });

    expect(git(path, 'ls-tree', '-r', '--name-only', 'HEAD')).toBe('content/posts/a/a/f/hello/data.md');
    expect(git(path, 'show', 'HEAD:content/posts/a/a/f/hello/data.md').trim()).toBe(
      '---\ntitle: Hello\n---\n\nThe body.',
    );
    expect(await posts.get('hello')).toEqual({ id: 'hello', fields: { title: 'Hello', text: 'The body.' } });
    expectLog(path, ['A post']);
  });
});

describe('Records of a registered model, without its class', () => {
  @Model({ name: 'Account' })
  class AccountModel extends GitModel {
    @SlugField({ id: true }) owner!: string;
    @IntegerField({ validators: (value) => value >= 0 || 'must not be negative' }) balance!: number;
    @CharField({ unique: true, required: false }) email!: string;
  }

  let ws: Workspace;
  let accounts: RecordCollection;

  beforeEach(async () => {
    ws = await openWorkspace(temporaryRepository());
    ws.register(AccountModel);
    accounts = ws.records('account');
  });

  it('are those of the class', async () => {
    const Account = ws.register(AccountModel);
    await accounts.save({ id: 'ann', fields: { balance: 5, more: 'stays' } });

    expect(await Account.get('ann')).toMatchObject({ owner: 'ann', balance: 5, email: '' });
    const ann = await Account.get('ann');
    ann.balance = 6;
    await ann.save();
    expect((await accounts.get('ann')).fields).toEqual({
      owner: 'ann',
      balance: 6,
      email: '',
      more: 'stays',
    });
  });

  it('keep and change fields that the class does not know', async () => {
    await accounts.save({ id: 'ann', fields: { balance: 5, more: 'stays' } });
    const ann = await accounts.get('ann');
    ann.fields.more = 'changed';
    await accounts.save(ann);

    expect((await accounts.get('ann')).fields.more).toBe('changed');
  });

  it.each<[string, Record<string, never>, string]>([
    ['a value of another type', { balance: 'much' as never }, 'VALIDATION_FAILED'],
    ['a value that a validator refuses', { balance: -1 as never }, 'VALIDATION_FAILED'],
    ['no value where one is required', {}, 'VALIDATION_FAILED'],
    ['another id', { owner: 'bob' as never, balance: 1 as never }, 'VALIDATION_FAILED'],
  ])('follow its rules: not %s', async (_name, fields, code) => {
    expect((await errorOf(() => accounts.save({ id: 'ann', fields }))).code).toBe(code);
    expect(await ws.hasChanges()).toBe(false);
  });

  it('cannot say that they are of another model', async () => {
    const record = { id: 'ann', model: 'Other', fields: { balance: 5 } };

    expect(await errorOf(() => accounts.save(record))).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ path: 'model', code: 'invalid_model', value: 'Other' }],
    });
    await accounts.save({ ...record, model: 'ACCOUNT' });
    expect((await accounts.get('ann')).fields.balance).toBe(5);
  });

  it('have one id, in whichever way it is written', async () => {
    class Key extends GitModel {
      @UUIDField({ id: true }) key!: string;
    }
    const BoundKey = ws.register(Key);
    const keys = ws.records('Key');
    const id = '0123456789abcdef0123456789abcdef';
    await keys.save({ id: '01234567-89AB-CDEF-0123-456789ABCDEF', fields: {} });

    expect(await BoundKey.get(id)).toMatchObject({ key: id });
    expect(await keys.get('01234567-89ab-cdef-0123-456789abcdef')).toMatchObject({ id, fields: { key: id } });
  });

  it('have the number that their id stands for, where the class has numbers', async () => {
    class Invoice extends GitModel<number> {
      @IntegerField({ id: true }) number!: number;
    }
    const BoundInvoice = ws.register(Invoice);
    const invoices = ws.records('Invoice');
    await invoices.save({ id: '7', fields: {} });

    expect(await BoundInvoice.get(7)).toMatchObject({ number: 7 });
    expect(await errorOf(() => invoices.save({ id: 'seven', fields: {} }))).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ path: 'number', code: 'invalid_type', value: 'seven' }],
    });
  });

  it('are unique where the class says so', async () => {
    await accounts.save({ id: 'ann', fields: { balance: 1, email: 'a@b.c' } });

    expect(
      await errorOf(() => accounts.save({ id: 'bob', fields: { balance: 1, email: 'a@b.c' } })),
    ).toMatchObject({ code: 'VALIDATION_FAILED', issues: [{ path: 'email', code: 'unique' }] });
  });

  it('cannot be had under another name', async () => {
    expect(await errorOf(() => ws.records('other', { folder: 'account' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'folder', value: 'account' },
    });
  });
});
