/** What the compiler says of views and of workspaces on other branches. Checked by `tsc`; nothing here is run. */
import { BlobField, CharField, GitModel, IntegerField, RelatedField, SlugField } from 'gitmodel';
import type {
  BoundModel,
  Commit,
  GitBlob,
  IndexReader,
  PlainRecord,
  ReadOnlyRecords,
  RecordCollection,
  Related,
  TreeEntry,
  View,
  Workspace,
} from 'gitmodel';
import type { Expect, Same } from './same';

class Author extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @BlobField({ required: false }) photo!: GitBlob | null;
}
class Post extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
  @CharField() title!: string;
  @RelatedField(Author) author!: Related<Author>;
}

declare const ws: Workspace;
declare const view: View;
const ViewPost = view.register(Post);
type Gives<F extends (...values: never) => unknown> = Awaited<ReturnType<F>>;
type Each<T> = T extends AsyncIterable<infer U> ? U : never;

export const opening = {
  at: () => ws.at('main'),
  atTime: () => ws.at(new Date()),
  on: () => ws.on('draft'),
  onOf: async () => (await ws.on('draft', { create: true })).on('other'),
};
export type Opened = Expect<
  Same<
    [
      Gives<typeof opening.at>,
      Gives<typeof opening.atTime>,
      Gives<typeof opening.on>,
      Gives<typeof opening.onOf>,
    ],
    [View, View, Workspace, Workspace]
  >
>;

export type Facts = Expect<
  Same<
    [View['commit'], View['tree'], View['index'], Each<ReturnType<View['walk']>>],
    [Commit | null, string, IndexReader, Commit]
  >
>;

// Models are the class's, as in a workspace.
export type Bound = Expect<Same<[typeof ViewPost, string], [BoundModel<typeof Post>, string]>>;
export type Again = Expect<
  Same<InstanceType<ReturnType<typeof view.register<typeof ViewPost>>>, InstanceType<typeof ViewPost>>
>;
export const imported = () => view.importModels({ Author, Post, other: 1 });
export type Imported = Expect<Same<InstanceType<Gives<typeof imported>['Author']>, Author>>;
export const reading = {
  get: () => ViewPost.get(1),
  orNull: () => ViewPost.getOrNull(1),
  all: () => ViewPost.all().toArray(),
  title: async () => (await ViewPost.get(1)).title,
  author: async () => (await ViewPost.get(1)).author.load(),
  photo: async () => (await (await ViewPost.get(1)).author).photo,
};
export type Read = Expect<
  Same<
    [
      Gives<typeof reading.get>,
      Gives<typeof reading.orNull>,
      Gives<typeof reading.all>,
      Gives<typeof reading.title>,
      Gives<typeof reading.author>,
      Gives<typeof reading.photo>,
    ],
    [Post, Post | null, Post[], string, Author, GitBlob | null]
  >
>;

// Records without a class are those of a workspace, to be read.
export const records = view.records('post');
export const plain = {
  get: () => records.get('1'),
  orNull: () => records.getOrNull('1'),
  many: () => records.getMany(['1']),
};
export type Plain = Expect<
  Same<
    [
      typeof records,
      Gives<typeof plain.get>,
      Gives<typeof plain.orNull>,
      Gives<typeof plain.many>,
      Each<ReturnType<typeof records.all>>,
    ],
    [ReadOnlyRecords, PlainRecord, PlainRecord | null, (PlainRecord | null)[], PlainRecord]
  >
>;
export const asReadOnly = (collection: RecordCollection): ReadOnlyRecords => collection;

export const files = {
  entry: () => view.index.entry('a'),
  read: () => view.index.read('a'),
};
export type Files = Expect<
  Same<
    [Gives<typeof files.entry>, Gives<typeof files.read>, Each<ReturnType<typeof view.index.walk>>],
    [TreeEntry | null, Buffer, TreeEntry]
  >
>;

// Nothing can be changed in a view, or by way of it.
export type InBoth = Expect<
  Same<
    keyof View & keyof Workspace,
    | typeof Symbol.asyncDispose
    | 'close'
    | 'importModels'
    | 'index'
    | 'models'
    | 'records'
    | 'register'
    | 'walk'
    | 'commit'
  >
>;
export type OnlyOfViews = Expect<Same<Exclude<keyof View, keyof Workspace>, 'tree'>>;

export const calls = [
  // @ts-expect-error TS2322: it is no method, but the commit that is viewed
  (): (() => unknown) | null => view.commit,
  // @ts-expect-error TS2339: there is nothing to save
  (): unknown => view.save,
  // @ts-expect-error TS2339: a record is not saved here
  (): unknown => records.save,
  // @ts-expect-error TS2339: nor deleted
  (): unknown => records.delete,
  // @ts-expect-error TS2339: no merge ends in a view
  (): unknown => view.merge,
  // @ts-expect-error TS2339: nor is there anything to take back
  (): unknown => view.revert,
  // @ts-expect-error TS2339: or a transaction
  (): unknown => view.transaction,
  // @ts-expect-error TS2339: or many records to save
  (): unknown => view.bulk,
  // @ts-expect-error TS2339: or a lock
  (): unknown => view.lock,
  // @ts-expect-error TS2339: or another branch
  (): unknown => view.setBranch,
  // @ts-expect-error TS2339: tags are the workspace's
  (): unknown => view.tags,
  // @ts-expect-error TS2339: and so are branches
  (): unknown => view.branches,
  // @ts-expect-error TS2339: a file is not staged here
  (): unknown => view.index.addBlob,
  // @ts-expect-error TS2540: it never changes
  () => (view.tree = 'a'),
  // @ts-expect-error TS2554: it begins at its commit
  () => view.walk({ from: 'HEAD' }),
  // @ts-expect-error TS2345: its ids are numbers
  () => ViewPost.get('1'),
  // @ts-expect-error TS2345: a time is a Date
  () => ws.at(1_600_000_000_000),
  // @ts-expect-error TS2554: a point has to be named
  () => ws.at(),
  // @ts-expect-error TS2554: and a branch
  () => ws.on(),
  // @ts-expect-error TS2353: it is made from the present commit
  () => ws.on('draft', { from: 'main' }),
  // @ts-expect-error TS2345: a time is no branch
  () => ws.on(new Date()),
  // @ts-expect-error TS2345: that is no class
  () => view.register(ws),
  // @ts-expect-error TS2339: views are made by the workspace
  (): unknown => view.at,
];
