/** What the compiler says of models, records and sets of them. Checked by `tsc`; nothing here is run. */
/* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/await-thenable, @typescript-eslint/no-invalid-void-type,
   @typescript-eslint/no-extraneous-class, @typescript-eslint/no-unused-expressions
   -- what does not compile has no types, and nothing here is run */
import { CharField, GitModel, IntegerField, Model, SlugField } from 'gitmodel';
import type { BoundModel, IdOf, ModelConstructor, ModelValues, RecordSet, Workspace } from 'gitmodel';
import type { Expect, Same } from './same';

@Model({ name: 'Page' })
class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @IntegerField({ required: false }) visits!: number | null;
  readonly made = new Date();

  get heading(): string {
    return `# ${this.title}`;
  }

  get shown(): string {
    return this.title;
  }

  set shown(shown: string) {
    this.title = shown;
  }

  shout(): string {
    return this.title.toUpperCase();
  }

  static async latest(this: ModelConstructor<PageModel>): Promise<PageModel | undefined> {
    return (this as typeof PageModel).all().first();
  }
}

class TicketModel extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
}

declare const ws: Workspace;
const Page = ws.register(PageModel);
const Ticket = ws.register(TicketModel);

/* The values of a new record. */
export type Values = Expect<
  Same<
    ModelValues<PageModel>,
    { id?: string; slug?: string; title?: string; visits?: number | null; shown?: string }
  >
>;
export type TicketValues = Expect<Same<ModelValues<TicketModel>, { id?: number; number?: number }>>;

export const made = [
  new Page(),
  new Page({}),
  new Page({ slug: 'a', title: 'A', visits: null, shown: 'A', id: 'a' }),
  // @ts-expect-error TS2322: a number is no slug
  new Page({ slug: 1 }),
  // @ts-expect-error TS2561: there is no such field, but one of a similar name
  new Page({ titel: 'A' }),
  // @ts-expect-error TS2353: there is no such field
  new Page({ author: 'A' }),
  // @ts-expect-error TS2322: text that is required is never null
  new Page({ title: null }),
  // @ts-expect-error TS2353: a method is no value
  new Page({ shout: () => 'A' }),
  // @ts-expect-error TS2353: a method of every model is no value either
  new Page({ save: () => Promise.resolve(null) }),
  // @ts-expect-error TS2353: what can only be read cannot be given
  new Page({ made: new Date() }),
  // @ts-expect-error TS2353: nor what has a getter only
  new Page({ heading: '# A' }),
  // @ts-expect-error TS2353: nor what every model has of that kind
  new Page({ oid: 'a' }),
  // @ts-expect-error TS2559: values are an object
  new Page('a'),
  // @ts-expect-error TS2554: and there is one of them
  new Page({}, {}),
  // @ts-expect-error TS2322: an id that is text is no number
  new Page({ id: 5 }),
  // @ts-expect-error TS2322: and one that is a number is no text
  new Ticket({ id: '5' }),
];

/* What a record has. */
declare const page: InstanceType<typeof Page>;
export type Record = Expect<Same<typeof page, PageModel>>;
export type Title = Expect<Same<typeof page.title, string>>;
export type Visits = Expect<Same<typeof page.visits, number | null>>;
export type Oid = Expect<Same<typeof page.oid, string | null>>;
export const path: string = page.getDataPath();

// @ts-expect-error TS2551: there is no such field, but one of a similar name
export const titel: unknown = page.titel;
// @ts-expect-error TS2339: there is no such field
export const author: unknown = page.author;

export function assign(): void {
  page.title = 'A';
  // @ts-expect-error TS2322: a number is no text
  page.title = 5;
  // @ts-expect-error TS2322: text that is required is never null
  page.title = null;
  // @ts-expect-error TS2540: the oid is told, not set
  page.oid = 'a';
}

/* Ids. */
export type PageId = Expect<Same<IdOf<PageModel>, string>>;
export type TicketId = Expect<Same<IdOf<TicketModel>, number>>;
declare const ticket: InstanceType<typeof Ticket>;
export type OwnIds = Expect<
  Same<
    [typeof page.id, typeof ticket.id, ReturnType<typeof page.getId>, ReturnType<typeof ticket.getId>],
    [string, number, string, number]
  >
>;

export const calls = [
  () => Page.get('a'),
  () => Ticket.get(5),
  // @ts-expect-error TS2345: the ids of pages are text
  () => Page.get(5),
  // @ts-expect-error TS2345: the ids of tickets are numbers
  () => Ticket.get('5'),
  // @ts-expect-error TS2345: for getOrNull as well
  () => Page.getOrNull(5),
  // @ts-expect-error TS2345: for getMany as well
  () => Page.getMany([5]),
  // @ts-expect-error TS2345: for delete as well
  () => Ticket.delete('5'),
  // @ts-expect-error TS2345: and for paths
  () => Ticket.getDataPath('5'),
  // @ts-expect-error TS2345: no id is no id
  () => Page.get(undefined),
  // @ts-expect-error TS2554: and has to be given
  () => Page.get(),
  // @ts-expect-error TS2353: there is no such option
  () => Page.get('a', { ref: 'main' }),
  // @ts-expect-error TS2322: a treeish is text
  () => Page.get('a', { at: 5 }),
  // @ts-expect-error TS2551: there is no such method
  () => Page.gett('a'),
];

/* What the methods give. */
export type Gets = Expect<
  Same<
    [
      Awaited<ReturnType<typeof page.save>>,
      Awaited<ReturnType<typeof page.delete>>,
      Awaited<ReturnType<typeof page.fullClean>>,
    ],
    [string | null, string | null, void]
  >
>;

export async function read(): Promise<void> {
  const got = await Page.get('a');
  const maybe = await Page.getOrNull('a');
  const many = await Page.getMany(new Set(['a']), { at: 'main', onInvalid: () => undefined });
  const all = Page.all();
  const array = await all.toArray();
  const first = await all.first();
  const latest = await Page.latest();
  const types: [
    Expect<Same<typeof got, PageModel>>,
    Expect<Same<typeof maybe, PageModel | null>>,
    Expect<Same<typeof many, (PageModel | null)[]>>,
    Expect<Same<typeof all, RecordSet<PageModel>>>,
    Expect<Same<typeof array, PageModel[]>>,
    Expect<Same<typeof first, PageModel | undefined>>,
    Expect<Same<typeof latest, PageModel | undefined>>,
  ] = [true, true, true, true, true, true, true];
  for await (const each of all) {
    const is: Expect<Same<typeof each, PageModel>> = true;
    types.push(is);
  }
  for await (const id of all.ids()) id.toUpperCase();
  // @ts-expect-error TS18047: it may be null
  maybe.title = 'A';
  // @ts-expect-error TS2339 TS7006: a set of records is no array
  all.map((each) => each.title);
  // @ts-expect-error TS2322: one commits or not
  await got.save({ commit: 'yes' });
  // @ts-expect-error TS2561: there is no such option, but one of a similar name
  await got.save({ comit: true });
  // @ts-expect-error TS2741: an author has a name and an email
  await got.save({ author: { name: 'Ann' } });
  // @ts-expect-error TS2322: text is no number
  const oid: number = await got.save();
  // @ts-expect-error TS2322: there may have been nothing to commit
  const text: string = await got.save({ commit: true });
  await Promise.all([oid, text]);
}

/* Registering. */
export type Bound = Expect<Same<typeof Page, BoundModel<typeof PageModel>>>;

export const registered = [
  () => ws.register(PageModel, 'Leaf'),
  // @ts-expect-error TS2345: it extends nothing of ours
  () => ws.register(class Other {}),
  // @ts-expect-error TS2345: an instance is no class
  () => ws.register(page),
  // @ts-expect-error TS2345: a name is text
  () => ws.register(PageModel, 5),
];

export function registerWhatIsOnlyKnownAsAModel(modelClass: ModelConstructor): void {
  const record = new (ws.register(modelClass))();
  // @ts-expect-error TS2339: nothing is known of its fields
  record.title;
}

const imported = ws.importModels({
  PageModel,
  TicketModel,
  GitModel,
  Other: class {},
  text: 'A',
  none: null,
});
export type Imported = Expect<
  Same<
    Pick<typeof imported, 'PageModel' | 'TicketModel'>,
    { readonly PageModel: BoundModel<typeof PageModel>; readonly TicketModel: BoundModel<typeof TicketModel> }
  >
>;
// @ts-expect-error TS2339: it is no model
export const other: unknown = imported.Other;
// @ts-expect-error TS2339: nor is this
export const text: unknown = imported.text;
// @ts-expect-error TS2322: what was imported is typed as what was registered
export const importedPage: PageModel = new imported.PageModel({ slug: 1 });

// A model by its name may be missing.
// @ts-expect-error TS2322: nothing may be registered under this name
export const unknownModel: object = ws.models.Page;

/* A class that is not registered. */
export class Article extends Page {
  @CharField() summary!: string;
}
export const article = new (ws.register(Article))({ slug: 'a', summary: 'S' });
// @ts-expect-error TS2322: its own fields are checked as well
export const badArticle = new (ws.register(Article))({ summary: 5 });
