/** What the compiler says of relations and blobs. Checked by `tsc`; nothing here is run. */
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access
   -- what does not compile has no types, and nothing here is run */
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import {
  BlobField,
  BytesField,
  CharField,
  GitBlob,
  GitModel,
  IntegerField,
  ListField,
  Related,
  RelatedField,
  SlugField,
} from 'gitmodel';
import type { BlobInput, IdOf, InputOf, RelatedInput, RelatedKeys, Workspace } from 'gitmodel';
import type { Expect, Same } from './same';

class Author extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() name!: string;
}

class Room extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
}

class Post extends GitModel {
  @CharField() title!: string;
  @RelatedField(Author) author!: Related<Author>;
  @RelatedField(Author, { required: false }) editor!: Related<Author> | null;
  @RelatedField<Room>('Room') room!: Related<Room>;
  @RelatedField(() => Post, { nullable: true, onDelete: 'cascade' }) parent!: Related<Post> | null;
  @ListField(RelatedField(Author)) readers!: readonly Related<Author>[];
  @BlobField() image!: GitBlob;
  @BlobField({ required: false }) small!: GitBlob | null;
  @BytesField() bytes!: Buffer;
}

export class Wrong extends GitModel {
  // @ts-expect-error TS1240: a relation is no text
  @RelatedField(Author) text!: string;
  // @ts-expect-error TS1240: an author is no room
  @RelatedField(Author) room!: Related<Room>;
  // @ts-expect-error TS1240: what is not required may be null
  @RelatedField(Author, { required: false }) optional!: Related<Author>;
  // @ts-expect-error TS1240: so may what is nullable
  @RelatedField(Author, { nullable: true }) nullable!: Related<Author>;
  // @ts-expect-error TS1240: and an optional blob
  @BlobField({ required: false }) image!: GitBlob;
  // @ts-expect-error TS1240: a blob is no Buffer
  @BlobField() bytes!: Buffer;
}

declare const ws: Workspace;
const [BoundAuthor, BoundPost] = [ws.register(Author), ws.register(Post)];
declare const post: InstanceType<typeof BoundPost>;
declare const author: InstanceType<typeof BoundAuthor>;
declare const room: Room;

/* What a relation gives. */
export type Gives = Expect<
  Same<
    [
      Awaited<typeof post.author>,
      Awaited<typeof post.editor>,
      Awaited<typeof post.room>,
      typeof post.author.id,
      typeof post.room.id,
      typeof post.author.record,
      Awaited<ReturnType<typeof post.author.loadOrNull>>,
      IdOf<Awaited<typeof post.parent> & object>,
    ],
    [Author, Author | null, Room, string, number, Author | undefined, Author | null, string]
  >
>;

/* What can be given. */
export type Inputs = Expect<
  Same<
    [
      InputOf<Related<Room> | null>,
      RelatedInput<Room>,
      InputOf<GitBlob | null>,
      InputOf<readonly Related<Room>[]>,
    ],
    [
      RelatedInput<Room> | null,
      Related<Room> | Room | number,
      BlobInput | null,
      readonly RelatedInput<Room>[],
    ]
  >
>;

export const given = [
  new BoundPost({ author, room, parent: post }),
  new BoundPost({ author: 'ann', room: 5, parent: null, editor: null }),
  new BoundPost({ author: post.author, room: post.room, editor: Related.to(author) }),
  new BoundPost({ readers: [author, 'ann', post.author] }),
  post.set({ author, room: 5, editor: null }),
  // @ts-expect-error TS2322: the id of a room is a number
  new BoundPost({ room: '5' }),
  // @ts-expect-error TS2322: the id of an author is text
  post.set({ author: 5 }),
  // @ts-expect-error TS2322: a room is no author
  post.set({ author: room }),
  // @ts-expect-error TS2322: nor is a relation to one
  post.set({ author: post.room }),
  // @ts-expect-error TS2322: a required relation is never null
  post.set({ author: null }),
  // @ts-expect-error TS2322: the items of a list are authors as well
  post.set({ readers: [5] }),
];

export function assign(): void {
  post.editor = null;
  // @ts-expect-error TS2322: a required relation is never null
  post.author = null;
  // @ts-expect-error TS2540: the id is told, not set
  post.author.id = 'ann';
  // @ts-expect-error TS18047: it may be null
  post.editor.id.trim();
  // @ts-expect-error TS2339: what is related has to be awaited
  post.author.name.trim();
  // @ts-expect-error TS2673: it is made by its own method
  new Related('ann');
}

/* Blobs. */
export const blobs = [
  new BoundPost({ image: Buffer.from('A'), small: new Uint8Array(), bytes: Buffer.from('A') }),
  new BoundPost({ image: 'A', small: null }),
  new BoundPost({ image: Readable.from(['A']), small: { file: 'a.jpg' } }),
  new BoundPost({ image: new ReadableStream<Uint8Array>(), small: GitBlob.from('A') }),
  post.set({ image: post.small ?? 'A' }),
  // @ts-expect-error TS2322: a number is no content
  new BoundPost({ image: 5 }),
  // @ts-expect-error TS2322: a required blob is never null
  post.set({ image: null }),
  // @ts-expect-error TS2322: text is no Buffer
  post.set({ bytes: 'A' }),
  // @ts-expect-error TS2322: a path is text
  GitBlob.from({ file: 5 }),
  // @ts-expect-error TS2673: it is made by its own method
  new GitBlob({}),
];

export type Reads = Expect<
  Same<
    [typeof post.image.oid, Awaited<typeof post.image.size>, Awaited<ReturnType<typeof post.image.buffer>>],
    [string | null, number, Buffer]
  >
>;

/* Related records with many. */
export type Keys = Expect<Same<RelatedKeys<Post>, 'author' | 'editor' | 'room' | 'parent' | 'readers'>>;

export const withRelated = [
  () => BoundPost.all().with('author', 'editor', 'room', 'parent', 'readers'),
  () => BoundPost.all().with('author').with('room'),
  // @ts-expect-error TS2345: there is no such field
  () => BoundPost.all().with('titel'),
  // @ts-expect-error TS2345: a text relates to nothing
  () => BoundPost.all().with('title'),
  // @ts-expect-error TS2345: nor does a blob
  () => BoundPost.all().with('image'),
  // @ts-expect-error TS2345: an author relates to nothing
  () => BoundAuthor.all().with('name'),
];

/* Options. */
export const fields = [
  () => RelatedField(Author, { onDelete: 'setNull', required: false }),
  // @ts-expect-error TS2769: there are four things to do
  () => RelatedField(Author, { onDelete: 'explode' }),
  // @ts-expect-error TS2769: a relation cannot be the id
  () => RelatedField(Author, { id: true }),
  // @ts-expect-error TS2769: and is checked by no schema
  () => RelatedField(Author, { schema: {} as never }),
  // @ts-expect-error TS2345: a number names no model
  () => RelatedField(5),
  // @ts-expect-error TS2769: a blob is not unique
  () => BlobField({ unique: true }),
];
