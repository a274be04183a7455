/**
 * Every option that may be left out may also be undefined, for those who compile with `exactOptionalPropertyTypes` and pass on
 * what they may have. Checked by `tsc`; nothing here is run.
 */
import { CharField, GitModel, SlugField } from 'gitmodel';
import type {
  AddBlobOptions,
  AutomaticMaintenanceOptions,
  BigIntegerFieldOptions,
  BlameOptions,
  BlobFieldOptions,
  BulkOptions,
  ChangeOptions,
  CharFieldOptions,
  CommitOptions,
  ConfigOptions,
  CreateBranchOptions,
  CreateCommitOptions,
  CreateTagOptions,
  DecimalFieldOptions,
  DeleteBranchOptions,
  DeleteOptions,
  DiffOptions,
  FeedOptions,
  FieldOptions,
  GitBlob,
  GitModelErrorOptions,
  GitObjectFieldOptions,
  HistoryOptions,
  JSONFieldOptions,
  ListFieldOptions,
  ListOptions,
  LockOptions,
  LogOptions,
  MaintainOptions,
  MarkdownOptions,
  MergeOptions,
  ModelOptions,
  NumberFieldOptions,
  OpenOptions,
  PlaceOptions,
  PreviewOptions,
  ReadAllOptions,
  ReadOptions,
  RelatedFieldOptions,
  RelayoutOptions,
  RestoreOptions,
  RevertOptions,
  SaveOptions,
  ShardOptions,
  SyncOptions,
  TransactionOptions,
  URLFieldOptions,
  WalkOptions,
  Workspace,
} from 'gitmodel';
import type { Expect, Same } from './same';

class Page extends GitModel {
  @SlugField({ id: true, required: undefined, default: undefined }) slug!: string;
  @CharField({ maxLength: undefined, merge: undefined, validators: undefined }) title!: string;
}

/** The properties of options that may be left out, but not be undefined. */
type Refusing<Options> = {
  [K in keyof Options]-?: object extends Pick<Options, K>
    ? Record<K, undefined> extends Pick<Options, K>
      ? never
      : K
    : never;
}[keyof Options];

/** As `Refusing`, for each of many. */
type RefusingAny<All extends readonly unknown[]> = { [I in keyof All]: Refusing<All[I]> }[number];

export type Sees = Expect<Same<Refusing<{ a?: string; b?: string | undefined; c: string }>, 'a'>>;
export type SeesAmongMany = Expect<Same<RefusingAny<[{ a?: string }, { b?: string | undefined }]>, 'a'>>;

// All kinds of options that are exported; a spec sees to it that none is missing.
export type All = RefusingAny<
  [
    AddBlobOptions,
    AutomaticMaintenanceOptions,
    BigIntegerFieldOptions,
    BlameOptions,
    BlobFieldOptions<GitBlob>,
    BulkOptions,
    ChangeOptions,
    CharFieldOptions,
    CommitOptions,
    ConfigOptions,
    CreateBranchOptions,
    CreateCommitOptions,
    CreateTagOptions,
    DecimalFieldOptions,
    DeleteBranchOptions,
    DeleteOptions,
    DiffOptions,
    FeedOptions,
    FieldOptions<string>,
    GitModelErrorOptions,
    GitObjectFieldOptions,
    HistoryOptions,
    JSONFieldOptions<unknown>,
    ListFieldOptions<string>,
    ListOptions,
    LockOptions,
    LogOptions,
    MaintainOptions,
    MarkdownOptions,
    MergeOptions,
    ModelOptions,
    NumberFieldOptions,
    OpenOptions,
    PlaceOptions,
    PreviewOptions,
    ReadAllOptions,
    ReadOptions,
    RelatedFieldOptions<Page>,
    RelayoutOptions,
    RestoreOptions,
    RevertOptions,
    SaveOptions,
    ShardOptions,
    SyncOptions,
    TransactionOptions,
    URLFieldOptions,
    WalkOptions,
  ]
>;
export type NoneIsRefused = Expect<Same<All, never>>;

declare const ws: Workspace;
const given: { since?: string; from?: string; commit?: string; signal?: AbortSignal; create?: boolean } = {};
void ws.changes({ since: given.since, signal: given.signal });
void ws.log({ from: given.from, since: undefined });
void ws.on('draft', { create: given.create });
void ws.updateIndex(undefined, { discardChanges: undefined });
// @ts-expect-error TS2322: another type is still refused
void ws.changes({ since: null });

// What `progress` of `bulk` returns is waited for when it is a promise, and minded by nobody when it is something else.
export const progress: readonly BulkOptions[] = [
  { progress: () => undefined },
  { progress: ({ records, bytes }) => records + bytes },
  { progress: async () => Promise.resolve() },
  // @ts-expect-error TS2322: it is no text
  { progress: 'often' },
];
