/** What the compiler says of conflicts and of what resolves them. Checked by `tsc`; nothing here is run. */
import { Readable } from 'node:stream';
import {
  BlobField,
  BytesField,
  CharField,
  DateField,
  Decimal,
  DecimalField,
  GitBlob,
  GitModel,
  IntegerField,
  JSONField,
  keyedList,
  ListField,
  Related,
  RelatedField,
  SlugField,
  Temporal,
  Workspace,
} from 'gitmodel';
import type { ConflictResolution, JsonValue, KeptMerge, MergeConflict, ModelConflict } from 'gitmodel';
import type { Expect, Same } from './same';

class Author extends GitModel {
  @SlugField({ id: true }) slug!: string;
}

interface Settings {
  readonly color: string;
  readonly size?: number;
}

class Page extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @CharField({ nullable: true }) subtitle!: string | null;
  @IntegerField() views!: number;
  @DecimalField() price!: Decimal;
  @DateField() due!: Temporal.PlainDate;
  @BlobField() image!: GitBlob;
  @BytesField() digest!: Buffer;
  @RelatedField(Author) author!: Related<Author>;
  @ListField(RelatedField(Author)) editors!: Related<Author>[];
  @ListField(CharField()) tags!: string[];
  @JSONField() settings!: Settings;
  @JSONField({ required: false }) extra!: Record<string, unknown> | null;
  @JSONField({ merge: keyedList('sku') }) lines!: { sku: string }[];
  @JSONField() anything!: unknown;
  @JSONField() level!: 1 | 2;
}

declare const ws: Workspace;
declare const conflict: MergeConflict;
declare const merge: KeptMerge;
const Bound = ws.register(Page);

type Of<K extends keyof Page> = Extract<ModelConflict<Page>, { readonly field: K }>;
type Resolving<K extends keyof Page> =
  Of<K> extends { with(value: infer V): ConflictResolution } ? V : 'nothing';

// A conflict has values of unknown types until one knows its model and field.
export type Unknown = Expect<Same<[typeof conflict.ours, typeof conflict.field], [unknown, string | null]>>;
export function viewsOf(): number | null | undefined {
  return conflict.isOf(Bound) && conflict.field === 'views' ? conflict.theirs : undefined;
}
export function textOf(): string | null | undefined {
  // @ts-expect-error TS2322: it is a number
  return conflict.isOf(Bound) && conflict.field === 'views' ? conflict.theirs : undefined;
}
export function isNothing(): boolean {
  // @ts-expect-error TS2367: the model has no such field
  return conflict.isOf(Bound) && conflict.field === 'nothing';
}
export function isFile(): boolean {
  // @ts-expect-error TS2367: a file is no record of a model
  return conflict.isOf(Bound) && conflict.kind === 'file';
}
export const asAnyOther = (known: ModelConflict<Page>): MergeConflict => known;

// A field that is not stored as objects is never in conflict inside, so that nobody has to ask.
export type Whole = Expect<
  Same<
    {
      [
        K in 'title' | 'price' | 'due' | 'image' | 'digest' | 'author' | 'editors' | 'tags' | 'level'
      ]: Of<K>['isWhole'];
    },
    {
      title: true;
      price: true;
      due: true;
      image: true;
      digest: true;
      author: true;
      editors: true;
      tags: true;
      level: true;
    }
  >
>;

// What else can be is of the field's type as a whole only.
export type Inside = Expect<
  Same<
    { [K in 'settings' | 'extra' | 'lines' | 'anything']: Of<K>['isWhole'] },
    { settings: boolean; extra: boolean; lines: boolean; anything: boolean }
  >
>;
export function settingsOf(): Settings | null | undefined {
  if (!conflict.isOf(Bound) || conflict.field !== 'settings') return undefined;
  if (conflict.isWhole) return conflict.ours;
  // @ts-expect-error TS2322: it is the value of one key
  return conflict.ours;
}
export function valueInside(): JsonValue | undefined {
  return conflict.isOf(Bound) && conflict.field === 'settings' && !conflict.isWhole
    ? conflict.ours
    : undefined;
}

// Each field takes what the constructor takes for it.
export type Taken = Expect<
  Same<
    [Resolving<'title'>, Resolving<'subtitle'>, Resolving<'due'>, Resolving<'price'>, Resolving<'digest'>],
    [string, string | null, Temporal.PlainDate | string, Decimal.Value, Buffer]
  >
>;
export function resolutionOf(): ConflictResolution {
  if (!conflict.isOf(Bound)) return undefined;
  switch (conflict.field) {
    case 'title':
      return conflict.with(`${conflict.ours} and ${conflict.theirs}`);
    case 'image':
      return conflict.with(conflict.base ?? Readable.from(['a stream']));
    case 'author':
      return conflict.with('ann');
    case 'editors':
      return conflict.with(['ann', new Author()]);
    case 'settings':
      return conflict.isWhole ? conflict.with({ color: 'red' }) : { value: conflict.ours };
    case null:
      return conflict.kind === 'delete'
        ? conflict.with(null)
        : conflict.with({ title: 'Both', author: 'ann' });
    default:
      return 'ours';
  }
}
export function wrong(): unknown {
  if (!conflict.isOf(Bound)) return undefined;
  // @ts-expect-error TS2345: it is a text
  if (conflict.field === 'title') return conflict.with(5);
  // @ts-expect-error TS2345: it cannot be null
  if (conflict.field === 'slug') return conflict.with(null);
  // @ts-expect-error TS2345: bytes have to be bytes
  if (conflict.field === 'digest') return conflict.with('text');
  // @ts-expect-error TS2322: the value of a key is a text
  if (conflict.field === 'settings' && conflict.isWhole) return conflict.with({ color: 5 });
  // @ts-expect-error TS2684: it may be a value inside
  if (conflict.field === 'extra') return conflict.with({ color: 'red' });
  // @ts-expect-error TS2684: a value inside is of any type
  if (conflict.field === 'lines' && !conflict.isWhole) return conflict.with([{ sku: 'a' }]);
  // @ts-expect-error TS2353: a file of its own is not taken with the record
  if (conflict.field === null) return conflict.with({ image: 'content' });
  // @ts-expect-error TS2684: whatever field it is
  return conflict.with('text');
}

// Before the model is known, nothing but { value } is taken; both ways go on from there.
// @ts-expect-error TS2684: it may be of any model
export const unasked = (): ConflictResolution => conflict.with('text');
export const untyped = (): ConflictResolution => ({ value: 'text' });
void ws.merge('draft', {
  onConflict: async (each) => {
    await Promise.resolve();
    return each.isOf(Bound) && each.field === 'views' ? each.with(1) : undefined;
  },
});
export async function resolveKept(): Promise<void> {
  for (const each of await merge.conflicts()) {
    if (each.isOf(Bound) && each.field === 'views') await merge.resolve(each, each.with(1));
    else await merge.resolve(each, { value: 'text' });
  }
}
