/**
 * gitmodel: objects in a Git repository.
 *
 * @packageDocumentation
 */

// Workspaces
export { Workspace } from './workspace/workspace';
export type { OpenOptions, SyncOptions, WalkOptions } from './workspace/workspace';
export { WorkspaceConfig } from './workspace/config';
export type { ConfigOptions } from './workspace/config';
export { View } from './workspace/view/view';
export type { ReadOnlyRecords } from './workspace/view/view';
export { IndexReader } from './workspace/index-reader';
export { WorkspaceIndex } from './workspace/workspace-index';
export type { AddBlobOptions, EntryObject } from './workspace/workspace-index';
export type {
  AutomaticMaintenance,
  AutomaticMaintenanceOptions,
  MaintenanceOutcome,
} from './workspace/maintenance-options';
export type {
  MaintainOptions,
  MaintenanceBusy,
  MaintenanceDone,
  MaintenanceReport,
} from './git/maintenance/maintain';
export type { CleanUpResult } from './git/maintenance/clean-up';
export type { GitIndexes, GitIndexResult } from './git/maintenance/git-indexes';
export type { MaintenanceHolder } from './git/maintenance/gc-lock';
export type { MaintenanceProblem, MaintenanceProgress, MaintenanceStep } from './git/maintenance/step';
export type { StorageStatistics } from './git/maintenance/storage';
export type { BulkItem, BulkOptions, BulkProgress, BulkResult } from './workspace/bulk';
export type { Branch } from './workspace/branch';
export { BranchCollection } from './workspace/branch-collection';
export type { BranchUpstream, CreateBranchOptions, DeleteBranchOptions } from './workspace/branch-collection';
export { TagCollection } from './workspace/tag-collection';
export type { CreateTagOptions, Tag } from './workspace/tag-collection';
export type { ListOptions } from './workspace/reference-listing';
export type { Lock, LockOptions, LockOwner } from './model/record/lock';
export type { Upstream } from './git/branch-config';
export { RecordDiff } from './workspace/changes/record-diff';
export type { ChangeOptions, DiffOptions } from './workspace/changes/record-diff';
export type { FeedOptions, RecordCommitChange } from './workspace/changes/change-feed';
export type { AnyRecord, ChangedRecord, FieldChanges } from './workspace/changes/changed-record';
export type { LogOptions } from './workspace/history/commit-log';
export type { RecordStatus } from './model/record/record-difference';
export type { CreateCommitOptions } from './workspace/commit-stage';
export { MergeConflict } from './workspace/merge/merge-conflict';
export type {
  ConflictFacts,
  ConflictKind,
  ConflictResolution,
  MergeCommits,
} from './workspace/merge/merge-conflict';
export type { ModelConflict } from './workspace/merge/model-conflict';
export { KeptMerge } from './workspace/merge/kept-merge';
export type {
  CompletedMerge,
  FieldPolicies,
  MergeOptions,
  MergeOutcome,
  MergePolicies,
  MergePreview,
  MergeResult,
  PreviewOptions,
  RevertOptions,
  UncommittedMerge,
} from './workspace/merge/merge-options';
export type { ConflictHandler } from './workspace/merge/open-conflict';
export type { TransactionOptions, TransactionResult } from './workspace/transaction/transactions';
export type { Relayout, RelayoutOptions } from './workspace/relayout';
export type { Commit, WalkOrder } from './git/commits';
export type { Durability } from './git/durable';
export type { ChangedPath, ChangeStatus, TreeDiff } from './git/diff';

// Models
export { GitModel } from './model/git-model';
export {
  BigIntegerField,
  BlobField,
  BooleanField,
  BytesField,
  CharField,
  DateField,
  DateTimeField,
  DecimalField,
  EmailField,
  Field,
  FloatField,
  GitObjectField,
  Id,
  InstantField,
  IntegerField,
  Model,
  PlainDateTimeField,
  SlugField,
  TextField,
  TimeField,
  URLField,
  UUIDField,
  ZonedDateTimeField,
} from './model/decorators/decorators';
export { EnumField } from './model/decorators/enum-decorator';
export type { EnumDecoratorFactory } from './model/decorators/enum-decorator';
export { JSONField } from './model/decorators/json-decorator';
export type { JSONCompatible, JSONDecorator, JSONDecoratorFactory } from './model/decorators/json-decorator';
export { ListField } from './model/decorators/list-decorator';
export type { ItemValue, ListDecoratorFactory, ListItem } from './model/decorators/list-decorator';
export { RelatedField } from './model/decorators/related-decorator';
export type { RelatedDecoratorFactory } from './model/decorators/related-decorator';
export { fieldDecorator } from './model/decorators/field-decorator';
export type { FieldDecorator, FieldDecoratorFactory } from './model/decorators/field-decorator';
export type { ModelOptions } from './model/decorators/declaration';
export { GitBlob } from './model/git-blob';
export type { BlobInput } from './model/git-blob';
export { Related } from './model/relation/related';
export type { RelatedInput, RelatedTarget } from './model/relation/related';
export { flat, sharded } from './model/schema/layout';
export type { DataPath, Layout, ShardOptions } from './model/schema/layout';
export { RecordCollection } from './model/record/record-collection';
export type { PlainRecord } from './model/record/record-collection';
export type { PlaceOptions } from './model/schema/place';
export { RecordSet } from './model/record/record-set';
export type {
  CommitOptions,
  DeleteOptions,
  HistoryOptions,
  ReadAllOptions,
  ReadOptions,
  SaveOptions,
} from './model/record/record-store';
export type { BlameOptions, FieldBlame, RecordBlame } from './model/record/record-blame';
export type { RestoreOptions } from './model/record/restoring';
export type { RecordVersion } from './model/record/record-history';
export type { BoundModels } from './model/registry';
export type {
  BoundModel,
  IdOf,
  InputOf,
  ModelConstructor,
  ModelId,
  ModelValues,
  RecordChange,
  RecordChanges,
  RelatedKeys,
  VersionChanges,
} from './model/types';

export { keyedList } from './model/merge/merge-policy';
export type {
  KeyedListPolicy,
  MergePolicy,
  MergeVersions,
  NamedMergePolicy,
} from './model/merge/merge-policy';

// Fields, to build one's own
export { BigIntegerFieldType } from './model/fields/big-integer-field';
export type { BigIntegerFieldOptions } from './model/fields/big-integer-field';
export { BlobFieldType } from './model/fields/blob-field';
export type { BlobFieldOptions } from './model/fields/blob-field';
export { BooleanFieldType } from './model/fields/boolean-field';
export { BytesFieldType } from './model/fields/bytes-field';
export { CharFieldType } from './model/fields/char-field';
export type { CharFieldOptions } from './model/fields/char-field';
export { DateFieldType } from './model/fields/date-field';
export { DateTimeFieldType } from './model/fields/date-time-field';
export { DecimalFieldType } from './model/fields/decimal-field';
export type { DecimalFieldOptions } from './model/fields/decimal-field';
export { EmailFieldType } from './model/fields/email-field';
export { EnumFieldType } from './model/fields/enum-field';
export type { EnumObject } from './model/fields/enum-field';
export { FieldType } from './model/fields/field';
export type { FieldOptions, Validator } from './model/fields/field-options';
export { FloatFieldType } from './model/fields/float-field';
export { GitObjectFieldType } from './model/fields/git-object-field';
export type { GitObjectFieldOptions } from './model/fields/git-object-field';
export { InstantFieldType } from './model/fields/instant-field';
export { IntegerFieldType } from './model/fields/integer-field';
export { InvalidValue } from './model/fields/invalid-value';
export type { ValuePath } from './model/fields/invalid-value';
export { JSONFieldType } from './model/fields/json-field';
export type { JSONFieldOptions } from './model/fields/json-field';
export { ListFieldType } from './model/fields/list-field';
export type { ListFieldOptions } from './model/fields/list-field';
export type { NumberFieldOptions } from './model/fields/number-field';
export { PlainDateTimeFieldType } from './model/fields/plain-date-time-field';
export { RelatedFieldType } from './model/fields/related-field';
export type { OnDelete, RelatedFieldOptions } from './model/fields/related-field';
export { SlugFieldType } from './model/fields/slug-field';
export { TemporalFieldType } from './model/fields/temporal-field';
export type { TemporalKind } from './model/fields/temporal-field';
export { TextFieldType } from './model/fields/text-field';
export { TimeFieldType } from './model/fields/time-field';
export { URLFieldType } from './model/fields/url-field';
export type { URLFieldOptions } from './model/fields/url-field';
export { UUIDFieldType } from './model/fields/uuid-field';
export { ZonedDateTimeFieldType } from './model/fields/zoned-date-time-field';

// The classes of values that are not JavaScript's own
export { Decimal } from 'decimal.js';
export { Temporal } from 'temporal-polyfill';

// Stored records
export { JsonNumber } from './model/json-value';
export type { JsonObject, JsonValue } from './model/json-value';
export { json } from './model/serializers/json';
export { markdown } from './model/serializers/markdown';
export type { MarkdownOptions } from './model/serializers/markdown';
export type { Serializer, StoredRecord } from './model/serializers/serializer';
export type { RecordContext } from './model/record/record-context';

// Git's terms
export type { Signature, SignatureInput } from './object/commit-codec';
export type { BlobSource } from './object/blob-source';
export { FileMode } from './object/file-mode';
export type { EntryKind } from './object/file-mode';
export type { ObjectType } from './object/oid';
export type { TreeEntry } from './object/staged-tree';

// Errors
export * from './errors';
