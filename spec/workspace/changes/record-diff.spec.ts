import {
  BlobField,
  CharField,
  DateField,
  GitBlob,
  GitModel,
  IntegerField,
  InvalidRecordError,
  ListField,
  Model,
  RelatedField,
  SlugField,
  Temporal,
  Related,
  sharded,
} from 'gitmodel';
import type { BoundModel, ChangedRecord, Workspace } from 'gitmodel';
import { commitFiles, git } from '../../support/temporary-repository';
import { changesOf, collect, emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() name!: string;
}

@Model({ name: 'Note', dataPath: sharded({ width: 1, levels: 2 }) })
class NoteModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ name: 'heading' }) title!: string;
  @DateField({ required: false }) day!: Temporal.PlainDate | null;
  @BlobField({ required: false }) sketch!: GitBlob | null;
  @RelatedField(AuthorModel, { required: false }) author!: Related<AuthorModel> | null;
}

@Model({ name: 'Count', dataPath: (id) => `sum-${id}.json` })
class CountModel extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
  @CharField() text!: string;
}

let path: string;
let ws: Workspace;
let Note: BoundModel<typeof NoteModel>;
let Author: BoundModel<typeof AuthorModel>;

beforeEach(async () => {
  path = emptyRepository();
  ws = await openWorkspace(path);
  Author = ws.register(AuthorModel);
  Note = ws.register(NoteModel);
});

/** A change in short: `changed Note a { title: 'A' -> 'B' }`. */
async function inShort({ status, model, id, previousId, fields }: ChangedRecord): Promise<string> {
  const names = Object.keys(await fields())
    .sort()
    .join(' ');
  return `${status} ${model} ${previousId === null ? '' : `${previousId} -> `}${id}: ${names}`;
}

async function shortOf(diff: AsyncIterable<ChangedRecord>): Promise<string[]> {
  return Promise.all((await collect(diff)).map(inShort));
}

describe('diff(from, to)', () => {
  beforeEach(async () => {
    await new Author({ slug: 'ann', name: 'Ann' }).save();
    await new Author({ slug: 'ben', name: 'Ben' }).save();
    await new Note({ slug: 'kept', title: 'Kept' }).save();
    await new Note({
      slug: 'a',
      title: 'A',
      day: '2020-01-01',
      author: 'ann',
      sketch: Buffer.from('one'),
    }).save();
    await new Note({ slug: 'b', title: 'A long enough title to be known again' }).save();
    await new Note({ slug: 'c', title: 'C' }).save();
    await ws.index.addBlob('readme.txt', 'One');
    await ws.commit({ message: 'One' });
  });

  it('gives added, removed, changed and moved records, by their paths', async () => {
    await new Note({ slug: 'new', title: 'New' }).save();
    await Note.delete('c');
    const a = await Note.get('a');
    a.title = 'B';
    await a.save();
    const b = await Note.get('b');
    b.slug = 'moved';
    await b.save();

    const found = (await shortOf(ws.diff('HEAD'))).sort();
    expect(found).toEqual([
      'added Note new: author day slug title',
      'changed Note a: title',
      'moved Note b -> moved: slug',
      'removed Note c: author day slug title',
    ]);
    expectLog(path, ['One']);
  });

  it('gives values as the fields have them, and blobs as such', async () => {
    const a = await Note.get('a');
    a.set({ day: '2021-02-03', author: 'ben', sketch: Buffer.from('two') });
    await a.save();
    const [change] = await collect(ws.diff('HEAD').of(Note));
    const fields = await change?.fields();

    expect(fields?.day).toEqual({
      from: Temporal.PlainDate.from('2020-01-01'),
      to: Temporal.PlainDate.from('2021-02-03'),
    });
    expect(await (fields?.sketch?.from as GitBlob).text()).toBe('one');
    expect(await (fields?.sketch?.to as GitBlob).text()).toBe('two');
    expect(fields?.author?.from).toBeInstanceOf(Related);
    expect((await fields?.author?.from)?.name).toBe('Ann');
    expect((await fields?.author?.to)?.name).toBe('Ben');
    expectLog(path, ['One']);
  });

  it('finds a record of which only a blob has changed, or is gone', async () => {
    const a = await Note.get('a');
    a.sketch = null;
    await a.save({ commit: true, message: 'Two' });
    const [change] = await collect(ws.diff('HEAD~1', 'HEAD').of(Note));

    expect(await change?.fields()).toEqual({
      sketch: { from: expect.any(GitBlob) as GitBlob, to: null },
    });
    expectLog(path, ['Two', 'One']);
  });

  it('loads the record as it was on either side, related ones too', async () => {
    const a = await Note.get('a');
    a.title = 'B';
    await a.save();
    const ann = await Author.get('ann');
    ann.name = 'Anna';
    await ann.save();
    await ws.commit({ message: 'Two' });
    const [change] = await collect(ws.diff('HEAD~1', 'HEAD').of(Note));
    const [before, after] = [await change?.before(), await change?.after()];

    expect(before).toBeInstanceOf(Note);
    expect([before?.title, after?.title]).toEqual(['A', 'B']);
    expect([(await before?.author)?.name, (await after?.author)?.name]).toEqual(['Ann', 'Anna']);
    expectLog(path, ['Two', 'One']);
  });

  it('can be iterated again, and compares the same states', async () => {
    const a = await Note.get('a');
    a.title = 'B';
    await a.save();
    const diff = ws.diff('HEAD');
    const first = await shortOf(diff);
    await Note.delete('c');

    expect(await shortOf(diff)).toEqual(first);
    expect(first).toEqual(['changed Note a: title']);
    expectLog(path, ['One']);
  });

  it('keeps to models, by class or by name', async () => {
    const a = await Note.get('a');
    a.title = 'B';
    await a.save();
    await Author.delete('ben');
    await ws.records('thing').save({ id: 'x', fields: { n: 1 } });

    expect(await shortOf(ws.diff('HEAD', undefined, { models: [Note] }))).toEqual(['changed Note a: title']);
    expect(await shortOf(ws.diff('HEAD', undefined, { models: ['author', AuthorModel] }))).toEqual([
      'removed Author ben: name slug',
    ]);
    expect(await shortOf(ws.diff('HEAD', undefined, { models: ['thing'] }))).toEqual(['added thing x: n']);
    // @ts-expect-error a model is a class or a name
    expect(() => ws.diff('HEAD', undefined, { models: [5] })).toThrow('"models" must be classes');
    expectLog(path, ['One']);
  });

  it('gives records of models that are not registered by stored names, as plain records', async () => {
    const a = await Note.get('a');
    a.title = 'B';
    await a.save({ commit: true, message: 'Two' });
    const other = await openWorkspace(path);
    const [change] = await collect(other.diff('HEAD~1', 'HEAD'));

    expect(change).toMatchObject({ model: 'Note', id: 'a' });
    expect(await change?.fields()).toEqual({ heading: { from: 'A', to: 'B' } });
    expect(await change?.before()).toMatchObject({ id: 'a', model: 'Note', fields: { heading: 'A' } });
    expectLog(path, ['Two', 'One']);
  });

  it('lists what belongs to no record apart, and has the patch of all', async () => {
    await ws.index.addBlob('readme.txt', 'Two');
    await ws.index.addBlob('note/loose.txt', 'Loose');
    await ws.index.addBlob('elsewhere/data.json', 'no record');
    const a = await Note.get('a');
    a.title = 'B';
    await a.save();
    const diff = ws.diff('HEAD');

    expect(changesOf(await collect(diff.files()))).toEqual([
      'added elsewhere/data.json',
      'added note/loose.txt',
      'modified readme.txt',
    ]);
    expect(await shortOf(diff)).toEqual(['changed Note a: title']);
    const { patch } = await diff.patch();
    expect(patch).toBe(git(path, 'diff', '--no-renames', 'HEAD', await ws.index.writeTree()) + '\n');
    expectLog(path, ['One']);
  });

  it('gives what is stored of a value that is not valid', async () => {
    const data = git(path, 'show', `HEAD:${Note.getDataPath('a')}`);
    await ws.index.addBlob(Note.getDataPath('a'), data.replace('"2020-01-01"', '"some day"'));

    expect(await (await collect(ws.diff('HEAD')))[0]?.fields()).toEqual({
      day: { from: Temporal.PlainDate.from('2020-01-01'), to: 'some day' },
    });
    expectLog(path, ['One']);
  });

  it('fails where what is no record is read, or leaves it out', async () => {
    await ws.index.addBlob(Note.getDataPath('a'), 'broken');
    await new Note({ slug: 'new', title: 'New' }).save();
    const [broken] = await collect(ws.diff('HEAD'));
    expect(broken).toMatchObject({ id: 'a', status: 'changed' });
    await expect(broken?.fields()).rejects.toThrow(InvalidRecordError);
    await expect(broken?.after()).rejects.toThrow(InvalidRecordError);
    expect(await broken?.before()).toMatchObject({ title: 'A' });
    const errors: string[] = [];
    const onInvalid = ({ code }: Error & { code: string }): void => void errors.push(code);

    expect(await shortOf(ws.diff('HEAD', undefined, { onInvalid }))).toEqual([
      'added Note new: author day slug title',
    ]);
    expect(errors).toEqual(['INVALID_RECORD']);
    expectLog(path, ['One']);
  });

  it('knows records by what they say where paths do not tell', async () => {
    const Count = ws.register(CountModel);
    await new Count({ number: 7, text: 'Seven' }).save();
    const [change] = await collect(ws.diff('HEAD').of(Count));

    expect(change?.id).toBe(7);
    expect((await change?.after())?.text).toBe('Seven');
    expectLog(path, ['One']);
  });

  it('rejects what names no tree, when it is iterated', async () => {
    await expect(collect(ws.diff('nowhere'))).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expectLog(path, ['One']);
  });
});

describe('a field that the model does not know', () => {
  it('is given by its stored name', async () => {
    class Tagged extends GitModel {
      @SlugField({ id: true }) slug!: string;
      @ListField(CharField(), { required: false }) tags!: string[];
    }
    const data = (color: string): string =>
      JSON.stringify({ model: 'Tagged', fields: { slug: 'a', tags: [], color } });
    const first = commitFiles(path, 'refs/heads/main', {
      files: { 'tagged/a/data.json': data('red') },
      message: 'One',
    });
    commitFiles(path, 'refs/heads/main', {
      files: { 'tagged/a/data.json': data('blue') },
      parents: [first],
      message: 'Two',
    });
    const other = await openWorkspace(path);
    other.register(Tagged);

    expect(await (await collect(other.diff('main~1', 'main')))[0]?.fields()).toEqual({
      color: { from: 'red', to: 'blue' },
    });
    expectLog(path, ['Two', 'One']);
  });
});
