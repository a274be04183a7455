import { renameSync } from 'node:fs';
import { BytesField, BytesFieldType, CharField, GitBlob, GitModel, Model, SlugField } from 'gitmodel';
import type { BoundModel, VersionChanges, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itRefuses } from '../../support/field-cases';
import { commitFiles, git, runGit } from '../../support/temporary-repository';
import { collect, emptyRepository, expectLog, filesAt, openWorkspace } from '../../support/workspaces';

@Model({ name: 'Key' })
class KeyModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @CharField({ required: false }) title!: string;
  @BytesField() bytes!: Buffer;
  @BytesField({ required: false }) more!: Buffer | null;
}

async function openKeys(path = emptyRepository()): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Key: BoundModel<typeof KeyModel>;
}> {
  const ws = await openWorkspace(path);
  return { path, ws, Key: ws.register(KeyModel) };
}

describe('A record with bytes', () => {
  it('has them in a file of their own, and reads them with the record', async () => {
    const { path, ws, Key } = await openKeys();
    await new Key({ name: 'a', bytes: Buffer.from([0, 255]) }).save();
    expect((await Key.get('a')).bytes).toEqual(Buffer.from([0, 255]));
    await ws.commit({ message: 'A' });
    const key = await (await openKeys(path)).Key.get('a');

    expect(key.bytes).toEqual(Buffer.from([0, 255]));
    expect(key.more).toBeNull();
    expect(key.changes()).toEqual({});
    expect(filesAt(path, 'HEAD')).toEqual(['key/a/bytes.data', 'key/a/data.json']);
    expect(runGit(path, ['show', 'HEAD:key/a/bytes.data'])).toEqual(Buffer.from([0, 255]));
    expect(JSON.parse(git(path, 'show', 'HEAD:key/a/data.json'))).toEqual({
      model: 'Key',
      fields: { name: 'a', title: '' },
    });
    await ws.close();
    expect(key.bytes).toEqual(Buffer.from([0, 255]));
    expectLog(path, ['A']);
  });

  it('takes any bytes, which it holds as a Buffer', async () => {
    const { Key } = await openKeys();
    const key = new Key({ name: 'a', bytes: new Uint8Array([9, 1, 2]).subarray(1) as Buffer });
    await key.save();

    expect(key.bytes).toEqual(Buffer.from([1, 2]));
    expect((await Key.get('a')).bytes).toEqual(Buffer.from([1, 2]));
    await key.set({ bytes: Buffer.alloc(0) }).save();
    expect((await Key.get('a')).bytes).toEqual(Buffer.alloc(0));
  });

  it('stores what they are when it is saved, and notices what was changed in place', async () => {
    const { ws, Key } = await openKeys();
    const bytes = Buffer.from('before');
    const key = new Key({ name: 'a', bytes });
    await key.save();
    bytes.fill('x');
    expect((await ws.index.read('key/a/bytes.data')).toString()).toBe('before');
    expect(Object.keys(key.changes())).toEqual(['bytes']);
    expect(String(key.changes().bytes?.to)).toBe('xxxxxx');
    await key.save();

    expect(String((await Key.get('a')).bytes)).toBe('xxxxxx');
    expect(key.changes()).toEqual({});
  });

  it('has them in differences, histories and blames as the record has them', async () => {
    const { path, ws, Key } = await openKeys();
    const key = new Key({ name: 'a', bytes: Buffer.from('one') });
    await key.save({ commit: true, message: 'One' });
    key.set({ bytes: Buffer.from('two'), more: Buffer.from('more') });
    const before = key.changes().bytes?.from;
    expect(before instanceof GitBlob && (await before.text())).toBe('one');
    await key.save({ commit: true, message: 'Two' });

    const texts = ({ bytes, more }: VersionChanges<KeyModel>): unknown[] => [
      bytes?.from?.toString('utf8'),
      bytes?.to?.toString('utf8'),
      more?.from,
      more?.to?.toString('utf8'),
    ];
    for await (const { fields } of ws.diff('HEAD~1', 'HEAD').of(Key)) {
      expect(texts(await fields())).toEqual(['one', 'two', null, 'more']);
    }
    const [version] = await collect(key.history());
    expect(version && texts(await version.fields())).toEqual(['one', 'two', null, 'more']);
    expect((await key.blame()).bytes?.from?.toString('utf8')).toBe('one');
    expectLog(path, ['Two', 'One']);
  });

  it('shares them with no other record', async () => {
    const { path, ws, Key } = await openKeys();
    await new Key({ name: 'a', bytes: Buffer.from('A') }).save();
    (await Key.get('a')).bytes.fill('x');
    expect(String((await Key.get('a')).bytes)).toBe('A');
    await ws.commit({ message: 'A' });
    (await Key.get('a')).bytes.fill('x');
    (await Key.get('a', { at: 'HEAD' })).bytes.fill('x');
    expect(String((await Key.get('a')).bytes)).toBe('A');
    expectLog(path, ['A']);
  });

  it('keeps them when it is saved again, moves them, and can have none', async () => {
    const { path, Key } = await openKeys();
    const key = new Key({ name: 'a', bytes: Buffer.from('A'), more: Buffer.from('M') });
    await key.save({ commit: true, message: 'One' });
    expect(await key.save({ commit: true, message: 'Nothing' })).toBeNull();
    const elsewhere = await (await openKeys(path)).Key.get('a');
    await elsewhere.set({ name: 'b', title: 'B', more: null }).save({ commit: true, message: 'Two' });

    expect(filesAt(path, 'HEAD')).toEqual(['key/b/bytes.data', 'key/b/data.json']);
    expect(git(path, 'show', 'HEAD:key/b/bytes.data')).toBe('A');
    expect(String((await Key.get('a', { at: 'HEAD~1' })).more)).toBe('M');
    expectLog(path, ['Two', 'One']);
  });

  it('is left out of all where they cannot be read', async () => {
    const { path, ws } = await openKeys();
    const bytes = await ws.index.addBlob('key/a/bytes.data', 'A');
    await ws.index.addBlob('key/a/data.json', '{"model":"Key","fields":{"name":"a"}}');
    await ws.index.addBlob('key/b/data.json', '{"model":"Key","fields":{"name":"b"}}');
    await ws.commit({ message: 'By hand' });
    expectLog(path, ['By hand']);
    const { Key } = await openKeys(path);
    const object = `.git/objects/${bytes.slice(0, 2)}/${bytes.slice(2)}`;
    renameSync(`${path}/${object}`, `${path}/hidden`);
    const invalid: string[] = [];
    const found = await Key.all({ onInvalid: ({ code }) => invalid.push(code) }).toArray();
    const error = await errorOf(() => Key.get('a'));
    renameSync(`${path}/hidden`, `${path}/${object}`);

    expect(found.map(({ name, bytes }) => [name, bytes])).toEqual([['b', null]]);
    expect(invalid).toEqual(['OBJECT_NOT_FOUND']);
    expect(error).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });
});

describe('Bytes that are required', () => {
  it('may be empty, but not missing', async () => {
    const { Key } = await openKeys();
    await new Key({ name: 'a', bytes: Buffer.alloc(0) }).save();
    expect((await Key.get('a')).bytes).toEqual(Buffer.alloc(0));
    expect(await errorOf(() => new Key({ name: 'b' }).save())).toMatchObject({
      issues: [{ path: 'bytes', code: 'required' }],
    });
  });

  it('are null where their file is missing', async () => {
    const path = emptyRepository();
    commitFiles(path, 'refs/heads/main', {
      files: { 'key/a/data.json': '{"model":"Key","fields":{"name":"a"}}' },
    });
    const key = await (await openKeys(path)).Key.get('a');
    expect(key.bytes).toBeNull();
    expect(key.changes()).toEqual({});
    expectLog(path, ['A commit']);
  });
});

describe('Default bytes', () => {
  it('are each record’s own', async () => {
    class Sheet extends GitModel {
      @SlugField({ id: true }) name!: string;
      @BytesField({ default: Buffer.from('Blank') }) page!: Buffer;
    }
    const { ws } = await openKeys();
    const Bound = ws.register(Sheet);
    new Bound({ name: 'a' }).page.fill('x');

    expect(String(new Bound({ name: 'b' }).page)).toBe('Blank');
  });
});

describe('A BytesField', () => {
  itRefuses(new BytesFieldType(), [
    ['A', 'invalid_type'],
    [[1], 'invalid_type'],
    [new ArrayBuffer(1), 'invalid_type'],
    [new Uint16Array(1), 'invalid_type'],
    [5, 'invalid_type'],
    [null, 'required'],
  ]);

  it('shows bytes by the oid of their blob', () => {
    expect(new BytesFieldType().serialize(Buffer.alloc(0))).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
  });
});
