import { inspect } from 'node:util';
import {
  BlobField,
  BytesField,
  CharField,
  DateTimeField,
  GitModel,
  Model,
  RelatedField,
  SlugField,
  UUIDField,
} from 'gitmodel';
import type { GitBlob, Related } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { PageModel, TicketModel } from '../support/sample-models';
import { git } from '../support/temporary-repository';
import { expectLog, openPages, openWorkspace } from '../support/workspaces';

@Model({ name: 'Author' })
class AuthorModel extends GitModel {
  @CharField() name!: string;
}

@Model({ name: 'Photo' })
class PhotoModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
  @BytesField({ required: false }) thumbnail!: Buffer | null;
  @RelatedField(AuthorModel, { required: false }) author!: Related<AuthorModel> | null;
  @DateTimeField({ required: false }) taken!: Date | null;
  @UUIDField({ required: false }) camera!: string | null;

  counted = 0;

  get title(): string {
    return `Photo ${this.slug}`;
  }

  get shortSlug(): string {
    return this.slug.slice(0, 3);
  }

  set shortSlug(value: string) {
    this.slug = value.slice(0, 3);
  }

  describe(): string {
    return `${this.title}, ${this.counted} times`;
  }
}

async function openPhotos() {
  const ws = await openWorkspace();
  return { ws, Author: ws.register(AuthorModel), Photo: ws.register(PhotoModel) };
}

describe('isNew', () => {
  it('is true until the record is saved, and after it was deleted', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    const states = [page.isNew];
    await page.save();
    states.push(page.isNew, (await Page.get('a')).isNew);
    await page.delete();
    states.push(page.isNew);

    expect(states).toEqual([true, false, false, true]);
  });

  it('is true again when the save is taken back', async () => {
    const { ws, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await expect(
      ws.commitOnSuccess(async () => {
        await page.save();
        throw new Error('Stop');
      }),
    ).rejects.toThrow('Stop');

    expect(page.isNew).toBe(true);
  });
});

describe('changes()', () => {
  it('is empty for a new record, and after each save', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    page.title = 'B';
    expect(page.changes()).toEqual({});
    await page.save();
    expect(page.changes()).toEqual({});
    page.set({ title: 'C', published: false });

    expect(page.changes()).toEqual({ title: { from: 'B', to: 'C' }, published: { from: true, to: false } });
    await page.save();
    expect(page.changes()).toEqual({});
  });

  it('has the id, until the record has moved', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    page.slug = 'b';

    expect(page.changes()).toEqual({ slug: { from: 'a', to: 'b' } });
    await page.save();
    expect(page.changes()).toEqual({});
  });

  it('has blobs by their content, and relations by their ids', async () => {
    const { Author, Photo } = await openPhotos();
    const [ann, bea] = [new Author({ name: 'Ann' }), new Author({ name: 'Bea' })];
    await ann.save();
    await bea.save();
    const saved = new Photo({ slug: 'a', image: 'One', thumbnail: Buffer.from('t'), author: ann });
    await saved.save();
    const photo = await Photo.get('a');
    photo.set({ image: 'One', thumbnail: Buffer.from('t'), author: ann.id });
    expect(photo.changes()).toEqual({});
    photo.set({ image: 'Two', thumbnail: Buffer.from('u'), author: bea });
    const { image, thumbnail, author, ...others } = photo.changes();

    expect(others).toEqual({});
    expect([await image?.from?.text(), await image?.to?.text()]).toEqual(['One', 'Two']);
    expect(thumbnail?.to?.toString()).toBe('u');
    expect([author?.from?.id, author?.to?.id]).toEqual([ann.id, bea.id]);
    expect((await author?.from)?.name).toBe('Ann');
  });

  it('takes values that are not clean yet for what they will be', async () => {
    const { Photo } = await openPhotos();
    const taken = new Date('2024-05-31T14:32:02Z');
    const camera = '00112233445566778899aabbccddeeff';
    await new Photo({ slug: 'a', taken, camera }).save();
    const photo = await Photo.get('a');
    photo.set({
      taken: '2024-05-31T16:32:02+02:00',
      camera: '00112233-4455-6677-8899-AABBCCDDEEFF',
    });
    expect(photo.changes()).toEqual({});
    photo.set({ taken: 'never', camera: 5 as never, thumbnail: 'text' as never });
    Reflect.set(photo, 'author', {});

    expect(photo.changes()).toMatchObject({
      taken: { from: taken, to: 'never' },
      camera: { from: camera, to: 5 },
      thumbnail: { from: null, to: 'text' },
      author: { from: null, to: {} },
    });
  });

  it('compares what was loaded at a tag with that', async () => {
    const { path, Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'Old' });
    await page.save({ commit: true, message: 'Old' });
    git(path, 'tag', 'v1');
    page.title = 'New';
    await page.save({ commit: true, message: 'New' });
    const old = await Page.get('a', { at: 'v1' });
    expect(old.changes()).toEqual({});
    old.title = 'Other';

    expect(old.changes()).toEqual({ title: { from: 'Old', to: 'Other' } });
    expectLog(path, ['New', 'Old']);
  });
});

describe('equals()', () => {
  it('is true of the same model, workspace and id, whatever the values are', async () => {
    const { Page } = await openPages();
    const [a, same, other] = [
      new Page({ slug: 'a', title: 'A' }),
      new Page({ slug: 'a', title: 'B' }),
      new Page({ slug: 'b', title: 'A' }),
    ];
    await a.save();

    expect([a.equals(a), a.equals(same), a.equals(await Page.get('a')), a.equals(other)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    for (const value of [null, undefined, 'a', 5, {}, { slug: 'a', getId: () => 'a' }]) {
      expect(a.equals(value)).toBe(false);
    }
  });

  it('is false of another model and of another workspace', async () => {
    const { ws, Page } = await openPages();
    const Other = (await openWorkspace()).register(PageModel);
    @Model({ name: 'Sub' })
    class SubModel extends PageModel {}
    const values = { slug: 'a', title: 'A' };
    const [page, other, sub] = [new Page(values), new Other(values), new (ws.register(SubModel))(values)];

    expect([page.equals(other), other.equals(page), page.equals(sub), sub.equals(page)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('is false of two records that have no id yet', async () => {
    const { Page } = await openPages();
    const [one, other] = [new Page(), new Page()];

    expect([one.equals(other), one.equals(one)]).toEqual([false, true]);
  });

  it('knows the forms of an id', async () => {
    const { Author } = await openPhotos();
    const id = '00112233445566778899aabbccddeeff';
    const dashed = '00112233-4455-6677-8899-AABBCCDDEEFF';

    expect(new Author({ id }).equals(new Author({ id: dashed }))).toBe(true);
  });
});

describe('An id in another form', () => {
  it('finds the same record, by every method', async () => {
    const { Author } = await openPhotos();
    const id = '00112233445566778899aabbccddeeff';
    const dashed = '00112233-4455-6677-8899-AABBCCDDEEFF';
    await new Author({ id: dashed, name: 'Ann' }).save();

    expect(await Author.get(dashed)).toMatchObject({ id, name: 'Ann' });
    expect(await Author.getOrNull(id)).toMatchObject({ id });
    expect(Author.getDataPath(dashed)).toBe(`author/${id}/data.json`);
    await Author.delete(dashed);
    expect(await Author.getOrNull(id)).toBeNull();
  });

  it('may be none that the field allows, and is not found then', async () => {
    const { Author } = await openPhotos();

    expect(await Author.getOrNull('no-uuid')).toBeNull();
    expect(await errorOf(() => Author.get(undefined as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await errorOf(() => Author.get(NaN as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('toJSON(), toString() and inspect()', () => {
  it('show a record as it is stored, and say which it is', async () => {
    const { Author, Photo } = await openPhotos();
    const ann = new Author({ name: 'Ann' });
    const photo = new Photo({ slug: 'a', author: ann, taken: new Date(0), thumbnail: Buffer.from('t') });
    photo.set({ image: 'One' });

    expect(JSON.parse(JSON.stringify(photo))).toMatchObject({
      slug: 'a',
      author: ann.id,
      taken: '1970-01-01T00:00:00.000Z',
      camera: null,
      image: photo.image?.oid,
    });
    expect(String(photo)).toBe('Photo a');
    expect(String(new Photo())).toBe('Photo undefined');
    expect(inspect(photo)).toMatch(/^Photo \{\s+slug: 'a',\s+image: GitBlob [0-9a-f]{40},/);
    expect(inspect({ a: { b: { c: photo } } })).toContain('[Photo]');
  });

  it('show also what is not valid', async () => {
    const { ws, Page } = await openPages();
    const page = new Page({ slug: 5 as never });
    page.title = page as never;

    expect(new Page({ slug: 5 as never }).toJSON()).toMatchObject({ slug: 5, title: undefined });
    expect(inspect(page)).toMatch(/title: \[Page\]/);
    expect(String(new (ws.register(TicketModel))({ number: 3 }))).toBe('Ticket 3');
    for (const prototype of [Page.prototype as object, PageModel.prototype, GitModel.prototype]) {
      expect(() => inspect(prototype)).not.toThrow();
    }
  });
});

describe('set()', () => {
  it('assigns values as the constructor does, and returns the record', async () => {
    const { Author, Photo } = await openPhotos();
    const ann = new Author({ name: 'Ann' });
    await ann.save();
    const photo = new Photo({ slug: 'a' });

    expect(photo.set({ image: Buffer.from('One'), author: ann.id, camera: undefined as never })).toBe(photo);
    expect(await photo.image?.text()).toBe('One');
    expect(photo.author?.id).toBe(ann.id);
    expect(photo.camera).toBeNull();
  });

  it.each(['nothing', 'save', 'oid', 'isNew', 'title', 'constructor', '__proto__'])(
    'assigns nothing when one of them is "%s"',
    async (name) => {
      const { Photo } = await openPhotos();
      const photo = new Photo({ slug: 'a' });
      const values = JSON.parse(`{ "slug": "b", "${name}": "c" }`) as object;

      expect(await errorOf(() => photo.set(values))).toMatchObject({
        code: 'UNKNOWN_FIELD',
        details: { model: 'Photo', field: name },
      });
      expect(photo.slug).toBe('a');
      expect(await errorOf(() => new Photo(values))).toMatchObject({ code: 'UNKNOWN_FIELD' });
    },
  );
});

describe('What else a class has', () => {
  it('is kept: properties, methods, getters and setters', async () => {
    const { Photo } = await openPhotos();
    const photo = new Photo({ slug: 'abcdef', counted: 2 });

    expect([photo.title, photo.shortSlug, photo.describe()]).toEqual([
      'Photo abcdef',
      'abc',
      'Photo abcdef, 2 times',
    ]);
    photo.shortSlug = 'xyzzy';
    expect(photo.slug).toBe('xyz');
    photo.set({ shortSlug: 'hello' });
    expect(photo.slug).toBe('hel');
    await photo.save();
    expect(await Photo.get('hel')).toMatchObject({ counted: 0, title: 'Photo hel' });
    expect(Object.keys(photo.toJSON())).not.toContain('title');
  });
});

describe('reload()', () => {
  it('takes what is stored, in place of all values', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    const other = await Page.get('a');
    other.title = 'B';
    await other.save();
    page.set({ title: 'Mine', content: 'Mine', slug: 'mine' });

    expect(await page.reload()).toBe(page);
    expect(page).toMatchObject({ slug: 'a', title: 'B', content: '', oid: other.oid });
    page.title = 'C';
    await page.save();
    expect(await Page.get('a')).toMatchObject({ title: 'C' });
  });

  it('fails when somebody else has deleted or renamed the record, and changes nothing', async () => {
    const { Page } = await openPages();
    const page = new Page({ slug: 'a', title: 'A' });
    await page.save();
    const other = await Page.get('a');
    other.slug = 'b';
    await other.save();
    page.title = 'Mine';

    expect(await errorOf(() => page.reload())).toMatchObject({
      code: 'DOES_NOT_EXIST',
      details: { model: 'Page', id: 'a' },
    });
    expect(page.title).toBe('Mine');
    await other.delete();
    expect(await errorOf(() => page.reload())).toMatchObject({ code: 'DOES_NOT_EXIST' });
    expect(await errorOf(() => new Page({ slug: 'new' }).reload())).toMatchObject({ code: 'DOES_NOT_EXIST' });
  });

  it('reads by the id when the record is new', async () => {
    const { Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save();
    const page = new Page({ slug: 'a', title: 'Mine' });
    await page.reload();

    expect(page).toMatchObject({ title: 'A', isNew: false });
  });

  it('reads relations and blobs of what is staged then, also in a record of a tag', async () => {
    const { ws, Author, Photo } = await openPhotos();
    const ann = new Author({ name: 'Ann' });
    await ann.save();
    const photo = new Photo({ slug: 'a', author: ann, image: 'Old' });
    await photo.save();
    const old = await ws.index.writeTree();
    ann.name = 'Anne';
    await ann.save();
    photo.set({ image: 'New' });
    await photo.save();
    const loaded = await Photo.get('a', { at: old });
    expect([(await loaded.author)?.name, await loaded.image?.text()]).toEqual(['Ann', 'Old']);
    await loaded.reload();

    expect([(await loaded.author)?.name, await loaded.image?.text()]).toEqual(['Anne', 'New']);
  });

  it('calls afterLoad of the record itself', async () => {
    @Model({ name: 'Note' })
    class Counting extends GitModel {
      @CharField() text!: string;
      loads = 0;
      length = 0;

      override afterLoad(): void {
        this.loads++;
        this.length = this.text.length;
      }
    }
    const Note = (await openWorkspace()).register(Counting);
    const note = new Note({ text: 'abc' });
    await note.save();
    note.text = 'other';
    await note.reload();

    expect([note.loads, note.length, note.text]).toEqual([1, 3, 'abc']);
  });
});
