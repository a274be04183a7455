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
export { WorkspaceIndex } from './workspace/workspace-index';
export type { AddBlobOptions, EntryObject } from './workspace/workspace-index';
export type { Branch } from './workspace/branch';
export type { CreateCommitOptions } from './workspace/commit-stage';
export type { Commit, WalkOrder } from './git/commits';
export type { ChangedPath, ChangeStatus, TreeDiff } from './git/diff';

// Models
export { GitModel } from './model/git-model';
export {
  BlobField,
  BooleanField,
  BytesField,
  CharField,
  Field,
  GitObjectField,
  Id,
  IntegerField,
  Model,
  RelatedField,
  SlugField,
  UUIDField,
} from './model/decorators';
export { fieldDecorator } from './model/field-decorator';
export type { FieldDecorator, FieldDecoratorFactory } from './model/field-decorator';
export type { ModelOptions } from './model/declaration';
export { GitBlob } from './model/git-blob';
export type { BlobInput } from './model/git-blob';
export { Related } from './model/related';
export type { RelatedInput, RelatedTarget } from './model/related';
export { flat, sharded } from './model/layout';
export type { DataPath, Layout, ShardOptions } from './model/layout';
export { RecordSet } from './model/record-set';
export type {
  BlobSource,
  CommitOptions,
  DeleteOptions,
  ReadAllOptions,
  ReadOptions,
  SaveOptions,
} from './model/record-store';
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
} from './model/types';

// Fields, to build one's own
export { BlobFieldType } from './model/fields/blob-field';
export type { BlobFieldOptions } from './model/fields/blob-field';
export { BooleanFieldType } from './model/fields/boolean-field';
export { BytesFieldType } from './model/fields/bytes-field';
export { CharFieldType } from './model/fields/char-field';
export { FieldType } from './model/fields/field';
export type { FieldOptions, Validator } from './model/fields/field-options';
export { GitObjectFieldType } from './model/fields/git-object-field';
export type { GitObjectFieldOptions } from './model/fields/git-object-field';
export { InvalidValue } from './model/fields/invalid-value';
export type { ValuePath } from './model/fields/invalid-value';
export { IntegerFieldType } from './model/fields/integer-field';
export { RelatedFieldType } from './model/fields/related-field';
export type { OnDelete, RelatedFieldOptions } from './model/fields/related-field';
export { SlugFieldType } from './model/fields/slug-field';
export { UUIDFieldType } from './model/fields/uuid-field';

// Stored records
export { JsonNumber } from './model/json-value';
export type { JsonObject, JsonValue } from './model/json-value';
export { json } from './model/serializers/json';
export { markdown } from './model/serializers/markdown';
export type { MarkdownOptions } from './model/serializers/markdown';
export type { Serializer, StoredRecord } from './model/serializers/serializer';
export type { RecordContext } from './model/record-context';

// Git's terms
export type { Signature, SignatureInput } from './object/commit-codec';
export { FileMode } from './object/file-mode';
export type { EntryKind } from './object/file-mode';
export type { TreeEntry } from './object/staged-tree';

// Errors
export * from './errors';
