/** What the compiler says of transactions. Checked by `tsc`; nothing here is run. */
import { CharField, GitModel, IntegerField, SlugField } from 'gitmodel';
import type { TransactionOptions, TransactionResult, Workspace } from 'gitmodel';
import type { Expect, Same } from './same';

class Page extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @IntegerField() views!: number;
}

declare const ws: Workspace;
const Bound = ws.register(Page);
type Gives<F extends (...values: never) => unknown> = Awaited<ReturnType<F>>;

export const running = {
  text: () => ws.transaction(() => 'text'),
  number: () => ws.transaction(async () => (await Bound.get('a')).views),
  nothing: () => ws.transaction(() => undefined),
  either: () => ws.transaction(() => (Math.random() > 0.5 ? 1 : Promise.resolve(1))),
  record: () => ws.transaction(() => Bound.getOrNull('a'), { isolation: 'serializable' }),
  within: () => ws.transaction(async () => (await ws.transaction(() => ['a'])).result),
};

// What the function returns, or what that promises.
export type Results = Expect<
  Same<
    [
      Gives<typeof running.text>,
      Gives<typeof running.number>,
      Gives<typeof running.nothing>,
      Gives<typeof running.either>,
      Gives<typeof running.record>,
      Gives<typeof running.within>,
    ],
    [
      TransactionResult<string>,
      TransactionResult<number>,
      TransactionResult<undefined>,
      TransactionResult<number>,
      TransactionResult<Page | null>,
      TransactionResult<string[]>,
    ]
  >
>;

type Result = TransactionResult<string>;
export type Facts = Expect<
  Same<[Result['result'], Result['commit'], Result['runs']], [string, string | null, number]>
>;

export type Isolation = Expect<
  Same<TransactionOptions['isolation'], 'snapshot' | 'serializable' | undefined>
>;

export const calls = [
  () =>
    ws.transaction(() => 1, {
      message: 'One',
      author: { name: 'A', email: 'a@b' },
      committer: { name: 'B', email: 'b@b' },
      isolation: 'snapshot',
      retries: 0,
    }),
  // @ts-expect-error TS2554: there has to be a function
  () => ws.transaction(),
  // @ts-expect-error TS2345: a promise is under way already
  () => ws.transaction(Bound.get('a')),
  // @ts-expect-error TS2345: nothing is passed to the function
  () => ws.transaction((page: Page) => page.save()),
  // @ts-expect-error TS2322: no isolation has this name
  () => ws.transaction(() => 1, { isolation: 'read-committed' }),
  // @ts-expect-error TS2322: it is a number
  () => ws.transaction(() => 1, { retries: '3' }),
  // @ts-expect-error TS2353: there is no such option
  () => ws.transaction(() => 1, { timeout: 1 }),
  // @ts-expect-error TS2741: an author has an email
  () => ws.transaction(() => 1, { author: { name: 'A' } }),
];

export async function change(result: Result): Promise<void> {
  // @ts-expect-error TS2540: it has happened
  result.runs = 2;
  // @ts-expect-error TS2322: null, when nothing has changed
  const commit: string = result.commit;
  await ws.at(commit);
}
