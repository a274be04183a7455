/** What the compiler says of branches, tags and locks. Checked by `tsc`; nothing here is run. */
import type { BranchUpstream, Branch, GitModel, Lock, LockOwner, Tag, Workspace } from 'gitmodel';
import type { Expect, Same } from './same';

declare const ws: Workspace;
declare const page: GitModel;
type Gives<F extends (...values: never) => unknown> = Awaited<ReturnType<F>>;

export type Results = Expect<
  Same<
    [
      Gives<typeof ws.branches.create>,
      Gives<typeof ws.branches.get>,
      Gives<typeof ws.branches.list>,
      Gives<typeof ws.branches.rename>,
      Gives<typeof ws.branches.delete>,
      Gives<typeof ws.branches.upstream>,
      Gives<typeof ws.branches.setUpstream>,
      Gives<typeof ws.tags.create>,
      Gives<typeof ws.tags.list>,
      Gives<typeof ws.tags.delete>,
    ],
    [
      Branch,
      Branch,
      Branch[],
      Branch,
      string,
      BranchUpstream | null,
      BranchUpstream | null,
      Tag,
      Tag[],
      string,
    ]
  >
>;

export const locking = {
  text: () => ws.lock('a', () => 'text'),
  number: () => page.lock(async (lock) => Promise.resolve(lock.pid)),
  nothing: () => ws.lock('a', () => undefined),
};

export type LockResults = Expect<
  Same<
    [Gives<typeof locking.text>, Gives<typeof locking.number>, Gives<typeof locking.nothing>],
    [string, number, undefined]
  >
>;

export const owner = (lock: Lock): LockOwner => lock;

export const calls = [
  () =>
    ws.tags.create('v1', { at: 'main', message: 'One', author: { name: 'A', email: 'a@b' }, force: true }),
  // @ts-expect-error TS2741: an author has an email
  () => ws.tags.create('v1', { author: { name: 'A' } }),
  // @ts-expect-error TS2554: there are no options
  () => ws.tags.delete('v1', { force: true }),
  // @ts-expect-error TS2559: a pattern is an option
  () => ws.tags.list('v*'),
  () => ws.branches.setUpstream('main', { remote: 'origin', branch: 'main' }),
  () => ws.branches.setUpstream('main', null),
  // @ts-expect-error TS2345: a branch has to be named too
  () => ws.branches.setUpstream('main', { remote: 'origin' }),
  // @ts-expect-error TS2554: it gets another name
  () => ws.branches.rename('main'),
  // @ts-expect-error TS2554: something is done under a lock
  () => ws.lock('a'),
  // @ts-expect-error TS2345: ids are text
  () => ws.lock(1, () => undefined),
  () => ws.lock('a', (lock) => lock.signal.aborted, { timeout: 1, interval: 1, expiry: 100, owner: 'me' }),
  // @ts-expect-error TS2353: there is no such option
  () => page.lock(() => undefined, { wait: 1 }),
];
