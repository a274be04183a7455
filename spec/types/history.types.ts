/** Type tests of differences, histories and the change feed. */
import { CharField, GitModel, IntegerField, Model, RecordDiff, SlugField } from 'gitmodel';
import type {
  ChangedRecord,
  Commit,
  PlainRecord,
  RecordBlame,
  RecordChange,
  RecordCommitChange,
  RecordVersion,
  TreeDiff,
  Workspace,
} from 'gitmodel';
import type { Expect, Same } from './same';

@Model({ name: 'Page' })
class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
}

@Model({ name: 'Ticket' })
class TicketModel extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
}

declare const ws: Workspace;
const Page = ws.register(PageModel);
const Ticket = ws.register(TicketModel);
declare const page: PageModel;
type Any = ChangedRecord;
type Changed = ChangedRecord<PageModel>;
type Ticket = ChangedRecord<TicketModel>;
type Version = RecordVersion<PageModel>;
type Blame = RecordBlame<PageModel>;
type Each<T> = T extends AsyncIterable<infer U> ? U : never;
type Gives<F extends (...values: never) => unknown> = Awaited<ReturnType<F>>;
type Change<V> = RecordChange<V | null | undefined> | undefined;

export type Differences = Expect<
  Same<
    [
      Gives<Any['fields']>,
      Gives<Changed['fields']>['title'],
      Changed['id'],
      Ticket['id'],
      Gives<Changed['after']>,
    ],
    [Readonly<Record<string, RecordChange>>, Change<string>, string, number, PageModel | null]
  >
>;

export type AnyRecords = Expect<Same<Gives<Any['after']>, GitModel<string | number> | PlainRecord | null>>;

export type Versions = Expect<
  Same<
    [Gives<Version['fields']>['title'], Version['id'], Gives<Version['load']>],
    [Change<string>, string, PageModel | null]
  >
>;

export type Blamed = Expect<Same<NonNullable<Blame['title']>['from'], string | null | undefined>>;

export type Iterated = Expect<
  Same<[Each<ReturnType<typeof ws.changes>>, Each<ReturnType<typeof ws.log>>], [RecordCommitChange, Commit]>
>;

export async function calls(): Promise<void> {
  const diff: RecordDiff = ws.diff('main');
  const staged: TreeDiff = await ws.diff();
  for await (const { id, fields } of diff.of(Page))
    console.log(id.trim(), (await fields()).title?.to?.trim());
  for await (const { id } of Ticket.history(5)) id.toFixed();
  for await (const { fields, load } of page.history())
    console.log((await fields()).title?.from, (await load())?.title);
  const { title } = await Page.blame('a');
  title?.author.name.trim();
  await page.restore({ at: 'HEAD~1', commit: true, message: 'Back' });
  await Page.restore('a', { at: 'HEAD~1' });
  ws.changes({ since: 'v1', models: [Page, 'note'], live: true, interval: 100 });
  ws.log({ model: Page, id: 'a', author: /ann/, since: new Date() });
  staged.patch.trim();
  // @ts-expect-error TS2345: where it is restored from has to be said
  await page.restore({});
  // @ts-expect-error TS2345: the ids of tickets are numbers
  Ticket.history('a');
  // @ts-expect-error TS2339: the model has no such field
  for await (const { fields } of diff.of(Page)) console.log((await fields()).name);
  // @ts-expect-error TS2322: a model is a class or a name
  ws.changes({ models: [5] });
  // @ts-expect-error TS2322: a time is a Date
  ws.log({ since: '2020-01-01' });
}
