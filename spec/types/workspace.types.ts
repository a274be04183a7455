/** What the compiler says of workspaces. Checked by `tsc`; nothing here is run. */
/* eslint-disable @typescript-eslint/no-unsafe-return, @typescript-eslint/no-invalid-void-type, no-self-assign
   -- what does not compile has no types, and nothing here is run */
import { FileMode, GitModelError, ValidationError, Workspace } from 'gitmodel';
import type { Branch, Commit, Relayout, TreeDiff, TreeEntry, ValidationIssue } from 'gitmodel';
import type { Repository, Tree } from 'nodegit';
import type { Expect, Same } from './same';

declare const ws: Workspace;
type Gives<F extends (...values: never) => unknown> = Awaited<ReturnType<F>>;
type Each<T> = T extends AsyncIterable<infer U> ? U : never;

export type Results = Expect<
  Same<
    [
      Gives<typeof Workspace.open>,
      Gives<typeof ws.commit>,
      Gives<typeof ws.commitOnSuccess>,
      Gives<typeof ws.relayout>,
      Gives<typeof ws.createCommit>,
      Gives<typeof ws.hasChanges>,
      Gives<typeof ws.diff>,
      Gives<typeof ws.getBranch>,
      Gives<typeof ws.createBranch>,
      Gives<typeof ws.setBranch>,
      Gives<typeof ws.updateIndex>,
      Gives<typeof ws.syncRepoIndex>,
      Gives<typeof ws.close>,
      Each<ReturnType<typeof ws.walk>>,
    ],
    [
      Workspace,
      string | null,
      string | null,
      Relayout,
      string,
      boolean,
      TreeDiff,
      Branch,
      Branch,
      Branch,
      void,
      void,
      void,
      Commit,
    ]
  >
>;

export type Properties = Expect<
  Same<[typeof ws.branch, typeof ws.head, typeof ws.repo], [Branch | null, string | null, Repository]>
>;

export type Index = Expect<
  Same<
    [
      Gives<typeof ws.index.addBlob>,
      Gives<typeof ws.index.add>,
      Gives<typeof ws.index.remove>,
      Gives<typeof ws.index.entry>,
      Gives<typeof ws.index.read>,
      Gives<typeof ws.index.writeTree>,
      Gives<typeof ws.index.tree>,
      Each<ReturnType<typeof ws.index.walk>>,
    ],
    [string, void, void, TreeEntry | null, Buffer, string, Tree, TreeEntry]
  >
>;

export const calls = [
  () => Workspace.open('path', { create: true, bare: true, branch: 'main', timeZoneOffset: null }),
  // @ts-expect-error TS2554: a workspace is on a repository
  () => Workspace.open(),
  // @ts-expect-error TS2345: a path is text
  () => Workspace.open(new URL('file:///tmp')),
  // @ts-expect-error TS2561: there is no such option, but one of a similar name
  () => Workspace.open('path', { creat: true }),
  // @ts-expect-error TS2673: it is opened, not made
  () => new Workspace({}),
  // @ts-expect-error TS2741: an author has an email
  () => ws.commit({ message: 'One', author: { name: 'Ann' } }),
  // @ts-expect-error TS2559: a message is given by its name
  () => ws.commit('One'),
  // @ts-expect-error TS2353: several parents are for createCommit
  () => ws.commit({ message: 'One', parents: [] }),
  () => ws.createCommit(null, 'tree', { parents: ['oid'] }),
  // @ts-expect-error TS2554: a tree has to be given
  () => ws.createCommit('main'),
  // @ts-expect-error TS2322: there are three ways to sort
  () => ws.walk({ sort: 'newest' }),
  // @ts-expect-error TS2353: a function is run
  () => ws.commitOnSuccess({ message: 'One' }),
  () => ws.commitOnSuccess(() => Promise.resolve(5)),
  // @ts-expect-error TS2345: content is text or bytes
  () => ws.index.addBlob('path', 5),
  () => ws.index.addBlob('path', new Uint8Array(), { mode: FileMode.EXECUTABLE }),
  // @ts-expect-error TS2345: an object is given as an object
  () => ws.index.add('path', 'oid'),
  // @ts-expect-error TS2345: a name is text
  () => ws.createBranch(5),
  // @ts-expect-error TS2559: where it starts is given by its name
  () => ws.createBranch('draft', 'main'),
];

export function assign(): void {
  ws.config.author = { name: 'Ann', email: 'ann@example.com' };
  ws.config.timeZoneOffset = null;
  // @ts-expect-error TS2322: a time-out is a number
  ws.config.lockWaitTimeout = '5 s';
  // @ts-expect-error TS2540: the settings can be changed, not exchanged
  ws.config = ws.config;
  // @ts-expect-error TS2540: a branch is set by its method
  ws.head = 'main';
  // @ts-expect-error TS18047: there may be none
  ws.branch.oid.trim();
}

export function handle(error: unknown): readonly ValidationIssue[] {
  if (error instanceof ValidationError) return error.issues;
  // @ts-expect-error TS18046: it may be anything else
  if (error.code === 'DOES_NOT_EXIST') return [];
  if (error instanceof GitModelError && error.code === 'DOES_NOT_EXIST') return [];
  // @ts-expect-error TS2511: it is the base of others
  throw new GitModelError('No');
}
